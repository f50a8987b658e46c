// A client that goes away: what it only wanted to read is given up, what it wanted to write is finished and logged.
import assert from 'node:assert/strict';
import { createServer, request as httpRequest } from 'node:http';

import { meta, modernHeaders } from './support/mcp.mjs';
import { environment, install, main, startApi } from './support/product.mjs';
import { send } from './support/exchange.mjs';
import { defer, eventually, file, test } from './support/test.mjs';

/// A vendor that answers when it is let, and notes who hangs up on it.
const seen = { begun: 0, left: 0, finished: 0 };
let answering = Promise.withResolvers();
const answerAll = () => {
    answering.resolve();
    answering = Promise.withResolvers();
};
const vendor = createServer(async (request, response) => {
    for await (const _ of request);
    seen.begun += 1;
    let isOver = false;
    response.on('close', () => (isOver ? undefined : (seen.left += 1)));
    await answering.promise;
    if (response.destroyed) return;
    isOver = true;
    seen.finished += 1;
    response.setHeader('content-type', 'application/json');
    response.end(request.method === 'GET' ? JSON.stringify({ data: [{ id: 1 }, { id: 2 }], next: 'more' }) : '{"id":3}');
});
await new Promise((done) => vendor.listen(0, '127.0.0.1', done));
defer(file, () => vendor.close());
const vendorUrl = `http://127.0.0.1:${vendor.address().port}`;
const manifest = `name: slow
label: Slow
category: test
openapi: openapi.yaml
base_url: "https://slow.example"
credentials:
  api_key:
    label: API key
    fields: {api_key: {label: API key, secret: true, required: true}}
    authorization: {format: header, config: {name: x-api-key, token: "{{context.api_key}}"}}
pagination:
  format: cursor
  config: {items: data, next: next, cursor_parameter: cursor, limit_parameter: limit, default_limit: 2, max_limit: 2}
resources:
  things:
    methods:
      list: {operation: list-things, paginated: true}
      create: {operation: create-thing}
`;
const responses = { 200: { description: 'It.' } };
const operation = (operationId, more) => ({ operationId, summary: operationId, description: operationId, responses, ...more });
const parameter = (name, type) => ({ name, in: 'query', schema: { type } });
const openapi = {
    openapi: '3.1.0',
    info: { title: 'Slow', version: '1' },
    paths: {
        '/things': {
            get: operation('list-things', { parameters: [parameter('limit', 'integer'), parameter('cursor', 'string')] }),
            post: operation('create-thing', {
                requestBody: { content: { 'application/json': { schema: { type: 'object', properties: { name: { type: 'string' } } } } } },
            }),
        },
    },
};
const allowed = [vendorUrl, main.simulator.url].map((url) => new URL(url).host).join();
const own = await startApi(file, { settings: { SLUICE_EGRESS_ALLOW: allowed } });
const { api } = await environment('cancellation', own);
const installation = await install(api, manifest, openapi, vendorUrl);
const account = await api.ok('POST', '/integrated-account', {
    tenant_id: 'slow',
    environment_integration_id: installation,
    authentication_method: 'api_key',
    context: { api_key: 'k' },
});
const { url } = await api.ok('POST', `/integrated-account/${account.id}/mcp`, { name: 'x' });
const metric = async (name) => Number((await send('GET', `${own.management}/metrics`, { isShown: false })).text.match(new RegExp(`^${name} (\\d+)`, 'm'))?.[1] ?? 0);

/// `{answer}` of what is asked, once the vendor works on it.
async function atWork(ask) {
    const { begun } = seen;
    const answer = ask();
    await eventually('the vendor works', 2, () => seen.begun > begun, 10);
    return { answer };
}
/// Asks, and hangs up once the vendor works on it.
async function leave(method, to, headers, body) {
    const { hostname, port, pathname, search } = new URL(to);
    const asked = httpRequest({ hostname, port, path: pathname + search, method, headers });
    asked.on('error', () => undefined);
    await atWork(() => asked.end(body));
    asked.destroy();
}
const json = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const call = (params, headers = {}) => leave('POST', url, { ...json, ...headers }, JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }));
const list = { name: 'list_all_slow_things', arguments: {} };
const authorization = { authorization: `Bearer ${api.token}` };
const stay = () => send('POST', url, { headers: json, body: { jsonrpc: '2.0', id: 1, method: 'tools/call', params: list } });

