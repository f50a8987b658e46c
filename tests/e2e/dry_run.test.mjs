// Every write can be looked at before it is done: the exact request, without the credential, and what it would change.
import assert from 'node:assert/strict';

import { callTool, listTools, toolError } from './support/mcp.mjs';
import { connect, mainEnvironment } from './support/product.mjs';
import { file, test } from './support/test.mjs';

const where = await mainEnvironment();
const account = await connect(file, where, { tickets: 5 });
const { simulated } = account;
const { url } = await account.mint();
const [ticket] = (await simulated.get('/api/tickets?limit=1')).data;
const calls = async () => (await simulated.state()).calls;

test('every tool that writes takes dry_run, no tool that reads does', async () => {
    for (const { name, annotations, inputSchema } of await listTools(url))
        assert.equal('dry_run' in inputSchema.properties, !annotations.readOnlyHint, name);
});

test('an update: the request, what would change, and nothing done', async () => {
    const status = ticket.status === 'closed' ? 'open' : 'closed';
    const args = { id: ticket.id, status, spam: ticket.spam, dry_run: true };
    const { data } = await callTool(url, 'update_a_gorgias_ticket_by_id', args);
    const { dry_run, request, changes } = data;
    assert.equal(dry_run, true);
    assert.equal(request.method, 'PUT');
    assert.ok(request.url.endsWith(`/api/tickets/${ticket.id}`));
    assert.deepEqual(request.body, { status, spam: ticket.spam });
    assert.equal(request.headers.authorization, '[redacted]');
    assert.deepEqual(changes, { status: { from: ticket.status, to: status } });
    assert.equal((await simulated.get(`/api/tickets/${ticket.id}`)).status, ticket.status);
});

test('a deletion shows what would go', async () => {
    const { data } = await callTool(url, 'delete_a_gorgias_ticket_by_id', { id: ticket.id, dry_run: true });
    assert.equal(data.changes.deleted.id, ticket.id);
    assert.equal((await simulated.get(`/api/tickets/${ticket.id}`)).id, ticket.id);
});

test('a creation asks the vendor nothing', async () => {
    const before = await calls();
    const args = { name: 'Never made', actions: [], dry_run: true };
    const { data } = await callTool(url, 'create_a_gorgias_macro', args);
    assert.equal(data.changes, null);
    assert.deepEqual(data.request.body, { name: 'Never made', actions: [] });
    assert.equal(await calls(), before);
});

test('arguments are checked as for the real call, and what is not there is said', async () => {
    const body = toolError(await callTool(url, 'update_a_gorgias_ticket_by_id', { id: 'x', dry_run: true }), 400);
    assert.equal(body.details.failures[0].path, 'id');
    toolError(await callTool(url, 'update_a_gorgias_ticket_by_id', { id: 999_999_999, status: 'open', dry_run: true }), 404);
    const text = JSON.stringify(await callTool(url, 'update_a_gorgias_ticket_by_id', { id: ticket.id, status: 'open', dry_run: true }));
    assert.ok(!text.includes(simulated.apiKey) && !text.includes(Buffer.from(`${simulated.email}:${simulated.apiKey}`).toString('base64')));
});

test('without it, or with false, the call is made', async () => {
    const status = ticket.status === 'closed' ? 'open' : 'closed';
    await callTool(url, 'update_a_gorgias_ticket_by_id', { id: ticket.id, status, dry_run: false });
    assert.equal((await simulated.get(`/api/tickets/${ticket.id}`)).status, status);
});

test('what the vendor shows only when it is asked for is asked for: the values of custom fields', async () => {
    const update = 'update_a_gorgias_ticket_by_id';
    const set = await callTool(url, update, { id: ticket.id, custom_fields: { escalated: true, 'Order number': 'A-17' } });
    assert.ok(set.isError !== true, set.content[0].text);
    const { changes } = (await callTool(url, update, { id: ticket.id, custom_fields: { escalated: false }, dry_run: true })).data;
    const { custom_fields: now } = await simulated.get(`/api/tickets/${ticket.id}?relationships=custom_fields`);
    assert.equal(Object.keys(now).length, 2);
    assert.deepEqual(changes.custom_fields.from, now);
});
