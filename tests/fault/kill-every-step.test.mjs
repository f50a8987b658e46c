// kill -9 at each step of a refresh, of connecting and of a request with a key. Each step has a process and an account of its own, so they run side
// by side; the product's own api and worker then find what is left.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { Api, Proxy } from '../e2e/support/api.mjs';
import { callTool } from '../e2e/support/mcp.mjs';
import { cli, connect, environment, inEnvironment, main, overrideFor, startApi, uuidOf } from '../e2e/support/product.mjs';
import { eventually } from '../e2e/support/test.mjs';
import { Customer } from './support/connecting.mjs';

const atOnce = { concurrency: true };
const scopes = ['account:read', 'tickets:read', 'offline'];
const where = await environment('kill');

/// Gorgias under another name, with another manifest.
async function installVariant(name, change) {
    const directory = mkdtempSync(join(tmpdir(), 'sluice-fault-'));
    const from = join(import.meta.dirname, '../../libs/catalog/integrations/gorgias');
    cpSync(from, directory, { recursive: true });
    const manifest = readFileSync(join(directory, 'integration.yaml'), 'utf8');
    writeFileSync(
        join(directory, 'integration.yaml'),
        change(manifest.replace('name: gorgias', `name: ${name}`)),
    );
    await cli('integration', 'publish', directory, '--team', 'e2e');
    rmSync(directory, { recursive: true });
    const [variant] = (await where.api.ok('GET', `/integration?name=${name}`)).result;
    const override = overrideFor(where.simulator);
    const { id } = await where.api.ok('POST', '/environment-integration', { integration_id: variant.id, override });
    await where.api.ok('PATCH', `/environment-integration/${id}`, { override });
    return { ...where, variant: name, installation: id };
}
/// A vendor that accepts a refresh token once and revokes the connection when it comes again.
const revoking = await installVariant('revoking', (manifest) => manifest.replace('reuse: tolerated', 'reuse: revokes'));
/// One whose accounts are set up once they are connected.
const staged = await installVariant('staged', (manifest) =>
    manifest.replace('tool_tags:', `actions:
  post_install:
    - request: {method: account.get, as: account}
    - update_context: {domain: "{{steps.account.domain}}"}
tool_tags:`));

/// An api process that ends itself at that point. It calls itself by the product's address, which the vendor knows.
const dying = (scope, failpoint) =>
    startApi(scope, { settings: { SLUICE_FAILPOINT: failpoint, SLUICE_THREADS: 1, SLUICE_PUBLIC_URL: main.url } });
const isDead = (replica) => eventually('the process is killed', 10, async () => {
    try {
        process.kill(replica.pid, 0);
        return readFileSync(`/proc/${replica.pid}/stat`, 'utf8').includes(') Z ');
    } catch {
        return true;
    }
});

async function oauthAccount(at, rotates) {
    const simulated = await at.simulator.addAccount({ tickets: 1 });
    await simulated.control('/oauth', { rotate_refresh_tokens: rotates });
    const { access_token, refresh_token } = await simulated.tokens({ scopes });
    const { id } = await at.api.ok('POST', '/integrated-account', {
        verify: false,
        tenant_id: simulated.subdomain,
        environment_integration_id: at.installation,
        authentication_method: 'oauth2',
        // Far from its end, so that only the call below renews it.
        context: { subdomain: simulated.subdomain, oauth: { token: { access_token, refresh_token, expires_at: new Date(Date.now() + 86_400_000).toISOString() } } },
    });
    const { token } = await at.api.ok('POST', `/integrated-account/${id}/mcp`, { name: 'kill', config: { methods: ['read'] } });
    return { id, token, simulated };
}

const tool = ({ variant = 'gorgias' }) => `list_all_${variant}_tickets`;

/// `isRenewed`: it can be renewed again at once; else the token that is there serves until it ends.
async function refreshStep(scope, at, failpoint, rotates, isRenewed) {
    const account = await oauthAccount(at, rotates);
    const replica = await dying(scope, failpoint);
    await account.simulated.fault({ match: 'GET /api/tickets', status: 401 });
    await callTool(`${replica.url}/mcp/${account.token}`, tool(at), { limit: 1 }).catch(() => {});
    await isDead(replica);
    // Somebody needs the account, and its token is good for a day.
    const outcome = await eventually(`${failpoint}: usable, or flagged`, 60, async () => {
        await account.simulated.clearFaults();
        await at.api.post('/integrated-account/refresh-credentials', { id: account.id });
        const { status, last_error } = await at.api.ok('GET', `/integrated-account/${account.id}`);
        if (status === 'needs_reauth') return { status, message: last_error.message };
        const result = await callTool(`${main.url}/mcp/${account.token}`, tool(at), { limit: 1 });
        const { refreshes } = await account.simulated.state();
        return !result.isError && (refreshes > 0 || !isRenewed) ? { status: 'active' } : undefined;
    }, 1000);
    assert.equal(outcome.status, 'active', outcome.message);
    assert.equal((await account.simulated.state()).reused_refresh_tokens, 0, 'an old refresh token was never shown again');
}

