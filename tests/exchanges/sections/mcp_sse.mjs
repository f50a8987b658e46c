import { send } from '../support/http.mjs';
import { noToken } from '../support/section.mjs';
import { rpc } from '../support/rpc.mjs';

/// An open stream of 2024-11-05: its head, and each event once it has come.
async function open(x, note, path) {
    const stream = { events: [], taken: 1 };
    const target = `${path}/sse`;
    const headers = { accept: 'text/event-stream' };
    const { head, close } = await send(x.product.baseUrl, 'GET', target, {
        headers,
        onData: (text) => (stream.events = text.split(/(?<=\n\n)/).filter((event) => event.endsWith('\n\n'))),
    });
    x.record(note, { method: 'GET', target, headers }, head);
    stream.close = close;
    stream.messages = stream.events[0].match(/^data: (.*)$/m)[1];
    return stream;
}

/// Says something to the stream's URL, and records what comes on the stream with what was answered.
async function say(x, stream, note, message, events = 1) {
    const options = typeof message === 'string' ? { body: message, type: 'application/json' } : { json: message };
    const [path, query] = stream.messages.split('?');
    await x.ask(note, 'POST', path, { token: null, query, ...options });
    const wanted = stream.taken + events;
    for (const end = Date.now() + 20_000; stream.events.length < wanted; await new Promise((done) => setTimeout(done, 5)))
        if (Date.now() > end) throw new Error(`${note}: ${stream.events.length - stream.taken} events of ${events}`);
    const came = stream.events.slice(stream.taken, wanted).join('');
    stream.taken = wanted;
    const event = { status: 0, reason: 'on the stream', lines: [], body: Buffer.from(came) };
    x.record(`${note}, on the stream`, { method: 'after', target: note, headers: {} }, event);
}

/// MCP 2024-11-05, HTTP+SSE.
export default async function mcpSse(x) {
    const account = await x.connect({}, 130);
    const { path } = await x.mint(account, { methods: ['list_all_gorgias_teams', 'list_all_gorgias_tickets'] });
    const stream = await open(x, 'open', path);
    await say(
        x,
        stream,
        'initialize',
        rpc('initialize', { protocolVersion: '2024-11-05', capabilities: {}, clientInfo: { name: 'old', version: '1' } }, 'a'),
    );
    await say(x, stream, 'initialized', { jsonrpc: '2.0', method: 'notifications/initialized' }, 0);
    await say(x, stream, 'ping', rpc('ping'));
    await say(x, stream, 'tools/list', rpc('tools/list'));
    await say(x, stream, 'a call', rpc('tools/call', { name: 'list_all_gorgias_teams', arguments: { limit: 1 } }));
    await say(x, stream, 'a call that cannot be', rpc('tools/call', { name: 'list_all_gorgias_teams', arguments: { limit: 0 } }));
    await say(x, stream, 'a tool that is none', rpc('tools/call', { name: 'list_teams', arguments: {} }));
    const params = { name: 'list_all_gorgias_tickets', arguments: { limit: 130, fields: ['id'] }, _meta: { progressToken: 7 } };
    await say(x, stream, 'a call with progress', rpc('tools/call', params), 3);
    await say(x, stream, 'a batch', [rpc('ping', undefined, 1), rpc('ping', undefined, 2)]);
    await say(x, stream, 'a method that is none', rpc('tools/burn'));
    await say(x, stream, 'no JSON', '{');
    await say(x, stream, 'an id of null', rpc('ping', undefined, null));

    const [messages, query] = stream.messages.split('?');
    const ping = { token: null, json: rpc('ping') };
    const foreign = await x.mint(account, { methods: ['read'] });
    const other = foreign.path + messages.slice(path.length);
    await x.ask('a message for no stream', 'POST', messages, ping);
    await x.ask('a message for what is no stream', 'POST', messages, { ...ping, query: 'sessionId=x' });
    await x.ask('a message for an unknown stream', 'POST', messages, {
        ...ping,
        query: 'sessionId=01234567-89ab-cdef-0123-456789abcdef',
    });
    await x.ask('a message for the stream of another server', 'POST', other, { ...ping, query });
    await x.ask('a message of an unknown token', 'POST', `/mcp/${noToken('mcp')}/messages`, { ...ping, query });
    await x.ask('a message from a foreign origin', 'POST', messages, {
        ...ping,
        query,
        headers: { origin: 'https://evil.example' },
    });
    await x.ask('a message as a form', 'POST', messages, {
        token: null,
        query,
        body: 'a=b',
        type: 'application/x-www-form-urlencoded',
    });
    await x.ask('a message by GET', 'GET', messages, { token: null, query });
    await x.ask('a message with more than 4 MiB', 'POST', messages, {
        token: null,
        query,
        announce: 4 * 1024 * 1024 + 1,
        type: 'application/json',
    });
    await x.ask('a stream by POST', 'POST', `${path}/sse`, ping);
    await x.ask('a stream of an unknown token', 'GET', `/mcp/${noToken('mcp')}/sse`, { token: null });
    await x.ask('a stream for a foreign origin', 'GET', `${path}/sse`, {
        token: null,
        headers: { origin: 'https://evil.example' },
    });
    await x.ask('a stream with a broken query string', 'GET', `${path}/sse`, { token: null, query: 'a=%zz' });
    stream.close();
    const post = () =>
        send(x.product.baseUrl, 'POST', stream.messages, {
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(ping.json),
        });
    while ((await post()).status !== 404);
    await x.ask('a message for a stream that was closed', 'POST', messages, { ...ping, query });
}
