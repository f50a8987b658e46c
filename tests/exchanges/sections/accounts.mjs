import { refusesBodies, refusesFilters, refusesIds, refusesTokens } from '../support/refusals.mjs';
import { nothing } from '../support/section.mjs';

const list = '/integrated-account';
const at = (id) => `${list}/${id}`;

export default async function accounts(x) {
    await x.install();
    x.desk = await x.product.desk('accounts', 12);
    const made = await create(x);
    await lists(x, made);
    await change(x, made);
    await remove(x, made);
}

async function create(x) {
    const context = x.desk.context;
    const whole = { tenant_id: 'acme', environment_integration_id: x.installation, authentication_method: 'api_key', context };
    const ask = (note, json) => x.ask(`create, ${note}`, 'POST', list, { json });
    const { json: account } = await ask('with a key', whole);
    const { json: spare } = await ask('with a region, as a sandbox', {
        ...whole,
        tenant_id: 'beta',
        region: 'eu',
        is_sandbox: true,
    });
    const { access_token } = await x.desk.tokens('tickets:read');
    const oauth = { scope: ['tickets:read'], token: { access_token } };
    const { json: limited } = await ask('with OAuth tokens', {
        ...whole,
        authentication_method: 'oauth2',
        context: { subdomain: context.subdomain, oauth },
    });
    await ask('with more in its context', {
        ...whole,
        tenant_id: 'gamma',
        context: { ...context, plan: { name: 'pro', seats: [1, 2.5, 1e30, -0] } },
    });
    for (const [note, members] of [
        ['without its credentials', { context: {} }],
        ['with a key that is none', { context: { ...context, api_key: 5 } }],
        ['with a line break in a key', { context: { ...context, api_key: 'a\r\nx: 1' } }],
        ['with a subdomain that is none', { context: { ...context, subdomain: 'a.b/..@evil' } }],
        ['with an unknown authentication method', { authentication_method: 'telepathy' }],
        ['with OAuth and no token', { authentication_method: 'oauth2', context: { subdomain: 'accounts' } }],
        ['in nothing', { environment_integration_id: nothing('envint') }],
        ['with another kind of id', { environment_integration_id: nothing('ia') }],
        ['with wrong types', { tenant_id: 5, authentication_method: [], region: {}, is_sandbox: 'no', context: 'x' }],
        ['with a tenant of 10 000 characters', { tenant_id: 'x'.repeat(10_000) }],
        ['with an empty tenant', { tenant_id: '' }],
        ['with a context of 100 kB', { context: { ...context, note: 'x'.repeat(100_000) } }],
        ['with a number that is none', { context: { ...context, note: ['\0'] } }],
    ])
        await ask(note, { ...whole, ...members });
    await ask('with nothing', {});
    await refusesBodies(x, 'create', 'POST', list);
    await refusesTokens(x, 'create', 'POST', list);
    return { account: account.id, spare: spare.id, limited: limited.id };
}

async function lists(x, { spare }) {
    const { json: first } = await x.ask('list, the first page', 'GET', list, { query: { limit: 2 } });
    await x.ask('list, the last page', 'GET', list, { query: { limit: 2, next_cursor: first.next_cursor } });
    await x.ask('list, oldest first', 'GET', list, { query: { limit: 1, 'sort_by[created_at]': 'asc' } });
    await x.ask('list, with filters', 'GET', list, {
        query: {
            'tenant_id[like]': 'BET%',
            environment_integration_id: x.installation,
            'status[in]': 'active,needs_reauth',
            'authentication_method[ne]': 'oauth2',
            'region[exist]': 'true',
            is_sandbox: 'true',
            'integration.name': 'gorgias',
            'created_at[gte]': '2020-01-01T00:00:00Z',
            'updated_at[lt]': '2100-01-01 00:00:00',
        },
    });
    await x.ask('list, by tenant', 'GET', list, { query: { tenant_id: 'nobody' } });
    await x.ask('list, with a date that is none', 'GET', list, { query: { 'created_at[gt]': 'yesterday' } });
    await x.ask('list, with another kind of id', 'GET', list, { query: { environment_id: spare } });
    await x.ask('list, of another environment', 'GET', list, { query: { tenant_id: 'acme' }, token: x.product.foreignToken });
    await refusesFilters(x, 'list', list);
    await refusesTokens(x, 'list', 'GET', list);
}

async function change(x, { account }) {
    const path = at(account);
    const foreign = { token: x.product.foreignToken };
    await x.ask('get', 'GET', path);
    await x.ask('get, the head only', 'HEAD', path);
    await x.ask('get, of another environment', 'GET', path, foreign);
    await x.ask('get, with what is no id', 'GET', at('..%2f'));
    await refusesIds(x, 'get', 'GET', at, 'ia');
    await refusesTokens(x, 'get', 'GET', path);

    const patch = (note, json, options) => x.ask(`change, ${note}`, 'PATCH', path, { json, ...options });
    await patch('all there is', {
        tenant_id: 'delta',
        region: 'us',
        is_sandbox: false,
        is_blocked: false,
        context: { plan: 'pro' },
    });
    await patch('to null', { region: null, context: { plan: null } });
    await patch('nothing', {});
    await patch('to null what cannot be cleared', { tenant_id: null, is_sandbox: null, is_blocked: null, context: null });
    await patch('to a context that fits nothing', { context: { subdomain: 'Not A Name' } });
    await patch('to no subdomain', { context: { subdomain: null } });
    await patch('its secret, which the vendor does not know', { context: { api_key: 'another' } });
    await patch('its secret, untried', { context: { api_key: 'another' }, verify: false });
    await patch('its status', { status: 'active' });
    await patch('to blocked', { is_blocked: true });
    await patch('to not blocked', { is_blocked: false });
    await patch('of another environment', { tenant_id: 'x' }, foreign);
    await refusesIds(x, 'change', 'PATCH', at, 'ia', { tenant_id: 'x' });
    await refusesBodies(x, 'change', 'PATCH', path);
    await refusesTokens(x, 'change', 'PATCH', path);
}

async function remove(x, { account, spare, limited }) {
    await refusesIds(x, 'delete', 'DELETE', at, 'ia');
    await refusesTokens(x, 'delete', 'DELETE', at(spare));
    await x.ask('delete, of another environment', 'DELETE', at(spare), { token: x.product.foreignToken });
    await x.ask('delete', 'DELETE', at(spare));
    await x.ask('delete, again', 'DELETE', at(spare));

    const path = `${list}/bulk-delete`;
    const ask = (note, json, options) => x.ask(`delete several, ${note}`, 'POST', path, { json, ...options });
    await ask('of another environment', { ids: [account] }, { token: x.product.foreignToken });
    await ask('some of which are gone', { ids: [account, limited, spare, nothing('ia')] });
    await ask('again', { ids: [account] });
    await ask('of none', { ids: [] });
    await ask('of another kind of id', { ids: [nothing('env')] });
    await ask('of what is no list', { ids: 'all' });
    await ask('of more than 100', { ids: Array(101).fill(nothing('ia')) });
    await refusesBodies(x, 'delete several', 'POST', path);
    await refusesTokens(x, 'delete several', 'POST', path);
}
