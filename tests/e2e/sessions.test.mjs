// What a session may not be used for: from another site, by a form, after its end, planted before sign-in, in another team.
import assert from 'node:assert/strict';

import { allRoutes } from '../support/routes.mjs';
import { assertRefused } from './support/api.mjs';
import { send } from './support/exchange.mjs';
import { legacy } from './support/mcp.mjs';
import { behindProxy, Browser, ofPage, password, patiently, Team } from './support/people.mjs';
import { connect, main, startApi } from './support/product.mjs';
import { file, test } from './support/test.mjs';

const own = await startApi(file, { settings: behindProxy });
const team = await Team.make('sessions', own);
const where = await team.environment();
const owner = await team.signedIn('owner');
const sessionCookie = 'sluice_session';
const isSignedOut = async (browser) => {
    const refused = await browser.get('/me');
    assertRefused(refused, 401);
    assert.equal(refused.headers['www-authenticate'], 'Bearer');
};

test('signing in sets cookies that no script and no other site has', async () => {
    const person = await team.withPassword();
    const answer = await new Browser(own).signIn(person.credentials);
    const lines = answer.headers['set-cookie'];
    assert.deepEqual(lines.map((line) => line.split('=')[0]).sort(), ['sluice_device', sessionCookie]);
    for (const line of lines) {
        const attributes = line.toLowerCase().split(/;\s*/).slice(1);
        for (const wanted of ['httponly', 'samesite=lax', 'path=/']) assert.ok(attributes.includes(wanted), `${line} lacks ${wanted}`);
        assert.ok(!attributes.some((each) => each.startsWith('domain')), line);
        assert.match(line, /max-age=[1-9]\d+/i);
    }
    assert.match(answer.headers['cache-control'] ?? '', /no-store/);
    assert.ok(!answer.text.includes('slx_'), 'the value is in the cookie only');
    assert.match(lines.find((line) => line.startsWith(sessionCookie)), /^sluice_session=slx_sess_/);
});

test('behind https the cookies have the prefix that no other host can set, and the name of plain http is not taken', async (t) => {
    const secure = await startApi(t, { settings: { ...behindProxy, SLUICE_PUBLIC_URL: 'https://sluice.example' } });
    const person = await team.withPassword();
    const host = { host: 'sluice.example' };
    const browser = new Browser(secure);
    const answer = await patiently(() => browser.send('POST', '/session', person.credentials, host));
    assert.equal(answer.status, 200, answer.text);
    for (const line of answer.headers['set-cookie']) {
        assert.match(line, /^__Host-sluice_(session|device)=/);
        assert.match(line, /;\s*secure(;|$)/i);
    }
    const value = browser.cookies.get('__Host-sluice_session');
    const me = (cookie) => send('GET', `${secure.url}/me`, { headers: { ...ofPage, ...host, cookie } });
    assert.equal((await me(`__Host-sluice_session=${value}`)).status, 200);
    assertRefused(await me(`sluice_session=${value}`), 401);
});

test('over plain http to another machine nobody signs in', async (t) => {
    const open = await startApi(t, { settings: { ...behindProxy, SLUICE_PUBLIC_URL: 'http://sluice.example' } });
    const person = await team.withPassword();
    const answer = await patiently(() => new Browser(open).send('POST', '/session', person.credentials, { host: 'sluice.example' }));
    assert.ok(answer.status >= 400, `answered ${answer.status}`);
    assert.equal(answer.headers['set-cookie'], undefined);
});

// From elsewhere ----------------------------------------------------------------------------------------------------------

const path = `/user/${owner.id}/sign-out`;
const changes = [['POST', path, '{}'], ['PATCH', '/me', '{"name":"Mallory"}'], ['DELETE', '/session/current'], ['DELETE', `/user/${owner.id}`]];
const nameNow = async () => (await owner.ok('GET', '/me')).user.name;

