// Secrets stay with the host they were entered for, whoever changes the account; an app's secret goes to fixed hosts only.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { assertRefused } from './support/api.mjs';
import { send } from './support/exchange.mjs';
import { cli, environment, main } from './support/product.mjs';
import { test } from './support/test.mjs';

const where = await environment('authorities');
const { api } = where;
const manifest = `name: own_host
label: Own host
category: test
openapi: openapi.yaml
base_url: "http://127.0.0.1:{{context.port}}"
context:
  port: {label: Port, required: true}
credentials:
  api_key:
    label: Key
    fields:
      api_key: {label: Key, secret: true, required: true}
    authorization: {format: header, config: {name: x-api-key, token: "{{context.api_key}}"}}
  oauth2:
    label: OAuth
    authorize_url: "{{base_url}}/authorize"
    token_url: "{{base_url}}/token"
    authorization: {format: bearer, config: {token: "{{context.oauth.token.access_token}}"}}
resources:
  things:
    methods:
      get: {operation: get-thing}
`;
const openapi = {
    openapi: '3.1.0',
    info: { title: 'Own host', version: '1' },
    paths: {
        '/things/{id}': {
            get: {
                operationId: 'get-thing',
                summary: 'Get',
                description: 'Gets.',
                parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'integer' } }],
            },
        },
    },
};
const directory = mkdtempSync(join(tmpdir(), 'sluice-e2e-'));
writeFileSync(join(directory, 'integration.yaml'), manifest);
writeFileSync(join(directory, 'openapi.yaml'), JSON.stringify(openapi));
await cli('integration', 'publish', directory, '--team', 'e2e');
rmSync(directory, { recursive: true });
const [integration] = (await api.ok('GET', '/integration?name=own_host')).result;
const { id: installation } = await api.ok('POST', '/environment-integration', { integration_id: integration.id });
await api.ok('PATCH', `/environment-integration/${installation}`, { override: {} });
const newAccount = () =>
    api.ok('POST', '/integrated-account', {
        tenant_id: 'acme',
        environment_integration_id: installation,
        authentication_method: 'api_key',
        context: { port: '1', api_key: 'theirs' },
    });

test('an account is not pointed at another host without its secrets, neither by its own token nor by an API token', async () => {
    const { id } = await newAccount();
    const { integrated_account_token: token } = await api.ok('POST', '/integrated-account/token', { id });
    const own = (context) =>
        send('PATCH', `${main.url}/integrated-account/me`, {
            headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
            body: { context },
        });
    const refused = await own({ port: '28102' });
    assertRefused(refused, 400, ['context.api_key']);
    assert.match(refused.json.message, /entered anew: a new context\.port/);
    assertRefused(await api.send('PATCH', `/integrated-account/${id}`, { context: { port: '28102' } }), 400, ['context.api_key']);
    const credentials = await api.send('PATCH', `/integrated-account/${id}/credentials`, { context: { port: '28102' } });
    assertRefused(credentials, 400, ['context.api_key']);
    assert.equal((await api.ok('GET', `/integrated-account/${id}`)).context.port, '1', 'nothing is half written');
    assert.equal((await own({ port: '2', api_key: 'anew' })).json.context.port, '2');
    assert.equal((await own({ note: 'x' })).status, 200);
});

test('whoever connects again enters the secrets for another host', async () => {
    const { id } = await newAccount();
    const { link_token } = await api.ok('POST', '/link-token', { integrated_account_id: id, persist_previous_context: true });
    const refused = await send('POST', `${main.url}/connect/session`, {
        headers: { authorization: `Bearer ${link_token}`, 'content-type': 'application/json' },
        body: { environment_integration_id: installation, authentication_method: 'api_key', context: { port: '28102' } },
    });
    assertRefused(refused, 400, ['context.api_key']);
});

test('an OAuth app needs a host that no account chooses', async () => {
    const app = { credentials: { oauth2: { client_id: 'app', client_secret: 'of-the-developer' } } };
    const path = `/environment-integration/${installation}`;
    const refused = await api.send('PATCH', path, { override: app });
    assertRefused(refused, 400, ['override.credentials.oauth2']);
    assert.match(refused.json.message, /fixed host/);
    const base_url = `${main.simulator.url}/{{context.port}}`;
    assert.equal((await api.send('PATCH', path, { override: { ...app, base_url } })).status, 200);
    await api.ok('PATCH', path, { override: {} });
});

for (const port of ['1/', '1@evil', '1:2', '1 ', '1%00', '1.example', '-1', '1#'])
    test(`a value that would leave its place in a host is refused: ${JSON.stringify(port)}`, async () => {
        const refused = await api.post('/integrated-account', {
            tenant_id: 'acme',
            environment_integration_id: installation,
            authentication_method: 'api_key',
            context: { port, api_key: 'theirs' },
        });
        assertRefused(refused, 400, ['context.port']);
    });
