import { send } from '../support/http.mjs';
import { nothing, refusesBodies, refusesIds, refusesLinkTokens, refusesTokens } from './refusals.mjs';

const redirect_uri = 'https://app.example/connected?from=spec';
const noState = `slx_state_${'0'.repeat(49)}`;

export async function linkTokens(session, known) {
    const create = 'createLinkToken';
    await session.call(create, 201, '', {
        json: { tenant_id: 'acme-50' },
        holds: (json) => json.url.endsWith(json.link_token),
    });
    await session.call(create, 201, 'with all there is', {
        json: {
            tenant_id: 'acme-50',
            integration: 'gorgias',
            scopes: ['tickets:read'],
            redirect_uri,
            region: 'eu',
            context: { subdomain: 'spec' },
        },
    });
    await session.call(create, 201, 'to reconnect', {
        json: { integrated_account_id: known.account, persist_previous_context: true },
    });
    for (const [note, json] of [
        ['for nobody', {}],
        ['for a new and an old account', { tenant_id: 'x', integrated_account_id: known.account }],
        ['for an account of nothing', { integrated_account_id: nothing('ia') }],
        ['with what is for reconnecting', { tenant_id: 'x', persist_previous_context: true }],
        ['that leads to a script', { tenant_id: 'x', redirect_uri: 'javascript:alert(1)' }],
        ['with scopes that are none', { tenant_id: 'x', scopes: 'all' }],
    ])
        await session.call(create, 400, note, { json });
    await refusesBodies(session, create);
    await refusesTokens(session, create);
}

/// As the source calls it: what the build adds changes with it.
export const withoutHash = (file) => file.replace(/-[\w-]+(?=\.)/, '');

export async function pages(session, known) {
    const open = { token: null };
    const isPage = (_, { body }) => body.toString().includes('<!doctype html>');
    await session.call('showLinkPage', 200, '', { ...open, query: { link_token: 'slx_link_x' }, holds: isPage });
    await session.call('showLinkOutcome', 200, '', { ...open, query: { status: 'failed' }, holds: isPage });
    const page = await send(known.product.baseUrl, '/connect', { method: 'GET' });
    const files = [...page.body.toString().matchAll(/"\/connect\/assets\/([^"]+)"/g)].map(([, file]) => file);
    for (const file of files)
        await session.call('getLinkAsset', 200, `of ${withoutHash(file)}`, { ...open, path: { file } });
    for (const file of ['nothing.js', '../connect.html'])
        await session.call('getLinkAsset', 404, `of ${file}`, { ...open, path: { file } });
    await session.call('getLinkModule', 200, '', {
        ...open,
        holds: (_, { body }) => body.toString().includes('authenticate'),
    });
    await session.call('getLinkModuleTypes', 200, '', {
        ...open,
        holds: (_, { body }) => body.toString().includes('authenticate'),
    });
    const path = { file: 'x' };
    for (const id of ['showLinkPage', 'showLinkOutcome', 'getLinkAsset', 'getLinkModule', 'getLinkModuleTypes'])
        await session.call(id, 400, 'with a broken query string', { ...open, path, query: 'a=%zz' });
}

async function newLink(session, note, json) {
    return (await session.call('createLinkToken', 201, note, { json })).link_token;
}

/// A browser's GET of an operation that leads elsewhere: where to, and the cookie it has then.
async function follow(session, id, note, query, cookie, holds = () => true) {
    let location;
    let given = cookie;
    await session.call(id, 303, note, {
        token: null,
        query,
        headers: cookie === undefined ? {} : { cookie },
        holds: (_, { headers }) => {
            location = new URL(headers.location, session.baseUrl);
            given = headers['set-cookie']?.[0].split(';')[0] ?? cookie;
            return holds(location);
        },
    });
    return { location, cookie: given };
}

/// What the script of the start page does: where it goes on, and the cookie.
async function begin(session, status, note, state, cookie, holds = () => true) {
    const begun = {};
    await session.call('startOAuth', status, note, {
        token: null,
        json: { state },
        headers: cookie === undefined ? {} : { cookie },
        holds: ({ url }, { headers }) => {
            if (url !== undefined) begun.location = new URL(url);
            begun.cookie = headers['set-cookie']?.[0].split(';')[0] ?? cookie;
            return holds(begun.location);
        },
    });
    return begun;
}

const isPage = (_, { body }) => body.toString().includes('<!doctype html>');
const stateOf = (url) => new URL(url, 'http://x').searchParams.get('state');
const isDone = (status) => (url) => url.pathname === '/connect/done' && url.searchParams.get('status') === status;

