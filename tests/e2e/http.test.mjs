// The HTTP surface of an MCP URL: verbs, headers, media types, browsers, what is no MCP URL.
import assert from 'node:assert/strict';

import { send } from './support/exchange.mjs';
import { assertRpcError, legacy, modernRequest, post } from './support/mcp.mjs';
import { connect, mainEnvironment, startApi } from './support/product.mjs';
import { file, test } from './support/test.mjs';

const where = await mainEnvironment();
const account = await connect(file, where);
const server = await account.mint();
const { url } = server;
const ping = { jsonrpc: '2.0', id: 0, method: 'ping' };
const json = { 'content-type': 'application/json' };

function assertJsonError(exchange, status) {
    assert.equal(exchange.status, status);
    assert.match(exchange.headers['content-type'], /^application\/json/);
    assert.equal(exchange.json.statusCode, status);
    assert.ok(exchange.json.message.length > 10);
}

for (const method of ['GET', 'DELETE', 'PUT', 'PATCH'])
    for (const headers of [{}, { accept: 'text/event-stream' }, { ...json, 'mcp-session-id': 'gone' }])
        test(`${method} with ${JSON.stringify(headers)}: 405 at once, Allow: POST`, async () => {
            const body = method === 'GET' || method === 'DELETE' ? undefined : ping;
            const exchange = await send(method, url, { headers, body, seconds: 3 });
            assertJsonError(exchange, 405);
            assert.equal(exchange.headers.allow, 'POST');
        });

test('HEAD: 405, no body, no stream', async () => {
    const exchange = await send('HEAD', url, { seconds: 3 });
    assert.equal(exchange.status, 405);
    assert.equal(exchange.headers.allow, 'POST');
    assert.equal(exchange.text, '');
});

test('an unknown method of HTTP is refused', async () => {
    assert.ok([404, 405, 501].includes((await send('PROPFIND', url)).status));
});

test('no session: none given, a sent one is ignored', async () => {
    const initialize = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } };
    const exchange = await legacy(url, 'initialize', initialize);
    assert.equal(exchange.headers['mcp-session-id'], undefined);
    const later = await legacy(url, 'tools/list', undefined, { headers: { 'mcp-session-id': 'of-another-server' } });
    assert.equal(later.status, 200);
    assert.equal(later.headers['mcp-session-id'], undefined);
});

test('answers are JSON, never cached, without compression', async () => {
    for (const exchange of [await legacy(url, 'tools/list'), await modernRequest(url, 'tools/list')]) {
        assert.match(exchange.headers['content-type'], /^application\/json/);
        assert.match(exchange.headers['cache-control'], /no-store/);
        assert.equal(exchange.headers['content-encoding'], undefined);
        assert.ok(exchange.headers['x-request-id']);
        assert.ok(exchange.headers['server-timing']);
    }
});

for (const type of [
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON',
    'application/json ;charset=UTF-8',
])
    test(`Content-Type ${type} is taken`, async () => {
        assert.equal((await post(url, ping, { 'content-type': type })).status, 200);
    });
for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', 'application/xml', ''])
    test(`Content-Type "${type}" is 415`, async () => {
        assertRpcError(await post(url, ping, { 'content-type': type }), 415, -32600);
    });
test('no Content-Type is 415', async () => {
    assertRpcError(await send('POST', url, { body: ping }), 415, -32600);
});

for (const accept of [
    'application/json, text/event-stream',
    'text/event-stream, application/json;q=0.9',
    'application/json',
    'text/event-stream',
    '*/*',
    'application/*',
    'APPLICATION/JSON',
])
    test(`Accept ${accept} is taken`, async () => {
        const exchange = await post(url, ping, { accept });
        assert.equal(exchange.status, 200);
        assert.match(exchange.headers['content-type'], /^application\/json/);
    });
test('no Accept is taken', async () => {
    assert.equal((await send('POST', url, { headers: json, body: ping })).status, 200);
});
test('an Accept that allows neither of our types is 406', async () => {
    assertRpcError(await post(url, ping, { accept: 'text/html, image/png' }), 406, -32600);
});

