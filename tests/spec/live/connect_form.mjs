import { refusesBodies } from './refusals.mjs';

/// The form after connecting, of an integration that has one.
export async function connectForm(session, known) {
    const { product } = known;
    product.publishAsking();
    await product.drainBuckets();
    const [asking] = (await session.call('listIntegrations', 200, 'that asks', { query: { name: 'asking' } })).result;
    const installed = await session.call('createEnvironmentIntegration', 201, 'of what asks', {
        json: { integration_id: asking.id, override: product.override },
    });
    const link = await session.call('createLinkToken', 201, 'for a form', {
        json: { tenant_id: 'acme-60', integration: 'asking' },
    });
    const connected = await session.call('submitLinkSession', 200, 'of what asks', {
        token: link.link_token,
        json: {
            environment_integration_id: installed.id,
            authentication_method: 'api_key',
            context: product.context,
        },
    });
    const token = connected.form_token;
    await session.call('getLinkForm', 200, '', { token, holds: (json) => json.fields.length === 2 });
    await session.call('getLinkForm', 401, 'with a token that is none', { token: 'nonsense' });

    const load = 'loadLinkFormOptions';
    const { options } = await session.call(load, 200, '', { token, json: { field: 'team', values: {} } });
    await session.call(load, 400, 'of a field that is none', { token, json: { field: 'unicorn' } });
    await session.call(load, 401, 'with a token that is none', { token: 'nonsense', json: { field: 'team' } });
    await product.fault('GET /api/teams', { status: 500, body: {}, times: 10 });
    await session.call(load, 502, 'while the vendor fails', { token, json: { field: 'team' } });
    await product.clearFaults();

    const submit = 'submitLinkForm';
    for (const [note, values] of [
        ['without what is required', {}],
        ['with a team that is none', { signature: 'x', team: -1 }],
        ['with a field that is none', { signature: 'x', unicorn: 1 }],
    ])
        await session.call(submit, 400, note, { token, json: { values } });
    await refusesBodies(session, submit, {}, token);
    await session.call(submit, 401, 'with a token that is none', { token: 'nonsense', json: { values: {} } });
    await session.call(submit, 200, '', { token, json: { values: { signature: 'Eve', team: options[0]?.value } } });
    await session.call('getIntegratedAccount', 200, 'that has answered', {
        path: { id: connected.integrated_account_id },
        holds: ({ context }) => context.signature === 'Eve',
    });
    await session.call('deleteEnvironmentIntegration', 200, 'of what asks', { path: { id: installed.id } });
}
