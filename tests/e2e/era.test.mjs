// Which era a message belongs to, and how each refuses: the router's table, row by row, and the error table.
import assert from 'node:assert/strict';

import {
    assertRpcError,
    capabilitiesKey,
    legacy,
    meta,
    modern,
    modernHeaders,
    modernRequest,
    post,
    versionKey,
} from './support/mcp.mjs';
import { connect, mainEnvironment } from './support/product.mjs';
import { file, test } from './support/test.mjs';

const where = await mainEnvironment();
const account = await connect(file, where);
const { url } = await account.mint();
const legacyVersions = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'];
const rpc = (method, params, id = 7) => ({ jsonrpc: '2.0', id, method, params });
const list = (_meta) => rpc('tools/list', { _meta });
const listHeaders = modernHeaders('tools/list');

/// [row, what, body, headers, status, code, id, more]
const refusals = [
    [1, 'no JSON', '{"jsonrpc":', {}, 400, -32700, null],
    [1, 'an empty body', '', {}, 400, -32700, null],
    [1, 'two values', '{} {}', {}, 400, -32700, null],
    [1, 'a trailing comma', '{"jsonrpc":"2.0","id":1,"method":"ping",}', {}, 400, -32700, null],
    [1, 'invalid UTF-8', Buffer.from('7b226a736f6e727063223a22322e30222c226964223a22ff227d', 'hex'), {}, 400, -32700, null],
    [1, 'JSON 10 000 levels deep', '['.repeat(10_000) + ']'.repeat(10_000), {}, 400, -32700, null],
    [2, 'an empty batch', [], {}, 400, -32600, null],
    [2, 'a batch of 101', Array(101).fill(rpc('ping')), {}, 400, -32600, null],
    [2, 'a batch with a modern claim', [rpc('ping'), list(meta())], listHeaders, 400, -32600, null],
    [2, 'a batch with a claim that is no string', [list({ [versionKey]: 7 })], {}, 400, -32600, null],
    [3, 'a text', '"ping"', {}, 400, -32600, null],
    [3, 'null', 'null', {}, 400, -32600, null],
    [3, 'a number', '1', {}, 400, -32600, null],
    [3, 'jsonrpc 1.0', { jsonrpc: '1.0', id: 1, method: 'ping' }, {}, 400, -32600],
    [3, 'jsonrpc 2.0 as a number', { jsonrpc: 2.0, id: 1, method: 'ping' }, {}, 400, -32600],
    [3, 'no jsonrpc', { id: 1, method: 'ping' }, {}, 400, -32600],
    [3, 'id null', rpc('ping', {}, null), {}, 400, -32600, null],
    [3, 'id true', rpc('ping', {}, true), {}, 400, -32600, null],
    [3, 'id an object', rpc('ping', {}, {}), {}, 400, -32600, null],
    [3, 'id an array', rpc('ping', {}, [1]), {}, 400, -32600, null],
    [3, 'id a fraction', rpc('ping', {}, 1.5), {}, 400, -32600, null],
    [3, 'neither method nor result', { jsonrpc: '2.0', id: 7 }, {}, 400, -32600],
    [3, 'a method that is no text', { jsonrpc: '2.0', id: 7, method: 5 }, {}, 400, -32600],
    [3, 'params that are a list of something', rpc('tools/list', [1]), {}, 400, -32600],
    [6, 'initialize under a modern header', rpc('initialize', { protocolVersion: modern }), listHeaders, 400, -32020, 7],
    [7, 'a claim that is a number', list({ ...meta(), [versionKey]: 20260728 }), listHeaders, 400, -32602, 7, versionKey],
    [7, 'no capabilities', list({ [versionKey]: modern }), listHeaders, 400, -32602, 7, capabilitiesKey],
    [7, 'capabilities null', list({ ...meta(), [capabilitiesKey]: null }), listHeaders, 400, -32602, 7, capabilitiesKey],
    [7, 'capabilities []', list({ ...meta(), [capabilitiesKey]: [] }), listHeaders, 400, -32602, 7, capabilitiesKey],
    [8, 'header and claim differ', list(meta()), { ...listHeaders, 'mcp-protocol-version': '2025-11-25' }, 400, -32020, 7],
    [9, 'an unknown future claim', list(meta('2027-01-01')),
        { ...listHeaders, 'mcp-protocol-version': '2027-01-01' }, 400, -32022, 7],
    [9, 'an unknown claim without header', list(meta('2027-01-01')), {}, 400, -32022, 7],
    [9, 'a legacy revision as the claim', list(meta('2025-11-25')),
        { ...listHeaders, 'mcp-protocol-version': '2025-11-25' }, 400, -32022, 7],
    [10, 'no MCP-Protocol-Version', list(meta()), { 'mcp-method': 'tools/list' }, 400, -32020, 7],
    [11, 'no Mcp-Method', list(meta()), { 'mcp-protocol-version': modern }, 400, -32020, 7],
    [11, 'another Mcp-Method', list(meta()), { ...listHeaders, 'mcp-method': 'tools/call' }, 400, -32020, 7],
    [11, 'Mcp-Method in another case', list(meta()), { ...listHeaders, 'mcp-method': 'Tools/List' }, 400, -32020, 7],
    ...[
        ['no Mcp-Name', undefined],
        ['another Mcp-Name', 'get_single_gorgias_ticket_by_id'],
        ['Mcp-Name in another case', 'GET_SINGLE_GORGIAS_ACCOUNT'],
        ['a Mcp-Name in broken base64', '=?base64?Z2V0X3NpbmdsZ!?='],
        ['a Mcp-Name in base64 of something else', '=?base64?eA==?='],
    ].map(([what, name]) => [
        12, what, rpc('tools/call', { name: 'get_single_gorgias_account', _meta: meta() }),
        { ...modernHeaders('tools/call'), ...(name === undefined ? {} : { 'mcp-name': name }) }, 400, -32020, 7,
    ]),
    [12, 'no Mcp-Name of a resource', rpc('resources/read', { uri: 'x:y', _meta: meta() }),
        modernHeaders('resources/read'), 400, -32020, 7],
    [14, 'ping', rpc('ping', { _meta: meta() }), modernHeaders('ping'), 404, -32601, 7],
    [14, 'initialize', rpc('initialize', { protocolVersion: modern, _meta: meta() }),
        modernHeaders('initialize'), 404, -32601, 7],
    [14, 'subscriptions/listen', rpc('subscriptions/listen', { _meta: meta() }),
        modernHeaders('subscriptions/listen'), 404, -32601, 7],
    [14, 'an unknown method', rpc('tools/burn', { _meta: meta() }), modernHeaders('tools/burn'), 404, -32601, 7],
    [14, 'a method that exists with another case', rpc('Tools/list', { _meta: meta() }),
        modernHeaders('Tools/list'), 404, -32601, 7],
    [15, 'a modern header without a claim', rpc('tools/list'), listHeaders, 400, -32602, 7, versionKey],
    [15, 'a modern header with other _meta', list({ progressToken: 1 }), listHeaders, 400, -32602, 7, versionKey],
    [15, 'a future header without a claim', rpc('tools/list'), { 'mcp-protocol-version': '2027-01-01' }, 400, -32602, 7],
    [16, 'an unknown old header', rpc('tools/list'), { 'mcp-protocol-version': '1999-01-01' }, 400, -32000, 7, '2025-11-25'],
    [16, 'a header that is no date', rpc('tools/list'), { 'mcp-protocol-version': 'latest' }, 400, -32000, 7, '2025-11-25'],
    [17, 'an unknown method, in band', rpc('tools/burn'), {}, 200, -32601, 7],
    [17, 'server/discover without a claim, in band', rpc('server/discover'), {}, 200, -32601, 7],
    [17, 'a method that is not offered', rpc('logging/setLevel', { level: 'debug' }), {}, 200, -32601, 7],
];
for (const [row, what, body, headers, status, code, id, names] of refusals)
    test(`row ${row}, ${what}: ${status} ${code}`, async () => {
        const exchange = await post(url, body, headers);
        const error = assertRpcError(exchange, status, code, id);
        if (names) assert.ok(error.message.includes(names), `names ${names}`);
        if (code === -32022) {
            assert.deepEqual(error.data.supported, [modern, ...legacyVersions]);
            assert.equal(typeof error.data.requested, 'string');
        } else {
            assert.equal(error.data, undefined);
        }
    });

