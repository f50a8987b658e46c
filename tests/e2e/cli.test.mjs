// The command line says what is wrong with a command, and what there is.
import assert from 'node:assert/strict';

import { Api } from './support/api.mjs';
import { cli, connect, inTerminal, main, mainEnvironment } from './support/product.mjs';
import { eventually, test } from './support/test.mjs';

const refusal = (...args) => cli(...args).then(() => undefined, ({ code, stderr }) => ({ code, stderr }));

test('a word that is no subcommand is named, with those there are and the one that was meant', async () => {
    for (const [args, said] of [
        [['tem', 'create', 'x'], /tem is no subcommand; there are .*\bapi-token\b.*; did you mean team\?/],
        [['team', 'lst'], /lst is no subcommand; there are create, list, show, delete; did you mean list\?/],
        [['--config', '/nowhere', 'migrat'], /migrat is no subcommand; .*did you mean migrate\?/],
    ]) {
        const { code, stderr } = await refusal(...args);
        assert.equal(code, 2);
        assert.match(stderr, said);
    }
});

test('what a subcommand lacks is named', async () => {
    const { code, stderr } = await refusal('team', 'create');
    assert.equal(code, 2);
    assert.match(stderr, /name is required/);
});

test('what the command line makes it also lists and takes back', async () => {
    const name = `cli-${Date.now()}`;
    const team = await cli('team', 'create', name);
    const of = ['--team', name, '--environment', 'production'];
    await cli('environment', 'create', 'production', '--team', name);
    assert.ok((await cli('team', 'list')).teams.some(({ id }) => id === team.id));
    assert.deepEqual((await cli('environment', 'list', name)).environments.map((each) => each.name), ['production']);

    const expires = new Date(Date.now() + 86_400_000).toISOString();
    const made = await cli('api-token', 'create', 'reader', ...of, '--scope', 'read_only', '--expires', expires);
    const [listed] = (await cli('api-token', 'list', ...of)).api_tokens;
    assert.deepEqual([listed.id, listed.scopes, listed.expires_at.slice(0, 19)], [made.id, ['read_only'], expires.slice(0, 19)]);
    assert.ok(!JSON.stringify(listed).includes(made.token));
    const api = new Api(main.url, made.token);
    assert.equal((await api.get('/integration')).status, 200);
    assert.equal((await cli('api-token', 'revoke', 'reader', ...of)).revoked, true);
    await eventually('the token has ended', 1, async () => (await api.get('/integration')).status === 401);
    assert.deepEqual((await cli('api-token', 'list', ...of)).api_tokens, []);

    await cli('user', 'create', name, 'kim@people.example', '--role', 'owner');
    await cli('user', 'create', name, 'lee@people.example');
    assert.equal((await cli('user', 'remove', name, 'lee@people.example')).removed, true);
    assert.deepEqual((await cli('user', 'list', name)).users.map((each) => each.email), ['kim@people.example']);
    assert.ok((await cli('integration', 'list', ...of)).integrations.some((each) => each.name === 'gorgias' && each.owner === 'built in'));

    assert.equal((await cli('integration', 'show', 'gorgias', ...of)).label, 'Gorgias');
    assert.equal((await cli('user', 'show', name, 'kim@people.example')).role, 'owner');
    assert.equal((await cli('team', 'show', name)).id, team.id);
    const environment = await cli('environment', 'show', name, 'production');
    assert.equal(environment.team_id, team.id);
    assert.match((await refusal('team', 'delete', name)).stderr, /has 1 environment: delete it first/);
    await cli('api-token', 'create', 'last', ...of);
    assert.equal((await cli('api-token', 'show', 'last', ...of)).name, 'last');
    assert.equal((await cli('environment', 'delete', name, 'production')).deleted, true);
    assert.equal((await cli('team', 'delete', name)).deleted, true);
    assert.match((await refusal('team', 'show', name)).stderr, /There is no team/);
});

test('a tool is called from the command line', async (t) => {
    const where = await mainEnvironment();
    const { id } = await connect(t, where, { tickets: 3 });
    const target = ['--url', main.url, '--token', where.api.token, '--account', id];
    const { data } = await cli('call', 'list_all_gorgias_tickets', '{"limit": 2}', ...target);
    assert.equal(data.result.length, 2);
    const unknown = await refusal('call', 'list_all_gorgias_tikets', ...target);
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /404 .*Did you mean list_all_gorgias_tickets/);
    assert.match((await refusal('call', 'x', '[1]', ...target)).stderr, /arguments must be a JSON object/);
    assert.match((await refusal('call', 'x', '--url', main.url)).stderr, /--token is missing. Give it, or set TOKEN/);
});

test('a definition is checked by its directory or its manifest, and what is no tool is named', async () => {
    const gorgias = new URL('../../libs/catalog/integrations/gorgias', import.meta.url).pathname;
    const checked = await cli('integration', 'check', `${gorgias}/integration.yaml`);
    assert.equal(checked.name, 'gorgias');
    assert.ok(checked.without_tool.every(({ method, reason }) => method.includes('.') && reason.length > 10), JSON.stringify(checked.without_tool));
    assert.match((await refusal('integration', 'check', `${gorgias}/openapi.yaml`)).stderr, /must be a directory with integration.yaml/);
});

test('what is not there, or is wrong, changes nothing and is said', async () => {
    const name = `cli-${Date.now()}-x`;
    await cli('team', 'create', name);
    await cli('environment', 'create', 'production', '--team', name);
    const of = ['--team', name, '--environment', 'production'];
    await cli('api-token', 'create', 'known', ...of);
    for (const [args, said] of [
        [['api-token', 'revoke', 'nobody', ...of], /There is no API token nobody in production/],
        [['api-token', 'create', 'x', ...of, '--scope', 'everything'], /scopes\[0\] must be one of: full, read_only/],
        [['api-token', 'create', 'x', ...of, '--expires', 'tomorrow'], /--expires must be a time to come/],
        [['api-token', 'create', 'x', ...of, '--expires', '2020-01-01T00:00:00Z'], /--expires must be a time to come/],
        [['api-token', 'create', 'known', ...of, '--scope', 'read_only', '--replace'], /API token named known already, with other scopes/],
        [['environment', 'list', 'no such team'], /There is no team no such team/],
        [['user', 'remove', name, 'nobody@people.example'], /user/],
    ]) {
        const { code, stderr } = await refusal(...args);
        assert.equal(code, 1, args.join(' '));
        assert.match(stderr, said);
    }
    assert.deepEqual((await cli('api-token', 'list', ...of)).api_tokens.map((each) => [each.name, each.scopes]), [['known', ['full']]]);
});

test('on a terminal a list is a table', async () => {
    const { stdout } = await inTerminal('team', 'list');
    assert.match(stdout, /^name +id +created_at\r?\n/);
    assert.match((await inTerminal('--json', 'team', 'list')).stdout, /^\{"teams":\[/);
});
