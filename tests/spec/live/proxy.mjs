import { imported } from './account_tokens.mjs';
import { nothing, refusesCodings, refusesTokens } from './refusals.mjs';

const megabyte = 1024 * 1024;

/// The path and what refuses before the vendor is asked: the same for all of them.
const operations = {
    proxyList: { path: { resource: 'tags' }, match: 'GET /api/tags' },
    proxyCreate: { path: { resource: 'tags' }, match: 'POST /api/tags', json: { name: 'spec-refused' }, writes: true },
    proxyGet: { path: { resource: 'tags', item: '1' }, match: 'GET /api/tags/{id}' },
    proxyCustom: {
        path: { resource: 'tags', item: 'bulk_delete' },
        match: 'DELETE /api/tags',
        json: { ids: [1] },
        writes: true,
    },
    proxyReplace: {
        path: { resource: 'tags', item: '1' },
        match: 'PUT /api/tags/{id}',
        json: { name: 'x' },
        writes: true,
    },
    proxyUpdate: {
        path: { resource: 'tags', item: '1' },
        match: 'PUT /api/tags/{id}',
        json: { name: 'x' },
        writes: true,
    },
    proxyDelete: { path: { resource: 'tags', item: '1' }, match: 'DELETE /api/tags/{id}', writes: true },
};

export async function proxy(session, known) {
    await reads(session, known);
    await writes(session, known);
    await custom(session, known);
    for (const [id, operation] of Object.entries(operations)) {
        await refusals(session, known, id, operation);
        await vendorAnswers(session, known, id, operation);
    }
    await deadCredentials(session, known);
    await endedTokens(session, known);
    await switches(session, known);
}

async function reads(session, known) {
    const { product } = known;
    const query = { integrated_account_id: known.account };
    const tickets = { resource: 'tickets' };
    const page = await session.call('proxyList', 200, '', {
        path: tickets,
        query: { ...query, limit: 2, order_by: 'created_datetime:asc' },
        holds: (json, { headers }) => json.result_count === 2 && headers['ratelimit-limit'] === '40',
    });
    known.ticket = page.result[0].id;
    await session.call('proxyList', 200, 'the next page', {
        path: tickets,
        query: { ...query, limit: 3, order_by: 'created_datetime:asc', next_cursor: page.next_cursor },
        holds: (json) => json.result_count === 3 && json.result[0].id !== page.result[0].id,
    });
    await session.call('proxyList', 200, 'of a resource with a parent', {
        path: { resource: 'ticket_tags' },
        query: { ...query, ticket_id: known.ticket },
        holds: (json) => json.next_cursor === null,
    });
    await session.call('proxyList', 400, "without the parent's id", { path: { resource: 'ticket_tags' }, query });
    await session.call('proxyList', 400, "with a limit above the vendor's", {
        path: tickets,
        query: { ...query, limit: 101 },
    });
    await session.call('proxyList', 400, 'with a foreign cursor', {
        path: tickets,
        query: { ...query, next_cursor: 'AAAA' },
    });
    await session.call('proxyList', 400, 'that the vendor refuses', {
        path: tickets,
        query: { ...query, order_by: 'colour' },
    });
    await product.fault('GET /api/tickets', { status: 200, content_type: 'text/csv', body: 'id\n1\n' });
    await session.call('proxyList', 200, 'as a file', {
        path: tickets,
        query,
        holds: (_, { headers, body }) => headers['content-type'] === 'text/csv' && body.toString() === 'id\n1\n',
    });
    await product.fault('GET /api/tickets', { status: 200, body: { data: {} } });
    await session.call('proxyList', 502, 'when the vendor answers no list', { path: tickets, query });
    await product.fault('GET /api/tickets', {
        status: 200,
        body: { data: [], meta: { next_cursor: null } },
        headers: { 'Access-Control-Allow-Origin': '*', 'Set-Cookie': 'a=b', 'X-Request-Id': 'theirs' },
    });
    await session.call('proxyList', 200, 'without the headers that must not cross', {
        path: tickets,
        query,
        holds: (_, { headers }) =>
            !('access-control-allow-origin' in headers) &&
            !('set-cookie' in headers) &&
            headers['x-request-id'] !== 'theirs',
    });
    for (const [note, own] of [
        ["with the account's token", {}],
        ["with the account's token and its id", query],
    ])
        await session.call('proxyList', 200, note, {
            path: tickets,
            query: { ...own, limit: 1 },
            token: known.accountToken,
            holds: (json) => json.result_count === 1,
        });
    const item = { resource: 'tickets', item: known.ticket };
    await session.call('proxyGet', 200, '', { path: item, query, holds: ({ id }) => id === known.ticket });
    await product.fault('GET /api/tickets/{id}', { status: 200, content_type: 'image/png', body: 'not really' });
    await session.call('proxyGet', 200, 'as a file', {
        path: item,
        query,
        holds: (_, { headers }) => headers['content-type'] === 'image/png',
    });
    await session.call('proxyGet', 404, 'of nothing at the vendor', {
        path: { ...item, item: '1' },
        query,
        holds: (json) => json.is_remote_error === true,
    });
    await session.call('proxyGet', 400, 'of .. at the vendor', { path: { ...item, item: '..' }, query });
    await session.call('proxyCustom', 201, '', {
        path: { resource: 'search', item: 'search' },
        query,
        json: { type: 'customer', query: 'a', size: 1 },
        holds: (json) => Array.isArray(json.result.data),
    });
    await session.call('proxyCustom', 200, 'with pages', {
        path: { resource: 'view_items', item: 'search' },
        query: { ...query, view_id: 0, limit: 2 },
        json: { view: { type: 'ticket-list', filters: 'eq(ticket.status, "open")' } },
        holds: (json) => Array.isArray(json.result) && json.prev_cursor === null,
    });
    await session.call('proxyCustom', 200, 'of a method without an item', {
        path: { resource: 'account', item: 'get' },
        query,
        holds: (json) => typeof json.domain === 'string',
    });
}

