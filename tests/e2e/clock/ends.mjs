// What ends by itself: a token that was replaced, a call or a request that is remembered, an approval nobody gives, a token of an account.
import assert from 'node:assert/strict';

import { Api } from '../support/api.mjs';
import { advance, now } from '../support/clock.mjs';
import { callTool, legacy, listTools } from '../support/mcp.mjs';
import { connect, mainEnvironment, startApi } from '../support/product.mjs';
import { file, test } from '../support/test.mjs';

const where = await mainEnvironment();
const account = await connect(file, where, { tickets: 3 });
const { simulated } = account;
const replica = await startApi(file);
const [ticket] = (await simulated.get('/api/tickets?limit=1')).data;
const servers = `/integrated-account/${account.id}/mcp`;
const elsewhere = (url) => url.replace(where.api.url, replica.url);

test('a token is replaced: both work for the overlap, on every replica, then only the new one', async () => {
    const server = await account.mint({ methods: ['read'] });
    const old = [server.url, elsewhere(server.url)];
    for (const url of old) assert.ok((await listTools(url)).length > 0);
    const rotated = await account.api.ok('POST', `${servers}/${server.id}/rotate-token`, { overlap_seconds: 3600 });
    assert.equal(rotated.id, server.id);
    assert.notEqual(rotated.token, server.token);
    assert.ok(Math.abs(Date.parse(rotated.previous_token_ends_at) - now() - 3_600_000) < 60_000);
    const fresh = [rotated.url, elsewhere(rotated.url)];
    await advance(3500);
    for (const url of [...old, ...fresh]) assert.ok((await listTools(url)).length > 0, 'both work');
    await advance(100);
    for (const url of old) assert.equal((await legacy(url, 'ping')).status, 404);
    assert.ok(!(await callTool(rotated.url, 'list_all_gorgias_tickets', { limit: 1 })).isError);
    for (const url of fresh) assert.ok((await listTools(url)).length > 0);
});

test('a call is answered from the one before it until its window has ended', async () => {
    const { url } = await account.mint({ idempotency_window_s: 600 });
    // Each update that is made has a time of its own; the worker's own calls of the vendor go on meanwhile.
    const updated = async () =>
        (await callTool(url, 'update_a_gorgias_ticket_by_id', { id: ticket.id, status: 'open' })).data.updated_datetime;
    const first = await updated();
    await advance(540);
    assert.equal(await updated(), first);
    await advance(60);
    const second = await updated();
    assert.notEqual(second, first);
    assert.equal(await updated(), second);
});

test('a request with a key is answered from the one before it for a day', async () => {
    const create = () => account.proxy.send('POST', '/macros', { body: { name: 'Daily' }, headers: { 'idempotency-key': 'daily' } });
    const first = await create();
    assert.equal(first.status, 201);
    await advance(86_340);
    assert.equal((await create()).text, first.text);
    await advance(60);
    const second = await create();
    assert.deepEqual([second.status, second.headers['idempotent-replayed']], [201, undefined]);
    assert.notEqual(second.json.id, first.json.id);
});

test('an approval that nobody gives ends after an hour, and may be asked for again', async () => {
    const { url } = await account.mint({ approval_tags: ['destructive'] });
    const ask = async () => (await callTool(url, 'delete_a_gorgias_ticket_by_id', { id: ticket.id })).data.approval_id;
    const first = await ask();
    await advance(3540);
    assert.equal((await account.api.get(`/approval/${first}`)).json.status, 'pending');
    assert.equal(await ask(), first);
    await advance(60);
    assert.equal((await account.api.get(`/approval/${first}`)).status, 404);
    assert.equal((await account.api.post(`/approval/${first}`, { decision: 'approve' })).status, 404);
    const second = await ask();
    assert.ok(second && second !== first);
});

test('a token of an account serves for a quarter of an hour', async () => {
    const { integrated_account_token } = await account.api.ok('POST', '/integrated-account/token', { id: account.id });
    const statuses = () =>
        Promise.all([where.api.url, replica.url].map(async (url) => (await new Api(url, integrated_account_token).get('/integrated-account/me')).status));
    await advance(840);
    assert.deepEqual(await statuses(), [200, 200]);
    await advance(60);
    assert.deepEqual(await statuses(), [401, 401]);
});
