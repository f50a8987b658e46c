// The vendor behind the definition in ../vendor, an ordinary REST API with a key; and a receiver of webhooks. One server, as
// deploy/local/up allows one address of this machine.
import { createServer } from 'node:http';

export const key = 'staged-key';

// One red pixel.
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mP4z8AAAAMBAQD3A0FDAAAAAElFTkSuQmCC';
const records = Array.from({ length: 12 }, (_, i) => ({ id: i + 1, name: `Record ${i + 1}` }));
const mostRecords = 3;

function page(query) {
    const from = Number(query.get('cursor') ?? 0);
    const limit = Math.min(Number(query.get('limit') ?? mostRecords), mostRecords);
    const next = from + limit < records.length ? String(from + limit) : null;
    return { data: records.slice(from, from + limit), next };
}

const json = (status, value) => [status, 'application/json', JSON.stringify(value)];
const notFound = json(404, { error: 'There is no such thing.' });
const documents = {
    text: ['text/plain; charset=utf-8', 'A text that never changes.'],
    binary: ['image/png', Buffer.from(png, 'base64')],
};
const users = { 1: [{ id: 10, name: 'Otto' }], 2: [{ id: 20, name: 'Eve' }] };

/// By method and first segment of the path, for the rest of the path, the query and the body.
const answers = {
    'GET account': () => json(200, { id: 7, domain: 'acme.example' }),
    'GET teams': () =>
        json(200, [
            { id: 1, name: 'First line' },
            { id: 2, name: 'Experts' },
        ]),
    'GET users': (rest, query) => json(200, users[query.get('team')] ?? []),
    'GET greeting': () => [200, 'text/plain; charset=utf-8', 'Good morning.'],
    'GET picture': () => [200, 'image/png', Buffer.from(png, 'base64')],
    'GET sound': () => [200, 'audio/wav', Buffer.from('RIFF$\0\0\0WAVEfmt ')],
    'GET report': () => [200, 'application/pdf', Buffer.from('%PDF-1.4\n%%EOF\n')],
    'GET summary': () => json(200, { note: 'Of several kinds:', picture: png, data: { test: 'data', value: 123 } }),
    'GET outage': () => json(500, { error: 'This always fails.' }),
    'GET records': (rest, query) => json(200, page(query)),
    'GET weather': (rest, query) => json(200, { region: query.get('region'), sky: 'clear' }),
    'GET welcome': (rest, query) =>
        json(200, { welcome: `Hello, ${query.get('name') ?? 'you'}!`, text: query.get('text') ?? '' }),
    'POST contacts': (rest, query, body) => json(201, { id: 1, ...JSON.parse(body) }),
    'GET documents': (rest) => (Object.hasOwn(documents, rest) ? [200, ...documents[rest]] : notFound),
    'GET templates': (rest) => json(200, { id: rest, data: `Data of ${rest}` }),
};

export class Vendor {
    /// While it is set: `/account` answers 500, so that setting an account up fails.
    isBroken = false;
    #received = [];

    /// `address`: the host and port that the product may call.
    static start(address) {
        const vendor = new Vendor();
        vendor.port = new URL(`http://${address}`).port;
        vendor.url = `http://${address}`;
        vendor.server = createServer((request, response) => vendor.#take(request, response));
        return new Promise((done, failed) => {
            vendor.server.once('error', failed).listen(Number(vendor.port), '127.0.0.1', () => done(vendor));
        });
    }

    stop() {
        this.server.closeAllConnections();
        this.server.close();
    }

    forget() {
        this.#received = [];
        this.isBroken = false;
    }

    /// The first delivery of `event`, once it has come.
    async delivery(event, patienceMs = 20_000) {
        for (const end = Date.now() + patienceMs; Date.now() < end;) {
            const found = this.#received.find(({ body }) => JSON.parse(body).event === event);
            if (found !== undefined) return found;
            await new Promise((done) => setTimeout(done, 20));
        }
        throw new Error(`no ${event} within ${patienceMs} ms`);
    }

    async #take(request, response) {
        let body = '';
        for await (const part of request) body += part;
        if (request.url.startsWith('/hook')) {
            this.#received.push({ method: request.method, target: request.url, headers: request.headers, body });
            response.writeHead(204).end();
            return;
        }
        const [status, type, content] = this.#answer(request, body);
        response.writeHead(status, { 'content-type': type }).end(content);
    }

    #answer(request, body) {
        if (request.headers['x-key'] !== key) return json(401, { error: 'The key is wrong.' });
        const { pathname, searchParams } = new URL(request.url, 'http://vendor');
        const [, first, ...rest] = pathname.split('/');
        if (this.isBroken && first === 'account') return json(500, { error: 'broken' });
        return answers[`${request.method} ${first}`]?.(rest.map(decodeURIComponent).join('/'), searchParams, body) ?? notFound;
    }
}
