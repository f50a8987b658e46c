import { createHmac } from 'node:crypto';

import { refusesBodies, refusesFilters, refusesIds, refusesTokens } from '../support/refusals.mjs';
import { dataOf } from '../support/rpc.mjs';
import { nothing } from '../support/section.mjs';

const list = '/webhook';
const elsewhere = 'https://receiver.example/hook';

/// A developer's subscriptions, what they are sent, and its log.
export default async function webhooks(x) {
    const foreign = { token: x.product.foreignToken };
    const create = (note, json) => x.ask(`create, ${note}`, 'POST', list, { json });
    const { json: made } = await create('for all events', { target_url: `${x.vendor.url}/hook` });
    const { json: spare } = await create('for one event, not active', {
        target_url: elsewhere,
        event_types: ['integrated_account:deleted'],
        is_active: false,
    });
    for (const [note, json] of [
        ['at an address that may not be called', { target_url: 'https://10.0.0.1/' }],
        ['at what is no URL', { target_url: 'receiver' }],
        ['at a URL without TLS', { target_url: 'http://receiver.example/' }],
        ['of an unknown event', { target_url: elsewhere, event_types: ['account:created'] }],
        ['without an address', {}],
        ['with wrong types', { target_url: 5, event_types: 'x', is_active: 'yes' }],
    ])
        await create(note, json);
    await refusesBodies(x, 'create', 'POST', list);
    await refusesTokens(x, 'create', 'POST', list);

    await x.ask('list', 'GET', list);
    await x.ask('list, with filters', 'GET', list, {
        query: { is_active: 'false', 'target_url[like]': '%receiver.example%', 'updated_at[lt]': '2100-01-01T00:00:00Z' },
    });
    await refusesFilters(x, 'list', list);
    await refusesTokens(x, 'list', 'GET', list);

    const path = `${list}/${spare.id}`;
    await x.ask('get', 'GET', path);
    await x.ask('get, of another environment', 'GET', path, foreign);
    await refusesIds(x, 'get', 'GET', (id) => `${list}/${id}`, 'wh');
    await refusesTokens(x, 'get', 'GET', path);

    const change = (note, json) => x.ask(`change, ${note}`, 'PATCH', path, { json });
    await change('all there is', { target_url: `${elsewhere}/2`, event_types: [], is_active: false });
    await change('nothing', {});
    await change('to null', { target_url: null, event_types: null, is_active: null });
    await refusesIds(x, 'change', 'PATCH', (id) => `${list}/${id}`, 'wh', { is_active: true });
    await refusesBodies(x, 'change', 'PATCH', path);
    await refusesTokens(x, 'change', 'PATCH', path);

    const rotate = `${path}/rotate-secret`;
    await x.ask('rotate', 'POST', rotate);
    await x.ask('rotate, of another environment', 'POST', rotate, foreign);
    await x.ask('rotate, with more than 1 MiB', 'POST', rotate, { announce: 1024 * 1024 + 1 });
    await refusesIds(x, 'rotate', 'POST', (id) => `${list}/${id}/rotate-secret`, 'wh', {});
    await refusesTokens(x, 'rotate', 'POST', rotate);

    await refusesTokens(x, 'delete', 'DELETE', path);
    await x.ask('delete, of another environment', 'DELETE', path, foreign);
    await x.ask('delete', 'DELETE', path);
    await x.ask('delete, again', 'DELETE', path);
    await deliveries(x, made);
    await tests(x, made, foreign);
    await tooMany(x);
}

/// The two headers by which a receiver knows us, as api-spec tells it to check them.
function checked({ headers, body }, secret) {
    const hmac = (key, text, form) => createHmac('sha256', key).update(text).digest(form);
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    const text = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    const shown = (name, right) => (headers[name] === right ? 'as it should be' : `${headers[name]}, not ${right}`);
    return {
        'webhook-signature': shown('webhook-signature', `v1,${hmac(key, text, 'base64')}`),
        'x-sluice-signature': shown('x-sluice-signature', `format=sha256,v=${hmac(secret, body, 'hex')}`),
    };
}

/// What a receiver gets, as an exchange in which the product asks.
async function delivered(x, { secret }, event) {
    const delivery = await x.vendor.delivery(event);
    const { method, target, headers, body } = delivery;
    const request = {
        method,
        target,
        headers: { ...headers, 'content-length': '<of the body>', ...checked(delivery, secret) },
        body,
    };
    x.record(`the event ${event}`, request, { status: 204, reason: 'from the receiver', lines: [], body: Buffer.alloc(0) });
}

