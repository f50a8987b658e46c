// Agent frameworks, each with its own MCP client and its own schemas for a model: what a model asks for through them happens,
// and nothing else in the help desk changes.
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';

import Ajv from 'ajv/dist/2020.js';

import * as langchain from './support/frameworks/langchain.mjs';
import * as mastra from './support/frameworks/mastra.mjs';
import { demanded, withNulls, withoutRequired } from './support/frameworks/nulls.mjs';
import * as openaiAgents from './support/frameworks/openai_agents.mjs';
import { python } from './support/frameworks/python.mjs';
import { listTools } from './support/mcp.mjs';
import { connect, mainEnvironment } from './support/product.mjs';
import { defer, file, test } from './support/test.mjs';

const inPython = [python('crewai', 'CrewAI', true), python('pydantic_ai', 'Pydantic AI', false)];
for (const { end } of inPython) defer(file, end);
const where = await mainEnvironment();
const ajv = new Ajv({ strict: false, validateFormats: false });

const update = 'update_a_gorgias_ticket_by_id';
const isTime = (value) => !Number.isNaN(Date.parse(value));
const idOf = ({ id }) => id;
const namesOf = (records) => records.map(({ name }) => name);
const addressesOf = (channels) => channels.map(({ id, type, address, preferred }) => [id, type, address, preferred]);
/// By the field's id.
const valuesOf = (shown) => Object.fromEntries(Object.values(shown).map(({ id, value }) => [id, value]));

/// What is asked for, in words and as a model says it; and all that may change, by record and member. The functions get what
/// `prepare` gives, and `ticket`, the id of one that no other case uses.
const cases = [
    {
        what: 'close a ticket',
        tool: update,
        args: ({ ticket }) => ({ id: ticket, status: 'closed' }),
        changes: ({ ticket }) => ({ [`tickets/${ticket}.status`]: 'closed', [`tickets/${ticket}.closed_datetime`]: isTime }),
    },
    {
        what: 'set a priority',
        tool: update,
        args: ({ ticket }) => ({ id: ticket, priority: 'high' }),
        changes: ({ ticket }) => ({ [`tickets/${ticket}.priority`]: 'high' }),
    },
    {
        what: 'assign a team by name',
        tool: update,
        args: ({ ticket }) => ({ id: ticket, assignee_team_id: 'VIP' }),
        changes: ({ ticket }) => ({ [`tickets/${ticket}.assignee_team`]: ({ name }) => name === 'VIP' }),
    },
    {
        what: 'assign a user by e-mail',
        tool: update,
        args: ({ ticket, agent }) => ({ id: ticket, assignee_user_id: agent.email }),
        changes: ({ ticket, agent }) => ({ [`tickets/${ticket}.assignee_user`]: ({ id }) => id === agent.id }),
    },
    {
        what: 'add tags by name',
        tool: 'gorgias_ticket_tags_add',
        args: ({ ticket }) => ({ ticket_id: ticket, names: ['urgent', 'refund'] }),
        changes: ({ ticket }) => ({
            [`tickets/${ticket}.tags`]: (tags) => namesOf(tags).toSorted().join() === 'gift,refund,urgent,vip',
        }),
    },
    {
        what: 'set a custom field',
        tool: 'update_a_gorgias_ticket_custom_field_by_id',
        args: ({ ticket }) => ({ ticket_id: ticket, id: 'Order number', body: 'A-17' }),
        changes: ({ ticket, fields }) => ({
            [`tickets/${ticket}.custom_fields`]: (now, before) =>
                isDeepStrictEqual(valuesOf(now), { ...valuesOf(before), [fields['Order number']]: 'A-17' }),
        }),
    },
    {
        what: 'write an internal note',
        tool: 'create_a_gorgias_message',
        args: ({ ticket }) => ({ ticket_id: ticket, channel: 'internal-note', from_agent: true, body_text: 'Called back.' }),
        changes: ({ ticket }) => ({
            [`tickets/${ticket}.messages_count`]: (now, before) => now === before + 1,
            [`tickets/${ticket}.excerpt`]: 'Called back.',
            [`tickets/${ticket}.last_message_datetime`]: isTime,
            'messages/new': (one) => one.body_text === 'Called back.' && one.public === false && one.ticket_id === ticket,
        }),
    },
    {
        what: 'create a customer',
        tool: 'create_a_gorgias_customer',
        args: () => ({
            name: 'Robin Vale',
            email: 'robin@vale.example',
            channels: [{ type: 'email', address: 'robin@vale.example', preferred: true }],
        }),
        changes: () => ({ 'customers/new': (one) => one.name === 'Robin Vale' && one.email === 'robin@vale.example' }),
    },
    {
        what: 'rename a customer',
        tool: 'update_a_gorgias_customer_by_id',
        args: ({ customer }) => ({ id: customer, name: 'Dana Fox' }),
        changes: ({ customer }) => ({
            [`customers/${customer}.name`]: 'Dana Fox',
            [`customers/${customer}.lastname`]: 'Fox', // the vendor makes it from the name, and shows both in each channel
            [`customers/${customer}.channels`]: (now, before) => isDeepStrictEqual(addressesOf(now), addressesOf(before)),
        }),
    },
    {
        what: 'create a macro',
        tool: 'create_a_gorgias_macro',
        args: () => ({
            name: 'Refund it',
            actions: [{ name: 'addTags', title: 'Add tags', type: 'user', arguments: { tags: 'refund' } }],
        }),
        changes: () => ({
            'macros/new': (one) => one.name === 'Refund it' && one.actions[0].arguments.tags === 'refund',
        }),
    },
    {
        what: 'clear an assignee',
        tool: update,
        args: ({ ticket }) => ({ id: ticket, clear: ['assignee_user_id'] }),
        changes: ({ ticket }) => ({ [`tickets/${ticket}.assignee_user`]: (user) => user === null }),
    },
];

