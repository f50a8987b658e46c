// One URL for all accounts of a tenant: names begin with the integration's, an argument says which account.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';

import { assertRefused } from './support/api.mjs';
import { clients } from './support/clients.mjs';
import { assertRpcError, callTool, legacy, listTools, modernRequest, toolError } from './support/mcp.mjs';
import { environment, install, main, startApi } from './support/product.mjs';
import { defer, eventually, file, test } from './support/test.mjs';

// A vendor of another integration: notes.
const notes = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify([{ id: 1, text: `key ${request.headers['x-api-key']}` }]));
});
await new Promise((done) => notes.listen(0, '127.0.0.1', done));
defer(file, () => notes.close());
const notesUrl = `http://127.0.0.1:${notes.address().port}`;
const manifest = `name: notes
label: Notes
category: test
openapi: openapi.yaml
base_url: "https://notes.example"
credentials:
  api_key:
    label: API key
    fields:
      api_key: {label: API key, secret: true, required: true}
    authorization: {format: header, config: {name: x-api-key, token: "{{context.api_key}}"}}
resources:
  notes:
    methods:
      list: {operation: list-notes}
mcp:
  prompts:
    - name: summarise
      description: Summarises the notes.
      messages: [{role: user, content: {type: text, text: Summarise my notes.}}]
`;
const openapi = {
    openapi: '3.1.0',
    info: { title: 'Notes', version: '1' },
    paths: {
        '/notes': {
            get: {
                operationId: 'list-notes',
                summary: 'List notes',
                description: 'Lists the notes.',
                responses: {
                    200: { description: 'The notes', content: { 'application/json': { schema: { type: 'array', items: { type: 'object' } } } } },
                },
            },
        },
    },
};

const allowed = [notesUrl, main.simulator.url].map((url) => new URL(url).host).join();
const own = await startApi(file, { settings: { SLUICE_EGRESS_ALLOW: allowed } });
const replica = await startApi(file, { settings: { SLUICE_EGRESS_ALLOW: allowed } });
const where = await environment('tenants', own);
const { api } = where;
const installation = await install(api, manifest, openapi, notesUrl);

const connectNotes = async (tenant_id, api_key = 'k1') =>
    api.ok('POST', '/integrated-account', {
        tenant_id,
        environment_integration_id: installation,
        authentication_method: 'api_key',
        context: { api_key },
    });
const connectDesk = async (tenant_id) => {
    const simulated = await where.simulator.addAccount({ tickets: 5 });
    const { subdomain, email, apiKey: api_key } = simulated;
    const { id } = await api.ok('POST', '/integrated-account', {
        tenant_id,
        environment_integration_id: where.installation,
        authentication_method: 'api_key',
        context: { subdomain, email, api_key },
    });
    return { id, simulated, label: `${simulated.simulator.url.replace('http://', '')}/${subdomain}` };
};
const mint = async (tenant_id, members = {}) => api.ok('POST', '/mcp-server', { name: 'All', tenant_id, ...members });

const desks = [await connectDesk('acme'), await connectDesk('acme')];
await connectNotes('acme');
const server = await mint('acme');
const list = 'list_all_gorgias_tickets';
const listNotes = 'list_all_notes_notes';

test('the tools keep the names that an account has; where two accounts share an integration, they ask which', async () => {
    const tools = await listTools(server.url);
    assert.equal(server.tool_count, tools.length);
    assert.equal(new Set(tools.map(({ name }) => name)).size, tools.length);
    assert.deepEqual(tools.map(({ name }) => name), tools.map(({ name }) => name).toSorted());
    for (const { name, inputSchema } of tools) {
        const isOfTwo = name.includes('gorgias');
        assert.ok(name.length <= 46);
        assert.equal('account' in inputSchema.properties, isOfTwo, name);
        assert.equal(inputSchema.required?.includes('account') ?? false, isOfTwo, name);
    }
    const { account } = tools.find(({ name }) => name === list).inputSchema.properties;
    assert.deepEqual(account.enum, desks.map(({ label }) => label));
});

test('a call goes to the account it names, by address or by id, in both eras', async () => {
    for (const request of [legacy, modernRequest])
        for (const { label, id, simulated } of desks)
            for (const account of [label, id]) {
                const calls = await simulated.callsDuring(async () => {
                    const { data } = await callTool(server.url, list, { account, limit: 2 }, request);
                    assert.equal(data.result.length, 2);
                });
                assert.equal(calls, 1);
            }
    const { data } = await callTool(server.url, listNotes);
    assert.deepEqual(data.result, [{ id: 1, text: 'key k1' }]);
});

