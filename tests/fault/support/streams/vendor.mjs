// A vendor of large files, a process of its own; prints its port. What it does is in the query of a request, and `name`
// there is under what `/_state/NAME` tells about it: what was written and received so far, and how it ended.
//   GET  /files/{id}  size, form (length, chunked, close), after and then (reset, end, stall: what happens after so many bytes)
//   POST /files       pauseAfter (until POST /_go/NAME), refuse (a status, before the body is read)
//   GET  /gzip, /etag, /private; everything else answers what it was asked
import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';

import { Checker, partAt, writeBody } from './pattern.mjs';

const states = {};
const zipped = gzipSync(JSON.stringify({ text: 'told in gzip '.repeat(2000) }));

const json = (response, status, value) => {
    const text = JSON.stringify(value);
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text);
};

/// `bytes=FIRST-LAST` of a range request.
function rangeOf(headers, size) {
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
    return first === undefined ? undefined : { first: Number(first), last: Math.min(Number(last), size - 1) };
}

async function download(request, response, query, state) {
    const size = Number(query.get('size') ?? 1000);
    const common = { 'content-type': 'application/octet-stream', etag: '"one"', 'accept-ranges': 'bytes' };
    const range = rangeOf(request.headers, size);
    if (range) {
        const length = range.last - range.first + 1;
        response.writeHead(206, { ...common, 'content-length': length, 'content-range': `bytes ${range.first}-${range.last}/${size}` });
        return response.end(partAt(range.first, length));
    }
    const form = query.get('form') ?? 'length';
    if (form === 'close') response.useChunkedEncodingByDefault = false;
    response.writeHead(200, { ...common, ...(form === 'length' && { 'content-length': size }), ...(form === 'close' && { connection: 'close' }) });
    if (request.method === 'HEAD') return response.end();
    response.flushHeaders();
    const after = Number(query.get('after') ?? size);
    const told = (sent) => (state.written = sent);
    if (!(await writeBody(response, after, { told }))) return undefined;
    if (after === size) return response.end();
    if (query.get('then') === 'reset') request.socket.resetAndDestroy();
    else if (query.get('then') === 'end') request.socket.end();
    return undefined;
}

function upload(request, response, query, state) {
    if (query.get('refuse')) {
        // The answer is there, the body is not read, and the connection stays for a moment.
        const text = JSON.stringify({ message: 'That is more than fits.' });
        response.socket.write(`HTTP/1.1 ${query.get('refuse')} Refused\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`);
        setTimeout(() => request.socket.destroy(), 500);
        return undefined;
    }
    const checker = new Checker();
    const pauseAfter = Number(query.get('pauseAfter') ?? Infinity);
    state.go = () => {
        state.isPaused = false;
        request.resume();
    };
    request.on('data', (part) => {
        checker.take(part);
        Object.assign(state, { received: checker.taken, wrongAt: checker.wrongAt });
        if (state.isPaused !== undefined || checker.taken < pauseAfter) return;
        state.isPaused = true;
        request.pause();
    });
    request.on('end', () => {
        state.isWhole = request.complete;
        json(response, 201, { id: 'new', received: checker.taken, wrongAt: checker.wrongAt ?? null });
    });
    return undefined;
}

/// An answer with every header that must not be passed on, and some that must.
function privately(response) {
    response.socket.end(['HTTP/1.1 200 OK', 'content-type: application/octet-stream', 'content-length: 2', 'connection: close, x-internal',
        ...['x-internal: 1', 'keep-alive: timeout=5', 'proxy-connection: close', 'te: trailers', 'upgrade: h2c', 'trailer: x-t'],
        ...['set-cookie: a=b', 'www-authenticate: Basic', 'proxy-authenticate: Basic', 'x-vendor: yes', 'etag: "one"'],
        'content-disposition: attachment; filename="a.bin"', '', 'ok'].join('\r\n'));
}

async function answer(request, response) {
    const { pathname, searchParams: query } = new URL(request.url, 'http://x');
    const [, place, name] = pathname.split('/');
    if (place === '_state') return json(response, 200, states[name] ?? {});
    if (place === '_go') return json(response, 200, [states[name].go()]);
    const state = (states[query.get('name')] = { method: request.method, target: request.url, headers: request.headers, written: 0, received: 0 });
    request.on('error', () => {});
    request.socket.once('close', () => Object.assign(state, { closedAt: Date.now(), isWhole: state.isWhole ?? false }));
    if (place === 'files' && request.method === 'POST') return upload(request, response, query, state);
    if (place === 'files' && ['GET', 'HEAD'].includes(request.method)) return download(request, response, query, state);
    if (place === 'gzip') return response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip', 'content-length': zipped.length }).end(zipped);
    if (place === 'etag' && request.headers['if-none-match'] === '"one"') return response.writeHead(304, { etag: '"one"' }).end();
    if (place === 'private') return privately(response);
    request.resume();
    return request.on('end', () => json(response, 200, { method: request.method, target: request.url, headers: request.headers }));
}

const server = createServer({ requestTimeout: 0 }, answer).listen(0, '127.0.0.1', () => console.log(server.address().port));