async function writes(session, known) {
    const query = { integrated_account_id: known.account };
    const tags = { resource: 'tags' };
    const tag = await session.call('proxyCreate', 201, '', { path: tags, query, json: { name: 'spec' } });
    await session.call('proxyCreate', 201, 'untouched', {
        path: tags,
        query: { ...query, body_passthrough: 'true' },
        json: { name: 'spec-two' },
    });
    await session.call('proxyCreate', 201, 'untouched, under the other name', {
        path: tags,
        query: { ...query, truto_body_passthrough: 'true' },
        json: { name: 'spec-three' },
    });
    await known.product.fault('POST /api/tags', { status: 202, body: '' });
    await session.call('proxyCreate', 202, "with nothing but a status of the vendor's", {
        path: tags,
        query,
        json: { name: 'spec-four' },
    });
    await known.product.fault('POST /api/tags', { status: 200, body: { id: 1 } });
    await session.call('proxyCreate', 200, "with another status of the vendor's", {
        path: tags,
        query,
        json: { name: 'x' },
    });
    await session.call('proxyCreate', 400, 'with no JSON', {
        path: tags,
        query,
        body: '{"a":',
        type: 'application/json',
    });
    await session.call('proxyCreate', 413, 'with JSON above 4 MiB', {
        path: tags,
        query,
        json: { name: 'x'.repeat(4 * megabyte) },
    });
    await session.call('proxyCreate', 409, 'when the item has moved', {
        ...(await moved(known)),
        holds: (json) => json.remote_status === 307,
    });

    const path = { ...tags, item: tag.id };
    for (const id of ['proxyUpdate', 'proxyReplace']) {
        await session.call(id, 202, '', {
            path,
            query,
            json: { name: `spec-${id}` },
            holds: ({ name }) => name === `spec-${id}`,
        });
        await known.product.fault('PUT /api/tags/{id}', { status: 200, body: { id: 1 } });
        await session.call(id, 200, "with another status of the vendor's", { path, query, json: { name: 'x' } });
    }
    await session.call('proxyDelete', 200, '', { path, query, holds: (json) => json.id === String(tag.id) });
    await keys(session, known);
    await session.call('proxyDelete', 404, 'again', { path, query, holds: (json) => json.is_remote_error === true });
}

