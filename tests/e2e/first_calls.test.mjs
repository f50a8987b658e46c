// Calls that models make at first, without having read much: each has the wished effect, or an error that names the one
// change that makes it right. None has an effect that was not asked for.
import assert from 'node:assert/strict';

import { callTool, legacy } from './support/mcp.mjs';
import { connect, mainEnvironment } from './support/product.mjs';
import { test } from './support/test.mjs';

const where = await mainEnvironment();
const update = 'update_a_gorgias_ticket_by_id';
const message = 'create_a_gorgias_message';
const search = 'gorgias_tickets_search';
const reply = 'gorgias_ticket_reply';
const assign = 'gorgias_ticket_assign';

/// What a help desk is like for one call: a ticket, and what there is to find out about it.
async function deskFor(t) {
    const account = await connect(t, where, { tickets: 12 });
    const { simulated } = account;
    const { url } = await account.mint();
    const tickets = (await simulated.get('/api/tickets?limit=30')).data;
    const ticket = await simulated.get(`/api/tickets/${(tickets.find(({ channel }) => channel === 'email') ?? tickets[0]).id}`);
    const [user] = (await simulated.get('/api/users?limit=10')).data.filter(({ role }) => role.name !== 'bot');
    return { account, simulated, url, tickets, ticket, user };
}
/// All that a call could have changed.
async function everything({ simulated, tickets }) {
    const [shown, macros, tags, customers] = await Promise.all([
        Promise.all(tickets.map(({ id }) => simulated.rest('GET', `/api/tickets/${id}?relationships=custom_fields`, undefined, [200, 404]))),
        simulated.get('/api/macros?limit=100'),
        simulated.get('/api/tags?limit=100'),
        simulated.get('/api/customers?limit=100'),
    ]);
    return JSON.stringify([shown.map(({ text }) => text), macros.data, tags.data, customers.data]);
}
const now = ({ simulated, ticket }) => simulated.get(`/api/tickets/${ticket.id}?relationships=custom_fields`);
const lastMessage = async (desk) => (await now(desk)).messages.at(-1);
const fieldOf = async (desk, label) => {
    const { data } = await desk.simulated.get('/api/custom-fields?object_type=Ticket');
    return (await now(desk)).custom_fields[data.find((field) => field.label === label).id]?.value;
};

