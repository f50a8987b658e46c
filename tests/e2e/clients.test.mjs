// The official clients do a day's work: each finds the tools and uses six, and the vendor has what they did.
import assert from 'node:assert/strict';

import { clients, inspect } from './support/clients.mjs';
import { connect, mainEnvironment } from './support/product.mjs';
import { defer, test } from './support/test.mjs';

const where = await mainEnvironment();

async function content(client, name, args) {
    const result = await client.callTool(name, args);
    assert.ok(!result.isError, `${name}: ${result.content[0]?.text}`);
    assert.equal(result.structuredContent, undefined, 'the data comes once');
    return JSON.parse(result.content[0].text);
}

for (const { name, connect: open, isModern } of clients) {
    test(`${name}: list the tools, use six of them`, async (t) => {
        const account = await connect(t, where);
        const { simulated } = account;
        const client = await open((await account.mint()).url);
        defer(t, () => client.close());

        const listed = await client.listTools();
        assert.deepEqual(listed.map((tool) => tool.name), (await account.tools()).map((tool) => tool.name));

        const page = await content(client, 'list_all_gorgias_tickets', { limit: 10 });
        const direct = (await simulated.get('/api/tickets?limit=10')).data;
        assert.deepEqual(page.result, direct);
        assert.equal(typeof page.next_cursor, 'string');

        const [{ id }] = page.result;
        const ticket = await content(client, 'get_single_gorgias_ticket_by_id', { id });
        assert.deepEqual(ticket, await simulated.get(`/api/tickets/${id}`));

        const note = await content(client, 'create_a_gorgias_message', {
            ticket_id: id,
            channel: 'internal-note',
            via: 'api',
            from_agent: true,
            public: false,
            source: { type: 'internal-note' },
            body_text: `Noted by ${name}`,
        });
        const stored = await simulated.get(`/api/tickets/${id}/messages/${note.id}`);
        assert.equal(stored.body_text, `Noted by ${name}`);
        assert.equal(stored.public, false);
        assert.equal(stored.channel, 'internal-note');

        await content(client, 'update_a_gorgias_ticket_by_id', { id, status: 'closed', tags: [{ name: 'by-e2e' }] });
        const closed = await simulated.get(`/api/tickets/${id}`);
        assert.equal(closed.status, 'closed');
        assert.deepEqual(closed.tags.map((tag) => tag.name), ['by-e2e']);

        const customer = await content(client, 'get_single_gorgias_customer_by_id', { id: ticket.customer.id });
        assert.deepEqual(customer, await simulated.get(`/api/customers/${ticket.customer.id}`));

        const actions = [{ name: 'addTags', title: 'Add tags', type: 'user', arguments: { tags: 'by-e2e' } }];
        const macro = await content(client, 'create_a_gorgias_macro', { name: `Macro of ${name}`, actions });
        const made = await simulated.get(`/api/macros/${macro.id}`);
        assert.equal(made.name, `Macro of ${name}`);
        assert.equal(made.actions[0].arguments.tags, 'by-e2e');

        const last = await client.callTool('get_single_gorgias_ticket_by_id', { id });
        assert.equal(last._meta?.['io.modelcontextprotocol/serverInfo'] !== undefined, isModern, 'the era is as expected');
    });

    test(`${name}: an invalid argument is a tool error that names it`, async (t) => {
        const account = await connect(t, where);
        const client = await open((await account.mint()).url);
        defer(t, () => client.close());
        const calls = await account.simulated.callsDuring(async () => {
            const result = await client.callTool('list_all_gorgias_tickets', { limit: 0 });
            assert.equal(result.isError, true);
            const { details } = JSON.parse(result.content[0].text);
            assert.deepEqual(details.failures, [{ path: 'limit', message: 'must be at least 1' }]);
        });
        assert.equal(calls, 0, 'the vendor was not asked');
    });
}

test('Inspector: tools/list --strict finds nothing wrong', async (t) => {
    const account = await connect(t, where);
    const { code, stdout, stderr } = await inspect((await account.mint()).url, '--method', 'tools/list', '--strict');
    assert.equal(code, 0, stderr);
    assert.ok(JSON.parse(stdout).result.tools.length > 100);
    for (const line of stderr.split('\n').filter(Boolean)) t.diagnostic(line);
    assert.doesNotMatch(stderr, /error/i);
});

test('Inspector: an unknown URL ends with our help', async (t) => {
    const account = await connect(t, where);
    const { code, stdout, stderr } = await inspect(`${(await account.mint()).url}x`, '--method', 'tools/list');
    assert.equal(code, 1);
    assert.match(stdout + stderr, /unknown, revoked or expired/);
});
