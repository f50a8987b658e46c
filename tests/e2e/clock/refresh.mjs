// Access tokens that end, are refused or cannot be renewed.
import assert from 'node:assert/strict';

import { advance, inSeconds } from '../support/clock.mjs';
import { callTool, toolError } from '../support/mcp.mjs';
import { connect, environment, mainEnvironment, overrideFor, startApi } from '../support/product.mjs';
import { eventually, test } from '../support/test.mjs';

const where = await mainEnvironment();
const scopes = ['account:read', 'tickets:read', 'offline'];
const list = (url) => callTool(url, 'list_all_gorgias_tickets', { limit: 1 });

/// An account whose access token ends after `lifetime` seconds, and whose new ones do after `renewed`.
async function oauthAccount(scope, { lifetime = 3600, renewed = 3600, rotates = false, at = where } = {}) {
    const account = await connect(scope, at, {
        authentication_method: 'oauth2',
        context: async (simulated) => {
            await simulated.control('/oauth', {
                rotate_refresh_tokens: rotates,
                access_token_lifetime_s: renewed,
            });
            const tokens = await simulated.tokens({ scopes, lifetime_s: lifetime });
            const { access_token, refresh_token, expires_in } = tokens;
            return { oauth: { token: { access_token, refresh_token, expires_at: inSeconds(expires_in) } } };
        },
    });
    account.url = (await account.mint()).url;
    account.vendor = () => account.simulated.state();
    return account;
}

test('a token about to end is renewed before it is used', async (t) => {
    const account = await oauthAccount(t);
    await advance(3590, { wakes: false });
    assert.ok(!(await list(account.url)).isError);
    assert.equal((await account.vendor()).refreshes, 1);
    assert.equal((await account.account()).status, 'active');
});

test('the worker renews ahead of the end, without a call', async (t) => {
    const account = await oauthAccount(t);
    await advance(3400);
    assert.equal((await account.vendor()).refreshes, 0);
    await advance(150);
    await eventually('it is renewed', 6, async () => (await account.vendor()).refreshes === 1);
    assert.ok(!(await list(account.url)).isError);
    assert.equal((await account.vendor()).refreshes, 1);
});

test('a token the vendor refuses is renewed and the call repeated once', async (t) => {
    const account = await oauthAccount(t);
    await account.simulated.fault({ match: 'GET /api/tickets', status: 401 });
    assert.ok(!(await list(account.url)).isError);
    assert.equal((await account.vendor()).refreshes, 1);
    assert.equal((await account.account()).status, 'active');
});

test('a call that is refused with a fresh token too: its own error, the account stays', async (t) => {
    const account = await oauthAccount(t);
    await account.simulated.fault({ match: 'GET /api/tickets', status: 401, times: 2 });
    toolError(await list(account.url), 401);
    assert.equal((await account.account()).status, 'active');
    assert.ok(!(await list(account.url)).isError);
});

test('a 401 while the token endpoint is down is no 401, and leaves the account as it is', async (t) => {
    const account = await oauthAccount(t);
    await account.simulated.fault({ match: 'GET /api/tickets', status: 401 });
    await account.simulated.fault({ match: 'POST /oauth/token', status: 503 });
    toolError(await list(account.url), 502);
    assert.equal((await account.account()).status, 'active');
    assert.ok(!(await list(account.url)).isError);
});

test('a refusal of the app is told at the environment integration, once, and hurts no account', async (t) => {
    const own = await environment('app-refused');
    const account = await oauthAccount(t, { lifetime: 20, at: own });
    await account.simulated.fault({ match: 'POST /oauth/token', times: 100, status: 401, body: { error: 'invalid_client' } });
    await account.api.ok('POST', '/integrated-account/refresh-credentials', { id: account.id });
    assert.ok(!(await list(account.url)).isError, 'the token serves until it ends');
    const installation = `/environment-integration/${own.installation}`;
    assert.match((await own.api.ok('GET', installation)).last_error.message, /invalid_client/);
    assert.equal((await account.account()).status, 'active');
    await account.simulated.clearFaults();
    // Mended: its accounts go on at once.
    const mended = await own.api.ok('PATCH', installation, { override: overrideFor(own.simulator) });
    assert.equal(mended.last_error, null);
    await account.api.ok('POST', '/integrated-account/refresh-credentials', { id: account.id });
    assert.equal((await account.vendor()).refreshes, 1);
});

