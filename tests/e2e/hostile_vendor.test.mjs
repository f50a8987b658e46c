// A vendor that does what no simulator of a polite one does: is away, is slow, cuts off, floods, sends bytes that are
// no text. Each is a clear error within the time limit, and other accounts go on.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';

import { assertRemote } from './support/api.mjs';
import { callTool, legacy, toolError } from './support/mcp.mjs';
import { connect, environment, main, startApi } from './support/product.mjs';
import { defer, eventually, file, test } from './support/test.mjs';

const json = { 'content-type': 'application/json' };
const bytes = (hex) => Buffer.from(hex, 'hex');
let calls = 0;
let behave;
const vendor = createServer((request, response) => {
    calls += 1;
    behave(request, response);
}).listen(0, '127.0.0.1');
await new Promise((done) => vendor.once('listening', done));
const address = `127.0.0.1:${vendor.address().port}`;
defer(file, () => {
    vendor.close();
    vendor.closeAllConnections();
});

const closed = '127.0.0.1:9';
const limitMs = 1000;
const limit = `${limitMs}ms`;
const own = await startApi(file, {
    settings: {
        SLUICE_EGRESS_ALLOW: [address, closed, new URL(main.simulator.url).host].join(),
        SLUICE_PROXY_CALL_LIMIT: limit,
        SLUICE_MCP_CALL_LIMIT: limit,
    },
});
const where = await environment('hostile-vendor', own);
const account = await connect(file, where);
const { url } = await account.mint();
const at = (base_url) => where.api.ok('PATCH', `/environment-integration/${where.installation}`, { override: { base_url } });
const tool = () => callTool(url, 'list_all_gorgias_tickets', { limit: 1 });
const proxy = () => account.proxy.get('/tickets', { limit: 1 });

/// Ours, as the vendor did not answer: the same status and words through both.
async function assertNoAnswer(status) {
    const [result, exchange] = await Promise.all([tool(), proxy()]);
    const body = toolError(result, status);
    assert.equal(exchange.status, status);
    assert.equal(exchange.json.message, body.message);
    assert.ok(!body.message.includes(url.split('/').at(-1)) && !/libs|\.cpp/.test(body.message));
}

for (const [what, base_url, status] of [
    ['nobody listens there', `http://${closed}`, 502],
    ['the name does not exist', 'https://vendor.invalid', 502],
    ['it speaks no TLS', `https://${address}`, 502],
    ['the name is this machine', 'https://localhost', 502],
    ['the address is private, in another notation', 'https://0x7f000001', 502],
])
    test(`${what}: ${status}`, async () => {
        const accepted = await where.api.patch(`/environment-integration/${where.installation}`, { override: { base_url } });
        assert.equal(accepted.status, 200);
        calls = 0;
        await assertNoAnswer(status);
        assert.equal(calls, 0);
    });

for (const [what, behaviour, status] of [
    ['does not answer', () => {}, 504],
    ['does not finish its answer', (_, response) => response.writeHead(200, json).write('{"data":['), 504],
    ['closes without an answer', (request) => request.socket.destroy(), 502],
    ['cuts its answer off', (request, response) => {
        response.writeHead(200, { ...json, 'content-length': 1000 }).write('{"data":[]');
        setTimeout(() => request.socket.destroy(), 20);
    }, 502],
    ['answers no HTTP', (request) => request.socket.end('SSH-2.0-OpenSSH\r\n\r\n'), 502],
    ['floods', (_, response) => {
        response.writeHead(200, json);
        const chunk = Buffer.alloc(1 << 20, 'x');
        const flood = () => response.destroyed || response.write(chunk, () => setImmediate(flood));
        flood();
    }, 502],
    ['floods with headers', (request) => request.socket.end(`HTTP/1.1 200 OK\r\n${'x-a: b\r\n'.repeat(100_000)}\r\n`), 502],
])
    test(`a vendor that ${what}: ${status} in time`, async () => {
        await at(`http://${address}`);
        behave = behaviour;
        const started = Date.now();
        await assertNoAnswer(status);
        assert.ok(Date.now() - started < limitMs + 1000, 'within the limit');
    });

test('a read or write is sent once only, also when the connection breaks', async () => {
    await at(`http://${address}`);
    behave = (request) => request.socket.destroy();
    calls = 0;
    toolError(await callTool(url, 'create_a_gorgias_macro', { name: 'x' }), 502);
    assert.equal(calls, 1);
});

test('a kept connection that the vendor closed meanwhile is no error', async () => {
    await at(`http://${address}`);
    behave = (_, response) => response.writeHead(200, json).end('{"data":[],"meta":{}}');
    for (let i = 0; i < 3; ++i) {
        assert.ok(!(await tool()).isError);
        vendor.closeIdleConnections();
    }
});

