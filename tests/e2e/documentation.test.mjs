// Documentation rows: what tools say, per environment.
import assert from 'node:assert/strict';
import { afterEach } from 'node:test';

import { assertRefused } from './support/api.mjs';
import { connectV1 } from './support/clients.mjs';
import { callTool, listTools, toolError } from './support/mcp.mjs';
import { connect, environment, mainEnvironment } from './support/product.mjs';
import { defer, file, test } from './support/test.mjs';

// Rows hold for the whole environment, so the test has one of its own.
const where = await environment('documentation');
const { api } = where;
const clear = async () => {
    for (const row of await api.all('/documentation')) await api.ok('DELETE', `/documentation/${row.id}`);
};
afterEach(clear);
const account = await connect(file, where);
const { url } = await account.mint();
const original = await listTools(url);

const row = (members) => ({
    entity_type: 'environment_integration',
    entity_id: where.installation,
    resource: 'tickets',
    method: 'list',
    type: 'description',
    value: 'Lists tickets, newest first. Ask the team lead before using it.',
    ...members,
});
const write = (members) => api.ok('POST', '/documentation', row(members));
const find = (tools, name) => tools.find((tool) => tool.name === name);
const toolOf = async (name) => find(await listTools(url), name);
const name = 'list_all_gorgias_tickets';

for (const entity of ['environment_integration', 'integration'])
    test(`a description for the ${entity}: POST, PATCH and DELETE show at once`, async (t) => {
        const entity_id = entity === 'integration' ? where.integration : where.installation;
        const { id, value } = await write({ entity_type: entity, entity_id });
        // Every thread of the server has to know.
        for (let i = 0; i < 10; ++i) assert.equal((await toolOf(name)).description, value);
        const client = await connectV1(url);
        defer(t, () => client.close());
        assert.equal(find(await client.listTools(), name).description, value);
        const others = (await listTools(url)).filter((tool) => tool.name !== name);
        assert.deepEqual(others, original.filter((tool) => tool.name !== name), 'no other tool changed');

        const patched = await api.ok('PATCH', `/documentation/${id}`, { value: 'Another text for the list of tickets.' });
        assert.equal(patched.value, 'Another text for the list of tickets.');
        for (let i = 0; i < 10; ++i) assert.equal((await toolOf(name)).description, patched.value);
        assert.deepEqual(await api.ok('GET', `/documentation/${id}`), patched);

        assert.deepEqual(await api.ok('DELETE', `/documentation/${id}`), { id });
        for (let i = 0; i < 10; ++i) assert.deepEqual(await listTools(url), original);
    });

test('the more specific row wins', async () => {
    await write({ entity_type: 'integration', entity_id: where.integration, value: 'For the integration.' });
    const { id } = await write({ value: 'For the installation.' });
    assert.equal((await toolOf(name)).description, 'For the installation.');
    await api.ok('DELETE', `/documentation/${id}`);
    assert.equal((await toolOf(name)).description, 'For the integration.');
});

test('another environment keeps its own text', async (t) => {
    await write();
    const other = await connect(t, await mainEnvironment());
    const there = await listTools((await other.mint()).url);
    assert.equal(find(there, name).description, find(original, name).description);
});

test('a name renames the tool everywhere', async () => {
    const { id } = await write({ type: 'name', value: 'tickets_newest_first' });
    const names = (await listTools(url)).map((tool) => tool.name);
    assert.ok(names.includes('tickets_newest_first') && !names.includes(name));
    assert.equal(names.length, original.length);
    assert.deepEqual(names, [...names].sort(), 'still in order');
    const result = await callTool(url, 'tickets_newest_first', { limit: 2 });
    assert.equal(result.data.result.length, 2);
    const old = await callTool(url, name, { limit: 2 });
    assert.deepEqual(old.data.result, result.data.result, 'the old name goes on working');
    assert.equal(old.content.at(-1).text, `The tool ${name} is called tickets_newest_first now.`, 'and says so');
    assert.ok((await account.tools()).some((tool) => tool.name === 'tickets_newest_first'));
    const { url: named } = await account.mint({ methods: ['tickets_newest_first'] });
    assert.deepEqual((await listTools(named)).map((tool) => tool.name), ['tickets_newest_first']);
    await api.ok('DELETE', `/documentation/${id}`);
    assert.deepEqual(await listTools(url), original);
    assert.ok(!(await callTool(url, name, { limit: 1 })).isError);
});