for (const [what, headers] of [
    ['without our header', { 'sluice-client': undefined }],
    ['with another value of our header', { 'sluice-client': 'dashboards' }],
    ['of another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    ['of a host of the same domain', { 'sec-fetch-site': 'same-site', origin: 'http://127.0.0.1:1' }],
    ['that a person typed', { 'sec-fetch-site': 'none' }],
    ['of an old browser on another site', { 'sec-fetch-site': undefined, origin: 'https://evil.example' }],
    ['of a sandboxed page', { 'sec-fetch-site': undefined, origin: 'null' }],
    ['of an origin that begins like ours', { 'sec-fetch-site': undefined, origin: `${own.url}.evil.example` }],
    ['with neither site nor origin', { 'sec-fetch-site': undefined }],
    ['as a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['as a form with files', { 'content-type': 'multipart/form-data; boundary=x' }],
    ['as plain text', { 'content-type': 'text/plain' }],
    ['as plain text that says JSON', { 'content-type': 'text/plain; application/json' }],
    ['as JSON of another kind', { 'content-type': 'application/json-patch+json' }],
    ['without a content type', { 'content-type': undefined }],
])
    test(`a change ${what} is refused, and changes nothing`, async () => {
        const name = await nameNow();
        for (const [method, target, body] of changes) {
            const refused = await owner.send(method, target, body, headers);
            assertRefused(refused, 403);
            assert.equal(refused.headers['access-control-allow-origin'], undefined);
        }
        assert.equal(await nameNow(), name);
    });

test('a change with our origin, of a browser that sends no Sec-Fetch-Site, is made', async () => {
    const person = await team.signedIn('viewer');
    const changed = await person.send('PATCH', '/me', { name: 'Old browser' }, { 'sec-fetch-site': undefined, origin: own.url });
    assert.equal(changed.status, 200, changed.text);
    assert.equal(changed.json.user.name, 'Old browser');
});

test('reading needs our header too', async () => {
    for (const route of allRoutes().filter(({ method, access }) => method === 'GET' && ['caller', 'session'].includes(access))) {
        const target = route.path.replace(/\{\w+\}/g, `x_${'0'.repeat(26)}`);
        assertRefused(await owner.in(where.id).send('GET', target, undefined, { 'sluice-client': undefined }), 403);
    }
});

test('nobody is signed in from another site: not even with the attacker\'s own account', async () => {
    const attacker = await team.withPassword();
    const { secret } = await team.add('viewer');
    for (const headers of [{ 'content-type': 'text/plain' }, { 'sec-fetch-site': 'cross-site' }, { 'sluice-client': undefined }])
        for (const [target, body] of [['/session', attacker.credentials], ['/session/link', { secret }]]) {
            const refused = await new Browser(own).send('POST', target, body, headers);
            assert.ok([400, 403, 415].includes(refused.status), `${target} ${JSON.stringify(headers)} answered ${refused.status}`);
            assert.equal(refused.headers['set-cookie'], undefined);
        }
});

test('no preflight is granted', async () => {
    for (const target of ['/me', '/session', '/webhook', '/user']) {
        const answer = await send('OPTIONS', own.url + target, {
            headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST', 'access-control-request-headers': 'sluice-client,content-type' },
        });
        assert.ok(answer.status >= 400);
        assert.equal(answer.headers['access-control-allow-origin'], undefined);
    }
});

test('pages are in no frame, in no cache, and tell no other site their address', async () => {
    for (const target of ['/sign-in', '/invitation', '/reset']) {
        const page = await send('GET', main.url + target);
        assert.equal(page.status, 200, target);
        const policy = page.headers['content-security-policy'];
        assert.match(policy, /frame-ancestors 'none'/);
        assert.match(policy, /default-src 'none'/);
        assert.doesNotMatch(policy, /unsafe-(inline|eval)|\*/);
        assert.equal(page.headers['x-frame-options'], 'DENY');
        assert.match(page.headers['cache-control'], /no-store/);
        assert.equal(page.headers['referrer-policy'], 'no-referrer');
        assert.equal(page.headers['x-content-type-options'], 'nosniff');
        assert.equal(page.headers['set-cookie'], undefined);
    }
});

// The end -----------------------------------------------------------------------------------------------------------------

test('a session is over after signing out, also for who has kept the cookie', async () => {
    const person = await team.signedIn('viewer');
    const kept = person.copy();
    assert.ok(await kept.isSignedIn());
    const out = await person.delete('/session/current');
    assert.equal(out.status, 200);
    assert.ok(out.headers['set-cookie'].some((line) => line.startsWith(`${sessionCookie}=;`) && /max-age=0/i.test(line)));
    assert.equal(person.cookies.has(sessionCookie), false);
    await isSignedOut(kept);
});

test('sessions are listed, and one is ended from another', async () => {
    const here = await team.withPassword();
    const there = new Browser(own);
    await there.signIn(here.credentials);
    const { result } = await here.ok('GET', '/session');
    assert.deepEqual(result.map(({ is_current }) => is_current).sort(), [false, true]);
    assert.ok(!JSON.stringify(result).includes('slx_'));
    const other = result.find(({ is_current }) => !is_current);
    assert.deepEqual([other.id, other.method, other.client_address], [there.me.session.id, 'password', there.address]);
    assert.deepEqual((await here.ok('DELETE', `/session/${other.id}`)).id, other.id);
    await isSignedOut(there);
    assert.ok(await here.isSignedIn());
    assert.equal((await here.ok('GET', '/session')).result.length, 1);
});

test('nobody ends or sees the session of another person', async () => {
    const [one, two] = [await team.signedIn('admin'), await team.signedIn('viewer')];
    for (const each of [two, owner]) assertRefused(await one.delete(`/session/${each.me.session.id}`), 404);
    assert.ok(await two.isSignedIn());
    assert.deepEqual((await one.ok('GET', '/session')).result.map(({ id }) => id), [one.me.session.id]);
});

for (const [what, end] of [
    ['is no longer active', (person) => owner.ok('PATCH', `/user/${person.id}`, { is_active: false })],
    ['is removed', (person) => owner.ok('DELETE', `/user/${person.id}`)],
    ['is signed out by an admin', (person) => owner.ok('POST', `/user/${person.id}/sign-out`, {})],
])
    test(`all sessions of a user who ${what} are over`, async () => {
        const here = await team.withPassword();
        const there = new Browser(own);
        await there.signIn(here.credentials);
        const link = await team.signInLink(here.email);
        await end(here);
        for (const each of [here, there]) await isSignedOut(each);
        assert.ok((await new Browser(own).use(link)).status >= 400, 'nor does a link that was made before let them in');
    });

test('who is not active does not sign in, and hears what all hear', async () => {
    const person = await team.withPassword();
    await owner.ok('PATCH', `/user/${person.id}`, { is_active: false });
    const refused = await new Browser(own).signIn(person.credentials);
    const unknown = await new Browser(own).signIn({ ...person.credentials, email: 'nobody@people.example' });
    assert.deepEqual([refused.status, refused.text], [401, unknown.text]);
    await owner.ok('PATCH', `/user/${person.id}`, { is_active: true });
    assert.equal((await new Browser(own).signIn(person.credentials)).status, 200);
});

test('a new password ends the other sessions and not this one', async () => {
    const here = await team.withPassword();
    const there = new Browser(own);
    await there.signIn(here.credentials);
    await here.ok('POST', '/me/password', { current: password, new: `${password} new` });
    await isSignedOut(there);
    assert.ok(await here.isSignedIn());
    assert.equal((await new Browser(own).signIn(here.credentials)).status, 401);
    assert.equal((await new Browser(own).signIn({ ...here.credentials, password: `${password} new` })).status, 200);
});

test('a reset ends all sessions before it', async () => {
    const person = await team.withPassword();
    const fresh = new Browser(own);
    assert.equal((await fresh.use(await team.resetLink(person.email), { password: `${password} reset` })).status, 200);
    await isSignedOut(person);
    assert.ok(await fresh.isSignedIn());
});

// Planted -----------------------------------------------------------------------------------------------------------------

test('each sign-in has a new value, whatever cookie was there before', async () => {
    const person = await team.withPassword();
    const planted = new Browser(own, { cookies: new Map([[sessionCookie, 'slx_sess_planted']]) });
    assert.equal((await planted.signIn(person.credentials)).status, 200);
    assert.notEqual(planted.cookies.get(sessionCookie), 'slx_sess_planted');
    const attacker = await team.signedIn('viewer');
    const lured = new Browser(own, { cookies: new Map(attacker.cookies) });
    assert.equal((await lured.signIn(person.credentials)).status, 200);
    assert.notEqual(lured.cookies.get(sessionCookie), attacker.cookies.get(sessionCookie));
    assert.equal((await attacker.ok('GET', '/me')).user.id, attacker.id, 'the value that was planted is still the attacker\'s');
    const first = lured.cookies.get(sessionCookie);
    await lured.signIn(person.credentials);
    assert.notEqual(lured.cookies.get(sessionCookie), first);
});

test('signing in again ends the session that this browser had', async () => {
    const person = await team.withPassword();
    const before = person.copy();
    await person.signIn(person.credentials);
    assert.ok(await person.isSignedIn());
    // Not demanded by a rule: if the old one goes on, it is listed, and the user can end it.
    const { result } = await person.ok('GET', '/session');
    assert.equal(await before.isSignedIn(), result.length === 2);
});

test('two cookies of one name are refused: one of them was set by somebody else', async () => {
    const person = await team.signedIn('viewer');
    const value = person.cookies.get(sessionCookie);
    for (const cookie of [`${sessionCookie}=x; ${sessionCookie}=${value}`, `${sessionCookie}=${value}; ${sessionCookie}=x`, `${sessionCookie}=${value}; ${sessionCookie}=${value}`])
        assertRefused(await person.send('GET', '/me', undefined, { cookie }), 401);
    assert.equal((await person.send('GET', '/me', undefined, { cookie: `a=b; ${sessionCookie}=${value}; c=d` })).status, 200);
});

test('values that are none of ours', async () => {
    const { cookies } = await team.signedIn('viewer');
    const value = cookies.get(sessionCookie);
    const changed = value.slice(0, -1) + (value.at(-1) === 'a' ? 'b' : 'a');
    for (const each of [changed, value.slice(0, -1), `${value}x`, value.toUpperCase(), value.replace('slx_sess_', 'slx_api_'), '', 'x'.repeat(5000), `"${value}"`])
        assertRefused(await new Browser(own).send('GET', '/me', undefined, { cookie: `${sessionCookie}=${each}` }), 401);
    assertRefused(await new Browser(own).send('GET', '/me', undefined, { authorization: `Bearer ${value}` }), 401);
});

test('with an Authorization header the cookie is not looked at', async () => {
    assertRefused(await owner.in(where.id).send('GET', '/webhook', undefined, { authorization: `Bearer ${where.token}x` }), 401);
    assertRefused(await owner.send('GET', '/user', undefined, { authorization: `Bearer ${where.token}` }), 403);
    assertRefused(await owner.send('GET', '/me', undefined, { authorization: 'Bearer ' }), 401);
});

// Elsewhere ---------------------------------------------------------------------------------------------------------------

test('a session calls no vendor: neither MCP nor the data plane nor an account\'s own routes', async (t) => {
    const account = await connect(t, where, { tickets: 1 });
    const { url, token } = await account.mint({ require_api_token_auth: true });
    const of = owner.in(where.id);
    const calls = (await account.simulated.state()).calls;
    for (const [method, target, body] of [
        ['GET', `/proxy/tickets?integrated_account_id=${account.id}`],
        ['POST', `/proxy/tickets?integrated_account_id=${account.id}`, { subject: 'x' }],
        ['GET', `/custom/api/tickets?integrated_account_id=${account.id}`],
        ['DELETE', `/custom/api/tickets/1?integrated_account_id=${account.id}`],
        ['POST', '/batch-request', { integrated_account_id: account.id, resources: [{ resource: 'tickets' }] }],
        ['POST', '/tools/execute/list_all_gorgias_tickets', { integrated_account_id: account.id, arguments: {} }],
        ['GET', '/integrated-account/me'],
        ['PATCH', '/integrated-account/me', { context: {} }],
        ['POST', '/mcp', { jsonrpc: '2.0', id: 1, method: 'ping' }],
    ])
        assertRefused(await of.send(method, target, body), 401);
    // An MCP URL that wants a second factor.
    assert.equal((await legacy(url, 'ping', undefined, { headers: { ...ofPage, cookie: owner.cookie() } })).status, 401);
    assert.equal((await legacy(`${own.url}/mcp`, 'ping', undefined, { headers: { cookie: owner.cookie(), authorization: `Bearer ${token}` } })).status, 401);
    assert.equal((await account.simulated.state()).calls, calls);
});

test('an API token has no part in the team, in its users, or in a session', async () => {
    for (const [method, target, body] of [
        ...[['GET', '/team'], ['GET', `/team/${team.id}`], ['PATCH', `/team/${team.id}`, { name: 'x' }]],
        ...[['GET', '/user'], ['GET', `/user/${owner.id}`], ['PATCH', `/user/${owner.id}`, { role: 'viewer' }], ['DELETE', `/user/${owner.id}`]],
        ...[['POST', `/team/${team.id}/invite`, { email: 'x@people.example', role: 'owner' }], ['POST', `/user/${owner.id}/reset`, {}]],
        ...[['GET', '/identity-provider'], ['GET', '/audit-log'], ['GET', '/me'], ['PATCH', '/me', { name: 'x' }], ['GET', '/session']],
        ...[['POST', '/me/password', { current: '', new: password }], ['DELETE', '/session/current'], ['POST', '/api-token', { name: 'x' }]],
    ]) {
        const refused = await where.api.send(method, target, body);
        assert.equal(refused.status, 403, `${method} ${target}`);
    }
    assert.ok(await owner.isSignedIn());
});
