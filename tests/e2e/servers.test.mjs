// MCP servers: what their filters show, the second factor, deletion.
import assert from 'node:assert/strict';

import { assertRefused } from './support/api.mjs';
import { connectV1, connectV2 } from './support/clients.mjs';
import { send } from './support/exchange.mjs';
import { assertRpcError, callTool, legacy, listTools, modernRequest } from './support/mcp.mjs';
import { cli, connect, environment, mainEnvironment, startApi } from './support/product.mjs';
import { defer, eventually, file, test } from './support/test.mjs';

const where = await mainEnvironment();
const account = await connect(file, where);
const tools = await account.tools();
const path = `/integrated-account/${account.id}/mcp`;

// What a tool's class is, by the contract: get, list and custom searches read; create, update and delete write.
const standard = { get: 'read', list: 'read', create: 'write', update: 'write', delete: 'write' };
const annotations = new Map((await listTools((await account.mint()).url)).map((tool) => [tool.name, tool.annotations]));
const classOf = ({ name, method }) =>
    standard[method] ?? (annotations.get(name).readOnlyHint ? 'read' : 'custom');
const resourcesTagged = {
    tickets: ['tickets', 'messages', 'ticket_tags', 'ticket_custom_fields', 'view_items'],
    macros: ['macros'],
};
const isTagged = (tag) => (tool) =>
    resourcesTagged[tag].includes(tool.resource) || (tag === 'tickets' && tool.name === 'list_all_gorgias_custom_fields');

const filters = [
    [{}, () => true],
    [{ methods: [], tags: [] }, () => true],
    [{ methods: ['read'] }, (tool) => classOf(tool) === 'read'],
    [{ methods: ['write'] }, (tool) => tool.access === 'write'],
    [{ methods: ['write'], vocabulary: 1 }, (tool) => classOf(tool) === 'write'],
    // What calls several methods is shown with them, not by a word of its own.
    [{ methods: ['custom'] }, (tool) => classOf(tool) === 'custom' && !['assign', 'reply'].includes(tool.method)],
    [{ methods: ['read', 'create_a_gorgias_message'] }, (tool) =>
        classOf(tool) === 'read' || tool.name === 'create_a_gorgias_message'],
    [{ methods: ['list', 'delete'] }, (tool) => ['list', 'delete'].includes(tool.method)],
    [{ tags: ['macros'] }, isTagged('macros')],
    [{ tags: ['tickets'] }, isTagged('tickets')],
    [{ methods: ['read'], tags: ['tickets', 'macros'] }, (tool) =>
        classOf(tool) === 'read' && (isTagged('tickets')(tool) || isTagged('macros')(tool))],
];
for (const [config, passes] of filters) {
    test(`config ${JSON.stringify(config)} shows, lets call and refuses what it says`, async () => {
        const server = await account.mint(config);
        const expected = tools.filter(passes).map((tool) => tool.name);
        assert.ok(expected.length > 0);
        assert.deepEqual((await listTools(server.url)).map((tool) => tool.name), expected);
        const query = Object.entries(config).filter(([, words]) => words.length > 0);
        const asked = await account.api.ok('GET', `/integrated-account/${account.id}/tools?${new URLSearchParams(query)}`);
        // It speaks the newest vocabulary.
        if (!config.vocabulary) assert.deepEqual(asked.result.map((tool) => tool.name), expected, 'GET …/tools agrees');

        const hidden = tools.filter((tool) => !passes(tool));
        const calls = await account.simulated.callsDuring(async () => {
            for (const { name } of hidden.slice(0, 40)) {
                const exchange = await legacy(server.url, 'tools/call', { name, arguments: { id: 1 } });
                const { message } = assertRpcError(exchange, 200, -32602, 1);
                assert.match(message, /hidden/);
                assert.match(message, /config\.(methods|tags)/);
            }
        });
        assert.equal(calls, 0);
        // An argument that no tool knows: the refusal shows that the tool itself was found.
        for (const name of expected.slice(0, 40))
            assert.equal((await callTool(server.url, name, { no_such_argument: 1 })).isError, true);
    });
}