/// From our start page to the vendor's, and back: where the callback leads.
async function walk(session, known, note, url, options = {}) {
    const { decision = 'approve', status = 'active', holds = isDone(status), cookie } = options;
    await session.call('showOAuthStart', 200, note, { token: null, query: { state: stateOf(url) }, holds: isPage });
    const begun = await begin(session, 200, note, stateOf(url), cookie, (to) =>
        known.product.simulatorUrl.startsWith(to.origin),
    );
    const back = await known.product.decide(begun.location, decision);
    const query = back.searchParams.toString();
    await follow(session, 'finishOAuth', note, query, begun.cookie, holds);
    return { cookie: begun.cookie, query };
}

export async function linkUi(session, known) {
    const link = await newLink(session, 'for the Link UI', { tenant_id: 'acme-51', redirect_uri });
    const read = 'getLinkSession';
    await session.call(read, 200, '', {
        token: link,
        holds: ({ integrations }) => integrations[0].methods.some(({ kind }) => kind === 'oauth2'),
    });
    await refusesLinkTokens(session, read);
    await form(session, known, link);
    await reconnection(session, known);
    await oauth(session, known);
    await refusalsOfBrowsers(session);
}

async function form(session, known, link) {
    const submit = 'submitLinkSession';
    const { email, api_key, subdomain } = known.product.context;
    const of = { environment_integration_id: known.installation, authentication_method: 'api_key' };
    const entered = { subdomain, email, api_key };
    const ask = (status, note, json, holds) => session.call(submit, status, note, { token: link, json, holds });
    await ask(
        400,
        'with empty fields',
        { ...of, context: { subdomain } },
        ({ details }) => details.failures.length === 2,
    );
    await ask(400, 'of what is not offered', { ...of, environment_integration_id: nothing('envint'), context: {} });
    await ask(400, 'by a way that is none', { ...of, authentication_method: 'telepathy', context: {} });
    await refusesBodies(session, submit, {}, link);
    await refusesLinkTokens(session, submit);
    const refused = ({ error_type }) => error_type === 'validation_error';
    await ask(422, 'with a wrong key', { ...of, context: { ...entered, api_key: 'wrong' } }, refused);
    const failed = ({ error_type }) => error_type === 'connection_error';
    await known.product.fault('GET /api/account', { status: 500, body: {}, times: 10 });
    await ask(502, 'while the vendor fails', { ...of, context: entered }, failed);
    await known.product.clearFaults();
    await session.call('listIntegratedAccounts', 200, 'that was refused', {
        query: { tenant_id: 'acme-51' },
        holds: ({ result }) => result.length === 1 && result[0].last_error.type === 'validation_error',
    });
    const install = (note, is_enabled) =>
        session.call('updateEnvironmentIntegration', 200, note, {
            path: { id: known.installation },
            json: { is_enabled },
        });
    await install('to disabled, for a link', false);
    await ask(400, 'of a disabled integration', { ...of, context: entered });
    await install('to enabled, for a link', true);
    await ask(200, '', { ...of, context: entered }, (json) => json.result === 'success');
    await ask(401, 'once more', { ...of, context: entered });
    await session.call('getLinkSession', 401, 'of a link that is used up', { token: link });
}

async function reconnection(session, known) {
    const link = await newLink(session, 'for a reconnection', {
        integrated_account_id: known.account,
        persist_previous_context: true,
    });
    await session.call('getLinkSession', 200, 'of a reconnection', {
        token: link,
        holds: (json) => json.is_reconnect && json.integrations[0].fields[0].value === 'spec',
    });
    await session.call('submitLinkSession', 200, 'of a reconnection', {
        token: link,
        json: { environment_integration_id: known.installation, authentication_method: 'api_key', context: {} },
        holds: (json) => json.integrated_account_id === known.account,
    });
}

async function oauth(session, known) {
    const link = await newLink(session, 'for OAuth', { tenant_id: 'acme-52', scopes: ['account:read', 'offline'] });
    const context = { subdomain: known.product.context.subdomain };
    const json = { environment_integration_id: known.installation, authentication_method: 'oauth2', context };
    const begin = (note) => session.call('submitLinkSession', 200, note, { token: link, json });
    const read = 'getLinkConnection';
    const outcome = (note, { connection_id }, holds) =>
        session.call(read, 200, note, { path: { connection_id }, token: link, holds });

    const declined = await begin('by OAuth');
    await outcome('', declined, ({ status }) => status === 'initiated');
    const { cookie } = await walk(session, known, 'declined', declined.authorize_url, {
        decision: 'deny',
        status: 'failed',
    });
    await outcome('that was declined', declined, ({ error }) => error.error_type === 'connection_error');

    const granted = await begin('by OAuth, again');
    // The link stays with the browser that went to the vendor's page first.
    await begin(session, 401, 'in another browser', stateOf(granted.authorize_url));
    const { query, cookie: ended } = await walk(session, known, '', granted.authorize_url, { cookie });
    await outcome('that is active', granted, (one) => one.status === 'active' && one.integration === 'gorgias');
    await follow(session, 'finishOAuth', 'a second time', query, ended, isDone('active'));

    const path = { connection_id: granted.connection_id };
    const result = 'getOAuthResult';
    const own = { path, token: null, query: { environment: known.environment } };
    await session.call(result, 200, '', { ...own, headers: { cookie: ended }, holds: (one) => one.status === 'active' });
    await session.call(result, 401, 'without the cookie', own);
    await session.call(result, 401, 'of another browser', {
        ...own,
        headers: { cookie: `sluice_connect=${'A'.repeat(43)}` },
    });
    await session.call(result, 401, 'without its environment', { ...own, query: {}, headers: { cookie: ended } });
    await session.call(result, 400, 'with a broken query string', { path, token: null, query: 'a=%zz' });

    await session.call(read, 401, 'of nothing', { path: { connection_id: nothing('conn') }, token: link });
    await refusesLinkTokens(session, read, path);
}

