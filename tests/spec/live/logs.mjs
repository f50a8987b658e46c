import { setTimeout as sleep } from 'node:timers/promises';

import { nothing, refusesIds, refusesTokens } from './refusals.mjs';

/// The entries of calls that other parts have made, and their sums.
export async function logs(session, known) {
    const list = 'listLog';
    const of = { log_type: 'unified_proxy_api' };
    const first = await session.call(list, 200, 'of vendor calls', {
        query: { ...of, limit: 1, request_type: 'proxy', 'http_status_code[lt]': 400 },
        holds: ({ result }) => result[0].request_id.length > 3,
    });
    const [entry] = first.result;
    await session.call(list, 200, 'of one request', {
        query: { ...of, 'log_type_filter[request_id]': entry.request_id },
        holds: ({ result }) => result.some(({ id }) => id === entry.id),
    });
    await session.call(list, 200, 'of requests to MCP servers', {
        query: { log_type: 'mcp', 'error[exist]': true, 'sort_by[created_at]': 'asc' },
        holds: ({ result }) => result.every(({ error }) => error.length > 0),
    });
    await session.call(list, 200, 'of calls that are there no more', {
        query: { ...of, 'created_at[lt]': '2001-01-01T00:00:00Z' },
        holds: ({ result }) => result.length === 0,
    });
    for (const [note, query] of [
        ['with a time that is none', { 'created_at[gt]': 'yesterday' }],
        ['with a status that is no number', { http_status_code: 'bad' }],
        ['with another kind of account id', { integrated_account_id: nothing('wh') }],
        ['with an unknown format', { format: 'xml' }],
    ])
        await session.call(list, 400, note, { query: { ...of, ...query } });

    const get = 'getLogEntry';
    await session.call(get, 200, '', { path: { id: entry.id }, holds: ({ id }) => id === entry.id });
    await refusesIds(session, get, {}, 'log');
    await refusesTokens(session, get, { id: entry.id });
    await bodies(session, known);

    const hours = 'listLogHours';
    await session.call(hours, 200, 'of no account', { query: { integrated_account_id: nothing('ia'), 'hour[gte]': '2026-01-01T00:00:00Z' } });
    await session.call(hours, 400, 'with an unknown filter', { query: { colour: 'red' } });
    await refusesTokens(session, hours);
}

/// The bodies of a call, where the environment keeps them.
async function bodies(session, known) {
    const path = { id: known.environment };
    const change = 'updateEnvironment';
    await session.call(change, 200, 'that keeps bodies and wants structured limits', {
        path,
        json: { log_bodies_hours: 1, rate_limit_headers: 'both' },
        holds: (json) => json.log_bodies_hours === 1 && json.rate_limit_headers === 'both',
    });
    for (const json of [{ log_bodies_hours: 169 }, { log_bodies_hours: null }, { rate_limit_headers: 'all' }])
        await session.call(change, 400, `with ${JSON.stringify(json)}`, { path, json });
    const url = (rest) => `${session.baseUrl}${rest}`;
    const headers = { authorization: `Bearer ${session.token}` };
    const made = await fetch(url(`/proxy/tags?integrated_account_id=${known.account}&limit=1`), { headers });
    const filter = `log_type=unified_proxy_api&request_id=${made.headers.get('x-request-id')}`;
    let entry;
    for (let i = 0; i < 100 && !entry; ++i) {
        [entry] = (await (await fetch(url(`/log?${filter}`), { headers })).json()).result;
        if (!entry) await sleep(100);
    }
    await session.call('getLogEntry', 200, 'with its bodies', {
        path: { id: entry.id },
        holds: ({ response_body }) => response_body.includes('data'),
    });
    await session.call(change, 200, 'to what it was', { path, json: { log_bodies_hours: 0, rate_limit_headers: 'standard' } });
}
