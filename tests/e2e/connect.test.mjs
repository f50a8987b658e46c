// Connecting an account: link tokens, forms, the vendor's page, and a back end's own way. The browser is played by hand;
// the Link UI itself is walked by services/dashboard's tests and link_ui.test.mjs.
import assert from 'node:assert/strict';

import { send } from './support/exchange.mjs';
import { callTool } from './support/mcp.mjs';
import { environment, inEnvironment, main, overrideFor, verdict, startApi } from './support/product.mjs';
import { test } from './support/test.mjs';

const where = await environment('connect');
const { api } = where;
const linkToken = async (members = {}) => (await api.ok('POST', '/link-token', { tenant_id: 'acme', ...members })).link_token;
const withLink = (token) => ({ authorization: `Bearer ${token}`, 'content-type': 'application/json' });
const session = (token) => send('GET', `${api.url}/connect/session`, { headers: withLink(token) });
const submit = (token, body) => send('POST', `${api.url}/connect/session`, { headers: withLink(token), body });
const accountsOf = (tenant) => api.all(`/integrated-account?tenant_id=${tenant}`);

/// A browser: keeps cookies of ours, follows nothing by itself.
class Browser {
    cookie = undefined;
    async get(url) {
        const headers = this.cookie ? { cookie: this.cookie } : {};
        const exchange = await send('GET', new URL(url, api.url).href, { headers });
        const [set] = exchange.headers['set-cookie'] ?? [];
        if (set) this.cookie = set.split(';')[0];
        return exchange;
    }
    /// What the script of our start page does.
    async start(url, headers = {}) {
        const exchange = await send('POST', `${api.url}/connect/start`, {
            headers: { 'content-type': 'application/json', ...(this.cookie && { cookie: this.cookie }), ...headers },
            body: { state: new URL(url, api.url).searchParams.get('state') },
        });
        const [set] = exchange.headers['set-cookie'] ?? [];
        if (set) this.cookie = set.split(';')[0];
        return exchange;
    }
    /// From our start page to the vendor's consent page, and what approving it leads to: the callback's address.
    async approve(url, decision = 'approve') {
        const page = await this.get(url);
        assert.equal(page.status, 200);
        assert.equal(page.headers['set-cookie'], undefined);
        const begun = await this.start(url);
        assert.equal(begun.status, 200, begun.text);
        const vendor = new URL(begun.json.url);
        const decided = await send('POST', vendor.origin + vendor.pathname, {
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
            body: `${vendor.searchParams}&decision=${decision}`,
        });
        assert.equal(decided.status, 302, decided.text);
        return decided.headers.location;
    }
}

const oauthBody = (subdomain, members = {}) => ({
    environment_integration_id: where.installation,
    authentication_method: 'oauth2',
    context: { subdomain },
    ...members,
});
const formBody = ({ subdomain, email, apiKey }, key = apiKey) => ({
    environment_integration_id: where.installation,
    authentication_method: 'api_key',
    context: { subdomain, email, api_key: key },
});
const simulated = () => where.simulator.addAccount();

test('the session says who asks, for what, and with which fields', async () => {
    await api.ok('PATCH', `/environment/${where.id}`, { theme: { name: 'Acme Desk', color: '#3451d1' } });
    const { status, json } = await session(await linkToken({ context: { subdomain: 'acme' } }));
    assert.equal(status, 200);
    assert.deepEqual(json.environment.theme, { name: 'Acme Desk', logo_url: null, color: '#3451d1' });
    assert.equal(json.is_reconnect, false);
    const [gorgias] = json.integrations;
    assert.equal(gorgias.label, 'Gorgias');
    assert.equal(gorgias.fields[0].value, 'acme');
    assert.deepEqual(gorgias.methods.map(({ name, kind }) => [name, kind]), [['api_key', 'form'], ['oauth2', 'oauth2']]);
    assert.ok(gorgias.methods[1].scopes.includes('tickets:read'));
});

