// Many calls of one account in one request.
import assert from 'node:assert/strict';

import { assertRefused } from './support/api.mjs';
import { connect, mainEnvironment } from './support/product.mjs';
import { file, test } from './support/test.mjs';

const where = await mainEnvironment();
const account = await connect(file, where, { tickets: 12 });
const calls = async () => (await account.simulated.state()).calls;
const run = (resources, members = {}) =>
    where.api.post('/batch-request', { integrated_account_id: account.id, resources, ...members });

const messages = { resource: 'messages', loop_on: 'tickets', query: { ticket_id: '{{resources.tickets.id}}' } };

test('each ticket and its messages, in as many calls as are counted', async () => {
    const before = await calls();
    const { status, json } = await run([{ resource: 'tickets', query: { limit: 5 } }, messages]);
    assert.equal(status, 200);
    assert.deepEqual([json.errors, json.is_partial, json.partial], [{}, false, {}]);
    assert.deepEqual(json.result.tickets, (await account.simulated.get('/api/tickets?limit=5')).data);
    const each = [];
    for (const { id } of json.result.tickets)
        each.push(...(await account.simulated.get(`/api/messages?ticket_id=${id}&limit=100`)).data);
    assert.deepEqual(json.result.messages, each);
    assert.ok(json.calls >= 6);
    assert.equal(await calls(), before + json.calls + 6, 'those of this test, and no others');
});

test('the plan calls nobody, and what is wrong with a graph is said before anybody is called', async () => {
    const before = await calls();
    const { plan } = (await run([{ resource: 'tickets' }, messages], { explain: true })).json;
    assert.deepEqual(plan.map(({ name, waits_for }) => [name, waits_for]), [['tickets', []], ['messages', ['tickets']]]);
    assertRefused(await run([{ resource: 'tickets', depends_on: ['nobody'] }]), 400, ['resources[0].depends_on[0]']);
    assert.equal(await calls(), before);
});

test('a vendor that throttles ends the batch, and says when to go on', async () => {
    await account.simulated.fault({ match: 'GET /api/tickets', times: 1, status: 429, body: {}, headers: { 'Retry-After': '2' } });
    const { status, json, headers } = await run([{ resource: 'tickets' }, { resource: 'tags', depends_on: 'tickets' }, { resource: 'users' }]);
    assert.equal(status, 200);
    assert.equal(json.errors.tickets[0].error.statusCode, 429);
    assert.equal(json.errors.tags[0].error.statusCode, 424);
    assert.equal(headers['retry-after'], '2');
});
