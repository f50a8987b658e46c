import { request } from 'node:http';

const patience = 30_000;

/// Sends one request and gives the whole answer: status, headers (lower-case names), body (bytes).
/// `target`: path and query, sent as they are. `announce`: says that a body of so many bytes follows, and sends none.
export function send(baseUrl, target, { method, headers = {}, body, announce }) {
    return new Promise((resolve, reject) => {
        const outgoing = request(baseUrl, { path: target, method, headers, agent: false, timeout: patience });
        outgoing.on('timeout', () => outgoing.destroy(new Error(`${method} ${target}: no answer in ${patience} ms`)));
        outgoing.on('error', reject); // After an answer it changes nothing.
        outgoing.on('response', (incoming) => {
            const chunks = [];
            const answer = () => ({ status: incoming.statusCode, headers: incoming.headers, body: Buffer.concat(chunks) });
            // A stream that was asked for has no end of its own: its first event is the answer, until it is closed.
            const isStream = method === 'GET' && incoming.headers['content-type'] === 'text/event-stream';
            incoming.on('data', (chunk) => {
                chunks.push(chunk);
                if (isStream && Buffer.concat(chunks).includes('\n\n')) resolve({ ...answer(), close: () => outgoing.destroy() });
            });
            incoming.on('end', () => {
                resolve(answer());
                if (announce !== undefined) outgoing.destroy();
            });
        });
        if (announce === undefined) {
            outgoing.setHeader('content-length', Buffer.byteLength(body ?? ''));
            outgoing.end(body);
        } else {
            outgoing.setHeader('content-length', announce);
            outgoing.flushHeaders();
        }
    });
}

/// The data of a tool's result: its text, as JSON.
export const dataOf = (result) => JSON.parse(result.content[0].text);
