import { refusesBodies, refusesIds, refusesTokens } from '../support/refusals.mjs';
import { nothing, noToken } from '../support/section.mjs';

const redirect_uri = 'https://app.example/connected?from=exchanges';
const stateOf = (url) => new URL(url, 'http://x').searchParams.get('state');

/// What the script of our start page does: the vendor's page, and the cookie.
async function begin(x, note, state, cookie) {
    const answer = await x.ask(`start, ${note}`, 'POST', '/connect/start', {
        token: null,
        json: { state },
        headers: cookie && { cookie },
    });
    return {
        url: answer.status === 200 ? answer.json.url : undefined,
        cookie: answer.headers['set-cookie']?.split(';')[0] ?? cookie,
    };
}

/// From our start page to the vendor's, and back.
async function walk(x, note, url, { decision = 'approve', cookie } = {}) {
    const begun = await begin(x, note, stateOf(url), cookie);
    const query = (await x.product.decide(begun.url, decision)).searchParams.toString();
    await x.ask(`come back, ${note}`, 'GET', '/connect/callback', { token: null, query, headers: { cookie: begun.cookie } });
    return { query, cookie: begun.cookie };
}

/// Connecting by way of the vendor's page: from the Link UI, and from a developer's back end.
export default async function oauth(x) {
    await x.install();
    x.desk = await x.product.desk('oauth', 5);
    await fromLink(x);
    await strangers(x);
    await fromBackEnd(x);
}

async function fromLink(x) {
    const { link_token: token } = await x.make('POST', '/link-token', { tenant_id: 'acme', scopes: ['account:read', 'offline'] });
    const json = { environment_integration_id: x.installation, authentication_method: 'oauth2', context: { subdomain: 'oauth' } };
    const submit = async (note) => (await x.ask(`link, ${note}`, 'POST', '/connect/session', { token, json })).json;
    const outcome = (note, id, options) =>
        x.ask(`link, ${note}`, 'GET', `/connect/session/connection/${id}`, { token, ...options });

    const declined = await submit('submit');
    await outcome('the connection that was begun', declined.connection_id);
    const { cookie } = await walk(x, 'declined', declined.authorize_url, { decision: 'deny' });
    await outcome('the connection that was declined', declined.connection_id);

    const granted = await submit('submit again');
    await begin(x, 'in another browser', stateOf(granted.authorize_url));
    const { query, cookie: ended } = await walk(x, 'granted', granted.authorize_url, { cookie });
    await outcome('the connection that is active', granted.connection_id);
    await x.ask('come back, a second time', 'GET', '/connect/callback', { token: null, query, headers: { cookie: ended } });
    await x.ask('the account', 'GET', '/integrated-account', { query: { tenant_id: 'acme' } });

    const result = (note, options) =>
        x.ask(`result, ${note}`, 'GET', `/connect/result/${granted.connection_id}`, { token: null, ...options });
    const own = { query: { environment: x.environment } };
    await result('with its cookie', { ...own, headers: { cookie: ended } });
    await result('without a cookie', own);
    await result('of another browser', { ...own, headers: { cookie: `sluice_connect=${'A'.repeat(43)}` } });
    await result('without its environment', { headers: { cookie: ended } });
    await result('with a broken query string', { query: 'a=%zz' });

    await outcome('the connection of nothing', nothing('conn'));
    await outcome('a connection without a token', granted.connection_id, { token: null });
    await outcome('a connection with an API token', granted.connection_id, { token: x.token });
    await outcome('a connection with a broken query string', granted.connection_id, { query: 'a=%zz' });
}

