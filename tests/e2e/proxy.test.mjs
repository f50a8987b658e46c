// The REST proxy: what each call becomes at the vendor, and what comes back.
import assert from 'node:assert/strict';

import { assertRefused, assertRemote } from './support/api.mjs';
import { connect, mainEnvironment } from './support/product.mjs';
import { test as plainTest } from './support/test.mjs';

const where = await mainEnvironment();

/// Each with an account of its own.
function test(name, body) {
    plainTest(name, async (t) => {
        const account = await connect(t, where);
        const { proxy, simulated } = account;
        const [{ id: ticket, customer }] = (await simulated.get('/api/tickets?limit=1')).data;
        await body({ account, proxy, simulated, ticket, customer });
    });
}

test('list: the envelope', async ({ proxy, simulated }) => {
    const { status, json, headers } = await proxy.get('/tickets', { limit: 3 });
    assert.equal(status, 200);
    assert.deepEqual(Object.keys(json), ['result', 'next_cursor', 'prev_cursor', 'result_count', 'is_partial_response']);
    assert.deepEqual(json.result, (await simulated.get('/api/tickets?limit=3')).data);
    assert.equal(json.result_count, 3);
    assert.equal(headers['ratelimit-limit'], '40');
    assert.match(headers['server-timing'], /sluice;dur=.*vendor;dur=/);
});

test('list without pages: no cursor, all of it', async ({ proxy, simulated, ticket }) => {
    const { status, json } = await proxy.get('/ticket_custom_fields', { ticket_id: ticket });
    assert.equal(status, 200);
    assert.deepEqual(json.result, (await simulated.get(`/api/tickets/${ticket}/custom-fields`)).data);
    assert.equal(json.next_cursor, null);
});

test('get: what the vendor answers, as it is', async ({ proxy, simulated, ticket }) => {
    const { status, json } = await proxy.get(`/tickets/${ticket}`);
    assert.equal(status, 200);
    assert.deepEqual(json, await simulated.get(`/api/tickets/${ticket}`));
});

test('get: what there is only one of needs no id', async ({ proxy, simulated }) => {
    const { status, json } = await proxy.get('/account');
    assert.equal(status, 200);
    assert.deepEqual(json, await simulated.get('/api/account'));
});

test('create: the vendor has it, and its status comes back', async ({ proxy, simulated }) => {
    const { status, json } = await proxy.post('/macros', { name: 'By the proxy' });
    assert.equal(status, 201);
    assert.equal((await simulated.get(`/api/macros/${json.id}`)).name, 'By the proxy');
});

for (const method of ['PATCH', 'PUT'])
    test(`update by ${method}`, async ({ proxy, simulated, ticket }) => {
        const body = { status: 'closed', tags: [{ name: `by-${method}` }] };
        const { status, json } = await proxy.send(method, `/tickets/${ticket}`, { body });
        assert.equal(status, 202);
        assert.equal(json.status, 'closed');
        const stored = await simulated.get(`/api/tickets/${ticket}`);
        assert.deepEqual(stored.tags.map((tag) => tag.name), [`by-${method}`]);
    });

test('delete: the id', async ({ proxy, simulated }) => {
    const made = (await proxy.post('/macros', { name: 'To be deleted' })).json;
    const { status, json } = await proxy.send('DELETE', `/macros/${made.id}`);
    assert.deepEqual([status, json], [200, { id: String(made.id) }]);
    await simulated.rest('GET', `/api/macros/${made.id}`, undefined, 404);
});

test('delete with a body reaches the vendor', async ({ proxy, simulated }) => {
    const made = (await proxy.post('/tags', { name: 'doomed' })).json;
    const { status } = await proxy.post('/tags/bulk_delete', { ids: [made.id] });
    assert.equal(status, 200);
    await simulated.rest('GET', `/api/tags/${made.id}`, undefined, 404);
});

test("custom method: {result}, parents' ids as query parameters", async ({ proxy, simulated, ticket }) => {
    const { status, json } = await proxy.post('/ticket_tags/add', { names: ['added'] }, { ticket_id: ticket });
    assert.deepEqual([status, json], [200, { result: null }]);
    assert.ok((await simulated.get(`/api/tickets/${ticket}`)).tags.some((tag) => tag.name === 'added'));
});

test('custom method that reads: {result} around what the vendor answers', async ({ proxy, simulated, customer }) => {
    const query = { type: 'customer', query: customer.email };
    const { status, json } = await proxy.post('/search/search', query);
    const direct = await simulated.rest('POST', '/api/search', query);
    assert.equal(status, direct.status);
    assert.deepEqual(json, { result: direct.json });
});

test('a parent that is missing is named', async ({ proxy, simulated }) => {
    const calls = await simulated.callsDuring(async () => {
        assertRefused(await proxy.get('/messages/1'), 400, ['ticket_id']);
        assertRefused(await proxy.post('/messages', { channel: 'api' }), 400, ['ticket_id']);
    });
    assert.equal(calls, 0);
});

test('parents and ids are encoded, never climbed over', async ({ proxy, simulated }) => {
    for (const bad of ['', '.', '..'])
        assertRefused(await proxy.get('/ticket_custom_fields', { ticket_id: bad }), 400, ['ticket_id']);
    const before = (await simulated.state()).operations;
    for (const item of ['..%2Faccount', '1%2F..%2F..%2Faccount', '1%3Fx%3D1', '%2e%2e', '1%00', '%E2%82%AC']) {
        const { status, text } = await proxy.get(`/tickets/${item}`);
        assert.ok(status >= 400 && status < 500, `${item} answered ${status}`);
        assert.ok(!text.includes('"domain"'));
    }
    const after = (await simulated.state()).operations;
    assert.equal(after['GET /api/account'], before['GET /api/account'], 'the account was not read');
});

