// One environment sees nothing of another, through any route.
import assert from 'node:assert/strict';

import { allRoutes } from '../support/routes.mjs';
import { send } from './support/exchange.mjs';
import { callTool, listTools } from './support/mcp.mjs';
import { connect, environment, mainEnvironment } from './support/product.mjs';
import { defer, eventually, file, test } from './support/test.mjs';

const ours = await mainEnvironment();
const theirs = await environment('isolation');
const account = await connect(file, ours);
const own = await connect(file, theirs);
const server = await account.mint();
const ownServer = await own.mint();
const document = await ours.api.ok('POST', '/documentation', {
    entity_type: 'environment_integration',
    entity_id: ours.installation,
    resource: 'voice_calls',
    method: 'list',
    type: 'note',
    value: 'A note of the first environment.',
});
defer(file, () => ours.api.delete(`/documentation/${document.id}`));
const [token] = await ours.api.all('/api-token');
const [ownToken] = await theirs.api.all('/api-token');
// Inactive: nobody listens there.
const subscription = { target_url: 'https://receiver.example/hook', is_active: false };
const webhook = await ours.api.ok('POST', '/webhook', subscription);
const ownWebhook = await theirs.api.ok('POST', '/webhook', subscription);
defer(file, () => ours.api.delete(`/webhook/${webhook.id}`));
defer(file, () => theirs.api.delete(`/webhook/${ownWebhook.id}`));
const channel = { type: 'slack', label: 'Operators', config: { url: 'https://hooks.receiver.example/services/x' }, is_active: false };
const destination = await ours.api.ok('POST', '/notification-destination', channel);
const ownDestination = await theirs.api.ok('POST', '/notification-destination', channel);
defer(file, () => ours.api.delete(`/notification-destination/${destination.id}`));
defer(file, () => theirs.api.delete(`/notification-destination/${ownDestination.id}`));
const { event_id } = await ours.api.ok('POST', '/webhook/test', { id: webhook.id });
const tenant_id = account.simulated.subdomain;
const tenantServer = await ours.api.ok('POST', '/mcp-server', { name: 'e2e', tenant_id });
const guarded = await account.mint({ approval_tags: ['macros'], approval_link: true });
const { approval_id, approval_url } = (
    await callTool(guarded.url, 'create_a_gorgias_macro', { name: 'Ours', actions: [] })
).data;
const begin = (where, subdomain) =>
    where.api.ok('POST', '/connection', { tenant_id: subdomain, integration: 'gorgias', context: { subdomain } });
const connection = await begin(ours, account.simulated.subdomain);
const ownConnection = await begin(theirs, own.simulated.subdomain);

await account.proxy.get('/tickets', { limit: 1 });
const entry = await eventually('an entry of the call log', 10, async () => {
    const page = await ours.api.ok('GET', `/log?log_type=unified_proxy_api&integrated_account_id=${account.id}&limit=1`);
    return page.result[0];
});

const routes = allRoutes();

test('the table of routes is read', () => {
    assert.ok(routes.length > 30);
    assert.ok(routes.some(({ method, path }) => method === 'DELETE' && path === '/integrated-account/{id}'));
});

/// Everything that could show or take away something of the first environment.
const snapshot = async () => ({
    account: { ...(await account.account()), rate_limit: undefined }, // The vendor's bucket drains meanwhile.
    server: await ours.api.ok('GET', `/integrated-account/${account.id}/mcp/${server.id}`),
    document: await ours.api.ok('GET', `/documentation/${document.id}`),
    installation: await ours.api.ok('GET', `/environment-integration/${ours.installation}`),
    token: await ours.api.ok('GET', `/api-token/${token.id}`),
    // Other files make things in this environment at the same time.
    environment: { ...(await ours.api.ok('GET', `/environment/${ours.id}`)), quotas: undefined },
    webhook: await ours.api.ok('GET', `/webhook/${webhook.id}`),
    destination: await ours.api.ok('GET', `/notification-destination/${destination.id}`),
    connection: await ours.api.ok('GET', `/connection/${connection.id}`),
    tenantServer: await ours.api.ok('GET', `/mcp-server/${tenantServer.id}`),
    approval: await ours.api.ok('GET', `/approval/${approval_id}`),
    tools: await listTools(server.url),
    calls: (await account.simulated.state()).calls,
});
const idsOfOurs = [
    ...[account.id, server.id, server.token, document.id, ours.installation, token.id, ours.id],
    ...[webhook.id, destination.id, event_id, connection.id, tenantServer.id, approval_id, approval_url],
];
const showsOurs = (text) => [...idsOfOurs, account.simulated.subdomain].some((each) => text.includes(each));

