// Tools that fit the account: its custom fields, people and tags, by name, and up to date.
import assert from 'node:assert/strict';

import { assertRefused } from './support/api.mjs';
import { callTool, listTools, modernRequest, toolError } from './support/mcp.mjs';
import { connect, mainEnvironment, makeDue, untilDone } from './support/product.mjs';
import { eventually, file, test } from './support/test.mjs';

const where = await mainEnvironment();
const account = await connect(file, where, { tickets: 8 });
const { simulated } = account;
const { url, warnings } = await account.mint();
const update = 'update_a_gorgias_ticket_by_id';

const propertiesOf = async (name, from = url) =>
    (await listTools(from)).find((tool) => tool.name === name).inputSchema.properties;
const fieldsOf = async (from = url) => (await propertiesOf(update, from)).custom_fields.properties;
const refresh = (of = account) => of.api.post(`/integrated-account/${of.id}/refresh-schema`, {});
const fields = (await simulated.get('/api/custom-fields?object_type=Ticket')).data;
const field = (label) => fields.find((each) => each.label === label);
const [ticket] = (await simulated.get('/api/tickets?limit=1')).data;
const valuesOf = async (id) =>
    Object.fromEntries((await simulated.get(`/api/tickets/${id}/custom-fields`)).data.map(({ field, value }) => [field.label, value]));

test('custom fields stand in the tools: name, id, type, allowed values, and whether the vendor manages them', async () => {
    assert.deepEqual(warnings.filter((text) => text.includes('schema')), []);
    const shown = await fieldsOf();
    const reason = field('Contact reason');
    assert.equal(shown.contact_reason.title, 'Contact reason');
    assert.deepEqual(shown.contact_reason.enum, reason.definition.input_settings.choices);
    assert.equal(shown.contact_reason.description, `Field ${reason.id}, managed by the vendor.`);
    assert.deepEqual([shown.refund_amount.type, shown.refund_amount.minimum, shown.refund_amount.maximum], ['number', 0, 5000]);
    assert.equal(shown.escalated.type, 'boolean');
    assert.deepEqual(Object.keys(shown).length, fields.length);
    const ofCustomers = await propertiesOf('gorgias_customer_custom_fields_bulk_update');
    const labels = (await simulated.get('/api/custom-fields?object_type=Customer')).data.map(({ label }) => label);
    assert.deepEqual(Object.values(ofCustomers.body.properties).map(({ title }) => title), labels);
});

test('a URL is minted at once while the vendor hangs; its first list is the static one', async (t) => {
    const silent = await connect(t, where, { tickets: 1 });
    await silent.simulated.fault({ match: 'GET /api/events', hang: true, times: 100 });
    const started = Date.now();
    const minted = await silent.mint();
    assert.ok(Date.now() - started < 10_000, 'a call that the vendor does not answer takes 20 s');
    assert.equal((await propertiesOf(update, minted.url)).custom_fields?.properties, undefined);
});

test('people, teams and tags are told', async () => {
    const { assignee_team_id, assignee_user_id, assignee_team } = await propertiesOf(update);
    const names = async (path) => (await simulated.get(path)).data.map(({ name }) => name).sort();
    for (const [{ type, description }, path] of [[assignee_team_id, '/api/teams'], [assignee_user_id, '/api/users']]) {
        assert.equal(type, 'string');
        assert.deepEqual(description.match(/There are: (.*)\./)[1].split(', ').toSorted(), await names(path));
    }
    assert.equal(assignee_team, undefined, 'the flat argument stands for it');
    assert.match((await propertiesOf('gorgias_ticket_tags_add')).names.items.description, /There are: .*\bvip\b/);
});

test('names become ids on the way, in both eras', async () => {
    for (const request of [undefined, modernRequest]) {
        const args = {
            id: ticket.id,
            assignee_team: { id: 'returns' },
            custom_fields: { escalated: request === undefined, 'Order number': 'A-17', [field('Refund amount').id]: 12.5 },
        };
        const result = await callTool(url, update, args, request);
        assert.ok(result.isError !== true, result.content[0].text);
        assert.equal((await simulated.get(`/api/tickets/${ticket.id}`)).assignee_team.name, 'Returns');
        assert.deepEqual(await valuesOf(ticket.id), { Escalated: request === undefined, 'Order number': 'A-17', 'Refund amount': 12.5 });
    }
});

test('the ids and the shape of the vendor are taken as well', async () => {
    const team = (await simulated.get('/api/teams')).data.find(({ name }) => name === 'VIP');
    const custom_fields = [{ id: field('Order number').id, value: 'B-1' }, { id: 'Escalated', value: false }];
    for (const id of [team.id, String(team.id)]) {
        const result = await callTool(url, update, { id: ticket.id, assignee_team: { id }, custom_fields });
        assert.ok(result.isError !== true, result.content[0].text);
    }
    assert.equal((await simulated.get(`/api/tickets/${ticket.id}`)).assignee_team.id, team.id);
    assert.deepEqual(await valuesOf(ticket.id), { Escalated: false, 'Order number': 'B-1' });
    const one = { ticket_id: ticket.id, id: 'contact reason', body: 'Order::Cancel' };
    assert.ok((await callTool(url, 'update_a_gorgias_ticket_custom_field_by_id', one)).isError !== true);
    assert.equal((await valuesOf(ticket.id))['Contact reason'], 'Order::Cancel');
});

