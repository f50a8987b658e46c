import { refusesBodies, refusesFilters, refusesIds, refusesTokens } from '../support/refusals.mjs';
import { nothing } from '../support/section.mjs';

/// Integrations of an environment.
export default async function installations(x) {
    const list = '/environment-integration';
    const [{ id: integration_id }] = (await x.make('GET', '/integration?name=gorgias')).result;
    const { override } = x.product;
    const create = (note, json) => x.ask(`create, ${note}`, 'POST', list, { json });
    await create('of nothing', { integration_id: nothing('int') });
    await create('without its integration', {});
    await create('with another kind of id', { integration_id: nothing('ia') });
    await create('with wrong types', { integration_id: 5, is_enabled: 'yes', show_in_catalog: 1, override: 'x' });
    await create('with a part that cannot be overridden', { integration_id, override: { name: 'x' } });
    for (const base_url of [
        'http://169.254.169.254/',
        'http://127.0.0.1:22',
        'https://10.0.0.1',
        'file:///etc/passwd',
        'not a url',
        '',
        'https://user:pw@a.example',
        'http://a.example',
        'https://a.example/{{context',
        'https://a.example:99999',
        7,
        null,
    ])
        await create(`at ${JSON.stringify(base_url)}`, { integration_id, override: { base_url } });
    await create('with a secret of an app that is no text', {
        integration_id,
        override: { credentials: { oauth2: { client_id: 'x', client_secret: 5 } } },
    });
    await create('with a part of an app that is none', {
        integration_id,
        override: { credentials: { oauth2: { token_url: 'https://evil.example/' } } },
    });
    await create('with an app of a format that is none', { integration_id, override: { credentials: { oauth9: {} } } });
    await create('in another environment', { integration_id, environment_id: nothing('env') });
    await refusesBodies(x, 'create', 'POST', list);
    await refusesTokens(x, 'create', 'POST', list);
    const { json: installed } = await create('with an override', { integration_id, override, show_in_catalog: false });
    await create('again', { integration_id });
    const { id } = installed;

    await x.ask('list', 'GET', list);
    await x.ask('list, with filters', 'GET', list, {
        query: { integration_id, 'is_enabled[eq]': 'true', show_in_catalog: 'false', 'updated_at[lte]': '2100-01-01T00:00:00Z' },
    });
    await refusesFilters(x, 'list', list);
    await refusesTokens(x, 'list', 'GET', list);

    const path = `${list}/${id}`;
    const foreign = { token: x.product.foreignToken };
    await x.ask('get', 'GET', path);
    await x.ask('get, of another environment', 'GET', path, foreign);
    await refusesIds(x, 'get', 'GET', (one) => `${list}/${one}`, 'envint');
    await refusesTokens(x, 'get', 'GET', path);

    const change = (note, json, options) => x.ask(`change, ${note}`, 'PATCH', path, { json, ...options });
    await change('all there is', { override, is_enabled: true, show_in_catalog: true });
    await change('to what was read', { override: installed.override });
    await change('nothing', {});
    await change('to a text for a flag', { is_enabled: 'yes' });
    await change('to null', { override: null, is_enabled: null });
    await change('to another address without the secret', {
        override: { base_url: 'https://{{context.subdomain}}.other.example' },
    });
    await change('of another environment', { is_enabled: false }, foreign);
    await change('to disabled', { is_enabled: false });
    await refusesIds(x, 'change', 'PATCH', (one) => `${list}/${one}`, 'envint', { is_enabled: true });
    await refusesBodies(x, 'change', 'PATCH', path);
    await refusesTokens(x, 'change', 'PATCH', path);

    await refusesIds(x, 'delete', 'DELETE', (one) => `${list}/${one}`, 'envint');
    await refusesTokens(x, 'delete', 'DELETE', path);
    await x.ask('delete, of another environment', 'DELETE', path, foreign);
    await x.ask('delete', 'DELETE', path);
    await x.ask('delete, again', 'DELETE', path);
    await x.ask('list, of none', 'GET', list);
}
