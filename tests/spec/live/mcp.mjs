import { dataOf } from '../support/http.mjs';

const megabyte = 1024 * 1024;
const modern = '2026-07-28';
const unknown = `slx_mcp_${'0'.repeat(49)}`;

function legacyCall(method, params, id = 1) {
    return { json: { jsonrpc: '2.0', id, method, ...(params && { params }) } };
}

function modernCall(method, params = {}, headers = {}) {
    const _meta = {
        'io.modelcontextprotocol/protocolVersion': modern,
        'io.modelcontextprotocol/clientCapabilities': {},
    };
    return {
        json: { jsonrpc: '2.0', id: 'm', method, params: { ...params, _meta } },
        headers: {
            'mcp-protocol-version': modern,
            'mcp-method': method,
            ...(params.name && { 'mcp-name': params.name }),
            ...headers,
        },
    };
}

const failed = (code) => (json) => json.error.code === code;

export async function mcp(session, known) {
    const ask = (status, note, request, token = known.mcp) =>
        session.call('callMcp', status, note, { token: null, ...request, path: { token } });
    await legacy(ask, known);
    await inTheNewRevision(ask);
    await calls(session, ask, known);
    await refusals(ask, known);
    await secondFactor(session, ask, known);
    await otherVerbs(session, known);
    await byBearer(session, known);
}

async function legacy(ask) {
    for (const protocolVersion of ['2025-11-25', '2025-06-18', '2025-03-26'])
        await ask(200, `initialize ${protocolVersion}`, {
            ...legacyCall(
                'initialize',
                { protocolVersion, capabilities: {}, clientInfo: { name: 'spec', version: '1' } },
                0,
            ),
            holds: (json) => json.result.protocolVersion === protocolVersion && json.id === 0,
        });
    await ask(200, 'initialize with an unknown revision', {
        ...legacyCall('initialize', { protocolVersion: '1999-01-01', capabilities: {} }),
        holds: (json) => json.result.protocolVersion === '2025-11-25',
    });
    await ask(200, 'initialize of a client that can open pages', {
        ...legacyCall('initialize', { protocolVersion: '2025-11-25', capabilities: { elicitation: { url: {} } } }),
        holds: (_, { headers }) => headers['mcp-session-id'] !== undefined,
    });
    await ask(200, 'ping', { ...legacyCall('ping', undefined, 'a'), holds: (json) => json.id === 'a' });
    await ask(200, 'tools/list', { ...legacyCall('tools/list'), holds: (json) => json.result.tools.length > 90 });
    await ask(200, 'tools/list with a cursor', { ...legacyCall('tools/list', { cursor: 'x' }), holds: failed(-32602) });
    await ask(200, 'an unknown method', { ...legacyCall('resources/list'), holds: failed(-32601) });
    await ask(200, 'a batch', {
        json: [
            legacyCall('ping').json,
            { jsonrpc: '2.0', method: 'notifications/initialized' },
            legacyCall('x', {}, 2).json,
        ],
        holds: (json) => json.length === 2,
    });
    await ask(202, 'a notification', { json: { jsonrpc: '2.0', method: 'notifications/initialized' } });
    await ask(202, 'an answer', { json: { jsonrpc: '2.0', id: 1, result: {} } });
    await ask(202, 'a batch of notifications', { json: [{ jsonrpc: '2.0', method: 'notifications/cancelled' }] });
}

async function inTheNewRevision(ask) {
    await ask(200, 'server/discover', modernCall('server/discover'));
    await ask(200, 'tools/list in the new revision', {
        ...modernCall('tools/list'),
        holds: ({ result }) => result.resultType === 'complete' && result.cacheScope === 'private',
    });
    await ask(200, 'tools/call in the new revision', {
        ...modernCall('tools/call', { name: 'list_all_gorgias_teams', arguments: { limit: 1 } }),
        holds: ({ result }) => result.resultType === 'complete' && dataOf(result).result.length === 1,
    });
    await ask(404, 'an unknown method in the new revision', { ...modernCall('ping'), holds: failed(-32601) });
    await ask(400, 'with a contradicting header', {
        ...modernCall('tools/list', {}, { 'mcp-method': 'tools/call' }),
        holds: failed(-32020),
    });
    const old = modernCall('tools/list', {}, { 'mcp-protocol-version': '2027-01-01' });
    old.json.params._meta['io.modelcontextprotocol/protocolVersion'] = '2027-01-01';
    await ask(400, 'in a revision that is not offered', {
        ...old,
        holds: (json) => failed(-32022)(json) && json.error.data.supported[0] === modern,
    });
    await ask(400, "without the new revision's _meta", {
        ...legacyCall('tools/list'),
        headers: { 'mcp-protocol-version': modern },
        holds: failed(-32602),
    });
}

