import { Client } from '../support/rpc.mjs';

const list = 'list_all_gorgias_tickets';

/// Servers that show their tools on request.
export default async function mcpDiscovery(x) {
    const account = await x.connect();
    const client = new Client(x, (await x.mint(account, { tool_exposure: 'discovery' })).path);
    await client.legacy('initialize', 'initialize', { protocolVersion: '2025-11-25', capabilities: {} });
    await client.legacy('the tools', 'tools/list');
    await client.modern('the tools, in the newest revision', 'tools/list');
    for (const query of ['list the tickets', 'add tags to a ticket', 'write a message', 'merge two customers', 'unicorns', ''])
        await client.call(`search ${JSON.stringify(query)}`, 'search_tools', { query, limit: 5 });
    await client.call('search without a limit', 'search_tools', { query: 'delete' });
    await client.call('describe', 'get_tool_schema', { tool_names: [list, 'list_tickets'] });
    await client.call('call', 'call_tool', { tool_name: list, arguments: { limit: 1, fields: ['id'] } });
    await client.callModern('call, in the newest revision', 'call_tool', {
        tool_name: list,
        arguments: { limit: 1, fields: ['id'] },
    });
    await client.call('a tool by its own name', list, {});
    await client.call('a tool that is none', 'nonsense', {});
    for (const [note, name, args] of [
        ['search without a query', 'search_tools', {}],
        ['search for too many', 'search_tools', { query: 'x', limit: 21 }],
        ['search for a number', 'search_tools', { query: 5 }],
        ['describe none', 'get_tool_schema', { tool_names: [] }],
        ['describe too many', 'get_tool_schema', { tool_names: Array(6).fill(list) }],
        ['describe a text', 'get_tool_schema', { tool_names: list }],
        ['call nothing', 'call_tool', {}],
        ['call what is none', 'call_tool', { tool_name: 'list_tickets' }],
        ['call with a list', 'call_tool', { tool_name: list, arguments: [1] }],
        ['call with what cannot be', 'call_tool', { tool_name: list, arguments: { limit: 0 } }],
    ])
        await client.call(note, name, args);
    const reading = new Client(x, (await x.mint(account, { tool_exposure: 'discovery', methods: ['read'] })).path);
    await reading.call('filtered: search', 'search_tools', { query: 'create a ticket', limit: 5 });
    await reading.call('filtered: call', 'call_tool', { tool_name: 'create_a_gorgias_ticket', arguments: {} });
}