const refreshSteps = ['refresh_leased', 'refresh_intended', 'refresh_answered', 'refresh_committed'];

test('refresh, at a vendor that tolerates a refresh token twice: every account is usable', atOnce, async (t) => {
    await Promise.all(refreshSteps.map((failpoint) => t.test(failpoint, (step) => refreshStep(step, where, failpoint, false, true))));
});

test('refresh, at a vendor that revokes: every account is usable, and no old refresh token is shown', atOnce, async (t) => {
    const undecided = ['refresh_intended', 'refresh_answered'];
    await Promise.all(refreshSteps.map((failpoint) =>
        t.test(failpoint, (step) => refreshStep(step, revoking, failpoint, true, !undecided.includes(failpoint))),
    ));
});

async function connectStep(scope, failpoint) {
    const simulated = await where.simulator.addAccount({ tickets: 1 });
    const tenant = simulated.subdomain;
    const replica = await dying(scope, failpoint);
    const { link_token } = await where.api.ok('POST', '/link-token', { tenant_id: tenant });
    const customer = new Customer(link_token);
    const begin = (url) =>
        customer.begin(url, { environment_integration_id: staged.installation, authentication_method: 'oauth2', context: { subdomain: simulated.subdomain } });
    const first = await begin(replica.url);
    await customer.comeBack(replica.url, first).catch(() => {});
    await isDead(replica);
    const ended = await eventually(`${failpoint}: the connection has ended`, 100, async () => {
        const connection = await where.api.ok('GET', `/connection/${first.id}`);
        return ['active', 'failed'].includes(connection.status) ? connection : undefined;
    }, 1000);
    const accounts = async () => where.api.all(`/integrated-account?tenant_id=${tenant}`);
    if (ended.status === 'failed') {
        assert.match(ended.error.message, /cut off/);
        assert.equal((await accounts()).length, 0, 'nothing is half connected');
        const second = await begin(main.url); // The link is still good.
        await customer.comeBack(main.url, second);
    }
    const [account, ...others] = await accounts();
    assert.equal(others.length, 0, 'connected once');
    assert.equal(account.status, 'active');
    assert.equal(account.context.domain, simulated.subdomain, 'set up');
    const { token } = await where.api.ok('POST', `/integrated-account/${account.id}/mcp`, { name: 'kill', config: { methods: ['read'] } });
    assert.ok(!(await callTool(`${main.url}/mcp/${token}`, tool(staged), { limit: 1 })).isError);
}

test('connecting: one account that works, or none and a link that still does', atOnce, async (t) => {
    const steps = ['connect_claimed', 'connect_exchanged', 'connect_stored', 'connect_set_up', 'connect_tried', 'connect_settled'];
    await Promise.all(steps.map((failpoint) => t.test(failpoint, (step) => connectStep(step, failpoint))));
});

/// `made`: how many macros there are then. `isKept`: the answer was stored before the process ended.
async function keyedStep(scope, failpoint, made, isKept) {
    const account = await connect(scope, where);
    const replica = await dying(scope, failpoint);
    const request = { body: { name: failpoint }, headers: { 'idempotency-key': failpoint } };
    await assert.rejects(new Proxy(new Api(replica.url, where.token), account.id).send('POST', '/macros', request));
    await isDead(replica);
    const again = () => account.proxy.send('POST', '/macros', request);
    const count = async () => (await account.simulated.get('/api/macros?limit=100')).data.filter(({ name }) => name === failpoint).length;
    const first = await again();
    if (isKept) {
        assert.deepEqual([first.status, first.headers['idempotent-replayed'], first.json.name], [201, 'true', failpoint]);
    } else {
        assert.equal(first.status, 409);
        assert.match(first.json.message, /still being made/);
        // The time passes in which the process could still be at work.
        await inEnvironment(where.id, `UPDATE keyed_requests SET leased_until = now() WHERE integrated_account_id = '${uuidOf(account.id)}'`);
        const later = await again();
        assert.equal(later.status, 409);
        assert.match(later.json.message, /was interrupted/);
    }
    assert.equal(await count(), made, 'never made twice');
}

test('a request with a key: made once or not at all, and never again', atOnce, async (t) => {
    await Promise.all([['keyed_taken', 0, false], ['keyed_sent', 1, false], ['keyed_stored', 1, true]].map(([failpoint, ...rest]) =>
        t.test(failpoint, (step) => keyedStep(step, failpoint, ...rest)),
    ));
});