const pageSize = 100;
const kinds = ['tickets', 'messages', 'customers', 'tags', 'macros'];
const scopes = ['tickets:read', 'customers:read', 'tags:read', 'macros:read', 'users:read', 'custom_fields:read'];

/// A help desk whose records have much that a careless write would lose.
async function prepare(simulated) {
    const desk = await simulated.withToken(scopes);
    const list = async (path) => (await desk.get(path)).data;
    const users = await list('/api/users');
    const named = (wanted) => users.find(({ name }) => name === wanted);
    const teams = await list('/api/teams');
    const definitions = await list('/api/custom-fields?object_type=Ticket');
    const fields = Object.fromEntries(definitions.map(({ label, id }) => [label, id]));
    const tickets = (await list('/api/tickets')).map(idOf);
    for (const id of tickets)
        await simulated.rest('PUT', `/api/tickets/${id}`, {
            subject: 'Two parcels, one lost',
            language: 'fr',
            priority: 'low',
            status: 'open',
            external_id: `shop-${id}`,
            assignee_user: { id: named('Jo Bennett').id },
            assignee_team: { id: teams.find(({ name }) => name === 'Returns').id },
            tags: [{ name: 'vip' }, { name: 'gift' }],
            custom_fields: [{ id: fields.Escalated, value: true }, { id: fields['Refund amount'], value: 12.5 }],
        });
    const { json: customer } = await simulated.rest('POST', '/api/customers', {
        name: 'Dana Voss',
        email: 'dana@voss.example',
        external_id: 'shop-77',
        language: 'fr',
        timezone: 'Europe/Paris',
        channels: [{ type: 'phone', address: '+15550177', preferred: true }],
    });
    return { desk, agent: named('Kim Larsen'), fields, tickets, customer: customer.id };
}