test('the form: an account that works; the link is used up', async () => {
    const desk = await simulated();
    const token = await linkToken({ tenant_id: desk.subdomain });
    const done = await submit(token, formBody(desk));
    assert.equal(done.status, 200, done.text);
    const account = await api.ok('GET', `/integrated-account/${done.json.integrated_account_id}`);
    assert.equal(account.status, 'active');
    assert.equal(account.tenant_id, desk.subdomain);
    for (const again of [await session(token), await submit(token, formBody(desk))]) {
        assert.equal(again.status, 401);
        assert.equal(again.json.error_type, 'invalid_token');
    }
    assert.equal((await accountsOf(desk.subdomain)).length, 1);
});

test('a wrong key is told, and corrected with the same link: one account', async () => {
    const desk = await simulated();
    const token = await linkToken({ tenant_id: desk.subdomain });
    const wrong = await submit(token, formBody(desk, 'not-the-key'));
    assert.equal(wrong.status, 422);
    assert.equal(wrong.json.error_type, 'validation_error');
    assert.match(wrong.json.message, /Gorgias/);
    assert.deepEqual((await accountsOf(desk.subdomain)).map(({ status }) => status), ['validation_error']);
    const right = await submit(token, formBody(desk));
    assert.equal(right.status, 200, right.text);
    assert.deepEqual((await accountsOf(desk.subdomain)).map(({ status }) => status), ['active']);
});

test('mistakes in the form are told at their fields', async () => {
    const token = await linkToken();
    const refused = await submit(token, {
        environment_integration_id: where.installation,
        authentication_method: 'api_key',
        context: { subdomain: 'a.b/..@evil', email: '' },
    });
    assert.equal(refused.status, 400);
    assert.deepEqual(refused.json.details.failures.map(({ path }) => path).sort(),
        ['context.api_key', 'context.email', 'context.subdomain']);
});

test('an address where nobody has an account is told at its field, before anybody goes there', async () => {
    const desk = await simulated();
    const token = await linkToken({ tenant_id: desk.subdomain });
    const nosuch = { ...desk, subdomain: `${desk.subdomain}-nosuch` };
    for (const body of [formBody(nosuch), oauthBody(nosuch.subdomain)]) {
        const { status, json } = await submit(token, body);
        assert.equal(status, 400);
        assert.deepEqual(json.details.failures, [
            { path: 'context.subdomain', message: `There is no Gorgias at ${nosuch.subdomain}.gorgias.com. Check the subdomain.` },
        ]);
    }
    assert.deepEqual(await accountsOf(desk.subdomain), []);
    assert.equal((await submit(token, formBody(desk))).status, 200, 'the link still works');
});

test('a vendor that does not answer has not said no', async () => {
    const desk = await simulated();
    const token = await linkToken({ tenant_id: desk.subdomain });
    await desk.fault({ match: 'GET /api/account', status: 503, body: '', times: 1 });
    assert.equal((await submit(token, oauthBody(desk.subdomain))).status, 200);
});

test('OAuth: consent at the vendor, and an account that works', async () => {
    const desk = await simulated();
    const token = await linkToken({ tenant_id: desk.subdomain, scopes: ['account:read', 'tickets:read', 'offline'] });
    const { json } = await submit(token, oauthBody(desk.subdomain));
    const browser = new Browser();
    const done = await browser.get(await browser.approve(json.authorize_url));
    assert.equal(done.status, 303);
    const page = new URL(done.headers.location, api.url);
    assert.equal(page.pathname, '/connect/done');
    assert.equal(page.searchParams.get('status'), 'active');
    const result = (await browser.get(`/connect/result/${json.connection_id}?environment=${where.id}`)).json;
    const polled = await send('GET', `${api.url}/connect/session/connection/${json.connection_id}`, { headers: withLink(token) });
    assert.deepEqual(polled.json, result);
    const account = await api.ok('GET', `/integrated-account/${result.integrated_account_id}`);
    assert.equal(account.status, 'active');
    assert.deepEqual(account.context.oauth.scope, ['account:read', 'tickets:read', 'offline']);
    assert.ok(!JSON.stringify(account).includes('access_token'));
    const server = await api.ok('POST', `/integrated-account/${account.id}/mcp`, { name: 'x', config: { methods: ['read'] } });
    assert.ok(!(await callTool(server.url, 'list_all_gorgias_tickets', { limit: 1 })).isError);
    assert.equal((await submit(token, oauthBody(desk.subdomain))).status, 401, 'the link is used up');
});