for (const [row, what, body] of [
    [4, 'a response', { jsonrpc: '2.0', id: 3, result: {} }],
    [4, 'an error', { jsonrpc: '2.0', id: 3, error: { code: 1, message: 'x' } }],
    [5, 'notifications/initialized', { jsonrpc: '2.0', method: 'notifications/initialized' }],
    [5, 'notifications/cancelled', { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } }],
    [5, 'an unknown notification', { jsonrpc: '2.0', method: 'notifications/of/the/future' }],
    [5, 'a request without an id', { jsonrpc: '2.0', method: 'tools/list' }],
    [2, 'a batch of notifications', Array(3).fill({ jsonrpc: '2.0', method: 'notifications/initialized' })],
])
    test(`row ${row}, ${what}: 202, empty`, async () => {
        const { status, text, headers } = await post(url, body);
        assert.equal(status, 202);
        assert.equal(text, '');
        assert.equal(headers['content-type'], undefined);
        assert.equal(headers['content-length'], '0');
    });

const sameId = [0, 1, -1, 'a', '', '0', 'server-discover-probe-1', 'Zoë ✓ "\\', 2 ** 53, -(2 ** 53), 2 ** 31];
for (const id of sameId)
    test(`id ${JSON.stringify(id)} comes back as it was`, async () => {
        for (const request of [legacy, modernRequest]) {
            const exchange = await request(url, 'tools/list', {}, { id });
            assert.equal(exchange.status, 200);
            assert.strictEqual(exchange.json.id, id);
            assert.strictEqual((await request(url, 'no/such', {}, { id })).json.id, id, 'in errors too');
        }
    });
