import { refusesBodies, refusesTokens } from '../support/refusals.mjs';
import { nothing, noToken } from '../support/section.mjs';

const redirect_uri = 'https://app.example/connected?from=exchanges';

/// Link tokens, and the Link UI with its form.
export default async function links(x) {
    const account = await x.connect();
    const create = (note, json) => x.ask(`create, ${note}`, 'POST', '/link-token', { json });
    await create('for a tenant', { tenant_id: 'acme' });
    await create('with all there is', {
        tenant_id: 'acme',
        integration: 'gorgias',
        scopes: ['tickets:read'],
        redirect_uri,
        region: 'eu',
        context: { subdomain: 'links' },
    });
    await create('to reconnect', { integrated_account_id: account, persist_previous_context: true });
    for (const [note, json] of [
        ['for nobody', {}],
        ['for a new and an old account', { tenant_id: 'x', integrated_account_id: account }],
        ['for an account of nothing', { integrated_account_id: nothing('ia') }],
        ['with another kind of id', { integrated_account_id: nothing('env') }],
        ['with what is for reconnecting', { tenant_id: 'x', persist_previous_context: true }],
        ['of an integration that is not installed', { tenant_id: 'x', integration: 'hubspot' }],
        ['that leads to a script', { tenant_id: 'x', redirect_uri: 'javascript:alert(1)' }],
        ['with scopes that are none', { tenant_id: 'x', scopes: 'all' }],
        ['with wrong types', { tenant_id: 5, integration: [], redirect_uri: 1, region: {}, context: 'x' }],
    ])
        await create(note, json);
    await refusesBodies(x, 'create', 'POST', '/link-token');
    await refusesTokens(x, 'create', 'POST', '/link-token');
    await pages(x);
    await session(x);
    await reconnection(x, account);
}

async function pages(x) {
    const open = { token: null };
    await x.make('PATCH', `/environment/${x.environment}`, { link_origins: ['https://app.example'] });
    const { link_token } = await x.make('POST', '/link-token', { tenant_id: 'acme' });
    const { body } = await x.ask('the page', 'GET', '/connect', { ...open, query: { link_token } });
    await x.ask('the page, with a token that is none', 'GET', '/connect', { ...open, query: { link_token: noToken('link') } });
    await x.ask('the page, the head only', 'HEAD', '/connect', open);
    await x.ask('the page after the vendor', 'GET', '/connect/done', { ...open, query: { status: 'failed' } });
    await x.ask('the start page', 'GET', '/connect/start', open);
    const [file] = body.toString().match(/(?<=\/connect\/assets\/)[^"]+/);
    for (const [note, target] of [
        ['an asset of the page, the head only', `/connect/assets/${file}`],
        ['the module, the head only', '/sluice-link.js'],
    ]) {
        const { status, reason, lines, body: none } = await x.quietly('HEAD', target);
        // What is in it belongs to the dashboard.
        const kept = lines.filter(([name]) => name.toLowerCase() !== 'content-length');
        x.record(note, { method: 'HEAD', target, headers: {} }, { status, reason, lines: kept, body: none });
    }
    for (const path of ['/connect/assets/nothing.js', '/connect/assets/..%2fconnect.html'])
        await x.ask(`${path}`, 'GET', path, open);
    for (const path of ['/connect', '/connect/done', '/connect/start', '/connect/assets/x', '/sluice-link.js'])
        await x.ask(`${path}, with a broken query string`, 'GET', path, { ...open, query: 'a=%zz' });
}

async function session(x) {
    const path = '/connect/session';
    const theme = { name: 'Acme', color: '#3451d1' };
    await x.make('PATCH', `/environment/${x.environment}`, { theme });
    const { link_token: token } = await x.make('POST', '/link-token', {
        tenant_id: 'beta',
        redirect_uri,
        scopes: ['account:read', 'offline'],
    });
    await x.ask('session', 'GET', path, { token });
    for (const [method, note] of [
        ['GET', 'session'],
        ['POST', 'submit'],
    ]) {
        await x.ask(`${note}, without a token`, method, path, { token: null });
        await x.ask(`${note}, with an unknown token`, method, path, { token: noToken('link') });
        await x.ask(`${note}, with an API token`, method, path);
        await x.ask(`${note}, with a broken query string`, method, path, { token: null, query: 'a=%zz' });
    }
    const { subdomain, email, api_key } = x.desk.context;
    const of = { environment_integration_id: x.installation, authentication_method: 'api_key' };
    const submit = (note, json) => x.ask(`submit, ${note}`, 'POST', path, { token, json });
    await submit('with empty fields', { ...of, context: { subdomain } });
    await submit('with a subdomain that is none', { ...of, context: { subdomain: 'Not A Name', email, api_key } });
    await submit('by a method that is none', { ...of, authentication_method: 'telepathy', context: {} });
    await submit('of an installation of nothing', { ...of, environment_integration_id: nothing('envint'), context: {} });
    await submit('of another kind of id', { ...of, environment_integration_id: nothing('ia'), context: {} });
    await refusesBodies(x, 'submit', 'POST', path, token);
    await submit('with a wrong key', { ...of, context: { subdomain, email, api_key: 'wrong' } });
    await x.desk.fault('GET /api/account', { status: 500, body: {}, times: 10 });
    await submit('while the vendor fails', { ...of, context: { subdomain, email, api_key } });
    await x.desk.clearFaults();
    await x.ask('the account that was refused', 'GET', '/integrated-account', { query: { tenant_id: 'beta' } });
    await x.make('PATCH', `/environment-integration/${x.installation}`, { is_enabled: false });
    await submit('of a disabled integration', { ...of, context: { subdomain, email, api_key } });
    await x.ask('session, of a disabled integration', 'GET', path, { token });
    await x.make('PATCH', `/environment-integration/${x.installation}`, { is_enabled: true });
    await submit('with more than it needs', { ...of, context: { subdomain, email, api_key, colour: 'red' } });
    await submit('once more', { ...of, context: { subdomain, email, api_key } });
    await x.ask('session, of a link that is used up', 'GET', path, { token });
}

async function reconnection(x, account) {
    const path = '/connect/session';
    const { link_token: token } = await x.make('POST', '/link-token', {
        integrated_account_id: account,
        persist_previous_context: true,
    });
    const { link_token: bare } = await x.make('POST', '/link-token', { integrated_account_id: account });
    await x.ask('session, to reconnect', 'GET', path, { token });
    await x.ask('session, to reconnect with nothing known', 'GET', path, { token: bare });
    const json = { environment_integration_id: x.installation, authentication_method: 'api_key', context: {} };
    await x.ask('submit, to reconnect with nothing known', 'POST', path, { token: bare, json });
    await x.ask('submit, to reconnect', 'POST', path, { token, json });
    await x.ask('the account that was reconnected', 'GET', `/integrated-account/${account}`);
}
