// MCP 2024-11-05, HTTP+SSE: a stream for answers, on whichever replica it is, and what ends it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect as connectSocket } from 'node:net';

import { connectSse } from './support/clients.mjs';
import { send } from './support/exchange.mjs';
import { dataOf, post } from './support/mcp.mjs';
import { connect, main, mainEnvironment, startApi } from './support/product.mjs';
import { eventually, file, test } from './support/test.mjs';

const where = await mainEnvironment();
const account = await connect(file, where, { tickets: 130 });
const server = await account.mint({ result_token_limit: 500_000 });
const other = await startApi(file);
const at = (base) => server.url.replace(main.url, base);

/// An open stream, read as it comes: its events so far, and whether it has ended.
async function open(url, headers = {}) {
    const abort = new AbortController();
    const response = await fetch(`${url}/sse`, { headers: { accept: 'text/event-stream', ...headers }, signal: abort.signal });
    const stream = { status: response.status, events: [], ended: false, text: '', close: () => abort.abort() };
    (async () => {
        const decoder = new TextDecoder();
        for await (const piece of response.body) {
            stream.text += decoder.decode(piece, { stream: true });
            const frames = stream.text.split('\n\n');
            stream.text = frames.pop();
            for (const frame of frames) {
                const [, event, data] = frame.match(/^event: (\w+)\ndata: (.*)$/s) ?? [];
                if (event) stream.events.push([event, data]);
            }
        }
    })()
        .catch(() => {})
        .finally(() => (stream.ended = true));
    if (response.status === 200) await eventually('the endpoint', 5, () => stream.events.length > 0, 10);
    return stream;
}
const messagesOf = (stream, base) => new URL(stream.events[0][1], base).href;
const answers = (stream) => stream.events.slice(1).map(([event, data]) => [event, JSON.parse(data)]);
const say = (stream, base, message) => post(messagesOf(stream, base), message);

test('the first event names the URL for messages; answers come on the stream', async () => {
    const stream = await open(server.url);
    assert.equal(stream.events[0][0], 'endpoint');
    assert.match(stream.events[0][1], /^\/mcp\/slx_mcp_\w+\/messages\?sessionId=[0-9a-f-]{36}$/);
    const initialize = { protocolVersion: '2024-11-05', capabilities: {}, clientInfo: { name: 'old', version: '1' } };
    const accepted = await say(stream, main.url, { jsonrpc: '2.0', id: 'a', method: 'initialize', params: initialize });
    assert.deepEqual([accepted.status, accepted.text], [202, 'Accepted']);
    assert.equal((await say(stream, main.url, { jsonrpc: '2.0', method: 'notifications/initialized' })).status, 202);
    await say(stream, main.url, [{ jsonrpc: '2.0', id: 1, method: 'ping' }, { jsonrpc: '2.0', id: 2, method: 'ping' }]);
    await eventually('both answers', 5, () => stream.events.length === 3, 10);
    const [[, first], [, batch]] = answers(stream);
    assert.deepEqual([first.id, first.result.protocolVersion], ['a', '2024-11-05']);
    assert.deepEqual(batch, [{ jsonrpc: '2.0', id: 1, result: {} }, { jsonrpc: '2.0', id: 2, result: {} }]);
    const wrong = await post(messagesOf(stream, main.url), '{');
    assert.equal(wrong.status, 202);
    await eventually('the error', 5, () => stream.events.length === 4, 10);
    assert.equal(answers(stream)[2][1].error.code, -32700);
    stream.close();
});

test('a message that another replica takes is answered on the stream, with its progress', async () => {
    const stream = await open(at(other.url));
    const params = { name: 'list_all_gorgias_tickets', arguments: { limit: 130, fields: ['id'] }, _meta: { progressToken: 7 } };
    assert.equal((await say(stream, main.url, { jsonrpc: '2.0', id: 9, method: 'tools/call', params })).status, 202);
    await eventually('the answer', 10, () => answers(stream).some(([, message]) => message.id === 9), 20);
    const all = answers(stream).map(([, message]) => message);
    assert.deepEqual(all.map(({ params }) => params?.progress), [100, 130, undefined]);
    assert.equal(dataOf(all[2].result).result.length, 130);
    stream.close();
});

test('an unknown stream, one of another server and one that has ended are 404 on every replica', async () => {
    const stream = await open(at(other.url));
    const path = messagesOf(stream, main.url);
    const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
    const foreign = await account.mint();
    for (const url of [
        path.replace(/sessionId=.*/, 'sessionId=01234567-89ab-cdef-0123-456789abcdef'),
        path.replace(/sessionId=.*/, 'sessionId=x'),
        path.replace(/\?.*/, ''),
        path.replace(server.token, foreign.token),
    ]) {
        const { status, json } = await post(url, ping);
        assert.equal(status, 404);
        assert.equal(json.id, 1, 'a client of JSON-RPC reads no other body');
    }
    stream.close();
    await eventually('the end to be known', 5, async () => (await post(path, ping)).status === 404);
    assert.equal((await send('POST', `${server.url}/sse`, { body: ping })).headers.allow, 'GET');
});