/// By the path: its ids, a body that would be right in the other environment, and the query.
const cases = {
    '/api-token/{id}': [{ id: token.id }],
    '/documentation/{id}': [{ id: document.id }, { value: 'Changed.' }],
    '/environment-integration/{id}': [{ id: ours.installation }, { is_enabled: false }],
    '/integrated-account/{id}': [{ id: account.id }, { tenant_id: 'stolen' }],
    '/integrated-account/{id}/credentials': [{ id: account.id }, { context: { api_key: 'stolen' } }],
    '/integrated-account/{id}/tools': [{ id: account.id }],
    '/integrated-account/{id}/rate-limit': [{ id: account.id }],
    '/integrated-account/{id}/capabilities': [{ id: account.id }],
    '/integrated-account/{id}/refresh-schema': [{ id: account.id }, {}],
    '/integrated-account/token': [{}, { id: account.id }],
    '/integrated-account/refresh-credentials': [{}, { id: account.id }],
    '/environment/{id}': [{ id: ours.id }, { theme: { name: 'stolen' } }],
    '/webhook/{id}': [{ id: webhook.id }, { target_url: 'https://thief.example/' }],
    '/webhook/test': [{}, { id: webhook.id }],
    '/webhook/{id}/replay': [{ id: webhook.id }, { event_id }],
    '/webhook/{id}/rotate-secret': [{ id: webhook.id }, {}],
    '/notification-destination/{id}': [{ id: destination.id }, { label: 'stolen' }],
    '/notification-destination/{id}/test': [{ id: destination.id }, {}],
    '/connection/{id}': [{ id: connection.id }],
    '/integrated-account/{id}/mcp': [{ id: account.id }, { name: 'stolen', config: {} }],
    '/integrated-account/{id}/mcp/{server_id}': [{ id: account.id, server_id: server.id }, { name: 'stolen' }],
    '/integrated-account/{id}/mcp/{server_id}/rotate-token': [{ id: account.id, server_id: server.id }, {}],
    '/integrated-account/{id}/mcp/{server_id}/explain': [{ id: account.id, server_id: server.id }, undefined, '?tool=x'],
    '/mcp-server/{server_id}': [{ server_id: tenantServer.id }, { name: 'stolen' }],
    '/mcp-server/{server_id}/rotate-token': [{ server_id: tenantServer.id }, {}],
    '/mcp-server/{server_id}/explain': [{ server_id: tenantServer.id }, undefined, '?tool=x'],
    '/log/{id}': [{ id: entry.id }],
    '/approval/{id}': [{ id: approval_id }, { decision: 'approve' }],
    '/tools/execute/{name}': [
        { name: 'update_a_gorgias_ticket_by_id' },
        { integrated_account_id: account.id, arguments: { id: 1, spam: true } },
    ],
    '/batch-request': [{}, { integrated_account_id: account.id, resources: [{ resource: 'tickets' }] }],
    '/proxy/{resource}': [{ resource: 'tickets' }, { name: 'stolen' }, `?integrated_account_id=${account.id}`],
    '/proxy/{resource}/{item}': [{ resource: 'tickets', item: '1' }, { spam: true }, `?integrated_account_id=${account.id}`],
    '/custom/{path}': [{ path: 'api/tickets' }, { spam: true }, `?integrated_account_id=${account.id}`],
};
const withoutIds = [
    ...['/api-token', '/integration', '/documentation', '/environment-integration', '/integrated-account'],
    ...['/environment', '/webhook', '/notification-destination', '/log', '/log/hours', '/mcp-server', '/approval'],
];
/// Integrations are everybody's. Bodies of these are told apart below: ids of others are refused with 400, or passed over.
const elsewhere = [
    ...['/integration/{id}', '/integration/{id}/capabilities'],
    ...['/link-token', '/connection', '/integrated-account/bulk-delete', '/integrated-account/demo'],
    '/live', // live.test.mjs looks at what it tells.
];
const fill = (path, ids) => path.replace(/\{(\w+)\}/g, (_, name) => ids[name]);

