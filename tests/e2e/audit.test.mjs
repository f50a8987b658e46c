// Every change is in the audit log, once, with who made it, and with no secret; and who may read it.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { allRoutes } from '../support/routes.mjs';
import { assertRefused } from './support/api.mjs';
import { carryOut, exceptionCount, exceptions, recipesOf } from './support/changes.mjs';
import { send } from './support/exchange.mjs';
import { addSecondFactor, auditOf, Browser, patiently, Team, totp } from './support/people.mjs';
import { cli, connect, main, overrideFor, productLog, sql, uuidOf } from './support/product.mjs';
import { test } from './support/test.mjs';

const team = await Team.make('audit');
const where = await team.environment();
const elsewhere = await team.environment('staging');
const owner = await team.signedIn('owner');
const form = await publishForm();
const tokenOf = async (api) => (await api.all('/api-token')).find(({ name }) => name === 'e2e');
const token = await tokenOf(where.api);
const recipes = recipesOf({ team, where, owner, form });

/// Gorgias with a form after connecting, under a name of its own, as an integration of the team.
async function publishForm() {
    const name = 'audited';
    const directory = mkdtempSync(join(tmpdir(), 'sluice-audit-'));
    cpSync(resolve(import.meta.dirname, '../../libs/catalog/integrations/gorgias'), directory, { recursive: true });
    const manifest = join(directory, 'integration.yaml');
    const actions = 'actions:\n  post_connect_user_form:\n    title: Who answers?\n    fields:\n      signature: {label: Signature, required: true}\n';
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('name: gorgias', `name: ${name}`).replace('tool_tags:', `${actions}tool_tags:`));
    await cli('integration', 'publish', directory, '--team', team.name);
    rmSync(directory, { recursive: true });
    return name;
}

const changing = allRoutes().filter(({ method }) => !['GET', 'HEAD'].includes(method));
const newRequestId = () => `audit-${randomBytes(8).toString('hex')}`;
const entriesOf = (requestId) => auditOf(owner, { request_id: requestId });

test('the exceptions are routes, and no more than were allowed', () => {
    const names = changing.map(({ method, path }) => `${method} ${path}`);
    for (const name of [...Object.keys(exceptions), ...Object.keys(recipes)]) assert.ok(names.includes(name), `${name} is no route`);
    assert.equal(Object.keys(exceptions).length, exceptionCount);
});

/// Who asks: a user about themselves or whoever signs in; else the owner, and an API token where one may.
function callersFor({ access, needs }) {
    if (access === 'session') return ['user'];
    if (!['caller', 'any_token'].includes(access)) return ['nobody'];
    return /^(people|audit|team)_|^api_tokens_write$/.test(needs) ? ['owner'] : ['owner', 'token'];
}
function expectedActor(kind, { by, user }) {
    if (by) return by;
    if (kind === 'token') return { type: 'api_token', id: token.id, name: 'e2e' };
    const who = user ?? owner;
    return { type: 'user', id: who.id, name: who.email };
}
const lastIdOf = (ids = {}) => ids.server_id ?? ids.id;
function expectedTarget({ target, isMade, ids }, answer) {
    if (target === null) return undefined;
    if (typeof target === 'function') return target(answer);
    return target ?? (isMade || !lastIdOf(ids) ? answer.id : lastIdOf(ids));
}

for (const route of changing)
    for (const kind of callersFor(route)) {
        const name = `${route.method} ${route.path}`;
        if (name in exceptions) continue;
        test(`${name} by ${kind} makes one entry`, async (t) => {
            assert.ok(recipes[name], 'a new operation that changes something needs a recipe in support/changes.mjs');
            const recipe = await recipes[name](t);
            const asOwner = owner.in(recipe.isOfTeam ? undefined : where.id);
            const caller = { user: recipe.user, owner: asOwner, token: where.api, nobody: new Browser() }[kind];
            const requestId = newRequestId();
            const answer = await patiently(() => carryOut(route, recipe, caller, requestId), /Too many are signing in/);
            assert.ok(answer.status < 300, `${name} answered ${answer.status}: ${answer.text}`);
            const entries = await entriesOf(requestId);
            assert.deepEqual(entries.map(({ action }) => action), [recipe.action]);
            const [entry] = entries;
            const actor = expectedActor(kind, recipe);
            for (const [member, value] of Object.entries(actor)) assert.equal(entry.actor[member], value, `actor.${member}`);
            const target = expectedTarget(recipe, answer.json);
            if (target === undefined) assert.match(entry.target_id, /^[a-z]+_[0-9a-z]{26}$/);
            else assert.equal(entry.target_id, target);
            const isOfEnvironment = ['caller', 'any_token', 'account_token'].includes(route.access) && !recipe.isOfTeam;
            if (recipe.isEnvironment) assert.equal(entry.environment_id, answer.json.id);
            else assert.equal(entry.environment_id ?? undefined, isOfEnvironment || /^\/(connect|approve)/.test(route.path) ? where.id : undefined);
            assert.equal(entry.client_address, '127.0.0.1');
            assert.ok(Math.abs(Date.parse(entry.created_at) - Date.now()) < 60_000);
        });
    }

