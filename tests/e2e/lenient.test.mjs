// What is valid and not written as usual: by vendors in their answers, by MCP clients in their calls.
import assert from 'node:assert/strict';
import { beforeEach } from 'node:test';

import { callTool, dataOf, legacy, post, toolError } from './support/mcp.mjs';
import { connect, mainEnvironment } from './support/product.mjs';
import { file, test } from './support/test.mjs';

const where = await mainEnvironment();
const account = await connect(file, where);
const { simulated, proxy } = account;
const { url } = await account.mint();
const list = 'list_all_gorgias_tickets';
const create = 'create_a_gorgias_tag';
const lists = 'GET /api/tickets';
const creates = 'POST /api/tags';

beforeEach(() => simulated.clearFaults());

test('a list whose cursor is empty ends', async () => {
    for (const next_cursor of ['', false, 0, null]) {
        const body = { data: [{ id: 1 }, { id: 2 }], meta: { next_cursor } };
        await simulated.fault({ match: lists, status: 200, body, times: 100 });
        const calls = await simulated.callsDuring(async () => {
            const { data } = await callTool(url, list, { limit: 150 });
            assert.deepEqual(data, { result: [{ id: 1 }, { id: 2 }], next_cursor: null });
        });
        assert.equal(calls, 1);
        assert.equal((await proxy.get('/tickets', { limit: 2 })).json.next_cursor, null);
        await simulated.clearFaults();
    }
});

test('a list whose cursor repeats ends with a note', async () => {
    const body = { data: [{ id: 1 }], meta: { next_cursor: 'again' } };
    await simulated.fault({ match: lists, status: 200, body, times: 100 });
    const calls = await simulated.callsDuring(async () => {
        const result = await callTool(url, list, { limit: 150 });
        assert.equal(result.data.next_cursor, null);
        assert.match(result.content.at(-1).text, /a page that was given already/);
    });
    assert.equal(calls, 2);
    const first = await proxy.get('/tickets', { limit: 1 });
    assert.equal((await proxy.get('/tickets', { limit: 1, next_cursor: first.json.next_cursor })).json.next_cursor, null);
});

/// [what, the answer's text, the record in it]
const answers = [
    ['with a byte order mark', '\ufeff{"id":7}', { id: 7 }],
    ['with half a surrogate pair', '{"id":9,"name":"cut \\ud83d"}', { id: 9, name: 'cut \ufffd' }],
];
for (const [what, body, record] of answers)
    test(`an answer ${what} is read`, async () => {
        await simulated.fault({ match: creates, status: 201, body, times: 2 });
        const result = await callTool(url, create, { name: 'x' });
        assert.equal(result.isError, undefined);
        assert.deepEqual(result.data, record);
        const exchange = await proxy.post('/tags', { name: 'x' });
        assert.equal(exchange.status, 201);
        assert.deepEqual(exchange.json, record);
    });

test('digits of large numbers pass as they are', async () => {
    await simulated.fault({ match: creates, status: 201, body: '{"n":9400111899223197428490}', times: 2 });
    const result = await legacy(url, 'tools/call', { name: create, arguments: { name: 'x' } });
    assert.ok(result.text.includes('{\\"n\\":9400111899223197428490}'), result.text);
    assert.equal((await proxy.post('/tags', { name: 'x' })).text, '{"n":9400111899223197428490}');
});

test('a write whose answer cannot be read was made, and nobody is told to repeat it', async () => {
    await simulated.fault({ match: creates, status: 201, body: '{"id":', times: 2 });
    const result = await callTool(url, create, { name: 'x' });
    assert.equal(result.isError, undefined);
    assert.equal(result.data.status, 201);
    assert.match(result.data.message, /made the change \(201\), but its answer could not be read/);
    const exchange = await proxy.post('/tags', { name: 'x' });
    assert.equal(exchange.status, 201);
    assert.match(exchange.json.message, /could not be read/);
    assert.equal(exchange.json.raw_response, '{"id":');
});

const call = (params) => post(url, params);
const rpc = (method, params, id = 5) => `{"jsonrpc":"2.0","id":${id},"method":"${method}"${params === undefined ? '' : `,"params":${params}`}}`;

for (const params of ['null', '[]', '{"cursor":null}'])
    test(`tools/list with the parameters ${params}`, async () => {
        const exchange = await call(rpc('tools/list', params));
        assert.equal(exchange.status, 200);
        assert.ok(exchange.json.result.tools.length > 100);
    });

for (const written of ['[]', 'null', '{"limit":2.0}', '{"limit":2,"fields":null}'])
    test(`a call with the arguments ${written}`, async () => {
        const exchange = await call(rpc('tools/call', `{"name":"${list}","arguments":${written}}`));
        assert.equal(exchange.json.result.isError, undefined, exchange.text);
    });

test('a message with a byte order mark is read', async () => {
    assert.deepEqual((await call(`\ufeff${rpc('ping')}`)).json.result, {});
});

test('half a surrogate pair in an argument becomes a replacement character', async () => {
    const { json } = await call(rpc('tools/call', `{"name":"${create}","arguments":{"name":"cut \\ud83d","dry_run":true}}`));
    assert.equal(json.id, 5);
    assert.ok(JSON.stringify(dataOf(json.result)).includes('cut \ufffd'));
});

for (const written of ['1e400', '-1e400', '12345678901234567890123'])
    test(`the number ${written} is a tool error with its place`, async () => {
        const exchange = await call(rpc('tools/call', `{"name":"${list}","arguments":{"limit":${written}}}`));
        assert.equal(exchange.json.id, 5);
        const { details } = toolError(exchange.json.result, 400);
        assert.equal(details.failures[0].path, 'limit');
        assert.match(details.failures[0].message, /more digits than are kept/);
    });

test('what n8n adds to every call is left out', async () => {
    const added = { toolCallId: 'c1', sessionId: 's', action: 'sendMessage', chatInput: 'hi' };
    const result = await callTool(url, list, { limit: 1, ...added });
    assert.equal(result.isError, undefined);
    const { details } = toolError(await callTool(url, list, { limit: 1, ...added, limitt: 1 }), 400);
    assert.deepEqual(details.failures.map(({ path }) => path), ['limitt']);
});

test('very many unknown arguments get a short answer', async () => {
    const args = Object.fromEntries(Array.from({ length: 200_000 }, (_, i) => [`m${i}`, 1]));
    const exchange = await legacy(url, 'tools/call', { name: list, arguments: args });
    assert.ok(exchange.text.length < 65_536, `${exchange.text.length} bytes`);
    const { details } = toolError(exchange.json.result, 400);
    assert.equal(details.failures.length, 21);
    assert.equal(details.failures.at(-1).message, 'and 199980 more mistakes');
});
