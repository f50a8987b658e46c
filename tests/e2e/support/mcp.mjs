// MCP by hand: single JSON-RPC messages of both eras.
import assert from 'node:assert/strict';

import { send } from './exchange.mjs';

export const modern = '2026-07-28';
export const versionKey = 'io.modelcontextprotocol/protocolVersion';
export const capabilitiesKey = 'io.modelcontextprotocol/clientCapabilities';
export const meta = (version = modern) => ({ [versionKey]: version, [capabilitiesKey]: {} });

/// Any body and headers, with the two headers that every client sends.
export const post = (url, body, headers = {}) =>
    send('POST', url, {
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
        body,
    });

export const legacy = (url, method, params, { id = 1, headers } = {}) =>
    post(url, { jsonrpc: '2.0', id, method, params }, headers);

export function modernHeaders(method, params = {}) {
    const name = params.name ?? params.uri;
    return {
        'mcp-protocol-version': modern,
        'mcp-method': method,
        ...(name === undefined ? {} : { 'mcp-name': name }),
    };
}

export const modernRequest = (url, method, params = {}, { id = 1, headers = {} } = {}) =>
    post(
        url,
        { jsonrpc: '2.0', id, method, params: { ...params, _meta: meta() } },
        { ...modernHeaders(method, params), ...headers },
    );

/// The data of a tool's result: its text, as JSON.
export const dataOf = (result) => JSON.parse(result.content[0].text);

/// A result whose member `data` is what its text says; undefined for an error and for what is no JSON.
export const withData = (result) =>
    Object.defineProperty(result, 'data', {
        get() {
            try {
                return result.isError ? undefined : dataOf(result);
            } catch {
                return undefined;
            }
        },
    });

/// The result of a tool call; the HTTP status must be 200.
export async function callTool(url, name, args = {}, request = legacy) {
    const exchange = await request(url, 'tools/call', { name, arguments: args });
    assert.equal(exchange.status, 200);
    assert.ok(exchange.json.result, `tools/call ${name} must answer a result`);
    return withData(exchange.json.result);
}

export async function listTools(url, request = legacy) {
    const exchange = await request(url, 'tools/list');
    assert.equal(exchange.status, 200);
    return exchange.json.result.tools;
}

/// Asserts an `isError` result and gives the error body in its text.
export function toolError(result, status) {
    assert.equal(result.isError, true, 'the result is an error');
    assert.equal(result.content.length, 1);
    assert.equal(result.content[0].type, 'text');
    assert.equal(result.structuredContent, undefined, 'an error has no structured content');
    const body = JSON.parse(result.content[0].text);
    assert.equal(body.statusCode, status);
    assert.ok(body.message.length > 10, 'the text helps');
    return body;
}

export function assertRpcError(exchange, status, code, id) {
    assert.equal(exchange.status, status);
    assert.match(exchange.headers['content-type'], /^application\/json/);
    const body = exchange.json;
    assert.equal(body.jsonrpc, '2.0');
    assert.equal(body.error.code, code);
    assert.ok(body.error.message.length > 5, 'the message helps');
    assert.equal(body.result, undefined);
    if (id !== undefined) assert.deepEqual(body.id, id);
    return body.error;
}
