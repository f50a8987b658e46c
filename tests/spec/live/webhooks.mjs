import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { nothing, refusesBodies, refusesFilters, refusesIds, refusesTokens } from './refusals.mjs';

const elsewhere = 'https://receiver.example/hook';
const deleted = ['integrated_account:deleted'];

/// Before accounts are made, so that what happens to them is delivered.
export async function webhooks(session, known) {
    const create = 'createWebhook';
    const target_url = known.product.receiver?.url ?? elsewhere;
    known.webhook = await session.call(create, 201, '', { json: { target_url } });
    const spare = await session.call(create, 201, 'for one event, not active', {
        json: { target_url: elsewhere, event_types: deleted, is_active: false },
        holds: (json) => !json.is_active && json.event_types.length === 1,
    });
    await session.call(create, 400, 'at an address that may not be called', {
        json: { target_url: 'https://10.0.0.1/' },
        holds: (json) => json.details.failures[0].path === 'target_url',
    });
    await session.call(create, 400, 'of an unknown event', { json: { target_url, event_types: ['account:created'] } });
    await refusesBodies(session, create);
    await refusesTokens(session, create);

    const list = 'listWebhooks';
    await session.call(list, 200, '', { holds: (json) => json.result.every((one) => !('secret' in one)) });
    await session.call(list, 200, 'with filters', {
        query: {
            is_active: 'false',
            'target_url[like]': '%receiver.example%',
            'updated_at[lt]': '2100-01-01T00:00:00Z',
        },
        holds: (json) => json.result.length === 1,
    });
    await refusesFilters(session, list);
    await refusesTokens(session, list);

    const path = { id: spare.id };
    await session.call('getWebhook', 200, '', { path, holds: (json) => !('secret' in json) });
    const foreign = { path, token: known.product.foreignToken };
    await session.call('getWebhook', 404, 'of another environment', foreign);
    await refusesIds(session, 'getWebhook', {}, 'wh');
    await refusesTokens(session, 'getWebhook', path);

    const update = 'updateWebhook';
    await session.call(update, 200, '', {
        path,
        json: { target_url: `${elsewhere}/2`, event_types: [], is_active: false },
        holds: (json) => json.target_url.endsWith('/2') && json.event_types.length === 0,
    });
    await session.call(update, 400, 'with null', {
        path,
        json: { target_url: null, event_types: null, is_active: null },
        holds: (json) => json.details.failures.length === 3,
    });
    await refusesIds(session, update, {}, 'wh', { is_active: true });
    await refusesBodies(session, update, path);
    await refusesTokens(session, update, path);

    await session.call('rotateWebhookSecret', 200, '', { path, holds: ({ secret }) => secret !== spare.secret });
    await session.call('rotateWebhookSecret', 404, 'of another environment', foreign);
    await session.call('rotateWebhookSecret', 413, 'with more than 1 MiB', { path, announce: 1024 * 1024 + 1 });
    await refusesIds(session, 'rotateWebhookSecret', {}, 'wh', {});
    await refusesTokens(session, 'rotateWebhookSecret', path);

    await refusesTokens(session, 'deleteWebhook', path);
    await session.call('deleteWebhook', 404, 'of another environment', foreign);
    await session.call('deleteWebhook', 200, '', { path, holds: ({ id }) => id === path.id });
    await session.call('deleteWebhook', 404, 'again', { path });
    await tooMany(session);
}

async function tooMany(session) {
    const { baseUrl, token } = session;
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const json = { target_url: elsewhere, is_active: false };
    const body = JSON.stringify(json);
    const made = [];
    for (let isFull = false; !isFull && made.length < 60;) {
        const answer = await fetch(`${baseUrl}/webhook`, { method: 'POST', headers, body });
        isFull = answer.status !== 201;
        if (!isFull) made.push((await answer.json()).id);
    }
    await session.call('createWebhook', 409, 'beyond the most', { json, holds: () => made.length === 49 });
    for (const id of made) await fetch(`${baseUrl}/webhook/${id}`, { method: 'DELETE', headers });
}

