// How badly a vendor may behave, by name; what each must come to for a read and for a write. One file for the vendor,
// which does it, and for the test, which knows what must be.
import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';

import { either, empty, good, made, refused, remote } from './answers.mjs';
import { texts } from './texts.mjs';

const brokeOff = /broke off/;
const notHttp = /not valid HTTP/;
const late = refused(504, /did not answer in time/);
const tooLarge = /too large/;
const busy = refused(429, /too many large answers/);
const busyWrite = made(/too many large answers/);
/// Read and write refused with 502: nothing says that the write was made.
const bothRefused = (says) => ({ read: refused(502, says), write: refused(502, says) });
/// The head of a success has come, so a write was made.
const readRefused = (says) => ({ read: refused(502, says), write: made(says) });
const large = (says) => ({ read: either(refused(502, says), busy), write: either(made(says), busyWrite) });
const fine = { read: good(), write: good() };

const kilobyte = Buffer.alloc(1024, 'x');
const block = Buffer.alloc(64 * 1024, 'x');
const times = (text, count) => Buffer.from(text.repeat(count), 'latin1');
const tenMegabytes = times('x-a: b\r\n', 1_300_000);

const slow = {
    'slow-first-byte': { send: () => {}, read: late, write: late },
    'byte-a-second': { send: (line) => line.drip(line.sized(), 1000), read: late, write: late },
    'byte-a-second-of-the-body': {
        send: (line) => line.write(`${line.head('content-length: 200\r\n')}\r\n`).drip(line.body(), 1000),
        ...{ read: late, write: made(/did not answer in time/) },
    },
    'slow-and-good': { send: (line) => line.drip(line.sized(), 100, Math.ceil(line.sized().length / 8)), ...fine },
    'silence-after-an-interim-answer': { send: (line) => line.write('HTTP/1.1 100 Continue\r\n\r\n'), read: late, write: late },
    'interim-answers-slowly': { send: (line) => line.drip(times('HTTP/1.1 102 Processing\r\n\r\n', 100), 300, 27), read: late, write: late },
    'chunks-endless-slow': {
        send: (line) => line.write(`${line.head('transfer-encoding: chunked\r\n')}\r\n`).drip(times(`400\r\n${kilobyte}\r\n`, 200), 100, 1031),
        ...{ read: late, write: made(/did not answer in time/) },
    },
    'redirect-slow': {
        send: (line) => line.later(900, () => (line.write(redirectTo(line, line.target)), line.keep())),
        ...{ read: either(late, refused(504, /time for the call was over/)), write: remote(409, /moved/, 302) },
    },
};

/// A number as text, of this length, as a content-length.
const lengthOf = (value) => (line) => line.end(Buffer.concat([Buffer.from(`${line.head(`content-length: ${value}\r\n`)}\r\n`), line.body()]));
const lengths = {
    'length-too-short': {
        send: (line) => (line.write(`${line.head('content-length: 40\r\n')}\r\n${line.body()}`), line.doubt()),
        ...{ read: remote(502, /not valid/, 200), write: made(/not valid/) },
    },
    'length-short-of-an-answer-behind': { send: (line) => (line.write(Buffer.concat([line.sized(), line.sized()])), line.doubt()), ...fine },
    'length-too-long': {
        send: (line) => line.write(`${line.head(`content-length: ${line.body().length + 10}\r\n`)}\r\n${line.body()}`),
        ...{ read: late, write: made(/did not answer in time/) },
    },
    'length-too-long-then-closed': {
        send: (line) => line.end(`${line.head(`content-length: ${line.body().length + 10}\r\n`)}\r\n${line.body()}`),
        ...readRefused(brokeOff),
    },
    'length-negative': { send: lengthOf('-1'), ...bothRefused(notHttp) },
    'length-with-a-sign': { send: lengthOf('+300'), ...bothRefused(notHttp) },
    'length-hexadecimal': { send: lengthOf('0x10'), ...bothRefused(notHttp) },
    'length-empty': { send: lengthOf(''), ...bothRefused(notHttp) },
    'length-no-number': { send: lengthOf('many'), ...bothRefused(notHttp) },
    'length-over-64-bits': { send: lengthOf('99999999999999999999'), ...bothRefused(notHttp) },
    'length-of-an-exabyte': { send: lengthOf('1000000000000000000'), ...readRefused(tooLarge) },
    'lengths-two-different': { send: lengthOf('5\r\ncontent-length: 9'), ...bothRefused(notHttp) },
    'lengths-two-in-a-line': { send: lengthOf('5, 9'), ...bothRefused(notHttp) },
    'lengths-two-equal': { send: (line) => (line.write(line.sized(line.body(), {}, `content-length: ${line.body().length}\r\n`)), line.doubt()), ...fine },
    'length-and-chunked': {
        send: (line) => line.write(`${line.head('content-length: 5\r\n')}transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`),
        ...bothRefused(notHttp),
    },
    'chunked-and-length': {
        send: (line) => line.write(`${line.head('transfer-encoding: chunked\r\n')}content-length: 5\r\n\r\n5\r\nhello\r\n0\r\n\r\n`),
        ...bothRefused(notHttp),
    },
    'coding-unknown': { send: (line) => line.write(`${line.head('transfer-encoding: gzip, chunked\r\n')}\r\n0\r\n\r\n`), ...readRefused(/transfer coding/) },
    'coding-twice': { send: (line) => line.write(`${line.head('transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n')}\r\n0\r\n\r\n`), ...bothRefused(notHttp) },
    'chunked-in-http-1.0': { send: (line) => line.write(`${line.head('transfer-encoding: chunked\r\n', { version: 'HTTP/1.0' })}\r\n0\r\n\r\n`), ...readRefused(/transfer coding/) },
};

