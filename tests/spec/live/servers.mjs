import { nothing, refusesBodies, refusesFilters, refusesIds, refusesTokens } from './refusals.mjs';

export async function servers(session, known) {
    const path = { id: known.account };
    const create = 'createMcpServer';
    const all = await session.call(create, 201, '', {
        path,
        json: { name: 'Spec' },
        holds: (json) => json.url.endsWith(json.token) && json.warnings.length === 2,
    });
    known.mcp = all.token;
    const config = { methods: ['read', 'create_a_gorgias_message'], tags: ['tickets'], require_api_token_auth: true };
    const some = await session.call(create, 201, 'with filters, an end and a second factor', {
        path,
        json: { name: 'Spec, reading', config, expires_at: '2100-12-31 00:00:00' },
        holds: (json) => json.expires_at === '2100-12-31T00:00:00Z' && json.warnings.length === 1 && json.warnings[0].includes('refer to'),
    });
    known.guarded = some.token;
    const revoked = await session.call(create, 201, 'to be revoked', {
        path,
        json: { name: 'Spec, revoked', expires_at: null },
    });
    known.revoked = revoked.token;
    await session.call(create, 201, 'with tools that need more scopes than were granted', {
        path: { id: known.limited },
        json: { name: 'Spec, limited', config: { methods: ['create_a_gorgias_tag'] } },
        holds: (json) => json.warnings.some((text) => text.includes('tags:write')),
    });
    await session.call(create, 400, 'with a method that is none', {
        path,
        json: { name: 'x', config: { methods: ['reed'] } },
    });
    await session.call(create, 400, 'with filters that leave nothing', {
        path,
        json: { name: 'x', config: { methods: ['write'], tags: ['statistics'] } },
    });
    await session.call(create, 400, 'that ends at once', {
        path,
        json: { name: 'x', expires_at: '2026-01-01T00:00:00Z' },
    });
    await session.call(create, 400, 'with another exposure', {
        path,
        json: { name: 'x', config: { tool_exposure: 'some' } },
    });
    await refusesIds(session, create, {}, 'ia', { name: 'x' });
    await refusesBodies(session, create, path);
    await refusesTokens(session, create, path);

    await session.call('listMcpServers', 200, '', {
        path,
        holds: (json) => json.result.every((one) => !('url' in one)),
    });
    await session.call('listMcpServers', 200, 'with filters', {
        path,
        query: {
            'name[like]': '%reading',
            'expires_at[gt]': '2099-01-01T00:00:00Z',
            created_by: some.created_by,
            integrated_account_id: path.id,
        },
        holds: (json) => json.result.length === 1,
    });
    await refusesFilters(session, 'listMcpServers', path);
    await refusesIds(session, 'listMcpServers', {}, 'ia');
    await refusesTokens(session, 'listMcpServers', path);

    const one = { ...path, server_id: some.id };
    const get = 'getMcpServer';
    await session.call(get, 200, '', { path: one });
    await session.call(get, 404, 'of another account', { path: { ...one, id: known.limited } });
    await session.call(get, 404, 'of nothing', { path: { ...one, server_id: nothing('mcp_srv') } });
    await refusesTokens(session, get, one);

    const update = 'updateMcpServer';
    await session.call(update, 200, '', {
        path: one,
        json: { name: 'Spec, still reading', config: { methods: ['read'] }, expires_at: null },
        holds: (json) =>
            json.expires_at === null && json.config.tags[0] === 'tickets' && json.config.require_api_token_auth,
    });
    await session.call(update, 400, 'with a name of null', { path: one, json: { name: null } });
    await session.call(update, 400, 'with a tag that is none', { path: one, json: { config: { tags: ['unicorns'] } } });
    await session.call(update, 404, 'of nothing', { path: { ...one, server_id: nothing('mcp_srv') }, json: {} });
    await refusesBodies(session, update, one);
    await refusesTokens(session, update, one);

    const rotate = 'rotateMcpToken';
    await session.call(rotate, 200, '', {
        path: { ...path, server_id: revoked.id },
        json: { overlap_seconds: 60 },
        holds: (json) => json.token !== revoked.token && json.url.endsWith(json.token),
    });
    await session.call(rotate, 400, 'with too long an overlap', { path: one, json: { overlap_seconds: 604_801 } });
    await session.call(rotate, 404, 'of nothing', { path: { ...one, server_id: nothing('mcp_srv') }, json: {} });
    await refusesTokens(session, rotate, one);

    const refresh = 'refreshSchema';
    await session.call(refresh, 200, '', { path, holds: ({ records }) => records.ticket_fields > 0 });
    await session.call(refresh, 404, 'of nothing', { path: { id: nothing('ia') } });
    await refusesTokens(session, refresh, path);

    const explain = 'explainMcpTool';
    const states = { create_a_gorgias_ticket: 'hidden', gorgias_files_upload: 'without_tool', tickets: 'unknown' };
    for (const [tool, state] of Object.entries(states))
        await session.call(explain, 200, `of ${tool}`, { path: one, query: { tool }, holds: (json) => json.state === state });
    await session.call(explain, 400, 'of no tool', { path: one });
    await session.call(explain, 400, 'with more', { path: one, query: { tool: 'x', why: 'y' } });
    await session.call(explain, 404, 'of nothing', { path: { ...one, server_id: nothing('mcp_srv') }, query: { tool: 'x' } });
    await refusesTokens(session, explain, one);

    const gone = { ...path, server_id: revoked.id };
    await refusesTokens(session, 'deleteMcpServer', gone);
    await session.call('deleteMcpServer', 200, '', { path: gone, holds: ({ id }) => id === revoked.id });
    await session.call('deleteMcpServer', 404, 'again', { path: gone });
}

