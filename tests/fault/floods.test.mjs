// One tenant floods each resource that tenants share; another's calls go on, about as quickly as through nginx.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

import { freePort } from '../e2e/support/ports.mjs';
import { send } from '../e2e/support/exchange.mjs';
import { eventually, file, sleep, test } from '../e2e/support/test.mjs';
import { child, nginxBefore } from './support/beside.mjs';
import { load } from './support/load.mjs';
import { isSmall, optionsOver } from './support/options.mjs';
import { database, stage } from './support/stage.mjs';

const { rate, seconds, runs } = optionsOver({ rate: isSmall ? 50 : 200, seconds: isSmall ? 3 : 5, runs: isSmall ? 1 : 5 });
const only = process.env.FAULT_ONLY ?? '';

// The vendor, and nginx as a plain proxy before it: what the same machine under the same flood does without us.
const vendorPort = await freePort();
child(file, process.execPath, [join(import.meta.dirname, 'support/vendor.mjs'), String(vendorPort)], { stdio: ['ignore', 'ignore', 'inherit'] });
const nginxPort = await nginxBefore(file, vendorPort);

const { product, worker, api } = await stage({ allow: [`127.0.0.1:${vendorPort}`] });

const manifest = `name: flooded
label: Flooded
category: test
openapi: openapi.yaml
base_url: "http://127.0.0.1:${vendorPort}"
credentials:
  api_key:
    label: Key
    fields:
      api_key: {label: Key, secret: true, required: true}
    authorization: {format: bearer, config: {token: "{{context.api_key}}"}}
  oauth2:
    label: Account
    authorize_url: "{{base_url}}/authorize"
    token_url: "{{base_url}}/token"
    client_authentication: body
    scopes: [read]
    authorization: {format: bearer, config: {token: "{{context.oauth.token.access_token}}"}}
resources:
  things:
    methods:
      get: {operation: get-fast}
      wait: {operation: get-hang}
`;
const operation = (operationId, summary) => ({
    get: { operationId, summary, description: `${summary}.`, responses: { 200: { description: 'ok', content: { 'application/json': { schema: { type: 'object' } } } } } },
});
const openapi = {
    ...{ openapi: '3.1.0', info: { title: 'Flooded', version: '1' } },
    paths: { '/fast': operation('get-fast', 'Get a thing'), '/hang': operation('get-hang', 'Wait for a thing') },
};

/// A tenant: an environment with one account at the vendor.
async function tenant(name) {
    const where = await product.environment(name);
    const installation = await product.install(where.api, manifest, openapi, `http://127.0.0.1:${vendorPort}`);
    await where.api.ok('PATCH', `/environment-integration/${installation}`, {
        override: { base_url: `http://127.0.0.1:${vendorPort}`, credentials: { oauth2: { client_id: 'app', client_secret: 'secret' } } },
    });
    const account = async (context, authentication_method = 'api_key') =>
        where.api.ok('POST', '/integrated-account', { verify: false, tenant_id: name, environment_integration_id: installation, authentication_method, context });
    const { id } = await account({ api_key: 'k' });
    const { token } = await where.api.ok('POST', `/integrated-account/${id}/mcp`, { name });
    const auth = { authorization: `Bearer ${where.token}` };
    return { where, installation, account, id, url: `${api.url}/mcp/${token}`, auth };
}
const victim = await tenant('victim');
const attacker = await tenant('attacker');
const tools = await victim.where.api.ok('GET', `/integrated-account/${victim.id}/tools`);
const fast = tools.result.map(({ name }) => name).find((name) => /thing/.test(name) && !/wait/.test(name));
const slow = tools.result.map(({ name }) => name).find((name) => /wait/.test(name));
const json = { 'content-type': 'application/json' };
const call = (name) => JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: {} } });

const targets = [
    { name: 'sluice', url: victim.url, headers: json, body: call(fast), good: 'a thing' },
    { name: 'nginx', method: 'GET', url: `http://127.0.0.1:${nginxPort}/fast`, good: 'a thing' },
];
const management = { name: 'management', method: 'GET', url: `${api.url}/integrated-account/${victim.id}`, headers: victim.auth, good: victim.id };

