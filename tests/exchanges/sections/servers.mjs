import { refusesBodies, refusesFilters, refusesIds, refusesTokens } from '../support/refusals.mjs';
import { nothing } from '../support/section.mjs';

/// MCP servers of one account.
export default async function servers(x) {
    const account = await x.connect();
    const at = (id) => `/integrated-account/${id}/mcp`;
    const path = at(account);
    const create = (note, json) => x.ask(`create, ${note}`, 'POST', path, { json });
    const { json: all } = await create('of all tools', { name: 'All' });
    await x.product.drain();
    const config = { methods: ['read', 'create_a_gorgias_message'], tags: ['tickets'], require_api_token_auth: true };
    const { json: some } = await create('with filters, an end and a second factor', {
        name: 'Reading',
        config,
        expires_at: '2100-12-31 00:00:00',
    });
    await create('with every setting', {
        name: 'Careful',
        expires_at: null,
        config: {
            tool_exposure: 'discovery',
            result_token_limit: 1000,
            approval_tags: ['destructive'],
            approval_link: false,
            idempotency_window_s: 60,
        },
    });
    for (const [note, json] of [
        ['with a method that is none', { name: 'x', config: { methods: ['reed'] } }],
        ['with a tag that is none', { name: 'x', config: { tags: ['unicorns'] } }],
        ['with filters that leave nothing', { name: 'x', config: { methods: ['write'], tags: ['statistics'] } }],
        ['that has ended', { name: 'x', expires_at: '2020-01-01T00:00:00Z' }],
        ['with an end that is none', { name: 'x', expires_at: '2030-02-30T25:00:00Z' }],
        ['with another exposure', { name: 'x', config: { tool_exposure: 'some' } }],
        ['with a limit below the least', { name: 'x', config: { result_token_limit: 499 } }],
        ['with a window above the most', { name: 'x', config: { idempotency_window_s: 86_401 } }],
        ['with an approval of what is none', { name: 'x', config: { approval_tags: ['destrutive'] } }],
        ['with a setting that is none', { name: 'x', config: { colour: 'red' } }],
        ['with wrong types', { name: [], config: [], expires_at: 5 }],
        ['with 1 000 filters', { name: 'x', config: { methods: Array(1000).fill('read') } }],
        ['with a name of 10 000 characters', { name: 'x'.repeat(10_000) }],
        ['with nothing', {}],
        ['with null', { name: null, config: null }],
    ])
        await create(note, json);
    await refusesIds(x, 'create', 'POST', at, 'ia', { name: 'x' });
    await refusesBodies(x, 'create', 'POST', path);
    await refusesTokens(x, 'create', 'POST', path);

    await x.ask('list', 'GET', path);
    const { json: first } = await x.ask('list, the first page', 'GET', path, { query: { limit: 2 } });
    await x.ask('list, the last page', 'GET', path, { query: { limit: 2, next_cursor: first.next_cursor } });
    await x.ask('list, with filters', 'GET', path, {
        query: {
            'name[like]': 'READ%',
            'expires_at[gt]': '2099-01-01T00:00:00Z',
            created_by: some.created_by,
            integrated_account_id: account,
        },
    });
    await refusesFilters(x, 'list', path);
    await refusesIds(x, 'list', 'GET', at, 'ia');
    await refusesTokens(x, 'list', 'GET', path);

    const one = `${path}/${some.id}`;
    const none = `${path}/${nothing('mcp_srv')}`;
    const foreign = { token: x.product.foreignToken };
    await x.ask('get', 'GET', one);
    await x.ask('get, of another environment', 'GET', one, foreign);
    await x.ask('get, of nothing', 'GET', none);
    await x.ask('get, of the account that is nothing', 'GET', `${at(nothing('ia'))}/${some.id}`);
    await x.ask('get, with another kind of id', 'GET', `${path}/${account}`);
    await refusesTokens(x, 'get', 'GET', one);

    const change = (note, json) => x.ask(`change, ${note}`, 'PATCH', one, { json });
    await change('the name, a filter and the end', { name: 'Still reading', config: { methods: ['read'] }, expires_at: null });
    await change('nothing', {});
    await change('a filter to null', { config: { tags: null } });
    await change('to null', { name: null, config: null });
    await change('to a tag that is none', { config: { tags: ['unicorns'] } });
    await change('to several mistakes', { name: '', expires_at: 'x', config: { tags: {} }, y: 1 });
    await x.ask('change, of nothing', 'PATCH', none, { json: {} });
    await refusesBodies(x, 'change', 'PATCH', one);
    await refusesTokens(x, 'change', 'PATCH', one);
    await explain(x, one, none);
    await rotate(x, path, all, none);

    await refusesTokens(x, 'delete', 'DELETE', one);
    await x.ask('delete, of another environment', 'DELETE', one, foreign);
    await x.ask('delete', 'DELETE', one);
    await x.ask('delete, again', 'DELETE', one);
}

async function explain(x, one, none) {
    await x.make('PATCH', one, { config: { methods: ['read'], tags: ['tickets'] } });
    for (const tool of [
        'list_all_gorgias_tickets',
        'create_a_gorgias_ticket',
        'list_all_gorgias_macros',
        'gorgias_files_upload',
        'list_tickets_gorgias',
        'tickets',
        'nonsense',
    ])
        await x.ask(`explain ${tool}`, 'GET', `${one}/explain`, { query: { tool } });
    await x.ask('explain, of no tool', 'GET', `${one}/explain`);
    await x.ask('explain, with more', 'GET', `${one}/explain`, { query: { tool: 'x', why: 'y' } });
    await x.ask('explain, of nothing', 'GET', `${none}/explain`, { query: { tool: 'x' } });
    await refusesTokens(x, 'explain', 'GET', `${one}/explain`);
}

async function rotate(x, path, { id, token }, none) {
    const turn = (note, json, at = `${path}/${id}`) => x.ask(`rotate, ${note}`, 'POST', `${at}/rotate-token`, { json });
    const ping = { token: null, json: { jsonrpc: '2.0', id: 1, method: 'ping' } };
    const { json: second } = await turn('with an overlap', { overlap_seconds: 60 });
    await x.ask('the token before, within the overlap', 'POST', `/mcp/${token}`, ping);
    await x.ask('the token after', 'POST', `/mcp/${second.token}`, ping);
    await turn('at once', { overlap_seconds: 0 });
    await x.ask('the token before, without an overlap', 'POST', `/mcp/${second.token}`, ping);
    await turn('without a body', undefined);
    await turn('with too long an overlap', { overlap_seconds: 604_801 });
    await turn('with an overlap that is none', { overlap_seconds: 'long' });
    await turn('with a member that is none', { surprise: 1 });
    await turn('of nothing', {}, none);
    await refusesTokens(x, 'rotate', 'POST', `${path}/${id}/rotate-token`);
}
