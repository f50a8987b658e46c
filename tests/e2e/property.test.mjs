// Whatever bytes arrive at an MCP URL: no 5xx, and every id comes back as it was sent. The seed of a run is printed; give it
// as SEED to see the run again, and a count as BODIES for a longer one.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { Agent, request as httpRequest } from 'node:http';

import { capabilitiesKey, modern, modernHeaders, versionKey } from './support/mcp.mjs';
import { connect, main, mainEnvironment, startApi } from './support/product.mjs';
import { send } from './support/exchange.mjs';
import { file, test } from './support/test.mjs';

const count = Number(process.env.BODIES ?? 100_000);
const seed = Number(process.env.SEED ?? randomInt(2 ** 31));
const atOnce = 32;
// Bodies go to two replicas by turns; a build with sanitizers is an api of its own on the same database.
const products = process.env.PRESET ? [await startApi(file)] : [main, await startApi(file)];
const where = await mainEnvironment();
const account = await connect(file, where, { tickets: 2 });
// Tools that read, so that a call among the bodies changes nothing; few, so that lists are short.
const { url } = await account.mint({ methods: ['get_single_gorgias_account', 'list_all_gorgias_tickets'] });
const discovery = await account.mint({ methods: ['get_single_gorgias_account'], tool_exposure: 'discovery' });
const guarded = await account.mint({ methods: ['list_all_gorgias_tickets'], approval_tags: ['tickets'], idempotency_window_s: 5 });
const ofTenant = await where.api.ok('POST', '/mcp-server', {
    name: 'property',
    tenant_id: account.simulated.subdomain,
    config: { methods: ['get_single_gorgias_account', 'list_all_gorgias_tickets'] },
});
file.after(() => where.api.delete(`/mcp-server/${ofTenant.id}`));
const urls = [url, url, url, discovery.url, guarded.url, ofTenant.url];
const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
file.after(() => agent.destroy());

/// Numbers that look random and come again with their seed (mulberry32).
function* numbers(state) {
    for (;;) {
        state = (state + 0x6d2b79f5) | 0;
        let t = Math.imul(state ^ (state >>> 15), 1 | state);
        t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
        yield ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
    }
}
const stream = numbers(seed);
const random = () => stream.next().value;
const below = (n) => Math.floor(random() * n);
const pick = (list) => list[below(list.length)];

const strings = ['', 'a', 'server-discover-probe-1', 'é', '\u0000', '"\\', '\u2028', '😀', '0', 'null', 'x'.repeat(300), '</script>'];
/// An id as JSON text.
const anyId = () =>
    pick([
        () => String(below(1000)),
        () => '0',
        () => String(-below(1000)),
        () => '9007199254740993',
        () => '-9223372036854775808',
        () => '18446744073709551615',
        () => JSON.stringify(pick(strings)),
        () => JSON.stringify(pick(strings) + below(1e9)),
    ])();

const claim = JSON.stringify({ [versionKey]: modern, [capabilitiesKey]: {} });
/// Valid messages around an id; the vendor is called by none of them.
const messages = [
    ['ping', ''],
    ['initialize', ',"params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"p","version":"1"}}'],
    ['initialize', ',"params":{"protocolVersion":"2030-01-01"}'],
    ['tools/list', ''],
    ['tools/list', ',"params":{"cursor":"x"}'],
    ['tools/call', ',"params":{"name":"nothing","arguments":{}}'],
    ['tools/call', ',"params":{"name":"list_all_gorgias_tickets","arguments":{"limit":"many"}}'],
    ['tools/call', ',"params":{"name":"search_tools","arguments":{"query":"tickets"}}'],
    ['tools/call', ',"params":{"name":"get_tool_schema","arguments":{"tool_names":["x"]}}'],
    ['tools/call', `,"params":{"name":"list_all_gorgias_tickets","requestState":"x","inputResponses":{"a":{"action":"accept"}},"_meta":${claim}}`],
    ['resources/read', ',"params":{"uri":"test://x"}'],
    ['prompts/get', ',"params":{"name":"x"}'],
    ['completion/complete', ',"params":{"ref":{"type":"ref/prompt","name":"x"},"argument":{"name":"a","value":""}}'],
    ['server/discover', `,"params":{"_meta":${claim}}`],
    ['tools/list', `,"params":{"_meta":${claim}}`],
    ['ping', `,"params":{"_meta":${claim}}`],
];
const bodyOf = ([method, rest], id) => `{"jsonrpc":"2.0","id":${id},"method":"${method}"${rest}}`;

