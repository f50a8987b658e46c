// Signing in with an OpenID provider: a certified implementation, told to answer as no provider should.
import assert from 'node:assert/strict';

import { auditOf, behindProxy, Browser, Team } from './support/people.mjs';
import { startProvider, twists } from './support/oidc_provider.mjs';
import { freePort } from './support/ports.mjs';
import { main, startApi } from './support/product.mjs';
import { file, test } from './support/test.mjs';

const port = await freePort();
const url = `http://127.0.0.1:${port}`;
const callbackOf = ({ id }) => `${url}/oidc/callback/${id}`;
const team = await Team.make('oidc');
const others = await Team.make('oidc others');
const provider = await startProvider(file, [callbackOf(team), callbackOf(others)]);
const simulator = new URL(main.simulator.url).host;
const own = await startApi(file, {
    settings: {
        ...behindProxy,
        SLUICE_LISTEN_PORT: port,
        SLUICE_PUBLIC_URL: url,
        SLUICE_EGRESS_ALLOW: `${simulator},${provider.host}`,
    },
});
own.url = url;
team.at = own;
others.at = own;
const owner = await team.signedIn('owner');
const idp = await owner.ok('POST', '/identity-provider', provider.registration);

/// A browser before it signs in.
const stranger = () => new Browser(own);
/// Leaves for the provider; the answer that sends the browser there.
const leave = (browser, { at = idp.id, of = team.id, to = '/accounts' } = {}) =>
    browser.get(`/oidc/start?${new URLSearchParams({ team: of, provider: at, return: to })}`);