test('through the vendor\'s page: the connection and the account are one entry each, of whoever asked', async (t) => {
    const desk = await where.simulator.addAccount({ tickets: 1 });
    const requestId = newRequestId();
    const body = { tenant_id: desk.subdomain, integration: 'gorgias', context: { subdomain: desk.subdomain } };
    const started = (await where.api.send('POST', '/connection', body, { 'x-request-id': requestId })).json;
    assert.deepEqual((await entriesOf(requestId)).map(({ action, target_id }) => [action, target_id]), [['connection.create', started.id]]);
    const state = new URL(started.redirect_url, main.url).searchParams.get('state');
    const begun = await send('POST', `${main.url}/connect/start`, { headers: { 'content-type': 'application/json' }, body: { state } });
    const vendor = new URL(begun.json.url);
    const decided = await send('POST', vendor.origin + vendor.pathname, {
        headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: `${vendor.searchParams}&decision=approve`,
    });
    const cookie = begun.headers['set-cookie'][0].split(';')[0];
    const callback = newRequestId();
    await send('GET', decided.headers.location, { headers: { cookie, 'x-request-id': callback } });
    const { integrated_account_id: id } = await where.api.ok('GET', `/connection/${started.id}`);
    t.after(() => where.api.delete(`/integrated-account/${id}`));
    const [entry, ...more] = await entriesOf(callback);
    assert.deepEqual(more, []);
    assert.deepEqual([entry.action, entry.target_id, entry.actor.type, entry.actor.id], ['integrated_account.connect', id, 'link', started.id]);
});

test('a change that is refused makes no entry', async () => {
    for (const [method, path, body] of [
        ['POST', '/webhook', { target_url: 'ftp://x' }],
        ['PATCH', `/webhook/wh_${'0'.repeat(26)}`, { is_active: false }],
        ['DELETE', `/integrated-account/ia_${'0'.repeat(26)}`],
        ['POST', '/api-token', { name: 'x', scopes: ['everything'] }],
    ]) {
        const requestId = newRequestId();
        const { status } = await owner.in(where.id).send(method, path, body, { 'x-request-id': requestId });
        assert.ok(status >= 400);
        assert.deepEqual(await entriesOf(requestId), [], `${method} ${path}`);
    }
    const requestId = newRequestId();
    const wrong = { team: team.id, email: owner.email, password: 'wrong' };
    assert.equal((await patiently(() => new Browser().send('POST', '/session', wrong, { 'x-request-id': requestId }))).status, 401);
    assert.deepEqual((await entriesOf(requestId)).filter(({ action }) => action === 'session.create'), []);
});

test('an entry has the members in which before and after differ, and no other', async () => {
    const { id } = await where.api.ok('POST', '/webhook', { target_url: 'https://receiver.example/a', is_active: false });
    const requestId = newRequestId();
    await where.api.send('PATCH', `/webhook/${id}`, { target_url: 'https://receiver.example/b', is_active: false }, { 'x-request-id': requestId });
    const [changed] = await entriesOf(requestId);
    assert.deepEqual([changed.before.target_url, changed.after.target_url], ['https://receiver.example/a', 'https://receiver.example/b']);
    assert.ok(!('is_active' in changed.before) && !('is_active' in changed.after));
    await where.api.ok('DELETE', `/webhook/${id}`);
    const [made, , gone] = (await auditOf(owner, { target_id: id })).reverse();
    assert.deepEqual([made.before, gone.after], [null, null]);
    assert.deepEqual([made.after.target_url, gone.before.target_url], ['https://receiver.example/a', 'https://receiver.example/b']);
});

