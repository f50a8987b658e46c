// Bodies that arrive whole and are not what they should be.
import { asIs, either, good, made, remote } from './answers.mjs';

const whole = (make, options = {}, fields = '') => (line) => {
    const body = make(line);
    line.write(line.sized(body, typeof options === 'function' ? options(line) : options, fields));
    line.keep();
};
/// The record with `bytes` as the member `odd`, in the list where a list was asked for.
const odd = (bytes) => whole((line) => {
    const [before, after] = line.record(',"odd":@').split('@');
    return line.body(Buffer.concat([Buffer.from(before), Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes), Buffer.from(after)]));
});
const hex = (text) => Buffer.from(text, 'hex');
const same = (value) => good((record) => record.odd === value);
const both = (expected) => ({ read: expected, write: expected });
const unread = { read: remote(502, /not valid/, 200), write: made(/not valid/) };
const failing = (status, make, says = new RegExp(String(status))) => ({
    send: whole(make, { status: `${status} Odd` }),
    ...both(remote(status, says)),
});
const tenMegabytes = 'x'.repeat(10 << 20);
const html = (line) => `<!doctype html><html><head><title>${line.mark}</title></head><body><h1>Sign in</h1></body></html>`;
const typed = (type) => ({ type });

export const texts = {
    'utf-8-broken': { send: odd(hex('22c328ff22')), ...both(same('\ufffd(\ufffd')) },
    'utf-8-overlong': { send: odd(hex('22c0af22')), ...both(good((record) => /^\ufffd+$/.test(record.odd))) },
    'utf-8-surrogate': { send: odd(hex('22eda08022')), ...both(good((record) => /^\ufffd+$/.test(record.odd))) },
    'surrogate-half-escaped': { send: odd('"\\ud83d"'), ...both(same('\ufffd')) },
    'byte-order-mark': { send: whole((line) => Buffer.concat([hex('efbbbf'), line.body()])), ...both(good()) },
    'number-of-400-digits': { send: odd('9'.repeat(400)), ...both(same(Infinity)) },
    'number-with-a-huge-exponent': { send: odd('1e999999999'), ...both(same(Infinity)) },
    'number-not-a-number': { send: odd('NaN'), ...unread },
    'nul-in-a-text': { send: odd(hex('220022')), ...unread },
    'nul-behind': { send: whole((line) => Buffer.concat([line.body(), hex('00')])), ...unread },
    'two-values': { send: whole((line) => Buffer.concat([line.body(), Buffer.from(' {}')])), ...unread },
    'comma-at-the-end': { send: odd('[1,]'), ...unread },
    'comment': { send: odd('1 /* one */'), ...unread },
    'half-a-document': { send: whole((line) => line.body().subarray(0, -5)), ...unread },
    'html-as-json': { send: whole(html), ...unread },
    'html': { send: whole(html, typed('text/html; charset=utf-8')), ...both(asIs('text/html')) },
    'lists-100000-deep': { send: odd('['.repeat(100_000) + ']'.repeat(100_000)), ...unread },
    'objects-100000-deep': { send: odd('{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000)), ...unread },
    'lists-100000-deep-without-end': { send: odd('['.repeat(100_000)), ...unread },
    'names-100000': { send: odd(`{${Array.from({ length: 100_000 }, (_, i) => `"n${i}":0`).join()}}`), ...both(good()), isHeavy: true },
    'names-twice': { send: odd('1,"odd":2'), ...both(good()) },
    'text-of-4-mb': { send: odd(`"${'\\u0061'.repeat(700_000)}"`), ...both(good()), isHeavy: true },
    'utf-16': { send: whole((line) => Buffer.from(line.body().toString(), 'utf16le'), typed('application/json; charset=utf-16le')), ...both(good()) },
    'charset-unknown': { send: whole((line) => line.body(), typed('application/json; charset=nonsense')), ...both(good()) },
    'charset-utf-7': { send: whole((line) => line.body(), typed('application/json; charset=utf-7')), ...both(good()) },
    'type-none': { send: whole((line) => line.body(), typed('')), ...both(good()) },
    'type-of-10-kb': { send: whole((line) => line.body(), typed(`application/json; a=${'b'.repeat(10_000)}`)), ...both(good()) },
    'type-no-type': { send: whole((line) => line.body(), typed('\xff;;;=,')), ...both(either(asIs(''), good())) },
    'json-as-plain-text': { send: whole((line) => line.body(), typed('text/plain')), ...both(good()) },
    'error-html-of-10-mb': { ...failing(500, (line) => html(line) + tenMegabytes), isHeavy: true },
    'error-message-of-1-mb': failing(400, (line) => `{"message":"${line.mark} ${'m'.repeat(1 << 20)}"}`, /m{50}/),
    'error-100000-deep': failing(422, (line) => `{"mark":"${line.mark}","error":${'['.repeat(100_000)}${']'.repeat(100_000)}}`),
    'error-not-utf-8': failing(503, (line) => Buffer.concat([Buffer.from(line.mark), hex('ff00fe7b7d')])),
    'error-with-crlf': failing(400, (line) => `{"message":"a\\r\\nset-cookie: x=y\\r\\n\\r\\n${line.mark}"}`, /set-cookie/),
    'error-empty': failing(500, () => ''),
    'retry-after-negative': { send: whole((line) => line.body(), { status: '429 Slow' }, 'retry-after: -1\r\nx-ratelimit-remaining: -9\r\n'), ...both(remote(429, /./)) },
    'retry-after-huge': { send: whole((line) => line.body(), { status: '429 Slow' }, 'retry-after: 99999999999999999999\r\nx-ratelimit-reset: 1e400\r\n'), ...both(remote(429, /./)) },
    'retry-after-no-time': { send: whole((line) => line.body(), { status: '429 Slow' }, 'retry-after: Thu, 99 Foo 20264 77:88:99 GMT\r\nx-ratelimit-limit: NaN\r\n'), ...both(remote(429, /./)) },
};
