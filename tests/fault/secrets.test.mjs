// Known secrets are planted and used; then nothing that leaves the process, or lies on a disk, shows one.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { send } from '../e2e/support/exchange.mjs';
import { callTool } from '../e2e/support/mcp.mjs';
import { cli, connect, environment, keyringFile, main, overrideFor } from '../e2e/support/product.mjs';
import { file, sleep, test } from '../e2e/support/test.mjs';

const where = await environment('secrets');
const { api } = where;
const vendorSecrets = new Map(); // name → text: must be nowhere
const ourSecrets = new Map(); // ours: shown once where they are made, and nowhere else
const answers = [];

/// Everything the API said, but for the answers that show a new secret of ours.
const ask = async (method, path, body) => {
    const exchange = await send(method, api.url + path, {
        headers: { authorization: `Bearer ${where.token}`, 'content-type': 'application/json' },
        body,
    });
    answers.push({ what: `${method} ${path}`, text: JSON.stringify(exchange.headers) + exchange.text });
    return exchange;
};

test('secrets of every kind are planted and used', async () => {
    const byKey = await connect(file, where, { tickets: 1 });
    vendorSecrets.set('API key', byKey.simulated.apiKey);
    vendorSecrets.set('Basic credentials', Buffer.from(`${byKey.simulated.email}:${byKey.simulated.apiKey}`).toString('base64'));
    const byOAuth = await connect(file, where, {
        authentication_method: 'oauth2',
        context: async (simulated) => {
            const token = await simulated.tokens({ scopes: ['account:read', 'tickets:read', 'offline'], lifetime_s: 3600 });
            vendorSecrets.set('access token', token.access_token);
            vendorSecrets.set('refresh token', token.refresh_token);
            return { oauth: { token: { ...token, expires_at: new Date(Date.now() + 3_600_000).toISOString() } } };
        },
    });
    vendorSecrets.set('client secret', overrideFor(where.simulator).credentials.oauth2.client_secret);
    const planted = `planted-${randomBytes(12).toString('hex')}`;
    vendorSecrets.set('password in a context', planted);
    await ask('PATCH', `/integrated-account/${byKey.id}`, { context: { nested: { password: planted } } });
    ourSecrets.set('API token', where.token);
    const server = await byKey.mint();
    ourSecrets.set('MCP token', server.token);
    const { secret } = await api.ok('POST', '/webhook', { target_url: 'https://receiver.example/hook' });
    ourSecrets.set('webhook secret', secret);
    const hook = randomBytes(16).toString('hex');
    vendorSecrets.set("a chat's hook", hook);
    const chat = { type: 'slack', label: 'x', event_types: [], config: { url: `https://hooks.receiver.example/services/${hook}/x` } };
    const { id: chatId } = (await ask('POST', '/notification-destination', chat)).json;
    await ask('POST', `/notification-destination/${chatId}/test`, {});
    await ask('PATCH', `/notification-destination/${chatId}`, { config: { url: `http://10.0.0.1/${hook}` } });
    const { link_token } = await api.ok('POST', '/link-token', { tenant_id: 'secrets', context: { password: planted } });
    ourSecrets.set('link token', link_token);
    const { integrated_account_token } = await api.ok('POST', '/integrated-account/token', { id: byKey.id });
    ourSecrets.set('integrated-account token', integrated_account_token);
    const started = await api.ok('POST', '/connection', { ...{ tenant_id: 'x', integration: 'gorgias', context: { subdomain: 'acme', password: planted } } });
    ourSecrets.set('state', new URL(started.redirect_url).searchParams.get('state'));
    for (const [index, { key }] of JSON.parse(readFileSync(keyringFile, 'utf8')).keys.entries()) ourSecrets.set(`master key ${index}`, key);

    // Use them, also where something fails.
    await callTool(server.url, 'list_all_gorgias_tickets', { limit: 1 });
    await byOAuth.proxy.get('/tickets', { limit: 1 });
    await api.ok('POST', '/integrated-account/refresh-credentials', { id: byOAuth.id });
    await byOAuth.simulated.fault({ kind: 'revoke_tokens' });
    await byOAuth.proxy.get('/tickets', { limit: 1 });
    await byKey.simulated.fault({ match: 'GET /api/tickets', status: 500, body: { error: { msg: 'x' } } });
    await byKey.proxy.get('/tickets', { limit: 1 });
    await send('GET', `${api.url}/connect/session`, { headers: { authorization: `Bearer ${link_token}` } });
    for (const path of ['/integrated-account', `/integrated-account/${byKey.id}`, `/integrated-account/${byOAuth.id}`, `/integrated-account/${byKey.id}/mcp`,
        `/integrated-account/${byKey.id}/capabilities`, '/environment-integration', '/webhook', '/log?log_type=webhook', '/notification-destination', '/log?log_type=notification_destination', '/api-token', `/connection/${started.id}`])
        assert.equal((await ask('GET', path)).status, 200, path);
    await ask('PATCH', `/integrated-account/${byKey.id}/credentials`, { context: { api_key: 5 } });
    await ask('POST', '/integrated-account', { tenant_id: 'x', context: { api_key: byKey.simulated.apiKey } });
    await sleep(1500);
});

/// Also as hex and base64, as a database or a log might have them.
const formsOf = (secret) => [secret, Buffer.from(secret).toString('hex'), Buffer.from(secret).toString('base64').replace(/=+$/, '').slice(0, -1)];

function assertClean(where_, text, secrets) {
    for (const [name, secret] of secrets)
        for (const form of formsOf(secret)) assert.ok(!text.includes(form), `${where_} has the ${name}`);
}
const all = () => [...vendorSecrets, ...ourSecrets];

test('a dump of the database has none', async () => {
    const { stdout } = await promisify(execFile)('pg_dump', [process.env.FAULT_ADMIN_URL], { maxBuffer: 1 << 30 });
    assert.ok(stdout.includes('integrated_accounts'));
    assert.doesNotMatch(stdout, /slx_(api|mcp|link|acct|state)_[0-9A-Za-z]{20}|whsec_/);
    assert.ok(!stdout.includes('planted-'));
    assertClean('the dump', stdout, all());
});

test('the logs have none', () => {
    const state = process.env.FAULT_STATE;
    const logs = readdirSync(state).filter((name) => /^(api|worker|postgres)\.log$/.test(name));
    assert.ok(logs.length >= 3);
    for (const name of logs) {
        const text = readFileSync(join(state, name), 'utf8');
        assert.ok(text.length > 0, name);
        assertClean(name, text, all());
    }
});

test('the metrics have none', async () => {
    const { text } = await send('GET', `${main.management}/metrics`);
    assert.ok(text.includes('sluice_api_requests_total'));
    assertClean('/metrics', text, all());
});

test('no answer has one, but the one that made it', () => {
    assert.ok(answers.length > 10);
    for (const { what, text } of answers) assertClean(what, text, all());
});

test('the settings as printed have none', async () => {
    const { stdout } = await promisify(execFile)(join(import.meta.dirname, '../../build/release/services/sluice/sluice'), ['config'], {
        env: { PATH: process.env.PATH, SLUICE_DATABASE_URL: 'postgresql://u:hunter2@h/db', SLUICE_KEYRING_FILE: keyringFile },
    });
    assert.ok(!stdout.includes('hunter2'));
    await cli('keys', 'status');
});
