import { Client } from '../support/rpc.mjs';

const tool = 'list_all_gorgias_tickets';

/// An account that has to be connected again, met over MCP.
export default async function reauth(x) {
    const link = 'https://app.example/accounts?from=sluice';
    await x.make('PATCH', `/environment/${x.environment}`, { reconnect_url: link });
    x.desk = await x.product.desk('reauth', 5);
    const { access_token, refresh_token } = await x.desk.tokens('tickets:read', 'offline');
    const token = { access_token, refresh_token, expires_at: '2100-01-01T00:00:00Z' };
    const context = { subdomain: 'reauth', oauth: { token } };
    const account = await x.connect({ authentication_method: 'oauth2', context });
    const client = new Client(x, (await x.mint(account)).path);
    const { headers } = await client.legacy('a client that can open pages', 'initialize', {
        protocolVersion: '2025-11-25',
        capabilities: { elicitation: { url: {} } },
    });
    const session = { 'mcp-session-id': headers['mcp-session-id'] };
    for (const [note, capabilities, protocolVersion] of [
        ['a client that cannot open pages', {}, '2025-11-25'],
        ['a client that has forms only', { elicitation: { form: {} } }, '2025-11-25'],
        ['an older client', { elicitation: { url: {} } }, '2025-06-18'],
    ])
        await client.legacy(note, 'initialize', { protocolVersion, capabilities });
    await client.call('a call while it works', tool, { limit: 1, fields: ['id'] }, { headers: session });

    await x.desk.revokeTokens();
    await x.quietly('POST', '/integrated-account/refresh-credentials', { id: account });
    await client.call('a call', tool, { limit: 1 });
    await client.callModern('a call, in the newest revision', tool, { limit: 1 });
    await client.call('a call of a client that opens pages', tool, { limit: 1 }, { headers: session });
    await client.call('a call with a session that is none', tool, { limit: 1 }, { headers: { 'mcp-session-id': 'made-up' } });
    const pages = { elicitation: { url: {} } };
    const ask = (note, more, capabilities = pages) =>
        client.modern(
            `in the newest revision: ${note}`,
            'tools/call',
            { name: tool, arguments: { limit: 1 }, ...more },
            { capabilities },
        );
    const { json } = await ask('a client that opens pages');
    const answered = { requestState: json.result.requestState, inputResponses: { reauth: { action: 'accept' } } };
    await ask('opened, and not connected', answered);
    await ask('a state that is none', { ...answered, requestState: 5 });
    await ask('a state of other arguments', { ...answered, arguments: { limit: 2 } });
    await ask('a client that has forms only', {}, { elicitation: { form: {} } });
    await x.ask('by the proxy', 'GET', '/proxy/tickets', { query: { integrated_account_id: account, limit: 1 } });
    await x.make('PATCH', `/environment/${x.environment}`, { reconnect_url: null });
    await client.call('a call, where the developer has no page', tool, { limit: 1 });
    const { access_token: fresh } = await x.desk.tokens('tickets:read');
    await x.make('PATCH', `/integrated-account/${account}/credentials`, {
        context: { oauth: { token: { access_token: fresh } } },
        verify: false,
    });
    await ask('connected again', answered);
    await client.call('a call, connected again', tool, { limit: 1, fields: ['id'] });
}