test('reconnecting keeps the id and the MCP URL', async () => {
    const desk = await simulated();
    const first = await submit(await linkToken({ tenant_id: desk.subdomain }), formBody(desk));
    const id = first.json.integrated_account_id;
    const server = await api.ok('POST', `/integrated-account/${id}/mcp`, { name: 'x', config: { methods: ['read'] } });
    await desk.fault({ kind: 'reject_credentials' });
    await verdict(api, id);
    await desk.clearFaults();
    const { link_token } = await api.ok('POST', '/link-token', { integrated_account_id: id, persist_previous_context: true });
    const offered = (await session(link_token)).json;
    assert.equal(offered.is_reconnect, true);
    assert.equal(offered.integrations[0].fields[0].value, desk.subdomain);
    const { json } = await submit(link_token, oauthBody(desk.subdomain));
    const browser = new Browser();
    await browser.get(await browser.approve(json.authorize_url));
    const account = await api.ok('GET', `/integrated-account/${id}`);
    assert.deepEqual([account.status, account.authentication_method, account.last_error], ['active', 'oauth2', null]);
    assert.ok(!(await callTool(server.url, 'list_all_gorgias_tickets', { limit: 1 })).isError);
});

test('a reconnection with a wrong key leaves a working account as it is', async () => {
    const desk = await simulated();
    const first = await submit(await linkToken({ tenant_id: desk.subdomain }), formBody(desk));
    const id = first.json.integrated_account_id;
    const { link_token } = await api.ok('POST', '/link-token', { integrated_account_id: id });
    const wrong = await submit(link_token, formBody(desk, 'not-the-key'));
    assert.equal(wrong.status, 422, wrong.text);
    const account = await api.ok('GET', `/integrated-account/${id}`);
    assert.deepEqual([account.status, account.last_error], ['active', null]);
    assert.equal((await api.get(`/proxy/tickets?limit=1&integrated_account_id=${id}`)).status, 200);
    assert.equal((await submit(link_token, formBody(desk))).status, 200, 'the link still works');
});

test('what is hidden from the catalogue, or of another account, is not connected with a link', async () => {
    const desk = await simulated();
    const installation = `/environment-integration/${where.installation}`;
    const token = await linkToken({ tenant_id: desk.subdomain });
    await api.ok('PATCH', installation, { show_in_catalog: false });
    const refused = await submit(token, formBody(desk));
    await api.ok('PATCH', installation, { show_in_catalog: true });
    assert.equal(refused.status, 400, refused.text);
    assert.equal((await submit(token, formBody(desk))).status, 200);
});

for (const path of ['/link-token', '/connection'])
    test(`POST ${path} with null for tenant_id is 400`, async () => {
        const refused = await api.post(path, { tenant_id: null, integration: 'gorgias', context: { subdomain: 'acme' } });
        assert.equal(refused.status, 400);
        assert.deepEqual(refused.json.details.failures.map(({ path: at }) => at), ['tenant_id']);
    });

test('a back end: redirect_url, then wait for the end', async () => {
    const desk = await simulated();
    const redirect_uri = 'https://app.example/done?x=1';
    const started = await api.ok('POST', '/connection', {
        ...{ tenant_id: desk.subdomain, integration: 'gorgias', context: { subdomain: desk.subdomain }, redirect_uri },
    });
    assert.equal(started.status, 'initiated');
    const waiting = api.ok('GET', `/connection/${started.id}?wait_s=20`);
    const browser = new Browser();
    const back = await browser.get(await browser.approve(started.redirect_url));
    const to = new URL(back.headers.location);
    assert.equal(to.origin + to.pathname, 'https://app.example/done');
    assert.deepEqual([to.searchParams.get('x'), to.searchParams.get('result')], ['1', 'success']);
    const ended = await waiting;
    assert.equal(ended.status, 'active');
    assert.equal(ended.integrated_account_id, to.searchParams.get('integrated_account_id'));
});