for (const [sent, expected] of [
    ['9007199254740993', '9007199254740993'],
    ['9223372036854775807', '9223372036854775807'],
    ['-9223372036854775808', '-9223372036854775808'],
    ['1.0', '1'],
    ['1e2', '100'],
])
    test(`id ${sent} comes back as ${expected}`, async () => {
        const { status, text } = await post(url, `{"jsonrpc":"2.0","id":${sent},"method":"ping"}`);
        assert.equal(status, 200);
        assert.match(text, new RegExp(`"id":${expected}[,}]`));
    });

for (const version of legacyVersions)
    test(`initialize ${version}`, async () => {
        const params = { protocolVersion: version, capabilities: {}, clientInfo: { name: 'x', version: '1' } };
        const { json, status } = await legacy(url, 'initialize', params, { id: 0 });
        assert.equal(status, 200);
        assert.equal(json.id, 0);
        assert.equal(json.result.protocolVersion, version);
        assert.deepEqual(json.result.capabilities, { tools: {} });
        assert.match(json.result.serverInfo.name, /gorgias/);
        assert.ok(json.result.serverInfo.version && json.result.serverInfo.title);
        assert.ok(json.result.instructions.length > 20 && json.result.instructions.length <= 2000);
        const headers = { 'mcp-protocol-version': version };
        assert.equal((await legacy(url, 'tools/list', {}, { headers })).status, 200);
        assert.equal((await legacy(url, 'ping', undefined, { headers })).status, 200);
    });
for (const version of ['2024-10-07', '1999-01-01', modern, '2027-01-01', 'latest', '', 7, undefined])
    test(`initialize ${JSON.stringify(version)} is answered with our newest legacy revision`, async () => {
        const { json, status } = await legacy(url, 'initialize', { protocolVersion: version, capabilities: {} });
        assert.equal(status, 200);
        assert.equal(json.result.protocolVersion, '2025-11-25');
    });
for (const header of ['2025-06-18', '2024-10-07', '1999-01-01', 'stale'])
    test(`initialize under the header ${header} is answered`, async () => {
        const params = { protocolVersion: '2025-06-18', capabilities: {} };
        const exchange = await legacy(url, 'initialize', params, { headers: { 'mcp-protocol-version': header } });
        assert.equal(exchange.status, 200);
        assert.equal(exchange.json.result.protocolVersion, '2025-06-18');
    });

test('legacy traffic may carry Mcp-Method and Mcp-Name, right or wrong', async () => {
    const headers = { 'mcp-method': 'something/else', 'mcp-name': 'nothing' };
    assert.equal((await legacy(url, 'tools/list', {}, { headers })).status, 200);
});

test('modern headers: any case, blanks around, Mcp-Name in base64', async () => {
    const name = 'get_single_gorgias_account';
    const body = rpc('tools/call', { name, arguments: {}, _meta: meta() });
    for (const each of [name, ` ${name}\t`, `=?base64?${Buffer.from(name).toString('base64')}?=`]) {
        const headers = { 'MCP-PROTOCOL-VERSION': ` ${modern} `, 'mCP-mETHOD': 'tools/call', 'MCP-Name': each };
        const exchange = await post(url, body, headers);
        assert.equal(exchange.status, 200);
        assert.ok(!exchange.json.result.isError);
    }
});

