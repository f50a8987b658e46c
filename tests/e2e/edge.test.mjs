// What stands before the routes: whose request it is, what it may bring, by which name it came, how it is spelt.
import assert from 'node:assert/strict';
import { connect as openSocket } from 'node:net';
import { gzipSync } from 'node:zlib';

import { send } from './support/exchange.mjs';
import { callTool, legacy, post } from './support/mcp.mjs';
import { connect, environment, main, mainEnvironment, startApi } from './support/product.mjs';
import { eventually, file, test } from './support/test.mjs';

const where = await mainEnvironment();
const account = await connect(file, where);
const { url } = await account.mint();
const ping = { jsonrpc: '2.0', id: 0, method: 'ping' };
const json = { 'content-type': 'application/json' };

/// A connection that sends just these bytes; `text` grows with what comes back.
function raw(base, bytes) {
    const { hostname, port } = new URL(base);
    const socket = openSocket({ host: hostname, port });
    const peer = { socket, text: '', closed: false };
    socket.on('data', (data) => (peer.text += data));
    socket.on('close', () => (peer.closed = true));
    socket.on('error', () => undefined);
    socket.write(bytes);
    return peer;
}
const statusOf = (peer) => Number(peer.text.match(/^HTTP\/1\.1 (\d+)/)?.[1]);
const large = 'content-length: 900000\r\nexpect: 100-continue\r\n\r\n';

for (const [what, head, status] of [
    ['no API token', 'POST /webhook HTTP/1.1\r\nhost: x\r\n', 401],
    ['an invented API token', `POST /webhook HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${where.token}x\r\n`, 401],
    ['an invented MCP URL', 'POST /mcp/slx_mcp_x HTTP/1.1\r\nhost: x\r\n', 404],
    ['an invented MCP token', 'POST /mcp HTTP/1.1\r\nhost: x\r\nauthorization: Bearer slx_mcp_x\r\n', 401],
    ['no token at the proxy', 'POST /proxy/tickets HTTP/1.1\r\nhost: x\r\n', 401],
])
    test(`${what}: ${status} before the body is sent or asked for`, async (t) => {
        const peer = raw(where.api.url, head + large);
        t.after(() => peer.socket.destroy());
        await eventually('the answer', 5, () => statusOf(peer) === status, 10);
        assert.match(peer.text, /connection: close/);
    });

for (const [what, head] of [
    ['an API token', `POST /webhook HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${where.token}\r\n`],
    ['an MCP URL', `POST ${new URL(url).pathname} HTTP/1.1\r\nhost: x\r\n`],
])
    test(`${what}: the body is asked for`, async (t) => {
        const peer = raw(where.api.url, head + large);
        t.after(() => peer.socket.destroy());
        await eventually('100', 5, () => statusOf(peer) === 100, 10);
    });

test('bodies of one environment take their share of memory, then 429', async (t) => {
    const api = await startApi(t, { settings: { SLUICE_LIMITS_BODY_MEMORY: '2', SLUICE_LIMITS_BODY_MEMORY_SHARE: '1' } });
    const head = `POST /webhook HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${where.token}\r\n${large}`;
    const first = raw(api.url, head);
    await eventually('100', 5, () => statusOf(first) === 100, 10);
    const second = raw(api.url, head);
    await eventually('429', 5, () => statusOf(second) === 429, 10);
    assert.match(second.text, /retry-after: 1/);
    first.socket.destroy();
    await eventually('room', 5, async () => {
        const third = raw(api.url, head);
        await eventually('an answer', 5, () => statusOf(third) > 0, 10);
        third.socket.destroy();
        return statusOf(third) === 100;
    });
});

test('a request too many is told so before its body is read', async (t) => {
    const { simulated } = account;
    const api = await startApi(t, { settings: { SLUICE_THREADS: '1', SLUICE_LIMITS_REQUESTS: '1' } });
    await simulated.fault({ match: 'GET /api/tickets', hang: true });
    const before = (await simulated.state()).operations['GET /api/tickets'] ?? 0;
    const slow = callTool(url.replace(where.api.url, api.url), 'list_all_gorgias_tickets', { limit: 1 });
    await eventually('the slow call', 3, async () => (await simulated.state()).operations['GET /api/tickets'] > before, 10);
    const peer = raw(api.url, `POST /webhook HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${where.token}\r\n${large}`);
    await eventually('429', 2, () => statusOf(peer) === 429, 10);
    assert.match(peer.text, /retry-after: 1/);
    await simulated.clearFaults();
    assert.ok(!(await slow).isError);
});