test('declined at the vendor: failed, with the reason; the link still works', async () => {
    const desk = await simulated();
    const token = await linkToken({ tenant_id: desk.subdomain });
    const { json } = await submit(token, oauthBody(desk.subdomain));
    const browser = new Browser();
    await browser.get(await browser.approve(json.authorize_url, 'deny'));
    const polled = await send('GET', `${api.url}/connect/session/connection/${json.connection_id}`, { headers: withLink(token) });
    assert.equal(polled.json.status, 'failed');
    assert.match(polled.json.error.message, /You did not approve the access at Gorgias/);
    assert.equal((await accountsOf(desk.subdomain)).length, 0);
    assert.equal((await session(token)).status, 200);
});

// Abuse.
const refusedPage = (exchange) => {
    assert.equal(exchange.status, 303);
    const page = new URL(exchange.headers.location, api.url);
    assert.equal(page.origin + page.pathname, `${api.url}/connect/done`);
    assert.equal(page.searchParams.get('status'), 'failed');
    return page.searchParams.get('error_type');
};

test('a browser that comes back twice, at once or later, sees the success; the code is used once', async () => {
    const desk = await simulated();
    const { json } = await submit(await linkToken({ tenant_id: desk.subdomain }), oauthBody(desk.subdomain));
    const browser = new Browser();
    const callback = await browser.approve(json.authorize_url);
    const [first, second] = await Promise.all([browser.get(callback), browser.get(callback)]);
    const types = [first, second].map(({ headers }) => new URL(headers.location, api.url).searchParams.get('status'));
    assert.deepEqual(types, ['active', 'active']);
    const later = await browser.get(callback);
    assert.equal(new URL(later.headers.location, api.url).searchParams.get('status'), 'active');
    refusedPage(await new Browser().get(callback));
    assert.equal((await accountsOf(desk.subdomain)).length, 1);
    assert.equal((await desk.state()).tokens_issued, 1);
});

test('another browser can neither begin nor finish what one has begun', async () => {
    const desk = await simulated();
    const token = await linkToken({ tenant_id: desk.subdomain });
    const { json } = await submit(token, oauthBody(desk.subdomain));
    const [owner, other] = [new Browser(), new Browser()];
    const callback = await owner.approve(json.authorize_url);
    refusedPage(await other.get(callback));
    assert.equal((await other.start(json.authorize_url)).status, 401);
    refusedPage(await new Browser().get(callback));
    // Another connection of the same link, from the other browser.
    const second = await submit(token, oauthBody(desk.subdomain));
    assert.equal((await other.start(second.json.authorize_url)).status, 401);
    assert.equal((await accountsOf(desk.subdomain)).length, 0);
    assert.equal(new URL((await owner.get(callback)).headers.location, api.url).searchParams.get('status'), 'active');
});

test('a mixed-up state: the code of one connection with the state of another connects nothing of the other', async () => {
    const [one, two] = [await simulated(), await simulated()];
    const browser = new Browser();
    const callbacks = [];
    for (const desk of [one, two]) {
        const { json } = await submit(await linkToken({ tenant_id: desk.subdomain }), oauthBody(desk.subdomain));
        callbacks.push(new URL(await browser.approve(json.authorize_url)));
    }
    const mixed = new URL(callbacks[0]);
    mixed.searchParams.set('code', callbacks[1].searchParams.get('code'));
    const done = await browser.get(mixed.href);
    assert.equal(new URL(done.headers.location, api.url).searchParams.get('status'), 'failed');
    assert.equal((await accountsOf(one.subdomain)).length + (await accountsOf(two.subdomain)).length, 0);
});