async function strangers(x) {
    const back = (note, query, headers) =>
        x.ask(`come back, ${note}`, 'GET', '/connect/callback', { token: null, query, headers });
    await back('without a state', {});
    await back('with an unknown state', { state: noToken('state') });
    await back('with an error of nobody', { state: 'x', error: 'access_denied' });
    await back('with a broken query string', 'a=%zz');
    await back('ahead of a visit', {}, { 'sec-purpose': 'prefetch' });
    const start = (note, options) => x.ask(`start, ${note}`, 'POST', '/connect/start', { token: null, ...options });
    await start('with an unknown state', { json: { state: noToken('state') } });
    await start('without a state', { json: {} });
    await start('from another site', { json: { state: noToken('state') }, headers: { 'sec-fetch-site': 'cross-site' } });
    await refusesBodies(x, 'start', 'POST', '/connect/start', null);
}

async function fromBackEnd(x) {
    const path = '/connection';
    const create = (note, json) => x.ask(`back end, ${note}`, 'POST', path, { json });
    const read = (note, id, query) => x.ask(`back end, ${note}`, 'GET', `${path}/${id}`, { query });
    const context = { subdomain: 'oauth' };
    const of = { tenant_id: 'beta', integration: 'gorgias', context };
    const { json: begun } = await create('begin', { ...of, redirect_uri, region: 'eu', scopes: ['account:read', 'offline'] });
    await read('a connection that was begun', begun.id);
    await read('a connection, for too long', begun.id, { wait_s: 31 });
    await read('a connection, for a time that is none', begun.id, { wait_s: 'x' });
    await walk(x, 'for a back end', begun.redirect_url);
    await read('a connection that is active', begun.id, { wait_s: 20 });
    const { integrated_account_id } = await x.make('GET', `${path}/${begun.id}`);
    const { json: again } = await create('begin to reconnect', {
        integrated_account_id,
        persist_previous_context: true,
        redirect_uri,
    });
    await x.desk.fault('GET /api/account', { status: 401, body: {}, times: 10 });
    await walk(x, 'whose account is refused', again.redirect_url);
    await x.desk.clearFaults();
    await read('a connection that has failed', again.id);
    await x.product.drain();
    for (const [note, answer] of [
        ['refuses the app', { status: 401, body: { error: 'invalid_client' } }],
        ['refuses the code', { status: 400, body: { error: 'invalid_grant', error_description: 'Too old.' } }],
        ['fails', { status: 503, body: '' }],
        ['answers nonsense', { status: 200, content_type: 'text/html', body: '<html>' }],
    ]) {
        const { json } = await create(`begin, where the vendor ${note}`, { ...of, redirect_uri });
        await x.desk.fault('POST /oauth/token', { ...answer, times: 10 });
        await walk(x, `where the vendor ${note}`, json.redirect_url);
        await x.desk.clearFaults();
        await read(`a connection where the vendor ${note}`, json.id);
    }
    await x.ask('back end, an installation whose app was refused', 'GET', `/environment-integration/${x.installation}`);

    for (const [note, json] of [
        ['without an integration', { tenant_id: 'x' }],
        ['of an integration that is not installed', { ...of, integration: 'nothing' }],
        ['without the fields that it needs', { ...of, context: {} }],
        ['by a way that has no page', { ...of, authentication_method: 'api_key', context: x.desk.context }],
        ['for an account of nothing', { integrated_account_id: nothing('ia') }],
        ['for nobody', { integration: 'gorgias' }],
        ['with a redirect that is none', { ...of, redirect_uri: 'app.example' }],
        ['with wrong types', { tenant_id: 5, integration: 5, context: 5, scopes: 5 }],
    ])
        await create(note, json);
    await x.make('PATCH', `/environment-integration/${x.installation}`, { override: { base_url: x.product.override.base_url } });
    await create('without an OAuth app', of);
    await refusesBodies(x, 'back end', 'POST', path);
    await refusesTokens(x, 'back end', 'POST', path);
    await x.ask('back end, a connection of another environment', 'GET', `${path}/${begun.id}`, { token: x.product.foreignToken });
    await refusesIds(x, 'back end, a connection', 'GET', (id) => `${path}/${id}`, 'conn');
    await refusesTokens(x, 'back end, a connection', 'GET', `${path}/${begun.id}`);
}
