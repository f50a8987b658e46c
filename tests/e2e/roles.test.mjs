// What a role or a token may do changes under its holder: at the next request, on every replica; and nobody gives themselves
// more.
import assert from 'node:assert/strict';

import { Api, assertRefused } from './support/api.mjs';
import { callTool, legacy, listTools } from './support/mcp.mjs';
import { auditOf, behindProxy, Browser, freshAddress, Team } from './support/people.mjs';
import { cli, connect, startApi } from './support/product.mjs';
import { eventually, file, test } from './support/test.mjs';

const own = await startApi(file, { settings: behindProxy });
const replica = await startApi(file, { settings: behindProxy });
const team = await Team.make('roles', own);
const where = await team.environment();
const staging = await team.environment('staging');
const owner = await team.signedIn('owner');
const account = await connect(file, where, { tickets: 3 });

/// Asks without a pause at both replicas while `change` is made. From its answer on, the first replica must answer
/// `after`; the other one within a second, and from then on too.
async function holdsEverywhere(ask, before, change, after) {
    for (const at of [own, replica]) for (let i = 0; i < 3; i += 1) assert.equal(await ask(at), before, 'before');
    await change();
    const changed = performance.now();
    assert.equal(await ask(own), after, 'at the next request');
    await eventually('the other replica knows', 1, async () => (await ask(replica)) === after, 10);
    assert.ok(performance.now() - changed < 1000);
    for (let i = 0; i < 50; i += 1) assert.equal(await ask(i % 2 ? own : replica), after, 'from then on');
}

// Roles -------------------------------------------------------------------------------------------------------------------

const write = (person, id = where.id) => async (at) => (await person.through(at).in(id).post('/webhook', {})).status;
const read = (person, id = where.id) => async (at) => (await person.through(at).in(id).get('/webhook')).status;

for (const [what, change, ask, [before, after]] of [
    ['a lower role', { role: 'viewer' }, write, [400, 403]],
    ['environments that it is confined to', { environment_ids: [staging.id] }, read, [200, 404]],
    ['the end of the user', { is_active: false }, read, [200, 401]],
])
    test(`${what} holds at the next request on every replica`, async () => {
        const person = await team.signedIn('developer');
        await holdsEverywhere(ask(person), before, () => owner.ok('PATCH', `/user/${person.id}`, change), after);
    });

for (const [what, change] of [
    ['signing out', (person) => person.copy().ok('DELETE', '/session/current')],
    ['being signed out', (person) => owner.ok('POST', `/user/${person.id}/sign-out`, {})],
    ['being removed', (person) => owner.ok('DELETE', `/user/${person.id}`)],
    ['a role that an operator takes away', (person) => cli('user', 'role', team.id, person.email, 'viewer')],
])
    test(`${what} holds at the next request on every replica within a second`, async () => {
        const person = await team.signedIn('developer');
        const isOperators = what.includes('operator');
        const after = isOperators ? 403 : 401;
        const ask = write(person);
        if (!isOperators) return holdsEverywhere(ask, 400, () => change(person), after);
        // The command line is a process of its own, so both replicas hear of it.
        for (const at of [own, replica]) assert.equal(await ask(at), 400);
        await change(person);
        for (const at of [own, replica]) await eventually('it is known', 1, async () => (await ask(at)) === after, 10);
    });

test('a higher role holds at once too, and says so', async () => {
    const person = await team.signedIn('viewer');
    await holdsEverywhere(write(person), 403, () => owner.ok('PATCH', `/user/${person.id}`, { role: 'developer' }), 400);
    const me = await person.ok('GET', '/me');
    assert.equal(me.user.role, 'developer');
    assert.ok(me.permissions.includes('webhooks:write') && !me.permissions.includes('people:write'));
});

test('a new environment is there for those who may enter all', async () => {
    const ids = async (at) => (await owner.through(at).ok('GET', '/me')).environments.map(({ id }) => id);
    await ids(replica);
    const { id } = await team.environment(`new ${Date.now()}`);
    for (const at of [own, replica]) await eventually('it is there', 1, async () => (await ids(at)).includes(id), 20);
    assert.equal((await owner.in(id).get('/webhook')).status, 200);
});

// Who makes whom ----------------------------------------------------------------------------------------------------------

