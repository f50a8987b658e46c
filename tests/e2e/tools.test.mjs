// Tools without MCP: listed in the form of a model provider's API, and called by name.
import assert from 'node:assert/strict';

import { Api } from './support/api.mjs';
import { callTool, listTools } from './support/mcp.mjs';
import { connect, mainEnvironment } from './support/product.mjs';
import { file, test } from './support/test.mjs';

const where = await mainEnvironment();
const account = await connect(file, where, { tickets: 5 });
const { url } = await account.mint();
const [ticket] = (await account.simulated.get('/api/tickets?limit=1')).data;

const execute = (name, args, members = { integrated_account_id: account.id }) =>
    where.api.post(`/tools/execute/${name}`, { ...members, arguments: args });

test('the list for MCP is that of tools/list', async () => {
    const { result } = await where.api.ok('GET', `/integrated-account/${account.id}/tools?format=mcp`);
    assert.deepEqual(result, await listTools(url));
});

test('a call gives what the tool gives over MCP', async () => {
    for (const [name, args] of [
        ['list_all_gorgias_tickets', { limit: 2 }],
        ['get_single_gorgias_ticket_by_id', { id: ticket.id }],
        ['get_single_gorgias_ticket_by_id', { id: 1 }],
        ['get_single_gorgias_ticket_by_id', { id: 'first' }],
    ]) {
        const { status, json, headers } = await execute(name, args);
        const { isError, content } = await callTool(url, name, args);
        assert.equal(status, 200);
        assert.equal(json.successful, isError !== true);
        const byMcp = JSON.parse(content[0].text);
        // A cursor is sealed anew each time.
        assert.deepEqual({ ...json.data, next_cursor: null }, { ...byMcp, next_cursor: null });
        if (isError) assert.equal(json.error, content[0].text);
        assert.equal(json.log_id, headers['x-request-id']);
    }
});

test('a write is made, shown, and refused on a sandbox account', async (t) => {
    const sandbox = await connect(t, where, { tickets: 1 });
    const [{ id, status: before }] = (await sandbox.simulated.get('/api/tickets?limit=1')).data;
    const status = before === 'closed' ? 'open' : 'closed';
    const update = (args) =>
        execute('update_a_gorgias_ticket_by_id', { id, status, ...args }, { tenant_id: sandbox.simulated.subdomain });
    const shown = (await update({ dry_run: true })).json;
    assert.deepEqual(shown.data.changes, { status: { from: before, to: status } });
    await where.api.ok('PATCH', `/integrated-account/${sandbox.id}`, { is_sandbox: true });
    const refused = (await update({})).json;
    assert.deepEqual([refused.successful, refused.data.statusCode], [false, 405]);
    assert.equal((await sandbox.simulated.get(`/api/tickets/${id}`)).status, before);
    await where.api.ok('PATCH', `/integrated-account/${sandbox.id}`, { is_sandbox: false });
    assert.equal((await update({})).json.data.status, status);
});

test("an account's token calls its account's tools, and no other's", async (t) => {
    const other = await connect(t, where);
    const { integrated_account_token: token } = await where.api.ok('POST', '/integrated-account/token', { id: account.id });
    const own = new Api(where.api.url, token);
    const path = '/tools/execute/list_all_gorgias_tickets';
    assert.equal((await own.post(path, { arguments: { limit: 1 } })).json.data.result.length, 1);
    assert.equal((await own.post(path, { integrated_account_id: other.id })).status, 403);
});