test('a cursor goes on in its account only', async () => {
    const [{ label }, other] = desks;
    const first = (await callTool(server.url, list, { account: label, limit: 2 })).data;
    const next = { limit: 2, next_cursor: first.next_cursor };
    const second = (await callTool(server.url, list, { account: label, ...next })).data;
    assert.notDeepEqual(second.result, first.result);
    toolError(await callTool(server.url, list, { account: other.label, ...next }), 400);
});

test('what one account decides itself is taken by name for that account', async () => {
    const [{ label, simulated }] = desks;
    const [ticket] = (await simulated.get('/api/tickets?limit=1')).data;
    const args = { account: label, id: ticket.id, assignee_team: { id: 'Returns' } };
    const result = await callTool(server.url, 'update_a_gorgias_ticket_by_id', args);
    assert.ok(result.isError !== true, result.content[0].text);
    assert.equal((await simulated.get(`/api/tickets/${ticket.id}`)).assignee_team.name, 'Returns');
});

test('a call without the account, or of one that is not the tenant\'s, says which there are', async () => {
    const stranger = await connectDesk('other');
    for (const account of [undefined, 'nobody', stranger.id, stranger.label, 7]) {
        const { details } = toolError(await callTool(server.url, list, { account, limit: 1 }), 400);
        assert.equal(details.failures[0].path, 'account');
        for (const { label } of desks) assert.ok(details.failures[0].message.includes(label));
    }
    const near = desks[0].label.slice(0, -1);
    assert.match(toolError(await callTool(server.url, list, { account: near }), 400).message, /did you mean/);
});

test('the name that began with the integration once works and says what it is called here', async () => {
    const result = await callTool(server.url, 'gorgias_list_all_tickets', { account: desks[0].label, limit: 1 });
    assert.match(result.content.at(-1).text, /is called list_all_gorgias_tickets now/);
    const explained = await api.ok('GET', `/mcp-server/${server.id}/explain?tool=gorgias_list_all_tickets`);
    assert.deepEqual([explained.state, explained.name], ['renamed', list]);
});

test('filters take both names, and integrations are chosen', async () => {
    for (const name of ['gorgias_list_all_tickets', list]) {
        const { url } = await mint('acme', { config: { methods: [name] } });
        assert.deepEqual((await listTools(url)).map((tool) => tool.name), [list]);
        assertRpcError(await legacy(url, 'tools/call', { name: listNotes }), 200, -32602);
    }
    const { url, id } = await mint('acme', { integrations: ['notes'] });
    assert.deepEqual((await listTools(url)).map((tool) => tool.name), [listNotes]);
    await api.ok('PATCH', `/mcp-server/${id}`, { integrations: ['gorgias'] });
    assert.ok((await listTools(url)).every((tool) => tool.name.includes('gorgias')));
});

test('an account that is connected later is shown at once, one that is deleted goes; on the other replica within a second', async () => {
    const lone = await connectNotes('late');
    const { url } = await mint('late');
    const elsewhere = url.replace(own.url, replica.url);
    const namesAt = async (at) => (await listTools(at)).map(({ name }) => name);
    assert.equal((await namesAt(elsewhere)).length, 1);
    const desk = await connectDesk('late');
    assert.ok((await namesAt(url)).includes(list));
    await eventually('the other replica shows it', 1, async () => (await namesAt(elsewhere)).includes(list));
    const { account } = (await listTools(url)).find(({ name }) => name === list).inputSchema.properties;
    assert.equal(account, undefined, 'one account needs no argument');
    assert.ok((await callTool(url, list, { limit: 1 })).data.result.length === 1);
    await api.ok('PATCH', `/integrated-account/${lone.id}`, { tenant_id: 'moved' });
    assert.ok((await namesAt(url)).every((name) => name.includes('gorgias')));
    await api.ok('DELETE', `/integrated-account/${desk.id}`);
    assert.deepEqual(await namesAt(url), []);
    await eventually('nor does the other replica', 1, async () => (await namesAt(elsewhere)).length === 0);
    const moved = await mint('moved');
    assert.equal((await namesAt(moved.url)).length, 1);
});

