// Requests of the kind that is recorded: one connection each, nothing added, the answer as it came.
import { request } from 'node:http';
import { connect } from 'node:net';

const patience = 30_000;

/// An answer: its first line, its headers as they were sent, its body in bytes.
export class Answer {
    constructor(status, reason, rawHeaders, body) {
        this.status = status;
        this.reason = reason;
        this.lines = [];
        for (let i = 0; i < rawHeaders.length; i += 2) this.lines.push([rawHeaders[i], rawHeaders[i + 1]]);
        this.headers = Object.fromEntries(this.lines.map(([name, value]) => [name.toLowerCase(), value]));
        this.body = body;
    }

    get json() {
        return JSON.parse(this.body.toString());
    }
}

/// `announce`: says that a body of so many bytes follows, and sends none. `untilEvent`: the answer is a stream without an
/// end, and resolves with its first event; `onData` gets what comes after it.
export function send(baseUrl, method, target, { headers = {}, body, announce, onData } = {}) {
    return new Promise((resolve, reject) => {
        const outgoing = request(baseUrl, { path: target, method, headers, agent: false, timeout: patience });
        const fail = (error) => reject(new Error(`${method} ${target}: ${error.message}`));
        outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer in ${patience} ms`)));
        outgoing.on('error', fail); // After an answer it changes nothing.
        outgoing.on('response', (incoming) => {
            const { statusCode, statusMessage, rawHeaders } = incoming;
            const chunks = [];
            const answer = () => new Answer(statusCode, statusMessage, rawHeaders, Buffer.concat(chunks));
            incoming.on('error', fail);
            incoming.on('data', (chunk) => {
                chunks.push(chunk);
                if (onData === undefined) return;
                outgoing.setTimeout(0);
                resolve({ head: answer(), close: () => outgoing.destroy() });
                onData(Buffer.concat(chunks).toString());
            });
            incoming.on('end', () => {
                resolve(onData === undefined ? answer() : { head: answer(), close: () => {} });
                if (announce !== undefined) outgoing.destroy();
            });
        });
        if (announce !== undefined) {
            outgoing.setHeader('content-length', announce);
            outgoing.flushHeaders();
            return;
        }
        if (body !== undefined || !['GET', 'HEAD', 'OPTIONS', 'DELETE'].includes(method))
            outgoing.setHeader('content-length', Buffer.byteLength(body ?? ''));
        outgoing.end(body);
    });
}

/// Writes text to a socket and reads to its end.
export function sendRaw(baseUrl, text) {
    return new Promise((resolve, reject) => {
        const { hostname, port } = new URL(baseUrl);
        const socket = connect(Number(port), hostname);
        const received = [];
        socket.setTimeout(patience, () => socket.destroy(new Error(`not closed in ${patience} ms`)));
        socket.on('data', (chunk) => received.push(chunk));
        socket.on('error', reject);
        socket.on('close', () => {
            const whole = Buffer.concat(received);
            const end = whole.indexOf('\r\n\r\n');
            const [first, ...lines] = whole.subarray(0, end).toString().split('\r\n');
            const [, status, reason] = first.match(/^HTTP\/1\.\d (\d+) ?(.*)$/) ?? [];
            const pairs = lines.flatMap((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]);
            resolve(new Answer(Number(status), reason, pairs, whole.subarray(end + 4)));
        });
        socket.write(text);
    });
}