test('known query parameters are forwarded, also several of one name', async ({ proxy, simulated }) => {
    const ids = (await simulated.get('/api/tickets?limit=3')).data.map(({ id }) => id);
    const { json } = await proxy.get('/tickets', { ticket_ids: ids.slice(1), order_by: 'created_datetime:asc' });
    assert.deepEqual(json.result.map(({ id }) => id).sort(), ids.slice(1).sort());
});

test('an unknown query parameter is forwarded: the vendor refuses it', async ({ proxy, simulated }) => {
    const calls = await simulated.callsDuring(async () => {
        const body = assertRemote(await proxy.get('/tickets', { no_such_filter: 'x' }), 400);
        assert.match(JSON.stringify(body), /no_such_filter/);
    });
    assert.equal(calls, 1);
});

test('limit is checked by us', async ({ proxy }) => {
    for (const limit of ['0', '101', '-1', 'ten', '1.5', '', '99999999999999999999'])
        assertRefused(await proxy.get('/tickets', { limit }), 400, ['limit']);
});

test('body_passthrough sends the bytes as they are, under both names', async ({ proxy, simulated }) => {
    const body = '{"name":   "Spaced",\n "intent":null }';
    for (const name of ['body_passthrough', 'truto_body_passthrough']) {
        const exchange = await proxy.send('POST', '/macros', { query: { [name]: 'true' }, body });
        assert.equal(exchange.status, 201);
        assert.equal((await simulated.get(`/api/macros/${exchange.json.id}`)).name, 'Spaced');
    }
    const refused = assertRemote(
        await proxy.send('POST', '/macros', { query: { body_passthrough: 'true' }, body: '{"name":' }),
        400,
    );
    assert.ok(refused.message);
});

test('a body that is a list or a scalar is passed on', async ({ proxy, simulated, ticket }) => {
    const [{ id: field }] = (await simulated.get('/api/custom-fields?object_type=Ticket&limit=100')).data.filter(
        ({ definition }) => definition.input_settings.input_type === 'input',
    );
    const many = await proxy.post('/ticket_custom_fields/bulk_update', [{ id: field, value: 'a' }], { ticket_id: ticket });
    assert.equal(many.status, 200);
    const one = await proxy.send('PATCH', `/ticket_custom_fields/${field}`, { query: { ticket_id: ticket }, body: '"b"' });
    assert.equal(one.status, 200);
    const { data } = await simulated.get(`/api/tickets/${ticket}/custom-fields`);
    assert.equal(data.find((value) => value.field.id === field).value, 'b');
});

test('what does not exist names what does', async ({ proxy }) => {
    const resource = await proxy.get('/tikets');
    assertRefused(resource, 404);
    assert.match(resource.json.message, /tickets/);
    const method = await proxy.post('/tickets/burn', {});
    assertRefused(method, 404);
    assert.match(method.json.message, /update/);
});

test('integrated_account_id: missing, of the wrong kind, unknown', async () => {
    const { api } = where;
    assertRefused(await api.get('/proxy/tickets'), 400, ['integrated_account_id']);
    assertRefused(await api.get('/proxy/tickets?integrated_account_id='), 400, ['integrated_account_id']);
    const wrong = `/proxy/tickets?integrated_account_id=${where.installation}`;
    assertRefused(await api.get(wrong), 400, ['integrated_account_id']);
    assertRefused(await api.get(`/proxy/tickets?integrated_account_id=ia_${'0'.repeat(26)}`), 404);
});

test('an item of a resource that has none, and no item where one is needed', async ({ proxy }) => {
    assertRefused(await proxy.send('DELETE', '/events/1'), 404);
    assert.equal((await proxy.send('PUT', '/tickets', { body: {} })).status, 405);
});

test('the vendor says no: its status, its words, its body', async ({ proxy }) => {
    const body = assertRemote(await proxy.get('/tickets/999999999'), 404);
    assert.match(body.message, /not found/i);
    assert.ok(body.raw_response.error.msg);
    const invalid = assertRemote(await proxy.post('/macros', {}), 400);
    assert.deepEqual(invalid.raw_response.error.data, { name: ['Missing data for required field.'] });
});

test('a sandbox account reads and does not write', async ({ account, proxy, simulated }) => {
    await where.api.ok('PATCH', `/integrated-account/${account.id}`, { is_sandbox: true });
    assert.equal((await proxy.get('/tickets', { limit: 1 })).status, 200);
    const calls = await simulated.callsDuring(async () => {
        assertRefused(await proxy.post('/macros', { name: 'x' }), 405);
        assertRefused(await proxy.send('DELETE', '/macros/1'), 405);
    });
    assert.equal(calls, 0);
});

test('a blocked account answers 503, without asking the vendor', async ({ account, proxy, simulated }) => {
    await where.api.ok('PATCH', `/integrated-account/${account.id}`, { is_blocked: true });
    const calls = await simulated.callsDuring(async () => {
        assertRefused(await proxy.get('/tickets', { limit: 1 }), 503);
    });
    assert.equal(calls, 0);
    await where.api.ok('PATCH', `/integrated-account/${account.id}`, { is_blocked: false });
    assert.equal((await proxy.get('/tickets', { limit: 1 })).status, 200);
});

test('x-request-id: ours, or the one that is sent', async ({ proxy }) => {
    assert.match((await proxy.get('/tickets', { limit: 1 })).headers['x-request-id'], /^req_/);
    const own = await proxy.send('GET', '/tickets', { query: { limit: 1 }, headers: { 'x-request-id': 'mine-1' } });
    assert.equal(own.headers['x-request-id'], 'mine-1');
});
