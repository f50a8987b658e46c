// Bodies that are larger than the memory: they pass through in both directions as quickly as the slower side takes them, no
// part of them is kept, and each side learns at once when the other has gone.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { gunzipSync } from 'node:zlib';

import { send } from '../e2e/support/exchange.mjs';
import { eventually, file, sleep, test } from '../e2e/support/test.mjs';
import { child } from './support/beside.mjs';
import { isSmall, optionsOver } from './support/options.mjs';
import { stage } from './support/stage.mjs';
import { Checker, partAt, writeBody } from './support/streams/pattern.mjs';

const { megabytes } = optionsOver({ megabytes: isSmall ? 64 : 1024 });
const size = megabytes << 20;
/// The most resident memory of the api, whatever passes through it.
const memoryMb = 64;
/// What the sockets of both sides may hold: each grows to 4 MiB for sending and 6 MiB for receiving.
const inSockets = 24 << 20;
/// For cases where the rest never comes.
const part = 48 << 20;

const vendor = child(file, process.execPath, [join(import.meta.dirname, 'support/streams/vendor.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] });
const vendorHost = `127.0.0.1:${(await once(createInterface(vendor.stdout), 'line'))[0]}`;
const { product, api } = await stage({ allow: [vendorHost] });

const manifest = `name: streams
label: Streams
category: test
openapi: openapi.yaml
base_url: "http://${vendorHost}"
credentials:
  api_key:
    label: Key
    fields:
      api_key: {label: Key, secret: true, required: true}
    authorization: {format: bearer, config: {token: "{{context.api_key}}"}}
resources:
  files:
    methods:
      get: {operation: get-file}
      create: {operation: create-file}
  echo:
    methods:
      get: {operation: get-echo}
      create: {operation: create-echo}
  etag:
    methods:
      get: {operation: get-etag}
`;
const answers = (type) => ({ 200: { description: 'ok', content: { [type]: { schema: type === 'application/json' ? { type: 'object' } : {} } } } });
const operation = (operationId, type, more = {}) => ({ operationId, summary: operationId, description: `${operationId}.`, responses: answers(type), ...more });
const byId = { parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string', description: 'Which.' } }] };
const openapi = {
    ...{ openapi: '3.1.0', info: { title: 'Streams', version: '1' } },
    paths: {
        '/files': { post: operation('create-file', 'application/json') },
        '/files/{id}': { get: operation('get-file', 'application/octet-stream', byId) },
        '/echo': { post: operation('create-echo', 'application/json') },
        '/echo/{id}': { get: operation('get-echo', 'application/json', byId) },
        '/etag/{id}': { get: operation('get-etag', 'application/json', byId) },
    },
};
const where = await product.environment('streams');
const installation = await product.install(where.api, manifest, openapi, `http://${vendorHost}`);
const account = await where.api.ok('POST', '/integrated-account', {
    verify: false,
    ...{ tenant_id: 'streams', environment_integration_id: installation, authentication_method: 'api_key', context: { api_key: 'key-of-streams' } },
});

let calls = 0;
const newName = () => `n${(calls += 1)}`;
const stateOf = async (name) => (await send('GET', `http://${vendorHost}/_state/${name}`, { isShown: false })).json;
const letGo = (name) => send('POST', `http://${vendorHost}/_go/${name}`, { isShown: false });
const authorization = { authorization: `Bearer ${where.token}` };
/// The URL of a call: `path` begins with /proxy or /custom, `query` is for the vendor.
const urlOf = (path, query) => `${api.url}${path}?${new URLSearchParams({ integrated_account_id: account.id, ...query })}`;
const ask = (method, path, { query = {}, headers = {}, body } = {}) => send(method, urlOf(path, query), { headers: { ...authorization, ...headers }, body });

/// The head of a download; its body waits until it is read.
async function open(path, query, headers = {}) {
    const request = http.request(urlOf(path, query), { agent: false, headers: { ...authorization, ...headers } });
    request.end();
    const [response] = await once(request, 'response');
    response.on('error', () => {});
    return { request, response };
}

/// Reads what is left of a body, at most `limit` bytes: `{taken, wrongAt, isWhole}`.
async function read(response, checker = new Checker(), limit = Infinity) {
    await new Promise((done) => {
        const take = (bytes) => {
            checker.take(bytes);
            if (checker.taken < limit) return;
            response.pause();
            response.off('data', take);
            done();
        };
        response.once('close', done);
        response.on('data', take).resume();
    });
    return { taken: checker.taken, wrongAt: checker.wrongAt, isWhole: response.complete };
}

/// An upload: `{request, answered, sent()}`; `answered` is `{status, text}` or `{error}`. It goes on by itself.
function upload(path, query, bytes, { chunked = true, headers = {} } = {}) {
    const length = chunked ? {} : { 'content-length': bytes };
    const request = http.request(urlOf(path, query), {
        ...{ method: 'POST', agent: false },
        headers: { ...authorization, 'content-type': 'application/octet-stream', connection: 'keep-alive', ...length, ...headers },
    });
    let count = 0;
    const answered = new Promise((done) => {
        let isAnswered = false;
        request.on('error', (error) => isAnswered || done({ error: String(error) }));
        request.on('response', async (response) => {
            isAnswered = true;
            let text = '';
            response.on('error', () => {});
            for await (const more of response) text += more;
            done({ status: response.statusCode, text });
        });
    });
    const written = writeBody(request, bytes, { told: (now) => (count = now) }).then((isAll) => isAll && request.end());
    return { request, answered, written, sent: () => count };
}

/// Waits until a count stays the same for a second, and gives it.
async function settled(what, count) {
    let [last, since] = [-1, Date.now()];
    await eventually(`${what} stops`, 30, async () => {
        const now = await count();
        if (now !== last) [last, since] = [now, Date.now()];
        return Date.now() - since > 1000;
    }, 100);
    return last;
}

const peaks = [];
function assertMemory(t, what) {
    const { peak } = api.memory();
    peaks.push(peak);
    t.diagnostic(`${what}; resident memory at most ${peak} MB`);
    assert.ok(peak < memoryMb, `the api took ${peak} MB`);
}
const speed = (bytes, started) => `${Math.round(bytes / 1e6 / ((performance.now() - started) / 1000))} MB/s`;

api.forgetPeak();

for (const [path, form] of [['/proxy/files/big', 'length'], ['/proxy/files/big', 'chunked'], ['/custom/files/big', 'length'], ['/custom/files/big', 'chunked'], ['/custom/files/big', 'close']])
    test(`${megabytes} MB down through ${path}, its end told by ${form}`, async (t) => {
        api.forgetPeak();
        const started = performance.now();
        const { response } = await open(path, { name: newName(), size, form });
        assert.equal(response.statusCode, 200);
        assert.match(response.headers['content-type'], /^application\/octet-stream/);
        assert.deepEqual(await read(response), { taken: size, wrongAt: undefined, isWhole: true });
        assertMemory(t, speed(size, started));
    }, 600);

for (const path of ['/proxy/files', '/custom/files'])
    for (const chunked of [true, false])
        test(`${megabytes} MB up through ${path}, ${chunked ? 'chunked' : 'with content-length'}`, async (t) => {
            api.forgetPeak();
            const started = performance.now();
            const { status, text, error } = await upload(path, { name: newName() }, size, { chunked }).answered;
            assert.equal(status, 201, text ?? error);
            const { received, wrongAt } = JSON.parse(text);
            assert.deepEqual({ received, wrongAt }, { received: size, wrongAt: null });
            assertMemory(t, speed(size, started));
        }, 600);

for (const path of ['/proxy/files/big', '/custom/files/big']) {
    test(`a client of ${path} that stops reading stops the vendor, and gets the rest later`, async (t) => {
        api.forgetPeak();
        const before = api.memory().now;
        const name = newName();
        const { response } = await open(path, { name, size, form: 'chunked' });
        assert.equal(response.statusCode, 200);
        const checker = new Checker();
        await read(response, checker, 1 << 20);
        const written = await settled('the vendor', async () => (await stateOf(name)).written);
        assert.ok(written - checker.taken < inSockets, `the vendor has written ${written} bytes, and the client read ${checker.taken}`);
        const { peak } = api.memory();
        assert.ok(peak - before < 8, `memory grew from ${before} to ${peak} MB`);
        assert.deepEqual(await read(response, checker), { taken: size, wrongAt: undefined, isWhole: true });
        assertMemory(t, `the vendor stopped after ${(written / 1e6).toFixed(1)} MB`);
    }, 300);
}

for (const path of ['/proxy/files', '/custom/files'])
    test(`a vendor that stops reading an upload through ${path} stops the client, and gets the rest later`, async (t) => {
        api.forgetPeak();
        const before = api.memory().now;
        const name = newName();
        const { answered, sent } = upload(path, { name, pauseAfter: 1 << 20 }, size);
        await eventually('the vendor has stopped', 20, async () => (await stateOf(name)).isPaused);
        const written = await settled('the client', async () => sent());
        assert.ok(written < inSockets + (1 << 20), `the client has written ${written} bytes`);
        const { peak } = api.memory();
        assert.ok(peak - before < 8, `memory grew from ${before} to ${peak} MB`);
        await letGo(name);
        const { status, text, error } = await answered;
        assert.equal(status, 201, text ?? error);
        assert.deepEqual([JSON.parse(text).received, JSON.parse(text).wrongAt], [size, null]);
        assertMemory(t, `the client stopped after ${(written / 1e6).toFixed(1)} MB`);
    }, 300);

/// How the download stands when its client goes: [what, query, how much the client reads before].
const leavings = [
    ['while bytes flow', { size: 2 ** 40, form: 'chunked' }, 8 << 20],
    ['while it does not read', { size: 2 ** 40, form: 'chunked' }, 1 << 20],
    ['while the vendor is silent', { size: part, form: 'length', after: 1 << 20, then: 'stall' }, 1 << 20],
    ['before a byte of the body', { size: part, form: 'length', after: 0, then: 'stall' }, 0],
];
for (const path of ['/proxy/files/big', '/custom/files/big'])
    for (const [what, query, limit] of leavings)
        test(`a client of ${path} that goes ${what} ends the vendor's connection at once`, async (t) => {
            const name = newName();
            const { request, response } = await open(path, { name, ...query });
            assert.equal(response.statusCode, 200);
            if (limit) await read(response, new Checker(), limit);
            if (what === 'while bytes flow') response.resume();
            else if (what === 'while it does not read') await settled('the vendor', async () => (await stateOf(name)).written);
            assert.equal((await stateOf(name)).closedAt, undefined, 'it goes on until then');
            const left = Date.now();
            request.destroy();
            const { closedAt } = await eventually('the vendor sees it', 10, async () => {
                const state = await stateOf(name);
                return state.closedAt ? state : undefined;
            }, 20);
            t.diagnostic(`after ${closedAt - left} ms`);
            assert.ok(closedAt - left < 1000, `after ${closedAt - left} ms`);
        }, 60);

for (const path of ['/proxy/files', '/custom/files'])
    for (const chunked of [true, false])
        test(`an upload through ${path} (${chunked ? 'chunked' : 'content-length'}) whose client goes is no shorter one for the vendor`, async (t) => {
            const name = newName();
            const { request, sent } = upload(path, { name }, 1 << 30, { chunked });
            await eventually('some of it has come', 20, async () => (await stateOf(name)).received > 4 << 20, 20);
            const left = Date.now();
            request.destroy();
            const state = await eventually('the vendor sees it', 10, async () => {
                const now = await stateOf(name);
                return now.closedAt || now.isWhole ? now : undefined;
            }, 20);
            t.diagnostic(`${(sent() / 1e6).toFixed(0)} MB sent; the vendor saw it cut after ${state.closedAt - left} ms`);
            assert.equal(state.isWhole, false, 'it is not whole');
            assert.equal(state.wrongAt, undefined);
            assert.ok(state.closedAt - left < 1000, `after ${state.closedAt - left} ms`);
        }, 60);

for (const path of ['/proxy/files/big', '/custom/files/big'])
    for (const form of ['length', 'chunked'])
        for (const then of ['end', 'reset'])
            test(`a vendor that breaks off a download (${form}, ${then}) through ${path}: its client sees a broken body`, async () => {
                const { response } = await open(path, { name: newName(), size: part, form, after: 16 << 20, then });
                assert.equal(response.statusCode, 200);
                const { taken, wrongAt, isWhole } = await read(response);
                assert.equal(isWhole, false, 'the body has no clean end');
                assert.equal(wrongAt, undefined);
                assert.ok(taken > 0 && taken <= 16 << 20);
            }, 60);

for (const path of ['/proxy/files', '/custom/files'])
    for (const chunked of [true, false])
        test(`a vendor that refuses an upload through ${path} (${chunked ? 'chunked' : 'content-length'}) before it has read it: the client gets its 413`, async () => {
            const { answered } = upload(path, { name: newName(), refuse: 413 }, part, { chunked });
            const { status, text, error } = await answered;
            assert.equal(status, 413, error ?? text);
            assert.match(text, /That is more than fits\./);
        }, 60);

for (const path of ['/proxy/files/big', '/custom/files/big'])
    test(`a range of a file through ${path}`, async () => {
        const { response } = await open(path, { name: newName(), size: 1000 }, { range: 'bytes=10-109' });
        assert.equal(response.statusCode, 206);
        assert.equal(response.headers['content-range'], 'bytes 10-109/1000');
        assert.equal(response.headers['content-length'], '100');
        const parts = [];
        for await (const each of response) parts.push(each);
        assert.ok(Buffer.concat(parts).equals(partAt(10, 100)));
    });

for (const path of ['/proxy/etag/1', '/custom/etag/1'])
    test(`what has not changed is 304 through ${path}`, async () => {
        const { status, headers, text } = await ask('GET', path, { headers: { 'if-none-match': '"one"' } });
        assert.deepEqual([status, headers.etag, text], [304, '"one"', '']);
    });

test('HEAD through /custom: the head of the vendor, without a body', async () => {
    const { status, headers, text } = await ask('HEAD', '/custom/files/big', { query: { size: 123_456 } });
    assert.deepEqual([status, headers['content-length'], headers.etag, text], [200, '123456', '"one"', '']);
});

async function bytesOf(url, headers) {
    const request = http.get(url, { agent: false, headers: { ...authorization, ...headers } });
    const [response] = await once(request, 'response');
    const parts = [];
    for await (const each of response) parts.push(each);
    return { status: response.statusCode, coding: response.headers['content-encoding'], bytes: Buffer.concat(parts) };
}

test('a body in gzip passes as it is to a client that takes it, and decoded to one that does not', async () => {
    const url = urlOf('/custom/gzip', {});
    const direct = await bytesOf(`http://${vendorHost}/gzip`, {});
    const taken = await bytesOf(url, { 'accept-encoding': 'gzip' });
    assert.deepEqual([taken.status, taken.coding], [200, 'gzip']);
    assert.ok(taken.bytes.equals(direct.bytes), 'byte by byte');
    const text = gunzipSync(direct.bytes).toString();
    for (const headers of [{ 'accept-encoding': 'identity' }, { 'accept-encoding': 'gzip;q=0, br' }, {}]) {
        const decoded = await bytesOf(url, headers);
        assert.deepEqual([decoded.status, decoded.coding, decoded.bytes.toString()], [200, undefined, text], JSON.stringify(headers));
    }
});

const forReads = { 'if-none-match': '"two"', accept: 'application/vnd.x+json', 'accept-language': 'de', range: 'bytes=0-9' };
const forWrites = () => ({ 'idempotency-key': `key-${newName()}`, 'if-match': '"one"', prefer: 'return=minimal', 'accept-language': 'de' });
const never = { te: 'trailers', cookie: 'a=b', 'x-forwarded-for': '10.0.0.1', 'proxy-authorization': 'Basic x', 'keep-alive': 'timeout=5' };

for (const [method, path, headers] of [
    ['GET', '/proxy/echo/1', forReads],
    ['GET', '/custom/echo/1', forReads],
    ['POST', '/proxy/echo', forWrites()],
    ['POST', '/custom/echo', forWrites()],
    ['PUT', '/custom/echo/1', forWrites()],
    ['PATCH', '/custom/echo/1', forWrites()],
    ['DELETE', '/custom/echo/1', forWrites()],
])
    test(`the caller's headers of ${method} ${path} that reach the vendor, and those that never do`, async () => {
        const body = method === 'GET' || method === 'DELETE' ? {} : { body: { a: 1 } };
        const json = body.body ? { 'content-type': 'application/json' } : {};
        const { status, text } = await ask(method, path, { headers: { ...headers, ...never, ...json }, ...body, query: { q: 'a b', 'x[y]': '1' } });
        assert.equal(status, 200, text);
        const seen = JSON.parse(text).result ?? JSON.parse(text);
        for (const [name, value] of Object.entries(headers)) assert.equal(seen.headers[name], value, name);
        for (const name of Object.keys(never)) assert.equal(seen.headers[name], undefined, name);
        assert.equal(seen.headers.authorization, 'Bearer key-of-streams');
        assert.equal(seen.headers.host, vendorHost);
        const asked = new URL(seen.target, 'http://x');
        assert.equal(asked.pathname, path.replace(/^\/(proxy|custom)/, ''));
        assert.deepEqual(Object.fromEntries(asked.searchParams), { q: 'a b', 'x[y]': '1' });
        assert.equal(seen.method, method);
    });

for (const path of ['/proxy/echo/1', '/custom/echo/1'])
    test(`headers that Connection names end at us, through ${path}`, async () => {
        const { status, text } = await ask('GET', path, {
            headers: { connection: 'close, prefer, x-hop, Accept-Language', prefer: 'a', 'x-hop': 'b', 'accept-language': 'de', upgrade: 'h2c' },
        });
        assert.equal(status, 200, text);
        const seen = JSON.parse(text);
        for (const name of ['prefer', 'x-hop', 'accept-language', 'upgrade']) assert.equal(seen.headers[name], undefined, name);
        assert.doesNotMatch(seen.headers.connection ?? '', /x-hop|prefer/);
    });

test('the vendor\'s headers that reach the client, and those that never do', async () => {
    const { status, headers, text } = await ask('GET', '/custom/private');
    assert.deepEqual([status, text], [200, 'ok']);
    assert.deepEqual([headers['x-vendor'], headers.etag, headers['content-disposition']], ['yes', '"one"', 'attachment; filename="a.bin"']);
    for (const name of ['x-internal', 'keep-alive', 'proxy-connection', 'te', 'upgrade', 'trailer', 'set-cookie', 'www-authenticate', 'proxy-authenticate'])
        assert.equal(headers[name], undefined, name);
    assert.doesNotMatch(headers.connection ?? '', /x-internal/);
});

test('over everything: the api is well and small', async (t) => {
    await sleep(200);
    assert.equal(api.child.exitCode, null);
    const errors = api.log().split('\n').filter((each) => each.includes('"level":"error"'));
    assert.deepEqual(errors.slice(0, 3), []);
    t.diagnostic(`the peak of resident memory over all transfers is ${Math.max(...peaks, api.memory().peak)} MB; now ${api.memory().now} MB`);
});
