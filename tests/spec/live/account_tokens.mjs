import { nothing, refusesAccountTokens, refusesBodies, refusesTokens } from './refusals.mjs';

export async function accountTokens(session, known) {
    const create = 'createIntegratedAccountToken';
    const id = known.account;
    const made = await session.call(create, 201, '', { json: { id } });
    known.accountToken = made.integrated_account_token;
    await session.call(create, 404, 'of nothing', { json: { id: nothing('ia') } });
    await session.call(create, 404, 'of another environment', { json: { id }, token: known.product.foreignToken });
    await session.call(create, 400, 'with another kind of id', { json: { id: nothing('env') } });
    await refusesBodies(session, create);
    await refusesTokens(session, create);
    await session.call('listIntegratedAccounts', 401, "with an account's token", { token: known.accountToken });

    const token = known.accountToken;
    await session.call('getOwnIntegratedAccount', 200, '', { token, holds: (json) => json.id === id });
    await refusesAccountTokens(session, 'getOwnIntegratedAccount', {}, token);
    await session.call('getOwnRateLimit', 200, '', { token, holds: ({ windows }) => Array.isArray(windows) });
    await refusesAccountTokens(session, 'getOwnRateLimit', {}, token);

    const update = 'updateOwnIntegratedAccount';
    await session.call(update, 200, '', {
        token,
        json: { context: { signature: 'Kind regards' } },
        holds: ({ context }) => context.signature === 'Kind regards' && context.subdomain === 'spec',
    });
    await session.call(update, 200, 'with null inside', { token, json: { context: { signature: null } } });
    for (const [note, json] of [
        ['with nothing', {}],
        ['with null', { context: null }],
        ['with more than a context', { context: {}, is_blocked: false }],
        ['with a context that fits nothing', { context: { subdomain: 'Not A Name' } }],
    ])
        await session.call(update, 400, note, { token, json });
    await refusesBodies(session, update, {}, token);
    await refusesAccountTokens(session, update, {}, token);
}

export async function capabilities(session, known) {
    const ofAccount = 'getIntegratedAccountCapabilities';
    const path = { id: known.limited };
    const methodsOf = ({ proxy }) => proxy.flatMap(({ methods }) => methods);
    await session.call(ofAccount, 200, '', {
        path,
        holds: (json) =>
            json.account.granted_scopes[0] === 'tickets:read' &&
            methodsOf(json).some(({ missing_scopes }) => missing_scopes.includes('tags:write')),
    });
    await session.call(ofAccount, 200, 'with an API key', {
        path: { id: known.account },
        holds: (json) => json.account.granted_scopes === null,
    });
    await session.call(ofAccount, 404, 'of another environment', { path, token: known.product.foreignToken });
    await session.call(ofAccount, 404, 'of nothing', { path: { id: nothing('ia') } });

    const ofIntegration = 'getIntegrationCapabilities';
    const gorgias = { id: 'gorgias' };
    await session.call(ofIntegration, 200, '', {
        path: gorgias,
        holds: (json) => json.ai_readiness.proxy_methods > 100,
    });
    await session.call(ofIntegration, 200, 'by its id', { path: { id: known.integration.id } });
    await session.call(ofIntegration, 404, 'of nothing', { path: { id: 'nothing' } });
    for (const [operation, of] of [
        [ofAccount, path],
        [ofIntegration, gorgias],
    ]) {
        await session.call(operation, 200, 'filtered', {
            path: of,
            query: { type: 'proxy', resource: 'tickets', methods: 'read', has_description: 'true' },
            holds: (json) =>
                json.proxy.length === 1 && methodsOf(json).every(({ description }) => description !== null),
        });
        await session.call(operation, 200, 'of methods that are no tools', {
            path: of,
            query: { has_description: 'false' },
            holds: (json) => methodsOf(json).every(({ name }) => name === null),
        });
        await session.call(operation, 200, 'of the unified part', {
            path: of,
            query: { type: 'unified' },
            holds: (json) => json.proxy === undefined && json.unified.length === 0,
        });
        await session.call(operation, 200, 'of the proxy part', {
            path: of,
            query: { type: 'proxy', methods: 'read' },
            holds: (json) => json.proxy.length > 0 && json.unified === undefined,
        });
        for (const query of [{ resource: 'unicorns' }, { methods: 'reed' }, { type: 'both' }])
            await session.call(operation, 400, `with ${JSON.stringify(query)}`, { path: of, query });
        for (const query of [{ type: 'custom' }, { has_description: 'yes' }, { tags: 'teams' }])
            await session.call(operation, 400, `with ${Object.keys(query)}=${Object.values(query)}`, {
                path: of,
                query,
            });
        await refusesTokens(session, operation, of);
    }
}

