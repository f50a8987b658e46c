// Accounts imported with an OAuth token pair.
import assert from 'node:assert/strict';

import { assertRefused, assertRemote } from './support/api.mjs';
import { callTool, toolError } from './support/mcp.mjs';
import { connect, mainEnvironment } from './support/product.mjs';
import { eventually, test } from './support/test.mjs';

const where = await mainEnvironment();
const hour = (hours) => new Date(Date.now() + hours * 3_600_000).toISOString();
const scopes = ['account:read', 'tickets:read', 'offline'];

const imported = (scope, change = {}) =>
    connect(scope, where, {
        authentication_method: 'oauth2',
        context: async (simulated) => {
            const { access_token, refresh_token, expires_in } = await simulated.tokens({ scopes });
            simulated.pair = { access_token, refresh_token };
            return { oauth: { token: { ...simulated.pair, expires_at: hour(expires_in / 3600), ...change } } };
        },
    });

test('an imported pair works, and is never shown', async (t) => {
    const account = await imported(t);
    const { url } = await account.mint();
    const result = await callTool(url, 'list_all_gorgias_tickets', { limit: 3 });
    assert.ok(!result.isError, result.content[0].text);
    assert.equal(result._meta['sluice/rate_limit'].limit, 80, 'the bucket of an app');
    assert.equal((await account.proxy.get('/tickets', { limit: 3 })).status, 200);
    const shown = await account.api.get(`/integrated-account/${account.id}`);
    assert.equal(shown.json.authentication_method, 'oauth2');
    assert.equal(shown.json.status, 'active');
    for (const secret of Object.values(account.simulated.pair)) assert.ok(!shown.text.includes(secret));
});

test('without expires_at and refresh_token it works as long as the vendor takes it', async (t) => {
    const account = await imported(t, { expires_at: undefined, refresh_token: undefined });
    assert.equal((await account.proxy.get('/tickets', { limit: 1 })).status, 200);
});

test('a scope that is missing is a recorded 403', async (t) => {
    const account = await imported(t);
    // Without an MCP server: for one, the account's own fields are looked for, and what was forbidden last is recorded.
    assertRemote(await account.proxy.post('/macros', { name: 'x', actions: [] }), 403);
    // Written behind the call.
    const { status, last_forbidden_error: recorded } = await eventually('it is written', 5, async () => {
        const shown = await account.account();
        return shown.last_forbidden_error?.resource === 'macros' ? shown : undefined;
    });
    assert.equal(status, 'active');
    assert.equal(recorded.method, 'create');
    assert.deepEqual(recorded.missing_scopes, ['macros:write']);
});

test('an access token past its expires_at that cannot be renewed is a remote 401 at once', async (t) => {
    const account = await imported(t, { expires_at: hour(-1), refresh_token: undefined });
    const { url } = await account.mint();
    const calls = await account.simulated.callsDuring(async () => {
        const body = toolError(await callTool(url, 'list_all_gorgias_tickets', { limit: 1 }), 401);
        assert.equal(body.is_remote_error, true);
        assert.match(body.message, /expired/);
        assertRemote(await account.proxy.get('/tickets', { limit: 1 }), 401);
    });
    assert.equal(calls, 0, 'the vendor is not asked');

    // New tokens bring it back.
    const { access_token, refresh_token } = await account.simulated.tokens({ scopes });
    const context = { oauth: { token: { access_token, refresh_token, expires_at: hour(1) } } };
    await account.api.ok('PATCH', `/integrated-account/${account.id}/credentials`, { context });
    assert.ok(!(await callTool(url, 'list_all_gorgias_tickets', { limit: 1 })).isError);
});

test('revoked tokens: needs_reauth', async (t) => {
    const account = await imported(t);
    const { url } = await account.mint();
    await account.simulated.fault({ kind: 'revoke_tokens' });
    toolError(await callTool(url, 'list_all_gorgias_tickets', { limit: 1 }), 401);
    assert.equal((await account.account()).status, 'needs_reauth');
});

for (const [what, oauth, path] of [
    ['no oauth', undefined, 'context.oauth.token'],
    ['no token', {}, 'context.oauth.token'],
    ['no access token', { token: { refresh_token: 'x' } }, 'context.oauth.token.access_token'],
    ['an empty access token', { token: { access_token: '' } }, 'context.oauth.token.access_token'],
    ['an access token with a line break', { token: { access_token: 'a\r\nx: y' } }, 'context.oauth.token.access_token'],
    ['a refresh token that is a number', { token: { access_token: 'a', refresh_token: 5 } },
        'context.oauth.token.refresh_token'],
    ['a wrong expires_at', { token: { access_token: 'a', expires_at: 'soon' } }, 'context.oauth.token.expires_at'],
])
    test(`an import with ${what} is 400`, async () => {
        const exchange = await where.api.post('/integrated-account', {
            tenant_id: 'refused',
            environment_integration_id: where.installation,
            authentication_method: 'oauth2',
            context: { subdomain: 'refused', ...(oauth ? { oauth } : {}) },
        });
        assertRefused(exchange, 400, [path]);
        assert.equal((await where.api.all('/integrated-account?tenant_id=refused')).length, 0);
    });
