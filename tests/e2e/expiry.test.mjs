// MCP servers with an end.
import assert from 'node:assert/strict';

import { assertRefused } from './support/api.mjs';
import { legacy } from './support/mcp.mjs';
import { connect, mainEnvironment, startApi } from './support/product.mjs';
import { eventually, file, sleep, test } from './support/test.mjs';

const where = await mainEnvironment();
const inSeconds = (seconds) => new Date(Date.now() + seconds * 1000).toISOString();

test('an expired server: 404 within a second, its row gone within a minute', async (t) => {
    // The deployment's minimum lifetime is a minute; a replica with a shorter one makes the test short.
    const replica = await startApi(t, { settings: { SLUICE_MCP_MINIMUM_LIFETIME: '1s' } });
    const account = await connect(t, where);
    account.api = replica.api;
    const expires_at = inSeconds(3);
    const { id, url } = await account.mint({}, { expires_at });
    const here = url.replace(replica.url, where.api.url);
    while (Date.now() < Date.parse(expires_at) - 50) {
        for (const each of [url, here]) {
            const { status } = await legacy(each, 'ping');
            if (Date.now() < Date.parse(expires_at)) assert.equal(status, 200);
        }
        await sleep(200);
    }
    await sleep(Date.parse(expires_at) + 1000 - Date.now());
    for (let i = 0; i < 25; ++i)
        for (const each of [url, here]) assert.equal((await legacy(each, 'ping')).status, 404);
    const body = (await legacy(url, 'ping')).text;
    assert.equal(body, (await legacy(`${url}x`, 'ping')).text, 'as if it had never been');
    const path = `/integrated-account/${account.id}/mcp`;
    const isGone = async () =>
        (await where.api.ok('GET', path)).result.every((server) => server.id !== id) &&
        (await where.api.get(`${path}/${id}`)).status === 404;
    await eventually('the row is gone', 60, isGone, 500);
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