/// Paths of the vendor's own.
async function custom(session, known) {
    const query = { integrated_account_id: known.account };
    const tags = { path: 'api/tags' };
    await session.call('customGet', 200, '', {
        path: tags,
        query: { ...query, limit: 1 },
        holds: (json, { headers }) => json.data.length === 1 && headers['ratelimit-limit'] === '40',
    });
    await session.call('customGet', 200, "with the account's token", { path: tags, token: known.accountToken });
    await session.call('customHead', 200, '', { path: tags, query, holds: (_, { body }) => body.length === 0 });
    await known.product.fault('GET /api/tags', { status: 304, body: '', headers: { ETag: '"7"' } });
    await session.call('customGet', 304, '', { path: tags, query, headers: { 'if-none-match': '"7"' } });
    const tag = await session.call('customPost', 201, '', { path: tags, query, json: { name: 'custom' } });
    const one = { path: `api/tags/${tag.id}` };
    await session.call('customPut', 202, '', { path: one, query, json: { name: 'custom-two' } });
    await known.product.fault(`PATCH /${one.path}`, { status: 200, body: { id: tag.id } });
    await session.call('customPatch', 200, '', { path: one, query, json: { name: 'custom-three' } });
    await session.call('customPatch', 405, 'that the vendor does not know', {
        path: one,
        query,
        json: {},
        holds: (json) => json.is_remote_error === true,
    });
    await session.call('customDelete', 204, '', { path: one, query });
    await session.call('customDelete', 404, 'again', { path: one, query, holds: (json) => json.is_remote_error === true });
    for (const [id, json] of [['customGet'], ['customPost', {}], ['customPut', {}], ['customPatch', {}], ['customDelete']]) {
        await refusesTokens(session, id, tags);
        await session.call(id, 400, 'without an account', { path: tags, json });
        await session.call(id, 403, "with another account's token", {
            path: tags,
            json,
            query: { integrated_account_id: known.limited },
            token: known.accountToken,
        });
        for (const path of ['api/%2e%2e/oauth', 'api//tags', 'api/a%2Fb', 'api/..%5cb'])
            await session.call(id, 400, `to ${path}`, {
                path: { path },
                query,
                json,
                holds: ({ details }) => details.failures[0].path === 'path',
            });
    }
    await session.call('customHead', 400, 'without an account', { path: tags });
    const pages = { format: 'cursor', config: { items: 'data', next: 'meta.next_cursor', cursor_parameter: 'cursor', limit_parameter: 'limit' } };
    const search = { path: 'api/search' };
    await known.product.fault('POST /api/search', { status: 200, body: { data: [{ id: 1 }], meta: { next_cursor: 'c2' } } });
    await session.call('customPost', 200, 'read as a list', {
        path: search,
        query: { ...query, limit: 1 },
        json: { type: 'customer', methodConfig: { pagination: pages } },
        holds: (json) => json.result_count === 1 && typeof json.next_cursor === 'string',
    });
    await session.call('customPost', 403, 'that is read otherwise, with the account\'s token', {
        path: search,
        token: known.accountToken,
        json: { methodConfig: { pagination: pages } },
    });
    await session.call('customPost', 400, 'to another host', {
        path: search,
        query,
        json: { methodConfig: { base_url: 'https://evil.example' } },
        holds: ({ details }) => details.failures[0].path === 'methodConfig.base_url',
    });
    await session.call('customPost', 413, 'with too large a body', {
        path: tags,
        query,
        announce: 5 * 1024 * megabyte + 1,
        type: 'application/octet-stream',
    });
}

/// A write with a key is made once.
async function keys(session, known) {
    const query = { integrated_account_id: known.account };
    for (const [id, path, json] of [
        ['proxyCreate', { resource: 'tags' }, { name: 'spec-key' }],
        ['proxyCustom', { resource: 'tags', item: 'bulk_delete' }, { ids: [1] }],
        ['proxyReplace', { resource: 'tags', item: '1' }, { name: 'x' }],
        ['proxyUpdate', { resource: 'tags', item: '1' }, { name: 'x' }],
        ['proxyDelete', { resource: 'tags', item: '1' }, undefined],
    ]) {
        const headers = { 'idempotency-key': `spec-${id}` };
        await known.product.fault(operations[id].match, { status: 200, body: { id: 1 } });
        await session.call(id, 200, 'with a key', { path, query, json, headers });
        await session.call(id, 200, 'again with its key', {
            path,
            query,
            json,
            headers,
            holds: (_, { headers }) => headers['idempotent-replayed'] === 'true',
        });
        await session.call(id, 422, 'with the key of another body', {
            path,
            query,
            json: { name: 'other' },
            headers,
            holds: (body) => !('is_remote_error' in body) && /Idempotency-Key/.test(body.message),
        });
        await session.call(id, 400, 'with a key that is none', {
            path,
            query,
            json,
            headers: { 'idempotency-key': 'two words' },
            holds: (body) => body.details.failures[0].path === 'Idempotency-Key',
        });
    }
}