test('an operator at the command line is in it', async () => {
    const { email } = await team.add('viewer');
    const [made] = await auditOf(owner, { action: 'user.create' });
    assert.equal(made.actor.type, 'operator');
    assert.ok(made.actor.name.length > 0, 'the login name');
    assert.equal(made.after.email, email);
});

test('no secret is in an entry, the export or a log', async (t) => {
    const planted = new Map();
    const plant = (name) => planted.set(name, `planted-${randomBytes(12).toString('hex')}`).get(name);
    const account = await connect(t, where, { tickets: 1 });
    planted.set('API key', account.simulated.apiKey);
    const { api } = where;
    await api.ok('PATCH', `/integrated-account/${account.id}`, { context: { nested: { password: plant('password in a context') } } });
    await api.ok('PATCH', `/environment-integration/${where.installation}`, {
        override: { ...overrideFor(where.simulator), credentials: { oauth2: { client_id: 'x', client_secret: plant('OAuth app secret') } } },
    });
    await api.ok('PATCH', `/environment-integration/${where.installation}`, { override: overrideFor(where.simulator) });
    planted.set('MCP token', (await account.mint()).token);
    const { secret, id: webhookId } = await api.ok('POST', '/webhook', { target_url: 'https://receiver.example/', is_active: false });
    planted.set('webhook secret', secret);
    planted.set('webhook secret, new', (await api.ok('POST', `/webhook/${webhookId}/rotate-secret`, {})).secret);
    const chat = { type: 'slack', label: 'x', is_active: false, config: { url: `https://hooks.receiver.example/${plant('destination URL')}/last` } };
    await api.ok('POST', '/notification-destination', chat);
    planted.set('link token', (await api.ok('POST', '/link-token', { tenant_id: 'x', context: { password: plant('secret of a link') } })).link_token);
    planted.set('account token', (await api.ok('POST', '/integrated-account/token', { id: account.id })).integrated_account_token);
    const idp = { label: 'x', issuer: 'https://planted.idp.example', client_id: 'x', client_secret: plant('secret at a provider') };
    await owner.ok('POST', '/identity-provider', idp);
    planted.set('API token', (await owner.in(where.id).ok('POST', '/api-token', { name: 'planted' })).token);
    const invited = await team.add('developer');
    planted.set('sign-in link', invited.secret);
    const person = new Browser();
    assert.equal((await person.use(invited.secret)).status, 200);
    const reset = await team.resetLink(invited.email);
    planted.set('reset link', reset);
    const chosen = plant('password');
    assert.equal((await person.use(reset, { password: chosen })).status, 200);
    await person.post('/me/password', { current: plant('wrong password'), new: plant('password that was refused') });
    await new Browser().signIn({ ...person.credentials, password: plant('wrong password at sign-in') });
    const factor = await addSecondFactor(person);
    planted.set('TOTP secret', factor.secret);
    for (const [i, code] of factor.recoveryCodes.entries()) planted.set(`recovery code ${i}`, code);
    const again = new Browser();
    assert.equal((await again.signIn({ ...person.credentials, password: chosen, code: factor.recoveryCodes[0] })).status, 200);
    for (const [name, value] of [...person.cookies, ...again.cookies]) planted.set(`cookie ${name} ${value.length}`, value);
    const other = plant('new password');
    await person.ok('POST', '/me/password', { current: chosen, new: other });
    await person.post('/me/second-factor/remove', { password: other, code: factor.recoveryCodes[1] });

    const list = JSON.stringify(await auditOf(owner, {}));
    const exported = (await owner.get('/audit-log?format=ndjson')).text;
    assert.ok(list.includes(account.id) && exported.includes(account.id));
    const forms = (text) => [text, Buffer.from(text).toString('hex'), Buffer.from(text).toString('base64').replace(/=*$/, '').slice(0, -1)];
    for (const [what, text] of [['the list', list], ['the export', exported], ['api.log', productLog('api')], ['worker.log', productLog('worker')]])
        for (const [name, value] of planted)
            for (const form of forms(value)) assert.ok(!text.includes(form), `${what} has the ${name}`);
});