/// The newest records of the kinds that the cases write.
async function look({ desk, customer }) {
    const records = {};
    for (const kind of kinds)
        for (const record of (await desk.get(`/api/${kind}?limit=${pageSize}`)).data) records[`${kind}/${record.id}`] = record;
    // A list of customers leaves their channels out.
    records[`customers/${customer}`] = await desk.get(`/api/customers/${customer}`);
    return records;
}

// When it last changed, and how often a tag is in use, say nothing about what was asked for.
const ofItself = new Set(['updated_datetime', 'usage']);

/// [before, after] by record and member; of records that are new, `<kind>/new` and `<kind>/new/<id>`.
function changesBetween(before, after) {
    const changes = {};
    const isFull = (kind) => Object.keys(after).filter((path) => path.startsWith(`${kind}/`)).length >= pageSize;
    for (const path of new Set([...Object.keys(before), ...Object.keys(after)])) {
        const [was, is] = [before[path], after[path]];
        const [kind, id] = path.split('/');
        if (!was) changes[`${kind}/new` in changes ? `${kind}/new/${id}` : `${kind}/new`] = [was, is];
        // From a page that is full the oldest falls when another is made.
        else if (!is && !isFull(kind)) changes[path] = [was, is];
        else if (is)
            for (const name of new Set([...Object.keys(was), ...Object.keys(is)])) {
                const isSame = isDeepStrictEqual(was[name], is[name]);
                if (!isSame && !ofItself.has(name)) changes[`${path}.${name}`] = [was[name], is[name]];
            }
    }
    return changes;
}

function assertChanges(actual, expected, told) {
    const [changed, wanted] = [actual, expected].map((all) => Object.keys(all).toSorted());
    assert.deepEqual(changed, wanted, `${changed} changed instead of ${wanted}; the answer was ${told}`);
    for (const [path, value] of Object.entries(expected)) {
        const [before, now] = actual[path];
        if (typeof value === 'function') assert.ok(value(now, before), `${path} is ${JSON.stringify(now)}`);
        else assert.deepEqual(now, value, path);
    }
}

for (const framework of [langchain, mastra, openaiAgents, ...inPython]) {
    const { name, isFilledWithNull } = framework;
    let tools;
    let client;
    let prepared;
    let known;
    const parametersOf = (tool) => client.tools.find((each) => each.name === tool).parameters;

    test(`${name}: every tool of the server is one for its model`, async () => {
        const account = await connect(file, where, { tickets: cases.length });
        const { url } = await account.mint();
        tools = await listTools(url);
        client = await framework.open(url);
        defer(file, () => client.close());
        assert.deepEqual(namesOf(client.tools).toSorted(), namesOf(tools).toSorted());
        for (const { name: tool, parameters } of client.tools) {
            assert.equal(parameters.type, 'object', tool);
            ajv.compile(parameters);
        }
        prepared = await prepare(account.simulated);
        known = await look(prepared);
    });

    test(`${name}: its model need not say what is optional`, () => {
        const isValid = (schema, value) => ajv.validate(schema, value);
        const all = tools.flatMap(({ name: tool, inputSchema }) =>
            demanded(inputSchema, parametersOf(tool), isValid).map((path) => `${tool}: ${path}`),
        );
        assert.deepEqual(all, []);
    });

    for (const { what, tool, args, changes } of cases)
        test(`${name}: ${what}, and nothing else`, async () => {
            const given = { ...prepared, ticket: prepared.tickets.shift() };
            const parameters = parametersOf(tool);
            const meant = args(given);
            const said = isFilledWithNull ? withNulls(parameters, meant) : structuredClone(meant);
            const before = known;
            let told;
            try {
                told = await client.call(tool, said);
            } finally {
                known = await look(prepared);
            }
            assertChanges(changesBetween(before, known), changes(given), told);
            const isSayable = ajv.compile(withoutRequired(parameters));
            assert.ok(isSayable(meant), `its model cannot say ${JSON.stringify(meant)}: ${ajv.errorsText(isSayable.errors)}`);
        });
}