test('one account that is blocked leaves the others alone', async () => {
    const [alive, blocked] = [await connectDesk('half'), await connectDesk('half')];
    const { url } = await mint('half');
    await api.ok('PATCH', `/integrated-account/${blocked.id}`, { is_blocked: true });
    assert.equal((await callTool(url, list, { account: blocked.label })).isError, true);
    assert.ok((await callTool(url, list, { account: alive.label, limit: 1 })).data.result);
});

test('what a PATCH does not touch is not looked at: a server without accounts may be renamed and ended', async () => {
    const lone = await connectNotes('gone');
    const { id, url } = await mint('gone');
    await api.ok('DELETE', `/integrated-account/${lone.id}`);
    assert.equal((await api.ok('PATCH', `/mcp-server/${id}`, { name: 'Still here' })).name, 'Still here');
    assert.deepEqual(await listTools(url), []);
    assertRpcError(await legacy(url, 'tools/call', { name: list }), 200, -32602);
});

test('prompts stand under the name of their integration', async () => {
    const { prompts } = (await legacy(server.url, 'prompts/list')).json.result;
    assert.deepEqual(prompts.map(({ name }) => name), ['notes_summarise']);
    const { messages } = (await legacy(server.url, 'prompts/get', { name: 'notes_summarise' })).json.result;
    assert.equal(messages[0].content.text, 'Summarise my notes.');
});

test('discovery finds and calls tools of every account', async () => {
    const { url } = await mint('acme', { config: { tool_exposure: 'discovery' } });
    const found = (await callTool(url, 'search_tools', { query: 'notes' })).data;
    assert.ok(found.tools.some(({ name }) => name === listNotes));
    const args = { tool_name: list, arguments: { account: desks[1].label, limit: 1 } };
    assert.equal((await callTool(url, 'call_tool', args)).data.result.length, 1);
});

test('management: get, list by tenant, rename, rotate, delete; and what is refused', async () => {
    const made = await mint('acme', { expires_at: new Date(Date.now() + 3_600_000).toISOString() });
    const { token, url, bearer, tool_count, list_bytes, estimated_tokens, warnings, ...shown } = made;
    assert.deepEqual(await api.ok('GET', `/mcp-server/${made.id}`), shown);
    assert.deepEqual([shown.tenant_id, shown.integrations, 'integrated_account_id' in shown], ['acme', [], false]);
    assert.ok((await api.all('/mcp-server?tenant_id=acme')).some(({ id }) => id === made.id));
    assert.ok((await api.all('/mcp-server?tenant_id=late')).every(({ id }) => id !== made.id));
    assert.equal((await api.ok('PATCH', `/mcp-server/${made.id}`, { name: 'New' })).name, 'New');
    const rotated = await api.ok('POST', `/mcp-server/${made.id}/rotate-token`, { overlap_seconds: 0 });
    assert.equal((await legacy(url, 'ping')).status, 404);
    assert.equal((await legacy(rotated.url, 'ping')).status, 200);
    await api.ok('DELETE', `/mcp-server/${made.id}`);
    assert.equal((await legacy(rotated.url, 'ping')).status, 404);
    assertRefused(await api.get(`/mcp-server/${made.id}`), 404);
    assertRefused(await api.post('/mcp-server', { name: 'x', tenant_id: 'nobody' }), 404);
    assertRefused(await api.post('/mcp-server', { name: 'x' }), 400, ['tenant_id']);
    assertRefused(await api.post('/mcp-server', { name: 'x', tenant_id: 'acme', integrations: ['none'] }), 404);
    assertRefused(await api.post('/mcp-server', { name: 'x', tenant_id: 'acme', config: { methods: ['no'] } }), 400, ['config.methods[0]']);
    // Neither kind is reached by the path of the other.
    assertRefused(await api.get(`/integrated-account/${desks[0].id}/mcp/${server.id}`), 404);
    const single = await api.ok('POST', `/integrated-account/${desks[0].id}/mcp`, { name: 'One' });
    assertRefused(await api.get(`/mcp-server/${single.id}`), 404);
    assertRefused(await main.api.get(`/mcp-server/${server.id}`), 404);
});

for (const { name, connect: open } of clients.slice(0, 4))
    test(`${name}: list and call`, async (t) => {
        const client = await open(server.url);
        defer(t, () => client.close());
        assert.ok((await client.listTools()).length > 100);
        assert.equal((await client.callTool(list, { account: desks[0].label, limit: 1 })).data.result.length, 1);
    });