test('another team sees nothing of it', async () => {
    const others = await Team.make('audit, others');
    const stranger = await others.signedIn('owner');
    const [entry] = await auditOf(owner, { limit: 1 });
    for (const query of [{}, { target_id: entry.target_id }, { environment_id: where.id }, { request_id: entry.request_id }, { actor_id: owner.id }]) {
        const seen = await stranger.get(`/audit-log?${new URLSearchParams(query)}`);
        assert.ok([200, 400, 404].includes(seen.status));
        assert.ok(!seen.text.includes(where.id) && !seen.text.includes(owner.id) && !seen.text.includes(team.id));
    }
    const { next_cursor } = await owner.ok('GET', '/audit-log?limit=1');
    assertRefused(await stranger.get(`/audit-log?limit=1&next_cursor=${next_cursor}`), 400);
    assert.equal((await stranger.in(where.id).get('/audit-log')).status, 404);
});

test('an admin who is confined to an environment sees its entries and no others', async () => {
    const admin = await team.signedIn('admin');
    await owner.ok('PATCH', `/user/${admin.id}`, { environment_ids: [elsewhere.id] });
    const { id } = await elsewhere.api.ok('POST', '/webhook', { target_url: 'https://receiver.example/', is_active: false });
    for (const browser of [admin, admin.in(elsewhere.id)]) {
        const entries = await auditOf(browser, {});
        assert.ok(entries.some(({ target_id }) => target_id === id));
        assert.deepEqual([...new Set(entries.map(({ environment_id }) => environment_id))], [elsewhere.id]);
        const asked = await browser.get(`/audit-log?environment_id=${where.id}`);
        assert.deepEqual(asked.json.result ?? [], []);
        const { text } = await browser.get('/audit-log?format=ndjson');
        assert.ok(text.includes(id) && !text.includes(where.id) && !text.includes('user.create'));
    }
    assert.equal((await admin.in(where.id).get('/audit-log')).status, 404);
});

test('developers, viewers and API tokens may not read it', async () => {
    for (const role of ['developer', 'viewer']) assertRefused(await (await team.signedIn(role)).get('/audit-log'), 403);
    assertRefused(await where.api.get('/audit-log'), 403);
    assertRefused(await new Browser().get('/audit-log'), 401);
});

test('the export has what the list has, one entry a line, with every filter', async () => {
    const [first] = await auditOf(owner, { action: 'webhook.create' });
    for (const query of [
        {},
        { action: 'webhook.create' },
        { 'action[in]': 'webhook.create,webhook.update' },
        { target_id: first.target_id },
        { actor_id: token.id },
        { environment_id: where.id },
        { request_id: first.request_id },
        { 'created_at[gte]': first.created_at },
        { 'created_at[lt]': first.created_at },
    ]) {
        const listed = await auditOf(owner, { ...query, limit: 50 });
        const answer = await owner.get(`/audit-log?${new URLSearchParams({ ...query, format: 'ndjson' })}`);
        assert.match(answer.headers['content-type'], /^application\/x-ndjson/);
        const lines = answer.text.split('\n').filter(Boolean).map((line) => JSON.parse(line));
        assert.ok(listed.length > 0, JSON.stringify(query));
        // A list that is read in pages may miss what came meanwhile: nothing does here.
        assert.deepEqual(lines, listed, JSON.stringify(query));
    }
});

test('the serving role can neither change nor take away an entry', async () => {
    const inTeam = `SELECT set_config('sluice.team_id', '${uuidOf(team.id)}', false)`;
    assert.notEqual((await sql(inTeam, 'SELECT count(*) FROM audit_log')).split('\n').at(-1), '0');
    for (const statement of [
        "UPDATE audit_log SET action = 'x'",
        'DELETE FROM audit_log',
        'TRUNCATE audit_log',
        'DROP TABLE audit_log',
        'ALTER TABLE audit_log DISABLE ROW LEVEL SECURITY',
        'ALTER TABLE audit_log DISABLE TRIGGER ALL',
    ])
        await assert.rejects(sql(inTeam, statement), /permission denied|must be owner/, statement);
});

test('codes of a second factor are right here as elsewhere', () => {
    // RFC 6238, appendix B.
    assert.equal(totp('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', 0, 59_000), '287082');
    assert.equal(totp('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', 0, 1_111_111_109_000), '081804');
});