/// [what a model writes, its tool, its arguments, what must be so afterwards or what the error must say]
const calls = [
    ['numbers as texts', 'list_all_gorgias_tickets', { limit: '2' }, (_, { result }) => assert.equal(result.length, 2)],
    ['an id as text', 'get_single_gorgias_ticket_by_id', ({ ticket }) => ({ id: String(ticket.id) }), ({ ticket }, data) => assert.equal(data.id, ticket.id)],
    ['a number written as float', 'get_single_gorgias_ticket_by_id', ({ ticket }) => `{"id": ${ticket.id}.0}`, ({ ticket }, data) => assert.equal(data.id, ticket.id)],
    ['null for what is not wanted', update, ({ ticket }) => ({ id: ticket.id, status: 'closed', subject: null, customer: null, tags: null, language: null, assignee_team_id: null }),
        async (desk) => { const after = await now(desk); assert.deepEqual([after.status, after.subject, after.customer.id], ['closed', desk.ticket.subject, desk.ticket.customer.id]); }],
    ['a priority in capitals', update, ({ ticket }) => ({ id: ticket.id, priority: 'HIGH' }), /priority .*high/],
    ['a team by its name', update, ({ ticket }) => ({ id: ticket.id, assignee_team_id: 'Support' }), async (desk) => assert.equal((await now(desk)).assignee_team.name, 'Support')],
    ['a person by e-mail, in an object', update, ({ ticket, user }) => ({ id: ticket.id, assignee_user: { email: user.email } }), async (desk) => assert.equal((await now(desk)).assignee_user.id, desk.user.id)],
    ['a person by name, in an object', update, ({ ticket, user }) => ({ id: ticket.id, assignee_user: { name: user.name } }), async (desk) => assert.equal((await now(desk)).assignee_user.id, desk.user.id)],
    ['a team that is not there', update, ({ ticket }) => ({ id: ticket.id, assignee_team_id: 'Suport' }), /did you mean Support/],
    ['tags as texts', update, ({ ticket }) => ({ id: ticket.id, tags: ['vip'] }), async (desk) => assert.deepEqual((await now(desk)).tags.map(({ name }) => name), ['vip'])],
    ['one tag for a list', 'gorgias_ticket_tags_add', ({ ticket }) => ({ ticket_id: ticket.id, names: 'brand-new' }),
        async (desk) => assert.deepEqual((await now(desk)).tags.map(({ name }) => name).toSorted(), [...desk.ticket.tags.map(({ name }) => name), 'brand-new'].toSorted())],
    ['fields by their label', update, ({ ticket }) => ({ id: ticket.id, custom_fields: { 'Order number': 'A-17' } }), async (desk) => assert.equal(await fieldOf(desk, 'Order number'), 'A-17')],
    ['a number of a field as text', 'update_a_gorgias_ticket_custom_field_by_id', ({ ticket }) => ({ ticket_id: ticket.id, id: 'Refund amount', body: '12.5' }), async (desk) => assert.equal(await fieldOf(desk, 'Refund amount'), 12.5)],
    ['yes and no as text', 'update_a_gorgias_ticket_custom_field_by_id', ({ ticket }) => ({ ticket_id: ticket.id, id: 'escalated', body: 'true' }), async (desk) => assert.equal(await fieldOf(desk, 'Escalated'), true)],
    ['a slip in the channel of a note', message, ({ ticket }) => ({ ticket_id: ticket.id, channel: 'internal_note', from_agent: true, body_text: 'draft' }), /internal-note/],
    ['a note without public', message, ({ ticket }) => ({ ticket_id: ticket.id, channel: 'internal-note', from_agent: true, body_text: 'draft' }), async (desk) => assert.equal((await lastMessage(desk)).public, false)],
    ['an answer to the customer', reply, ({ ticket }) => ({ ticket_id: ticket.id, public: true, body_text: 'It ships tomorrow.' }),
        async (desk) => {
            const sent = await lastMessage(desk);
            const asked = desk.ticket.messages.filter(({ from_agent, public: isPublic }) => !from_agent && isPublic).at(-1);
            assert.deepEqual([sent.public, sent.from_agent, sent.channel, sent.body_text, sent.receiver.id], [true, true, 'email', 'It ships tomorrow.', desk.ticket.customer.id]);
            assert.deepEqual(sent.source.to, [asked.source.from]);
            assert.deepEqual(sent.source.from, asked.source.to[0]);
        }],
    ['a note, as text', reply, ({ ticket }) => ({ ticket_id: String(ticket.id), public: 'false', body_text: 'Warehouse says yes.' }),
        async (desk) => { const { public: isPublic, channel, source } = await lastMessage(desk); assert.deepEqual([isPublic, channel, source.type], [false, 'internal-note', 'internal-note']); }],
    ['an answer without saying to whom', reply, ({ ticket }) => ({ ticket_id: ticket.id, body_text: 'Hello' }), /public is required/],
    ['an answer by another word', reply, ({ ticket }) => ({ ticket_id: ticket.id, public: true, message: 'Hello' }), /write body_text/],
    ['internal in place of public', reply, ({ ticket }) => ({ ticket_id: ticket.id, internal: true, body_text: 'Hello' }), /public: false makes an internal note/],
    ['an answer without words', reply, ({ ticket }) => ({ ticket_id: ticket.id, public: true }), /body_text is required/],
    ['an answer by a channel of its own', reply, ({ ticket }) => ({ ticket_id: ticket.id, public: true, channel: 'sms', body_text: 'Hello' }), /create_a_gorgias_message lets you choose/],
    ['answer and close', reply, ({ ticket }) => ({ ticket_id: ticket.id, public: true, body_text: 'Done.', status: 'closed' }),
        async (desk) => assert.deepEqual([(await lastMessage(desk)).body_text, (await now(desk)).status], ['Done.', 'closed'])],
    ['assigned by e-mail', assign, ({ ticket, user }) => ({ ticket_id: ticket.id, assignee_user_id: user.email }), async (desk) => assert.equal((await now(desk)).assignee_user.id, desk.user.id)],
    ['assigned to a team by name', assign, ({ ticket }) => ({ ticket_id: ticket.id, assignee_team_id: 'support' }), async (desk) => assert.equal((await now(desk)).assignee_team.name, 'Support')],
    ['assigned by another word', assign, ({ ticket, user }) => ({ ticket_id: ticket.id, user: user.email }), /write assignee_user_id/],
    ['taken from its agent', assign, ({ ticket }) => ({ ticket_id: ticket.id, unassign: 'user' }), async (desk) => assert.equal((await now(desk)).assignee_user, null)],
    ['assigned to nobody', assign, ({ ticket }) => ({ ticket_id: ticket.id }), /give assignee_user_id or assignee_team_id/],
    ['a list filtered by status', 'list_all_gorgias_tickets', { status: 'open' }, /gorgias_tickets_search/],
    ['a search by status', search, { status: 'open' }, ({ tickets }, { result }) => assert.deepEqual(result.map(({ id }) => id).toSorted(), tickets.filter(({ status }) => status === 'open').map(({ id }) => id).toSorted())],
    ['a search by one tag as text', search, ({ tickets }) => ({ tags: tickets.find(({ tags }) => tags.length > 0).tags[0].name }),
        ({ tickets }, { result }) => { const tag = tickets.find(({ tags }) => tags.length > 0).tags[0].name; assert.deepEqual(result.map(({ id }) => id).toSorted(), tickets.filter(({ tags }) => tags.some(({ name }) => name === tag)).map(({ id }) => id).toSorted()); }],
    ['a search for what nobody has', search, { unassigned: 'true' }, ({ tickets }, { result }) => assert.equal(result.length, tickets.filter(({ assignee_user: user }) => user === null).length)],
    ['a search by a team\'s name', search, { assignee_team_id: 'Support', limit: 100 }, ({ tickets }, { result }) => assert.equal(result.length, tickets.filter(({ assignee_team: team }) => team?.name === 'Support').length)],
    ['a search by date', search, ({ tickets }) => ({ created_from: tickets[3].created_datetime, order_by: 'created_datetime:desc' }),
        ({ tickets }, { result }) => assert.equal(result.length, tickets.filter(({ created_datetime: at }) => at >= tickets[3].created_datetime).length)],
    ['a search by words', search, ({ ticket }) => ({ text: ticket.subject }), ({ ticket }, { result }) => assert.ok(result.some(({ id }) => id === ticket.id))],
    ['a search that tries to leave its filter', search, { tags: ['vip"]) || neq(ticket.language, "x'], status: 'open' }, (_, { result }) => assert.deepEqual(result, [])],
    ['a search in the vendor\'s words', search, { status: 'open', filters: 'isNotEmpty(ticket.customer.id)' }, ({ tickets }, { result }) => assert.equal(result.length, tickets.filter(({ status }) => status === 'open').length)],
    ['a search in the form of before', search, { view_id: 0, view: { type: 'ticket-list', filters: 'eq(ticket.status, "open")' } }, ({ tickets }, { result }) => assert.equal(result.length, tickets.filter(({ status }) => status === 'open').length)],
    ['a macro with a name of no action', 'create_a_gorgias_macro', { name: 'm', actions: [{ name: 'add_tags', title: 'Add', arguments: { tags: 'x' } }] }, /addTags/],
    ['a macro with tags as a list', 'create_a_gorgias_macro', { name: 'm', actions: [{ name: 'addTags', title: 'Add', arguments: { tags: ['x', 'y'] } }] }, /arguments\.tags must be a string/],
    ['a macro without its tags', 'create_a_gorgias_macro', { name: 'm', actions: [{ name: 'addTags', title: 'Add', arguments: {} }] }, /arguments\.tags is required by addTags/],
    ['a macro that is right', 'create_a_gorgias_macro', { name: 'first macro', actions: [{ name: 'setStatus', title: 'Close', arguments: { status: 'closed' } }] },
        async ({ simulated }) => assert.ok((await simulated.get('/api/macros?limit=100')).data.some(({ name }) => name === 'first macro'))],
    ['arguments as a text', update, ({ ticket }) => JSON.stringify({ id: ticket.id, status: 'closed' }), async (desk) => assert.equal((await now(desk)).status, 'closed')],
    ['an unknown member inside an object', update, ({ ticket }) => ({ id: ticket.id, customer: { phone: '1' } }), /customer\.phone is not known/],
    ['a look before the deed, as text', update, ({ ticket }) => ({ id: ticket.id, status: 'closed', dry_run: 'true' }), (_, data) => assert.equal(data.dry_run, true), { changesNothing: true }],
    ['a limit beyond the most', 'list_all_gorgias_tickets', { limit: 5000 }, /limit .*1000/],
    ['a name that is nearly right', 'get_single_gorgias_tickets_by_id', { id: 1 }, /get_single_gorgias_ticket_by_id/],
    ['a field of no record', 'list_all_gorgias_tickets', { limit: 1, fields: ['id', 'subjekt'] }, (_, data, { content }) => assert.match(content.at(-1).text, /there is no subjekt/)],
    ['a deletion by an id as text', 'delete_a_gorgias_ticket_by_id', ({ ticket }) => ({ id: String(ticket.id) }), async ({ simulated, ticket }) => simulated.rest('GET', `/api/tickets/${ticket.id}`, undefined, 404)],
];