/// What no token may: teams.test.mjs looks at these.
const isOfPeople = (needs) => /^(people|audit|team)_|^api_tokens_write$/.test(needs);

for (const { method, path, access, needs } of routes) {
    if (!['caller', 'any_token'].includes(access) || withoutIds.includes(path) || elsewhere.includes(path) || isOfPeople(needs)) continue;
    test(`${method} ${path} with ids of another environment: 404, nothing happens`, async () => {
        assert.ok(cases[path], 'a new route needs a case in this test');
        const [ids, body, query = ''] = cases[path];
        const before = await snapshot();
        const takesBody = ['POST', 'PUT', 'PATCH'].includes(method);
        const exchange = await theirs.api.send(method, fill(path, ids) + query, takesBody ? body : undefined);
        assert.equal(exchange.status, 404);
        const shape = (each) => each.text === '' ? [] : Object.keys(each.json); // HEAD has no body.
        assert.equal(shape(exchange).includes('is_remote_error'), false);
        assert.equal(showsOurs(exchange.text), false);
        assert.deepEqual(await snapshot(), before);
        const zeroed = (id) => (typeof id === 'string' ? id.replace(/_[^_]{26}$/, `_${'0'.repeat(26)}`) : id);
        const allZeroed = (from) => Object.fromEntries(Object.entries(from).map(([name, id]) => [name, zeroed(id)]));
        const unknownQuery = query.replace(/ia_\w+/, `ia_${'0'.repeat(26)}`);
        const unknownBody = takesBody ? allZeroed(body) : undefined;
        const never = await theirs.api.send(method, fill(path, allZeroed(ids)) + unknownQuery, unknownBody);
        assert.deepEqual(shape(exchange), shape(never), 'as for an id that exists nowhere');
        assert.equal(never.status, 404);
    });
}

test('a tenant of another environment has no accounts in the own', async () => {
    const exchange = await theirs.api.post('/mcp-server', { name: 'stolen', tenant_id });
    assert.equal(exchange.status, 404);
    const own = await theirs.api.ok('POST', '/mcp-server', { name: 'own', tenant_id: (await theirs.api.all('/integrated-account'))[0].tenant_id });
    assert.equal(showsOurs(JSON.stringify(own)), false);
});

test('a tenant of another environment has no tool in the own', async () => {
    const before = await snapshot();
    const exchange = await theirs.api.post('/tools/execute/list_all_gorgias_tickets', { tenant_id });
    assert.equal(exchange.status, 404);
    assert.equal(showsOurs(exchange.text), false);
    assert.deepEqual(await snapshot(), before);
});

test('an event of another environment is not replayed to the own webhook', async () => {
    const path = `/webhook/${ownWebhook.id}/replay`;
    assert.equal((await theirs.api.post(path, { event_id })).status, 404);
    await theirs.api.ok('POST', '/webhook/test', { id: ownWebhook.id });
    const { deliveries } = await theirs.api.ok('POST', path, { from: '2001-01-01T00:00:00Z' });
    const between = { from: webhook.created_at, to: ownWebhook.created_at };
    assert.ok(deliveries > 0);
    assert.equal((await theirs.api.ok('POST', path, between)).deliveries, 0);
});

test('accounts of another environment are not deleted with the own', async (t) => {
    const mine = await connect(t, theirs);
    const before = await snapshot();
    const { deleted } = await theirs.api.ok('POST', '/integrated-account/bulk-delete', { ids: [account.id, mine.id] });
    assert.deepEqual(deleted, [mine.id]);
    assert.deepEqual(await snapshot(), before);
});

