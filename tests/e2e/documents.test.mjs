// The commands of the documents, in a shell as a reader has it: with what `deploy/local/up --env` sets, and nothing else.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { keyringFile, startApi } from './support/product.mjs';
import { defer, test } from './support/test.mjs';

const root = resolve(import.meta.dirname, '../..');
const state = dirname(keyringFile);
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SLUICE_')));
const setUp = `set -e; eval "$('${root}/deploy/local/up' --env --state '${state}')"`;

/// What bash prints.
async function shell(commands, cwd) {
    const { stdout } = await promisify(execFile)('bash', ['-c', `${setUp}\n${commands}`], { cwd, env: environment });
    return stdout;
}

/// The blocks of code of a page, by language.
function blocksOf(page) {
    const blocks = readFileSync(join(root, page), 'utf8').matchAll(/^```(\w*)\n(.*?)^```$/gms);
    return [...blocks].map(([, language, text]) => ({ language, text }));
}

function directory(scope) {
    const made = mkdtempSync(join(tmpdir(), 'sluice-e2e-'));
    defer(scope, () => rmSync(made, { recursive: true }));
    return made;
}

test('after --env the commands of the README find the API, the account, the MCP URL and sluice', async () => {
    const { users } = JSON.parse(await shell('sluice user list demo'));
    assert.ok(users.some(({ email }) => email === 'owner@demo.example'));
    const account = JSON.parse(await shell('curl -sS "$BASE/integrated-account/$ACCOUNT" -H "Authorization: Bearer $TOKEN"'));
    assert.equal(account.tenant_id, 'demo');
    const list = `-d '{"jsonrpc":"2.0","id":1,"method":"tools/list"}' -H 'Content-Type: application/json'`;
    const { result } = JSON.parse(await shell(`curl -sS "$MCP_URL" ${list}`));
    assert.ok(result.tools.some(({ name }) => name === 'list_all_gorgias_tickets'));
});

test('--env exports no setting of the product, which a later start would take for its own', async () => {
    assert.equal(await shell('env | grep ^SLUICE_ || true'), '');
});

test('what up says to stop it names the state directory', async () => {
    const said = await promisify(execFile)(`${root}/deploy/local/up`, ['--state', state], { env: environment }).catch(({ stderr }) => stderr);
    // The default needs no naming.
    const named = state === join(root, '.sluice') ? '' : ` --state ${state.replaceAll('.', '\\.')}`;
    assert.match(said, new RegExp(`or with deploy/local/up --stop${named}\n`));
});

/// The page's vendor, on any port.
async function startVendor(scope) {
    const answers = {
        '/account.json': { name: 'Acme' },
        '/contacts.json': { contacts: [{ id: 1, name: 'Dana Fox' }, { id: 2, name: 'Sam Lee' }], next: null },
    };
    const server = createServer((request, response) => {
        const answer = answers[request.url.split('?')[0]];
        response.writeHead(answer && request.headers.authorization === 'Bearer any' ? 200 : 404, { 'content-type': 'application/json' });
        response.end(JSON.stringify(answer ?? {}));
    });
    await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
    defer(scope, () => server.close());
    return `127.0.0.1:${server.address().port}`;
}

test('deploy/vendor.md: another vendor is checked, published, installed, connected and called as the page says', async (t) => {
    const blocks = blocksOf('deploy/vendor.md');
    const [manifest, openapi] = blocks.filter(({ language }) => language === 'yaml').map(({ text }) => text);
    assert.equal(manifest.split('\n').length - 1, 25);
    const work = directory(t);
    mkdirSync(join(work, 'mini'));
    writeFileSync(join(work, 'mini/integration.yaml'), manifest);
    writeFileSync(join(work, 'mini/openapi.yaml'), openapi);

    const vendor = await startVendor(t);
    const own = await startApi(t, { settings: { SLUICE_EGRESS_ALLOW: vendor } });
    // A new environment: others may have the vendor of an earlier run, and tests count what is in the demo's.
    const name = `documents-${Date.now()}`;
    const ownEnvironment = `sluice environment create ${name} --team demo >/dev/null
        TOKEN=$(sluice api-token create documents --team demo --environment ${name} | jq -r .token)
        BASE=${own.url}`;
    const commands = blocks.filter(({ language, text }) => language === 'sh' && !text.includes('http.server'));
    const [check, ...others] = commands.map(({ text }) => text.replace(/^eval .*$/m, ownEnvironment).replaceAll('127.0.0.1:8099', vendor));
    const said = await shell([check, ...others].join('\n').replaceAll('curl "', 'echo; curl -sS "'), work);
    const [checked, published, proxied, called] = said.split('\n').filter(Boolean).map((line) => JSON.parse(line));
    assert.deepEqual(checked, JSON.parse(blocks.find(({ text }) => text.startsWith('{"name":"mini"')).text.split('\n')[0]));
    assert.equal(published.name, 'mini');
    assert.deepEqual(proxied.result.map(({ name }) => name), ['Dana Fox', 'Sam Lee']);
    assert.match(called.result.content[0].text, /Dana Fox/);
});

test('deploy/vendor.md: an operation without a description becomes no tool', async (t) => {
    const [manifest, openapi] = blocksOf('deploy/vendor.md').filter(({ language }) => language === 'yaml').map(({ text }) => text);
    const work = directory(t);
    writeFileSync(join(work, 'integration.yaml'), manifest);
    writeFileSync(join(work, 'openapi.yaml'), openapi.replace(/^ *description: Makes a contact\.\n/m, ''));
    const { methods, tools, without_tool } = JSON.parse(await shell('sluice integration check .', work));
    assert.equal(methods, 3);
    assert.deepEqual(tools, ['get_single_mini_account', 'list_all_mini_contacts']);
    assert.equal(without_tool[0].method, 'contacts.create');
    assert.match(without_tool[0].reason, /no description/);
});
