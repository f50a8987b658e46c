import { refusesBodies, refusesFilters, refusesIds, refusesTokens } from '../support/refusals.mjs';
import { nothing } from '../support/section.mjs';

/// Texts and schemas of an environment's own, and what they make of its tools.
export default async function documentation(x) {
    const account = await x.connect();
    const list = '/documentation';
    const of = { entity_type: 'integration', entity_id: x.integration, resource: 'teams', method: 'list' };
    const create = (note, json) => x.ask(`create, ${note}`, 'POST', list, { json });
    const { json: made } = await create('a description', { ...of, type: 'description', value: 'Lists the teams.' });
    await create('a schema for an environment integration', {
        ...of,
        entity_type: 'environment_integration',
        entity_id: x.installation,
        type: 'query_schema',
        value: { type: 'object', properties: { order_by: { type: 'string' } } },
    });
    await create('a note', { ...of, type: 'note', format: 'text', value: 'For us.' });
    await create('a second time', { ...of, type: 'description', value: 'Again.' });
    for (const [note, json] of [
        ['for an unknown method', { ...of, method: 'x', type: 'note', value: 'x' }],
        ['for an unknown resource', { ...of, resource: 'unicorns', type: 'note', value: 'x' }],
        ['for an unknown integration', { ...of, entity_id: nothing('int'), type: 'note', value: 'x' }],
        ['of a type that is none', { ...of, type: 'poem', value: 'x' }],
        ['of a format that is none', { ...of, type: 'note', format: 'html', value: 'x' }],
        ['with a schema that is none', { ...of, type: 'body_schema', value: '{"type":"nonsense"}' }],
        ['with a schema that is no JSON', { ...of, type: 'body_schema', value: '{' }],
        ['with the wrong kind of id', { ...of, entity_id: x.installation, type: 'note', value: 'x' }],
        ['with nothing', {}],
        ['with a value of 200 kB', { ...of, type: 'note', value: 'x'.repeat(200_000) }],
    ])
        await create(note, json);
    await refusesBodies(x, 'create', 'POST', list);
    await refusesTokens(x, 'create', 'POST', list);
    await x.ask('the tool that was described', 'GET', `/integrated-account/${account}/tools`, {
        query: { methods: 'list_all_gorgias_teams' },
    });

    const { json: first } = await x.ask('list, the first page', 'GET', list, { query: { limit: 1 } });
    await x.ask('list, the next page', 'GET', list, { query: { limit: 1, next_cursor: first.next_cursor } });
    await x.ask('list, with filters', 'GET', list, {
        query: {
            entity_type: 'integration',
            'resource[in]': 'teams,tags',
            'method[gte]': 'a',
            'type[ne]': 'note',
            'sort_by[created_at]': 'desc',
        },
    });
    await x.ask('list, with a cursor of another order', 'GET', list, {
        query: { limit: 1, next_cursor: first.next_cursor, 'sort_by[created_at]': 'asc' },
    });
    await refusesFilters(x, 'list', list);
    await refusesTokens(x, 'list', 'GET', list);

    const path = `${list}/${made.id}`;
    const foreign = { token: x.product.foreignToken };
    await x.ask('get', 'GET', path);
    await x.ask('get, of another environment', 'GET', path, foreign);
    await refusesIds(x, 'get', 'GET', (id) => `${list}/${id}`, 'doc');
    await refusesTokens(x, 'get', 'GET', path);

    await x.ask('change', 'PATCH', path, { json: { format: 'text', value: 'Lists all teams.' } });
    await x.ask('change, to an empty text', 'PATCH', path, { json: { value: '' } });
    await x.ask('change, to null', 'PATCH', path, { json: { value: null, format: null } });
    await x.ask('change, to a list', 'PATCH', path, { json: { value: [] } });
    await x.ask('change, of another environment', 'PATCH', path, { json: { value: 'x' }, ...foreign });
    await refusesIds(x, 'change', 'PATCH', (id) => `${list}/${id}`, 'doc', { value: 'x' });
    await refusesBodies(x, 'change', 'PATCH', path);
    await refusesTokens(x, 'change', 'PATCH', path);

    await refusesIds(x, 'delete', 'DELETE', (id) => `${list}/${id}`, 'doc');
    await refusesTokens(x, 'delete', 'DELETE', path);
    await x.ask('delete, of another environment', 'DELETE', path, foreign);
    await x.ask('delete', 'DELETE', path);
    await x.ask('delete, again', 'DELETE', path);
}
