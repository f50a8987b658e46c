// What the product promises, done by a client over MCP alone: it sees tools, calls them, and the help desk has what they did.
import assert from 'node:assert/strict';

import { clients } from './support/clients.mjs';
import { connect, mainEnvironment } from './support/product.mjs';
import { defer, test } from './support/test.mjs';

const where = await mainEnvironment();
const { connect: open } = clients.find(({ name }) => name === 'SDK v2, auto');

/// Calls a tool of the list and gives what it answered.
async function agentOf(t, account, config) {
    const client = await open((await account.mint(config)).url);
    defer(t, () => client.close());
    const known = new Set((await client.listTools()).map(({ name }) => name));
    return async (name, args) => {
        assert.ok(known.has(name), `${name} is a tool`);
        const result = await client.callTool(name, args);
        assert.ok(!result.isError, `${name}: ${result.content[0]?.text}`);
        return result.data;
    };
}

/// What an agent would decide from the text of a ticket.
const tagFor = ({ subject = '', excerpt = '' }) => (/refund|money/i.test(`${subject} ${excerpt}`) ? 'triage-refund' : 'triage-question');

test('triage: every unassigned ticket of the last hour is tagged and given to a team', async (t) => {
    const account = await connect(t, where, { tickets: 60 });
    const { simulated } = account;
    // Three that came just now, as customers write them; the others are older or somebody's.
    const subjects = ['I want my money back', 'Where is my order?', 'A refund, please'];
    for (const subject of subjects)
        await simulated.rest('POST', '/api/tickets', {
            subject,
            channel: 'email',
            via: 'email',
            messages: [
                {
                    channel: 'email',
                    via: 'email',
                    from_agent: false,
                    sender: { email: 'dana@shopper.example' },
                    subject,
                    body_text: subject,
                    source: { type: 'email', from: { address: 'dana@shopper.example' }, to: [{ address: 'support@acme.example' }] },
                },
            ],
        }, 201);
    const agent = await agentOf(t, account, { tags: ['tickets', 'teams'] });
    const [team] = (await agent('list_all_gorgias_teams', { limit: 1 })).result;

    const page = await agent('list_all_gorgias_tickets', { limit: 100, order_by: 'created_datetime:desc' });
    const newest = Math.max(...page.result.map((ticket) => Date.parse(ticket.created_datetime)));
    const wanted = page.result.filter(
        (ticket) =>
            !ticket.assignee_user && !ticket.assignee_team && Date.parse(ticket.created_datetime) > newest - 3_600_000,
    );
    assert.ok(wanted.length >= subjects.length);
    for (const { id, subject, excerpt } of wanted) {
        await agent('gorgias_ticket_tags_add', { ticket_id: id, names: [tagFor({ subject, excerpt })] });
        await agent('update_a_gorgias_ticket_by_id', { id, assignee_team: { id: team.id } });
    }

    const all = (await simulated.get('/api/tickets?limit=100')).data;
    for (const ticket of all) {
        const tags = ticket.tags.map((tag) => tag.name).filter((name) => name.startsWith('triage-'));
        const isWanted = wanted.some(({ id }) => id === ticket.id);
        assert.deepEqual(tags, isWanted ? [tagFor(ticket)] : [], ticket.subject);
        if (isWanted) assert.equal(ticket.assignee_team.id, team.id);
    }
    for (const subject of subjects) assert.ok(wanted.some((ticket) => ticket.subject === subject), subject);
});

test('draft: a ticket, its customer and history are read, and a draft is left as internal note', async (t) => {
    const account = await connect(t, where, { tickets: 20 });
    const { simulated } = account;
    const agent = await agentOf(t, account);
    const [{ id }] = (await agent('list_all_gorgias_tickets', { limit: 1 })).result;

    const ticket = await agent('get_single_gorgias_ticket_by_id', { id });
    const customer = await agent('get_single_gorgias_customer_by_id', { id: ticket.customer.id });
    const messages = await agent('list_all_gorgias_messages', { ticket_id: id, limit: 30 });
    const history = await agent('list_all_gorgias_tickets', { customer_id: customer.id, limit: 30 });
    assert.ok(messages.result.length >= 1);
    assert.ok(history.result.some((one) => one.id === id));

    const before = (await simulated.get(`/api/tickets/${id}`)).messages.length;
    const draft = `Draft for ${customer.name}, after ${messages.result.length} messages and ${history.result.length} tickets.`;
    await agent('create_a_gorgias_message', {
        ticket_id: id,
        channel: 'internal-note',
        via: 'api',
        from_agent: true,
        public: false,
        source: { type: 'internal-note' },
        body_text: draft,
    });

    const after = await simulated.get(`/api/tickets/${id}`);
    assert.equal(after.messages.length, before + 1);
    const note = after.messages.at(-1);
    assert.deepEqual([note.body_text, note.public, note.channel, note.from_agent], [draft, false, 'internal-note', true]);
    assert.equal(after.status, ticket.status, 'a note changes nothing else');
    assert.ok(!after.messages.some(({ body_text, public: isPublic }) => isPublic && body_text === draft), 'the customer got nothing');
});

/// What every developer tries first.
const promised = { methods: ['read', 'write'], tags: ['tickets', 'messages'] };

test('both promises hold with the configuration that the first page shows', async (t) => {
    const account = await connect(t, where, { tickets: 20 });
    const { simulated } = account;
    const agent = await agentOf(t, account, promised);
    const [wanted] = (await agent('gorgias_tickets_search', { status: 'open', unassigned: true, limit: 1 })).result;
    await agent('gorgias_ticket_tags_add', { ticket_id: wanted.id, names: [tagFor(wanted)] });
    await agent('gorgias_ticket_assign', { ticket_id: wanted.id, assignee_team_id: 'Support' });
    const after = await simulated.get(`/api/tickets/${wanted.id}`);
    assert.equal(after.assignee_team.name, 'Support');
    assert.deepEqual(
        after.tags.map(({ name }) => name).toSorted(),
        [...new Set([...wanted.tags.map(({ name }) => name), tagFor(wanted)])].toSorted(),
    );

    const { subject, customer, messages } = await agent('get_single_gorgias_ticket_by_id', { id: wanted.id });
    assert.ok(customer.id && messages.length > 0);
    await agent('gorgias_ticket_reply', { ticket_id: wanted.id, public: false, body_text: `Draft for ${customer.name}: about ${subject} …` });
    const note = (await simulated.get(`/api/tickets/${wanted.id}`)).messages.at(-1);
    assert.deepEqual([note.public, note.channel], [false, 'internal-note']);
});

test('its list fits a model, and its answer says what write means and what is left out', async (t) => {
    const account = await connect(t, where, { tickets: 1 });
    const { estimated_tokens, warnings } = await account.mint(promised);
    assert.ok(estimated_tokens <= 12_600, `${estimated_tokens} tokens`);
    assert.ok(warnings.some((warning) => /write means every write: .*gorgias_ticket_tags_add/.test(warning)), warnings.join(' '));
    assert.ok(warnings.some((warning) => /refer to .* that config leaves out/.test(warning)), warnings.join(' '));
    // What the same words meant before: the same tools.
    const before = await account.mint({ ...promised, vocabulary: 1 });
    assert.equal(before.tool_count, 17);
    assert.ok(before.estimated_tokens <= 9000, `${before.estimated_tokens} tokens`);
});