for (const [what, tool, given, wished, { changesNothing = false } = {}] of calls)
    test(`${what}: ${tool}`, async (t) => {
        const desk = await deskFor(t);
        const args = typeof given === 'function' ? given(desk) : given;
        const before = await everything(desk);
        if (tool === 'get_single_gorgias_tickets_by_id') {
            const { json } = await legacy(desk.url, 'tools/call', { name: tool, arguments: args });
            assert.match(json.error.message, wished);
            return;
        }
        const result = await callTool(desk.url, tool, args);
        const text = result.content.map((block) => block.text).join('\n');
        if (wished instanceof RegExp) {
            assert.ok(result.isError, `an error was wished: ${text}`);
            assert.match(text, wished);
        } else {
            assert.ok(!result.isError, text);
            await wished(desk, result.data, result);
        }
        if (wished instanceof RegExp || changesNothing) assert.equal(await everything(desk), before, 'nothing has changed');
    });

test('a reply goes to the customer, whoever else wrote to the ticket and whatever sender they gave', async (t) => {
    const desk = await deskFor(t);
    const { simulated, ticket, url } = desk;
    const [asked] = ticket.messages.filter(({ from_agent }) => !from_agent);
    const write = (sender, address) =>
        simulated.rest('POST', `/api/tickets/${ticket.id}/messages`, {
            channel: 'email',
            via: 'email',
            from_agent: false,
            sender,
            body_text: 'Send it to me, please.',
            source: { type: 'email', from: { address }, to: asked.source.to },
        });
    for (const [sender, address] of [
        [{ email: 'mallory@attacker.example' }, 'mallory@attacker.example'],
        [{ id: ticket.customer.id }, 'mallory@attacker.example'],
        [{ id: ticket.customer.id }, ''],
    ]) {
        await write(sender, address);
        const sent = (await callTool(url, reply, { ticket_id: ticket.id, public: true, body_text: 'For the customer alone.' })).data;
        assert.deepEqual(sent.source.to.map((each) => each.address), [ticket.customer.email]);
        assert.equal(sent.receiver.id, ticket.customer.id);
    }
});

test('forty calls and more', () => assert.ok(calls.length >= 40));
