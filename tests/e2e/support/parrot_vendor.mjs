// A vendor that repeats what it is sent: refused bodies and tokens in the words of its errors, secrets in its answers.
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

import { defer } from './test.mjs';

export const customer = { client_id: 'customer', client_secret: 'secret-of-the-customer' };

export const manifestFor = (url) => `name: parrot
label: Parrot
category: test
openapi: openapi.yaml
base_url: "${url}"
credentials:
  oauth2_client_credentials:
    label: Client of your own
    fields:
      client_id: {label: Client id, required: true}
      client_secret: {label: Client secret, secret: true, required: true}
    token_url: "{{base_url}}/token"
    client_authentication: body
    scopes: [read]
    authorization: {format: bearer, config: {token: "{{context.oauth.token.access_token}}"}}
resources:
  me:
    methods:
      get: {operation: get-me}
  keys:
    methods:
      get: {operation: get-key}
      create: {operation: create-key}
`;

const operation = (operationId, more) => ({ operationId, summary: operationId, description: 'Does it.', ...more });
const text = { type: 'string' };
export const openapi = {
    openapi: '3.1.0',
    info: { title: 'Parrot', version: '1' },
    paths: {
        '/me': { get: operation('get-me') },
        '/keys/{id}': { get: operation('get-key', { parameters: [{ name: 'id', in: 'path', required: true, schema: text }] }) },
        '/keys': {
            post: operation('create-key', {
                requestBody: {
                    required: true,
                    content: { 'application/json': { schema: { type: 'object', properties: { note: text, password: text } } } },
                },
            }),
        },
    },
};

/// Letters only: nothing in it looks like a token.
const letters = (count) => Array.from(randomBytes(count), (byte) => String.fromCharCode(97 + (byte % 26))).join('');

/// The vendor, on a port of its own. It gives tokens to anybody and takes none of them at `/me`. `secrets` are members of
/// each key that it answers, `inLong` those of a long answer. `tokens` are those that it gave, `refused` those that `/me` got.
export async function startParrot(scope, secrets, inLong) {
    const vendor = { tokens: [], refused: [] };
    const token = () => {
        vendor.tokens.push(letters(16));
        return { access_token: vendor.tokens.at(-1), token_type: 'Bearer', expires_in: 3600 };
    };
    const answer = ({ url, headers }, body) => {
        if (url === '/token') return [200, token()];
        if (url === '/me') {
            vendor.refused.push(headers.authorization.split(' ')[1]);
            return [401, { message: `${vendor.refused.at(-1)} is no good` }];
        }
        if (!url.startsWith('/keys')) return [422, { message: `Cannot read ${body} at ${url}` }];
        if (body.includes('refused')) return [422, { message: `Cannot take ${body}`, ...secrets }];
        // What is longer than a body that is kept is cut: it is no whole JSON any more.
        return [200, url.endsWith('/long') ? { id: 'k', ...inLong, more: 'x '.repeat(20_000) } : { id: 'k', ...secrets }];
    };
    const server = createServer((request, response) => {
        const parts = [];
        request.on('data', (part) => parts.push(part));
        request.on('end', () => {
            const [status, json] = answer(request, Buffer.concat(parts).toString());
            response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
        });
    });
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    defer(scope, () => server.close());
    vendor.url = `http://127.0.0.1:${server.address().port}`;
    return vendor;
}