/// Repeats `action` so many times a second until the flood is over; counts.
function repeat(perSecond, action) {
    const state = { made: 0, stopped: false };
    const started = performance.now();
    state.ended = (async () => {
        const pending = new Set();
        while (!state.stopped) {
            for (const due = ((performance.now() - started) / 1000) * perSecond; state.made < due; ++state.made) {
                const one = action(state.made).catch(() => {}).finally(() => pending.delete(one));
                if (pending.size < 5000) pending.add(one);
            }
            await sleep(5);
        }
    })();
    return { what: `${perSecond}/s`, stop: async () => ((state.stopped = true), await state.ended, state.made) };
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 5000 });
const ask = (method, path, body, headers = attacker.auth) =>
    send(method, api.url + path, { headers: { ...json, ...headers }, body, agent, seconds: 30, isShown: false });

/// Connections that are held, with these bytes written to each.
function held(count, bytes) {
    const sockets = Array.from({ length: count }, () => {
        const socket = net.connect(Number(new URL(api.url).port), '127.0.0.1', () => bytes && socket.write(bytes));
        socket.on('error', () => {});
        return socket;
    });
    return { what: `${count} connections held`, stop: async () => (sockets.forEach((socket) => socket.destroy()), count) };
}

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const inBase62 = (number, digits) => {
    let text = '';
    for (let i = 0; i < digits; ++i, number = Math.floor(number / 62)) text = base62[number % 62] + text;
    return text;
};
const letters = (count) => Array.from({ length: count }, () => base62[Math.floor(Math.random() * 62)]).join('');
/// Well formed, and nobody's: as it was before tokens had a MAC, and with an invented one.
const oldToken = () => {
    const text = `slx_mcp_${letters(43)}`;
    return text + inBase62(crc32(text), 6);
};
const newToken = () => oldToken() + letters(8);

/// As rows, since the flood is what is done to them: accounts of the attacker's Gorgias. Gives the environment integration.
function manyAccounts(count) {
    const columns = database.sql(`SELECT string_agg(column_name, ',') FROM information_schema.columns WHERE table_name = 'integrated_accounts'
        AND is_generated = 'NEVER' AND column_name NOT IN ('id', 'environment_integration_id')`);
    database.sql(`INSERT INTO integrated_accounts (id, environment_integration_id, ${columns})
        SELECT gen_random_uuid(), i.id, ${columns.split(',').map((name) => `a.${name}`)}
        FROM environments e JOIN environment_integrations i ON i.environment_id = e.id JOIN integrations d ON d.id = i.integration_id AND d.name = 'gorgias',
            (SELECT a.* FROM integrated_accounts a JOIN environments e ON e.id = a.environment_id WHERE e.name = 'attacker' LIMIT 1) a, generate_series(1, ${count})
        WHERE e.name = 'attacker' AND a.environment_id = e.id`);
    return attacker.where.installation;
}

/// Each: what is flooded, how it begins (its rate in `what`), and what else must hold for the others meanwhile.
const floods = {
    descriptors: async () => held(isSmall ? 1000 : 3000),
    'memory before a token': async () => held(150, `POST /proxy/things HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 8388608\r\n\r\n${'x'.repeat(65_000)}`),
    'memory of a tenant': async () => held(100, `POST /proxy/things HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${attacker.where.token}\r\ncontent-type: application/json\r\ncontent-length: 8388608\r\n\r\n${'x'.repeat(2_000_000)}`),
    'vendor connections': async () => {
        const calls = Array.from({ length: 700 }, () => send('POST', attacker.url, { headers: json, body: call(slow), agent, seconds: 60, isShown: false }).catch(() => {}));
        await sleep(500);
        return { what: '700 hanging calls', stop: async () => (agent.destroy(), await Promise.all(calls), calls.length) };
    },
    deliveries: async () => {
        const { id } = await attacker.where.api.ok('POST', '/webhook', { target_url: `http://127.0.0.1:${vendorPort}/hook` });
        for (let i = 0; i < (isSmall ? 100 : 600); i += 20) await Promise.all(Array.from({ length: 20 }, () => ask('POST', '/webhook/test', { id })));
        return repeat(20, () => ask('POST', '/webhook/test', { id }));
    },
    renewals: async () => {
        const soon = (s) => new Date(Date.now() + s * 1000).toISOString();
        for (let i = 0; i < (isSmall ? 60 : 300); i += 20)
            await Promise.all(Array.from({ length: 20 }, () => attacker.account({ oauth: { token: { access_token: 'a', refresh_token: 'r', expires_at: soon(5) } } }, 'oauth2')));
        return repeat(1, async () => {});
    },
    'look-ups of invented tokens': async () => repeat(isSmall ? 300 : 1000, () => send('POST', `${api.url}/mcp/${newToken()}`, { headers: json, body: call(fast), agent, isShown: false })),
    'look-ups of invented tokens without a MAC': async () => repeat(isSmall ? 300 : 1000, () => send('POST', `${api.url}/mcp/${oldToken()}`, { headers: json, body: call(fast), agent, isShown: false })),
    changes: async () => repeat(isSmall ? 50 : 148, (i) => ask('PATCH', `/integrated-account/${attacker.id}`, { context: { note: String(i) } })),
    'long polls': async () => {
        const { subdomain } = await attacker.where.simulator.addAccount();
        const { id } = await attacker.where.api.ok('POST', '/connection', { tenant_id: 'poll', integration: 'gorgias', context: { subdomain } });
        return repeat(50, () => ask('GET', `/connection/${id}?wait_s=30`));
    },
    // The last: what it deletes is gone.
    pool: async () => {
        const installation = manyAccounts(isSmall ? 2000 : 20_000);
        return repeat(5, () => ask('DELETE', `/environment-integration/${installation}`));
    },
};

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const idleShare = () => {
    const fields = readFileSync('/proc/stat', 'utf8').split('\n')[0].trim().split(/\s+/).slice(1).map(Number);
    return { idle: fields[3] + fields[4], all: fields.slice(0, 8).reduce((a, b) => a + b, 0) };
};

