import { nothing, refusesBodies, refusesFilters, refusesIds, refusesTokens } from './refusals.mjs';

export async function documentation(session, known) {
    const of = { entity_type: 'integration', entity_id: known.integration.id, resource: 'teams', method: 'list' };
    const create = 'createDocumentation';
    const made = await session.call(create, 201, '', {
        json: { ...of, type: 'description', value: 'Lists the teams.' },
    });
    await session.call(create, 201, 'with a schema for an environment integration', {
        json: {
            ...of,
            entity_type: 'environment_integration',
            entity_id: known.installation,
            type: 'query_schema',
            value: { type: 'object', properties: { order_by: { type: 'string' } } },
        },
        holds: (json) => json.format === 'json' && JSON.parse(json.value).type === 'object',
    });
    await session.call(create, 201, 'with a note', { json: { ...of, type: 'note', format: 'text', value: 'For us.' } });
    await session.call(create, 409, 'a second time', { json: { ...of, type: 'description', value: 'Again.' } });
    await session.call(create, 400, 'for an unknown method', {
        json: { ...of, method: 'x', type: 'note', value: 'x' },
    });
    await session.call(create, 400, 'for an unknown integration', {
        json: { ...of, entity_id: nothing('int'), type: 'note', value: 'x' },
    });
    await session.call(create, 400, 'with a schema that is none', {
        json: { ...of, type: 'body_schema', value: '{"type":"nonsense"}' },
    });
    await session.call(create, 400, 'with the wrong kind of id', {
        json: { ...of, entity_id: known.installation, type: 'note', value: 'x' },
    });
    await refusesBodies(session, create);
    await refusesTokens(session, create);

    const list = 'listDocumentation';
    const first = await session.call(list, 200, '', {
        query: { limit: 1 },
        holds: (json) => json.next_cursor !== null,
    });
    await session.call(list, 200, 'the next page', {
        query: { limit: 1, next_cursor: first.next_cursor },
        holds: (json) => json.result.length === 1 && json.result[0].id !== first.result[0].id,
    });
    await session.call(list, 200, 'with filters', {
        query: {
            entity_type: 'integration',
            'resource[in]': 'teams,tags',
            'method[gte]': 'a',
            'type[ne]': 'note',
            'sort_by[created_at]': 'desc',
        },
        holds: (json) => json.result.length === 1,
    });
    await session.call(list, 400, 'with a cursor of another order', {
        query: { limit: 1, next_cursor: first.next_cursor, 'sort_by[created_at]': 'asc' },
    });
    await refusesFilters(session, list);
    await refusesTokens(session, list);

    const path = { id: made.id };
    await session.call('getDocumentation', 200, '', { path });
    await session.call('getDocumentation', 404, 'of another environment', { path, token: known.product.foreignToken });
    await refusesIds(session, 'getDocumentation', {}, 'doc');
    await refusesTokens(session, 'getDocumentation', path);

    await session.call('updateDocumentation', 200, '', {
        path,
        json: { format: 'text', value: 'Lists all teams.' },
        holds: (json) => json.value === 'Lists all teams.',
    });
    await session.call('updateDocumentation', 400, 'with an empty text', { path, json: { value: '' } });
    await refusesIds(session, 'updateDocumentation', {}, 'doc', { value: 'x' });
    await refusesBodies(session, 'updateDocumentation', path);
    await refusesTokens(session, 'updateDocumentation', path);

    await refusesIds(session, 'deleteDocumentation', {}, 'doc');
    await refusesTokens(session, 'deleteDocumentation', path);
    await session.call('deleteDocumentation', 200, '', { path, holds: ({ id }) => id === path.id });
    await session.call('deleteDocumentation', 404, 'again', { path });
}
