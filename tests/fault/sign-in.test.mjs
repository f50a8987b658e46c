// Wrong passwords in a flood: tool calls of a warm product go on about as quickly as without, memory is bounded, and what is
// too much is told to wait.
import assert from 'node:assert/strict';
import http from 'node:http';
import { join } from 'node:path';
import { randomInt } from 'node:crypto';

import { freePort } from '../e2e/support/ports.mjs';
import { send } from '../e2e/support/exchange.mjs';
import { eventually, file, sleep, test } from '../e2e/support/test.mjs';
import { child } from './support/beside.mjs';
import { load } from './support/load.mjs';
import { isSmall, optionsOver } from './support/options.mjs';
import { stage } from './support/stage.mjs';

/// Passwords and tool calls a second, for how long.
const { attempts, rate, seconds } = optionsOver({ attempts: 200, rate: isSmall ? 50 : 100, seconds: isSmall ? 5 : 20 });
/// The p99 of the calls may be so many times what it is in quiet, or so many milliseconds more where that is larger: two
/// cores do both, and a hash that has begun is not interrupted.
const [factor, more] = [3, 20];
/// Hashes have 19 MiB each, two at once; and what waits is bounded.
const mostMegabytes = 120;

const vendorPort = await freePort();
child(file, process.execPath, [join(import.meta.dirname, 'support/vendor.mjs'), String(vendorPort)], { stdio: ['ignore', 'ignore', 'inherit'] });
const { product, api } = await stage({
    allow: [`127.0.0.1:${vendorPort}`],
    // The attackers are at as many addresses as they like.
    apiSettings: { SLUICE_SERVER_TRUSTED_PROXIES: '127.0.0.0/8' },
});
const { behindProxy, Browser, ofPage, Team } = await import('../e2e/support/people.mjs');
assert.ok(behindProxy.SLUICE_SERVER_TRUSTED_PROXIES);

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
resources:
  things:
    methods:
      get: {operation: get-fast}
`;
const openapi = {
    ...{ openapi: '3.1.0', info: { title: 'Flooded', version: '1' } },
    paths: {
        '/fast': {
            get: { operationId: 'get-fast', summary: 'Get a thing', description: 'Gets a thing.', responses: { 200: { description: 'ok', content: { 'application/json': { schema: { type: 'object' } } } } } },
        },
    },
};
const where = await product.environment('sign-in');
const installation = await product.install(where.api, manifest, openapi, `http://127.0.0.1:${vendorPort}`);
const { id } = await where.api.ok('POST', '/integrated-account', {
    verify: false,
    ...{ tenant_id: 'x', environment_integration_id: installation, authentication_method: 'api_key', context: { api_key: 'k' } },
});
const { token } = await where.api.ok('POST', `/integrated-account/${id}/mcp`, { name: 'x' });
const tools = await where.api.ok('GET', `/integrated-account/${id}/tools`);
const call = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: tools.result[0].name, arguments: {} } });
const target = { name: 'calls', url: `${api.url}/mcp/${token}`, headers: { 'content-type': 'application/json' }, body: call, good: 'a thing' };

const team = await Team.make('flood', { url: api.url });
const victim = await team.withPassword();
const agent = new http.Agent({ keepAlive: true, maxSockets: 500 });