test('bytes that are no UTF-8 are replaced, and the rest is kept', async () => {
    await at(`http://${address}`);
    for (const [text, subject] of [
        [bytes('22c328ff22'), '\ufffd(\ufffd'],
        [bytes('22eda08022'), '\ufffd'],
        [bytes('22f0908d22'), '\ufffd'],
    ]) {
        const page = Buffer.concat([Buffer.from('{"data":[{"id":1,"subject":'), text, Buffer.from('}]}')]);
        behave = (_, response) => response.writeHead(200, json).end(page);
        const { data } = await tool();
        assert.deepEqual(data.result, [{ id: 1, subject }]);
        assert.deepEqual((await proxy()).json.result, [{ id: 1, subject }]);
    }
});

test('numbers reach the vendor as they were written', async () => {
    await at(`http://${address}`);
    const bodies = [];
    behave = async (request, response) => {
        let body = '';
        for await (const part of request) body += part;
        bodies.push(`${request.url} ${body}`);
        response.writeHead(200, json).end('{"id":1}');
    };
    const written = '{ "name": "n", "big": 12345678901234567890123, "price": 19.990, "i": 5.0 }';
    assert.equal((await account.proxy.post('/tags', written)).status, 200);
    assert.equal((await account.proxy.post('/tags', '\ufeff{"name":"cut \\ud83d"}')).status, 200);
    assert.deepEqual(bodies, [`/api/tags ${written}`, '/api/tags {"name":"cut \\ufffd"}']);
});

test('bytes that are no UTF-8 in an error and in its headers', async () => {
    await at(`http://${address}`);
    behave = (request) => {
        const body = bytes('ff00fe7b7d');
        request.socket.write('HTTP/1.1 500 Oops\r\ncontent-type: text/plain\r\nx-odd: ');
        request.socket.write(bytes('c3a9ff'));
        request.socket.end(Buffer.concat([Buffer.from(`\r\ncontent-length: ${body.length}\r\n\r\n`), body]));
    };
    const { status, json: ours } = await proxy();
    assert.equal(status, 500);
    assert.equal(ours.is_remote_error, true);
    toolError(await tool(), 500);
});

test('odd answers are told as they are', async () => {
    await at(`http://${address}`);
    const image = { 'content-type': 'image/png' };
    for (const [answer, status, content] of [
        [(response) => response.writeHead(200, json).end(''), 200, { status: 200 }],
        [(response) => response.writeHead(204).end(), 204, { status: 204 }],
        [(response) => response.writeHead(200, json).end('null'), 200, { result: null }],
        [(response) => response.writeHead(200, json).end('[1,2]'), 200, { result: [1, 2] }],
        [(response) => response.writeHead(200, json).end('"text"'), 200, { result: 'text' }],
        [(response) => response.writeHead(200, image).end(bytes('89504e47')), 200, undefined],
        [(response) => response.writeHead(200, { 'content-type': 'application/pdf' }).end('%PDF'), 200, undefined],
        [(response) => response.writeHead(200).end('no type'), 502, undefined],
    ]) {
        behave = (_, response) => answer(response);
        const exchange = await account.proxy.get('/tickets/1');
        assert.equal(exchange.status, status);
        if (status === 502) assertRemote(exchange, 502);
        const result = await callTool(url, 'get_single_gorgias_ticket_by_id', { id: 1 });
        assert.equal(Boolean(result.isError), status === 502);
        assert.ok(Array.isArray(result.content));
        assert.deepEqual(result.data, content);
    }
    behave = (_, response) => response.writeHead(200, image).end(bytes('89504e47'));
    const { content } = await callTool(url, 'get_single_gorgias_ticket_by_id', { id: 1 });
    assert.deepEqual(content, [{ type: 'image', data: 'iVBORw==', mimeType: 'image/png' }]);
});

test('a slow vendor holds up nobody else', async () => {
    await at(`http://${address}`);
    behave = () => {};
    let ended = 0;
    const waiting = Array.from({ length: 20 }, () => tool().finally(() => (ended += 1)));
    for (let i = 0; i < 5; ++i) assert.equal((await legacy(url, 'ping')).status, 200);
    assert.equal(ended, 0, 'others are answered while these wait');
    for (const result of await Promise.all(waiting)) toolError(result, 504);
});

test('what the vendor did wrong is not told as a fault of ours', async () => {
    await at(`http://${closed}`);
    assert.equal((await proxy()).status, 502);
    await eventually('the line', 5, () => /"level":"warning"[^\n]*"status":502/.test(own.log()), 20);
    assert.doesNotMatch(own.log(), /"level":"error"/);
});