async function measured() {
    const before = idleShare();
    const [report, managed] = await Promise.all([load(targets, { rate, seconds }), load([management], { rate: 10, seconds })]);
    const now = idleShare();
    // Two cores: how many of them had nothing to do.
    const idle = (2 * (now.idle - before.idle)) / (now.all - before.all);
    return { ...report, ...managed, idle };
}

let quiet;

test('quiet', async (t) => {
    await sleep(1000);
    const reports = [];
    for (let i = 0; i < runs; ++i) reports.push(await measured());
    quiet = Object.fromEntries(['sluice', 'nginx', 'management'].map((name) => [name, median(reports.map((report) => report[name].p99))]));
    t.diagnostic(`p99 ms, median of ${runs}: sluice ${quiet.sluice}, nginx ${quiet.nginx}, management ${quiet.management}; ${median(reports.map(({ idle }) => idle)).toFixed(2)} cores idle`);
    for (const report of reports) assert.equal(report.sluice.failed, 0, report.sluice.failures[0]);
});

for (const [name, begin] of Object.entries(floods).filter(([each]) => each.includes(only)))
    test(`flood: ${name}`, async (t) => {
        const flood = await begin();
        await sleep(300);
        const reports = [];
        for (let i = 0; i < runs; ++i) reports.push(await measured());
        const made = await flood.stop();
        const of = (target, what) => median(reports.map((report) => report[target][what]));
        const failed = (target) => reports.reduce((sum, report) => sum + report[target].failed, 0);
        const limit = Math.max(2 * of('nginx', 'p99'), quiet.sluice + 20);
        t.diagnostic(`${flood.what} (${made} made): ${failed('sluice')} of ${reports.length * rate * seconds} calls failed, p99 ${of('sluice', 'p99')} ms ` +
            `(quiet ${quiet.sluice}; nginx ${of('nginx', 'p99')}); management ${failed('management')} failed, p99 ${of('management', 'p99')} ms; ` +
            `${median(reports.map(({ idle }) => idle)).toFixed(2)} cores idle; memory ${api.memory().now} MB`);
        for (const report of reports) {
            assert.equal(report.sluice.failed, 0, report.sluice.failures[0]);
            assert.equal(report.management.failed, 0, report.management.failures[0]);
        }
        if (!isSmall) assert.ok(of('sluice', 'p99') <= limit, `p99 ${of('sluice', 'p99')} ms is over ${limit}`);
    }, 300);

test('the victim\'s webhook arrives while the attacker\'s receiver hangs', async (t) => {
    const port = vendorPort;
    const { id } = await victim.where.api.ok('POST', '/webhook', { target_url: `http://127.0.0.1:${port}/hook-quick` });
    const taken = async () => JSON.parse((await send('GET', `http://127.0.0.1:${port}/taken`, { isShown: false })).text)['/hook-quick'] ?? 0;
    const delays = [];
    for (let i = 0; i < 6; ++i) {
        const before = await taken();
        await victim.where.api.ok('POST', '/webhook/test', { id });
        const started = performance.now();
        await eventually('it has arrived', 60, async () => (await taken()) > before, 20);
        delays.push((performance.now() - started) / 1000);
    }
    t.diagnostic(`arrived after ${delays.map((delay) => delay.toFixed(2)).join(', ')} s; worker memory ${worker.memory().now} MB`);
    assert.ok(Math.max(...delays) < 5, 'to a receiver that hangs a delivery takes 10 s');
});
