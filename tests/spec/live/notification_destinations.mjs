import { nothing, refusesBodies, refusesFilters, refusesIds, refusesTokens } from './refusals.mjs';

const secret = 'https://hooks.receiver.example/services/T0001/B0001/planted4planted4abcd';
const masked = 'https://hooks.receiver.example/services/…/abcd';
const isMasked = ({ config }, { body }) => config.url === masked && !body.toString().includes('planted');

/// Chat channels: what is shown of them, and what a test says.
export async function notificationDestinations(session, known) {
    const create = 'createNotificationDestination';
    const given = { type: 'slack', label: 'Operators', config: { url: secret } };
    const made = await session.call(create, 201, '', {
        json: { ...given, is_active: false },
        holds: (json, answer) => isMasked(json, answer) && json.event_types.join() === 'approval:requested',
    });
    await session.call(create, 400, 'of another type', {
        json: { ...given, type: 'email' },
        holds: ({ message }) => message.includes('must be slack'),
    });
    await session.call(create, 400, 'at an address that may not be called', {
        json: { ...given, config: { url: 'https://10.0.0.1/planted' } },
        holds: ({ details }, { body }) => details.failures[0].path === 'config.url' && !body.toString().includes('planted'),
    });
    await session.call(create, 400, 'of an unknown event', { json: { ...given, event_types: ['account:created'] } });
    await session.call(create, 400, 'without an address', { json: { ...given, config: {} } });
    await refusesBodies(session, create);
    await refusesTokens(session, create);

    const list = 'listNotificationDestinations';
    await session.call(list, 200, '', { holds: ({ result }, answer) => isMasked(result[0], answer) });
    await session.call(list, 200, 'with filters', {
        query: { type: 'slack', 'label[like]': 'Op%', is_active: 'false', 'updated_at[lt]': '2100-01-01T00:00:00Z' },
        holds: ({ result }) => result.length === 1,
    });
    await session.call('listWebhooks', 200, 'among which no destination is', {
        holds: ({ result }) => result.every(({ id }) => id.startsWith('wh_')),
    });
    await refusesFilters(session, list);
    await refusesTokens(session, list);

    const path = { id: made.id };
    const foreign = { path, token: known.product.foreignToken };
    await session.call('getNotificationDestination', 200, '', { path, holds: isMasked });
    await session.call('getNotificationDestination', 404, 'of another environment', foreign);
    await refusesIds(session, 'getNotificationDestination', {}, 'dest');
    await refusesTokens(session, 'getNotificationDestination', path);

    const update = 'updateNotificationDestination';
    await session.call(update, 200, '', {
        path,
        json: { label: 'Others', event_types: [], is_active: false },
        holds: (json, answer) => isMasked(json, answer) && json.label === 'Others' && json.event_types.length === 0,
    });
    await session.call(update, 400, 'with what was shown', { path, json: { config: { url: masked } } });
    await session.call(update, 400, 'with null', {
        path,
        json: { label: null, event_types: null, config: null, is_active: null },
        holds: ({ details }) => details.failures.length === 4,
    });
    await refusesIds(session, update, {}, 'dest', { is_active: true });
    await refusesBodies(session, update, path);
    await refusesTokens(session, update, path);

    await tests(session, known, path);

    const remove = 'deleteNotificationDestination';
    await refusesTokens(session, remove, path);
    await session.call(remove, 404, 'of another environment', foreign);
    await session.call(remove, 200, '', { path, holds: ({ id }) => id === path.id });
    await session.call(remove, 404, 'again', { path });
    await tooMany(session, given);
    await session.call('listLog', 200, 'of notification destinations, with nothing in it', {
        query: { log_type: 'notification_destination', notification_destination_id: nothing('dest') },
        holds: ({ result }) => result.length === 0,
    });
}

async function tests(session, known, path) {
    const test = 'testNotificationDestination';
    const { receiver, foreignToken } = known.product;
    await session.call(test, 200, 'of a host that is not there', {
        path,
        holds: (json, { body }) => !json.delivered && json.http_status_code === null && !body.toString().includes('planted'),
    });
    if (receiver !== undefined) {
        const config = { url: receiver.url.replace('/hook', '/services/planted') };
        await session.call('updateNotificationDestination', 200, 'with another address', { path, json: { config } });
        await session.call(test, 200, '', { path, holds: ({ delivered }) => delivered });
        const { body } = receiver.received.at(-1);
        session.check('a test is a message to a chat', 'text' in JSON.parse(body) ? [] : [body]);
    }
    await session.call(test, 404, 'of another environment', { path, token: foreignToken });
    await session.call(test, 413, 'with more than 1 MiB', { path, announce: 1024 * 1024 + 1 });
    await refusesIds(session, test, {}, 'dest', {});
    await refusesTokens(session, test, path);
}

async function tooMany(session, json) {
    const { baseUrl, token } = session;
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const body = JSON.stringify(json);
    const made = [];
    for (let isFull = false; !isFull && made.length < 30;) {
        const answer = await fetch(`${baseUrl}/notification-destination`, { method: 'POST', headers, body });
        isFull = answer.status !== 201;
        if (!isFull) made.push((await answer.json()).id);
    }
    await session.call('createNotificationDestination', 409, 'beyond the most', { json, holds: () => made.length === 20 });
    for (const id of made) await fetch(`${baseUrl}/notification-destination/${id}`, { method: 'DELETE', headers });
}