const status = (text) => (line) => (line.write(line.sized(line.body(), { status: text })), line.keep());
const firstLine = (text) => (line) => line.write(`${text}\r\ncontent-length: 2\r\n\r\n{}`);
const field = (bytes) => (line) => (line.write(line.sized(line.body(), {}, bytes)), line.keep());
const heads = {
    'headers-10-mb': { send: (line) => line.write(line.head()).write(tenMegabytes).write('\r\n'), ...bothRefused(/too large a head/) },
    'header-of-10-mb': { send: (line) => line.write(line.head('x-a: ')).pump(block, 10 << 20), ...bothRefused(/too large a head/) },
    'headers-endless': { send: (line) => line.write(line.head()).pump(times('x-a: b\r\n', 8192)), ...bothRefused(/too large a head/) },
    'status-line-of-1-mb': { send: (line) => line.write('HTTP/1.1 200 ').pump(block, 1 << 20), ...bothRefused(/too large a head|not valid HTTP/) },
    'nul-in-a-header': { send: field('x-a: a\0b\r\n'), ...bothRefused(notHttp) },
    'nul-in-a-name': { send: field('x-\0a: b\r\n'), ...bothRefused(notHttp) },
    'cr-in-a-header': { send: field('x-a: a\rx-b: b\r\n'), ...bothRefused(notHttp) },
    'space-before-a-colon': { send: field('x-a : b\r\n'), ...bothRefused(notHttp) },
    'line-without-a-colon': { send: field('x-a\r\n'), ...bothRefused(notHttp) },
    'name-empty': { send: field(': b\r\n'), ...bothRefused(notHttp) },
    'header-folded': { send: field('x-a: a\r\n b\r\n'), ...fine },
    'header-of-latin-1': { send: field(Buffer.from('782d613a20e9ff0d0a', 'hex').toString('latin1')), ...fine },
    'headers-by-bare-lf': { send: (line) => line.write(line.sized().toString('latin1').replaceAll('\r\n', '\n')), ...bothRefused(notHttp) },
    'no-http': { send: (line) => line.end('SSH-2.0-OpenSSH_9.9\r\n\r\n'), ...bothRefused(notHttp) },
    'no-head': { send: (line) => line.end(line.body()), ...bothRefused(notHttp) },
    'bytes-at-random': { send: (line) => line.end(Buffer.from(Array.from({ length: 2000 }, (_, i) => (i * 7919 + 13) % 251))), ...bothRefused(notHttp) },
    'http-2': { send: firstLine('HTTP/2 200 OK'), ...bothRefused(notHttp) },
    'http-9.9': { send: firstLine('HTTP/9.9 200 OK'), ...bothRefused(notHttp) },
    'status-of-2-digits': { send: firstLine('HTTP/1.1 20 OK'), ...bothRefused(notHttp) },
    'status-of-4-digits': { send: firstLine('HTTP/1.1 2000 OK'), ...bothRefused(notHttp) },
    'status-no-number': { send: firstLine('HTTP/1.1 OK'), ...bothRefused(notHttp) },
    'status-000': { send: firstLine('HTTP/1.1 000 Null'), ...bothRefused(/status that HTTP does not know|not valid HTTP/) },
    'status-999': { send: status('999 Beyond'), ...bothRefused(/status that HTTP does not know/) },
    'status-without-a-reason': { send: status('200 '), ...fine },
    'http-1.0': { send: (line) => line.end(line.sized(line.body(), { version: 'HTTP/1.0' })), ...fine },
};

