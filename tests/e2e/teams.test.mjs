// A session of one team sees and changes nothing of another, through any route that takes an id; nor does a user who is
// confined to an environment, of the others.
import assert from 'node:assert/strict';

import { allRoutes } from '../support/routes.mjs';
import { assertRefused } from './support/api.mjs';
import { callTool } from './support/mcp.mjs';
import { behindProxy, Team } from './support/people.mjs';
import { connect, startApi } from './support/product.mjs';
import { defer, eventually, file, test } from './support/test.mjs';

const own = await startApi(file, { settings: behindProxy });
const [ourTeam, theirTeam] = [await Team.make('teams, ours', own), await Team.make('teams, theirs', own)];
const [ours, theirs] = [await ourTeam.environment(), await theirTeam.environment()];
const staging = await ourTeam.environment('staging');
const [owner, stranger] = [await ourTeam.signedIn('owner'), await theirTeam.signedIn('owner')];
const developer = await ourTeam.signedIn('developer');
const confined = await ourTeam.signedIn('admin');
await owner.ok('PATCH', `/user/${confined.id}`, { environment_ids: [staging.id] });

// All that the first team has.
const { api } = ours;
const account = await connect(file, ours, { tickets: 1 });
const server = await account.mint();
const tenantServer = await api.ok('POST', '/mcp-server', { name: 'ours', tenant_id: account.simulated.subdomain });
const document = await api.ok('POST', '/documentation', {
    entity_type: 'environment_integration', entity_id: ours.installation, resource: 'voice_calls', method: 'list', type: 'note', value: 'Ours.',
});
defer(file, () => api.delete(`/documentation/${document.id}`));
const webhook = await api.ok('POST', '/webhook', { target_url: 'https://receiver.example/', is_active: false });
const destination = await api.ok('POST', '/notification-destination', {
    type: 'slack', label: 'Ours', config: { url: 'https://hooks.receiver.example/services/x' }, is_active: false,
});
const { event_id } = await api.ok('POST', '/webhook/test', { id: webhook.id });
const connection = await api.ok('POST', '/connection', { tenant_id: 'x', integration: 'gorgias', context: { subdomain: account.simulated.subdomain } });
const token = (await api.all('/api-token'))[0];
const guarded = await account.mint({ approval_tags: ['macros'], approval_link: true });
const { approval_id } = (await callTool(guarded.url, 'create_a_gorgias_macro', { name: 'Ours', actions: [] })).data;
await account.proxy.get('/tickets', { limit: 1 });
const entry = await eventually('an entry of the call log', 10, async () =>
    (await api.ok('GET', `/log?log_type=unified_proxy_api&integrated_account_id=${account.id}&limit=1`)).result[0]);
const provider = await owner.ok('POST', '/identity-provider', { label: 'Ours', issuer: 'https://ours.idp.example', client_id: 'x', client_secret: 'y' });