test('nobody changes their own role, ends their own access, or removes themselves', async () => {
    const second = await team.signedIn('owner');
    const admin = await team.signedIn('admin');
    for (const person of [second, admin]) {
        for (const change of [{ role: 'viewer' }, { role: 'owner' }, { is_active: false }, { environment_ids: [staging.id] }]) {
            const refused = await person.patch(`/user/${person.id}`, change);
            assertRefused(refused, 403);
        }
        assertRefused(await person.delete(`/user/${person.id}`), 403);
    }
    assert.deepEqual([(await second.ok('GET', '/me')).user.role, (await admin.ok('GET', '/me')).user.role], ['owner', 'admin']);
    await owner.ok('DELETE', `/user/${second.id}`);
});

test('only owners make, change, reset and remove owners', async () => {
    const admin = await team.signedIn('admin');
    const other = await team.signedIn('owner');
    const viewer = await team.signedIn('viewer');
    for (const [method, path, body] of [
        ['POST', `/team/${team.id}/invite`, { email: 'mallory@people.example', role: 'owner' }],
        ['PATCH', `/user/${viewer.id}`, { role: 'owner' }],
        ['PATCH', `/user/${other.id}`, { role: 'viewer' }],
        ['PATCH', `/user/${other.id}`, { is_active: false }],
        ['PATCH', `/user/${other.id}`, { name: 'x' }],
        ['DELETE', `/user/${other.id}`],
        ['POST', `/user/${other.id}/reset`, {}],
        ['POST', `/user/${other.id}/sign-out`, {}],
        ['PATCH', `/team/${team.id}`, { name: 'x' }],
        ['POST', '/identity-provider', { label: 'x', issuer: 'https://idp.example', client_id: 'x', client_secret: 'y' }],
    ])
        assertRefused(await admin.send(method, path, body), 403);
    assert.ok(await other.isSignedIn());
    assert.equal((await owner.ok('PATCH', `/user/${viewer.id}`, { role: 'owner' })).role, 'owner');
    for (const { id } of [viewer, other]) await owner.ok('DELETE', `/user/${id}`);
});

test('the last owner who is active stays, also when two owners end each other at once', async () => {
    const lone = await Team.make('roles, owners', own);
    const [first, second] = [await lone.signedIn('owner'), await lone.signedIn('owner')];
    const answers = await Promise.all([
        first.patch(`/user/${second.id}`, { role: 'viewer' }),
        second.through(replica).patch(`/user/${first.id}`, { is_active: false }),
    ]);
    const statuses = answers.map(({ status }) => status).sort();
    assert.equal(statuses[0], 200);
    assert.ok([401, 403, 409].includes(statuses[1]), `the other was answered ${statuses[1]}`);
    const left = [first, second];
    const owners = [];
    for (const each of left) if (((await each.get('/me')).json.user ?? {}).role === 'owner') owners.push(each);
    assert.equal(owners.length, 1);
    const [last] = owners;
    const refusals = [
        await last.patch(`/user/${last.id}`, { role: 'admin' }),
        await last.delete(`/user/${last.id}`),
        await last.patch(`/user/${last.id}`, { is_active: false }),
    ];
    for (const { status } of refusals) assert.ok([403, 409].includes(status), `answered ${status}`);
    await assert.rejects(cli('user', 'role', lone.id, last.email, 'viewer'), 'nor by an operator');
    assert.equal((await last.ok('GET', '/me')).user.role, 'owner');
});

test('developers and viewers see people and change none', async () => {
    for (const role of ['developer', 'viewer']) {
        const person = await team.signedIn(role);
        const { result } = await person.ok('GET', '/user?limit=5000');
        assert.ok(result.some(({ id }) => id === owner.id));
        for (const [method, path, body] of [
            ['POST', `/team/${team.id}/invite`, { email: 'x@people.example', role: 'viewer' }],
            ['PATCH', `/user/${owner.id}`, { role: 'viewer' }],
            ['DELETE', `/user/${owner.id}`],
            ['POST', `/user/${owner.id}/reset`, {}],
        ])
            assertRefused(await person.send(method, path, body), 403);
    }
});

// Approvals ---------------------------------------------------------------------------------------------------------------

test('a call is approved by whoever is signed in and may, and it says by whom', async () => {
    const { url } = await account.mint({ approval_tags: ['macros'] });
    const ask = async (name) => (await callTool(url, 'create_a_gorgias_macro', { name, actions: [] })).data;
    const { approval_id } = await ask('By a person');
    const [developer, viewer] = [(await team.signedIn('developer')).in(where.id), (await team.signedIn('viewer')).in(where.id)];
    const seen = await viewer.ok('GET', `/approval/${approval_id}`);
    assert.equal(seen.code ?? null, null, 'who may only look does not get the code, with which one decides');
    assertRefused(await viewer.post(`/approval/${approval_id}`, { decision: 'approve' }), 403);
    assertRefused(await developer.in(staging.id).post(`/approval/${approval_id}`, { decision: 'approve' }), 404);
    const decided = await developer.ok('POST', `/approval/${approval_id}`, { decision: 'approve' });
    assert.deepEqual([decided.status, decided.decided_by], ['approved', developer.id]);
    assert.equal((await ask('By a person')).name, 'By a person');
    const [entry] = await auditOf(owner, { target_id: approval_id });
    assert.deepEqual([entry.action, entry.actor.id], ['approval.approve', developer.id]);
});