test('the SDKs see exactly the filtered tools', async (t) => {
    const { url } = await account.mint({ methods: ['read'], tags: ['tickets'] });
    const expected = tools.filter((tool) => classOf(tool) === 'read' && isTagged('tickets')(tool)).map(({ name }) => name);
    for (const open of [connectV1, connectV2({ pin: '2026-07-28' })]) {
        const client = await open(url);
        defer(t, () => client.close());
        assert.deepEqual((await client.listTools()).map(({ name }) => name), expected);
        await assert.rejects(client.callTool('create_a_gorgias_macro', { name: 'x' }), /hidden.*config\.methods/);
    }
});

for (const [config, paths, word] of [
    [{ methods: ['raed'] }, ['config.methods[0]'], 'raed'],
    [{ methods: ['read', 'create_a_gorgias_mesage'] }, ['config.methods[1]'], 'create_a_gorgias_mesage'],
    [{ tags: ['tikets'] }, ['config.tags[0]'], 'tikets'],
    [{ methods: ['delete'], tags: ['voice', 'nothing'] }, ['config.tags[1]'], 'nothing'],
    [{ methods: ['delete'], tags: ['statistics'] }, ['config'], 'no tool'],
    [{ methods: [''] }, ['config.methods[0]'], ''],
    [{ methods: 'read' }, ['config.methods'], ''],
    [{ tags: [7] }, ['config.tags[0]'], ''],
    [{ tool_exposure: 'everything' }, ['config.tool_exposure'], 'all'],
    [{ require_api_token_auth: 'yes' }, ['config.require_api_token_auth'], 'true or false'],
    [{ method: ['read'] }, ['config.method'], 'methods'],
]) {
    test(`config ${JSON.stringify(config)} is refused on POST and PATCH, naming the word`, async () => {
        const server = await account.mint({ methods: ['read'] });
        const before = await account.servers();
        for (const exchange of [
            await account.api.post(path, { name: 'wrong', config }),
            // PATCH merges: what the patch leaves out must not make it pass.
            await account.api.patch(`${path}/${server.id}`, { config: { methods: [], tags: [], ...config } }),
        ]) {
            assertRefused(exchange, 400, paths);
            assert.ok(exchange.json.details.failures.some(({ message }) => message.includes(word)));
        }
        assert.deepEqual(await account.servers(), before);
    });
}

test('PATCH merges config key by key, and clients see it at once', async () => {
    const { id, url } = await account.mint({ methods: ['read'], tags: ['macros'] });
    const shown = async () => (await listTools(url)).map((tool) => tool.name);
    const readMacros = tools.filter((tool) => tool.resource === 'macros' && classOf(tool) === 'read');
    assert.deepEqual(await shown(), readMacros.map((tool) => tool.name));
    const patched = await account.api.ok('PATCH', `${path}/${id}`, { config: { methods: [] } });
    assert.deepEqual(patched.config, {
        methods: [],
        tags: ['macros'],
        vocabulary: 2,
        tool_exposure: 'all',
        require_api_token_auth: false,
        result_token_limit: 20_000,
        structured_content: false,
        approval_tags: [],
        approval_link: false,
        idempotency_window_s: 0,
    });
    assert.deepEqual(await shown(), tools.filter((tool) => tool.resource === 'macros').map((tool) => tool.name));
    const named = await account.api.ok('PATCH', `${path}/${id}`, { name: 'Renamed' });
    assert.equal(named.name, 'Renamed');
    assert.deepEqual(named.config, patched.config);
    assert.equal((await account.api.ok('GET', `${path}/${id}`)).name, 'Renamed');
});

test('token and url are in the 201 only', async () => {
    const server = await account.mint();
    assert.match(server.token, /^slx_mcp_/);
    assert.ok(server.url.endsWith(`/mcp/${server.token}`));
    for (const text of [
        (await account.api.get(`${path}/${server.id}`)).text,
        (await account.api.get(path)).text,
        (await account.api.patch(`${path}/${server.id}`, { name: 'again' })).text,
    ])
        assert.ok(!text.includes(server.token) && !text.includes('"url"'));
});