const chunkHead = (line) => `${line.head('transfer-encoding: chunked\r\n')}\r\n`;
const noChunks = readRefused(/chunks cannot be told apart/);
const afterChunkHead = (text) => (line) => line.end(chunkHead(line) + text);
const chunks = {
    'chunks-endless': { send: (line) => line.write(chunkHead(line)).pump(times(`10000\r\n${block}\r\n`, 1)), ...large(tooLarge) },
    'body-endless': { send: (line) => line.write(`${line.head()}\r\n`).pump(block), ...large(tooLarge) },
    'chunks-of-one-byte-endless': {
        send: (line) => line.write(chunkHead(line)).pump(times('1\r\nx\r\n', 10_000)),
        ...{ read: either(refused(502, tooLarge), late, busy), write: either(made(tooLarge), made(/in time/), busyWrite) },
    },
    'chunk-extension-endless': { send: (line) => line.write(`${chunkHead(line)}1;a="`).pump(block), ...readRefused(/too much beside its body/) },
    'chunk-extensions-on-each': { send: (line) => line.write(chunkHead(line)).pump(times('1;a=0123456789\r\nx\r\n', 4000)), ...readRefused(/too much beside its body/) },
    'trailer-endless': { send: (line) => line.write(`${chunkHead(line)}2\r\n{}\r\n0\r\nx-t: `).pump(block), ...readRefused(/too much beside its body/) },
    'trailers-10-mb': { send: (line) => line.write(`${chunkHead(line)}2\r\n{}\r\n0\r\n`).pump(times('x-a: b\r\n', 8192), 10 << 20), ...readRefused(/too much beside its body/) },
    'chunk-size-of-17-digits': { send: afterChunkHead('00000000000000005\r\nhello\r\n0\r\n\r\n'), ...noChunks },
    'chunk-size-of-64-bits': { send: afterChunkHead('ffffffffffffffff\r\nhello\r\n0\r\n\r\n'), ...readRefused(tooLarge) },
    'chunk-size-negative': { send: afterChunkHead('-5\r\nhello\r\n0\r\n\r\n'), ...noChunks },
    'chunk-size-with-0x': { send: afterChunkHead('0x5\r\nhello\r\n0\r\n\r\n'), ...noChunks },
    'chunk-size-empty': { send: afterChunkHead('\r\nhello\r\n0\r\n\r\n'), ...noChunks },
    'chunk-by-bare-lf': { send: afterChunkHead('5\nhello\n0\n\n'), ...noChunks },
    'chunk-longer-than-said': { send: afterChunkHead('5\r\nhelloworld\r\n0\r\n\r\n'), ...noChunks },
    'chunks-without-the-last': { send: afterChunkHead('5\r\nhello\r\n'), ...readRefused(brokeOff) },
    'chunks-good-with-trailers': { send: (line) => (line.write(`${line.chunked().toString('latin1').slice(0, -2)}x-t: ${line.mark}\r\n\r\n`), line.keep()), ...fine },
};

/// What becomes a gigabyte, in 1024 members; and what is twice the most that is read.
const gigabyte = () => Buffer.concat(Array(1024).fill(gzipSync(Buffer.alloc(1 << 20))));
const zeros = Buffer.alloc(32 << 20);
const brotli = (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } });
const coded = (coding, make, expected) => ({
    send(line) {
        line.write(line.sized(make(line), {}, `content-encoding: ${coding}\r\n`));
        line.keep();
    },
    ...expected,
});
const bombBytes = new Map();
/// Made once, by the vendor before it listens.
export const makeBombs = () => bombBytes.forEach((make, name) => bombBytes.set(name, make()));
const bomb = (coding, make) => {
    bombBytes.set(coding, make);
    return coded(coding, () => bombBytes.get(coding), large(/too large once it is decoded|was not decoded in time/));
};
const bombs = {
    'bomb-gzip': bomb('gzip', () => gzipSync(zeros)),
    'bomb-gzip-1-gb-in-members': bomb('x-gzip', gigabyte),
    'bomb-deflate': bomb('deflate', () => deflateSync(zeros)),
    'bomb-deflate-raw': bomb('Deflate', () => deflateRawSync(zeros)),
    'bomb-br': bomb('br', () => brotli(zeros)),
    'bomb-gzip-in-gzip': bomb('gzip, gzip', () => gzipSync(gigabyte())),
    'bomb-br-in-gzip': bomb('br, gzip', () => gzipSync(brotli(zeros))),
    'bomb-thrice': bomb('gzip, gzip, gzip', () => gzipSync(gzipSync(gigabyte()))),
    'codings-four': coded('gzip, gzip, gzip, gzip', (line) => line.body(), readRefused(/too many content codings/)),
    'coding-of-content-unknown': coded('zstd', (line) => line.body(), readRefused(/coding that is not known \(zstd\)/)),
    'gzip-that-is-none': coded('gzip', (line) => line.body(), readRefused(/not valid gzip/)),
    'gzip-cut': coded('gzip', (line) => gzipSync(line.body()).subarray(0, -12), readRefused(/broke off/)),
    'gzip-broken': coded('gzip', (line) => spoiled(gzipSync(line.body())), readRefused(/not valid gzip|broke off/)),
    'br-that-is-none': coded('br', (line) => line.body(), readRefused(/not valid br|broke off/)),
    'gzip-good': coded('gzip', (line) => gzipSync(line.body()), fine),
    'gzip-in-br-good': coded('gzip, br', (line) => brotli(gzipSync(line.body())), fine),
};
function spoiled(bytes) {
    for (let at = 20; at < 40; ++at) bytes[at] ^= 0x5a;
    return bytes;
}

