import { refusesBodies, refusesFilters, refusesIds, refusesTokens } from '../support/refusals.mjs';

const list = '/notification-destination';
const url = 'https://hooks.receiver.example/services/T0001/B0001/0123456789abcdef';
const good = { type: 'slack', label: 'Operators', config: { url } };

/// Chat channels that are told of events.
export default async function notificationDestinations(x) {
    const foreign = { token: x.product.foreignToken };
    const create = (note, json) => x.ask(`create, ${note}`, 'POST', list, { json });
    const { json: made } = await create('not active', { ...good, is_active: false });
    for (const [note, json] of [
        ['of another type', { ...good, type: 'email' }],
        ['at an address that may not be called', { ...good, config: { url: 'https://10.0.0.1/secret' } }],
        ['of an unknown event', { ...good, event_types: ['account:created'] }],
        ['with nothing', {}],
        ['with wrong types', { type: 5, label: {}, event_types: 'x', config: [], is_active: 'yes' }],
    ])
        await create(note, json);
    await refusesBodies(x, 'create', 'POST', list);
    await refusesTokens(x, 'create', 'POST', list);

    await x.ask('list', 'GET', list);
    await x.ask('list, with filters', 'GET', list, { query: { type: 'slack', 'label[like]': 'Op%', is_active: 'false' } });
    await refusesFilters(x, 'list', list);
    await refusesTokens(x, 'list', 'GET', list);

    const path = `${list}/${made.id}`;
    await x.ask('get', 'GET', path);
    await x.ask('get, of another environment', 'GET', path, foreign);
    await refusesIds(x, 'get', 'GET', (one) => `${list}/${one}`, 'dest');
    await refusesTokens(x, 'get', 'GET', path);

    await x.ask('update', 'PATCH', path, { json: { label: 'Others', event_types: [], config: { url: `${x.vendor.url}/hook` } } });
    await x.ask('update, with what is shown', 'PATCH', path, { json: { config: made.config } });
    await x.ask('update, with another type', 'PATCH', path, { json: { type: 'slack' } });
    await refusesBodies(x, 'update', 'PATCH', path);

    await x.ask('test', 'POST', `${path}/test`);
    await x.ask('test, of another environment', 'POST', `${path}/test`, foreign);
    await refusesTokens(x, 'test', 'POST', `${path}/test`);
    await x.ask('log, that finds nothing', 'GET', '/log', { query: { log_type: 'notification_destination' } });

    await x.ask('delete, of another environment', 'DELETE', path, foreign);
    await x.ask('delete', 'DELETE', path);
    await x.ask('delete, again', 'DELETE', path);
}