test('an environment whose calls are slow leaves places to the others', async (t) => {
    const { simulated } = account;
    const api = await startApi(t, { settings: { SLUICE_THREADS: '1', SLUICE_LIMITS_REQUESTS: '4' } });
    const other = await (await connect(t, await environment('edge-other'))).mint();
    const at = (path) => path.replace(where.api.url, api.url);
    const list = () => send('GET', `${api.url}/integration`, { headers: { authorization: `Bearer ${where.token}` } });
    for (const { status } of [await post(at(url), ping), await list()]) assert.equal(status, 200); // Whose they are is known from here on.
    await simulated.fault({ match: 'GET /api/tickets', times: 2, hang: true });
    const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'list_all_gorgias_tickets', arguments: { limit: 1 } } };
    const calls = Array.from({ length: 4 }, () => post(at(url), call));
    const refused = await Promise.race(calls);
    assert.equal(refused.status, 429);
    assert.match(refused.json.error.message, /This environment has too many requests/);
    assert.equal(refused.headers['retry-after'], '1');
    assert.equal((await post(at(other.url), ping)).status, 200);
    assert.equal((await list()).status, 429, 'whichever way the environment comes');
    await simulated.clearFaults();
    assert.deepEqual((await Promise.all(calls)).map(({ status }) => status).sort(), [200, 200, 429, 429]);
});

test('a final slash is served, and never redirected', async () => {
    assert.equal((await post(`${url}/`, ping)).status, 200);
    const wrong = await send('GET', `${url}/`);
    assert.deepEqual([wrong.status, wrong.headers.allow], [405, 'POST']);
    assert.equal((await send('GET', `${where.api.url}/integrated-account/?limit=1`, { headers: { authorization: `Bearer ${where.token}` } })).status, 200);
    assert.equal((await legacy(`${url}x/`, 'ping')).status, 404);
});

test('HEAD is answered as GET, without the body', async () => {
    const { status, text, headers } = await send('HEAD', `${where.api.url}/healthz`);
    assert.deepEqual([status, text], [200, '']);
    assert.ok(Number(headers['content-length']) > 0);
    assert.equal((await send('HEAD', `${where.api.url}/integrated-account`)).status, 401);
});

test('a gzipped request is read', async () => {
    const headers = { ...json, 'content-encoding': 'gzip' };
    const answer = await send('POST', url, { headers, body: gzipSync(JSON.stringify(ping)) });
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.json.result, {});
});
for (const [what, coding, body, status] of [
    ['an unknown coding', 'zstd', JSON.stringify(ping), 415],
    ['what is not gzip', 'gzip', JSON.stringify(ping), 400],
    ['a small body that is a large one', 'gzip', gzipSync(Buffer.alloc(5 * 1024 * 1024)), 413],
])
    test(`${what} is ${status}`, async () => {
        const answer = await send('POST', url, { headers: { ...json, 'content-encoding': coding }, body });
        assert.equal(answer.status, status);
        assert.equal(answer.headers['accept-encoding'], status === 415 ? 'gzip, deflate, br' : undefined);
        assert.equal((await send('POST', `${url}x`, { headers: { ...json, 'content-encoding': coding }, body })).status, 404);
    });

test('each of two hosts serves its own only', async (t) => {
    const api = await startApi(t, { settings: { SLUICE_MCP_URL: 'http://mcp.local:28180' } });
    const at = (host, path, headers = {}) => send('GET', api.url + path, { headers: { host, ...headers } });
    const authorization = { authorization: `Bearer ${where.token}` };
    const mine = new URL(api.url).host;
    const path = new URL(url).pathname;
    assert.equal((await at(mine, '/integration', authorization)).status, 200);
    for (const host of ['mcp.local:28180', 'MCP.local', 'mcp.local.:28180', 'mcp.local', 'other.local'])
        assert.equal((await at(host, '/integration', authorization)).status, 421, host);
    for (const host of ['mcp.local:28180', 'MCP.local', 'mcp.local.:1']) assert.equal((await at(host, path)).status, 405, host);
    for (const host of [mine, 'other.local']) assert.equal((await at(host, path)).status, 421, host);
    for (const host of [mine, 'mcp.local', 'probe']) assert.equal((await at(host, '/healthz')).status, 200, host);
});

