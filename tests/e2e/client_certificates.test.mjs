// A vendor whose certificate comes from an authority of its own, and which answers only clients with one from there. The
// developer sets both once; then every way to the vendor works, and the private key is seen nowhere again.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { assertRefused } from './support/api.mjs';
import { callTool, toolError } from './support/mcp.mjs';
import { environment, inEnvironment, install, main, startApi } from './support/product.mjs';
import { defer, file, test } from './support/test.mjs';

const directory = mkdtempSync(join(tmpdir(), 'sluice-e2e-'));
/// A certificate and its key, made by `issuer` or, without one, by itself.
function made(name, issuer, ...extensions) {
    const [certificate, key] = [`${name}.pem`, `${name}.key`];
    const signed = issuer ? ['-CA', `${issuer}.pem`, '-CAkey', `${issuer}.key`] : [];
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', `/CN=${name}`];
    const all = ['req', '-x509', ...kind, ...signed, ...extensions.flatMap((each) => ['-addext', each])];
    execFileSync('openssl', [...all, '-keyout', key, '-out', certificate], { cwd: directory, stdio: 'pipe' });
    const read = (from) => readFileSync(join(directory, from), 'utf8');
    return { certificate: read(certificate), key: read(key) };
}
const authority = made('authority');
const server = made('server', 'authority', 'subjectAltName=IP:127.0.0.1', 'basicConstraints=critical,CA:FALSE');
const client = made('client', 'authority', 'basicConstraints=critical,CA:FALSE');
const another = made('another', 'authority', 'basicConstraints=critical,CA:FALSE');
rmSync(directory, { recursive: true });

const calls = [];
function listen(requestCert, answer) {
    const client = { requestCert, rejectUnauthorized: requestCert };
    const options = { ca: authority.certificate, cert: server.certificate, key: server.key, ...client };
    const listening = createServer(options, (request, response) => {
        calls.push({ url: request.url, shown: request.socket.getPeerCertificate().subject?.CN });
        answer(request, response);
    }).listen(0, '127.0.0.1');
    defer(file, () => {
        listening.close();
        listening.closeAllConnections();
    });
    return new Promise((done) => listening.once('listening', () => done(`https://127.0.0.1:${listening.address().port}`)));
}
const json = { 'content-type': 'application/json' };
const elsewhere = await listen(false, (_, response) => response.writeHead(200, json).end('{}'));
const vendor = await listen(true, (request, response) => {
    if (request.url === '/moved/me') return response.writeHead(302, { location: `${elsewhere}/me` }).end();
    const token = { access_token: 'the-token', token_type: 'Bearer', expires_in: 3600 };
    response.writeHead(200, json).end(JSON.stringify(request.url === '/token' ? token : { name: 'me' }));
});

const manifest = `name: behind_mtls
label: Behind mTLS
category: test
openapi: openapi.yaml
base_url: "${vendor}"
credentials:
  api_key:
    label: API key
    fields:
      api_key: {label: Key, secret: true, required: true}
    authorization: {format: bearer, config: {token: "{{context.api_key}}"}}
  oauth2_client_credentials:
    label: Client of your own
    fields:
      client_id: {label: Client id, required: true}
      client_secret: {label: Client secret, secret: true, required: true}
    token_url: "${vendor}/token"
    authorization: {format: bearer, config: {token: "{{context.oauth.token.access_token}}"}}
resources:
  me:
    methods:
      get: {operation: get-me}
`;
const openapi = {
    openapi: '3.1.0',
    info: { title: 'Behind mTLS', version: '1' },
    paths: {
        '/me': {
            get: { operationId: 'get-me', summary: 'Get me', description: 'Who asks.', responses: { 200: { description: 'Me.' } } },
        },
    },
};

// An api of the test's own, which may call the vendor.
const allowed = [vendor, elsewhere, main.simulator.url].map((url) => new URL(url).host).join();
const own = await startApi(file, { settings: { SLUICE_EGRESS_ALLOW: allowed } });
const where = await environment('client-certificates', own);
const { api } = where;
const installation = await install(api, manifest, openapi, vendor);
const path = `/environment-integration/${installation}`;
const answers = [];
const set = async (override) => {
    const exchange = await api.patch(path, { override });
    answers.push(exchange.text);
    return exchange;
};
const connected = async (authentication_method, context) => {
    const account = { tenant_id: authentication_method, environment_integration_id: installation, authentication_method, context };
    return (await api.ok('POST', '/integrated-account', account)).id;
};
const id = await connected('api_key', { api_key: 'a-key-of-the-account' });
const { url } = await api.ok('POST', `/integrated-account/${id}/mcp`, { name: 'e2e' });
const [{ name }] = (await api.ok('GET', `/integrated-account/${id}/tools`)).result;
const proxied = async (account = id) => {
    const exchange = await api.get(`/proxy/me?integrated_account_id=${account}`);
    answers.push(exchange.text);
    return exchange;
};
const tool = async () => {
    const result = await callTool(url, name, {});
    answers.push(JSON.stringify(result));
    return result;
};