/// By the path: its ids, and a body that would be right in the other team.
const cases = {
    '/api-token/{id}': [{ id: token.id }, { name: 'stolen' }],
    '/documentation/{id}': [{ id: document.id }, { value: 'Changed.' }],
    '/environment-integration/{id}': [{ id: ours.installation }, { is_enabled: false }],
    '/integrated-account/{id}': [{ id: account.id }, { tenant_id: 'stolen' }],
    '/integrated-account/{id}/credentials': [{ id: account.id }, { context: { api_key: 'stolen' } }],
    '/integrated-account/{id}/tools': [{ id: account.id }],
    '/integrated-account/{id}/rate-limit': [{ id: account.id }],
    '/integrated-account/{id}/capabilities': [{ id: account.id }],
    '/integrated-account/{id}/refresh-schema': [{ id: account.id }, {}],
    '/integrated-account/token': [{}, { id: account.id }],
    '/integrated-account/refresh-credentials': [{}, { id: account.id }],
    '/integrated-account/{id}/mcp': [{ id: account.id }, { name: 'stolen', config: {} }],
    '/integrated-account/{id}/mcp/{server_id}': [{ id: account.id, server_id: server.id }, { name: 'stolen' }],
    '/integrated-account/{id}/mcp/{server_id}/rotate-token': [{ id: account.id, server_id: server.id }, {}],
    '/integrated-account/{id}/mcp/{server_id}/explain': [{ id: account.id, server_id: server.id }, undefined, '?tool=x'],
    '/mcp-server/{server_id}': [{ server_id: tenantServer.id }, { name: 'stolen' }],
    '/mcp-server/{server_id}/rotate-token': [{ server_id: tenantServer.id }, {}],
    '/mcp-server/{server_id}/explain': [{ server_id: tenantServer.id }, undefined, '?tool=x'],
    '/environment/{id}': [{ id: ours.id }, { theme: { name: 'stolen' } }],
    '/webhook/{id}': [{ id: webhook.id }, { target_url: 'https://thief.example/' }],
    '/webhook/test': [{}, { id: webhook.id }],
    '/webhook/{id}/replay': [{ id: webhook.id }, { event_id }],
    '/webhook/{id}/rotate-secret': [{ id: webhook.id }, {}],
    '/notification-destination/{id}': [{ id: destination.id }, { label: 'stolen' }],
    '/notification-destination/{id}/test': [{ id: destination.id }, {}],
    '/connection/{id}': [{ id: connection.id }],
    '/log/{id}': [{ id: entry.id }],
    '/approval/{id}': [{ id: approval_id }, { decision: 'approve' }],
};
/// The same of what is the team's own, which no environment confines.
const teamCases = {
    '/team/{id}': [{ id: ourTeam.id }, { name: 'stolen' }],
    '/team/{id}/invite': [{ id: ourTeam.id }, { email: 'mallory@people.example', role: 'owner' }],
    '/user/{id}': [{ id: developer.id }, { role: 'owner' }],
    '/user/{id}/reset': [{ id: developer.id }, {}],
    '/user/{id}/sign-out': [{ id: developer.id }, {}],
    '/identity-provider/{id}': [{ id: provider.id }, { label: 'stolen' }],
    '/session/{id}': [{ id: owner.me.session.id }],
    '/me/identity/{provider}': [{ provider: provider.id }, {}],
};
/// Lists, what is made anew, what is everybody's, and what calls vendors, which no session may (sessions.test.mjs).
const others = [
    ...['/api-token', '/integration', '/documentation', '/environment-integration', '/integrated-account', '/environment', '/webhook'],
    ...['/notification-destination', '/log', '/log/hours', '/live', '/integrated-account/demo', '/mcp-server', '/approval', '/integration/{id}', '/integration/{id}/capabilities'],
    ...['/link-token', '/connection', '/integrated-account/bulk-delete', '/team', '/user', '/identity-provider', '/audit-log'],
    ...['/me', '/session', '/me/password', '/me/second-factor', '/me/second-factor/confirm', '/me/second-factor/remove', '/me/recovery-codes'],
];

const snapshot = async () => {
    const of = owner.in(ours.id);
    const paths = [
        ...[`/integrated-account/${account.id}`, `/integrated-account/${account.id}/mcp/${server.id}`, `/mcp-server/${tenantServer.id}`, `/documentation/${document.id}`],
        ...[`/environment-integration/${ours.installation}`, `/api-token/${token.id}`, `/environment/${ours.id}`, `/webhook/${webhook.id}`],
        ...[`/notification-destination/${destination.id}`, `/connection/${connection.id}`, `/approval/${approval_id}`],
    ];
    const shown = await Promise.all(paths.map((path) => of.ok('GET', path)));
    const teamwide = await Promise.all([`/team/${ourTeam.id}`, '/user', `/identity-provider/${provider.id}`, '/session'].map((path) => owner.ok('GET', path)));
    // The vendor's bucket drains meanwhile, and a session is seen.
    return JSON.parse(JSON.stringify([...shown, ...teamwide], (name, value) => (['rate_limit', 'seen_at'].includes(name) ? undefined : value)));
};
const secrets = [account.id, server.id, document.id, ours.installation, ours.id, webhook.id, destination.id, connection.id, tenantServer.id,
    approval_id, entry.id, account.simulated.subdomain, ourTeam.id, ourTeam.name, owner.id, owner.email, developer.email, provider.id];
const fill = (path, ids) => path.replace(/\{(\w+)\}/g, (_, name) => ids[name] ?? assert.fail(`no ${name} in the case of ${path}`));
const zeroed = (ids) => JSON.parse(JSON.stringify(ids ?? null).replace(/"([a-z]+)_[0-9a-z]{26}"/g, `"$1_${'0'.repeat(26)}"`)) ?? undefined;

const routes = allRoutes().filter(({ access }) => ['caller', 'session'].includes(access));
async function isAsIfItWereNot(browser, { method, path }, [ids, body, query = '']) {
    const takesBody = ['POST', 'PUT', 'PATCH'].includes(method);
    const before = await snapshot();
    const exchange = await browser.send(method, fill(path, ids) + query, takesBody ? body : undefined);
    assertRefused(exchange, 404);
    const asked = JSON.stringify([ids, body]);
    for (const secret of secrets) assert.ok(!exchange.text.includes(secret) || asked.includes(secret), `it shows ${secret}`);
    assert.deepEqual(await snapshot(), before);
    const never = await browser.send(method, fill(path, zeroed(ids)) + query, takesBody ? zeroed(body) : undefined);
    assert.deepEqual([never.status, Object.keys(never.json)], [404, Object.keys(exchange.json)], 'as for an id that exists nowhere');
}

