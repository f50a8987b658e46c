// Whatever one environment floods an api process with, another's calls go on: with the default limits, on a process of the
// test's own.
import assert from 'node:assert/strict';
import { Agent } from 'node:http';

import { send } from './support/exchange.mjs';
import { legacy, withData } from './support/mcp.mjs';
import { cli, connect, environment, startApi } from './support/product.mjs';
import { defer, file, sleep, test } from './support/test.mjs';
import { madeUpToken, unkeyedToken } from './support/tokens.mjs';

const connections = 30;
const seconds = 3;
const callsPerSecond = 10;
const begun = new Date().toISOString();

const settings = { SLUICE_LIMITS_API_TOKEN: 500, SLUICE_LIMITS_ACCOUNT: 50 };
const own = await startApi(file, { simulator: true, settings });
const flooding = await environment('flood-kinds', own);
const other = await environment('flood-kinds-other', own);
const agent = new Agent({ keepAlive: true, maxSockets: connections });
defer(file, () => agent.destroy());

// An account may make 50 calls in 10 s, and the vendor takes two a second of each.
const accounts = await Promise.all(Array.from({ length: 8 }, () => connect(file, other, { tickets: 2 })));
const servers = await Promise.all(accounts.map((account) => account.mint()));

/// What floods: an account with an MCP server, and an API token that has made no request yet.
async function flooder(name) {
    const account = await connect(file, flooding, { tickets: 2 });
    const { url } = await account.mint();
    const { token } = await cli('api-token', 'create', name, '--team', 'e2e', '--environment', 'flood-kinds', '--replace');
    return { account, url, token };
}

const through = (method, path, token, body) =>
    send(method, own.url + path, {
        headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
        body,
        agent,
        isShown: false,
    });
const rpc = (url, method, params) =>
    send('POST', url, {
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
        body: { jsonrpc: '2.0', id: 1, method, params },
        agent,
        isShown: false,
    });
const clientInfo = { name: 'flood', version: '1' };
const initialize = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo };
const wrongTicket = (id) => ({ name: 'get_single_gorgias_ticket_by_id', arguments: { id } });
const long = 'no number '.repeat(1000);

/// The kinds of requests: the i-th of a flood by `flooder`.
const kinds = {
    'REST management requests': ({ token }) => through('GET', '/integrated-account?limit=1', token),
    'proxy calls': ({ token, account }) => through('GET', `/proxy/tickets?limit=1&integrated_account_id=${account.id}`, token),
    'MCP tools/call': ({ url }) => rpc(url, 'tools/call', { name: 'list_all_gorgias_tickets', arguments: { limit: 1 } }),
    'MCP initialize and ping': ({ url }, i) => (i % 2 ? rpc(url, 'ping') : rpc(url, 'initialize', initialize)),
    // After the pings, of which the log is full.
    'exports of the log': ({ token }) => through('GET', `/log?log_type=mcp&format=ndjson&created_at[gte]=${begun}`, token),
    'bodies that are kept': ({ url }, i) => (i % 2 ? rpc(url, 'tools/call', wrongTicket(long)) : rpc(url, 'ping', { long })),
    'link tokens': async (of, i) => {
        if (of.link && i % 2) return through('GET', '/connect/session', of.link);
        const minted = await through('POST', '/link-token', of.token, { tenant_id: `flood-${i}`, integration: 'gorgias' });
        if (minted.status === 201) of.link = minted.json.link_token;
        return minted;
    },
    'invalid tokens': (_, i) =>
        [
            () => through('GET', '/integrated-account', unkeyedToken('api')),
            () => through('GET', '/integrated-account', madeUpToken('api')),
            () => rpc(`${own.url}/mcp/${unkeyedToken('mcp')}`, 'ping'),
            () => rpc(`${own.url}/mcp/${madeUpToken('mcp')}`, 'ping'),
            () => through('GET', '/connect/session', unkeyedToken('link')),
        ][i % 5](),
};

/// Floods until the time is over; how many answers of each status there were. A tool's error counts as such.
async function flood(of, kind, until) {
    const counts = {};
    let made = 0;
    const one = async () => {
        while (Date.now() < until) {
            const answer = await kind(of, made++).catch((error) => ({ status: error.code ?? error.message }));
            const what = answer.status === 200 && answer.text.includes('"isError":true') ? 'tool error' : answer.status;
            counts[what] = (counts[what] ?? 0) + 1;
        }
    };
    await Promise.all(Array.from({ length: connections }, one));
    return counts;
}

let turn = 0;

/// One call of the other environment, alternately through the proxy and MCP: its time in ms, and what is wrong with it.
async function callOfOther() {
    const i = turn++;
    const at = Math.floor(i / 2) % accounts.length;
    const list = { name: 'list_all_gorgias_tickets', arguments: { limit: 1 } };
    const started = Date.now();
    try {
        const answer = await (i % 2 ? accounts[at].proxy.get('/tickets', { limit: 1 }) : legacy(servers[at].url, 'tools/call', list));
        const page = i % 2 ? answer.json : withData(answer.json.result).data;
        const failure = answer.status === 200 && page?.result?.length === 1 ? undefined : `${answer.status}: ${answer.text.slice(0, 300)}`;
        return { took: Date.now() - started, failure };
    } catch (error) {
        return { took: Date.now() - started, failure: error.message };
    }
}

/// So many calls of the other a second, however long each takes.
async function callsOfOther() {
    const calls = [];
    for (const first = Date.now(); calls.length < seconds * callsPerSecond; ) {
        calls.push(callOfOther());
        await sleep(Math.max(0, first + (calls.length * 1000) / callsPerSecond - Date.now()));
    }
    return Promise.all(calls);
}

for (const [name, kind] of Object.entries(kinds))
    test(`a flood of ${name} harms no other environment`, async () => {
        const keepsBodies = name === 'bodies that are kept';
        await flooding.api.ok('PATCH', `/environment/${flooding.id}`, { log_bodies_hours: keepsBodies ? 1 : 0 });
        const of = await flooder(name);
        const [answers, done] = await Promise.all([flood(of, kind, Date.now() + seconds * 1000), callsOfOther()]);
        const times = done.map(({ took }) => took).sort((a, b) => a - b);
        console.log(
            `${name}: ${JSON.stringify(answers)}; ${done.length} calls of the other, ` +
                `half within ${times[times.length >> 1]} ms, all within ${times.at(-1)} ms`,
        );
        assert.deepEqual(done.map(({ failure }) => failure).filter(Boolean), []);
        assert.ok(Object.values(answers).reduce((sum, count) => sum + count, 0) >= connections, 'it was a flood');
        assert.equal(answers[500], undefined);
    });
