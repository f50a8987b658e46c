// A vendor that says an error in a 200 (as Slack does): the definition says how it is told and which status it has. What is
// read from each shape of error is in api-spec/vendor-errors.md.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';

import { assertRefused, assertRemote, Proxy } from './support/api.mjs';
import { callTool, toolError } from './support/mcp.mjs';
import { environment, install, main, startApi } from './support/product.mjs';
import { file, test } from './support/test.mjs';

const errors = { C0: 'channel_not_found', C1: 'is_archived', C2: 'fatal_error', C3: 'invalid_auth' };
const calls = [];
const server = createServer((request, response) => {
    let text = '';
    request.on('data', (part) => (text += part));
    request.on('end', () => {
        const body = text ? JSON.parse(text) : undefined;
        calls.push({ target: request.url, body });
        const error = errors[body?.channel ?? request.url.split('/').pop()];
        const answer = error
            ? { ok: false, error, response_metadata: { messages: [`it is ${error}`] } }
            : { ok: true, channels: [{ id: 'C9' }] };
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(answer));
    });
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
file.after(() => server.close());
const vendor = `http://127.0.0.1:${server.address().port}`;

const expression = 'error_expression: {path: ok, equals: false}';
const manifest = `name: chatty
label: Chatty
category: test
openapi: openapi.yaml
base_url: "${vendor}"
credentials:
  api_key:
    label: Key
    fields:
      api_key: {label: Key, secret: true, required: true}
    authorization: {format: bearer, config: {token: "{{context.api_key}}"}}
${expression}
errors:
  message: response_metadata.messages
  status: {codes: {channel_not_found: 404, fatal_error: 500, invalid_auth: 401}}
pagination: {format: none, config: {items: channels}}
resources:
  channels:
    methods:
      list: {operation: list-channels, pagination: {format: none, config: {items: channels}}}
      get: {operation: get-channel}
  messages:
    methods:
      create: {operation: post-message}
`;
const operation = (operationId, more) => ({ operationId, summary: operationId, description: 'Does it.', ...more });
const openapi = {
    openapi: '3.1.0',
    info: { title: 'Chatty', version: '1' },
    paths: {
        '/channels': { get: operation('list-channels') },
        '/channels/{id}': {
            get: operation('get-channel', { parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }] }),
        },
        '/messages': {
            post: operation('post-message', {
                requestBody: {
                    required: true,
                    content: { 'application/json': { schema: { type: 'object', properties: { channel: { type: 'string' } } } } },
                },
            }),
        },
    },
};

const own = await startApi(file, { settings: { SLUICE_EGRESS_ALLOW: [vendor, main.simulator.url].map((url) => new URL(url).host).join() } });
const { api } = await environment('vendor-errors', own);
const installation = await install(api, manifest, openapi, vendor);
const { id } = await api.ok('POST', '/integrated-account', {
    tenant_id: 'acme',
    environment_integration_id: installation,
    authentication_method: 'api_key',
    context: { api_key: 'theirs' },
});
const proxy = new Proxy(api, id);
const { url } = await api.ok('POST', `/integrated-account/${id}/mcp`, {
    name: 'chatty',
    config: { idempotency_window_s: 600 },
});

test('a 200 that is an error has the status of its code, and the vendor’s words, through REST and MCP', async () => {
    const byRest = assertRemote(await proxy.get('/channels/C0'), 404);
    assert.deepEqual([byRest.message, byRest.remote_code, byRest.remote_status], ['it is channel_not_found', 'channel_not_found', 200]);
    assert.equal(byRest.raw_response.ok, false);
    const byModel = toolError(await callTool(url, 'get_single_chatty_channel_by_id', { id: 'C0' }), 404);
    assert.deepEqual(byModel, byRest);
    const other = assertRemote(await proxy.get('/channels/C1'), 422);
    assert.equal(other.remote_code, 'is_archived');
});

test('a 200 that is none is what it was', async () => {
    assert.deepEqual((await proxy.get('/channels/C9')).json, { ok: true, channels: [{ id: 'C9' }] });
    assert.deepEqual((await proxy.get('/channels')).json.result, [{ id: 'C9' }]);
});

test('a refused write may be made again, and one with a fault of the vendor is not', async () => {
    const create = (channel) => callTool(url, 'create_a_chatty_message', { channel });
    const made = () => calls.filter(({ target, body }) => target === '/messages' && body.channel !== undefined).length;
    for (const [channel, status, sent] of [['C1', 422, 2], ['C2', 500, 1]]) {
        const before = made();
        for (let i = 0; i < 2; i += 1) {
            const { isError, content } = await create(channel);
            assert.deepEqual([isError, JSON.parse(content[0].text).statusCode], [true, status]);
        }
        assert.equal(made() - before, sent, `${channel} was sent ${sent} times`);
    }
});

test('an error that means a refused credential is a 401', async () => {
    const refused = assertRemote(await proxy.get('/channels/C3'), 401);
    assert.equal(refused.remote_code, 'invalid_auth');
});

test('an environment overrides what an error is; a text in JSONata is refused with the form that is read', async () => {
    const override = (error_expression) =>
        api.send('PATCH', `/environment-integration/${installation}`, { override: { base_url: vendor, error_expression } });
    const refused = await override('$not(ok)');
    assertRefused(refused, 400, ['override.error_expression']);
    assert.match(refused.json.message, /Conditions are data: write \{path: ok, equals: false\}/);
    assert.equal((await override({ path: 'failed', equals: true })).status, 200);
    assert.equal((await proxy.get('/channels/C0')).json.ok, false, 'no error any more');
    assert.equal((await override({ path: 'error', in: ['channel_not_found'] })).status, 200);
    assertRemote(await proxy.get('/channels/C0'), 404);
});