test('server/discover', async () => {
    const { json, status } = await modernRequest(url, 'server/discover', {}, { id: 'd' });
    assert.equal(status, 200);
    assert.equal(json.id, 'd');
    const { result } = json;
    assert.equal(result.resultType, 'complete');
    assert.deepEqual(result.supportedVersions, [modern, '2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05']);
    assert.deepEqual(result.capabilities, { tools: {} });
    assert.ok(result.instructions.length <= 2000);
    assert.ok(Number.isInteger(result.ttlMs) && result.ttlMs >= 0);
    assert.equal(result.cacheScope, 'private');
    assert.match(result._meta['io.modelcontextprotocol/serverInfo'].name, /gorgias/);
});

test('ping is {} in legacy', async () => {
    assert.deepEqual((await legacy(url, 'ping')).json, { jsonrpc: '2.0', id: 1, result: {} });
});

test('tools/list: the same bytes twice; cache hints and resultType in the modern era only', async () => {
    const once = await legacy(url, 'tools/list', undefined);
    assert.equal(once.text, (await legacy(url, 'tools/list', {})).text);
    assert.deepEqual(Object.keys(once.json.result), ['tools']);
    const now = await modernRequest(url, 'tools/list');
    assert.equal(now.text, (await modernRequest(url, 'tools/list')).text);
    const { resultType, ttlMs, cacheScope, tools, _meta } = now.json.result;
    assert.deepEqual([resultType, cacheScope], ['complete', 'private']);
    assert.ok(Number.isInteger(ttlMs) && ttlMs >= 0);
    assert.ok(_meta['io.modelcontextprotocol/serverInfo'].name);
    assert.deepEqual(tools, once.json.result.tools, 'the tools do not depend on the era');
    const names = tools.map((tool) => tool.name);
    assert.deepEqual(names, [...names].sort(), 'in order');
});

test('tools/call: resultType in the modern era only, no cache hints', async () => {
    const call = { name: 'get_single_gorgias_account' };
    const old = (await legacy(url, 'tools/call', call)).json.result;
    const now = (await modernRequest(url, 'tools/call', call)).json.result;
    assert.equal(old.resultType, undefined);
    assert.equal(now.resultType, 'complete');
    assert.deepEqual(now.content, old.content);
    for (const result of [old, now]) assert.ok(!('ttlMs' in result) && !('cacheScope' in result));
    const failed = (await modernRequest(url, 'tools/call', { ...call, arguments: { x: 1 } })).json.result;
    assert.deepEqual([failed.resultType, failed.isError], ['complete', true]);
});