async function deliveries(x, webhook) {
    const account = await x.connect();
    for (const event of ['created', 'active']) await delivered(x, webhook, `integrated_account:${event}`);
    await x.make('PATCH', `/integrated-account/${account}`, { region: 'eu' });
    await delivered(x, webhook, 'integrated_account:updated');
    const { access_token, refresh_token } = await x.desk.tokens('tickets:read', 'offline');
    const token = { access_token, refresh_token, expires_at: '2100-01-01T00:00:00Z' };
    const renewable = await x.connect({
        authentication_method: 'oauth2',
        context: { subdomain: x.desk.context.subdomain, oauth: { token } },
    });
    await x.desk.revokeTokens();
    await x.quietly('POST', '/integrated-account/refresh-credentials', { id: renewable });
    await delivered(x, webhook, 'integrated_account:authentication_error');
    const { access_token: fresh } = await x.desk.tokens('tickets:read');
    await x.make('PATCH', `/integrated-account/${renewable}/credentials`, {
        context: { oauth: { token: { access_token: fresh } } },
    });
    await delivered(x, webhook, 'integrated_account:reactivated');
    const { path } = await x.mint(account, { approval_tags: ['macros'] });
    const params = { name: 'create_a_gorgias_macro', arguments: { name: 'x', actions: [] } };
    const asked = await x.make('POST', path, { jsonrpc: '2.0', id: 1, method: 'tools/call', params });
    await delivered(x, webhook, 'approval:requested');
    await x.make('POST', `/approval/${dataOf(asked.result).approval_id}`, { decision: 'decline' });
    await delivered(x, webhook, 'approval:declined');
    await x.make('DELETE', `/integrated-account/${account}`);
    await delivered(x, webhook, 'integrated_account:deleted');
}

async function tests(x, webhook, foreign) {
    const { id } = webhook;
    const test = (note, json, options) => x.ask(`test, ${note}`, 'POST', `${list}/test`, { json, ...options });
    const { json: sent } = await test('of one', { id });
    await delivered(x, webhook, 'test');
    await test('of nothing', { id: nothing('wh') });
    await test('of another environment', { id }, foreign);
    await test('without an id', {});
    await test('with another kind of id', { id: nothing('evt') });
    await refusesBodies(x, 'test', 'POST', `${list}/test`);
    await refusesTokens(x, 'test', 'POST', `${list}/test`);

    const path = `${list}/${id}/replay`;
    const replay = (note, json, at = path) => x.ask(`replay, ${note}`, 'POST', at, { json });
    await replay('of one event', { event_id: sent.event_id });
    await replay('of a span without events', { from: '2001-01-01 00:00:00', to: '2001-01-02T00:00:00Z' });
    await replay('of an event of nothing', { event_id: nothing('evt') });
    await replay('of neither an event nor a time', {});
    await replay('of an event and a time', { event_id: sent.event_id, from: '2020-01-01T00:00:00Z' });
    await replay('of a time that ends before it begins', { from: '2020-01-02T00:00:00Z', to: '2020-01-01T00:00:00Z' });
    await replay('of a time that is none', { from: 'yesterday' });
    await refusesIds(x, 'replay', 'POST', (one) => `${list}/${one}/replay`, 'wh', { event_id: sent.event_id });
    await refusesBodies(x, 'replay', 'POST', path);
    await refusesTokens(x, 'replay', 'POST', path);

    const of = { log_type: 'webhook', event_id: sent.event_id };
    await x.until('both attempts are logged', `/log?${new URLSearchParams(of)}`, ({ result }) => result.length === 2);
    const log = (note, query) => x.ask(`log, ${note}`, 'GET', '/log', { query });
    const { json: first } = await log('of one event', { ...of, limit: 1, 'created_at[gt]': '2020-01-01T00:00:00Z' });
    await log('of one event, the next page', {
        ...of,
        limit: 1,
        'created_at[gt]': '2020-01-01T00:00:00Z',
        next_cursor: first.next_cursor,
    });
    await log('with filters', { ...of, 'webhook_id[eq]': id, 'event[in]': 'test,other' });
    await log('that finds nothing', { log_type: 'webhook', webhook_id: nothing('wh') });
    await log('of no kind', {});
    await log('of an unknown kind', { log_type: 'api' });
    for (const [note, query] of [
        ['with an unknown filter', { colour: 'red' }],
        ['with a limit above the most', { limit: 5001 }],
        ['with another order', { 'sort_by[attempt]': 'asc' }],
        ['with another kind of id', { webhook_id: nothing('evt') }],
    ])
        await log(note, { log_type: 'webhook', ...query });
    await x.ask('log, without a token', 'GET', '/log', { token: null, query: { log_type: 'webhook' } });
    await x.ask('log, of another environment', 'GET', '/log', { ...foreign, query: of });
    await x.ask('rotate, of one that has a secret before', 'POST', `${list}/${id}/rotate-secret`);
}

async function tooMany(x) {
    const json = { target_url: elsewhere, is_active: false };
    for (let status = 201; status === 201;) ({ status } = await x.quietly('POST', list, json));
    await x.ask('create, beyond the most', 'POST', list, { json });
}