test('a second factor: missing, wrong, foreign or right', async () => {
    const { url } = await account.mint({ require_api_token_auth: true, methods: ['read'] });
    const second = await environment('second-factor');
    const wrong = {
        'no header': {},
        'an unknown token': { authorization: `Bearer ${where.token.slice(0, -4)}AAAA` },
        'a token that is none': { authorization: 'Bearer x' },
        'another scheme': { authorization: `Basic ${where.token}` },
        'a token of another environment': { authorization: `Bearer ${second.token}` },
        'the same in the other header': { 'sluice-api-token': second.token },
        'the MCP token itself': { authorization: `Bearer ${url.split('/').at(-1)}` },
    };
    for (const [what, headers] of Object.entries(wrong))
        for (const method of ['initialize', 'tools/list', 'ping']) {
            const exchange = await legacy(url, method, {}, { headers });
            assert.equal(exchange.status, 401, what);
            assert.match(exchange.headers['www-authenticate'], /^Bearer/, what);
            assert.match(exchange.headers['content-type'], /^application\/json/, what);
            assert.ok(!exchange.text.includes('gorgias'), 'nothing about what is behind it');
        }
    for (const headers of [
        { authorization: `Bearer ${where.token}` },
        { authorization: `bearer ${where.token}` },
        { 'sluice-api-token': where.token },
        { 'Sluice-Api-Token': where.token, authorization: 'Bearer something-of-the-gateway-before-us' },
    ]) {
        assert.equal((await legacy(url, 'tools/list', {}, { headers })).status, 200);
        assert.equal((await modernRequest(url, 'tools/list', {}, { headers })).status, 200);
    }
});

test('a second factor with the SDKs', async (t) => {
    const { url } = await account.mint({ require_api_token_auth: true });
    for (const open of [connectV1, connectV2(), connectV2('auto'), connectV2({ pin: '2026-07-28' })]) {
        await assert.rejects(open(url));
        const client = await open(url, { authorization: `Bearer ${where.token}` });
        defer(t, () => client.close());
        assert.equal((await client.listTools()).length, tools.length);
    }
});

test('an API token that is replaced is no second factor any more', async (t) => {
    const own = await environment('second-factor-replaced');
    const { url } = await (await connect(t, own)).mint({ require_api_token_auth: true });
    const status = async (token) =>
        (await legacy(url, 'ping', {}, { headers: { authorization: `Bearer ${token}` } })).status;
    assert.equal(await status(own.token), 200);
    const create = ['api-token', 'create', 'e2e', '--team', 'e2e', '--environment', 'second-factor-replaced', '--replace'];
    const { token } = await cli(...create);
    await eventually('the old token is refused', 1, async () => (await status(own.token)) === 401, 20);
    assert.equal(await status(token), 200);
    // For the cleaning up.
    own.api.token = token;
});

test('a deleted server answers 404 from then on', async () => {
    const { id, url } = await account.mint();
    for (let i = 0; i < 20; ++i) assert.equal((await legacy(url, 'ping')).status, 200);
    assert.deepEqual(await account.api.ok('DELETE', `${path}/${id}`), { id });
    for (let i = 0; i < 50; ++i) assert.equal((await legacy(url, 'ping')).status, 404);
    assert.equal((await account.api.get(`${path}/${id}`)).status, 404);
    assert.equal((await account.api.delete(`${path}/${id}`)).status, 404);
});

test('deleting the account takes its servers along', async (t) => {
    const gone = await connect(t, where);
    const { url } = await gone.mint();
    assert.equal((await legacy(url, 'ping')).status, 200);
    await gone.api.ok('DELETE', `/integrated-account/${gone.id}`);
    for (let i = 0; i < 50; ++i) assert.equal((await legacy(url, 'ping')).status, 404);
});

test('a second replica: serves at once what the first made, and forgets within a second what it deletes', async (t) => {
    const replica = await startApi(t);
    const { id, url } = await account.mint();
    const there = url.replace(where.api.url, replica.url);
    const [a, b] = [await send('POST', url, list()), await send('POST', there, list())];
    assert.equal(a.status, 200);
    assert.equal(a.text, b.text, 'the same bytes from every replica');
    await account.api.ok('DELETE', `${path}/${id}`);
    await eventually('it is forgotten', 1, async () => (await legacy(there, 'ping')).status === 404, 10);
    for (let i = 0; i < 50; ++i) assert.equal((await legacy(there, 'ping')).status, 404);
});
const list = () => ({
    headers: { 'content-type': 'application/json' },
    body: { jsonrpc: '2.0', id: 1, method: 'tools/list' },
});
