// Integrated-account tokens, capabilities and what an account may do.
import assert from 'node:assert/strict';

import { Api } from './support/api.mjs';
import { connect, mainEnvironment } from './support/product.mjs';
import { test } from './support/test.mjs';

const where = await mainEnvironment();

test('an integrated-account token calls its account, and nothing else', async (t) => {
    const [account, other] = [await connect(t, where), await connect(t, where)];
    const { integrated_account_token: token, expires_at } = await where.api.ok('POST', '/integrated-account/token', { id: account.id });
    assert.match(token, /^slx_acct_/);
    assert.ok(Math.abs(Date.parse(expires_at) - Date.now() - 900_000) < 60_000);
    const own = new Api(where.api.url, token);
    assert.equal((await own.get('/proxy/tickets?limit=1')).status, 200);
    assert.equal((await own.get(`/proxy/tickets?limit=1&integrated_account_id=${account.id}`)).status, 200);
    assert.equal((await own.get(`/proxy/tickets?limit=1&integrated_account_id=${other.id}`)).status, 403);
    assert.equal((await own.get('/integrated-account/me')).json.id, account.id);
    assert.equal((await own.patch('/integrated-account/me', { context: { note: 'x' } })).json.context.note, 'x');
    assert.equal((await own.patch('/integrated-account/me', { is_blocked: false })).status, 400);
    for (const path of ['/integrated-account', `/integrated-account/${account.id}`, '/api-token', '/webhook'])
        assert.equal((await own.get(path)).status, 401, path);
    assert.equal((await where.api.get('/integrated-account/me')).status, 401, 'an API token has no account of its own');
    await where.api.ok('DELETE', `/integrated-account/${account.id}`);
    assert.equal((await own.get('/proxy/tickets?limit=1')).status, 401);
});

