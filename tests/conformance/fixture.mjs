// The vendor behind the `conformance` integration: an ordinary REST API with an API key, whose answers are of the kinds that
// the suites' tools and resources give. It knows nothing of MCP.
import { createServer } from 'node:http';

export const apiKey = 'conformance-key';

// One red pixel.
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mP4z8AAAAMBAQD3A0FDAAAAAElFTkSuQmCC';

/// Two samples of silence: 8 kHz, mono, 16 bits.
function wav() {
    const samples = Buffer.alloc(4);
    const header = Buffer.alloc(44);
    header.write('RIFF', 0);
    header.writeUInt32LE(36 + samples.length, 4);
    header.write('WAVEfmt ', 8);
    header.writeUInt32LE(16, 16);
    header.writeUInt16LE(1, 20);
    header.writeUInt16LE(1, 22);
    header.writeUInt32LE(8000, 24);
    header.writeUInt32LE(16000, 28);
    header.writeUInt16LE(2, 32);
    header.writeUInt16LE(16, 34);
    header.write('data', 36);
    header.writeUInt32LE(samples.length, 40);
    return Buffer.concat([header, samples]);
}

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
    'static-text': ['text/plain; charset=utf-8', 'This is the content of the static text resource.'],
    'static-binary': ['image/png', Buffer.from(png, 'base64')],
};

/// By method and first segment of the path: status, content type and body, for the rest of the path, the query and the body.
const answers = {
    'GET account': () => json(200, { name: 'Conformance' }),
    'GET greeting': () => [200, 'text/plain; charset=utf-8', 'This is a simple text response for testing.'],
    'GET picture': () => [200, 'image/png', Buffer.from(png, 'base64')],
    'GET sound': () => [200, 'audio/wav', wav()],
    'GET report': () => [200, 'application/pdf', Buffer.from('%PDF-1.4\n%%EOF\n')],
    'GET summary': () => json(200, { note: 'Multiple content types test:', picture: png, data: { test: 'data', value: 123 } }),
    'GET outage': () => json(500, { error: 'This tool intentionally returns an error for testing.' }),
    'GET records': (rest, query) => json(200, page(query)),
    'GET weather': (rest, query) => json(200, { region: query.get('region'), sky: 'clear' }),
    'GET welcome': (rest, query) => json(200, { welcome: `Hello, ${query.get('name') ?? 'you'}!`, text: query.get('text') ?? '' }),
    'POST contacts': (rest, query, body) => json(201, { id: 1, ...JSON.parse(body) }),
    'GET documents': (rest) => (Object.hasOwn(documents, rest) ? [200, ...documents[rest]] : notFound),
    'GET templates': (rest) => json(200, { id: rest, templateTest: true, data: `Data for ID: ${rest}` }),
};

function answer(request, body) {
    if (request.headers['x-api-key'] !== apiKey) return json(401, { error: 'The API key is wrong.' });
    const { pathname, searchParams } = new URL(request.url, 'http://fixture');
    const [, first, ...rest] = pathname.split('/');
    try {
        return answers[`${request.method} ${first}`]?.(rest.map(decodeURIComponent).join('/'), searchParams, body) ?? notFound;
    } catch (error) {
        return json(400, { error: error.message });
    }
}

/// Listens at 127.0.0.1:`port`, any free one by default. Gives the server, once it listens.
export function startFixture(port = 0) {
    const server = createServer(async (request, response) => {
        let body = '';
        for await (const part of request) body += part;
        const [status, type, content] = answer(request, body);
        response.writeHead(status, { 'content-type': type });
        response.end(content);
    });
    return new Promise((done) => server.listen(port, '127.0.0.1', () => done(server)));
}

// By itself, to look at it with curl: node fixture.mjs [PORT]
if (process.argv[1] === import.meta.filename) {
    const { port } = (await startFixture(Number(process.argv[2] ?? 0))).address();
    console.log(`http://127.0.0.1:${port}, x-api-key: ${apiKey}`);
}