async function moved(known) {
    await known.product.fault('POST /api/tags', { status: 307, body: '', headers: { Location: '/api/labels' } });
    return { path: { resource: 'tags' }, query: { integrated_account_id: known.account }, json: { name: 'x' } };
}

/// What refuses before the vendor is asked.
async function refusals(session, known, id, { path, json, writes: isWrite }) {
    const query = { integrated_account_id: known.account };
    await refusesTokens(session, id, path);
    await session.call(id, 400, 'without an account', { path, json });
    await session.call(id, 400, "with an account's id that is none", {
        path,
        json,
        query: { integrated_account_id: 'acme' },
    });
    await session.call(id, 404, 'with an account of nothing', {
        path,
        json,
        query: { integrated_account_id: nothing('ia') },
    });
    await session.call(id, 404, 'with an account of another environment', {
        path,
        json,
        query,
        token: known.product.foreignToken,
    });
    await session.call(id, 401, 'with an unknown integrated-account token', {
        path,
        json,
        token: `slx_acct_${'0'.repeat(49)}`,
    });
    await session.call(id, 403, "with another account's token", {
        path,
        json,
        query: { integrated_account_id: known.limited },
        token: known.accountToken,
        holds: (body) => !('is_remote_error' in body),
    });
    await session.call(id, 404, 'of an unknown resource', { path: { ...path, resource: 'unicorns' }, query, json });
    if (id === 'proxyCustom')
        await session.call(id, 404, 'of an unknown method', { path: { ...path, item: 'ponder' }, query, json });
    await refusesCodings(session, id, { path, query });
    if (isWrite) {
        const announce = id === 'proxyDelete' ? megabyte + 1 : 8 * megabyte + 1;
        await session.call(id, 413, 'with too large a body', { path, query, announce, type: 'application/json' });
    }
}

/// Whatever the vendor answers, in our shape.
async function vendorAnswers(session, known, id, { path, match, json }) {
    const query = { integrated_account_id: known.account };
    for (const [status, answer, note, holds] of [
        [400, { status: 400, body: { error: { msg: 'Bad.' } } }, '', (body) => body.message === 'Bad.'],
        [403, { status: 403, body: { error: { msg: 'Missing scope.' } } }, '', (body) => 'error_insight' in body],
        [404, { status: 404, body: '' }, '', (body) => !('raw_response' in body)],
        [
            409,
            { status: 409, body: 'A twin.', content_type: 'text/plain' },
            '',
            (body) => body.raw_response === 'A twin.',
        ],
        [
            422,
            { status: 422, body: { errors: [{ message: 'Too short.' }] } },
            '',
            (body) => body.message === 'Too short.',
        ],
        [
            429,
            { status: 429, body: {}, headers: { 'Retry-After': '3' } },
            '',
            (_, { headers }) => headers['retry-after'] === '3',
        ],
        [
            500,
            { status: 500, body: '<h1>Oops</h1>', content_type: 'text/html' },
            '',
            (body) => body.raw_response === '<h1>Oops</h1>',
        ],
        [503, { status: 503, body: {} }, '', undefined],
        [504, { status: 504, body: {} }, '', undefined],
        [507, { status: 507, body: {} }, '', undefined],
        [409, { status: 302, body: '' }, ' a redirect without a place', (body) => body.remote_status === 302],
    ]) {
        await known.product.fault(match, answer);
        await session.call(id, status, `when the vendor answers${note || ` ${status}`}`, {
            path,
            query,
            json,
            holds: (body, whole) => body.is_remote_error === true && (holds === undefined || holds(body, whole)),
        });
    }
    await redirect(session, known, id, operations[id]);
    await halfOfAnAnswer(session, known, id, operations[id]);
    await session.call('getIntegratedAccount', 200, `after ${id} was forbidden`, {
        path: { id: known.account },
        holds: ({ last_forbidden_error }) => last_forbidden_error.resource === path.resource,
    });
}