test('an integrated-account token of one environment calls nothing of another', async () => {
    const { integrated_account_token: secret } = await theirs.api.ok('POST', '/integrated-account/token', { id: own.id });
    const headers = { authorization: `Bearer ${secret}` };
    const get = (path) => send('GET', ours.api.url + path, { headers });
    const before = await snapshot();
    assert.equal((await get(`/proxy/tickets?integrated_account_id=${account.id}`)).status, 403);
    assert.equal((await get('/integrated-account/me')).json.id, own.id);
    assert.equal((await get(`/integrated-account/${account.id}`)).status, 401);
    assert.deepEqual(await snapshot(), before);
});

test('a link of one environment offers, connects and shows nothing of another', async () => {
    const { link_token } = await theirs.api.ok('POST', '/link-token', { tenant_id: 'x' });
    const headers = { authorization: `Bearer ${link_token}`, 'content-type': 'application/json' };
    const session = await send('GET', `${ours.api.url}/connect/session`, { headers });
    assert.deepEqual(session.json.integrations.map((each) => each.environment_integration_id), [theirs.installation]);
    const before = await snapshot();
    const { subdomain, email, apiKey: api_key } = account.simulated;
    const refused = await send('POST', `${ours.api.url}/connect/session`, {
        headers,
        body: {
            environment_integration_id: ours.installation,
            authentication_method: 'api_key',
            context: { subdomain, email, api_key },
        },
    });
    assert.equal(refused.status, 400);
    const found = await send('GET', `${ours.api.url}/connect/session/connection/${connection.id}`, { headers });
    assert.equal(found.status, 401);
    assert.equal(showsOurs(found.text), false);
    assert.deepEqual(await snapshot(), before);
});

test('an unknown id is explained every time, not only the first', async () => {
    for (const path of [`/integrated-account/${account.id}/tools`, `/proxy/tickets?integrated_account_id=${account.id}`])
        for (let i = 0; i < 6; ++i) {
            const { status, json } = await theirs.api.get(path);
            assert.equal(status, 404);
            assert.match(json.message, /integrated account/);
        }
});

test('a server of another account of the same environment is not reached through this one', async (t) => {
    const second = await connect(t, ours);
    for (const method of ['GET', 'PATCH', 'DELETE']) {
        const path = `/integrated-account/${second.id}/mcp/${server.id}`;
        const exchange = await ours.api.send(method, path, method === 'PATCH' ? { name: 'x' } : undefined);
        assert.equal(exchange.status, 404);
    }
    assert.ok((await listTools(server.url)).length > 0);
});

async function listsOnlyTheirs(path, asked) {
    const exchange = await theirs.api.get(asked);
    assert.ok([200, 400].includes(exchange.status));
    const shown = (exchange.json.result ?? []).filter((row) => (row.environment_id ?? theirs.id) !== theirs.id);
    assert.deepEqual(shown, []);
    if (path === '/environment') assert.ok((exchange.json.result ?? []).every(({ id }) => id === theirs.id));
    if (exchange.status === 200) assert.equal(showsOurs(exchange.text), false);
}

for (const path of withoutIds.filter((each) => each !== '/integration'))
    test(`GET ${path} lists the own environment only, whatever the filter`, async () => {
        for (const query of [
            '',
            `?environment_id=${ours.id}`,
            `?environment_id[ne]=${theirs.id}`,
            `?environment_id[in]=${ours.id},${theirs.id}`,
            `?tenant_id=${account.simulated.subdomain}`,
            `?tenant_id[like]=%25`,
            '?limit=100&sort_by[created_at]=asc',
        ]) {
            const types = path === '/log' ? ['webhook', 'notification_destination', 'unified_proxy_api', 'mcp'] : [undefined];
            for (const type of types) {
                const kind = type ? `${query ? '&' : '?'}log_type=${type}` : '';
                await listsOnlyTheirs(path, path + query + kind);
            }
        }
    });