/// Comes back with what the provider gave: the answer of the callback.
const comeBack = (browser, address) => browser.get(address.slice(url.length));
/// There and back: the answer of the callback.
async function roundTrip(browser, options) {
    const left = await leave(browser, options);
    assert.equal(left.status, 303, left.text);
    return comeBack(browser, await provider.visit(left.headers.location));
}
/// The fault that the sign-in page is told.
const faultIn = (exchange) => exchange.headers.location?.match(/#error=(\w+)$/)?.[1];
async function assertNotSignedIn(browser, exchange, fault) {
    assert.equal(exchange.status, 303, exchange.text);
    assert.equal(faultIn(exchange), fault);
    assert.equal([...browser.cookies.keys()].some((name) => name.endsWith('_session')), false);
    assert.equal(await browser.isSignedIn(), false);
}
/// A user who is linked with `subject`; their browser.
async function linked(subject, role = 'developer') {
    const browser = await team.signedIn(role);
    const { url: there } = await browser.ok('POST', `/me/identity/${idp.id}`, {});
    provider.subject = subject;
    const back = await comeBack(browser, await provider.visit(there));
    assert.equal(back.status, 303);
    assert.equal(faultIn(back), undefined);
    return browser;
}

const ann = await linked('ann');

test('who is linked signs in, and comes to where they wanted', async () => {
    provider.subject = 'ann';
    const browser = stranger();
    const back = await roundTrip(browser);
    assert.equal(back.status, 303);
    assert.equal(back.headers.location, '/accounts');
    const { user, session } = await browser.ok('GET', '/me');
    assert.equal(user.id, ann.id);
    assert.equal(session.method, 'oidc');
    // Nothing of the flow stays in the browser.
    assert.equal([...browser.cookies.keys()].some((name) => name.endsWith('sluice_oidc')), false);
});

test('who is known to the provider alone is not let in, whatever e-mail is claimed', async () => {
    provider.subject = 'mallory';
    const refused = async () => {
        const browser = stranger();
        await assertNotSignedIn(browser, await roundTrip(browser), 'not_invited');
    };
    await refused();
    provider.twist = { claims: () => ({ email: ann.email, email_verified: true }) };
    try {
        await refused();
    } finally {
        provider.twist = undefined;
    }
});

for (const [what, twist] of Object.entries(twists))
    test(`an ID token with ${what} signs nobody in`, async () => {
        provider.subject = 'ann';
        provider.twist = twist;
        try {
            const browser = stranger();
            await assertNotSignedIn(browser, await roundTrip(browser), 'refused');
        } finally {
            provider.twist = undefined;
        }
    });

test('an ID token of another sign-in is refused', async () => {
    provider.subject = 'ann';
    assert.equal(faultIn(await roundTrip(stranger())), undefined);
    const stolen = provider.idToken;
    provider.twist = { header: () => ({}), claims: () => JSON.parse(Buffer.from(stolen.split('.')[1], 'base64url')) };
    try {
        const browser = stranger();
        await assertNotSignedIn(browser, await roundTrip(browser), 'refused');
    } finally {
        provider.twist = undefined;
    }
});

test('an answer belongs to the browser that asked for it, and is taken once', async () => {
    provider.subject = 'ann';
    const browser = stranger();
    const address = await provider.visit((await leave(browser)).headers.location);
    // Somebody is made to follow the attacker's own answer: they would work in the attacker's account.
    const victim = stranger();
    await assertNotSignedIn(victim, await comeBack(victim, address), 'unknown_flow');
    const other = stranger();
    await leave(other);
    await assertNotSignedIn(other, await comeBack(other, address), 'unknown_flow');
    const before = browser.copy();
    assert.equal(faultIn(await comeBack(browser, address)), undefined);
    // The provider takes its code once.
    assert.notEqual(faultIn(await comeBack(before, address)), undefined);
    const again = browser.signedOut();
    await assertNotSignedIn(again, await comeBack(again, address), 'unknown_flow');
});

test('an answer of another issuer, or without one, is refused', async () => {
    provider.subject = 'ann';
    for (const change of [(at) => at.searchParams.set('iss', 'https://issuer.example'), (at) => at.searchParams.delete('iss')]) {
        const browser = stranger();
        const address = new URL(await provider.visit((await leave(browser)).headers.location));
        change(address);
        await assertNotSignedIn(browser, await comeBack(browser, address.href), 'refused');
    }
});

test('nobody is sent to another site after the sign-in', async () => {
    provider.subject = 'ann';
    for (const to of ['//evil.example', 'https://evil.example', '/\\evil.example', '/\t/evil.example', 'javascript:alert(1)', '']) {
        const back = await roundTrip(stranger(), { to });
        assert.equal(back.headers.location, '/', to);
    }
});

test('two tabs sign in side by side', async () => {
    provider.subject = 'ann';
    const browser = stranger();
    const first = await leave(browser, { to: '/first' });
    const second = await leave(browser, { to: '/second' });
    for (const [left, path] of [[second, '/second'], [first, '/first']])
        assert.equal((await comeBack(browser, await provider.visit(left.headers.location))).headers.location, path);
});

test('a subject is linked with one user, and only in a live session', async () => {
    const bob = await team.signedIn('viewer');
    provider.subject = 'ann';
    const link = async (browser) => provider.visit((await browser.ok('POST', `/me/identity/${idp.id}`, {})).url);
    assert.equal(faultIn(await comeBack(bob, await link(bob))), 'conflict');
    provider.subject = 'bob';
    const address = await link(bob);
    const gone = bob.signedOut();
    assert.equal(faultIn(await comeBack(gone, address)), 'not_signed_in');
    // Somebody else is signed in in the same browser by then.
    const later = await link(bob);
    const carol = await team.signedIn('viewer');
    const shared = bob.copy();
    for (const [name, value] of carol.cookies) if (name.endsWith('_session')) shared.cookies.set(name, value);
    assert.equal(faultIn(await comeBack(shared, later)), 'not_signed_in');
    assert.equal(faultIn(await roundTrip(stranger())), 'not_invited');
    assert.equal((await stranger().post(`/me/identity/${idp.id}`, {})).status, 401);
});

test('rotated keys are taken, withdrawn ones are not', async () => {
    provider.subject = 'ann';
    assert.equal(faultIn(await roundTrip(stranger())), undefined);
    const asked = provider.asked['/jwks'];
    provider.rotate();
    // The keys were read a moment ago; within a minute they are read again.
    const until = Date.now() + 75_000;
    let fault;
    do {
        fault = faultIn(await roundTrip(stranger()));
        if (fault) await new Promise((done) => setTimeout(done, 3000));
    } while (fault && Date.now() < until);
    assert.equal(fault, undefined);
    assert.ok(provider.asked['/jwks'] - asked <= 4, 'each thread has read the keys at most twice');
});

test('a team has only its own providers', async () => {
    const boss = await others.signedIn('owner');
    assert.equal((await boss.get(`/identity-provider/${idp.id}`)).status, 404);
    assert.equal((await boss.ok('GET', '/identity-provider')).result.length, 0);
    const browser = stranger();
    const left = await leave(browser, { of: others.id });
    await assertNotSignedIn(browser, left, 'provider_off');
    // What came back for one team is taken at its own place only: a provider of another team never gets the code.
    const browser2 = stranger();
    const gone = await leave(browser2);
    const back = await provider.visit(gone.headers.location);
    await assertNotSignedIn(browser2, await comeBack(browser2, back.replace(team.id, others.id)), 'unknown_flow');
    // The same provider at both: the subject is nobody there.
    const theirs = await boss.ok('POST', '/identity-provider', provider.registration);
    provider.subject = 'ann';
    await assertNotSignedIn(browser, await roundTrip(browser, { at: theirs.id, of: others.id }), 'not_invited');
});

test('a provider that is off, or removed, signs nobody in', async () => {
    const other = await startProvider(file, [callbackOf(team)]);
    // Not allowed by the egress policy: nothing is sent there.
    const refused = await owner.post('/identity-provider', other.registration);
    assert.equal(refused.status, 400);
    provider.subject = 'ann';
    const browser = stranger();
    const left = await leave(browser);
    await owner.ok('PATCH', `/identity-provider/${idp.id}`, { is_enabled: false });
    try {
        const back = await comeBack(browser, await provider.visit(left.headers.location));
        await assertNotSignedIn(browser, back, 'provider_off');
        assert.equal(faultIn(await leave(stranger())), 'provider_off');
    } finally {
        await owner.ok('PATCH', `/identity-provider/${idp.id}`, { is_enabled: true });
    }
});

test('the secret of the client is nowhere to be read', async () => {
    assert.equal(JSON.stringify(idp).includes(provider.clientSecret), false);
    assert.equal(idp.redirect_url, callbackOf(team));
    const entries = await auditOf(owner, { target_id: idp.id });
    assert.ok(entries.some(({ action }) => action === 'identity_provider.create'));
    assert.equal(JSON.stringify(entries).includes(provider.clientSecret), false);
    assert.equal(own.log().includes(provider.clientSecret), false);
});