async function calls({ spec, tests }, ask, known) {
    const call = (name, args) => legacyCall('tools/call', { name, arguments: args });
    await ask(200, 'tools/call', {
        ...call('list_all_gorgias_tickets', { limit: 2 }),
        holds: ({ result }, { headers }) =>
            dataOf(result).result.length === 2 && headers['ratelimit-limit'] === '40',
    });
    const errors = {
        Error: await ask(200, 'a tool with wrong arguments', {
            ...call('list_all_gorgias_tickets', { limit: 0 }),
            holds: ({ result }) => result.isError,
        }),
        RemoteError: await ask(200, 'a tool that the vendor refuses', {
            ...call('get_single_gorgias_ticket_by_id', { id: 1 }),
            holds: ({ result }) => result.isError,
        }),
    };
    for (const [schema, answer] of Object.entries(errors)) {
        const problems = spec.problemsOfSchema(JSON.parse(answer.result.content[0].text), schema);
        if (problems.length === 0) tests.pass(`the text of a tool's failure is a ${schema}`);
        else tests.fail(`the text of a tool's failure is a ${schema}`, problems);
    }
    await ask(200, 'a tool that answers nothing', {
        ...call('update_a_gorgias_tag_by_id', { id: await tagOf(known), name: 'spec-by-mcp' }),
        holds: ({ result }) => !result.isError,
    });
    for (const [type, kind] of [
        ['image/png', 'image'],
        ['text/csv', 'text'],
        ['application/pdf', 'resource'],
    ]) {
        await known.product.fault('GET /api/teams', { status: 200, content_type: type, body: 'abc' });
        await ask(200, `a tool that answers ${type}`, {
            ...call('list_all_gorgias_teams', {}),
            holds: ({ result }) => result.content[0].type === kind,
        });
    }
    await known.product.fault('PUT /api/tags/{id}', { status: 204, body: '' });
    await ask(200, 'a tool whose vendor answers 204', {
        ...call('update_a_gorgias_tag_by_id', { id: 1, name: 'x' }),
        holds: ({ result }) => dataOf(result).status === 204,
    });
    await ask(200, 'an unknown tool', { ...call('list_tickets', {}), holds: failed(-32602) });
    await ask(200, 'a call without a name', { ...legacyCall('tools/call', {}), holds: failed(-32602) });
}

/// The id of a tag, which is made for it.
async function tagOf({ product, account, session }) {
    const made = await session.call('proxyCreate', 201, 'for a tool', {
        path: { resource: 'tags' },
        query: { integrated_account_id: account },
        json: { name: `spec-${Date.now()}` },
    });
    return made.id;
}

async function refusals(ask, known) {
    const ping = legacyCall('ping');
    const type = 'application/json';
    await ask(400, 'with no JSON', { body: '{"a":', type, holds: failed(-32700) });
    await ask(400, 'with an id of null', { ...legacyCall('ping', undefined, null), holds: failed(-32600) });
    await ask(400, 'with an empty batch', { json: [], holds: failed(-32600) });
    await ask(400, 'with an unknown revision in the header', {
        ...ping,
        headers: { 'mcp-protocol-version': '1999-01-01' },
        holds: failed(-32000),
    });
    await ask(400, 'with a broken query string', { ...ping, query: 'a=%zz', holds: (json) => json.statusCode === 400 });
    await ask(403, 'from a foreign origin', {
        ...ping,
        headers: { origin: 'https://evil.example' },
        holds: failed(-32000),
    });
    await ask(404, 'with an unknown token', ping, unknown);
    await ask(404, 'with a token that is none', ping, 'x');
    await ask(404, 'with a revoked token', ping, known.revoked);
    await ask(406, 'that accepts XML only', { ...ping, headers: { accept: 'application/xml' } });
    await ask(413, 'with more than 4 MiB', { announce: 4 * megabyte + 1, type });
    await ask(415, 'with a form', { body: 'a=b', type: 'application/x-www-form-urlencoded' });
    await ask(415, 'with a coding that is not taken', { ...ping, headers: { 'content-encoding': 'compress' } });
    await ask(400, 'with a body that is no br', { ...ping, headers: { 'content-encoding': 'br' } });
}

