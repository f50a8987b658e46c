import { nothing, refusesBodies, refusesFilters, refusesIds, refusesTokens } from './refusals.mjs';

export async function accounts(session, known) {
    await create(session, known);
    await list(session, known);
    await change(session, known);
    await tools(session, known);
    await remove(session, known);
}

async function create(session, known) {
    const { product, installation } = known;
    const id = 'createIntegratedAccount';
    const json = {
        tenant_id: 'acme-42',
        environment_integration_id: installation,
        authentication_method: 'api_key',
        context: product.context,
    };
    const hidesKey = ({ context }) => context.subdomain === product.context.subdomain && !('api_key' in context);
    known.account = (await session.call(id, 201, '', { json, holds: hidesKey })).id;
    known.spare = (
        await session.call(id, 201, 'with a region, as a sandbox', {
            json: { ...json, tenant_id: 'acme-43', region: 'eu', is_sandbox: true },
        })
    ).id;
    const token = await product.vendorTokens('tickets:read');
    known.limited = (
        await session.call(id, 201, 'with OAuth tokens', {
            json: {
                ...json,
                authentication_method: 'oauth2',
                context: {
                    subdomain: product.context.subdomain,
                    oauth: { scope: ['tickets:read'], token: { access_token: token.access_token } },
                },
            },
            holds: ({ context }) => context.oauth.scope.length === 1 && !('token' in context.oauth),
        })
    ).id;
    await session.call(id, 400, 'without its credentials', {
        json: { ...json, context: {} },
        holds: ({ details }) => details.failures.some(({ path }) => path === 'context.api_key'),
    });
    await session.call(id, 400, 'with an unknown authentication method', {
        json: { ...json, authentication_method: 'telepathy' },
    });
    await session.call(id, 400, 'in nothing', { json: { ...json, environment_integration_id: nothing('envint') } });
    await refusesBodies(session, id);
    await refusesTokens(session, id);
}

async function list(session, known) {
    const id = 'listIntegratedAccounts';
    const first = await session.call(id, 200, '', { query: { limit: 2 }, holds: (json) => json.result.length === 2 });
    await session.call(id, 200, 'the last page', {
        query: { limit: 2, next_cursor: first.next_cursor },
        holds: (json) => json.result.length === 1 && json.next_cursor === null,
    });
    await session.call(id, 200, 'with filters', {
        query: {
            'tenant_id[like]': 'ACME-%',
            environment_integration_id: known.installation,
            'status[in]': 'active,needs_reauth',
            'authentication_method[ne]': 'oauth2',
            'region[exist]': 'true',
            is_sandbox: 'true',
            'integration.name': 'gorgias',
            'created_at[gte]': '2026-01-01T00:00:00Z',
            'updated_at[lt]': '2100-01-01 00:00:00',
        },
        holds: (json) => json.result.length === 1 && json.result[0].id === known.spare,
    });
    await session.call(id, 400, 'with a date that is none', { query: { 'created_at[gt]': 'yesterday' } });
    await session.call(id, 400, 'with another kind of id', { query: { environment_id: 'ia_1' } });
    await refusesFilters(session, id);
    await refusesTokens(session, id);
}