const redirectTo = (line, location, code = '302 Found') =>
    line.sized(Buffer.alloc(0), { status: code, type: '' }, location === undefined ? '' : `location: ${location}\r\n`);
const redirect = (location, read, write = remote(409, /moved/, 302)) => ({
    send: (line) => (line.write(redirectTo(line, typeof location === 'function' ? location(line) : location)), line.keep()),
    ...{ read, write },
});
const moved = remote(409, /moved/, 302);
const elsewhere = (host) => refused(502, new RegExp(`The vendor redirects to ${host}`));
const redirects = {
    'redirect-loop': redirect((line) => line.target, moved),
    'redirect-that-grows': redirect((line) => `${line.target}${'?' + 'x'.repeat(4000)}`, moved),
    'redirect-to-10.0.0.1': redirect('http://10.0.0.1/', elsewhere('10\\.0\\.0\\.1')),
    'redirect-to-metadata': redirect('http://169.254.169.254/latest/meta-data/', elsewhere('169\\.254')),
    'redirect-to-metadata-by-tls': redirect('https://169.254.169.254/latest/meta-data/', elsewhere('169\\.254')),
    'redirect-to-v6-loopback': redirect('https://[::1]:9/', elsewhere('::1')),
    'redirect-to-v4-in-v6': redirect('https://[::ffff:10.0.0.1]/', elsewhere('::ffff')),
    'redirect-to-localhost': redirect('https://localhost:9/', elsewhere('localhost')),
    'redirect-to-a-number': redirect('https://2130706433/', elsewhere('2130706433')),
    'redirect-to-octal': redirect('https://0177.0.0.1/', elsewhere('0177')),
    'redirect-to-0.0.0.0': redirect('https://0.0.0.0/', elsewhere('0\\.0\\.0\\.0')),
    'redirect-to-another-port': redirect('http://127.0.0.1:9/', elsewhere('127\\.0\\.0\\.1')),
    'redirect-to-file': redirect('file:///etc/passwd', moved),
    'redirect-to-gopher': redirect('gopher://127.0.0.1:70/x', moved),
    'redirect-to-javascript': redirect('javascript:alert(1)', moved),
    'redirect-with-a-password': redirect((line) => `http://a:b@${line.host}/`, moved),
    'redirect-without-a-place': redirect(undefined, moved),
    'redirect-to-nothing': redirect('', moved),
    'redirect-to-60-kb': redirect((line) => `${line.target}?${'x'.repeat(60_000)}`, either(moved, refused(502, /too large a head/)), either(moved, refused(502, /too large a head/))),
    'redirect-to-bytes': redirect('http://\xff\xfe/', moved),
    'status-300': { send: (line) => (line.write(line.sized(line.body(), { status: '300 Multiple Choices' })), line.keep()), read: remote(502, /300/, 300), write: remote(502, /300/, 300) },
    'status-304': { send: (line) => (line.write(`${line.head('', { status: '304 Not Modified' })}\r\n`), line.doubt()), read: remote(502, /304/, 304), write: remote(502, /304/, 304) },
    'redirect-303': { send: (line) => (line.write(redirectTo(line, line.target, '303 See Other')), line.keep()), read: remote(409, /moved/, 303), write: made(/probably made the change/, 303) },
};

