// What a definition wants done when an account is connected: steps after installing, and a form. The vendor is a fixture, and
// its integration is published like any team's.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';

import { send } from './support/exchange.mjs';
import { environment, install, main, startApi } from './support/product.mjs';
import { file, test } from './support/test.mjs';

let setUpFails = false;
const vendorServer = createServer((request, response) => {
    const answer = (status, json) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(json));
    };
    const { pathname, searchParams } = new URL(request.url, 'http://vendor');
    if (request.headers['x-key'] !== 'right') return answer(401, { error: 'wrong key' });
    if (pathname === '/me') return answer(200, { name: 'me' });
    if (pathname === '/account') return setUpFails ? answer(500, { error: 'broken' }) : answer(200, { id: 7, domain: 'acme.example' });
    if (pathname === '/teams') return answer(200, [{ id: 1, name: 'First line' }, { id: 2, name: 'Experts' }]);
    if (pathname === '/users')
        return answer(200, searchParams.get('team') === '2' ? [{ id: 20, name: 'Eve' }] : [{ id: 10, name: 'Otto' }]);
    return answer(404, {});
});
await new Promise((done) => vendorServer.listen(0, '127.0.0.1', done));
file.after(() => vendorServer.close());
const vendor = `http://127.0.0.1:${vendorServer.address().port}`;

const manifest = `name: staged
label: Staged
category: test
openapi: openapi.yaml
base_url: "${vendor}"
credentials:
  api_key:
    label: Key
    fields: {api_key: {label: Key, secret: true, required: true}}
    authorization: {format: header, config: {name: x-key, token: "{{context.api_key}}"}}
health: me.get
actions:
  post_install:
    - request: {method: account.get, as: account}
    - update_context: {account_number: "{{steps.account.id}}", address: "https://{{steps.account.domain}}/"}
  post_connect_user_form:
    title: Who answers?
    description: Tickets of this shop go to one team.
    fields:
      team: {label: Team, type: select, required: true, options: {method: teams.list, value: id, label: name}}
      user:
        label: Person
        type: select
        options: {method: users.list, arguments: {team: "{{form.team}}"}, value: id, label: name}
      tone: {label: Tone, type: select, options: [{value: formal, label: Formal}, {value: casual, label: Casual}]}
      days: {label: Days, type: multi_select, options: [{value: mon, label: Monday}, {value: tue, label: Tuesday}]}
      signature: {label: Signature, max_length: 20}
      drafts: {label: Drafts only, type: checkbox}
resources:
  me: {methods: {get: {operation: get-me}}}
  account: {methods: {get: {operation: get-account}}}
  teams: {methods: {list: {operation: list-teams}}}
  users: {methods: {list: {operation: list-users}}}
`;
const operation = (id, parameters = []) => ({
    get: { operationId: id, summary: id, description: id, parameters, responses: { 200: { description: 'It.' } } },
});
const openapi = {
    openapi: '3.1.0',
    info: { title: 'Staged', version: '1' },
    paths: {
        '/me': operation('get-me'),
        '/account': operation('get-account'),
        '/teams': operation('list-teams'),
        '/users': operation('list-users', [{ name: 'team', in: 'query', schema: { type: 'integer' } }]),
    },
};

// An api of the test's own, which may call the fixture.
const own = await startApi(file, { settings: { SLUICE_EGRESS_ALLOW: [vendor, main.simulator.url].map((url) => new URL(url).host).join() } });
const where = await environment('connect-actions', own);
const { api } = where;
const installation = await install(api, manifest, openapi, vendor);

const submit = async (key = 'right', token) => {
    const { link_token } = token ?? (await api.ok('POST', '/link-token', { tenant_id: 'acme', integration: 'staged' }));
    return send('POST', `${api.url}/connect/session`, {
        headers: { authorization: `Bearer ${link_token}`, 'content-type': 'application/json' },
        body: { environment_integration_id: installation, authentication_method: 'api_key', context: { api_key: key } },
    });
};
const form = (token, method = 'GET', body, path = '') =>
    send(method, `${api.url}/connect/form${path}`, {
        headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
        body,
    });
const account = (id) => api.ok('GET', `/integrated-account/${id}`);

