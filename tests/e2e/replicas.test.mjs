// Two replicas behind a proxy that gives each request to the other one: nothing a client is handed needs the replica it came
// from. The raw checks of every revision, lists, progress, and a revocation under traffic.
import assert from 'node:assert/strict';

import { clients } from './support/clients.mjs';
import { send } from './support/exchange.mjs';
import { assertRpcError, callTool, legacy, listTools, meta, modern, modernHeaders, modernRequest, post } from './support/mcp.mjs';
import { connect, main, mainEnvironment, startApi } from './support/product.mjs';
import { roundRobin } from './support/replicas.mjs';
import { defer, eventually, file, test } from './support/test.mjs';

const where = await mainEnvironment();
const replicas = [await startApi(file), await startApi(file)];
const account = await connect(file, where, { tickets: 45 });
const tool = 'list_all_gorgias_tickets';

const { counts, through } = await roundRobin(file, replicas.map((replica) => replica.url));
const url = through((await account.mint()).url);

test('the raw checks, each answered by either replica', async () => {
    for (let round = 0; round < 2; round += 1) {
        for (const method of ['GET', 'DELETE']) {
            const refused = await send(method, url);
            assert.deepEqual([refused.status, refused.headers.allow], [405, 'POST']);
        }
        const accepted = await post(url, { jsonrpc: '2.0', method: 'notifications/initialized' });
        assert.deepEqual([accepted.status, accepted.text], [202, '']);
        const ping = await legacy(url, 'ping', undefined, { id: 0 });
        assert.deepEqual(ping.json, { jsonrpc: '2.0', id: 0, result: {} });
        assertRpcError(await legacy(url, 'ping', undefined, { id: null }), 400, -32600);
        assert.equal((await legacy(url, 'ping', undefined, { headers: { origin: 'https://evil.example' } })).status, 403);
        assert.equal((await legacy(url, 'tools/list', undefined, { headers: { 'mcp-protocol-version': '1999-01-01' } })).status, 400);
        const discovered = await modernRequest(url, 'server/discover', {}, { id: 'd' });
        assert.ok(discovered.json.result.supportedVersions.includes(modern));
        const mixed = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'x', _meta: meta() } };
        assertRpcError(await post(url, mixed, modernHeaders('tools/list')), 400, -32020);
        assertRpcError(await modernRequest(url, 'ping'), 404, -32601);
        const unknown = await legacy(`${url}x`, 'ping');
        assert.equal(unknown.status, 404);
        assert.match(unknown.headers['content-type'], /^application\/json/);
        // The other replica first, in the second round.
        await legacy(url, 'ping');
    }
    assert.ok(Math.min(...counts) > 5 && Math.abs(counts[0] - counts[1]) <= 1, `${counts}`);
});

test('the same list, to the byte', async () => {
    const lists = [];
    for (let i = 0; i < 4; i += 1) lists.push((await legacy(url, 'tools/list')).text);
    assert.equal(new Set(lists).size, 1);
});

test('a cursor of one replica goes on at the other, also with several pages and progress', async () => {
    const seen = [];
    for (let next_cursor; next_cursor !== null; ) {
        const result = await callTool(url, tool, { limit: 10, ...(next_cursor && { next_cursor }) });
        seen.push(...result.data.result.map(({ id }) => id));
        next_cursor = result.data.next_cursor;
    }
    assert.equal(new Set(seen).size, 45);
});

for (const { name, connect: open } of clients)
    test(`${name}: list and call`, async (t) => {
        const client = await open(url);
        defer(t, () => client.close());
        assert.ok((await client.listTools()).length > 100);
        const { data } = await client.callTool(tool, { limit: 3 });
        assert.equal(data.result.length, 3);
    });

test('a token revoked under traffic answers 404 on every replica within a second, and never again anything else', async () => {
    const server = await account.mint();
    const target = through(server.url);
    await listTools(target);
    const answers = { before: [], meanwhile: [], after: [] };
    let phase = 'before';
    const traffic = Array.from({ length: 8 }, async () => {
        for (let begun = phase; begun !== 'over'; begun = phase) answers[begun].push((await legacy(target, 'ping')).status);
    });
    await eventually('traffic', 5, () => answers.before.length > 50, 10);
    assert.deepEqual([...new Set(answers.before)], [200]);
    phase = 'meanwhile';
    await account.api.ok('DELETE', `/integrated-account/${account.id}/mcp/${server.id}`);
    await eventually('every replica knows', 1, () => answers.meanwhile.slice(-50).filter((status) => status === 404).length === 50, 10);
    phase = 'after';
    await eventually('more traffic', 5, () => answers.after.length > 200, 10);
    phase = 'over';
    await Promise.all(traffic);
    assert.deepEqual([...new Set(answers.after)], [404]);
    assert.ok(answers.meanwhile.every((status) => status === 200 || status === 404));
});