const interimOf = (count, fields = '') => (line) => {
    line.write(times(`HTTP/1.1 103 Early Hints\r\nlink: ${line.mark}\r\n${fields}\r\n`, count)).write(line.sized());
    line.keep();
};
const interim = {
    'interim-answers-16': { send: interimOf(16), ...fine },
    'interim-answers-17': { send: interimOf(17), ...bothRefused(/too many interim answers/) },
    'interim-answers-endless': { send: (line) => line.pump(times('HTTP/1.1 100 Continue\r\n\r\n', 2000)), ...bothRefused(/too many interim answers/) },
    'interim-answers-large': { send: (line) => line.pump(times(`HTTP/1.1 103 Early Hints\r\nlink: ${'y'.repeat(8000)}\r\n\r\n`, 10)), ...bothRefused(/too large a head/) },
    'interim-answer-with-a-length': { send: interimOf(1, 'content-length: 5\r\n'), ...fine },
    'switches-protocols': { send: (line) => line.write('HTTP/1.1 101 Switching\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n\x81\x05hello'), ...bothRefused(/another protocol/) },
};

const order = {
    good: { send: (line) => (line.write(line.sized()), line.keep()), ...fine },
    'two-answers': { send: (line) => (line.write(Buffer.concat([line.sized(), line.sized()])), line.doubt()), ...fine },
    'answer-and-half-a-head': { send: (line) => (line.write(Buffer.concat([line.sized(), Buffer.from('HTTP/1.1 200 ')])), line.doubt()), ...fine },
    'line-break-behind': { send: (line) => (line.write(Buffer.concat([line.sized(), Buffer.from('\r\n')])), line.doubt()), ...fine },
    'body-after-204': { send: (line) => (line.write(line.sized(line.body(), { status: '204 No Content' })), line.doubt()), read: empty(204), write: empty(204) },
    'body-after-204-later': {
        send: (line) => (line.write(`${line.head('', { status: '204 No Content' })}\r\n`), line.doubt(), line.later(15, () => line.write(line.sized()))),
        ...{ read: empty(204), write: empty(204) },
    },
    'reset-before-the-head': { send: (line) => line.reset(), ...bothRefused(brokeOff) },
    'reset-in-the-head': { send: (line) => line.reset(line.head()), ...bothRefused(brokeOff) },
    'reset-in-the-body': { send: (line) => line.reset(`${line.head('content-length: 400\r\n')}\r\n{"mark":"${line.mark}`), ...readRefused(brokeOff) },
    'reset-in-a-chunk': { send: (line) => line.reset(`${chunkHead(line)}ff\r\n{"mark":"${line.mark}`), ...readRefused(brokeOff) },
};

/// Good answers after which the connection is spoilt while nobody waits on it: the next call must not notice.
export const behind = {
    'second-answer-later': { send: (line) => (line.write(line.sized()), line.keep(), line.later(15, () => line.write(line.sized()))), ...fine },
    'half-an-answer-later': { send: (line) => (line.write(line.sized()), line.keep(), line.later(15, () => line.write(line.head()))), ...fine },
    'closed-behind': { send: (line) => (line.write(line.sized()), line.keep(), line.later(15, () => line.end())), ...fine },
    'reset-behind': { send: (line) => (line.write(line.sized()), line.keep(), line.later(15, () => line.reset())), ...fine },
};

/// In the order of the table at the end.
export const groups = { slow, lengths, heads, chunks, bombs, redirects, interim, order, texts };

/// A reply in one of the forms that say where it ends.
export const forms = { sized: (line) => line.sized(), chunked: (line) => line.chunked(), toEnd: (line) => line.toEnd() };
const headOf = (reply) => reply.indexOf('\r\n\r\n') + 4;

/// Cut after `at` bytes of the whole `reply`, by `fin` or `rst`.
export function cutExpected(form, how, at, reply, isWrite) {
    if (at === reply.length && how === 'fin') return good();
    if (form === 'toEnd' && how === 'fin' && at === headOf(reply)) return empty(200);
    const hasHead = at >= headOf(reply);
    if (form === 'toEnd' && how === 'fin' && hasHead) return isWrite ? made(/not valid/) : remote(502, /not valid/, 200);
    return isWrite && hasHead ? made(brokeOff) : refused(502, brokeOff);
}

function cut(name) {
    const [, form, how, at] = name.split('-');
    return {
        send(line) {
            const reply = forms[form](line);
            const part = reply.subarray(0, Number(at));
            if (how === 'rst') line.reset(part);
            // Closed behind a whole answer, the connection could have the next write under way.
            else if (part.length === reply.length && form !== 'toEnd') (line.write(part), line.keep());
            else line.end(part);
        },
    };
}

const all = Object.assign({}, behind, ...Object.values(groups));
export const behaviourOf = (name) => (name.startsWith('cut-') ? cut(name) : all[name]);
