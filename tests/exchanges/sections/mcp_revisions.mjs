import { Client, legacyRevisions, modern } from '../support/rpc.mjs';

const clientInfo = { name: 'exchanges', version: '1' };
const teams = 'list_all_gorgias_teams';

/// The same conversation in each revision of the protocol.
export default async function mcpRevisions(x) {
    const account = await x.connect();
    const client = new Client(x, (await x.mint(account)).path);
    for (const revision of legacyRevisions) {
        const headers = { 'mcp-protocol-version': revision };
        const say = (note, method, params, options = {}) =>
            client.legacy(`${revision}, ${note}`, method, params, { headers, ...options });
        await client.legacy(
            `${revision}, initialize`,
            'initialize',
            { protocolVersion: revision, capabilities: {}, clientInfo },
            { id: 0 },
        );
        await client.post(`${revision}, initialized`, { jsonrpc: '2.0', method: 'notifications/initialized' }, headers);
        await say('ping', 'ping');
        await say('tools/list', 'tools/list');
        await say('tools/list, with a cursor', 'tools/list', { cursor: 'x' });
        await say('a call', 'tools/call', { name: teams, arguments: { limit: 1 } });
        await say('a call that cannot be', 'tools/call', { name: teams, arguments: { limit: 0 } });
        await say('a call that the vendor refuses', 'tools/call', {
            name: 'get_single_gorgias_ticket_by_id',
            arguments: { id: 1 },
        });
        await say('a tool that is none', 'tools/call', { name: 'list_teams', arguments: {} });
        await say('a method that is none', 'tools/burn');
        for (const method of ['resources/list', 'prompts/list', 'logging/setLevel', 'completion/complete', 'server/discover'])
            await say(method, method, {});
        await client.post(
            `${revision}, a batch`,
            [
                { jsonrpc: '2.0', id: 1, method: 'ping' },
                { jsonrpc: '2.0', method: 'notifications/initialized' },
                { jsonrpc: '2.0', id: 'b', method: 'tools/call', params: { name: teams, arguments: { limit: 1 } } },
                { jsonrpc: '2.0', id: 3, method: 'x' },
            ],
            headers,
        );
        await x.product.drain();
    }
    for (const version of ['2024-10-07', '1999-01-01', modern, '2027-01-01', 'latest', '', 7, undefined])
        await client.legacy(`initialize ${JSON.stringify(version)}`, 'initialize', {
            protocolVersion: version,
            capabilities: {},
        });
    await client.legacy('initialize, of a client that can open pages', 'initialize', {
        protocolVersion: '2025-11-25',
        capabilities: { elicitation: { url: {} } },
    });
    await client.legacy(
        'initialize, under the header of an old revision',
        'initialize',
        { protocolVersion: '2025-06-18', capabilities: {} },
        {
            headers: { 'mcp-protocol-version': '1999-01-01' },
        },
    );
    await newest(x, client);
}

async function newest(x, client) {
    await client.modern(`${modern}, server/discover`, 'server/discover', {}, { id: 'd' });
    await client.modern(`${modern}, tools/list`, 'tools/list');
    await client.modern(`${modern}, tools/list, with a cursor`, 'tools/list', { cursor: 'x' });
    await client.callModern(`${modern}, a call`, teams, { limit: 1 });
    await client.callModern(`${modern}, a call that cannot be`, teams, { limit: 0 });
    await client.callModern(`${modern}, a call that the vendor refuses`, 'get_single_gorgias_ticket_by_id', { id: 1 });
    await client.callModern(`${modern}, a tool that is none`, 'list_teams', {});
    for (const method of [
        'ping',
        'initialize',
        'tools/burn',
        'Tools/list',
        'resources/list',
        'prompts/list',
        'subscriptions/listen',
        'logging/setLevel',
    ])
        await client.modern(`${modern}, ${method}`, method);
    await client.post(
        `${modern}, a notification`,
        { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } },
        {
            'mcp-protocol-version': modern,
            'mcp-method': 'notifications/cancelled',
        },
    );
    const name = 'get_single_gorgias_account';
    await x.product.drain();
    for (const [note, written] of [
        ['with blanks around', ` ${name}\t`],
        ['in base64', `=?base64?${Buffer.from(name).toString('base64')}?=`],
    ])
        await client.callModern(`${modern}, a name ${note}`, name, {}, { headers: { 'mcp-name': written } });
}