/// OAuth tokens of the simulator's, imported.
export async function imported(session, known, note, members = {}) {
    const { access_token, refresh_token } = await known.product.vendorTokens('tickets:read', 'tags:read', 'offline');
    const token = { access_token, refresh_token, expires_at: '2100-01-01T00:00:00Z', ...members };
    const { subdomain } = known.product.context;
    const { id } = await session.call('createIntegratedAccount', 201, note, {
        json: {
            tenant_id: 'acme-renewed',
            environment_integration_id: known.installation,
            authentication_method: 'oauth2',
            context: { subdomain, oauth: { token } },
        },
    });
    return id;
}

export async function renewal(session, known) {
    const { product } = known;
    const refresh = 'refreshIntegratedAccountCredentials';
    const renewable = await imported(session, known, 'with a refresh token');
    await session.call(refresh, 200, '', { json: { id: renewable } });
    // The worker renews as well: between two faults it must not have the true answer.
    const fails = (answer) => product.fault('POST /oauth/token', { kind: 'replace', times: 1000, ...answer });
    await fails({ status: 503 });
    await session.call(refresh, 200, 'while the old token works, though the vendor has none', {
        json: { id: renewable },
    });
    const id = await imported(session, known, 'with a token that has ended', { expires_at: '2026-01-01T00:00:00Z' });
    const ended = { json: { id }, holds: (json) => !('is_remote_error' in json) };
    await session.call(refresh, 502, 'when the token has ended and the vendor has none', ended);
    // What one account is refused while others were renewed with the same app would be no word about the app.
    await session.call('updateEnvironmentIntegration', 200, 'whose app is entered again', {
        path: { id: known.installation },
        json: { override: product.override },
    });
    await fails({ status: 401, body: { error: 'invalid_client' } });
    await session.call(refresh, 403, 'when the token has ended and the vendor refuses the app', ended);
    await product.clearFaults();
    await session.call('updateEnvironmentIntegration', 200, 'whose app the vendor refused', {
        path: { id: known.installation },
        json: { override: product.override },
        holds: (json) => json.last_error === null,
    });
    await session.call(refresh, 200, 'when the token has ended', { json: { id } });
    const alone = await imported(session, known, 'without a refresh token', { refresh_token: undefined });
    const remote = ({ is_remote_error }) => is_remote_error === true;
    await session.call(refresh, 401, 'without a refresh token', { json: { id: alone }, holds: remote });
    await product.revokeTokens();
    await session.call(refresh, 401, 'that the vendor has revoked', { json: { id: renewable }, holds: remote });
    await session.call('getIntegratedAccount', 200, 'whose connection the vendor has ended', {
        path: { id: renewable },
        holds: ({ status, last_error }) => status === 'needs_reauth' && last_error.type === 'authentication_error',
    });
    await session.call(refresh, 409, 'of a key', { json: { id: known.account } });
    await session.call(refresh, 404, 'of nothing', { json: { id: nothing('ia') } });
    await refusesBodies(session, refresh);
    await refusesTokens(session, refresh);
    // Those that were revoked are of no more use.
    known.superfluous = [renewable, alone];
    await giveLimitedAgain(session, known);
}

async function giveLimitedAgain(session, known) {
    const { access_token } = await known.product.vendorTokens('tickets:read');
    await session.call('updateIntegratedAccountCredentials', 200, 'of an account with OAuth', {
        path: { id: known.limited },
        json: { context: { oauth: { scope: ['tickets:read'], token: { access_token } } } },
    });
}

export async function bulkDeletion(session, known) {
    const remove = 'deleteIntegratedAccounts';
    const ids = [...known.superfluous, nothing('ia')];
    await session.call(remove, 200, '', {
        json: { ids },
        holds: ({ deleted }) => deleted.join() === known.superfluous.join(),
    });
    await session.call(remove, 200, 'again', { json: { ids }, holds: ({ deleted }) => deleted.length === 0 });
    await session.call(remove, 200, 'of another environment', {
        json: { ids: [known.account] },
        token: known.product.foreignToken,
        holds: ({ deleted }) => deleted.length === 0,
    });
    for (const [note, json] of [
        ['of none', { ids: [] }],
        ['of another kind of id', { ids: [nothing('env')] }],
        ['of more than 100', { ids: Array(101).fill(nothing('ia')) }],
    ])
        await session.call(remove, 400, note, { json });
    await refusesBodies(session, remove);
    await refusesTokens(session, remove);
}