for (const route of routes) {
    const { method, path } = route;
    if (others.includes(path) || path.includes('{path}')) continue;
    test(`${method} ${path} by the owner of another team: 404, nothing happens`, async () => {
        const given = cases[path] ?? teamCases[path];
        assert.ok(given, 'a new route needs a case in this test');
        await isAsIfItWereNot(cases[path] ? stranger.in(theirs.id) : stranger, route, given);
    });
    if (!cases[path]) continue;
    test(`${method} ${path} by an admin who is confined to another environment: 404, nothing happens`, () =>
        isAsIfItWereNot(confined.in(staging.id), route, cases[path]));
}

test('an environment of another team cannot be named, nor one to which a user is not let', async () => {
    for (const browser of [stranger.in(ours.id), confined.in(ours.id)])
        for (const { method, path } of routes.filter((route) => route.method === 'GET' && cases[route.path]))
            assertRefused(await browser.send(method, fill(path, cases[path][0]) + (cases[path][2] ?? '')), 404);
});

test('lists show the own team only, whatever the filter', async () => {
    for (const path of ['/user', '/team', '/identity-provider', '/audit-log', '/session', '/environment', '/webhook', '/integrated-account', '/api-token'])
        for (const query of ['', `?environment_id=${ours.id}`, '?limit=100&sort_by[created_at]=asc', `?email=${owner.email}`, `?actor_id=${owner.id}`]) {
            const asked = await stranger.in(/^\/(user|team|identity-provider|audit-log|session)$/.test(path) ? undefined : theirs.id).get(path + query);
            assert.ok([200, 400, 404].includes(asked.status), `${path}${query} answered ${asked.status}`);
            for (const secret of secrets) assert.ok(!asked.text.includes(secret) || query.includes(secret), `${path}${query} shows ${secret}`);
        }
});

test('accounts of others are not deleted with the own', async () => {
    const before = await snapshot();
    for (const browser of [stranger.in(theirs.id), confined.in(staging.id)])
        assert.deepEqual((await browser.ok('POST', '/integrated-account/bulk-delete', { ids: [account.id] })).deleted, []);
    assert.deepEqual(await snapshot(), before);
});

test('a confined user is told of their environments only', async () => {
    const me = await confined.ok('GET', '/me');
    assert.deepEqual(me.environments.map(({ id }) => id), [staging.id]);
    assert.ok(!JSON.stringify(me).includes(ours.id));
    assert.deepEqual((await confined.in(staging.id).ok('GET', '/environment')).result.map(({ id }) => id), [staging.id]);
    const all = (await owner.ok('GET', '/me')).environments.map(({ id }) => id);
    assert.deepEqual(all.sort(), [ours.id, staging.id].sort());
});

test('a confined admin makes nobody who may do more, and not themselves', async () => {
    const invite = (members) => confined.post(`/team/${ourTeam.id}/invite`, { email: `x${Math.random()}@people.example`, role: 'viewer', ...members });
    for (const environment_ids of [undefined, null, [ours.id], [ours.id, staging.id]])
        assertRefused(await invite({ environment_ids }), 403);
    assert.equal((await invite({ environment_ids: [staging.id] })).status, 201);
    assertRefused(await confined.patch(`/user/${confined.id}`, { environment_ids: null }), 403);
    // Whoever sees more is beyond them.
    for (const [method, path, body] of [
        ['PATCH', `/user/${developer.id}`, { role: 'viewer' }],
        ['PATCH', `/user/${developer.id}`, { environment_ids: [staging.id] }],
        ['DELETE', `/user/${developer.id}`],
        ['POST', `/user/${developer.id}/reset`, {}],
        ['POST', `/user/${developer.id}/sign-out`, {}],
    ])
        assertRefused(await confined.send(method, path, body), 403);
    assert.ok(await developer.isSignedIn());
});

// It would be a way around the password and the code that one's own changes ask for.
test('nobody makes a reset link for themselves', async () => {
    assert.equal((await owner.post(`/user/${owner.id}/reset`, {})).status, 403);
});

test('environments that are confined to must be the team\'s', async () => {
    for (const environment_ids of [[theirs.id], [staging.id, theirs.id], [`env_${'0'.repeat(26)}`], ['production'], [ourTeam.id]])
        assertRefused(await owner.patch(`/user/${developer.id}`, { environment_ids }), 400);
    assert.equal((await owner.ok('GET', `/user/${developer.id}`)).environment_ids, null);
});

test('a team does not take the name or the id of another, by which people sign in there', async () => {
    for (const name of [theirTeam.id, `team_${'0'.repeat(26)}`, '', 'a\u0000b', 'x'.repeat(201)])
        assertRefused(await owner.patch(`/team/${ourTeam.id}`, { name }), 400);
    assertRefused(await owner.patch(`/team/${ourTeam.id}`, { name: theirTeam.name }), 409);
    assert.equal((await owner.ok('GET', `/team/${ourTeam.id}`)).name, ourTeam.name);
});