test('a callback after its time, and a link after its time: refused, and nothing connected', async () => {
    const desk = await simulated();
    const token = await linkToken({ tenant_id: desk.subdomain });
    const { json } = await submit(token, oauthBody(desk.subdomain));
    const browser = new Browser();
    const callback = await browser.approve(json.authorize_url);
    await inEnvironment(where.id, `UPDATE connections SET expires_at = now() WHERE tenant_id = '${desk.subdomain}'`);
    assert.equal(refusedPage(await browser.get(callback)), 'invalid_token');
    assert.equal((await desk.state()).tokens_issued, 0, 'the code was not used');
    await inEnvironment(where.id, `UPDATE link_tokens SET expires_at = now() WHERE tenant_id = '${desk.subdomain}'`);
    assert.equal((await session(token)).json.error_type, 'invalid_token');
    assert.equal((await submit(token, formBody(desk))).status, 401);
    assert.equal((await accountsOf(desk.subdomain)).length, 0);
});

for (const [what, path] of [
    ['no state', '/connect/callback?code=x'],
    ['a state of nobody', `/connect/callback?code=x&state=slx_state_${'a'.repeat(49)}`],
    ['an MCP token for a state', '/connect/callback?state=slx_mcp_x'],
])
    test(`${what}: a page that says what to do`, async () => {
        assert.equal(refusedPage(await new Browser().get(path)), 'invalid_token');
    });

test('over https the cookie is of this host alone; plain http is for this machine alone', async (t) => {
    const start = async (url, state) =>
        send('POST', `${url}/connect/start`, { headers: { 'content-type': 'application/json' }, body: { state } });
    const desk = await simulated();
    const started = await api.ok('POST', '/connection', {
        tenant_id: desk.subdomain,
        integration: 'gorgias',
        context: { subdomain: desk.subdomain },
    });
    const state = new URL(started.redirect_url).searchParams.get('state');
    const plain = await startApi(t, { settings: { SLUICE_PUBLIC_URL: 'http://sluice.example' } });
    const refused = await start(plain.url, state);
    assert.equal(refused.status, 403);
    assert.equal(refused.headers['set-cookie'], undefined);
    const secure = await startApi(t, { settings: { SLUICE_PUBLIC_URL: 'https://sluice.example' } });
    const begun = await start(secure.url, state);
    assert.match(begun.headers['set-cookie'][0], /^__Host-sluice_connect=[\w-]{43}; Path=\/; Max-Age=3600; HttpOnly; SameSite=Lax; Secure$/);
});

test('calls that wait are told at the end, are bounded, and keep nobody else', async () => {
    const desk = await simulated();
    const started = await api.ok('POST', '/connection', {
        tenant_id: desk.subdomain,
        integration: 'gorgias',
        context: { subdomain: desk.subdomain },
    });
    const browser = new Browser();
    const callback = await browser.approve(started.redirect_url);
    const waits = Array.from({ length: 600 }, async () => {
        const { status, json } = await api.get(`/connection/${started.id}?wait_s=20`);
        return { status, ended: json.status, at: Date.now() };
    });
    const refused = await Promise.race(waits);
    assert.equal(refused.status, 429, 'more than may wait at once');
    let toldEarly = 0;
    for (const wait of waits) wait.then(({ status }) => (toldEarly += status === 200));
    for (let i = 0; i < 20; i += 1) assert.equal((await api.get(`/environment/${where.id}`)).status, 200);
    assert.equal(toldEarly, 0, 'others are answered while these wait');
    await browser.get(callback);
    const done = Date.now();
    const answers = await Promise.all(waits);
    const told = answers.filter(({ status }) => status === 200);
    assert.ok(told.length >= 200, `${told.length} waited`);
    assert.ok(told.every(({ ended }) => ended === 'active'));
    assert.ok(Math.max(...told.map(({ at }) => at)) - done < 10_000, 'told at the end, not after the 20 s they asked for');
    assert.equal(answers.length - told.length, answers.filter(({ status }) => status === 429).length);
});

