// A dead account met over MCP: the model is told where it is connected again, a client that can opens the page.
import assert from 'node:assert/strict';

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

import { assertRpcError, callTool, capabilitiesKey, dataOf, legacy, meta, modernHeaders, modernRequest, post, toolError } from './support/mcp.mjs';
import { connect, environment } from './support/product.mjs';
import { file, test } from './support/test.mjs';

const where = await environment('reauth');
const reconnect_url = 'https://app.example/accounts?from=sluice';
await where.api.ok('PATCH', `/environment/${where.id}`, { reconnect_url });
const account = await connect(file, where, { tickets: 2 });
const { url } = await account.mint();
const tool = 'list_all_gorgias_tickets';
const page = `${reconnect_url}&integrated_account_id=${account.id}`;

const call = (params = {}, capabilities = { elicitation: { url: {} } }) => {
    const all = { name: tool, arguments: { limit: 1 }, ...params };
    const _meta = { ...meta(), [capabilitiesKey]: capabilities };
    return post(url, { jsonrpc: '2.0', id: 7, method: 'tools/call', params: { ...all, _meta } }, modernHeaders('tools/call', all));
};
const kill = () => account.die();
const revive = async () => {
    await account.simulated.clearFaults();
    await account.api.ok('PATCH', `/integrated-account/${account.id}/credentials`, { context: { api_key: account.simulated.apiKey } });
};

test('the text says where: the first time, and every time after', async (t) => {
    t.after(revive);
    await kill();
    for (const request of [legacy, modernRequest]) {
        const first = await callTool(url, tool, { limit: 1 }, request);
        assert.equal(first.isError, true);
        assert.ok(first.content.some(({ text }) => text.includes(page)), JSON.stringify(first.content));
    }
    const body = toolError(await callTool(url, tool, { limit: 1 }), 401);
    assert.ok(body.message.includes(page));
});

test('a client that can open a page is asked to, and goes on with the same call', async (t) => {
    t.after(revive);
    await kill();
    await call();
    const { result } = (await call()).json;
    assert.equal(result.resultType, 'input_required');
    assert.deepEqual(Object.keys(result.inputRequests), ['reauth']);
    const { method, params } = result.inputRequests.reauth;
    assert.deepEqual([method, params.mode, params.url], ['elicitation/create', 'url', page]);
    const answered = { requestState: result.requestState, inputResponses: { reauth: { action: 'accept' } } };
    const still = (await call(answered)).json.result;
    assert.equal(still.isError, true, 'opened is not connected: no loop of questions');
    await revive();
    const works = (await call(answered)).json.result;
    assert.equal(works.resultType, 'complete');
    assert.equal(dataOf(works).result.length, 1);
});

test('a state is good for its own call only', async (t) => {
    t.after(revive);
    await kill();
    await call();
    const { requestState } = (await call()).json.result;
    for (const params of [
        { requestState: `${requestState}x` },
        { requestState: requestState.slice(2) },
        { requestState: 5 },
        { requestState, arguments: { limit: 2 } },
        { requestState, name: 'get_single_gorgias_account', arguments: {} },
    ])
        assertRpcError(await call(params), 200, -32602);
});

test('clients that cannot open a page get the text', async (t) => {
    t.after(revive);
    await kill();
    await call();
    for (const capabilities of [{}, { elicitation: {} }, { elicitation: { form: {} } }])
        assert.equal((await call({}, capabilities)).json.result.isError, true);
});

test('without a page of the developer, the text says what the developer does', async (t) => {
    t.after(() => where.api.ok('PATCH', `/environment/${where.id}`, { reconnect_url }));
    t.after(revive);
    await where.api.ok('PATCH', `/environment/${where.id}`, { reconnect_url: null });
    await kill();
    await call();
    const result = (await call()).json.result;
    assert.equal(result.isError, true);
    assert.match(JSON.parse(result.content[0].text).message, /PATCH \/integrated-account/);
    for (const wrong of ['http://app.example/', 'javascript:alert(1)', 'app.example'])
        assert.equal((await where.api.patch(`/environment/${where.id}`, { reconnect_url: wrong })).status, 400);
});

const initialize = (to, capabilities, protocolVersion = '2025-11-25') =>
    legacy(to, 'initialize', { protocolVersion, capabilities, clientInfo: { name: 'x', version: '1' } });

test('a client of 2025-11-25 that can open pages says so in its handshake, and is asked by the error for that', async (t) => {
    t.after(revive);
    await kill();
    await callTool(url, tool, { limit: 1 });
    const session = (await initialize(url, { elicitation: { url: {} } })).headers['mcp-session-id'];
    assert.match(session, /^[\x21-\x7e]+$/);
    const ask = (id) => legacy(url, 'tools/call', { name: tool, arguments: { limit: 1 } }, { headers: id && { 'mcp-session-id': id } });
    const { data, message } = assertRpcError(await ask(session), 200, -32042);
    const [{ mode, url: shown, elicitationId }] = data.elicitations;
    assert.deepEqual([mode, shown, data.elicitations.length], ['url', page, 1]);
    assert.ok(elicitationId.length > 20 && message.length > 20);
    const other = await account.mint();
    const foreign = (await initialize(other.url, { elicitation: { url: {} } })).headers['mcp-session-id'];
    for (const id of [undefined, `${session}x`, 'made-up', foreign]) assert.equal((await ask(id)).json.result.isError, true, 'as good as none');
    await revive();
    assert.ok(dataOf((await ask(session)).json.result), 'the same session goes on');
});

test('clients that cannot open pages, or speak an older revision, get no session', async () => {
    for (const [capabilities, version] of [[{}], [{ elicitation: {} }], [{ elicitation: { form: {} } }], [{ elicitation: { url: {} } }, '2025-06-18']])
        assert.equal((await initialize(url, capabilities, version)).headers['mcp-session-id'], undefined);
});

test('the SDK of that revision passes the page on', async (t) => {
    t.after(revive);
    await kill();
    await callTool(url, tool, { limit: 1 });
    const client = new Client({ name: 'sluice-e2e', version: '1' }, { capabilities: { elicitation: { url: {} } } });
    await client.connect(new StreamableHTTPClientTransport(new URL(url)));
    t.after(() => client.close());
    await assert.rejects(client.callTool({ name: tool, arguments: { limit: 1 } }), (error) => {
        assert.equal(error.code, -32042);
        assert.equal(error.data.elicitations[0].url, page);
        return true;
    });
});