for (const [what, ask] of [
    ['tools/call, legacy', () => call(list)],
    ['tools/call, modern', () => { const params = { ...list, _meta: meta() }; return call(params, modernHeaders('tools/call', params)); }],
    ['tools/call of several pages with progress', () => call({ ...list, arguments: { limit: 6 }, _meta: { progressToken: 1 } })],
    ['the REST proxy', () => leave('GET', `${own.url}/proxy/things?integrated_account_id=${account.id}`, authorization)],
])
    test(`${what}: a read that nobody waits for is given up at the vendor`, async () => {
        const before = { ...seen };
        const abandoned = await metric('sluice_http_client_abandoned_total');
        await ask();
        await eventually('the vendor is left', 1, () => seen.left > before.left, 10);
        await eventually('it is counted', 1, async () => (await metric('sluice_http_client_abandoned_total')) > abandoned);
        answerAll();
        const { answer } = await atWork(stay);
        answerAll();
        assert.equal((await answer).status, 200);
        assert.deepEqual([seen.begun - before.begun, seen.finished - before.finished], [2, 1], 'nothing was asked after it but by who stayed');
    });

const cancel = (requestId, headers = {}) =>
    send('POST', url, {
        headers: { ...json, ...headers },
        body: { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId, reason: 'too slow' } },
    });

for (const [what, params] of [
    ['a call', list],
    ['a call of several pages with progress', { ...list, arguments: { limit: 6 }, _meta: { progressToken: 1 } }],
])
    test(`${what}, legacy: a client that cancels it and waits gets its answer, and the vendor is left`, async () => {
        const before = { ...seen };
        const id = `cancelled ${params === list}`;
        const { answer } = await atWork(() =>
            send('POST', url, { headers: json, body: { jsonrpc: '2.0', id, method: 'tools/call', params } }));
        for (const [other, headers] of [[`${id}x`, {}], [id, { 'user-agent': 'another client' }]])
            assert.equal((await cancel(other, headers)).status, 202);
        assert.equal(seen.left, before.left, 'another call, or another client');
        assert.equal((await cancel(id)).status, 202);
        await eventually('the vendor is left', 1, () => seen.left > before.left, 10);
        assert.equal((await answer).status, 200);
        assert.equal((await cancel(id)).status, 202, 'what is over can be cancelled again');
        answerAll();
    });

for (const [what, ask] of [
    ['tools/call', () => call({ name: 'create_a_slow_thing', arguments: { name: 'x' } })],
    ['the REST proxy', () => leave('POST', `${own.url}/proxy/things?integrated_account_id=${account.id}`, { ...authorization, ...json }, '{"name":"x"}')],
])
    test(`${what}: a write that was sent is finished, and logged`, async () => {
        const before = { ...seen };
        await ask();
        // A read that is left later is given up: by then the write would be as well.
        await call(list);
        await eventually('the read is given up', 1, () => seen.left > before.left, 10);
        answerAll();
        await eventually('the vendor has answered', 3, () => seen.finished > before.finished, 20);
        assert.equal(seen.left, before.left + 1);
        const isLogged = (line) => line.includes('"client_gone":true') && (line.includes('create_a_slow_thing') || line.includes('things.create'));
        await eventually('it is in the log', 2, () => own.log().split('\n').some(isLogged));
    });

test('a client that sends its next request before it has the answer is not taken for one that left', async () => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: list });
    const { hostname, port, pathname } = new URL(url);
    const { connect } = await import('node:net');
    const socket = connect(Number(port), hostname);
    const one = `POST ${pathname} HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    let text = '';
    socket.on('data', (part) => (text += part));
    const { left } = seen;
    await atWork(() => socket.write(one));
    socket.write(one);
    for (let i = 0; i < 10; i += 1) assert.equal((await send('GET', `${own.url}/healthz`)).status, 200);
    await atWork(answerAll);
    answerAll();
    await eventually('both answers', 5, () => text.split('HTTP/1.1 200').length === 3, 10);
    assert.equal(seen.left, left);
    assert.equal(text.split('next_cursor').length > 2, true);
    socket.destroy();
});