test('every tool keeps to the portability profile', async () => {
    const { tools } = (await legacy(url, 'tools/list')).json.result;
    const hasNull = (value) => value === null || (typeof value === 'object' && Object.values(value).some(hasNull));
    const depth = (schema) =>
        1 + Math.max(0, ...[...Object.values(schema.properties ?? {}), schema.items].filter(Boolean).map(depth));
    const check = (schema, path) => {
        assert.equal(typeof schema, 'object', path);
        if ('type' in schema) assert.equal(typeof schema.type, 'string', `${path}: a single type`);
        if (schema.type === 'array') assert.ok(schema.items, `${path}: items`);
        for (const key of ['const', 'patternProperties', '$ref', '$schema', 'uniqueItems', 'exclusiveMinimum'])
            assert.ok(!(key in schema), `${path} has ${key}`);
        assert.ok((schema.enum ?? []).length <= 100, `${path}: at most 100 values`);
        for (const [name, below] of Object.entries(schema.properties ?? {})) {
            assert.match(name, /^[a-zA-Z0-9_.-]{1,64}$/);
            check(below, `${path}.${name}`);
        }
        if (schema.items) check(schema.items, `${path}[]`);
    };
    for (const tool of tools) {
        assert.match(tool.name, /^[a-zA-Z][a-zA-Z0-9_-]{0,63}$/);
        assert.ok(tool.title && tool.description && tool.description.length <= 1000, tool.name);
        const { inputSchema: schema, annotations } = tool;
        assert.equal(schema.type, 'object', tool.name);
        assert.ok(schema.properties, tool.name);
        for (const key of ['oneOf', 'anyOf', 'allOf', 'not', 'if', 'enum']) assert.ok(!(key in schema), tool.name);
        check(schema, tool.name);
        assert.ok(depth(schema) <= 6, `${tool.name} is nested ${depth(schema)} deep`);
        // What the definition says, and what the account adds of its own.
        assert.ok(JSON.stringify(schema).length <= 16_384, `${tool.name}: 16 KiB`);
        for (const hint of ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint'])
            assert.equal(typeof annotations[hint], 'boolean', `${tool.name} ${hint}`);
        assert.ok(!hasNull(tool), `${tool.name} has no null`);
    }
});

/// Both eras: what a call can be refused for before the tool runs.
for (const request of [legacy, modernRequest])
    for (const [what, method, params] of [
        ['an unknown tool', 'tools/call', { name: 'no_such_tool' }],
        ['arguments that are an array', 'tools/call', { name: 'get_single_gorgias_account', arguments: [1] }],
        ['arguments that are a text and no JSON', 'tools/call', { name: 'get_single_gorgias_account', arguments: 'none' }],
        ['a cursor of the tool list', 'tools/list', { cursor: 'x' }],
        ['an empty cursor of the tool list', 'tools/list', { cursor: '' }],
    ])
        test(`${request.name}, ${what}: 200 -32602`, async () => {
            assertRpcError(await request(url, method, params, { id: 'q' }), 200, -32602, 'q');
        });
test('legacy, a name that is missing or no text: 200 -32602', async () => {
    for (const params of [undefined, {}, { name: 7 }, { name: null }])
        assertRpcError(await legacy(url, 'tools/call', params), 200, -32602, 1);
});
test('a tool name that is nearly right is suggested', async () => {
    const error = assertRpcError(await legacy(url, 'tools/call', { name: 'list_gorgias_tickets' }), 200, -32602);
    assert.match(error.message, /list_all_gorgias_tickets/);
});

for (const request of [legacy, modernRequest])
    test(`${request.name}: arguments that break the schema are a tool error with every path`, async () => {
        const calls = await account.simulated.callsDuring(async () => {
            const params = {
                name: 'create_a_gorgias_message',
                arguments: { ticket_id: 'five', public: 'no', source: { to: [{ address: {} }] }, bodytext: 'x' },
            };
            const exchange = await request(url, 'tools/call', params);
            assert.equal(exchange.status, 200);
            const { isError, content } = exchange.json.result;
            assert.equal(isError, true);
            const paths = JSON.parse(content[0].text).details.failures.map((failure) => failure.path);
            for (const path of ['ticket_id', 'public', 'source.to[0].address', 'bodytext', 'from_agent'])
                assert.ok(paths.includes(path), `${path} is among ${paths}`);
        });
        assert.equal(calls, 0);
    });

test('a rule with alternatives is named, also beside other mistakes', async () => {
    const call = async (args) => {
        const params = { name: 'create_a_gorgias_message', arguments: { ticket_id: 5, from_agent: true, ...args } };
        const { content } = (await legacy(url, 'tools/call', params)).json.result;
        return JSON.parse(content[0].text).details.failures.map((failure) => failure.path);
    };
    assert.ok((await call({ channel: 7 })).includes('channel'));
    const both = await call({ channel: 7, public: 'no' });
    assert.ok(both.includes('public'));
    assert.ok(both.includes('channel'), `channel is among ${both}`);
});

test('arguments may be left out, null or an empty list', async () => {
    for (const params of [{}, { arguments: null }, { arguments: [] }, { arguments: {} }]) {
        const { result } = (await legacy(url, 'tools/call', { name: 'get_single_gorgias_account', ...params })).json;
        assert.ok(!result.isError);
    }
});

test('a batch answers each request and refuses each bad one', async () => {
    const exchange = await post(url, [
        rpc('ping', {}, 'a'),
        { jsonrpc: '2.0', method: 'notifications/initialized' },
        rpc('tools/burn', {}, 'b'),
        rpc('ping', {}, null),
        rpc('tools/call', { name: 'get_single_gorgias_account' }, 'c'),
        5,
    ]);
    assert.equal(exchange.status, 200);
    const answers = exchange.json;
    assert.equal(answers.length, 5);
    const byId = new Map(answers.map((answer) => [answer.id, answer]));
    assert.deepEqual(byId.get('a').result, {});
    assert.equal(byId.get('b').error.code, -32601);
    assert.ok(byId.get('c').result.content);
    assert.deepEqual(answers.filter(({ id }) => id === null).map(({ error }) => error.code), [-32600, -32600]);
});
test('a batch of 100 is answered', async () => {
    const exchange = await post(url, Array.from({ length: 100 }, (_, id) => rpc('ping', {}, id)));
    assert.deepEqual(exchange.json.map(({ id }) => id), Array.from({ length: 100 }, (_, id) => id));
});