/// `attempts` wrong passwords a second until it is stopped: half of them at the victim, from 50 addresses a second or `one`.
function flood({ addresses }) {
    const answers = { counts: {}, withoutRetryAfter: 0, times: [], odd: undefined };
    const pending = new Set();
    let stopped = false;
    const started = performance.now();
    const one = async (number) => {
        const body = { team: team.id, email: number % 2 ? victim.email : `nobody-${randomInt(1e9)}@people.example`, password: 'this is not the password' };
        const address = addresses === 1 ? '198.51.100.1' : `198.51.${randomInt(256)}.${randomInt(256)}`;
        const from = performance.now();
        const headers = { ...ofPage, 'content-type': 'application/json', 'x-forwarded-for': address };
        const { status, headers: answer, text } = await send('POST', `${api.url}/session`, { headers, body, agent, isShown: false });
        answers.counts[status] = (answers.counts[status] ?? 0) + 1;
        answers.times.push(performance.now() - from);
        if (status !== 401 && status !== 429) answers.odd = text;
        if (status === 429 && !(Number(answer['retry-after']) >= 1)) answers.withoutRetryAfter += 1;
    };
    const ended = (async () => {
        for (let made = 0; !stopped; await sleep(5))
            for (const due = ((performance.now() - started) / 1000) * attempts; made < due; made += 1) {
                const each = one(made).catch((error) => (answers.counts[error.code ?? error.message] = (answers.counts[error.code ?? error.message] ?? 0) + 1)).finally(() => pending.delete(each));
                pending.add(each);
            }
        await Promise.all(pending);
    })();
    return { answers, stop: async () => ((stopped = true), await ended) };
}

let quiet;
test('quiet', async (t) => {
    await load([target], { rate, seconds: 2 });
    await sleep(500);
    quiet = (await load([target], { rate, seconds })).calls;
    t.diagnostic(`${rate} calls a second: p50 ${quiet.p50} ms, p99 ${quiet.p99} ms`);
    assert.equal(quiet.failed, 0, quiet.failures[0]);
});

for (const [what, options] of [['from many addresses', { addresses: 65_536 }], ['from one address', { addresses: 1 }]])
    test(`${attempts} wrong passwords a second ${what} leave tool calls alone`, async (t) => {
        const before = api.memory().now;
        api.forgetPeak();
        const attack = flood(options);
        await sleep(1000);
        const { calls } = await load([target], { rate, seconds });
        await attack.stop();
        const { peak } = api.memory();
        const { counts, withoutRetryAfter, times, odd } = attack.answers;
        times.sort((a, b) => a - b);
        const sum = Object.values(counts).reduce((a, b) => a + b, 0);
        t.diagnostic(
            `${sum} attempts in ${seconds + 1} s: ${JSON.stringify(counts)}, p99 ${Math.round(times[Math.floor(times.length * 0.99)])} ms; ` +
                `calls p50 ${calls.p50} ms (quiet ${quiet.p50}), p99 ${calls.p99} ms (quiet ${quiet.p99}, ${(calls.p99 / quiet.p99).toFixed(2)} times), ` +
                `${calls.failed} failed; memory ${before} MB before, ${peak} MB at most`,
        );
        assert.equal(calls.failed, 0, calls.failures[0]);
        assert.ok(sum > attempts * seconds * 0.8, `the flood was ${sum} attempts`);
        assert.deepEqual(Object.keys(counts).filter((status) => !['401', '429'].includes(status)), [], odd);
        assert.ok(counts[429] > 0 && counts[401] > 0);
        assert.equal(withoutRetryAfter, 0);
        assert.ok(peak - before < mostMegabytes, `the api grew by ${peak - before} MB`);
        const limit = Math.max(factor * quiet.p99, quiet.p99 + more);
        if (!isSmall) assert.ok(calls.p99 <= limit, `p99 ${calls.p99} ms is over ${limit} ms`);
    }, 120);

test('the victim signs in during the flood, from the browser that they use', async (t) => {
    const attack = flood({ addresses: 65_536 });
    await sleep(2000);
    const home = victim.signedOut();
    const started = performance.now();
    await eventually('the victim is in', 15, async () => (await home.signIn(victim.credentials)).status === 200, 200);
    t.diagnostic(`after ${Math.round(performance.now() - started)} ms`);
    const stranger = await new Browser({ url: api.url }).signIn(victim.credentials);
    assert.ok([401, 429].includes(stranger.status));
    await attack.stop();
});

test('memory goes down again', async (t) => {
    const { now } = api.memory();
    await sleep(2000);
    t.diagnostic(`${now} MB after the flood, ${api.memory().now} MB two seconds later`);
    agent.destroy();
    assert.ok(api.memory().now <= now + 5);
});