for (const [what, args, path, says] of [
    ['an unknown team', { assignee_team: { id: 'Suport' } }, 'assignee_team.id', /there are .*Returns.*; did you mean Support\?/],
    ['an unknown field', { custom_fields: { contact_reson: 'x' } }, 'custom_fields.contact_reson', /did you mean Contact reason\?/],
    ['a choice there is not', { custom_fields: { resolution: 'Refundd' } }, 'custom_fields.resolution', /must be one of Refunded, .*; did you mean Refunded\?/],
    ['the wrong type', { custom_fields: { escalated: 'yes' } }, 'custom_fields.escalated', /must be one of true, false|must be a boolean/],
    ['a number that is too large', { custom_fields: { refund_amount: 5001 } }, 'custom_fields.refund_amount', /at most 5000/],
    ['a value in the shape of the vendor', { custom_fields: [{ id: 'Resolution', value: 1 }] }, 'custom_fields[0].value', /must be one of/],
    ['a wrong name of an argument', { custom_field: {} }, 'custom_field', /did you mean custom_fields\b/],
    ['a wrong status', { status: 'opne' }, 'status', /must be one of "open", "closed"; did you mean open\?/],
])
    test(`${what} is told with its path and what is allowed; the vendor is not asked`, async () => {
        const calls = await simulated.callsDuring(async () => {
            const { details } = toolError(await callTool(url, update, { id: ticket.id, ...args }), 400);
            assert.equal(details.failures[0].path, path);
            assert.match(details.failures[0].message, says);
        });
        assert.equal(calls, 0);
    });

test('two accounts have two lists; a change shows at once after refresh-schema, and in the one account only', async () => {
    const other = await connect(file, where, { tickets: 1 });
    const { url: others } = await other.mint();
    const definition = { data_type: 'text', input_settings: { input_type: 'dropdown', choices: ['S', 'M'] } };
    const { json: made } = await other.simulated.rest('POST', '/api/custom-fields', { object_type: 'Ticket', label: 'Shoe size', definition });
    assert.equal((await fieldsOf(others)).shoe_size, undefined);
    const exchange = await refresh(other);
    assert.equal(exchange.status, 200);
    assert.deepEqual([exchange.json.is_changed, exchange.json.records.ticket_fields], [true, fields.length + 1]);
    assert.deepEqual((await fieldsOf(others)).shoe_size.enum, ['S', 'M']);
    assert.equal((await fieldsOf()).shoe_size, undefined);
    // Archived, it is gone; and two fields of one name are told apart.
    await other.simulated.rest('PUT', `/api/custom-fields/${made.id}`, { object_type: 'Ticket', label: 'Escalated', definition });
    assert.equal((await refresh(other)).json.is_changed, true);
    const escalated = Object.keys(await fieldsOf(others)).filter((key) => key.startsWith('escalated'));
    const same = (await other.simulated.get('/api/custom-fields?object_type=Ticket')).data.filter(({ label }) => label === 'Escalated');
    assert.deepEqual(escalated.sort(), same.map(({ id }) => `escalated_${id}`).sort());
    assert.equal((await refresh(other)).json.is_changed, false);
});

test('the worker finds a changed field by one call, and then reads only what changed', async () => {
    const other = await connect(file, where, { tickets: 1 });
    const { url: others } = await other.mint();
    const quiet = await other.simulated.callsDuring(async () => {
        await makeDue('account_schema', other.id);
        await untilDone('account_schema', other.id);
    });
    assert.equal(quiet, 1);
    const definition = { data_type: 'boolean', input_settings: { input_type: 'dropdown', choices: [true, false] } };
    const before = (await other.simulated.state()).calls;
    await other.simulated.rest('POST', '/api/custom-fields', { object_type: 'Ticket', label: 'Fragile', definition });
    await makeDue('account_schema', other.id);
    await eventually('the new field in the list', 20, async () => (await fieldsOf(others)).fragile !== undefined);
    assert.equal((await other.simulated.state()).calls - before, 1 + 3, 'ours, then one look and two lists');
});

test('the list never waits for the vendor; with the vendor down it is the last good one', async () => {
    const before = await fieldsOf();
    await simulated.fault({ match: '*', status: 503, body: '' });
    const refused = await refresh();
    assertRefused(refused, 502);
    const calls = await simulated.callsDuring(async () => assert.deepEqual(await fieldsOf(), before));
    assert.equal(calls, 0);
    await simulated.clearFaults();
});

test('an account whose vendor is down when its URL is made has the tools of the definition, and its own later', async () => {
    const other = await connect(file, where, { tickets: 1 });
    await other.simulated.fault({ match: '*', status: 503, body: '' });
    const { url: others } = await other.mint();
    assert.equal((await propertiesOf(update, others)).custom_fields.type, 'array');
    await other.simulated.clearFaults();
    await makeDue('account_schema', other.id);
    await eventually('the fields of the account', 20, async () => (await fieldsOf(others))?.escalated !== undefined);
});

test('an account is asked only so often: its share of calls ends with 429, and what is known stays', async () => {
    const other = await connect(file, where, { tickets: 1 });
    const { url: others } = await other.mint();
    let refused;
    const calls = await other.simulated.callsDuring(async () => {
        for (let i = 0; i < 10 && refused === undefined; ++i) {
            const exchange = await refresh(other);
            if (exchange.status === 429) refused = exchange;
        }
    });
    assertRefused(refused, 429);
    assert.ok(Number(refused.headers['retry-after']) > 0);
    assert.ok(calls <= 36, `${calls} calls at once of 144 an hour`);
    assert.ok((await fieldsOf(others)).escalated);
});