test('a cursor of one environment is not taken in the other', async () => {
    await account.mint();
    const { next_cursor } = await ours.api.ok('GET', `/integrated-account/${account.id}/mcp?limit=1`);
    assert.equal(typeof next_cursor, 'string');
    for (const path of [`/integrated-account/${own.id}/mcp`, `/integrated-account/${account.id}/mcp`, '/integrated-account'])
        assert.ok([400, 404].includes((await theirs.api.get(`${path}?limit=1&next_cursor=${next_cursor}`)).status));
});

for (const [path, body] of [
    ['/integrated-account', { tenant_id: 'x', environment_integration_id: ours.installation,
        authentication_method: 'api_key', context: { subdomain: 'x', email: 'a@x.example', api_key: 'k' } }],
    ['/documentation', { entity_type: 'environment_integration', entity_id: ours.installation, resource: 'tickets',
        method: 'list', type: 'note', value: 'x' }],
    ['/environment-integration', { integration_id: ours.integration, environment_id: ours.id }],
    ['/webhook', { target_url: 'https://receiver.example/', environment_id: ours.id }],
    ['/notification-destination', { ...channel, environment_id: ours.id }],
    ['/link-token', { integrated_account_id: account.id }],
    ['/connection', { integrated_account_id: account.id }],
    ['/integrated-account', { tenant_id: 'x', environment_integration_id: theirs.installation, environment_id: ours.id,
        authentication_method: 'api_key', context: { subdomain: 'x', email: 'a@x.example', api_key: 'k' } }],
])
    test(`POST ${path} that refers to another environment (${Object.keys(body).join(', ')}) is 400`, async () => {
        const isListed = routes.some((each) => each.method === 'GET' && each.path === path);
        const listed = async () => (isListed ? [await ours.api.all(path), await theirs.api.all(path)] : []);
        const before = await listed();
        assert.equal((await theirs.api.post(path, body)).status, 400);
        assert.deepEqual(await listed(), before);
    });

test('a change in one environment leaves tools of the other as they are', async () => {
    const before = await listTools(server.url);
    const { id } = await theirs.api.ok('POST', '/documentation', {
        entity_type: 'integration',
        entity_id: theirs.integration,
        resource: 'tickets',
        method: 'list',
        type: 'description',
        value: 'Changed by another environment.',
    });
    const changed = (await listTools(ownServer.url)).find((tool) => tool.name === 'list_all_gorgias_tickets');
    assert.match(changed.description, /Changed/);
    assert.deepEqual(await listTools(server.url), before);
    await theirs.api.ok('DELETE', `/documentation/${id}`);
});

test('no route without its token', async () => {
    for (const { method, path, access } of routes) {
        if (!['caller', 'session', 'account_token', 'any_token'].includes(access)) continue;
        const target = fill(path, { ...cases[path]?.[0], id: account.id, resource: 'tickets', item: '1' });
        for (const headers of [
            {},
            { authorization: `Bearer ${server.token}` },
            { authorization: `Bearer ${theirs.token.slice(0, -2)}` },
            { authorization: theirs.token },
            { 'sluice-api-token': theirs.token },
        ]) {
            const { status, headers: answer } = await send(method, ours.api.url + target, { headers });
            assert.equal(status, 401, `${method} ${target}`);
            assert.match(answer['www-authenticate'], /^Bearer/);
        }
    }
});

test('the own ids work on every route that reads', async () => {
    for (const path of [
        `/api-token/${ownToken.id}`,
        `/integration/${theirs.integration}`,
        `/environment-integration/${theirs.installation}`,
        `/integrated-account/${own.id}`,
        `/integrated-account/${own.id}/tools`,
        `/integrated-account/${own.id}/mcp`,
        `/integrated-account/${own.id}/mcp/${ownServer.id}`,
        `/integrated-account/${own.id}/capabilities`,
        `/environment/${theirs.id}`,
        `/webhook/${ownWebhook.id}`,
        `/notification-destination/${ownDestination.id}`,
        `/connection/${ownConnection.id}`,
        `/proxy/tickets?limit=1&integrated_account_id=${own.id}`,
    ])
        assert.equal((await theirs.api.get(path)).status, 200);
});