function randomBytes() {
    const bytes = Buffer.alloc(below(200));
    const isText = random() < 0.5;
    const alphabet = '{}[]":,0123456789.eE+-truefalsn \\u"id"jsonrpc"method"params';
    for (let i = 0; i < bytes.length; i += 1) bytes[i] = isText ? alphabet.charCodeAt(below(alphabet.length)) : below(256);
    return bytes;
}

function mutated(text) {
    let bytes = Buffer.from(text);
    for (let times = 1 + below(3); times > 0; times -= 1) {
        const at = below(bytes.length + 1);
        const end = Math.min(bytes.length, at + below(12));
        const [before, middle, after] = [bytes.subarray(0, at), bytes.subarray(at, end), bytes.subarray(end)];
        bytes = pick([
            () => Buffer.concat([before, after]),
            () => Buffer.concat([before, randomBytes().subarray(0, 8), middle, after]),
            () => Buffer.concat([before, middle, middle, after]),
            () => Buffer.concat([before, Buffer.from(middle.map((byte) => byte ^ (1 << below(8)))), after]),
            () => Buffer.concat([before, Buffer.from(pick(['null', '[]', '{}', '1e999', '"', '\\ud800', '[[[[', '-0'])), after]),
        ])();
    }
    return bytes;
}

function next() {
    const message = pick(messages);
    const id = anyId();
    const body = bodyOf(message, id);
    const headers =
        message[1].includes(versionKey) && random() < 0.8 ? modernHeaders(message[0]) : random() < 0.2 ? { 'mcp-protocol-version': pick(['2025-06-18', '1999-01-01', modern]) } : {};
    switch (below(4)) {
        case 0:
            return { body: randomBytes(), headers };
        case 1:
            return { body: mutated(body), headers };
        case 2:
            return { body: `[${body},${bodyOf(pick(messages.slice(0, 12)), anyId())}]`, headers: {} };
        default:
            return { body, headers, id };
    }
}

const post = (target, { body, headers }) =>
    new Promise((resolve, reject) => {
        const bytes = Buffer.from(body);
        const request = httpRequest(
            target,
            {
                method: 'POST',
                agent,
                headers: { ...headers, 'content-type': 'application/json', accept: 'application/json, text/event-stream', 'content-length': bytes.length },
            },
            (response) => {
                let text = '';
                response.setEncoding('utf8');
                response.on('data', (part) => (text += part));
                response.on('end', () => resolve({ status: response.statusCode, text }));
            },
        );
        request.on('error', reject);
        request.end(bytes);
    });

function check({ body, id }, { status, text }) {
    const shown = `seed ${seed}: ${JSON.stringify(String(body).slice(0, 400))} → ${status} ${text.slice(0, 400)}`;
    assert.ok(status < 500, shown);
    assert.ok(status === 202 ? text === '' : text.startsWith('{') || text.startsWith('['), shown);
    if (text !== '') JSON.parse(text);
    if (id === undefined) return;
    if (id.startsWith('"')) assert.equal(JSON.parse(text).id, JSON.parse(id), shown);
    else assert.ok(text.includes(`"id":${id}`), shown);
}

test(`${count} bodies of any kind: no 5xx, every id as it was (seed ${seed})`, async () => {
    let left = count;
    const worker = async () => {
        while (left > 0) {
            left -= 1;
            const one = next();
            const product = products[left % products.length];
            check(one, await post(pick(urls).replace(main.url, product.url), one));
        }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    for (const product of products)
        assert.equal((await send('GET', `${product.url}/healthz`)).status, 200, 'it is still there');
});
