// What whole kinds of operations refuse.
import { nothing, noToken } from './section.mjs';

const megabyte = 1024 * 1024;

/// What every operation with an API token refuses.
export async function refusesTokens(x, of, method, path) {
    await x.ask(`${of}, without a token`, method, path, { token: null });
    await x.ask(`${of}, with an unknown token`, method, path, { token: noToken('api') });
    await x.ask(`${of}, with a broken query string`, method, path, { query: 'a=%zz' });
}

/// What every operation with an id in its path refuses. `at`: the path with an id.
export async function refusesIds(x, of, method, at, prefix, json) {
    const other = prefix === 'env' ? 'team' : 'env';
    await x.ask(`${of}, of nothing`, method, at(nothing(prefix)), { json });
    await x.ask(`${of}, with another kind of id`, method, at(nothing(other)), { json });
}

/// What every operation that reads a JSON object refuses.
export async function refusesBodies(x, of, method, path, token) {
    await x.ask(`${of}, with no JSON`, method, path, { token, body: '{"a":', type: 'application/json' });
    await x.ask(`${of}, with a list`, method, path, { token, json: [] });
    await x.ask(`${of}, with a member that is none`, method, path, { token, json: { surprise: 1 } });
    await x.ask(`${of}, with a form`, method, path, { token, body: 'a=b', type: 'application/x-www-form-urlencoded' });
    await x.ask(`${of}, with more than 1 MiB`, method, path, { token, announce: megabyte + 1, type: 'application/json' });
}

/// What every list refuses.
export async function refusesFilters(x, of, path) {
    for (const [note, query] of [
        ['with an unknown filter', { colour: 'red' }],
        ['with an unknown operator', { 'created_at[near]': '2020-01-01' }],
        ['with a limit above the most', { limit: 5001 }],
        ['with a limit that is no number', { limit: 'many' }],
        ['with a foreign cursor', { next_cursor: 'AAAA' }],
        ['with an empty cursor', { next_cursor: '' }],
        ['with another order', { 'sort_by[name]': 'asc' }],
    ])
        await x.ask(`${of}, ${note}`, 'GET', path, { query });
}
