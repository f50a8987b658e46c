import { nothing, refusesCodings, refusesTokens } from './refusals.mjs';

const megabyte = 1024 * 1024;
const id = 'executeTool';

/// Tools that are called by name, without MCP.
export async function tools(session, known) {
    await made(session, known);
    await once(session, known);
    await refusedForTheModel(session, known);
    await refused(session, known);
}

async function made(session, known) {
    const { account, product } = known;
    const list = { name: 'list_all_gorgias_tickets' };
    const page = await session.call(id, 200, '', {
        path: list,
        json: { integrated_account_id: account, arguments: { limit: 2 } },
        holds: ({ data, successful, error, log_id }, { headers }) =>
            data.result.length === 2 &&
            successful &&
            error === null &&
            log_id === headers['x-request-id'] &&
            headers['ratelimit-limit'] === '40',
    });
    await session.call(id, 200, 'the next page, with arguments as a text', {
        path: list,
        json: {
            integrated_account_id: account,
            arguments: JSON.stringify({ limit: 2, next_cursor: page.data.next_cursor }),
        },
        holds: ({ data }) => data.result[0].id !== page.data.result[0].id,
    });
    await session.call(id, 200, "with the account's token", {
        path: list,
        json: { arguments: { limit: 1 } },
        token: known.accountToken,
        holds: ({ data }) => data.result.length === 1,
    });
    await session.call(id, 200, 'of a tenant', {
        path: list,
        json: { tenant_id: 'acme-44', arguments: { limit: 1 } },
        holds: ({ successful }) => successful,
    });
    await session.call(id, 200, 'that is only shown', {
        path: { name: 'create_a_gorgias_tag' },
        json: { integrated_account_id: account, arguments: { name: 'never', dry_run: true } },
        holds: ({ data, successful }) => successful && data.dry_run && data.request.method === 'POST',
    });
    await product.fault('GET /api/tickets/{id}', { status: 200, content_type: 'image/png', body: 'no' });
    await session.call(id, 200, 'that gives a file', {
        path: { name: 'get_single_gorgias_ticket_by_id' },
        json: { integrated_account_id: account, arguments: { id: 1 } },
        holds: ({ data }) => data.content_type === 'image/png' && data.base64 === 'bm8=',
    });
}

async function once(session, known) {
    const path = { name: 'create_a_gorgias_tag' };
    const headers = { 'idempotency-key': 'spec-tool' };
    const of = (name) => ({ integrated_account_id: known.account, arguments: { name } });
    const { data } = await session.call(id, 200, 'with a key', { path, headers, json: of('spec-tool') });
    await session.call(id, 200, 'with the same key again', {
        path,
        headers,
        json: of('spec-tool'),
        holds: (json, answer) => json.data.id === data.id && answer.headers['idempotent-replayed'] === 'true',
    });
    await session.call(id, 422, 'with the key of another call', { path, headers, json: of('spec-tool-two') });
}

/// 200 and an error: what a model can read and act upon.
async function refusedForTheModel(session, known) {
    const { account, product } = known;
    const path = { name: 'get_single_gorgias_ticket_by_id' };
    const ended = (note, args, status, answer) => {
        const holds = ({ data, error, successful }) =>
            successful === false && data.statusCode === status && JSON.parse(error).message === data.message;
        const call = () =>
            session.call(id, 200, note, { path, json: { integrated_account_id: account, arguments: args }, holds });
        return answer === undefined ? call() : product.fault('GET /api/tickets/{id}', answer).then(call);
    };
    await ended('of nothing at the vendor', { id: 1 }, 404);
    await ended('with arguments that do not fit', { id: 'first', colour: 'red' }, 400);
    await ended('that the vendor throttles', { id: 1 }, 429, { status: 429, body: {}, headers: { 'Retry-After': '3' } });
    await ended('that the vendor fails', { id: 1 }, 500, { status: 500, body: '<h1>Oops</h1>', content_type: 'text/html' });
    await product.drainBuckets();
}

async function refused(session, known) {
    const path = { name: 'list_all_gorgias_tickets' };
    const json = { integrated_account_id: known.account };
    await session.call(id, 404, 'that there is not', { path: { name: 'list_all_gorgias_unicorns' }, json });
    await session.call(id, 404, 'with an account of nothing', {
        path,
        json: { integrated_account_id: nothing('ia') },
    });
    await session.call(id, 404, 'with an account of another environment', {
        path,
        json,
        token: known.product.foreignToken,
    });
    await session.call(id, 404, 'of a tenant that there is not', { path, json: { tenant_id: 'nobody' } });
    await session.call(id, 403, "with another account's token", {
        path,
        json: { integrated_account_id: known.limited },
        token: known.accountToken,
    });
    for (const [note, wrong] of [
        ['without an account', {}],
        ['with another kind of id', { integrated_account_id: nothing('env') }],
        ['with account and tenant', { ...json, tenant_id: 'acme-44' }],
        ['with arguments that are a list', { ...json, arguments: [1] }],
        ['with a member that is none', { ...json, surprise: 1 }],
    ])
        await session.call(id, 400, note, { path, json: wrong });
    await session.call(id, 400, 'with no JSON', { path, body: '{"a":', type: 'application/json' });
    await session.call(id, 413, 'with more than 4 MiB', {
        path,
        announce: 4 * megabyte + 1,
        type: 'application/json',
    });
    await session.call(id, 415, 'with a form', { path, body: 'a=b', type: 'application/x-www-form-urlencoded' });
    await refusesCodings(session, id, { path });
    await refusesTokens(session, id, path);
}
