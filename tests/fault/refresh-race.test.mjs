// Many processes, many accounts, tokens that end all the time: one rotation each, no failed call.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import http from 'node:http';
import { promisify } from 'node:util';

import { environment, startApi } from '../e2e/support/product.mjs';
import { file, sleep, test } from '../e2e/support/test.mjs';

const small = process.env.FAULT_SMALL === 'true';
const options = {
    ...(small
        ? { processes: 4, accounts: 60, lifetime: 12, rate: 150, seconds: 30 }
        : { processes: 8, accounts: 400, lifetime: 60, rate: 1000, seconds: 300 }),
    ...Object.fromEntries((process.env.FAULT_OPTIONS ?? '').split(' ').filter(Boolean).map((pair) => pair.split('='))),
};
const { processes, accounts: wanted, lifetime, rate, seconds } = Object.fromEntries(
    Object.entries(options).map(([name, value]) => [name, Number(value)]),
);
const scopes = ['account:read', 'tickets:read', 'offline'];
const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
const body = JSON.stringify({
    ...{ jsonrpc: '2.0', id: 1, method: 'tools/call' },
    params: { name: 'list_all_gorgias_tickets', arguments: { limit: 1 } },
});

function call(url) {
    return new Promise((resolve) => {
        const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
        const request = http.request(url, { method: 'POST', agent, headers }, (response) => {
            let text = '';
            response.on('data', (part) => (text += part));
            response.on('end', () => resolve(response.statusCode === 200 && !text.includes('"isError":true') ? undefined : text));
        });
        request.on('error', (error) => resolve(String(error)));
        request.end(body);
    });
}

async function sql(text, environmentId) {
    const set = `SELECT set_config('sluice.environment_id', '${environmentId}', false)`;
    const { stdout } = await promisify(execFile)('psql', [process.env.FAULT_ADMIN_URL, '-qAtX', '-c', set, '-c', text]);
    return stdout.trim().split('\n').at(-1);
}

test(`${processes} processes, ${wanted} accounts, tokens of ${lifetime} s, ${rate} calls a second for ${seconds} s`, async (t) => {
    const where = await environment('refresh-race');
    const replicas = await Promise.all(
        Array.from({ length: processes }, () => startApi(file, { settings: { SLUICE_THREADS: 1, SLUICE_LOG_LEVEL: 'warning' } })),
    );
    const connected = [];
    for (let i = 0; i < wanted; i += 20)
        connected.push(...(await Promise.all(Array.from({ length: Math.min(20, wanted - i) }, () => connectOne()))));

    async function connectOne() {
        const simulated = await where.simulator.addAccount({ tickets: 1 });
        await simulated.control('/oauth', { rotate_refresh_tokens: true, access_token_lifetime_s: lifetime });
        const { access_token, refresh_token } = await simulated.tokens({ scopes, lifetime_s: lifetime });
        const expires_at = new Date(Date.now() + lifetime * 1000).toISOString();
        const { id } = await where.api.ok('POST', '/integrated-account', {
            verify: false,
            tenant_id: simulated.subdomain,
            environment_integration_id: where.installation,
            authentication_method: 'oauth2',
            context: { subdomain: simulated.subdomain, oauth: { token: { access_token, refresh_token, expires_at } } },
        });
        const { token } = await where.api.ok('POST', `/integrated-account/${id}/mcp`, { name: 'race', config: { methods: ['read'] } });
        return { id, token, subdomain: simulated.subdomain };
    }

    const failures = [];
    let [sent, open] = [0, 0];
    const started = Date.now();
    const pending = new Set();
    while (Date.now() - started < seconds * 1000) {
        const due = Math.floor(((Date.now() - started) / 1000) * rate);
        for (; sent < due; ++sent) {
            const { token } = connected[sent % connected.length];
            const replica = replicas[Math.floor(Math.random() * replicas.length)];
            open += 1;
            const done = call(`${replica.url}/mcp/${token}`).then((failure) => {
                open -= 1;
                pending.delete(done);
                if (failure) failures.push(failure);
            });
            pending.add(done);
        }
        await sleep(5);
    }
    await Promise.all(pending);

    const subdomains = new Set(connected.map(({ subdomain }) => subdomain));
    const vendor = Object.entries((await where.simulator.state()).accounts).filter(([name]) => subdomains.has(name));
    const sum = (name) => vendor.reduce((total, [, state]) => total + state[name], 0);
    const ids = connected.length;
    const uuid = await sql(`SELECT id FROM environments WHERE name = 'refresh-race'`, '00000000-0000-0000-0000-000000000000');
    const rotations = Number(await sql(`SELECT sum(generation - 1) FROM integrated_accounts WHERE environment_id = '${uuid}'`, uuid));
    const active = Number(await sql(`SELECT count(*) FROM integrated_accounts WHERE environment_id = '${uuid}' AND status = 'active'`, uuid));
    const perSecond = Math.round(sent / ((Date.now() - started) / 1000));
    t.diagnostic(`${sent} calls (${perSecond}/s), ${failures.length} failed, ${sum('refreshes')} refreshes at the vendor, ` +
        `${rotations} rotations stored, ${sum('reused_refresh_tokens')} old refresh tokens seen, ${active} of ${ids} accounts active`);
    assert.deepEqual(failures.slice(0, 3), []);
    assert.equal(sum('reused_refresh_tokens'), 0);
    assert.equal(sum('refreshes'), rotations);
    assert.ok(rotations >= ids, 'each account was renewed at least once');
    assert.equal(active, ids);
}, 120 + 2 * seconds);