for (const [what, value] of [
    ['taken by another tool', 'create_a_gorgias_ticket'],
    ['with a dot', 'tickets.list'],
    ['with a blank', 'list tickets'],
    ['of 65 characters', 'a'.repeat(65)],
])
    test(`a name ${what} is refused, and nothing is stored`, async () => {
        const exchange = await api.post('/documentation', row({ type: 'name', value }));
        assertRefused(exchange, 400);
        assert.match(exchange.json.details.failures[0].path, /^value\b/);
        assert.deepEqual(await api.all('/documentation'), []);
        assert.deepEqual(await listTools(url), original);
    });

test('a query schema replaces what the tool takes, and is enforced', async () => {
    const value = { type: 'object', properties: { customer_id: { type: 'integer', minimum: 1000, description: 'Whose.' } } };
    await write({ type: 'query_schema', value });
    const { inputSchema } = await toolOf(name);
    assert.deepEqual(Object.keys(inputSchema.properties).sort(), ['customer_id', 'fields', 'limit', 'next_cursor']);
    assert.equal(inputSchema.properties.customer_id.minimum, 1000);
    const { details } = toolError(await callTool(url, name, { customer_id: 999 }), 400);
    assert.deepEqual(details.failures, [{ path: 'customer_id', message: 'must be at least 1000' }]);
    toolError(await callTool(url, name, { view_id: 1 }), 400);
});

for (const [what, value, path] of [
    ['an unknown keyword', { type: 'object', properties: { a: { minLenght: 3 } } }, 'properties.a.minLenght'],
    ['a keyword that is not enforced', { type: 'object', properties: { a: { contains: {} } } }, 'properties.a.contains'],
    ['a pattern with a backreference', { type: 'object', properties: { a: { pattern: '(x)\\1' } } }, 'properties.a.pattern'],
    ['a network $ref', { type: 'object', properties: { a: { $ref: 'http://127.0.0.1/x' } } }, 'properties.a'],
])
    test(`a schema with ${what} is 400 with its path, and nothing is stored`, async () => {
        const exchange = await api.post('/documentation', row({ type: 'query_schema', value }));
        assertRefused(exchange, 400);
        const paths = exchange.json.details.failures.map((failure) => failure.path);
        assert.ok(paths.some((each) => each.includes(path)), `${path} is among ${paths}`);
        assert.deepEqual(await api.all('/documentation'), []);
        assert.deepEqual(await listTools(url), original);
    });

test('PATCH checks a schema as POST does, and keeps the old one', async () => {
    const value = { type: 'object', properties: { customer_id: { type: 'integer' } } };
    const { id } = await write({ type: 'query_schema', value });
    const before = await listTools(url);
    const wrong = { value: { type: 'object', properties: { a: { minLenght: 3 } } } };
    assertRefused(await api.patch(`/documentation/${id}`, wrong), 400);
    assert.deepEqual(await listTools(url), before);
});

for (const [what, members, paths] of [
    ['an unknown resource', { resource: 'tikets' }, ['resource']],
    ['an unknown method', { method: 'burn' }, ['method']],
    ['an unknown type', { type: 'poem' }, ['type']],
    ['an unknown entity type', { entity_type: 'planet' }, ['entity_type']],
    ['an entity id of the wrong kind', { entity_id: account.id }, ['entity_id']],
    ['an unknown entity', { entity_id: `envint_${'0'.repeat(26)}` }, ['entity_id']],
    ['a schema that is no JSON', { type: 'body_schema', method: 'create', value: '{' }, ['value.body_schema']],
    ['no value', { value: undefined }, ['value']],
    ['an empty value', { value: '' }, ['value']],
    ['an unknown member', { language: 'en' }, ['language']],
])
    test(`a row with ${what} is 400`, async () => {
        assertRefused(await api.post('/documentation', row(members)), 400, paths);
        assert.deepEqual(await api.all('/documentation'), []);
    });

test('the same row twice is refused or the same row', async () => {
    await write();
    const again = await api.post('/documentation', row({ value: 'A second text.' }));
    assert.ok([200, 409].includes(again.status), `answered ${again.status}`);
    assert.equal((await api.all('/documentation')).length, 1);
});