export async function tenantServers(session, known) {
    const { tenant_id } = await session.call('getIntegratedAccount', 200, 'to learn its tenant', { path: { id: known.account } });
    const create = 'createTenantServer';
    const made = await session.call(create, 201, '', {
        json: { name: 'Spec', tenant_id },
        holds: (json) => json.url.endsWith(json.token) && json.tenant_id === tenant_id,
    });
    await session.call(create, 201, 'of some integrations, with filters and an end', {
        json: { name: 'Spec, some', tenant_id, integrations: ['gorgias'], config: { methods: ['read'] }, expires_at: '2100-12-31T00:00:00Z' },
    });
    await session.call(create, 400, 'without a tenant', { json: { name: 'x' } });
    await session.call(create, 400, 'with a method that is none', { json: { name: 'x', tenant_id, config: { methods: ['reed'] } } });
    await session.call(create, 404, 'of a tenant without accounts', { json: { name: 'x', tenant_id: 'nobody at all' } });
    await refusesBodies(session, create);
    await refusesTokens(session, create);

    const list = 'listTenantServers';
    await session.call(list, 200, '', { query: { tenant_id }, holds: (json) => json.result.length >= 2 });
    await session.call(list, 200, 'of another tenant', { query: { tenant_id: 'nobody' }, holds: (json) => json.result.length === 0 });
    await refusesFilters(session, list);
    await refusesTokens(session, list);

    const path = { server_id: made.id };
    const nowhere = { path: { server_id: nothing('mcp_srv') } };
    await session.call('getTenantServer', 200, '', { path, holds: (json) => !('url' in json) });
    await session.call('getTenantServer', 404, 'of nothing', nowhere);
    await refusesTokens(session, 'getTenantServer', path);

    const update = 'updateTenantServer';
    const json = { name: 'Spec, changed', integrations: ['gorgias'], config: { tags: ['tickets'] } };
    await session.call(update, 200, '', { path, json, holds: (changed) => changed.integrations[0] === 'gorgias' });
    await session.call(update, 400, 'with a tag that is none', { path, json: { config: { tags: ['unicorns'] } } });
    await session.call(update, 404, 'of nothing', { ...nowhere, json: {} });
    await refusesBodies(session, update, path);
    await refusesTokens(session, update, path);

    const rotate = 'rotateTenantToken';
    await session.call(rotate, 200, '', { path, json: { overlap_seconds: 60 }, holds: ({ token }) => token !== made.token });
    await session.call(rotate, 400, 'with too long an overlap', { path, json: { overlap_seconds: 604_801 } });
    await session.call(rotate, 404, 'of nothing', { ...nowhere, json: {} });
    await refusesTokens(session, rotate, path);

    const explain = 'explainTenantTool';
    const tool = 'gorgias_list_all_tickets';
    await session.call(explain, 200, '', { path, query: { tool }, holds: ({ state }) => state === 'renamed' });
    await session.call(explain, 400, 'of no tool', { path });
    await session.call(explain, 404, 'of nothing', { ...nowhere, query: { tool } });
    await refusesTokens(session, explain, path);

    await refusesTokens(session, 'deleteTenantServer', path);
    await session.call('deleteTenantServer', 200, '', { path, holds: ({ id }) => id === made.id });
    await session.call('deleteTenantServer', 404, 'again', { path });
}
