// What a vendor's sign-in does when it fails for a while: no account is hurt, and every one works when it is over.
import assert from 'node:assert/strict';

import { callTool } from '../e2e/support/mcp.mjs';
import { eventually, sleep, test } from '../e2e/support/test.mjs';
import { isSmall, optionsOver } from './support/options.mjs';
import { stage } from './support/stage.mjs';

const { accounts: wanted, seconds } = optionsOver({ accounts: isSmall ? 20 : 100, seconds: isSmall ? 8 : 60 });
const { product } = await stage();
const where = await product.environment('vendor-auth');
const tool = 'list_all_gorgias_tickets';
const scopes = ['account:read', 'tickets:read', 'offline'];

async function oauthAccount(lifetime) {
    const simulated = await where.simulator.addAccount({ tickets: 1 });
    await simulated.control('/oauth', { access_token_lifetime_s: lifetime, rotate_refresh_tokens: true });
    const { access_token, refresh_token } = await simulated.tokens({ scopes, lifetime_s: lifetime });
    const expires_at = new Date(Date.now() + lifetime * 1000).toISOString();
    const context = { subdomain: simulated.subdomain, oauth: { token: { access_token, refresh_token, expires_at } } };
    return connected(simulated, 'oauth2', context);
}

async function keyAccount() {
    const simulated = await where.simulator.addAccount({ tickets: 1 });
    const { subdomain, email, apiKey: api_key } = simulated;
    return connected(simulated, 'api_key', { subdomain, email, api_key });
}

async function connected(simulated, authentication_method, context) {
    const { id } = await where.api.ok('POST', '/integrated-account', {
        verify: false,
        ...{ tenant_id: simulated.subdomain, environment_integration_id: where.installation, authentication_method, context },
    });
    const { token } = await where.api.ok('POST', `/integrated-account/${id}/mcp`, { name: 'auth', config: { methods: ['read'] } });
    return { id, simulated, url: `${where.api.url}/mcp/${token}` };
}

const inGroups = async (items, action) => {
    const results = [];
    for (let i = 0; i < items.length; i += 20) results.push(...(await Promise.all(items.slice(i, i + 20).map(action))));
    return results;
};
const many = (make) => inGroups(Array.from({ length: wanted }), () => make());
const works = async ({ url }) => !(await callTool(url, tool, { limit: 1 })).isError;
const deadOnes = async (accounts) =>
    (await inGroups(accounts, ({ id }) => where.api.ok('GET', `/integrated-account/${id}`))).filter(({ status }) => status !== 'active');

async function recover(t, what, accounts, failedCalls, calls) {
    await inGroups(accounts, ({ simulated }) => simulated.clearFaults());
    const started = performance.now();
    await where.simulator.clock({ advance_s: 60 });
    let usable = 0;
    await eventually('every account works again', 90, async () => {
        const results = await inGroups(accounts, works);
        usable = results.filter(Boolean).length;
        await where.simulator.clock({ advance_s: 1 });
        return usable === accounts.length;
    }, 500);
    const dead = await deadOnes(accounts);
    t.diagnostic(`${what}: ${accounts.length} accounts, ${calls} calls in ${seconds} s, ${failedCalls} failed meanwhile; ` +
        `${dead.length} accounts hurt, all usable ${((performance.now() - started) / 1000).toFixed(1)} s after it was over`);
    assert.deepEqual(dead.map(({ last_error }) => last_error), []);
}

async function callsMeanwhile(accounts, each = async () => {}) {
    let [calls, failed] = [0, 0];
    for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(300)) {
        const results = await inGroups(accounts, works);
        calls += results.length;
        failed += results.filter((good) => !good).length;
        await each();
        await where.simulator.clock({ advance_s: 0 });
    }
    return [failed, calls];
}

for (const [what, fault] of [
    ['a token endpoint that is down', { status: 503, body: 'down', content_type: 'text/plain' }],
    ['a token endpoint that says invalid_client', { status: 401, body: { error: 'invalid_client' } }],
    ['a token endpoint that is not found', { status: 404, body: '<h1>nothing here</h1>', content_type: 'text/html' }],
])
    test(`${what} for ${seconds} s: no account is hurt`, async (t) => {
        // They end within the outage.
        const accounts = await many(() => oauthAccount(Math.max(3, seconds / 4)));
        await inGroups(accounts, ({ simulated }) => simulated.fault({ match: 'POST /oauth/token', times: 1_000_000, ...fault }));
        // A call that the vendor refuses while it cannot be asked for a new token says nothing of the account.
        await inGroups(accounts.slice(0, 5), ({ simulated }) => simulated.fault({ match: 'GET /api/tickets', status: 401, body: { error: { msg: 'Unauthorized' } } }));
        const [failed, calls] = await callsMeanwhile(accounts);
        assert.ok(failed > 0, 'the tokens ended, so the outage was met');
        await recover(t, what, accounts, failed, calls);
    }, 240 + 3 * seconds);

test(`a vendor that answers 401 to everything, the health method too, for ${seconds} s: no account is hurt`, async (t) => {
    const accounts = await many(keyAccount);
    await inGroups(accounts, ({ simulated }) => simulated.fault({ match: '*', times: 1_000_000, status: 401, body: { error: { msg: 'Unauthorized' } } }));
    const [failed, calls] = await callsMeanwhile(accounts, () =>
        inGroups(accounts.slice(0, 20), ({ id }) => product.makeDue('account_health', id).catch(() => {})));
    assert.equal(failed, calls);
    await recover(t, 'a health method that answers 401', accounts, failed, calls);
}, 240 + 3 * seconds);