for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:1', 'https://evil.example, http://localhost'])
    test(`Origin ${origin} is 403 with the id of the request, whatever the method`, async () => {
        const exchange = await post(url, { ...ping, id: 1 }, { origin });
        assertRpcError(exchange, 403, -32000);
        assert.equal(exchange.json.id, 1);
        assert.equal(exchange.headers['access-control-allow-origin'], undefined);
        for (const method of ['GET', 'OPTIONS', 'DELETE'])
            assert.equal((await send(method, url, { headers: { origin } })).status, 403);
    });
test('OPTIONS without an Origin is 405', async () => {
    assert.equal((await send('OPTIONS', url)).status, 405);
});

test('an allowed Origin: preflight, answer, and nobody else', async (t) => {
    const origin = 'https://app.example';
    const allowing = await startApi(t, { settings: { SLUICE_MCP_ALLOWED_ORIGINS: `${origin},https://two.example` } });
    const there = url.replace(where.api.url, allowing.url);
    const asked = 'content-type, mcp-method, mcp-param-region';
    const preflight = await send('OPTIONS', there, {
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': asked },
    });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers['access-control-allow-origin'], origin);
    assert.match(preflight.headers['access-control-allow-methods'], /POST/);
    assert.equal(preflight.headers['access-control-allow-headers'], asked);
    const answer = await post(there, ping, { origin });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['access-control-allow-origin'], origin);
    assert.match(answer.headers['access-control-expose-headers'], /Mcp-Session-Id, WWW-Authenticate/);
    assert.match(answer.headers.vary, /origin/i);
    assert.equal((await post(there, ping, { origin: 'https://two.example' })).status, 200);
    assert.equal((await post(there, ping, { origin: 'https://app.example.evil.example' })).status, 403);
    assert.equal((await post(there, ping, { origin: 'http://app.example' })).status, 403);
});

test('an unknown token: the same 404 for every method, body and header, with the id of the request', async () => {
    const withoutId = (text) => text.replace(/"id":[^,]*/, '');
    const unknownId = await legacy(`${url}x`, 'ping', undefined, { id: 'mine' });
    assertRpcError(unknownId, 404, -32000, 'mine');
    const expected = withoutId(unknownId.text);
    const flipped = url.slice(0, -1) + (url.at(-1) === 'A' ? 'B' : 'A');
    const base = url.slice(0, url.lastIndexOf('/') + 1);
    for (const unknown of [`${url}x`, flipped, `${base}x`, `${base}slx_mcp_${'A'.repeat(49)}`, `${base}${where.token}`])
        for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
            for (const [headers, body] of [
                [{}, undefined],
                [{ origin: 'https://evil.example' }, undefined],
                [{ 'content-type': 'text/plain' }, 'not json'],
                [{ ...json, 'mcp-protocol-version': '1999-01-01', authorization: `Bearer ${where.token}` }, ping],
            ]) {
                const exchange = await send(method, unknown, { headers, body });
                assert.equal(exchange.status, 404);
                assert.match(exchange.headers['content-type'], /^application\/json/);
                assert.equal(withoutId(exchange.text), expected);
                assert.equal(exchange.json.id, body === ping ? ping.id : null);
            }
    const head = await send('HEAD', `${url}x`);
    assert.deepEqual([head.status, head.text], [404, '']);
});

test('/.well-known is 404 JSON everywhere', async () => {
    const { origin, pathname } = new URL(url);
    for (const path of [
        ...['oauth-protected-resource', 'oauth-authorization-server', 'openid-configuration', 'mcp.json'].flatMap((name) => [
            `/.well-known/${name}`,
            `/.well-known/${name}${pathname}`,
            `${pathname}/.well-known/${name}`,
        ]),
        '/register',
        '/authorize',
        '/favicon.ico',
    ])
        for (const method of ['GET', 'POST']) assertJsonError(await send(method, origin + path, { headers: json }), 404);
});

test('a body of up to 4 MiB is taken', async () => {
    const body = JSON.stringify({ ...ping, params: { filler: 'x'.repeat(4 * 1024 * 1024 - 200) } });
    assert.equal((await post(url, body)).status, 200);
});

test('a larger body is 413, and an ordinary client gets to see that', async () => {
    const body = JSON.stringify({ ...ping, params: { filler: 'x'.repeat(10_000_000) } });
    const statuses = [];
    for (let i = 0; i < 10; ++i) {
        const answer = await fetch(url, { method: 'POST', headers: json, body }).catch((error) => error.cause ?? error);
        statuses.push(answer.status ?? answer.code);
    }
    assert.deepEqual(statuses, Array(10).fill(413));
});
