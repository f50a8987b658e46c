import { refusesFilters, refusesTokens } from '../support/refusals.mjs';
import { nothing, noToken } from '../support/section.mjs';

/// API tokens: read only by REST.
export default async function tokens(x) {
    const list = '/api-token';
    const { json } = await x.ask('list', 'GET', list);
    const [{ id }] = json.result;
    await x.ask('list, with a limit', 'GET', list, { query: { limit: 1 } });
    await x.ask('list, with filters', 'GET', list, {
        query: {
            'name[like]': 'EXCH%',
            'created_at[gt]': '2020-01-01T00:00:00Z',
            'expires_at[exist]': 'false',
            'sort_by[created_at]': 'asc',
        },
    });
    await x.ask('list, that finds nothing', 'GET', list, { query: { 'name[in]': 'a,b' } });
    await refusesFilters(x, 'list', list);
    await refusesTokens(x, 'list', 'GET', list);
    await x.ask('get', 'GET', `${list}/${id}`);
    await x.ask('get, of another environment', 'GET', `${list}/${id}`, { token: x.product.foreignToken });
    await x.ask('get, of nothing', 'GET', `${list}/${nothing('tok')}`);
    await x.ask('get, with another kind of id', 'GET', `${list}/${nothing('env')}`);
    await x.ask('get, with what is no id', 'GET', `${list}/%00`);
    await refusesTokens(x, 'get', 'GET', `${list}/${id}`);
    const agent = x.mcpToken();
    await x.ask('list, with a token for MCP only', 'GET', list, { token: agent });
    await x.ask('list, with a token for MCP only among them', 'GET', list);
    for (const kind of ['acct', 'link', 'mcp', 'state'])
        await x.ask(`list, with a token of the kind ${kind}`, 'GET', list, { token: noToken(kind) });
}
