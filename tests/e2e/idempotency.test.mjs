// `Idempotency-Key` on writes through the proxy: made once, whatever the client repeats and whichever replica is asked.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

import { assertRefused, assertRemote, Proxy } from './support/api.mjs';
import { send } from './support/exchange.mjs';
import { connect, inEnvironment, mainEnvironment, startApi, uuidOf } from './support/product.mjs';
import { eventually, file, test as plainTest } from './support/test.mjs';

const where = await mainEnvironment();
const replica = await startApi(file);

/// Each with an account of its own, and a key.
function test(name, body) {
    plainTest(name, async (t) => {
        const account = await connect(t, where);
        const { simulated } = account;
        const key = randomUUID();
        const at = (proxy) => (method, path, sent, { headers, ...options } = {}) =>
            proxy.send(method, path, { body: sent, headers: { 'idempotency-key': key, ...headers }, ...options });
        await body({
            account,
            simulated,
            key,
            here: at(account.proxy),
            elsewhere: at(new Proxy(replica.api, account.id)),
            macrosNamed: async (name) => (await simulated.get('/api/macros?limit=100')).data.filter((macro) => macro.name === name).length,
        });
    });
}

const assertReplayed = (exchange, first) => {
    assert.equal(exchange.headers['idempotent-replayed'], 'true');
    assert.equal(exchange.status, first.status);
    assert.equal(exchange.text, first.text);
    assert.equal(exchange.headers['content-type'], first.headers['content-type']);
    assert.equal(exchange.headers['ratelimit-remaining'], undefined, 'the limits of then are told once');
};

test('the same request with the same key: one record, and the same answer, on any replica', async ({ here, elsewhere, macrosNamed }) => {
    const first = await here('POST', '/macros', { name: 'Once' });
    assert.equal(first.status, 201);
    assert.equal(first.headers['idempotent-replayed'], undefined);
    assertReplayed(await here('POST', '/macros', { name: 'Once' }), first);
    assertReplayed(await elsewhere('POST', '/macros', { name: 'Once' }), first);
    assert.equal(await macrosNamed('Once'), 1);
});

test('ten at once on two replicas are one call; the others are told that it is being made, or get its answer', async ({ here, elsewhere, macrosNamed }) => {
    const all = await Promise.all(Array.from({ length: 10 }, (_, i) => (i % 2 ? here : elsewhere)('POST', '/macros', { name: 'Ten' })));
    assert.equal(await macrosNamed('Ten'), 1);
    const made = all.filter(({ status, headers }) => status === 201 && headers['idempotent-replayed'] === undefined);
    assert.equal(made.length, 1);
    for (const each of all) if (each.status === 201) assert.equal(each.text, made[0].text);
    for (const each of all) if (each.status !== 201) assertRefused(each, 409);
});

test('while it is being made: 409 that says when to ask again', async ({ account, here, elsewhere, simulated, macrosNamed }) => {
    await simulated.fault({ match: 'POST /api/macros', delay_ms: 1500, times: 1 });
    const running = here('POST', '/macros', { name: 'Slow' });
    const isTaken = `SELECT 1 FROM keyed_requests WHERE integrated_account_id = '${uuidOf(account.id)}'`;
    await eventually('the first is taken', 5, async () => (await inEnvironment(where.id, isTaken)).includes('1'), 20);
    const second = await elsewhere('POST', '/macros', { name: 'Slow' });
    assertRefused(second, 409);
    assert.match(second.json.message, /still being made/);
    assert.equal(second.headers['retry-after'], '2');
    const first = await running;
    assert.equal(first.status, 201);
    assertReplayed(await elsewhere('POST', '/macros', { name: 'Slow' }), first);
    assert.equal(await macrosNamed('Slow'), 1);
});

test('another body, query or type under the same key: 422; another path, method or account is another request', async ({ account, here, key, simulated }) => {
    const { json: macro } = await here('POST', '/macros', { name: 'First' });
    const calls = await simulated.callsDuring(async () => {
        assertRefused(await here('POST', '/macros', { name: 'Second' }), 422);
        assertRefused(await here('POST', '/macros', { name: 'First' }, { query: { a: '1' } }), 422);
        assertRefused(await here('POST', '/macros', '{"name":"First"}', { headers: { 'content-type': 'application/json; charset=utf-8' } }), 422);
    });
    assert.equal(calls, 0);
    assert.equal((await here('PUT', `/macros/${macro.id}`, { name: 'Changed' })).json.name, 'Changed');
    assert.deepEqual((await here('DELETE', `/macros/${macro.id}`)).json, { id: String(macro.id) });
    const again = await here('DELETE', `/macros/${macro.id}`);
    assert.equal(again.headers['idempotent-replayed'], 'true', 'without a key it would be a 404');
    const other = await connect(file, where);
    const foreign = await other.proxy.send('POST', '/macros', { body: { name: 'Second' }, headers: { 'idempotency-key': key } });
    assert.equal(foreign.status, 201);
    assert.notEqual(account.id, other.id);
});