async function refusalsOfBrowsers(session) {
    const id = 'finishOAuth';
    await follow(session, id, 'without a state', {}, undefined, isDone('failed'));
    await follow(session, id, 'with an unknown state', { state: noState }, undefined, isDone('failed'));
    await session.call(id, 400, 'with a broken query string', { token: null, query: 'a=%zz' });
    await session.call(id, 503, 'ahead of a visit', { token: null, headers: { 'sec-purpose': 'prefetch' } });
    await session.call('showOAuthStart', 400, 'with a broken query string', { token: null, query: 'a=%zz' });
    await begin(session, 401, 'with an unknown state', noState);
    await session.call('startOAuth', 403, 'from another site', {
        token: null,
        json: { state: noState },
        headers: { 'sec-fetch-site': 'cross-site' },
    });
    await refusesBodies(session, 'startOAuth', {}, null);
}

export async function backEnd(session, known) {
    const create = 'createConnection';
    const context = { subdomain: known.product.context.subdomain };
    const of = { tenant_id: 'acme-53', integration: 'gorgias', context };
    const begun = await session.call(create, 201, '', {
        json: { ...of, redirect_uri, region: 'eu', scopes: ['account:read', 'offline'] },
        holds: ({ status }) => status === 'initiated',
    });
    const path = { id: begun.id };
    const read = 'getConnection';
    await session.call(read, 200, '', { path });
    await session.call(read, 200, 'for a second', {
        path,
        query: { wait_s: 1 },
        holds: (one) => one.status === 'initiated',
    });
    const waiting = session.call(read, 200, 'until its end', {
        path,
        query: { wait_s: 20 },
        holds: ({ status, error, integrated_account_id }) => status === 'active' && !error && integrated_account_id,
    });
    await walk(session, known, 'for a back end', begun.redirect_url, {
        holds: ({ searchParams }) => searchParams.get('result') === 'success' && searchParams.get('from') === 'spec',
    });
    const { integrated_account_id } = await waiting;

    const again = await session.call(create, 201, 'to reconnect', {
        json: { integrated_account_id, persist_previous_context: true, redirect_uri },
        holds: (one) => one.is_reconnect,
    });
    await known.product.fault('GET /api/account', { status: 401, body: {}, times: 10 });
    await walk(session, known, 'whose account is refused', again.redirect_url, {
        holds: ({ searchParams }) => searchParams.get('error_type') === 'validation_error',
    });
    await known.product.clearFaults();
    await session.call(read, 200, 'that has failed', {
        path: { id: again.id },
        holds: ({ status, error }) => status === 'failed' && error.error_type === 'validation_error',
    });

    for (const [note, json] of [
        ['without an integration', { tenant_id: 'x' }],
        ['of an integration that is not installed', { ...of, integration: 'nothing' }],
        ['without the fields that it needs', { ...of, context: {} }],
        ['by a way that has no page', { ...of, authentication_method: 'api_key', context: known.product.context }],
        ['for an account of nothing', { integrated_account_id: nothing('ia') }],
    ])
        await session.call(create, 400, note, { json });
    const install = (note, override) =>
        session.call('updateEnvironmentIntegration', 200, note, {
            path: { id: known.installation },
            json: { override },
        });
    await install('without an OAuth app', { base_url: known.product.override.base_url });
    await session.call(create, 403, 'without an OAuth app', { json: of });
    await install('with the OAuth app again', known.product.override);
    await refusesBodies(session, create);
    await refusesTokens(session, create);

    await session.call(read, 400, 'for too long', { path, query: { wait_s: 31 } });
    await session.call(read, 404, 'of another environment', { path, token: known.product.foreignToken });
    await refusesIds(session, read, {}, 'conn');
    await refusesTokens(session, read, path);
}
