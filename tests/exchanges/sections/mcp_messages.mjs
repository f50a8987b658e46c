import { capabilitiesKey, Client, meta, modern, modernHeaders, rpc, versionKey } from '../support/rpc.mjs';

const list = (_meta) => rpc('tools/list', { _meta });
const listHeaders = modernHeaders('tools/list');
const call = (name) => rpc('tools/call', { name: 'get_single_gorgias_account', ...(name && { _meta: meta() }) });

/// Which era a message belongs to, and how each refuses.
export default async function mcpMessages(x) {
    const account = await x.connect();
    const client = new Client(x, (await x.mint(account, { methods: ['read'] })).path);
    for (const [note, body, headers] of [
        ['no JSON', '{"jsonrpc":'],
        ['an empty body', ''],
        ['two values', '{} {}'],
        ['a trailing comma', '{"jsonrpc":"2.0","id":1,"method":"ping",}'],
        ['bytes that are not UTF-8', Buffer.from('7b226a736f6e727063223a22322e30222c226964223a22ff227d', 'hex')],
        ['1 000 levels', '['.repeat(1000) + ']'.repeat(1000)],
        ['a name twice', '{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}'],
        ['an empty batch', []],
        ['a batch of 101', Array(101).fill(rpc('ping'))],
        ['a batch with a modern claim', [rpc('ping'), list(meta())], listHeaders],
        ['a batch with a claim that is no string', [list({ [versionKey]: 7 })]],
        ['a batch of what are no messages', [1, 'x', null, {}]],
        ['a text', '"ping"'],
        ['null', 'null'],
        ['a number', '1'],
        ['jsonrpc 1.0', { jsonrpc: '1.0', id: 1, method: 'ping' }],
        ['jsonrpc as a number', { jsonrpc: 2.0, id: 1, method: 'ping' }],
        ['no jsonrpc', { id: 1, method: 'ping' }],
        ['id null', rpc('ping', {}, null)],
        ['id true', rpc('ping', {}, true)],
        ['id an object', rpc('ping', {}, {})],
        ['id a fraction', rpc('ping', {}, 1.5)],
        ['neither method nor result', { jsonrpc: '2.0', id: 7 }],
        ['a method that is no text', { jsonrpc: '2.0', id: 7, method: 5 }],
        ['params that are a list', rpc('tools/list', [1])],
        ['params that are null', '{"jsonrpc":"2.0","id":7,"method":"ping","params":null}'],
        ['initialize under a modern header', rpc('initialize', { protocolVersion: modern }), listHeaders],
        ['a claim that is a number', list({ ...meta(), [versionKey]: 20260728 }), listHeaders],
        ['no capabilities', list({ [versionKey]: modern }), listHeaders],
        ['capabilities null', list({ ...meta(), [capabilitiesKey]: null }), listHeaders],
        ['capabilities []', list({ ...meta(), [capabilitiesKey]: [] }), listHeaders],
        ['header and claim differ', list(meta()), { ...listHeaders, 'mcp-protocol-version': '2025-11-25' }],
        ['a claim of the future', list(meta('2027-01-01')), { ...listHeaders, 'mcp-protocol-version': '2027-01-01' }],
        ['a claim of the future without a header', list(meta('2027-01-01'))],
        ['an older revision as the claim', list(meta('2025-11-25')), { ...listHeaders, 'mcp-protocol-version': '2025-11-25' }],
        ['no MCP-Protocol-Version', list(meta()), { 'mcp-method': 'tools/list' }],
        ['no Mcp-Method', list(meta()), { 'mcp-protocol-version': modern }],
        ['another Mcp-Method', list(meta()), { ...listHeaders, 'mcp-method': 'tools/call' }],
        ['Mcp-Method in another case', list(meta()), { ...listHeaders, 'mcp-method': 'Tools/List' }],
        ['no Mcp-Name', call(true), modernHeaders('tools/call')],
        ['another Mcp-Name', call(true), { ...modernHeaders('tools/call'), 'mcp-name': 'get_single_gorgias_ticket_by_id' }],
        ['Mcp-Name in another case', call(true), { ...modernHeaders('tools/call'), 'mcp-name': 'GET_SINGLE_GORGIAS_ACCOUNT' }],
        ['a Mcp-Name in broken base64', call(true), { ...modernHeaders('tools/call'), 'mcp-name': '=?base64?Z2V0X3NpbmdsZ!?=' }],
        ['a Mcp-Name in base64 of something else', call(true), { ...modernHeaders('tools/call'), 'mcp-name': '=?base64?eA==?=' }],
        ['no Mcp-Name of a resource', rpc('resources/read', { uri: 'x:y', _meta: meta() }), modernHeaders('resources/read')],
        ['a modern header without a claim', rpc('tools/list'), listHeaders],
        ['a modern header with other _meta', list({ progressToken: 1 }), listHeaders],
        ['a header of the future without a claim', rpc('tools/list'), { 'mcp-protocol-version': '2027-01-01' }],
        ['an unknown old header', rpc('tools/list'), { 'mcp-protocol-version': '1999-01-01' }],
        ['a header that is no date', rpc('tools/list'), { 'mcp-protocol-version': 'latest' }],
        ['an answer', { jsonrpc: '2.0', id: 3, result: {} }],
        ['an error', { jsonrpc: '2.0', id: 3, error: { code: 1, message: 'x' } }],
        ['a notification of the future', { jsonrpc: '2.0', method: 'notifications/of/the/future' }],
        ['a request without an id', { jsonrpc: '2.0', method: 'tools/list' }],
        ['a batch of notifications', Array(3).fill({ jsonrpc: '2.0', method: 'notifications/initialized' })],
        ['legacy with Mcp-Method and Mcp-Name', rpc('ping'), { 'mcp-method': 'something/else', 'mcp-name': 'nothing' }],
        ['a method of 10 000 characters', rpc('x'.repeat(10_000))],
        ['a tool of 10 000 characters', rpc('tools/call', { name: 'x'.repeat(10_000) })],
        ['a call without a name', rpc('tools/call', {})],
        ['a call whose name is no text', rpc('tools/call', { name: 5 })],
        ['a call whose arguments are a text', rpc('tools/call', { name: 'get_single_gorgias_account', arguments: 'x' })],
    ])
        await client.post(note, body, headers);
    for (const id of [0, -1, 'a', '', 'Zoë ✓ "\\', 2 ** 53, 'x'.repeat(1000)]) {
        const shown = JSON.stringify(id).slice(0, 20);
        await client.legacy(`the id ${shown}`, 'ping', {}, { id });
        await client.modern(`the id ${shown}, in the newest revision`, 'no/such', {}, { id });
    }
    for (const id of ['9007199254740993', '-9223372036854775808', '9223372036854775808', '1.0', '1e2', '1e400'])
        await client.post(`the id ${id}, as a number`, `{"jsonrpc":"2.0","id":${id},"method":"ping"}`);
}