async function change(session, known) {
    const path = { id: known.account };
    await session.call('getIntegratedAccount', 200, '', { path });
    await session.call('getIntegratedAccount', 404, 'of another environment', {
        path,
        token: known.product.foreignToken,
    });
    await refusesIds(session, 'getIntegratedAccount', {}, 'ia');
    await refusesTokens(session, 'getIntegratedAccount', path);
    await session.call('getRateLimit', 200, '', { path, holds: ({ windows }) => Array.isArray(windows) });
    await session.call('getRateLimit', 404, 'of another environment', { path, token: known.product.foreignToken });
    await refusesIds(session, 'getRateLimit', {}, 'ia');
    await refusesTokens(session, 'getRateLimit', path);

    const fair_share = { shares: [{ mcp_server_id: nothing('mcp_srv'), weight: 2 }], default_weight: 1 };
    await session.call('updateIntegratedAccount', 200, 'with shares', {
        path,
        json: { fair_share },
        holds: (json) => json.fair_share.shares[0].weight === 2,
    });
    await session.call('updateIntegratedAccount', 400, 'with a wrong weight', {
        path,
        json: { fair_share: { default_weight: 0 } },
        holds: ({ details }) => details.failures[0].path === 'fair_share.default_weight',
    });
    await session.call('updateIntegratedAccount', 200, 'without shares', { path, json: { fair_share: null } });

    await session.call('updateIntegratedAccount', 200, '', {
        path,
        json: { tenant_id: 'acme-44', region: 'us', is_sandbox: false, is_blocked: false, context: { plan: 'pro' } },
        holds: (json) => json.context.plan === 'pro' && json.context.subdomain === known.product.context.subdomain,
    });
    await session.call('updateIntegratedAccount', 200, 'with null', {
        path,
        json: { region: null, context: { plan: null } },
        holds: (json) => json.region === null && !('plan' in json.context),
    });
    await session.call('updateIntegratedAccount', 400, 'with null for what cannot be cleared', {
        path,
        json: { tenant_id: null, is_sandbox: null, is_blocked: null, context: null },
        holds: (json) => json.details.failures.length === 4,
    });
    await session.call('updateIntegratedAccount', 400, 'with a context that fits nothing', {
        path,
        json: { context: { subdomain: 'Not A Name' } },
    });
    await refusesIds(session, 'updateIntegratedAccount', {}, 'ia', { tenant_id: 'x' });
    await refusesBodies(session, 'updateIntegratedAccount', path);
    await refusesTokens(session, 'updateIntegratedAccount', path);

    const credentials = 'updateIntegratedAccountCredentials';
    const { api_key } = known.product.context;
    await session.call(credentials, 200, '', { path, json: { context: { api_key } } });
    await session.call(credentials, 200, 'with its method', {
        path,
        json: { authentication_method: 'api_key', context: { api_key } },
    });
    await session.call(credentials, 400, 'without a context', { path, json: {} });
    await session.call(credentials, 400, 'with a key that is none', { path, json: { context: { api_key: 5 } } });
    await refusesIds(session, credentials, {}, 'ia', { context: { api_key } });
    await refusesBodies(session, credentials, path);
    await refusesTokens(session, credentials, path);
}

async function tools(session, known) {
    const path = { id: known.account };
    await session.call('listTools', 200, '', { path, holds: (json) => json.result.length > 90 });
    await session.call('listTools', 200, 'filtered', {
        path,
        query: { methods: 'list,get', tags: 'teams' },
        holds: (json) => json.result.length === 2,
    });
    for (const format of ['mcp', 'openai', 'openai_responses', 'anthropic', 'gemini'])
        await session.call('listTools', 200, `for ${format}`, { path, query: { format, methods: 'read' } });
    await session.call('listTools', 400, 'in an unknown format', { path, query: { format: 'xml' } });
    await session.call('listTools', 400, 'with a method that is none', { path, query: { methods: 'reed' } });
    await session.call('listTools', 400, 'with filters that leave nothing', {
        path,
        query: { methods: 'write', tags: 'statistics' },
    });
    await refusesIds(session, 'listTools', {}, 'ia');
    await refusesTokens(session, 'listTools', path);
}

async function remove(session, known) {
    const path = { id: known.spare };
    await refusesIds(session, 'deleteIntegratedAccount', {}, 'ia');
    await refusesTokens(session, 'deleteIntegratedAccount', path);
    await session.call('deleteIntegratedAccount', 200, '', { path, holds: ({ id }) => id === path.id });
    await session.call('deleteIntegratedAccount', 404, 'again', { path });
}