test('steps after installing put what they learn into the context, types kept', async () => {
    const { json } = await submit();
    assert.equal(json.result, 'success', JSON.stringify(json));
    const { context, status } = await account(json.integrated_account_id);
    assert.equal(status, 'active');
    assert.deepEqual(context, { account_number: 7, address: 'https://acme.example/' });
});

test('a step that fails is told, the account kept, and the same link may try again', async () => {
    const token = await api.ok('POST', '/link-token', { tenant_id: 'acme', integration: 'staged' });
    setUpFails = true;
    const failed = await submit('right', token);
    assert.equal(failed.status, 422);
    assert.equal(failed.json.error_type, 'post_install_error');
    assert.match(failed.json.message, /Setting the account up failed: Staged answered 500/);
    const [kept] = (await api.ok('GET', '/integrated-account?status=post_install_error')).result;
    assert.equal(kept.last_error.error_type, 'post_install_error');
    setUpFails = false;
    const { json } = await submit('right', token);
    assert.equal(json.integrated_account_id, kept.id, 'not connected twice');
    assert.equal((await account(kept.id)).status, 'active');
});

test('a wrong key is a validation error, also where a step meets it first', async () => {
    const { status, json } = await submit('wrong');
    assert.equal(status, 422);
    assert.equal(json.error_type, 'validation_error');
});

test('the form: options from the account, dependent ones, answers checked and stored', async () => {
    const { json: connected } = await submit();
    const token = connected.form_token;
    const { json: shown } = await form(token);
    assert.equal(shown.title, 'Who answers?');
    assert.deepEqual(
        shown.fields.map(({ name, type, loads_options, depends_on }) => [name, type, loads_options, depends_on]),
        [
            ['team', 'select', true, []],
            ['user', 'select', true, ['team']],
            ['tone', 'select', false, []],
            ['days', 'multi_select', false, []],
            ['signature', 'text', false, []],
            ['drafts', 'checkbox', false, []],
        ],
    );
    const teams = await form(token, 'POST', { field: 'team', values: {} }, '/options');
    assert.deepEqual(teams.json.options, [{ value: 1, label: 'First line' }, { value: 2, label: 'Experts' }]);
    const early = await form(token, 'POST', { field: 'user', values: {} }, '/options');
    assert.equal(early.status, 400);
    assert.equal(early.json.details.failures[0].path, 'values.team');
    const users = await form(token, 'POST', { field: 'user', values: { team: 2 } }, '/options');
    assert.deepEqual(users.json.options, [{ value: 20, label: 'Eve' }]);

    const wrong = await form(token, 'POST', {
        values: { tone: 'rude', days: ['sun'], signature: 'x'.repeat(21), drafts: 'yes', more: 1 },
    });
    assert.equal(wrong.status, 400);
    assert.deepEqual(wrong.json.details.failures.map(({ path }) => path).sort(),
        ['days', 'drafts', 'more', 'signature', 'team', 'tone'].map((name) => `values.${name}`));
    const elsewhere = await form(token, 'POST', { values: { team: 2, user: 10 } });
    assert.equal(elsewhere.json.details.failures[0].path, 'values.user', 'Otto is in another team');
    const answers = { team: 2, user: 20, tone: 'casual', days: ['mon'], signature: 'Eve', drafts: true };
    const stored = await form(token, 'POST', { values: answers });
    assert.deepEqual(stored.json, { result: 'success' });
    const { context } = await account(connected.integrated_account_id);
    for (const [name, value] of Object.entries(answers)) assert.deepEqual(context[name], value);
});

test('a form token opens its own form only', async () => {
    const { json } = await submit();
    for (const token of ['', 'nonsense', json.form_token.slice(0, -2), json.form_token.replace(/^./, (c) => (c === 'A' ? 'B' : 'A'))]) {
        const refused = await form(token);
        assert.equal(refused.status, 401);
        assert.equal(refused.json.error_type, 'invalid_token');
    }
    await api.ok('DELETE', `/integrated-account/${json.integrated_account_id}`);
    assert.equal((await form(json.form_token)).status, 401, 'nor that of an account that is gone');
});