test('metrics and readiness are where the public does not look', async (t) => {
    const api = await startApi(t);
    for (const path of ['/readyz', '/metrics']) {
        assert.equal((await send('GET', api.url + path)).status, 404);
        assert.equal((await send('GET', api.management + path)).status, 200);
    }
    assert.match((await send('GET', `${api.management}/metrics`)).text, /^sluice_api_requests_total/m);
    assert.equal((await send('POST', `${api.management}/readyz`)).status, 405);
    assert.equal((await send('GET', `${api.management}/integration`)).status, 404);
});

test('a port that another process has is refused by the name of its setting', async (t) => {
    for (const [name, base] of Object.entries({ listen: main.url, management: main.management })) {
        const { port } = new URL(base);
        const refusal = new RegExp(`Cannot listen on 127\\.0\\.0\\.1:${port} \\(${name}\\.address, ${name}\\.port\\)`);
        const settings = { [`SLUICE_${name.toUpperCase()}_PORT`]: port };
        await assert.rejects(startApi(t, { settings }), refusal);
    }
});

for (const [what, settings, before, forwarded, client] of [
    ['nobody is trusted', {}, '', '6.6.6.6', '127.0.0.1'],
    ['a load balancer is trusted', {}, '', '6.6.6.6, 192.0.2.7', '192.0.2.7'],
    ['it speaks the PROXY protocol', { SLUICE_SERVER_PROXY_PROTOCOL: 'true' }, 'PROXY TCP4 192.0.2.7 127.0.0.1 1 2\r\n', '6.6.6.6', '192.0.2.7'],
])
    test(`${what}: the log has the client, and what it says of itself is not believed`, async (t) => {
        const trusted = client === '127.0.0.1' ? {} : { SLUICE_SERVER_TRUSTED_PROXIES: '127.0.0.0/8' };
        const api = await startApi(t, { settings: { ...trusted, ...settings } });
        const peer = raw(api.url, `${before}GET /integration HTTP/1.1\r\nhost: x\r\nx-request-id: whose\r\nx-forwarded-for: ${forwarded}\r\n\r\n`);
        t.after(() => peer.socket.destroy());
        await eventually('the answer', 5, () => statusOf(peer) === 401, 10);
        const isLogged = (line) => line.includes('"request_id":"whose"') && line.includes(`"client_address":"${client}"`);
        await eventually('the line', 5, () => api.log().split('\n').some(isLogged), 20);
    });

test('told to stop, a replica says so first, serves for a while, and leaves', async (t) => {
    const api = await startApi(t, { settings: { SLUICE_DRAIN_DELAY: '1500ms' } });
    process.kill(api.pid, 'SIGTERM');
    await eventually('not ready', 1, async () => (await send('GET', `${api.management}/readyz`)).status === 503, 10);
    let served = 0;
    let refused = false;
    await eventually('the end', 10, async () => {
        const answer = await post(url.replace(where.api.url, api.url), ping).catch(() => undefined);
        if (answer === undefined) return (refused = true);
        assert.equal(answer.status, 200);
        served += 1;
        return false;
    }, 20);
    assert.ok(refused && served >= 1, `${served} calls were served after the signal`);
});

test('a second signal ends it at once', async (t) => {
    const api = await startApi(t, { settings: { SLUICE_DRAIN_DELAY: '60s' } });
    process.kill(api.pid, 'SIGTERM');
    await eventually('not ready', 1, async () => (await send('GET', `${api.management}/readyz`)).status === 503, 10);
    process.kill(api.pid, 'SIGTERM');
    await eventually('the end', 5, async () => (await send('GET', `${api.url}/healthz`).catch(() => 'gone')) === 'gone', 20);
});