test('whoever only fetches the address of a start binds nothing: scanners, previews, prefetches', async () => {
    const desk = await simulated();
    const started = await api.ok('POST', '/connection', {
        tenant_id: desk.subdomain,
        integration: 'gorgias',
        context: { subdomain: desk.subdomain },
    });
    for (let i = 0; i < 2; i += 1) {
        const fetched = await send('GET', started.redirect_url);
        assert.equal(fetched.status, 200);
        assert.equal(fetched.headers['set-cookie'], undefined);
    }
    await send('HEAD', started.redirect_url);
    const browser = new Browser();
    const foreign = await browser.start(started.redirect_url, { 'sec-fetch-site': 'cross-site' });
    assert.equal(foreign.status, 403);
    const callback = await browser.approve(started.redirect_url);
    const ahead = await send('GET', callback, { headers: { cookie: browser.cookie, 'sec-purpose': 'prefetch;prerender' } });
    assert.equal(ahead.status, 503);
    assert.equal((await desk.state()).tokens_issued, 0, 'the code was not used');
    const { searchParams } = new URL((await browser.get(callback)).headers.location, api.url);
    assert.equal(searchParams.get('status'), 'active');
});

test('a cookie that was planted is never what a connection is bound to; one browser can be at several', async () => {
    const planted = 'A'.repeat(43);
    const [one, two] = [await simulated(), await simulated()];
    const browser = new Browser();
    browser.cookie = `sluice_connect=${planted}`;
    const begin = async (desk) => (await submit(await linkToken({ tenant_id: desk.subdomain }), oauthBody(desk.subdomain))).json;
    const [first, second] = [await begin(one), await begin(two)];
    const callbacks = [await browser.approve(first.authorize_url), await browser.approve(second.authorize_url)];
    assert.ok(!browser.cookie.startsWith(`sluice_connect=${planted}`));
    assert.equal(new Set(browser.cookie.split('=')[1].split('.')).size, 3);
    const thief = new Browser();
    thief.cookie = `sluice_connect=${planted}`;
    refusedPage(await thief.get(callbacks[0]));
    for (const callback of callbacks)
        assert.equal(new URL((await browser.get(callback)).headers.location, api.url).searchParams.get('status'), 'active');
    assert.equal((await browser.start(first.authorize_url)).status, 401, 'finished');
});

test('a start that is asked for again by the same browser goes on, with a fresh value', async () => {
    const desk = await simulated();
    const { json } = await submit(await linkToken({ tenant_id: desk.subdomain }), oauthBody(desk.subdomain));
    const browser = new Browser();
    await browser.approve(json.authorize_url);
    const before = browser.cookie;
    const callback = await browser.approve(json.authorize_url);
    assert.notEqual(browser.cookie, before);
    assert.equal(new URL((await browser.get(callback)).headers.location, api.url).searchParams.get('status'), 'active');
});

for (const redirect_uri of ['javascript:alert(1)', '//evil.example', 'https://a@evil.example/', 'data:text/html,x', '/x', 'https://1.2.3.4%20.example/'])
    test(`redirect_uri ${redirect_uri} is refused`, async () => {
        const refused = await api.post('/link-token', { tenant_id: 'x', redirect_uri });
        assert.equal(refused.status, 400);
        assert.deepEqual(refused.json.details.failures.map(({ path }) => path), ['redirect_uri']);
    });

test('a link token for a new account and a reconnection at once is 400', async () => {
    const refused = await api.post('/link-token', { tenant_id: 'x', integrated_account_id: 'ia_01h455vb4pex5vsknk084sn02q' });
    assert.equal(refused.status, 400);
});

