import { refusesBodies, refusesFilters, refusesTokens } from '../support/refusals.mjs';
import { nothing } from '../support/section.mjs';

const tool = (name, args, id = 1) => ({
    token: null,
    json: { jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args } },
});

/// MCP servers of all accounts of a tenant.
export default async function tenantServers(x) {
    await x.connect();
    const path = '/mcp-server';
    const create = (note, json) => x.ask(`create, ${note}`, 'POST', path, { json });
    const { json: made } = await create('of all', { name: 'All', tenant_id: 'acme' });
    await x.product.drain();
    await create('of some integrations, with filters and an end', {
        name: 'Some',
        tenant_id: 'acme',
        integrations: ['gorgias'],
        config: { methods: ['read'] },
        expires_at: '2100-12-31T00:00:00Z',
    });
    for (const [note, json] of [
        ['without a tenant', { name: 'x' }],
        ['of a tenant without accounts', { name: 'x', tenant_id: 'nobody' }],
        ['of integrations that it has not', { name: 'x', tenant_id: 'acme', integrations: ['hubspot'] }],
        ['with a method that is none', { name: 'x', tenant_id: 'acme', config: { methods: ['reed'] } }],
        ['with wrong types', { name: 5, tenant_id: [], integrations: 'x', config: 1 }],
    ])
        await create(note, json);
    await refusesBodies(x, 'create', 'POST', path);
    await refusesTokens(x, 'create', 'POST', path);

    await x.ask('list', 'GET', path, { query: { tenant_id: 'acme' } });
    await x.ask('list, of another tenant', 'GET', path, { query: { tenant_id: 'nobody' } });
    await refusesFilters(x, 'list', path);
    await refusesTokens(x, 'list', 'GET', path);

    const one = `${path}/${made.id}`;
    const none = `${path}/${nothing('mcp_srv')}`;
    await x.ask('get', 'GET', one);
    await x.ask('get, of nothing', 'GET', none);
    await x.ask('get, of another environment', 'GET', one, { token: x.product.foreignToken });
    await refusesTokens(x, 'get', 'GET', one);
    await oneAccount(x, made.token);
    await severalAccounts(x);

    const change = (note, json) => x.ask(`change, ${note}`, 'PATCH', one, { json });
    await change('all there is', { name: 'Changed', integrations: ['gorgias'], config: { tags: ['tickets'] } });
    await change('to a tag that is none', { config: { tags: ['unicorns'] } });
    await x.ask('change, of nothing', 'PATCH', none, { json: {} });
    await refusesBodies(x, 'change', 'PATCH', one);
    await refusesTokens(x, 'change', 'PATCH', one);

    await x.ask('rotate', 'POST', `${one}/rotate-token`, { json: { overlap_seconds: 60 } });
    await x.ask('rotate, with too long an overlap', 'POST', `${one}/rotate-token`, { json: { overlap_seconds: 604_801 } });
    await x.ask('rotate, of nothing', 'POST', `${none}/rotate-token`, { json: {} });
    await refusesTokens(x, 'rotate', 'POST', `${one}/rotate-token`);

    for (const name of ['list_all_gorgias_tickets', 'gorgias_list_all_gorgias_tickets', 'gorgias_list_all_tickets', 'nonsense'])
        await x.ask(`explain ${name}`, 'GET', `${one}/explain`, { query: { tool: name } });
    await x.ask('explain, of no tool', 'GET', `${one}/explain`);
    await x.ask('explain, of nothing', 'GET', `${none}/explain`, { query: { tool: 'x' } });
    await refusesTokens(x, 'explain', 'GET', `${one}/explain`);

    await refusesTokens(x, 'delete', 'DELETE', one);
    await x.ask('delete', 'DELETE', one);
    await x.ask('delete, again', 'DELETE', one);
}

async function oneAccount(x, token) {
    const at = `/mcp/${token}`;
    const initialize = { protocolVersion: '2025-11-25', capabilities: {} };
    await x.ask('a tenant with one account: initialize', 'POST', at, {
        token: null,
        json: { jsonrpc: '2.0', id: 1, method: 'initialize', params: initialize },
    });
    const teams = await firstTool(x, at, /teams/);
    await x.ask('a tenant with one account: a call', 'POST', at, tool(teams, { limit: 1 }));
    await x.ask(
        "a tenant with one account: a call by the account's name",
        'POST',
        at,
        tool('list_all_gorgias_teams', { limit: 1 }),
    );
}

/// Both are connected first: an account that a tenant has later is looked at by the worker, at a time of its own.
async function severalAccounts(x) {
    await x.connect({ tenant_id: 'beta' });
    await x.connect({ tenant_id: 'beta', region: 'eu' });
    const { token } = await x.make('POST', '/mcp-server', { name: 'Two', tenant_id: 'beta' });
    await x.product.drain();
    const at = `/mcp/${token}`;
    await x.ask('a tenant with two accounts: initialize', 'POST', at, {
        token: null,
        json: { jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {} } },
    });
    await x.ask('a tenant with two accounts: the tools', 'POST', at, {
        token: null,
        json: { jsonrpc: '2.0', id: 1, method: 'tools/list' },
    });
    const { name: teams, inputSchema } = (await toolsOf(x, at)).find(({ name }) => /teams/.test(name));
    const argument = Object.keys(inputSchema.properties).find((name) => /account/.test(name));
    const [choice] = inputSchema.properties[argument].enum;
    await x.ask('a tenant with two accounts: a call of neither', 'POST', at, tool(teams, { limit: 1 }));
    await x.ask('a tenant with two accounts: a call of one', 'POST', at, tool(teams, { limit: 1, [argument]: choice }));
    await x.ask('a tenant with two accounts: a call of none', 'POST', at, tool(teams, { limit: 1, [argument]: 'nobody' }));
}

async function toolsOf(x, at) {
    return (await x.make('POST', at, { jsonrpc: '2.0', id: 1, method: 'tools/list' })).result.tools;
}

async function firstTool(x, at, pattern) {
    return (await toolsOf(x, at)).map(({ name }) => name).filter((name) => pattern.test(name))[0];
}
