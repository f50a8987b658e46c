import { nothing, refusesBodies, refusesTokens } from './refusals.mjs';

const id = 'runBatch';

/// Many calls of one account in one request.
export async function batch(session, known) {
    await made(session, known);
    await once(session, known);
    await failed(session, known);
    await refused(session, known);
}

async function made(session, known) {
    const integrated_account_id = known.account;
    const resources = [
        { resource: 'tickets', query: { limit: 3 } },
        { resource: 'ticket_tags', loop_on: 'tickets', query: { ticket_id: '{{resources.tickets.id}}' } },
        { name: 'mine', resource: 'tickets', method: 'get', loop_on: '{{args.ids}}', id: '{{args.ids}}', persist: false },
        { resource: 'account', depends_on: ['mine'] },
    ];
    const args = { ids: [known.ticket] };
    await session.call(id, 200, '', {
        json: { integrated_account_id, args, resources },
        holds: ({ result, errors, is_partial, calls }, { headers }) =>
            result.tickets.length === 3 &&
            result.account.length === 1 &&
            !('mine' in result) &&
            Object.keys(errors).length === 0 &&
            !is_partial &&
            calls >= 6 &&
            headers['ratelimit-limit'] === '40',
    });
    await known.product.drainBuckets();
    await session.call(id, 200, 'that is only shown', {
        json: { integrated_account_id, args, resources, explain: true },
        holds: ({ plan, calls_at_least }) => plan.length === 4 && plan[1].loops_on === 'tickets' && calls_at_least === 3,
    });
    await session.call(id, 200, "with the account's token", {
        json: { resources: [{ resource: 'tickets', query: { limit: 1 }, depends_on: null }] },
        token: known.accountToken,
        holds: ({ result }) => result.tickets.length === 1,
    });
}

async function once(session, known) {
    const headers = { 'idempotency-key': 'spec-batch' };
    const of = (name) => ({
        integrated_account_id: known.account,
        resources: [{ resource: 'tags', method: 'create', body: { name } }],
    });
    const { result } = await session.call(id, 200, 'with a key', { headers, json: of('spec-batch') });
    await session.call(id, 200, 'with the same key again', {
        headers,
        json: of('spec-batch'),
        holds: (json, answer) =>
            json.result.tags[0].id === result.tags[0].id && answer.headers['idempotent-replayed'] === 'true',
    });
    await session.call(id, 422, 'with the key of another batch', { headers, json: of('spec-batch-two') });
}

async function failed(session, known) {
    const integrated_account_id = known.account;
    await session.call(id, 200, 'with a call that fails, and one that waits for it', {
        json: {
            integrated_account_id,
            resources: [
                { resource: 'tickets', method: 'get', id: 1 },
                { resource: 'tags', depends_on: 'tickets' },
            ],
        },
        holds: ({ errors, is_partial }) =>
            errors.tickets[0].error.is_remote_error && errors.tags[0].error.statusCode === 424 && !is_partial,
    });
    await known.product.fault('GET /api/tickets', { status: 429, body: {}, headers: { 'Retry-After': '3' } });
    await session.call(id, 200, 'that the vendor throttles', {
        json: {
            integrated_account_id,
            resources: [
                { resource: 'tickets' },
                { name: 'later', resource: 'tags', loop_on: 'tickets', query: { x: '{{resources.tickets.id}}' } },
            ],
        },
        holds: ({ errors }, { headers }) => errors.tickets.length === 1 && headers['retry-after'] === '3',
    });
    await known.product.drainBuckets();
}

async function refused(session, known) {
    const integrated_account_id = known.account;
    const resources = [{ resource: 'tickets' }];
    const json = { integrated_account_id, resources };
    await session.call(id, 404, 'with an account of nothing', { json: { ...json, integrated_account_id: nothing('ia') } });
    await session.call(id, 404, 'with an account of another environment', { json, token: known.product.foreignToken });
    await session.call(id, 403, "with another account's token", {
        json: { ...json, integrated_account_id: known.limited },
        token: known.accountToken,
    });
    for (const [note, wrong, path] of [
        ['without an account', { resources }, 'integrated_account_id'],
        ['without nodes', { integrated_account_id, resources: [] }, 'resources'],
        ['with too many nodes', { integrated_account_id, resources: Array(51).fill({ resource: 'tickets' }) }, 'resources'],
        ['with an unknown resource', { integrated_account_id, resources: [{ resource: 'unicorns' }] }, 'resources[0].resource'],
        [
            'with a circle',
            { integrated_account_id, resources: [
                { resource: 'tickets', depends_on: ['tags'] },
                { resource: 'tags', depends_on: ['tickets'] },
            ] },
            'resources[0].depends_on',
        ],
    ])
        await session.call(id, 400, note, {
            json: wrong,
            holds: ({ details }) => details.failures.some((failure) => failure.path === path),
        });
    await session.call('updateIntegratedAccount', 200, 'as a sandbox, for a batch', {
        path: { id: known.account },
        json: { is_sandbox: true },
    });
    await session.call(id, 405, 'that writes on a sandbox account', {
        json: { integrated_account_id, resources: [{ resource: 'tags', method: 'create', body: { name: 'never' } }] },
    });
    await session.call('updateIntegratedAccount', 200, 'as no sandbox, after a batch', {
        path: { id: known.account },
        json: { is_sandbox: false },
    });
    await refusesBodies(session, id);
    await refusesTokens(session, id);
}
