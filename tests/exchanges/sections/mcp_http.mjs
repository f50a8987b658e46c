import { gzipSync } from 'node:zlib';

import { noToken } from '../support/section.mjs';
import { Client, rpc } from '../support/rpc.mjs';

const megabyte = 1024 * 1024;
const allowedOrigin = 'https://inspector.example';
const ping = { json: rpc('ping') };

/// The HTTP of an MCP URL: verbs, headers, media types, browsers, second factors, and what is no MCP URL.
export default async function mcpHttp(x) {
    const account = await x.connect();
    const server = await x.mint(account, { methods: ['read'] });
    const { path } = server;
    const post = (note, options, at = path) => x.ask(note, 'POST', at, { token: null, ...options });
    for (const type of ['application/json; charset=utf-8', 'Application/JSON', 'text/plain', 'application/jsonp', ''])
        await post(`the type ${JSON.stringify(type)}`, { ...ping, type });
    await post('no type', { body: JSON.stringify(ping.json) });
    for (const accept of ['application/json', 'text/event-stream', '*/*', 'text/html, image/png', ''])
        await post(`accepts ${JSON.stringify(accept)}`, { ...ping, headers: { accept } });
    await post('a session of another server', { ...ping, headers: { 'mcp-session-id': 'x' } });
    await post('a broken query string', { ...ping, query: 'a=%zz' });
    await post('a query string', { ...ping, query: 'a=b' });
    await post('more than 4 MiB', { announce: 4 * megabyte + 1, type: 'application/json' });
    await post('a coding that is not taken', { ...ping, headers: { 'content-encoding': 'compress' } });
    await post('what is no br', { ...ping, headers: { 'content-encoding': 'br' } });
    await post('gzip', {
        body: gzipSync(JSON.stringify(ping.json)),
        type: 'application/json',
        headers: { 'content-encoding': 'gzip' },
    });

    await post('an unknown token', ping, `/mcp/${noToken('mcp')}`);
    await post('what is no token', ping, '/mcp/x');
    await post('a token with a letter more', ping, `${path}x`);
    await post('a token of another kind', ping, `/mcp/${x.token}`);
    await post('a final slash', ping, `${path}/`);
    const revoked = await x.mint(account, { methods: ['read'] });
    await x.make('DELETE', `/integrated-account/${account}/mcp/${revoked.id}`);
    await post('a revoked token', ping, revoked.path);

    await browsers(x, path);
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']) {
        await x.ask(`${method}`, method, path, { token: null });
        await x.ask(`${method}, with an unknown token`, method, `/mcp/${noToken('mcp')}`, { token: null });
    }
    await x.ask('GET, for events', 'GET', path, { token: null, headers: { accept: 'text/event-stream' } });
    await byBearer(x, server.token);
    await secondFactor(x, account);
}

async function browsers(x, path) {
    for (const origin of [allowedOrigin, 'https://evil.example', 'null', `${allowedOrigin}, https://evil.example`])
        await x.ask(`from the origin ${origin}`, 'POST', path, { token: null, ...ping, headers: { origin } });
    for (const at of ['', '/sse', '/messages']) {
        const asks = { origin: allowedOrigin, 'access-control-request-method': 'POST' };
        await x.ask(`may I ask${at}?`, 'OPTIONS', path + at, { token: null, headers: asks });
        await x.ask(`may I ask${at} with a header?`, 'OPTIONS', path + at, {
            token: null,
            headers: { ...asks, 'access-control-request-headers': 'x-mine' },
        });
        await x.ask(`may I ask${at} from elsewhere?`, 'OPTIONS', path + at, {
            token: null,
            headers: { ...asks, origin: 'https://evil.example' },
        });
    }
    await x.ask('GET, from an allowed origin', 'GET', path, { token: null, headers: { origin: allowedOrigin } });
    await x.ask('an unknown token, from an allowed origin', 'POST', `/mcp/${noToken('mcp')}`, {
        token: null,
        ...ping,
        headers: { origin: allowedOrigin },
    });
}

/// The same server with its token in a header.
async function byBearer(x, token) {
    const post = (note, options) => x.ask(`by bearer: ${note}`, 'POST', '/mcp', { token, ...options });
    await post('ping', ping);
    await post('a notification', { json: { jsonrpc: '2.0', method: 'notifications/initialized' } });
    await post('a call', { json: rpc('tools/call', { name: 'list_all_gorgias_teams', arguments: { limit: 1 } }) });
    await post('what is no message', { json: { id: 1 } });
    await post('an unknown token', { ...ping, token: noToken('mcp') });
    await post('an API token', { ...ping, token: x.token });
    await post('without a token', { ...ping, token: null });
    await post('a body of a stranger', { token: null, announce: 10, type: 'application/json' });
}

async function secondFactor(x, account) {
    const { path } = await x.mint(account, { require_api_token_auth: true, methods: ['read'] });
    const careful = await x.mint(account, { require_api_token_auth: true, approval_tags: ['destructive'] });
    const agent = x.mcpToken();
    const post = (note, options, at = path) => x.ask(`second factor: ${note}`, 'POST', at, { token: null, ...ping, ...options });
    await post('none');
    await post('none, of a browser', { headers: { origin: allowedOrigin } });
    await post('an unknown one', { token: noToken('api') });
    await post('of another environment', { token: x.product.foreignToken });
    await post('an API token', { token: x.token });
    await post('in its own header', { headers: { 'sluice-api-token': x.token } });
    await post('one for MCP only', { token: agent });
    await post('one that could approve', { token: x.token }, careful.path);
    await post('one that could not approve', { token: agent }, careful.path);
    const stream = new Client(x, `${path}/sse`);
    await x.ask('second factor: none, for a stream', 'GET', stream.path, { token: null });
}
