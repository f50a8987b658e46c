// Calls as models and clients make them at first: what they say happens at the vendor, and nothing else changes.
import assert from 'node:assert/strict';
import { beforeEach } from 'node:test';

import { callTool, listTools, toolError } from './support/mcp.mjs';
import { connect, mainEnvironment } from './support/product.mjs';
import { test } from './support/test.mjs';

const where = await mainEnvironment();
let account;
let simulated;
let url;
let ticketIds;
/// An account for each test, so that none waits for the vendor's limit.
beforeEach(async (t) => {
    account = await connect(t, where);
    simulated = account.simulated;
    url = (await account.mint()).url;
    ticketIds = (await simulated.get('/api/tickets?limit=30')).data.map(({ id }) => id);
});
const update = 'update_a_gorgias_ticket_by_id';
const message = 'create_a_gorgias_message';

const ticketOf = (id) => simulated.get(`/api/tickets/${id}?relationships=custom_fields`);
/// A ticket for one test alone.
const own = () => ticketIds.shift();

async function done(name, args) {
    const result = await callTool(url, name, args);
    assert.ok(!result.isError, `${name}: ${result.content[0]?.text}`);
    return result.data;
}

/// What a call changed of a ticket.
async function changedBy(id, args) {
    const before = await ticketOf(id);
    await done(update, { id, ...args });
    const after = await ticketOf(id);
    // When it last changed says nothing about what was asked for.
    const ofItself = new Set(['updated_datetime', 'closed_datetime', 'events']);
    return Object.keys(after).filter((key) => !ofItself.has(key) && JSON.stringify(after[key]) !== JSON.stringify(before[key]));
}

test('what strict clients send: null for every argument but one changes that one alone', async () => {
    const id = own();
    await done(update, { id, assignee_team_id: 'Returns', tags: ['vip'], language: 'en', status: 'open' });
    const { inputSchema } = (await listTools(url)).find(({ name }) => name === update);
    const nulls = Object.fromEntries(Object.keys(inputSchema.properties).map((name) => [name, null]));
    assert.deepEqual(await changedBy(id, { ...nulls, id, status: 'closed' }), ['status']);
    toolError(await callTool(url, update, { ...nulls, id }), 400);

    const [customer] = (await simulated.get('/api/customers?limit=1')).data;
    await done('update_a_gorgias_customer_by_id', { id: customer.id, name: 'Dana Fox', email: null, channels: null, external_id: null, language: null, timezone: null });
    const renamed = await simulated.get(`/api/customers/${customer.id}`);
    for (const key of ['email', 'external_id', 'language', 'timezone']) assert.equal(renamed[key], customer[key], key);
    assert.equal(renamed.name, 'Dana Fox');
});

test('clear empties what it names, and nothing else', async () => {
    const id = own();
    await done(update, { id, assignee_user_id: (await simulated.get('/api/users?limit=1')).data[0].email, subject: 'To be cleared' });
    assert.notEqual((await ticketOf(id)).assignee_user, null);
    assert.deepEqual((await changedBy(id, { clear: ['assignee_user_id', 'subject'] })).toSorted(), ['assignee_user', 'assignee_user_id', 'subject']);
    const { details } = toolError(await callTool(url, update, { id, clear: ['status'] }), 400);
    assert.equal(details.failures[0].path, 'clear[0]');
});

test('a note is private, however little is said; a slip in the channel publishes nothing', async () => {
    const id = own();
    const before = (await simulated.get(`/api/tickets/${id}/messages`)).data.length;
    const note = await done(message, { ticket_id: id, channel: 'internal-note', from_agent: true, body_text: 'draft' });
    assert.deepEqual([note.public, note.channel, note.source.type], [false, 'internal-note', 'internal-note']);
    for (const channel of ['internal_note', 'Internal note', 'telegram']) {
        const { message: told } = toolError(await callTool(url, message, { ticket_id: id, channel, from_agent: true, body_text: 'draft' }), 400);
        assert.match(told, /internal-note/);
    }
    assert.equal((await simulated.get(`/api/tickets/${id}/messages`)).data.length, before + 1);
});

test('people and teams by name, e-mail or id, flat or in their object', async () => {
    const [user] = (await simulated.get('/api/users?limit=1')).data;
    for (const wanted of [user.id, `${user.id}`, user.name, user.email, user.email.toUpperCase()])
        for (const args of [{ assignee_user_id: wanted }, { assignee_user: { id: wanted } }]) {
            const id = own();
            await done(update, { id, ...args });
            assert.equal((await ticketOf(id)).assignee_user.id, user.id, JSON.stringify(args));
        }
    const id = own();
    const { message: told } = toolError(await callTool(url, update, { id, assignee_team: { label: 'Support' } }), 400);
    assert.match(told, /assignee_team\.label is not known here/);
    assert.equal((await ticketOf(id)).assignee_team, null);
});

test('the vendor\'s own mistakes have the path of the argument', async () => {
    const id = own();
    const { details, is_remote_error } = toolError(
        await callTool(url, message, { ticket_id: id, channel: 'internal-note', from_agent: true, public: true, body_text: 'x' }), 400);
    assert.equal(is_remote_error, true);
    assert.ok(details.failures[0].path.length > 0 && details.failures[0].message.length > 0);
});

test('a preset is a filter with its name; words of texts that lead nowhere are left out', async () => {
    const made = await account.api.ok('POST', `/integrated-account/${account.id}/mcp`, { name: 'Agent', preset: 'triage' });
    assert.ok(made.config.methods.includes('read') && made.config.tags.includes('tickets'));
    const tools = await listTools(made.url);
    const names = new Set(tools.map(({ name }) => name));
    assert.ok(names.has(update) && !names.has(message) && !names.has('delete_a_gorgias_ticket_by_id'));
    for (const tool of tools)
        for (const [word] of JSON.stringify(tool).matchAll(/\b[a-z]+(?:_[a-z]+)*_?gorgias_[a-z_]+\b/g))
            assert.ok(names.has(word), `${tool.name} names ${word}`);
    const refused = await account.api.post(`/integrated-account/${account.id}/mcp`, { name: 'Agent', preset: 'everything' });
    assert.equal(refused.status, 400);
    assert.match(refused.json.message, /support_agent/);
});
