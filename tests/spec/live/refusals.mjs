const megabyte = 1024 * 1024;

/// Well formed, and the id of nothing.
export const nothing = (prefix) => `${prefix}_01h455vb4pex5vsknk084sn02q`;

/// What every operation with an API token refuses.
export async function refusesTokens(session, id, path) {
    await session.call(id, 401, 'without a token', { path, token: null });
    await session.call(id, 401, 'with an unknown token', { path, token: `slx_api_${'0'.repeat(49)}` });
    await session.call(id, 400, 'with a broken query string', { path, query: 'a=%zz' });
    await refusesParameters(session, id, path);
}

/// A GET refuses a query parameter that it does not know. A list says so of its filters (`refusesFilters`), and the proxy
/// passes all to the vendor.
async function refusesParameters(session, id, path, token) {
    if (session.spec.operation(id).verb !== 'GET' || session.spec.takesAnyParameter(id)) return;
    await session.call(id, 400, 'with an unknown query parameter', {
        path,
        token,
        query: { unheard_of: 'red' },
        holds: ({ details }) => details.failures.length === 1,
    });
}

/// The same for those with an integrated-account token.
export async function refusesAccountTokens(session, id, path, token) {
    await session.call(id, 401, 'without a token', { path, token: null });
    await session.call(id, 401, 'with an unknown token', { path, token: `slx_acct_${'0'.repeat(49)}` });
    await session.call(id, 401, 'with an API token', { path });
    await session.call(id, 400, 'with a broken query string', { path, query: 'a=%zz' });
    await refusesParameters(session, id, path, token);
}

/// The same for those with a link token.
export async function refusesLinkTokens(session, id, path) {
    const holds = ({ error_type }) => error_type === 'invalid_token';
    await session.call(id, 401, 'without a token', { path, token: null, holds });
    await session.call(id, 401, 'with an unknown token', { path, token: `slx_link_${'0'.repeat(49)}`, holds });
    await session.call(id, 401, 'with an API token', { path, holds });
    await session.call(id, 400, 'with a broken query string', { path, token: null, query: 'a=%zz' });
    await refusesParameters(session, id, path, null);
}

/// What every operation with an id in its path refuses.
export async function refusesIds(session, id, path, prefix, json) {
    await session.call(id, 404, 'of nothing', { path: { ...path, id: nothing(prefix) }, json });
    const other = prefix === 'env' ? 'team' : 'env';
    await session.call(id, 404, 'with another kind of id', { path: { ...path, id: nothing(other) }, json });
}

/// What every operation that reads a JSON object refuses.
export async function refusesBodies(session, id, path, token) {
    const to = { path, token };
    await session.call(id, 400, 'with no JSON', { ...to, body: '{"a":', type: 'application/json' });
    await session.call(id, 400, 'with no object', { ...to, json: [] });
    await session.call(id, 400, 'with a member that is none', { ...to, json: { surprise: 1 } });
    await session.call(id, 413, 'with more than 1 MiB', { ...to, announce: megabyte + 1, type: 'application/json' });
    await session.call(id, 415, 'with a form', { ...to, body: 'a=b', type: 'application/x-www-form-urlencoded' });
    await refusesCodings(session, id, to);
}

/// What every operation refuses that may bring a body.
export async function refusesCodings(session, id, to) {
    const coded = { ...to, body: '{}', type: 'application/json' };
    await session.call(id, 415, 'with a coding that is not taken', {
        ...coded,
        headers: { ...to.headers, 'content-encoding': 'compress' },
        holds: (_, { headers }) => headers['accept-encoding'] === 'gzip, deflate, br',
    });
    await session.call(id, 400, 'with a body that is no br', {
        ...coded,
        headers: { ...to.headers, 'content-encoding': 'br' },
    });
}

/// What every list refuses.
export async function refusesFilters(session, id, path) {
    await session.call(id, 400, 'with an unknown filter', { path, query: { colour: 'red' } });
    await session.call(id, 400, 'with an unknown operator', { path, query: { 'created_at[near]': '2026-11-20' } });
    await session.call(id, 400, 'with a limit above the most', { path, query: { limit: 5001 } });
    await session.call(id, 400, 'with a foreign cursor', { path, query: { next_cursor: 'AAAA' } });
    await session.call(id, 400, 'with another order', { path, query: { 'sort_by[name]': 'asc' } });
}