// API tokens --------------------------------------------------------------------------------------------------------------

let made = 0;
const token = async (members, by = owner) => {
    const answer = await by.in(where.id).ok('POST', '/api-token', { name: `token ${(made += 1)}`, ...members });
    const api = (at = own) => new Api(at.url, answer.token);
    return { ...answer, api };
};

test('a token is shown once, belongs to its environment, and says what it may', async () => {
    const { token: secret, api, ...shown } = await token({ scopes: ['read_only'], addresses: ['0.0.0.0/0', '::/0'] });
    assert.match(secret, /^slx_api_/);
    assert.deepEqual(await owner.in(where.id).ok('GET', `/api-token/${shown.id}`), shown);
    assert.deepEqual([shown.environment_id, shown.scopes, shown.created_by], [where.id, ['read_only'], owner.id]);
    assert.equal((await api().get(`/environment/${where.id}`)).status, 200);
    assert.equal((await api().get(`/environment/${staging.id}`)).status, 404);
    assertRefused(await owner.in(staging.id).get(`/api-token/${shown.id}`), 404);
});

test('scopes bound what a token does, over REST and as a second factor', async () => {
    const [reader, caller, clerk] = [await token({ scopes: ['read_only'] }), await token({ scopes: ['data_plane'] }), await token({ scopes: ['no_credentials'] })];
    const tickets = `/proxy/tickets?integrated_account_id=${account.id}`;
    assert.equal((await reader.api().get(tickets)).status, 200);
    assertRefused(await reader.api().post(tickets, { subject: 'x' }), 403);
    assertRefused(await reader.api().post('/tools/execute/list_all_gorgias_tickets', { integrated_account_id: account.id }), 403);
    assertRefused(await reader.api().patch(`/integrated-account/${account.id}`, { tenant_id: 'x' }), 403);
    assert.equal((await caller.api().get(tickets)).status, 200);
    assertRefused(await caller.api().get('/integrated-account'), 403);
    assertRefused(await clerk.api().patch(`/integrated-account/${account.id}/credentials`, { context: { api_key: 'x' } }), 403);
    assertRefused(await clerk.api().post('/link-token', { tenant_id: 'x' }), 403);
    // Nor by another door.
    assertRefused(await clerk.api().patch(`/integrated-account/${account.id}`, { context: { api_key: 'x' } }), 403);
    assert.equal((await clerk.api().patch(`/integrated-account/${account.id}`, { context: { note: 'x' } })).status, 200);
    assertRefused(await clerk.api().post('/integrated-account/token', { id: account.id }), 403);
    assertRefused(await caller.api().post('/integrated-account/token', { id: account.id }), 403);
    assert.equal((await clerk.api().get('/integrated-account')).status, 200);
    const calls = (await account.simulated.state()).calls;
    assertRefused(await reader.api().delete(`/custom/api/tickets/1?integrated_account_id=${account.id}`), 403);
    assert.equal((await account.simulated.state()).calls, calls, 'what is refused does not reach the vendor');
});

test('no token makes, widens or lengthens a token', async () => {
    const full = await token({});
    for (const by of [full.api(), where.api]) {
        assertRefused(await by.post('/api-token', { name: 'child' }), 403);
        assertRefused(await by.patch(`/api-token/${full.id}`, { scopes: ['full'] }), 403);
        assertRefused(await by.delete(`/api-token/${full.id}`), 403);
    }
    for (const scopes of [[], ['api_tokens:write'], ['people:write'], ['team:write'], ['audit:read'], ['owner'], ['*'], [''], 'full', [null]])
        assertRefused(await owner.in(where.id).post('/api-token', { name: 'wide', scopes }), 400);
});

test('a developer makes tokens, a viewer does not', async () => {
    const [developer, viewer] = [await team.signedIn('developer'), await team.signedIn('viewer')];
    assert.equal((await token({}, developer)).created_by, developer.id);
    assertRefused(await viewer.in(where.id).post('/api-token', { name: 'x', scopes: ['read_only'] }), 403);
});