/// A read follows a redirect, if what it leads to is public; of a write only the caller knows whether it may be repeated.
async function redirect(session, known, id, { path, match, json, writes: isWrite }) {
    for (const [host, note, says] of [
        ['elsewhere.example', 'a host that is not found', 'The host elsewhere.example could not be found, or may not'],
        ['localhost', 'a host that is not public', 'The host localhost could not be found, or may not'],
        ['10.0.0.1', 'an address that is not public', 'Calls to 10.0.0.1 are not allowed'],
    ]) {
        const location = `https://${host}/tags/9`;
        await known.product.fault(match, { status: 302, body: '', headers: { Location: location } });
        await session.call(id, isWrite ? 409 : 502, `when the vendor redirects to ${note}`, {
            path,
            query: { integrated_account_id: known.account },
            json,
            holds: (body) =>
                isWrite
                    ? body.is_remote_error && body.remote_status === 302 && body.message.includes(location)
                    : !('is_remote_error' in body) && body.message.startsWith(`The vendor redirects to ${host}: ${says}`),
        });
    }
    if (isWrite) return;
    const query = { integrated_account_id: known.account };
    const there = new URL(`${known.product.override.base_url.replace('{{context.subdomain}}', 'spec')}/api/tags`);
    const to = (url) => known.product.fault(match, { status: 302, body: '', headers: { Location: url } });
    // The simulator by another name is another host, and refuses whoever has no credential.
    await to(there.pathname);
    await session.call(id, 200, 'when the vendor redirects to another place of its own', { path, query });
    there.hostname = 'localhost';
    await to(there.href);
    await session.call(id, 502, 'when the vendor redirects to a host that wants the credential', {
        path,
        query,
        holds: ({ message }) => message === 'The vendor redirects to localhost: it answered 401 Unauthorized.',
    });
}

/// A read has failed then; a write was made all the same.
async function halfOfAnAnswer(session, known, id, { path, match, json, writes: isWrite }) {
    const half = '{"a":';
    if (id === 'proxyCustom') {
        await known.product.fault(operations.proxyGet.match, { status: 200, body: half });
        await session.call(id, 502, 'when the vendor answers half of a body to a read', {
            path: { resource: 'tags', item: 'get' },
            query: { integrated_account_id: known.account, id: 1 },
            holds: (body) => body.is_remote_error && body.remote_status === 200 && body.raw_response === half,
        });
    }
    for (const status of isWrite ? [200, 202] : [200]) {
        await known.product.fault(match, { status, body: half });
        await session.call(id, isWrite ? status : 502, 'when the vendor answers half of a body', {
            path,
            query: { integrated_account_id: known.account },
            json,
            holds: (body) =>
                isWrite
                    ? session.spec.problemsOfSchema(body, 'UnreadAnswer').length === 0 &&
                      body.status === status &&
                      body.message.startsWith(`The vendor made the change (${status}), but its answer could not be read.`) &&
                      body.raw_response === half
                    : body.is_remote_error && body.remote_status === 200 && body.raw_response === half,
        });
    }
}

/// The vendor refuses the credentials: the account needs new ones, and the vendor is asked no more.
async function deadCredentials(session, known) {
    const { product, account } = known;
    for (const [id, { path, json }] of Object.entries(operations)) {
        const query = { integrated_account_id: account };
        await product.rejectCredentials();
        await session.call(id, 401, 'when the vendor refuses the credentials', {
            path,
            query,
            json,
            holds: (body, { headers }) =>
                body.is_remote_error && 'raw_response' in body && headers['www-authenticate'] === 'Integrated-Account',
        });
        await product.verdict(account);
        await session.call(id, 401, 'of an account that needs new credentials', {
            path,
            query,
            json,
            holds: (body) => body.is_remote_error && !('raw_response' in body),
        });
        await product.clearFaults();
        if (id === 'proxyList')
            await session.call('getIntegratedAccount', 200, 'that needs new credentials', {
                path: { id: account },
                holds: (body) => body.status === 'needs_reauth' && body.last_error.type === 'authentication_error',
            });
        await session.call('updateIntegratedAccountCredentials', 200, `that ${id} found dead`, {
            path: { id: account },
            json: { context: { api_key: product.context.api_key } },
            holds: (body) => body.status === 'active' && body.last_error === null,
        });
    }
    await session.call('proxyCreate', 403, "that the token's scopes do not allow", {
        path: { resource: 'tags' },
        query: { integrated_account_id: known.limited },
        json: { name: 'x' },
        holds: (body) => body.is_remote_error,
    });
}