test('a refresh token that was revoked: needs_reauth, with the reason', async (t) => {
    const account = await oauthAccount(t);
    await account.simulated.fault({ kind: 'revoke_tokens' });
    toolError(await list(account.url), 401);
    const { status, last_error } = await account.account();
    assert.equal(status, 'needs_reauth');
    assert.match(last_error.message, /invalid_grant/);
});

for (const [what, fault] of [
    ['answers 503', { status: 503 }],
    ['answers HTML', { status: 200, body: '<html>busy</html>', content_type: 'text/html' }],
    ['answers nothing', { status: 200, body: '' }],
])
    test(`while the token endpoint ${what}, the token serves until it ends`, async (t) => {
        const account = await oauthAccount(t, { lifetime: 20 });
        await account.simulated.fault({ match: 'POST /oauth/token', times: 100, ...fault });
        const refused = await account.api.post('/integrated-account/refresh-credentials', { id: account.id });
        // The old token still works: there is nothing to complain of but the refresh that was asked for.
        assert.equal(refused.status, 200);
        assert.ok(!(await list(account.url)).isError);
        assert.equal((await account.account()).status, 'active');
        await account.simulated.clearFaults();
        await account.api.ok('POST', '/integrated-account/refresh-credentials', { id: account.id });
        assert.equal((await account.vendor()).refreshes, 1);
    });

test('two replicas and many calls at once: one rotation', async (t) => {
    const replica = await startApi(t);
    const account = await oauthAccount(t, { rotates: true });
    await advance(3601, { wakes: false });
    const other = account.url.replace(where.api.url, replica.url);
    const results = await Promise.all(Array.from({ length: 20 }, (_, i) => list(i % 2 ? account.url : other)));
    assert.ok(results.every(({ isError }) => !isError), JSON.stringify(results.find(({ isError }) => isError)));
    const { refreshes, reused_refresh_tokens } = await account.vendor();
    assert.deepEqual({ refreshes, reused_refresh_tokens }, { refreshes: 1, reused_refresh_tokens: 0 });
});

test('refresh-credentials renews at once, and refuses what cannot be renewed', async (t) => {
    const account = await oauthAccount(t);
    assert.deepEqual(await account.api.ok('POST', '/integrated-account/refresh-credentials', { id: account.id }), {
        success: true,
    });
    assert.equal((await account.vendor()).refreshes, 1);
    const byKey = await connect(t, where);
    const refused = await where.api.post('/integrated-account/refresh-credentials', { id: byKey.id });
    assert.equal(refused.status, 409);
    assert.match(refused.json.message, /api_key/);
});

test('without an OAuth app the error says what to set', async (t) => {
    const bare = await environment('no-app');
    const override = { base_url: `${bare.simulator.url}/{{context.subdomain}}` };
    await bare.api.ok('PATCH', `/environment-integration/${bare.installation}`, { override });
    const account = await oauthAccount(t, { at: bare });
    await advance(3601, { wakes: false });
    const body = toolError(await list(account.url), 403);
    assert.match(body.message, /override\.credentials\.oauth2\.client_id/);
});

test('the secret of the OAuth app is never shown', async () => {
    const shown = await where.api.get(`/environment-integration/${where.installation}`);
    assert.equal(shown.json.override.credentials.oauth2.client_id, 'sluice-demo');
    assert.ok(!shown.text.includes('client_secret'));
});

test('deleting an account takes its grant back at the vendor', async (t) => {
    const account = await oauthAccount(t);
    await account.api.ok('DELETE', `/integrated-account/${account.id}`);
    await eventually('the grant is taken back', 10, async () => (await account.vendor()).operations['POST /oauth/revoke'] === 1);
});

test('accounts are deleted while the vendor does not answer their revocation, one or many', async (t) => {
    const accounts = [];
    for (let i = 0; i < 6; i += 1) accounts.push(await oauthAccount(t));
    for (const account of accounts) await account.simulated.fault({ match: 'POST /oauth/revoke', hang: true, times: 10 });
    const [one, ...rest] = accounts.map(({ id }) => id);
    const began = Date.now();
    await where.api.ok('DELETE', `/integrated-account/${one}`);
    const { deleted } = await where.api.ok('POST', '/integrated-account/bulk-delete', { ids: rest });
    assert.deepEqual(deleted, rest);
    assert.ok(Date.now() - began < 5000, 'a revocation that the vendor does not answer takes 10 s');
});
