// The official clients behind one shape: {name, listTools(), callTool(name, args), close()}.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Client as ClientV2, StreamableHTTPClientTransport as TransportV2 } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport as SseTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StdioClientTransport as StdioTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

import { rememberingFetch } from './exchange.mjs';
import { withData } from './mcp.mjs';

const identity = { name: 'sluice-e2e', version: '1.0.0' };
const inspectorProgram = join(import.meta.dirname, '../node_modules/.bin/mcp-inspector');

/// Runs the Inspector's command line; gives its exit code and what it printed. What it keeps at home goes away.
export function inspect(url, ...args) {
    const home = mkdtempSync(join(tmpdir(), 'sluice-e2e-'));
    const all = [inspectorProgram, '--cli', url, '--transport', 'http', '--format', 'json', ...args];
    const options = { maxBuffer: 1 << 26, timeout: 60_000, env: { ...process.env, HOME: home } };
    return new Promise((resolve) => {
        execFile(process.execPath, all, options, (error, stdout, stderr) => {
            rmSync(home, { recursive: true, force: true });
            resolve({ code: error?.code ?? 0, stdout, stderr });
        });
    });
}

async function inspectorResult(url, ...args) {
    const { code, stdout, stderr } = await inspect(url, ...args);
    // 5: the tool answered isError, which is a result as well.
    if (code !== 0 && code !== 5) throw new Error(`the Inspector ended with ${code}: ${stderr || stdout}`);
    return JSON.parse(stdout).result;
}

function connected(client, transport) {
    return client.connect(transport).then(() => ({
        client,
        listTools: async () => (await client.listTools()).tools,
        callTool: async (name, args) => withData(await client.callTool({ name, arguments: args })),
        close: () => client.close(),
    }));
}

function withHeaders(headers) {
    return { fetch: rememberingFetch, requestInit: { headers } };
}

export const connectV1 = (url, headers = {}) =>
    connected(new ClientV1(identity), new TransportV1(new URL(url), withHeaders(headers)));

/// MCP 2024-11-05: a stream, and messages for it.
export const connectSse = (url, headers = {}) =>
    connected(new ClientV1(identity), new SseTransport(new URL(`${url}/sse`), { requestInit: { headers } }));

export const connectV2 = (mode) => (url, headers = {}) =>
    connected(
        new ClientV2(identity, mode ? { versionNegotiation: { mode } } : {}),
        new TransportV2(new URL(url), withHeaders(headers)),
    );

const connectInspector = (era) => async (url) => ({
    listTools: async () => (await inspectorResult(url, '--protocol-era', era, '--method', 'tools/list')).tools,
    callTool: async (name, args) =>
        withData(
            await inspectorResult(
                url,
                ...['--protocol-era', era, '--method', 'tools/call', '--tool-name', name],
                ...['--tool-args-json', JSON.stringify(args)],
            ),
        ),
    close: async () => {},
});

/// A bridge from standard input and output to us, for hosts that speak no HTTP, driven by an official client. What it keeps
/// at home goes away.
const connectBridge = (program, argumentsFor) => async (url) => {
    const home = mkdtempSync(join(tmpdir(), 'sluice-e2e-'));
    const transport = new StdioTransport({
        command: process.execPath,
        args: [join(import.meta.dirname, '../node_modules', program), ...argumentsFor(url)],
        env: { ...process.env, HOME: home },
        stderr: 'ignore',
    });
    const client = await connected(new ClientV1(identity), transport);
    return {
        ...client,
        close: async () => {
            await client.close();
            rmSync(home, { recursive: true, force: true });
        },
    };
};

/// What each client is called, how it connects, and whether it then speaks the modern revision.
export const clients = [
    { name: 'SDK v1', connect: connectV1, isModern: false },
    { name: 'SDK v2, legacy', connect: connectV2(), isModern: false },
    { name: 'SDK v2, auto', connect: connectV2('auto'), isModern: true },
    { name: 'SDK v2, pinned 2026-07-28', connect: connectV2({ pin: '2026-07-28' }), isModern: true },
    { name: 'Inspector, legacy', connect: connectInspector('legacy'), isModern: false },
    { name: 'Inspector, auto', connect: connectInspector('auto'), isModern: true },
    { name: 'Inspector, modern', connect: connectInspector('modern'), isModern: true },
    {
        name: 'mcp-remote, http-first',
        connect: connectBridge('mcp-remote/dist/proxy.js', (url) => [url, '--allow-http', '--transport', 'http-first']),
        isModern: false,
    },
    { name: 'SDK v1, HTTP+SSE', connect: connectSse, isModern: false },
    {
        name: 'mcp-remote, sse-only',
        connect: connectBridge('mcp-remote/dist/proxy.js', (url) => [`${url}/sse`, '--allow-http', '--transport', 'sse-only']),
        isModern: false,
    },
    {
        name: 'supergateway',
        connect: connectBridge('supergateway/dist/index.js', (url) => ['--streamableHttp', url, '--logLevel', 'none']),
        isModern: false,
    },
];
