// MCP servers with an end.
import assert from 'node:assert/strict';

import { assertRefused } from '../support/api.mjs';
import { advance, inSeconds } from '../support/clock.mjs';
import { legacy } from '../support/mcp.mjs';
import { connect, mainEnvironment, startApi } from '../support/product.mjs';
import { eventually, file, test } from '../support/test.mjs';

const where = await mainEnvironment();

test('an expired server: 404 at once on every replica, and its row goes', async (t) => {
    const replica = await startApi(t);
    const account = await connect(t, where);
    const { id, url } = await account.mint({}, { expires_at: inSeconds(600) });
    const urls = [url, url.replace(where.api.url, replica.url)];
    const statuses = async () => Promise.all(urls.map(async (each) => (await legacy(each, 'ping')).status));
    assert.deepEqual(await statuses(), [200, 200]);
    await advance(540);
    assert.deepEqual(await statuses(), [200, 200]);
    await advance(60, { wakes: false });
    for (let i = 0; i < 25; ++i) assert.deepEqual(await statuses(), [404, 404]);
    const body = (await legacy(url, 'ping')).text;
    assert.equal(body, (await legacy(`${url}x`, 'ping')).text, 'as if it had never been');
    const path = `/integrated-account/${account.id}/mcp`;
    const isGone = async () =>
        (await where.api.ok('GET', path)).result.every((server) => server.id !== id) &&
        (await where.api.get(`${path}/${id}`)).status === 404;
    await advance(1);
    await eventually('the row is gone', 5, isGone);
});

const account = await connect(file, where);
const path = `/integrated-account/${account.id}/mcp`;

for (const [expires_at, what] of [
    [inSeconds(-3600), 'in the past'],
    [inSeconds(5), 'too near'],
    ['2026-13-40T00:00:00Z', 'that is no date'],
    ['tomorrow', 'that is a word'],
    [1795000000, 'that is a number'],
    [{}, 'that is an object'],
]) {
    test(`expires_at ${what} is refused on POST and PATCH`, async () => {
        const { id } = await account.mint();
        const before = await account.servers();
        assertRefused(await account.api.post(path, { name: 'x', config: {}, expires_at }), 400, ['expires_at']);
        assertRefused(await account.api.patch(`${path}/${id}`, { expires_at }), 400, ['expires_at']);
        assert.deepEqual(await account.servers(), before);
    });
}

test('expires_at is kept, moved and cleared', async () => {
    const server = await account.mint({}, { expires_at: '2031-01-02T03:04:05Z' });
    assert.equal(Date.parse(server.expires_at), Date.parse('2031-01-02T03:04:05Z'));
    const moved = await account.api.ok('PATCH', `${path}/${server.id}`, { expires_at: '2032-01-02 03:04:05' });
    assert.equal(Date.parse(moved.expires_at), Date.parse('2032-01-02T03:04:05Z'), 'the other form of times is taken');
    assert.equal((await account.api.ok('PATCH', `${path}/${server.id}`, { name: 'kept' })).expires_at, moved.expires_at);
    assert.equal((await account.api.ok('PATCH', `${path}/${server.id}`, { expires_at: null })).expires_at, null);
});