test('a page of the developer calls the vendor with an integrated-account token', async (t) => {
    const account = await connect(t, where);
    const { integrated_account_token: token } = await where.api.ok('POST', '/integrated-account/token', { id: account.id });
    const environment = (await where.api.ok('GET', '/environment')).result[0];
    t.after(() => where.api.ok('PATCH', `/environment/${environment.id}`, { link_origins: environment.link_origins }));
    const from = (origin, path = '/proxy/tickets?limit=1') =>
        fetch(new URL(path, where.api.url), { headers: { origin, authorization: `Bearer ${token}` } });
    const ask = { origin: 'https://app.example', 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' };
    const preflight = await fetch(new URL('/proxy/tickets', where.api.url), { method: 'OPTIONS', headers: ask });
    assert.deepEqual([preflight.status, preflight.headers.get('access-control-allow-headers')], [204, 'authorization']);

    const anywhere = await from('https://app.example');
    assert.deepEqual([anywhere.status, anywhere.headers.get('access-control-allow-origin')], [200, 'https://app.example']);
    await where.api.ok('PATCH', `/environment/${environment.id}`, { link_origins: ['https://app.example'] });
    assert.equal((await from('https://app.example')).status, 200);
    const elsewhere = await from('https://evil.example', '/integrated-account/me');
    assert.equal(elsewhere.status, 403);
    assert.match((await elsewhere.json()).message, /link_origins/);
    assert.equal((await new Api(where.api.url, token).get('/proxy/tickets?limit=1')).status, 200, 'code has no origin');
});

test('imported credentials are tried before they are stored', async (t) => {
    const account = await connect(t, where);
    const { subdomain, email, apiKey } = account.simulated;
    const entry = (context, members = {}) => ({
        tenant_id: subdomain,
        environment_integration_id: where.installation,
        authentication_method: 'api_key',
        context: { subdomain, email, api_key: apiKey, ...context },
        ...members,
    });
    const accounts = () => where.api.all(`/integrated-account?tenant_id=${subdomain}`);
    const wrong = await where.api.post('/integrated-account', entry({ api_key: 'WRONG' }));
    assert.deepEqual([wrong.status, wrong.json.details.failures[0].path], [400, 'context']);
    assert.match(wrong.json.message, /Gorgias refuses these credentials.*Nothing was stored.*"verify": false/);
    const nowhere = await where.api.post('/integrated-account', entry({ subdomain: 'nosuch' }));
    assert.deepEqual([nowhere.status, nowhere.json.details.failures[0].path], [400, 'context.subdomain']);
    for (const path of [`/integrated-account/${account.id}`, `/integrated-account/${account.id}/credentials`])
        assert.equal((await where.api.patch(path, { context: { api_key: 'WRONG' } })).status, 400, path);
    assert.equal((await accounts()).length, 1);
    assert.equal((await account.proxy.get('/tickets', { limit: 1 })).status, 200, 'the old key is still there');

    const { id } = await where.api.ok('POST', '/integrated-account', entry({ api_key: 'WRONG' }, { verify: false }));
    t.after(() => where.api.delete(`/integrated-account/${id}`));
});

test('a blocked account is 503, a sandbox account reads only', async (t) => {
    const account = await connect(t, where);
    await where.api.ok('PATCH', `/integrated-account/${account.id}`, { is_blocked: true });
    assert.equal((await account.proxy.get('/tickets', { limit: 1 })).status, 503);
    await where.api.ok('PATCH', `/integrated-account/${account.id}`, { is_blocked: false, is_sandbox: true });
    const refused = await account.proxy.post('/macros', { name: 'x' });
    assert.deepEqual([refused.status, refused.headers.allow], [405, 'GET, HEAD']);
});

test('bulk-delete deletes what is there', async (t) => {
    const account = await connect(t, where);
    const absent = 'ia_01h455vb4pex5vsknk084sn02q';
    const { deleted } = await where.api.ok('POST', '/integrated-account/bulk-delete', { ids: [absent, account.id] });
    assert.deepEqual(deleted, [account.id]);
    assert.equal((await where.api.post('/integrated-account/bulk-delete', { ids: ['x'] })).status, 400);
});

test('capabilities tell what was not granted, and minting warns of it', async (t) => {
    const account = await connect(t, where, {
        authentication_method: 'oauth2',
        context: async (simulated) => {
            const scopes = ['account:read', 'tickets:read', 'offline'];
            const { access_token, refresh_token } = await simulated.tokens({ scopes });
            return { oauth: { scope: scopes, token: { access_token, refresh_token } } };
        },
    });
    const all = await where.api.ok('GET', `/integrated-account/${account.id}/capabilities`);
    assert.deepEqual(all.account.granted_scopes, ['account:read', 'tickets:read', 'offline']);
    const method = (resource, name) =>
        all.proxy.find((each) => each.resource === resource).methods.find((each) => each.method === name);
    assert.deepEqual(method('tickets', 'list').missing_scopes, []);
    assert.deepEqual(method('macros', 'create').missing_scopes, ['macros:write']);
    assert.ok(all.ai_readiness.ai_ready_score > 0.9);
    const reads = await where.api.ok('GET', `/integrated-account/${account.id}/capabilities?methods=read&resource=tickets`);
    assert.deepEqual(reads.proxy.map(({ resource }) => resource), ['tickets']);
    assert.ok(reads.proxy[0].methods.every(({ method: name }) => ['list', 'get', 'search'].includes(name)));
    const { warnings } = await account.mint({ methods: ['create_a_gorgias_macro', 'list_all_gorgias_tickets'] });
    assert.ok(warnings.some((text) => /1 of these tools.*macros:write/.test(text)), warnings.join());
    const { warnings: every } = await account.mint({ methods: ['list_all_gorgias_tickets'] });
    const none = every.filter((text) => !text.includes('refer to'));
    assert.deepEqual(none, []);
    assert.equal((await where.api.get('/integration/gorgias/capabilities')).json.account, undefined);
});