/// An access token that has ended, while no new one can be had.
async function endedTokens(session, known) {
    // The worker renews as well: the vendor must have nothing from the beginning.
    const fails = (answer) => known.product.fault('POST /oauth/token', { kind: 'replace', times: 1000, ...answer });
    await fails({ status: 503 });
    const ended = { expires_at: '2026-01-01T00:00:00Z' };
    const path = { resource: 'tags' };
    const query = {};
    for (const [status, note, answer] of [
        [502, 'answers nonsense', { status: 200, body: '<html>', content_type: 'text/html' }],
        [403, 'refuses the app', { status: 401, body: { error: 'invalid_client' } }],
    ]) {
        // Each time another account: calls of one that was just refused are told the same for a moment.
        query.integrated_account_id = await imported(session, known, `for an endpoint that ${note}`, ended);
        await session.call('updateEnvironmentIntegration', 200, `whose endpoint ${note}`, {
            path: { id: known.installation },
            json: { override: known.product.override },
        });
        await fails(answer);
        await session.call('proxyList', status, `when the access token has ended and the token endpoint ${note}`, {
            path,
            query,
            holds: (body) => !('is_remote_error' in body),
        });
    }
    await known.product.clearFaults();
    await session.call('updateEnvironmentIntegration', 200, 'whose app the vendor refused a moment ago', {
        path: { id: known.installation },
        json: { override: known.product.override },
        holds: (json) => json.last_error === null,
    });
    await session.call('proxyList', 200, 'when the access token has ended and is renewed', { path, query });
}

/// Accounts and installations that are switched off.
async function switches(session, known) {
    const { account, installation, product } = known;
    const change = (note, json) => session.call('updateIntegratedAccount', 200, note, { path: { id: account }, json });
    const install = (note, json) =>
        session.call('updateEnvironmentIntegration', 200, note, { path: { id: installation }, json });
    const each = async (status, note, which = () => true, says = () => true) => {
        for (const [id, operation] of Object.entries(operations).filter(([, one]) => which(one))) {
            const { path, json } = operation;
            const holds = (body, { headers }) =>
                !('is_remote_error' in body) && (status !== 405 || headers.allow === 'GET, HEAD') && says(body);
            await session.call(id, status, note, { path, query: { integrated_account_id: account }, json, holds });
        }
    };
    await change('to a blocked one', { is_blocked: true });
    await each(503, 'of a blocked account');
    await change('to a sandbox', { is_blocked: false, is_sandbox: true });
    await each(405, 'of a sandbox', ({ writes: isWrite }) => isWrite);
    const custom = { path: { path: 'api/tags' }, query: { integrated_account_id: account } };
    await session.call('customGet', 200, 'of a sandbox', custom);
    for (const id of ['customPost', 'customPut', 'customPatch', 'customDelete'])
        await session.call(id, 405, 'of a sandbox', { ...custom, json: id === 'customDelete' ? undefined : {} });
    await change('to an ordinary one', { is_sandbox: false });
    await install('to disabled', { is_enabled: false });
    await each(403, 'of a disabled integration');
    await install('to enabled, at an address that is not public', {
        is_enabled: true,
        override: { base_url: 'https://localhost/{{context.subdomain}}' },
    });
    // One text for all hosts that do not lead out: what is inside is nobody's business.
    const isUnknown = ({ message }) =>
        message === 'The host localhost could not be found, or may not be called: its address has to be public.';
    await each(502, 'at an address that is not public', undefined, isUnknown);
    await install('to a host that there is not', { override: { base_url: 'https://nowhere.invalid/{{context.subdomain}}' } });
    await each(502, 'at a host that there is not', undefined, ({ message }) =>
        isUnknown({ message: message.replace('nowhere.invalid', 'localhost') }),
    );
    await change('to one with a part of an address', { context: { part: '1' } });
    await install("to the account's part of an address", { override: { base_url: 'https://10.0.0.{{context.part}}' } });
    await each(403, 'at an IP address that is not public', undefined, ({ message }) =>
        message.startsWith('Calls to 10.0.0.1 are not allowed'),
    );
    await install('to the simulator again', { override: product.override });
    await change('to one without it', { context: { part: null } });
}
