// Raw HTTP, one fresh connection per request unless an agent is given. The last exchanges are kept, so that a test that
// fails can show them (see test.mjs).
import http from 'node:http';
import net from 'node:net';

const shownCharacters = 800;
const kept = 3;
const unshown = ['authorization', 'date', 'server-timing', 'content-length', 'connection'];
let recent = [];

export class Exchange {
    constructor(method, url, request, answer) {
        Object.assign(this, { method, url, request, ...answer });
    }

    get json() {
        try {
            return JSON.parse(this.text);
        } catch (error) {
            throw new Error(`the answer is not JSON: ${error.message}`);
        }
    }

    toString() {
        const headers = (all) =>
            Object.entries(all)
                .filter(([name]) => !unshown.includes(name.toLowerCase()))
                .map(([name, value]) => `\n    ${name}: ${cut(value, 300)}`)
                .join('');
        return (
            `  ${this.method} ${this.url}${headers(this.request.headers)}\n    ${cut(this.request.body ?? '')}\n` +
            `  → ${this.status}${headers(this.headers)}\n    ${cut(this.text)}`
        );
    }
}

const cut = (text, length = shownCharacters) => {
    const all = String(text);
    return all.length > length ? `${all.slice(0, length)}… (${all.length} characters)` : all;
};

export const remember = (exchange) => {
    recent = [...recent.slice(1 - kept), exchange];
    return exchange;
};
export const forgetExchanges = () => {
    recent = [];
};
export const recentExchanges = () => recent.map(String).join('\n\n');

/// `body` is sent as it is when text or bytes, else as JSON. `headers` may hold several values under a name.
/// `isShown`: whether a failure shows it.
export function send(method, url, { headers = {}, body, agent = false, seconds = 30, isShown = true } = {}) {
    const bytes = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const length = bytes === undefined ? {} : { 'content-length': Buffer.byteLength(bytes) };
    return new Promise((resolve, reject) => {
        const request = http.request(url, { method, agent, headers: { ...length, ...headers }, timeout: seconds * 1000 });
        let answered = false;
        request.on('timeout', () => request.destroy(new Error(`${method} ${url}: no answer within ${seconds} s`)));
        // A server that refuses a large body may close while we still write it: what it answered counts.
        request.on('error', (error) => answered || reject(error));
        request.on('response', (response) => {
            answered = true;
            const parts = [];
            // A stream that was asked for has no end of its own: its first event is the answer.
            const isStream = method === 'GET' && response.headers['content-type'] === 'text/event-stream';
            response.on('data', (part) => {
                parts.push(part);
                if (!isStream || !part.includes('\n\n')) return;
                finish();
                request.destroy();
            });
            response.on('error', (error) => isStream || reject(error));
            response.on('end', () => finish());
            const finish = () => {
                const text = Buffer.concat(parts).toString();
                const { statusCode: status, headers: answer } = response;
                const exchange = new Exchange(method, url, { headers, body: bytes }, { status, headers: answer, text });
                resolve(isShown ? remember(exchange) : exchange);
            };
        });
        request.end(bytes);
    });
}

/// Writes `parts` (text or bytes, or a number: that many milliseconds of silence) to a socket and reads to its end.
export async function sendRaw(url, parts, { seconds = 15 } = {}) {
    const { hostname, port } = new URL(url);
    const socket = net.connect(Number(port), hostname);
    const received = [];
    let failure;
    socket.on('data', (part) => received.push(part));
    socket.on('error', (error) => (failure = error));
    const ended = new Promise((resolve) => socket.on('close', resolve));
    const timer = setTimeout(() => socket.destroy(new Error(`not closed within ${seconds} s`)), seconds * 1000);
    for (const part of parts) {
        // What the peer answered meanwhile is read before the next write fails.
        if (typeof part === 'number') await Promise.race([ended, new Promise((done) => setTimeout(done, part))]);
        else if (!socket.destroyed) socket.write(part);
    }
    await ended;
    clearTimeout(timer);
    const answer = Buffer.concat(received).toString();
    if (!answer && failure) throw failure;
    const split = answer.indexOf('\r\n\r\n');
    const lines = answer.slice(0, split).split('\r\n');
    const headers = Object.fromEntries(
        lines.slice(1).map((line) => [line.split(':')[0].toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    );
    const status = Number(lines[0].split(' ')[1]);
    const request = { headers: {}, body: parts.filter((part) => typeof part !== 'number').join('') };
    return remember(new Exchange('raw', url, request, { status, headers, text: answer.slice(split + 4) }));
}

/// `fetch` for clients that take one: the same, remembered.
export async function rememberingFetch(url, init = {}) {
    const response = await fetch(url, init);
    const method = init.method ?? 'GET';
    const request = { headers: Object.fromEntries(new Headers(init.headers)), body: init.body };
    const text = await response.clone().text();
    const { status } = response;
    remember(new Exchange(method, String(url), request, { status, headers: Object.fromEntries(response.headers), text }));
    return response;
}
