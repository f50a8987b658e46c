import { refusesIds, refusesTokens } from '../support/refusals.mjs';
import { nothing } from '../support/section.mjs';

/// The tools of an account in the forms of models, and what it may do.
export default async function tools(x) {
    const account = await x.connect();
    const at = (id) => `/integrated-account/${id}/tools`;
    const path = at(account);
    await x.ask('all', 'GET', path);
    for (const query of [
        { methods: 'list,get', tags: 'teams' },
        { methods: 'read', tags: 'tickets' },
        { methods: 'list_all_gorgias_tickets' },
        { format: 'xml' },
        { methods: 'reed' },
        { tags: 'unicorns' },
        { methods: 'write', tags: 'statistics' },
        { colour: 'red' },
    ])
        await x.ask(`with ${new URLSearchParams(query)}`, 'GET', path, { query });
    for (const format of ['openai', 'anthropic', 'gemini', 'mcp'])
        await x.ask(`for ${format}`, 'GET', path, { query: { format, methods: 'read', tags: 'customers' } });
    await x.ask('of another environment', 'GET', path, { token: x.product.foreignToken });
    await refusesIds(x, 'tools', 'GET', at, 'ia');
    await refusesTokens(x, 'tools', 'GET', path);

    const { access_token } = await x.desk.tokens('tickets:read');
    const limited = await x.connect({
        authentication_method: 'oauth2',
        context: { subdomain: x.desk.context.subdomain, oauth: { scope: ['tickets:read'], token: { access_token } } },
    });
    const capabilities = (id) => `/integrated-account/${id}/capabilities`;
    await x.ask('capabilities, with a key', 'GET', capabilities(account), { query: { resource: 'tickets' } });
    await x.ask('capabilities, with few scopes', 'GET', capabilities(limited), { query: { resource: 'tags' } });
    for (const query of [{ type: 'unified' }, { methods: 'reed' }, { resource: 'unicorns' }, { has_description: 'false' }])
        await x.ask(`capabilities, with ${new URLSearchParams(query)}`, 'GET', capabilities(account), { query });
    await x.ask('capabilities, of another environment', 'GET', capabilities(account), { token: x.product.foreignToken });
    await x.ask('capabilities, of nothing', 'GET', capabilities(nothing('ia')));
    await refusesTokens(x, 'capabilities', 'GET', capabilities(account));

    const refresh = (id) => `/integrated-account/${id}/refresh-schema`;
    await x.ask('refresh the schema', 'POST', refresh(account));
    await x.product.drain();
    await x.ask('refresh the schema, again', 'POST', refresh(account), { json: {} });
    await x.desk.fault('GET /api/custom-fields', { status: 500, body: {}, times: 10 });
    await x.ask('refresh the schema, while the vendor fails', 'POST', refresh(account));
    await x.desk.clearFaults();
    await x.ask('refresh the schema, of nothing', 'POST', refresh(nothing('ia')));
    await x.ask('refresh the schema, of another environment', 'POST', refresh(account), { token: x.product.foreignToken });
    await refusesTokens(x, 'refresh the schema', 'POST', refresh(account));
}
