// Servers sized for a model: what the list costs, tools that find tools, and why a name is not to be had.
import assert from 'node:assert/strict';

import { connectV2 } from './support/clients.mjs';
import { assertRpcError, callTool, dataOf, legacy, listTools, modernRequest, toolError } from './support/mcp.mjs';
import { connect, mainEnvironment } from './support/product.mjs';
import { file, test } from './support/test.mjs';

const where = await mainEnvironment();
const account = await connect(file, where, { tickets: 5 });
const discovery = await account.mint({ tool_exposure: 'discovery' });
const path = `/integrated-account/${account.id}/mcp`;
const list = 'list_all_gorgias_tickets';

test('minting tells what the list costs a model, and warns when it is much', async () => {
    const all = await account.mint();
    const bytes = Buffer.byteLength(JSON.stringify(await listTools(all.url)));
    assert.equal(all.tool_count, (await listTools(all.url)).length);
    assert.ok(Math.abs(all.list_bytes - bytes) < bytes * 0.02, `${all.list_bytes} is not ${bytes}`);
    assert.equal(all.estimated_tokens, Math.floor(all.list_bytes / 4));
    assert.ok(all.warnings.some((text) => /tokens of a model's context.*tool_exposure/.test(text)));
    const few = await account.mint({ methods: [list] });
    assert.equal(few.tool_count, 1);
    assert.deepEqual(few.warnings.filter((text) => !text.includes('refer to')), []);
    assert.equal(discovery.tool_count, 3);
    assert.ok(discovery.estimated_tokens < 1000);
});

test('discovery: what stands beside the arguments is refused, not left out', async () => {
    const before = await account.simulated.get('/api/tags?limit=100');
    const args = { tool_name: 'create_a_gorgias_tag', dry_run: true, arguments: { name: 'never-made' } };
    assert.match(toolError(await callTool(discovery.url, 'call_tool', args), 400).message, /dry_run is not known here: .* arguments/);
    assert.equal((await account.simulated.get('/api/tags?limit=100')).data.length, before.data.length);
});

test('discovery: three tools, in both eras, that find, describe and call the others', async () => {
    for (const request of [legacy, modernRequest]) {
        const tools = await listTools(discovery.url, request);
        assert.deepEqual(tools.map(({ name }) => name), ['search_tools', 'get_tool_schema', 'call_tool']);
        const found = await callTool(discovery.url, 'search_tools', { query: 'list the tickets' }, request);
        assert.ok(found.data.tools.length <= 8);
        assert.ok(found.data.tools.some(({ name }) => name === list));
        const described = await callTool(discovery.url, 'get_tool_schema', { tool_names: [list, 'list_tickets'] }, request);
        const [known, unknown] = described.data.tools;
        assert.equal(known.inputSchema.type, 'object');
        assert.match(unknown.error, /Did you mean/);
        const called = await callTool(discovery.url, 'call_tool', { tool_name: list, arguments: { limit: 2 } }, request);
        assert.equal(called.data.result.length, 2);
    }
});

test('discovery: searching finds what is meant', async () => {
    for (const [query, wanted] of [
        ['add tags to a ticket', 'gorgias_ticket_tags_add'],
        ['write a message', 'create_a_gorgias_message'],
        ['merge two customers', 'gorgias_customers_merge'],
        ['delete macro', 'delete_a_gorgias_macro_by_id'],
    ]) {
        const { data } = await callTool(discovery.url, 'search_tools', { query, limit: 5 });
        const names = data.tools.map(({ name }) => name);
        assert.ok(names.includes(wanted), `${query}: ${names}`);
    }
    const all = await callTool(discovery.url, 'search_tools', { query: '', limit: 20 });
    assert.equal(all.data.tools.length, 20);
});

test('discovery: mistakes are told so that they can be corrected', async () => {
    const direct = assertRpcError(await legacy(discovery.url, 'tools/call', { name: list, arguments: {} }), 200, -32602);
    assert.match(direct.message, /search_tools/);
    for (const [name, args, path] of [
        ['search_tools', {}, 'query'],
        ['search_tools', { query: 'x', limit: 21 }, 'limit'],
        ['get_tool_schema', { tool_names: [] }, 'tool_names'],
        ['get_tool_schema', { tool_names: Array(6).fill(list) }, 'tool_names'],
        ['call_tool', {}, 'tool_name'],
        ['call_tool', { tool_name: 'list_tickets' }, 'tool_name'],
        ['call_tool', { tool_name: list, arguments: [1] }, 'arguments'],
        ['call_tool', { tool_name: list, arguments: { limit: 0 } }, 'limit'],
    ]) {
        const body = toolError(await callTool(discovery.url, name, args), 400);
        assert.equal(body.details.failures[0].path, path);
    }
});

test('discovery: the filter holds there, too', async () => {
    const { url } = await account.mint({ tool_exposure: 'discovery', methods: ['read'] });
    const found = await callTool(url, 'search_tools', { query: 'create a ticket', limit: 20 });
    assert.ok(found.data.tools.every(({ readOnlyHint }) => readOnlyHint));
    const hidden = toolError(await callTool(url, 'call_tool', { tool_name: 'create_a_gorgias_ticket', arguments: {} }), 400);
    assert.match(hidden.message, /config\.methods/);
});

test('discovery: an official client walks it', async () => {
    const { client } = await connectV2('auto')(discovery.url);
    const { tools } = await client.listTools();
    assert.equal(tools.length, 3);
    const called = await client.callTool({ name: 'call_tool', arguments: { tool_name: list, arguments: { limit: 1 } } });
    assert.equal(dataOf(called).result.length, 1);
    await client.close();
});

test('explain: what a name is, or why it is not to be had', async () => {
    const server = await account.mint({ methods: ['read'], tags: ['tickets'] });
    const explain = (tool) => account.api.ok('GET', `${path}/${server.id}/explain?tool=${tool}`);
    assert.equal((await explain(list)).state, 'shown');
    const byMethod = await explain('create_a_gorgias_ticket');
    assert.equal(byMethod.state, 'hidden');
    assert.match(byMethod.message, /config\.methods of this MCP server is \[read\]/);
    assert.match((await explain('list_all_gorgias_macros')).message, /config\.tags .* has the tags \[macros\]/);
    const noTool = await explain('gorgias_files_upload');
    assert.equal(noTool.state, 'without_tool');
    assert.match(noTool.message, /REST proxy only/);
    const unknown = await explain('list_tickets_gorgias');
    assert.equal(unknown.state, 'unknown');
    assert.ok(unknown.near.includes(list));
    for (const tool of ['create_a_gorgias_ticket', 'gorgias_files_upload', 'nonsense']) {
        const { message } = await explain(tool);
        const error = assertRpcError(await legacy(server.url, 'tools/call', { name: tool, arguments: {} }), 200, -32602);
        assert.equal(error.message, message, 'the model is told the same');
    }
    assert.equal((await account.api.get(`${path}/${server.id}/explain`)).status, 400);
});