/// After all that happened.
export async function log(session, known) {
    const test = 'testWebhook';
    const { id } = known.webhook;
    const sent = await session.call(test, 200, '', { json: { id } });
    known.testEvent = sent.event_id;
    await session.call(test, 404, 'of nothing', { json: { id: nothing('wh') } });
    await session.call(test, 404, 'of another environment', { json: { id }, token: known.product.foreignToken });
    await session.call(test, 400, 'without an id', { json: {} });
    await refusesBodies(session, test);
    await refusesTokens(session, test);

    const rotated = await session.call('rotateWebhookSecret', 200, 'that has one before', { path: { id } });
    known.newSecret = rotated.secret;
    const replay = 'replayWebhook';
    const path = { id };
    await session.call(replay, 200, 'of one event', {
        path,
        json: { event_id: sent.event_id },
        holds: (json) => json.deliveries === 1,
    });
    await session.call(replay, 200, 'of a span of time', {
        path,
        json: { from: known.webhook.created_at, to: '2100-01-01T00:00:00Z' },
        holds: (json) => json.deliveries > 10,
    });
    await session.call(replay, 200, 'of a span without events', {
        path,
        json: { from: '2001-01-01 00:00:00', to: '2001-01-02T00:00:00Z' },
        holds: (json) => json.deliveries === 0,
    });
    await session.call(replay, 404, 'of an event of nothing', { path, json: { event_id: nothing('evt') } });
    for (const [note, json] of [
        ['of neither an event nor a time', {}],
        ['of an event and a time', { event_id: sent.event_id, from: '2026-01-01T00:00:00Z' }],
        ['of a time that ends before it begins', { from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z' }],
    ])
        await session.call(replay, 400, note, { path, json });
    await refusesIds(session, replay, {}, 'wh', { event_id: sent.event_id });
    await refusesBodies(session, replay, path);
    await refusesTokens(session, replay, path);

    const list = 'listLog';
    const of = { log_type: 'webhook' };
    if (known.product.receiver !== undefined) await attempts(session, known, of);
    await session.call(list, 200, 'that finds nothing', {
        query: { ...of, webhook_id: nothing('wh') },
        holds: (json) => json.result.length === 0,
    });
    await session.call(list, 400, 'of no kind');
    await session.call(list, 400, 'of an unknown kind', { query: { log_type: 'api' } });
    for (const [note, query] of [
        ['with an unknown filter', { colour: 'red' }],
        ['with a limit above the most', { limit: 5001 }],
        ['with another order', { 'sort_by[attempt]': 'asc' }],
        ['with another kind of id', { webhook_id: nothing('evt') }],
    ])
        await session.call(list, 400, note, { query: { ...of, ...query } });
    await refusesTokens(session, list);
}

/// What the log has of the test event; it may not be written yet.
async function attempts(session, known, of) {
    const ofEvent = { ...of, event_id: known.testEvent, 'webhook_id[eq]': known.webhook.id, 'event[in]': 'test,other' };
    const { baseUrl, token } = session;
    const url = `${baseUrl}/log?${new URLSearchParams(ofEvent)}`;
    const headers = { authorization: `Bearer ${token}` };
    for (let i = 0; i < 100; ++i) {
        const { result } = await (await fetch(url, { headers })).json();
        if (result.length >= 2) break;
        await sleep(100);
    }
    const first = await session.call('listLog', 200, 'of one event', {
        query: { ...ofEvent, limit: 1, 'created_at[gt]': '2026-01-01T00:00:00Z' },
        holds: (json) => json.result[0].http_status_code === 204 && json.result[0].error === null,
    });
    await session.call('listLog', 200, 'the next page', {
        query: { ...ofEvent, limit: 1, 'created_at[gt]': '2026-01-01T00:00:00Z', next_cursor: first.next_cursor },
        holds: (json) => json.result[0].event_id === known.testEvent,
    });
}

const wanted = ['created', 'updated', 'active', 'validation_error', 'authentication_error', 'reactivated', 'deleted']
    .map((one) => `integrated_account:${one}`)
    .concat('test');

/// Every delivery is as described, and every kind of event came.
export async function deliveries(session, known) {
    const { receiver, context } = known.product;
    if (receiver === undefined) return;
    const seen = () => new Set(receiver.received.map(({ body }) => JSON.parse(body).event));
    for (let i = 0; i < 150 && !wanted.every((one) => seen().has(one)); ++i) await sleep(100);
    for (const event of wanted) {
        const all = receiver.received.filter(({ body }) => JSON.parse(body).event === event);
        const problems = all.length === 0 ? ['none came'] : [];
        for (const one of all.slice(0, 50))
            problems.push(...session.spec.problemsOfDelivery(one), ...problemsOfSignatures(one, known));
        if (all.some(({ body }) => body.includes(context.api_key))) problems.push('a secret is in it');
        session.check(`webhook event: ${event}`, problems);
    }
}

/// As the description of the webhook `event` tells receivers to check them. Deliveries before the rotation have one signature, those after it two.
function problemsOfSignatures({ headers, body }, { webhook, newSecret }) {
    const text = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    const standard = (secret) => {
        const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
        return `v1,${createHmac('sha256', key).update(text).digest('base64')}`;
    };
    const ofBody = (secret) => `format=sha256,v=${createHmac('sha256', secret).update(body).digest('hex')}`;
    const isRotated = headers['webhook-signature'].includes(' ');
    const expected = (isRotated ? [newSecret, webhook.secret] : [webhook.secret]).map(standard).join(' ');
    const problems = [];
    if (headers['webhook-signature'] !== expected) problems.push('webhook-signature is another one');
    if (headers['x-sluice-signature'] !== ofBody(isRotated ? newSecret : webhook.secret))
        problems.push('x-sluice-signature is another one');
    if (headers['webhook-id'] !== JSON.parse(body).id) problems.push("webhook-id is not the event's id");
    return problems;
}