for (const [what, fault, pattern] of [
    ['HTML', { body: '<html>hello</html>', content_type: 'text/html' }, /without a usable access token/],
    ['nothing', { body: '' }, /without a usable access token/],
    ['an endless body', { body: 'x'.repeat(300_000) }, /./],
    ['an error', { status: 500, body: { error: 'server_error' } }, /500 \(server_error\)/],
    ['that it does not know the app', { status: 401, body: { error: 'invalid_client' } }, /client_id/],
])
    test(`a vendor that answers the code with ${what}: failed, with a reason, and nothing connected`, async () => {
        const desk = await simulated();
        const token = await linkToken({ tenant_id: desk.subdomain });
        const { json } = await submit(token, oauthBody(desk.subdomain));
        const browser = new Browser();
        const callback = await browser.approve(json.authorize_url);
        await desk.fault({ match: 'POST /oauth/token', status: 200, ...fault });
        await browser.get(callback);
        const { status, error } = (await browser.get(`/connect/result/${json.connection_id}?environment=${where.id}`)).json;
        assert.equal(status, 'failed');
        assert.equal(error.error_type, 'connection_error');
        assert.match(error.message, pattern);
        assert.equal((await accountsOf(desk.subdomain)).length, 0);
        assert.equal((await session(token)).status, 200, 'the link can be used again');
    });

test('an integration without an OAuth app offers no OAuth', async () => {
    const bare = await environment('connect-no-app');
    await bare.api.ok('PATCH', `/environment-integration/${bare.installation}`, {
        override: { base_url: overrideFor(bare.simulator).base_url },
    });
    const { link_token } = await bare.api.ok('POST', '/link-token', { tenant_id: 'x' });
    const [gorgias] = (await session(link_token)).json.integrations;
    assert.deepEqual(gorgias.methods.map(({ name }) => name), ['api_key']);
    const refused = await bare.api.post('/connection', {
        ...{ tenant_id: 'x', integration: 'gorgias', context: { subdomain: 'x' } },
    });
    assert.equal(refused.status, 403);
    assert.match(refused.json.message, /client_id/);
});

test('another environment sees neither connection nor link', async () => {
    const started = await api.ok('POST', '/connection', {
        ...{ tenant_id: 'x', integration: 'gorgias', context: { subdomain: 'acme' } },
    });
    assert.equal((await main.api.get(`/connection/${started.id}`)).status, 404);
    assert.equal((await main.api.get(`/environment/${where.id}`)).status, 404);
});

test('the pages are served with a policy that allows no foreign script', async () => {
    const page = await send('GET', `${api.url}/connect?link_token=x`);
    assert.equal(page.status, 200);
    assert.match(page.headers['content-security-policy'], /default-src 'none'/);
    const [, script] = /src="(\/connect\/assets\/[^"]+)"/.exec(page.text);
    assert.equal((await send('GET', api.url + script)).status, 200);
    const sdk = await send('GET', `${api.url}/sluice-link.js`);
    assert.equal(sdk.headers['access-control-allow-origin'], '*');
    assert.equal((await send('GET', `${api.url}/connect/assets/..%2Fconnect.html`)).status, 404);
});

test('only the sites an environment names may frame its Link UI', async () => {
    const framing = async () => {
        const { headers } = await send('GET', `${api.url}/connect?link_token=${await linkToken()}`);
        return /frame-ancestors ([^;]*)/.exec(headers['content-security-policy'])?.[1];
    };
    assert.equal(await framing(), undefined, 'any, if none is named');
    await api.ok('PATCH', `/environment/${where.id}`, { link_origins: ['https://app.example', 'http://127.0.0.1:3000'] });
    assert.equal(await framing(), 'https://app.example http://127.0.0.1:3000');
    const { json } = await api.patch(`/environment/${where.id}`, { link_origins: ['https://a.example; script-src *'] });
    assert.equal(json.details.failures[0].path, 'link_origins[0]');
    await api.ok('PATCH', `/environment/${where.id}`, { link_origins: [] });
    assert.equal(await framing(), undefined);
    const unknown = await send('GET', `${api.url}/connect?link_token=slx_link_${'0'.repeat(49)}`);
    assert.equal(unknown.status, 200, 'the page says itself that the link is no good');
});