test('a foreign origin opens nothing; a server with a second factor asks for it', async () => {
    assert.equal((await open(server.url, { origin: 'https://evil.example' })).status, 403);
    const guarded = await account.mint({ require_api_token_auth: true });
    assert.equal((await open(guarded.url)).status, 401);
    const stream = await open(guarded.url, { authorization: `Bearer ${main.token}` });
    assert.equal((await say(stream, main.url, { jsonrpc: '2.0', id: 1, method: 'ping' })).status, 401);
    stream.close();
});

test('a server has at most 32 streams on a replica; those that are closed make room at once', async () => {
    const crowded = await account.mint();
    const streams = [];
    for (let i = 0; i < 32; i += 1) streams.push(await open(crowded.url));
    assert.equal((await open(crowded.url)).status, 429);
    streams[0].close();
    await eventually('room', 5, async () => {
        const stream = await open(crowded.url);
        streams.push(stream);
        return stream.status === 200;
    });
    for (const stream of streams) stream.close();
});

test('streams end when their replica stops, and clients open them anew', async () => {
    const going = await startApi(file);
    const stream = await open(at(going.url));
    process.kill(going.pid, 'SIGTERM');
    await eventually('the end: nobody waits for streams', 5, () => stream.ended);
    const client = await connectSse(server.url);
    assert.ok((await client.listTools()).length > 0);
    await client.close();
});

test('calls whose answers go to a stream are finished before their replica leaves, writes too', async () => {
    const { simulated } = account;
    const going = await startApi(file);
    const stream = await open(at(going.url));
    const call = (id, name, args) =>
        say(stream, going.url, { jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args } });
    await simulated.fault({ match: 'GET /api/tickets', hang: true });
    await simulated.fault({ match: 'POST /api/tags', hang: true });
    await call(1, 'list_all_gorgias_tickets', { limit: 1 });
    await call(2, 'create_a_gorgias_tag', { name: 'made while leaving' });
    await eventually('both calls reach the vendor', 5, async () => {
        const { operations } = await simulated.state();
        return operations['GET /api/tickets'] > 0 && operations['POST /api/tags'] > 0;
    }, 20);
    process.kill(going.pid, 'SIGTERM');
    await eventually('it leaves', 5, async () => (await send('GET', `${going.management}/readyz`).catch(() => undefined))?.status !== 200, 10);
    assert.ok(!stream.ended);
    await simulated.clearFaults();
    await eventually('the end', 8, () => stream.ended);
    const [first, second] = [1, 2].map((id) => answers(stream).find(([, message]) => message.id === id)?.[1]);
    assert.ok(first && !first.result.isError, JSON.stringify(first));
    assert.ok(second && !second.result.isError, JSON.stringify(second));
});

test('each stream has its own answers', async () => {
    const streams = await Promise.all(Array.from({ length: 10 }, () => open(server.url)));
    for (const [i, stream] of streams.entries())
        await say(stream, main.url, { jsonrpc: '2.0', id: i, method: 'tools/list' });
    for (const [i, stream] of streams.entries())
        await eventually('the list', 10, () => answers(stream).some(([, message]) => message.id === i), 20);
    for (const stream of streams) stream.close();
});

/// KiB that a process has in memory.
const residentOf = (pid) => Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]);

test('ten thousand idle streams take less than 10 KiB each', async (t) => {
    const many = Math.min(10_000, Number(execFileSync('sh', ['-c', 'ulimit -n'])) - 500);
    const api = await startApi(t, { settings: { SLUICE_QUOTAS_STREAMS: 20_000 } });
    const { hostname, port } = new URL(api.url);
    const sockets = [];
    t.after(() => sockets.forEach((socket) => socket.destroy()));
    let openNow = 0;
    const openOne = (path) =>
        new Promise((done, failed) => {
            const socket = connectSocket(port, hostname);
            sockets.push(socket);
            socket.once('error', failed);
            socket.write(`GET ${path} HTTP/1.1\r\nhost: ${hostname}:${port}\r\naccept: text/event-stream\r\n\r\n`);
            let text = '';
            socket.on('data', (piece) => {
                text += piece;
                if (!text.includes('event: endpoint') || socket.isOpen) return;
                socket.isOpen = true;
                openNow += 1;
                done();
            });
        });
    const paths = [];
    while (paths.length * 32 < many + 64) paths.push(`${new URL((await account.mint()).url).pathname}/sse`);
    // What the first streams load (definitions, code) is no stream's.
    await Promise.all(Array.from({ length: 64 }, (_, i) => openOne(paths[i % 2])));
    const before = residentOf(api.pid);
    for (let i = 64; i < many + 64; i += 64)
        await Promise.all(Array.from({ length: Math.min(64, many + 64 - i) }, (_, j) => openOne(paths[Math.floor((i + j) / 32)])));
    assert.equal(openNow, many + 64);
    const each = (residentOf(api.pid) - before) / many;
    t.diagnostic(`${many} idle streams: ${each.toFixed(2)} KiB each`);
    assert.ok(each < 10, `${each.toFixed(2)} KiB each`);
});