/// The same error through REST and MCP, which names what is to be set.
async function assertUnreached(words) {
    const exchange = await proxied();
    assert.equal(exchange.status, 502);
    assert.match(exchange.json.message, words);
    assert.match(exchange.json.message, /override\.tls/);
    assert.equal(toolError(await tool(), 502).message, exchange.json.message);
    assert.deepEqual(calls, []);
}

test('an authority that nobody knows: 502 that says where to name it', async () => {
    await set({ base_url: vendor });
    await assertUnreached(/127\.0\.0\.1 could not be reached: its certificate is not trusted: /);
});

test('with the authority alone the vendor refuses us: 502 that says what it wants', async () => {
    assert.equal((await set({ base_url: vendor, tls: { ca: authority.certificate } })).status, 200);
    await assertUnreached(/127\.0\.0\.1 wants a client certificate that it accepts: /);
});

test('a certificate without its key, or with a foreign one, is refused and changes nothing', async () => {
    const { certificate } = client;
    assertRefused(await set({ tls: { certificate } }), 400, ['override.tls.key']);
    assertRefused(await set({ tls: { certificate, key: another.key } }), 400, ['override.tls.key']);
    assertRefused(await set({ tls: { certificate: certificate + client.key } }), 400, ['override.tls.certificate']);
    assert.deepEqual((await api.ok('GET', path)).override, { base_url: vendor, tls: { ca: authority.certificate } });
});

test('with certificate and key: REST, MCP and the token endpoint', async () => {
    const tls = { ca: authority.certificate, certificate: client.certificate };
    const changed = await set({ base_url: vendor, tls: { ...tls, key: client.key } });
    assert.equal(changed.status, 200);
    assert.deepEqual(changed.json.override.tls, tls, 'all but the key can be read');
    const got = await proxied();
    assert.deepEqual([got.status, got.json], [200, { name: 'me' }]);
    const result = await tool();
    assert.ok(!result.isError, result.content[0].text);
    const other = await connected('oauth2_client_credentials', { client_id: 'c', client_secret: 'a-secret-of-the-account' });
    assert.equal((await proxied(other)).status, 200);
    assert.deepEqual(calls.map((call) => call.url), ['/me', '/me', '/token', '/me']);
    assert.ok(calls.every((call) => call.shown === 'client'), JSON.stringify(calls));
});

test('a redirect to another host shows it no certificate, and trusts it no more than anyone', async () => {
    calls.length = 0;
    const { override } = await api.ok('GET', path);
    assert.equal((await set({ ...override, base_url: `${vendor}/moved` })).status, 200, 'what was read can be sent back');
    const { status, json: body } = await proxied();
    assert.equal(status, 502);
    assert.match(body.message, /redirects to 127\.0\.0\.1: .* is not trusted/);
    assert.deepEqual(calls, [{ url: '/moved/me', shown: 'client' }], 'the key is there still');
    await set(override);
});

test('another certificate is shown from the next call on', async () => {
    calls.length = 0;
    const tls = { ca: authority.certificate, certificate: another.certificate };
    assertRefused(await set({ base_url: vendor, tls }), 400, ['override.tls.key']);
    await proxied();
    assert.equal((await set({ base_url: vendor, tls: { ...tls, key: another.key } })).status, 200);
    assert.equal((await proxied()).status, 200);
    assert.deepEqual(calls.map((call) => call.shown), ['client', 'another']);
});

test('the private keys are in no answer, no log and no row', async () => {
    answers.push((await api.get('/environment-integration')).text, (await api.get(path)).text);
    const readable = "has_table_privilege(format('%I.%I', schemaname, tablename), 'SELECT')";
    const tables = await inEnvironment(where.id, `SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND ${readable}`);
    assert.ok(tables.includes('environment_integrations'));
    const rows = [];
    for (const table of tables) rows.push(...(await inEnvironment(where.id, `SELECT each::text FROM ${table} each`)));
    assert.ok(rows.some((row) => row.includes('BEGIN CERTIFICATE')), 'the rows are seen');
    for (const { key } of [client, another]) {
        const lines = key.trim().split('\n');
        const secret = Buffer.from(lines.slice(1, -1).join(''), 'base64').subarray(40, 60); // Of the number itself (RFC 5915).
        const forms = [lines[2], Buffer.from(lines[2]).toString('hex'), secret.toString('hex')];
        for (const [what, text] of [['answers', answers.join('\n')], ['log', own.log()], ['rows', rows.join('\n')]])
            for (const form of forms) assert.ok(!text.includes(form), `${what}: ${form.slice(0, 4)}…`);
    }
});