test('narrower scopes, other addresses, an end and a revocation hold at the next request on every replica', async () => {
    const asked = (of) => async (at) => (await of.api(at).post('/webhook', {})).status;
    const change = (of, body) => () => owner.in(where.id).ok('PATCH', `/api-token/${of.id}`, body);
    const narrowed = await token({});
    await holdsEverywhere(asked(narrowed), 400, change(narrowed, { scopes: ['read_only'] }), 403);
    await holdsEverywhere(asked(narrowed), 403, change(narrowed, { scopes: ['webhooks:write'] }), 400);
    const moved = await token({});
    await holdsEverywhere(asked(moved), 400, change(moved, { addresses: ['198.51.100.0/24'] }), 403);
    const gone = await token({});
    await holdsEverywhere(asked(gone), 400, () => owner.in(where.id).ok('DELETE', `/api-token/${gone.id}`), 401);
});

test('a token with addresses is taken from there only, also behind proxies and in IPv6', async () => {
    const { api } = await token({ addresses: ['198.51.100.0/24', '2001:db8:1::/48', '203.0.113.7'] });
    const from = async (address) => (await api().send('GET', '/webhook', undefined, address && { 'x-forwarded-for': address })).status;
    for (const address of ['198.51.100.1', '198.51.100.255', '2001:db8:1::5', '203.0.113.7', '::ffff:198.51.100.9'])
        assert.equal(await from(address), 200, address);
    for (const address of [undefined, '198.51.101.1', '2001:db8:2::5', '203.0.113.8', '127.0.0.1', '10.0.0.1, 192.0.2.1', '198.51.100.1, 192.0.2.1'])
        assert.equal(await from(address), 403, address);
    // The last hop is what our proxy saw; what a client wrote before it is not believed.
    assert.equal(await from('192.0.2.1, 198.51.100.1'), 200);
});

test('addresses that are none are refused, and so are too many', async () => {
    for (const addresses of [['198.51.100.0/33'], ['300.1.1.1'], ['example.com'], [''], ['198.51.100.1/24/1'], ['*'], Array(101).fill('198.51.100.1'), '198.51.100.1'])
        assertRefused(await owner.in(where.id).post('/api-token', { name: 'x', addresses }), 400);
});

test('the addresses of a token hold where it is the second factor of an MCP server', async () => {
    const { url } = await account.mint({ require_api_token_auth: true });
    const { token: secret } = await token({ addresses: ['198.51.100.0/24'], scopes: ['data_plane'] });
    const ask = (address) => legacy(url, 'tools/list', undefined, { headers: { authorization: `Bearer ${secret}`, 'x-forwarded-for': address } });
    assert.equal((await ask('198.51.100.1')).status, 200);
    assert.ok([401, 403].includes((await ask('192.0.2.1')).status));
});

test('a token that may not make every vendor call is no second factor', async () => {
    const { url } = await account.mint({ require_api_token_auth: true });
    for (const scopes of [['logs:read'], ['read_only']]) {
        const { token: secret } = await token({ scopes });
        const asked = await legacy(url, 'tools/list', undefined, { headers: { authorization: `Bearer ${secret}` } });
        assert.ok([401, 403].includes(asked.status), `${scopes}: answered ${asked.status}`);
    }
    const good = await token({ scopes: ['data_plane'] });
    const headers = { authorization: `Bearer ${good.token}` };
    assert.equal((await legacy(url, 'tools/list', undefined, { headers })).status, 200);
    assert.ok((await listTools(url, (to, method) => legacy(to, method, undefined, { headers }))).length > 0);
});

test('a token keeps what it may when its maker is gone, and the log says who it was', async () => {
    const maker = await team.signedIn('developer');
    const { api, id } = await token({ scopes: ['read_only'] }, maker);
    await owner.ok('DELETE', `/user/${maker.id}`);
    assert.equal((await api().get('/webhook')).status, 200);
    const [entry] = await auditOf(owner, { target_id: id, action: 'api_token.create' });
    assert.deepEqual([entry.actor.id, entry.actor.name], [maker.id, maker.email]);
});

test('nobody is who they say in a header', async () => {
    const viewer = await team.signedIn('viewer');
    for (const headers of [{ 'x-user-id': owner.id }, { 'x-role': 'owner' }, { 'sluice-user': owner.id }, { 'x-http-method-override': 'GET' }])
        assertRefused(await new Browser(own, { ...viewer, environment: where.id, address: freshAddress() }).send('POST', '/webhook', {}, headers), 403);
});