test('an integrated-account token shares keys with its account, and gets no answer of another', async ({ account, here, key }) => {
    const first = await here('POST', '/macros', { name: 'Mine' });
    const tokenOf = async (id) => (await where.api.ok('POST', '/integrated-account/token', { id })).integrated_account_token;
    const post = (path, token) =>
        send('POST', where.api.url + path, {
            headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': key },
            body: { name: 'Mine' },
        });
    assertReplayed(await post('/proxy/macros', await tokenOf(account.id)), first);
    const other = await connect(file, where);
    assertRefused(await post(`/proxy/macros?integrated_account_id=${account.id}`, await tokenOf(other.id)), 403);
});

test("a vendor's refusal is repeated; 401 and 429 are not, nor what was never sent", async ({ here, simulated }) => {
    await simulated.fault({ match: 'POST /api/macros', status: 429, times: 1 });
    assertRemote(await here('POST', '/macros', { name: 'A' }), 429);
    assertRefused(await here('POST', '/unicorns', { name: 'A' }), 404);
    assertRefused(await here('POST', '/macros', '{"name":'), 400);
    await simulated.fault({ match: 'POST /api/macros', status: 422, times: 1 });
    const refused = await here('POST', '/macros', { name: 'A' });
    assertRemote(refused, 422);
    assertReplayed(await here('POST', '/macros', { name: 'A' }), refused);
});

test('a request that was interrupted is not made again, and that is said', async ({ account, here, macrosNamed }) => {
    const first = await here('POST', '/macros', { name: 'Cut' });
    assert.equal(first.status, 201);
    // As the row would be found then.
    await inEnvironment(where.id, `UPDATE keyed_requests SET answer = NULL, leased_until = now() WHERE integrated_account_id = '${uuidOf(account.id)}'`);
    const later = await here('POST', '/macros', { name: 'Cut' });
    assertRefused(later, 409);
    assert.match(later.json.message, /was interrupted: nobody knows whether it had an effect/);
    assert.equal(await macrosNamed('Cut'), 1);
});

test('1 MiB is the limit of a body with a key, chunked or not; the answer may be larger', async ({ account, here, key, simulated }) => {
    const large = JSON.stringify({ name: 'x'.repeat(1024 * 1024) });
    const calls = await simulated.callsDuring(async () => {
        assertRefused(await here('POST', '/macros', large), 400, ['body']);
        const chunked = await fetch(`${where.api.url}/proxy/macros?integrated_account_id=${account.id}`, {
            method: 'POST',
            headers: { authorization: `Bearer ${where.token}`, 'content-type': 'application/json', 'idempotency-key': key },
            body: new Blob([large]).stream(),
            duplex: 'half',
        });
        assert.equal(chunked.status, 400);
        assert.equal((await chunked.json()).details.failures[0].path, 'body');
    });
    assert.equal(calls, 0);
    await simulated.fault({ match: 'POST /api/macros', status: 201, body: { text: 'x'.repeat(1024 * 1024) }, times: 1 });
    const first = await here('POST', '/macros', { name: 'Large' });
    assert.equal(first.json.text.length, 1024 * 1024);
    const again = await here('POST', '/macros', { name: 'Large' });
    assert.deepEqual([again.status, again.headers['idempotent-replayed']], [201, 'true']);
    assert.match(again.json.message, /too large to be kept.*look at what is there/);
});

test('a key is 1 to 255 visible characters in one header; on a read it means nothing', async ({ here }) => {
    for (const bad of ['', 'k'.repeat(256), 'two words', ['one', 'two']])
        assertRefused(await here('POST', '/macros', { name: 'A' }, { headers: { 'idempotency-key': bad } }), 400, ['Idempotency-Key']);
    for (let i = 0; i < 2; i += 1) {
        const read = await here('GET', '/macros', undefined, { headers: { 'idempotency-key': '' } });
        assert.deepEqual([read.status, read.headers['idempotent-replayed']], [200, undefined]);
    }
});

test('nothing of it is in clear in the database', async ({ account, here }) => {
    await here('POST', '/macros', { name: 'planted-text' }, { headers: { 'idempotency-key': 'planted-key' } });
    const holds = (text) => ['answer', 'content', 'digest'].map((column) => `position('${text}'::bytea IN ${column}) > 0`).join(' OR ');
    await inEnvironment(
        where.id,
        `DO $$ BEGIN
            ASSERT EXISTS (SELECT FROM keyed_requests WHERE answer IS NOT NULL AND integrated_account_id = '${uuidOf(account.id)}'), 'it is kept';
            ASSERT NOT EXISTS (SELECT FROM keyed_requests WHERE ${holds('planted-text')} OR ${holds('planted-key')}), 'in clear';
        END $$`,
    );
});