async function secondFactor(session, ask, known) {
    const ping = legacyCall('ping');
    await ask(401, 'without the second factor', ping, known.guarded);
    await ask(
        401,
        'with a second factor of another environment',
        { ...ping, token: known.product.foreignToken },
        known.guarded,
    );
    await ask(200, 'with the second factor', { ...ping, token: session.token }, known.guarded);
    await ask(
        200,
        'with the second factor in its own header',
        {
            ...ping,
            headers: { 'sluice-api-token': session.token },
        },
        known.guarded,
    );
    if (known.product.origin === undefined) return;
    await ask(200, 'from an allowed origin', {
        ...ping,
        headers: { origin: known.product.origin },
        holds: (_, { headers }) => headers['access-control-allow-origin'] === known.product.origin,
    });
}

/// The same server with its token in a header.
async function byBearer(session, known) {
    const ask = (status, note, request, token = known.mcp) =>
        session.call('callMcpByBearer', status, note, { ...request, token });
    await ask(200, '', legacyCall('tools/list'), known.mcp);
    await ask(202, 'with a notification', { json: { jsonrpc: '2.0', method: 'notifications/initialized' } });
    await ask(404, 'with a method that is none', modernCall('tools/dance'));
    await ask(400, 'with what is no message', { json: { id: 1 } });
    await ask(401, 'with an unknown token', legacyCall('ping'), unknown);
    await ask(401, 'without a token', legacyCall('ping'), null);
}

async function otherVerbs(session, known) {
    for (const id of ['getMcp', 'putMcp', 'patchMcp', 'deleteMcp', 'headMcp', 'preflightMcp']) {
        const path = { token: known.mcp };
        await session.call(id, 405, '', { path, token: null });
        await session.call(id, 404, 'with an unknown token', { path: { token: unknown }, token: null });
        await session.call(id, 403, 'from a foreign origin', {
            path,
            token: null,
            headers: { origin: 'https://evil.example' },
        });
        await session.call(id, 400, 'with a broken query string', { path, token: null, query: 'a=%zz' });
    }
    let stream;
    await session.call('openMcpStream', 200, '', {
        path: { token: known.mcp },
        token: null,
        holds: (_, answer) => (stream = answer) && answer.body.toString().startsWith('event: endpoint\n'),
    });
    const sessionId = stream?.body.toString().match(/sessionId=(\S+)/)?.[1];
    await session.call('postMcpMessage', 202, '', {
        path: { token: known.mcp },
        query: { sessionId },
        ...legacyCall('ping'),
        token: null,
    });
    await session.call('postMcpMessage', 415, 'with a form', {
        path: { token: known.mcp },
        query: { sessionId },
        body: 'a=b',
        type: 'application/x-www-form-urlencoded',
        token: null,
    });
    stream?.close();
    for (const id of ['openMcpStream', 'postMcpMessage', 'preflightMcpStream', 'preflightMcpMessages']) {
        await session.call(id, 404, 'with an unknown token', { path: { token: unknown }, token: null });
        await session.call(id, 403, 'from a foreign origin', {
            path: { token: known.mcp },
            token: null,
            headers: { origin: 'https://evil.example' },
        });
    }
    await session.call('postMcpMessage', 404, 'for no stream', { path: { token: known.mcp }, ...legacyCall('ping'), token: null });
    await session.call('postMcpStream', 405, '', { path: { token: known.mcp }, ...legacyCall('ping'), token: null });
    if (known.product.origin === undefined) return;
    for (const id of ['preflightMcp', 'preflightMcpStream', 'preflightMcpMessages'])
        await session.call(id, 204, 'from an allowed origin', {
            path: { token: known.mcp },
            token: null,
            headers: { origin: known.product.origin, 'access-control-request-headers': 'x-mine' },
            holds: (_, { headers }) => headers['access-control-allow-headers'] === 'x-mine',
        });
}
