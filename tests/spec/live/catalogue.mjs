import { nothing, refusesBodies, refusesFilters, refusesIds, refusesTokens } from './refusals.mjs';

export async function integrations(session, known) {
    const { result } = await session.call('listIntegrations', 200, '', { query: { name: 'gorgias' } });
    known.integration = result[0];
    await session.call('listIntegrations', 200, 'with filters', {
        query: { 'category[in]': 'crm,helpdesk', 'label[ne]': 'Other', limit: 10 },
        holds: (json) => json.result.some(({ name }) => name === 'gorgias'),
    });
    await session.call('listIntegrations', 400, 'with an unknown filter', { query: { colour: 'red' } });
    await session.call('listIntegrations', 400, 'with an unknown filter behind one that finds nothing', {
        query: { name: 'nothing', colour: 'red' },
    });
    await session.call('listIntegrations', 400, 'with an operator that it has not', { query: { 'name[like]': 'g%' } });
    await session.call('listIntegrations', 400, 'with a limit of 0', { query: { limit: 0 } });
    await refusesTokens(session, 'listIntegrations');

    const path = { id: known.integration.id };
    await session.call('getIntegration', 200, '', { path, holds: (json) => json.config.name === 'gorgias' });
    await session.call('getIntegration', 200, 'by its name', {
        path: { id: 'gorgias' },
        holds: (json) => json.id === path.id,
    });
    await session.call('getIntegration', 404, 'by an unknown name', { path: { id: 'nothing' } });
    await session.call('getIntegration', 404, 'of nothing', { path: { id: nothing('int') } });
    await refusesTokens(session, 'getIntegration', path);
}

export async function installations(session, known) {
    const { override } = known.product;
    const integration_id = known.integration.id;
    const create = 'createEnvironmentIntegration';
    await session.call(create, 400, 'of nothing', { json: { integration_id: nothing('int') } });
    await session.call(create, 400, 'without its integration', { json: {} });
    await session.call(create, 400, 'with a part that cannot be overridden', {
        json: { integration_id, override: { name: 'x' } },
    });
    await session.call(create, 400, 'at an address that may not be called', {
        json: { integration_id, override: { base_url: 'http://169.254.169.254/' } },
        holds: (json) => json.details.failures[0].path === 'override.base_url',
    });
    for (const [note, oauth2] of [
        ['with a secret of an app that is no text', { client_id: 'x', client_secret: 5 }],
        ['with a part of an app that is none', { token_url: 'https://evil.example/' }],
    ])
        await session.call(create, 400, note, {
            json: { integration_id, override: { credentials: { oauth2 } } },
            holds: (json) => json.details.failures[0].path.startsWith('override.credentials.oauth2'),
        });
    await session.call(create, 400, 'with a client certificate that is none', {
        json: { integration_id, override: { tls: { certificate: 'x', key: 'y' } } },
        holds: (json) => json.details.failures[0].path === 'override.tls.certificate',
    });
    await session.call(create, 400, 'in another environment', {
        json: { integration_id, environment_id: nothing('env') },
    });
    await refusesBodies(session, create);
    await refusesTokens(session, create);
    const installed = await session.call(create, 201, '', {
        json: { integration_id, override, show_in_catalog: false },
        holds: (json) => {
            const { client_id, ...rest } = json.override.credentials.oauth2;
            return client_id === known.product.app.client_id && Object.keys(rest).length === 0;
        },
    });
    known.installation = installed.id;
    await session.call(create, 200, 'again', { json: { integration_id }, holds: ({ id }) => id === installed.id });

    const list = 'listEnvironmentIntegrations';
    await session.call(list, 200);
    await session.call(list, 200, 'with filters', {
        query: {
            integration_id,
            'is_enabled[eq]': 'true',
            show_in_catalog: 'false',
            'updated_at[lte]': '2100-01-01T00:00:00Z',
        },
        holds: (json) => json.result.length === 1,
    });
    await refusesFilters(session, list);
    await refusesTokens(session, list);

    const path = { id: installed.id };
    await session.call('getEnvironmentIntegration', 200, '', { path });
    await session.call('getEnvironmentIntegration', 404, 'of another environment', {
        path,
        token: known.product.foreignToken,
    });
    await refusesIds(session, 'getEnvironmentIntegration', {}, 'envint');
    await refusesTokens(session, 'getEnvironmentIntegration', path);

    const update = 'updateEnvironmentIntegration';
    await session.call(update, 200, '', {
        path,
        json: { override, is_enabled: true, show_in_catalog: true },
        holds: (json) => json.show_in_catalog,
    });
    await session.call(update, 200, 'with what was read', { path, json: { override: installed.override } });
    await session.call(update, 400, 'with a text for a flag', { path, json: { is_enabled: 'yes' } });
    await session.call(update, 400, 'with null', { path, json: { override: null } });
    await refusesIds(session, update, {}, 'envint', { is_enabled: true });
    await refusesBodies(session, update, path);
    await refusesTokens(session, update, path);
}

/// Last: it takes everything with it.
export async function removal(session, known) {
    const path = { id: known.installation };
    await refusesIds(session, 'deleteEnvironmentIntegration', {}, 'envint');
    await refusesTokens(session, 'deleteEnvironmentIntegration', path);
    await session.call('deleteEnvironmentIntegration', 200, '', { path, holds: ({ id }) => id === path.id });
    await session.call('deleteEnvironmentIntegration', 404, 'again', { path });
}
