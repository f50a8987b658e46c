// OAuth as other vendors have it: PKCE, client authentication in the body, client credentials. The vendor is a fixture that
// checks what RFC 6749 and RFC 7636 say, and its integration is published like any team's.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { send } from './support/exchange.mjs';
import { cli, environment, main, startApi } from './support/product.mjs';
import { file, test } from './support/test.mjs';

const app = { id: 'fixture-app', secret: 'fixture secret: with/odd=characters' };
const customer = { client_id: 'customer', client_secret: 'customer-secret' };
const codes = new Map();
const tokens = new Set();
let issued = 0;

const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += part));
    request.on('end', () => {
        const answer = (status, json) => {
            response.writeHead(status, { 'content-type': 'application/json' });
            response.end(JSON.stringify(json));
        };
        if (request.url === '/me') {
            const token = request.headers.authorization?.replace('Bearer ', '');
            return tokens.has(token) ? answer(200, { name: 'me' }) : answer(401, { error: 'unauthorised' });
        }
        const form = new URLSearchParams(body);
        const grant = () => {
            const token = randomBytes(12).toString('hex');
            tokens.add(token);
            issued += 1;
            answer(200, { access_token: token, token_type: 'Bearer', expires_in: 3600, scope: form.get('scope') ?? 'all' });
        };
        if (request.headers.authorization) return answer(400, { error: 'invalid_request' });
        if (form.get('grant_type') === 'client_credentials') {
            const isKnown = Object.entries(customer).every(([name, value]) => form.get(name) === value);
            return isKnown ? grant() : answer(401, { error: 'invalid_client' });
        }
        if (form.get('client_id') !== app.id || form.get('client_secret') !== app.secret)
            return answer(401, { error: 'invalid_client' });
        const code = codes.get(form.get('code'));
        codes.delete(form.get('code'));
        const challenge = createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url');
        return code?.challenge === challenge && code.redirect_uri === form.get('redirect_uri')
            ? grant()
            : answer(400, { error: 'invalid_grant' });
    });
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
file.after(() => server.close());
const vendor = `http://127.0.0.1:${server.address().port}`;

const manifest = `name: fixture
label: Fixture
category: test
openapi: openapi.yaml
base_url: "${vendor}"
credentials:
  oauth2:
    label: Fixture account
    authorize_url: "{{base_url}}/authorize"
    token_url: "{{base_url}}/token"
    client_authentication: body
    scopes: [read]
    refresh: {reuse: revokes}
    authorization: {format: bearer, config: {token: "{{context.oauth.token.access_token}}"}}
  oauth2_client_credentials:
    label: Client of your own
    fields:
      client_id: {label: Client id, required: true}
      client_secret: {label: Client secret, secret: true, required: true}
    token_url: "{{base_url}}/token"
    client_authentication: body
    scopes: [read]
    authorization: {format: bearer, config: {token: "{{context.oauth.token.access_token}}"}}
health: me.get
resources:
  me:
    methods:
      get: {operation: get-me}
`;
const openapi = `openapi: 3.1.0
info: {title: Fixture, version: "1"}
paths:
  /me:
    get:
      operationId: get-me
      summary: Get me
      description: Who the token belongs to.
      responses: {"200": {description: Me.}}
`;

// An api of the test's own, which may call the fixture.
const own = await startApi(file, { settings: { SLUICE_EGRESS_ALLOW: [vendor, main.simulator.url].map((url) => new URL(url).host).join() } });
const where = await environment('oauth-vendor', own);
const { api } = where;
const directory = mkdtempSync(join(tmpdir(), 'sluice-e2e-'));
writeFileSync(join(directory, 'integration.yaml'), manifest);
writeFileSync(join(directory, 'openapi.yaml'), openapi);
await cli('integration', 'publish', directory, '--team', 'e2e');
rmSync(directory, { recursive: true });
const [integration] = (await api.ok('GET', '/integration?name=fixture')).result;
const { id: installation } = await api.ok('POST', '/environment-integration', { integration_id: integration.id });
await api.ok('PATCH', `/environment-integration/${installation}`, {
    override: { base_url: vendor, credentials: { oauth2: { client_id: app.id, client_secret: app.secret } } },
});
const works = async (id) => assert.equal((await api.get(`/proxy/me?integrated_account_id=${id}`)).status, 200);

test('PKCE and client authentication in the body', async () => {
    const started = await api.ok('POST', '/connection', { tenant_id: 'pkce', integration: 'fixture' });
    const begun = await send('POST', new URL('/connect/start', started.redirect_url).href, {
        headers: { 'content-type': 'application/json' },
        body: { state: new URL(started.redirect_url).searchParams.get('state') },
    });
    const asked = new URL(begun.json.url).searchParams;
    assert.equal(asked.get('code_challenge_method'), 'S256');
    assert.match(asked.get('code_challenge'), /^[\w-]{43}$/);
    assert.equal(asked.get('nonce'), null, 'none where the vendor wants none');
    codes.set('the-code', { challenge: asked.get('code_challenge'), redirect_uri: asked.get('redirect_uri') });
    const cookie = begun.headers['set-cookie'][0].split(';')[0];
    const callback = `${asked.get('redirect_uri')}?code=the-code&state=${asked.get('state')}`;
    await send('GET', callback, { headers: { cookie } });
    const { status, integrated_account_id: id, error } = await api.ok('GET', `/connection/${started.id}`);
    assert.equal(status, 'active', JSON.stringify(error));
    await works(id);
});

test('client credentials: a token is got with the form, and another when that one is refused', async () => {
    const { link_token } = await api.ok('POST', '/link-token', { tenant_id: 'cc', integration: 'fixture' });
    const submit = (context) =>
        send('POST', `${api.url}/connect/session`, {
            headers: { authorization: `Bearer ${link_token}`, 'content-type': 'application/json' },
            body: {
                environment_integration_id: installation,
                authentication_method: 'oauth2_client_credentials',
                context,
            },
        });
    const wrong = await submit({ ...customer, client_secret: 'wrong' });
    assert.notEqual(wrong.status, 200);
    assert.match(wrong.json.message, /client_id|invalid_client/);
    const { json } = await submit(customer);
    assert.equal(json.result, 'success', JSON.stringify(json));
    await works(json.integrated_account_id);
    const before = issued;
    tokens.clear();
    await works(json.integrated_account_id);
    assert.equal(issued, before + 1);
    const shown = await api.get(`/integrated-account/${json.integrated_account_id}`);
    assert.ok(!shown.text.includes(customer.client_secret));
});
