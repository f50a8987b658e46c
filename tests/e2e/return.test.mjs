// Where a browser goes after signing in with an identity provider: to a path of ours, whatever the address asked for.
import assert from 'node:assert/strict';

import { send } from './support/exchange.mjs';
import { openIdProvider } from './support/openid.mjs';
import { behindProxy, Browser, Team } from './support/people.mjs';
import { main, startApi } from './support/product.mjs';
import { file, test } from './support/test.mjs';

const provider = await openIdProvider(file);
const egress = [provider.host, new URL(main.simulator.url).host].join();
const own = await startApi(file, { settings: { ...behindProxy, SLUICE_EGRESS_ALLOW: egress } });
const team = await Team.make('return', own);
const owner = await team.signedIn('owner');
const { id } = await owner.ok('POST', '/identity-provider', { label: 'Test', issuer: provider.issuer, client_id: 'sluice', client_secret: 'secret' });
const origin = new URL(own.url).origin;
const navigate = (browser, path) => browser.send('GET', path, undefined, { 'sluice-client': undefined, 'sec-fetch-site': undefined });
const start = (browser, wanted) => navigate(browser, `/oidc/start?team=${team.id}&provider=${id}${wanted === undefined ? '' : `&return=${wanted}`}`);

/// To the provider and back; the last answer.
async function signIn(browser, wanted, sub = 'ann') {
    const begun = await start(browser, wanted);
    assert.equal(begun.status, 303, begun.text);
    assert.equal(new URL(begun.headers.location).origin, provider.issuer);
    const { pathname, search } = new URL(provider.allows(begun.headers.location, sub));
    return navigate(browser, pathname + search);
}

test('a user who has linked their account at a provider signs in with it', async () => {
    const { url } = await owner.ok('POST', `/me/identity/${id}`, {});
    const { pathname, search } = new URL(provider.allows(url, 'ann'));
    assert.equal((await navigate(owner, pathname + search)).status, 303);
    const browser = new Browser(own);
    const answer = await signIn(browser, encodeURIComponent('/accounts?x=1'));
    assert.deepEqual([answer.status, answer.headers.location.replace(origin, '')], [303, '/accounts?x=1']);
    assert.equal((await browser.ok('GET', '/me')).user.id, owner.id);
});

const evil = [
    ...['//evil.example', 'https:evil.example', 'https://evil.example', '\\\\evil.example', '/\\evil.example', '/\\/evil.example', '\\/evil.example'],
    ...['%2f%2fevil.example', '%2F%2Fevil.example/%2e%2e', '/%09/evil.example', '/%0a/evil.example', '/%0d%0alocation:%20https://evil.example'],
    ...['%09//evil.example', '%20//evil.example', '///evil.example', '/%5cevil.example', 'javascript:alert(1)', 'data:text/html,x', 'evil.example', '@evil.example'],
    ...['.evil.example', ':80@evil.example', '/%00/evil.example', '%E3%80%82evil.example', '/.//evil.example', '/x/..//evil.example', '?//evil.example', '#//evil.example', ''],
    ...[`/${'x'.repeat(4000)}`, '//%65vil.example', '/%2f/evil.example', 'http:///evil.example', '////evil.example', '/;@evil.example'],
];
for (const wanted of evil)
    test(`return=${wanted.slice(0, 60)} stays here`, async () => {
        const browser = new Browser(own);
        const answer = await signIn(browser, wanted);
        assert.equal(answer.status, 303);
        const { location } = answer.headers;
        // Also as the browsers that read "\" as "/" and skip blanks do it: that is the parser of URLs.
        assert.equal(new URL(location, `${own.url}/oidc/callback`).origin, origin, location);
        assert.doesNotMatch(location.replace(origin, ''), /^[/\\]{2}|[\r\n\t]/);
        assert.ok(await browser.isSignedIn());
        const lines = Object.keys(answer.headers);
        assert.ok(!lines.includes('evil'), 'no header was made by it');
    });

test('what goes wrong leads to the sign-in page, and nowhere else', async () => {
    const browser = new Browser(own);
    for (const path of [
        `/oidc/start?team=${team.id}&provider=idp_${'0'.repeat(26)}&return=//evil.example`,
        `/oidc/callback/${team.id}`, `/oidc/callback/${team.id}?state=x&code=y`, '/oidc/callback/none?error=//evil.example&error_description=<script>',
    ]) {
        const answer = await navigate(browser, path);
        assert.equal(answer.status, 303, path);
        const target = new URL(answer.headers.location, own.url);
        assert.deepEqual([target.origin, target.pathname], [origin, '/sign-in'], path);
        assert.match(target.hash, /^#error=[a-z_]+$/, path);
        assert.equal(browser.cookies.has('sluice_session'), false);
    }
    for (const path of [`/oidc/start?team=nobody&provider=${id}&return=//evil.example`, '/oidc/start']) {
        const answer = await navigate(browser, path);
        assert.deepEqual([answer.status, answer.headers.location], [400, undefined], path);
    }
    const stranger = await signIn(browser, '/x', 'somebody else');
    assert.match(stranger.headers.location, /\/sign-in[^#]*#error=[a-z_]+$/);
    assert.equal(browser.cookies.has('sluice_session'), false);
});

test('an answer of the provider serves one browser, once', async () => {
    const [one, two] = [new Browser(own), new Browser(own)];
    const begun = await start(one, '/x');
    const { pathname, search } = new URL(provider.allows(begun.headers.location, 'ann'));
    assert.match((await navigate(two, pathname + search)).headers.location, /#error=/, 'another browser, which the attacker lured there');
    assert.equal(two.cookies.has('sluice_session'), false);
    assert.doesNotMatch((await navigate(one, pathname + search)).headers.location, /#error=/);
    const again = one.signedOut();
    assert.match((await navigate(again, pathname + search)).headers.location, /#error=/);
    assert.equal(again.cookies.has('sluice_session'), false);
});

test('navigations are not cached and tell the next site nothing', async () => {
    const { headers } = await start(new Browser(own), '/x');
    assert.match(headers['cache-control'], /no-store/);
    const { searchParams } = new URL(headers.location);
    assert.ok(!JSON.stringify([...searchParams]).includes('/x'), 'the path is not told to the provider');
    assert.equal((await send('POST', `${own.url}/oidc/start`)).status, 405);
});
