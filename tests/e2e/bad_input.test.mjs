// Bad input of every kind: a 4xx that names the field and the rule, nothing half written, no memory kept.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { send, sendRaw } from './support/exchange.mjs';
import { legacy, post } from './support/mcp.mjs';
import { connect, environment, startApi } from './support/product.mjs';
import { defer, eventually, file, test } from './support/test.mjs';

// An api of the test's own: it waits less long for slow clients, and its memory is measured.
const own = await startApi(file, { settings: { SLUICE_LIMITS_HEAD: '700ms', SLUICE_LIMITS_BODY: '2s' } });
const where = await environment('bad-input', own);
const { api } = where;
const account = await connect(file, where);
const server = await account.mint();
const document = {
    entity_type: 'environment_integration',
    entity_id: where.installation,
    resource: 'voice_calls',
    method: 'list',
    type: 'note',
    value: 'A note.',
};
const { id: documentId } = await api.ok('POST', '/documentation', document);
defer(file, () => api.delete(`/documentation/${documentId}`));

const lists = [
    ...['/integrated-account', '/documentation', '/environment-integration', '/api-token'],
    `/integrated-account/${account.id}/mcp`,
];
const stored = async () => Promise.all(lists.map((path) => api.all(path)));
const before = await stored();
const vendorBefore = (await account.simulated.state()).calls;

const context = { subdomain: 'acme', email: 'a@acme.example', api_key: 'k' };
const newAccount = (members, inContext) => ({
    tenant_id: 't',
    environment_integration_id: where.installation,
    authentication_method: 'api_key',
    context: { ...context, ...inContext },
    ...members,
});
const newServer = (members, config = {}) => ({ name: 'x', config, ...members });
const long = 'x'.repeat(10_000);
const huge = 'x'.repeat(10_000_000);
const deep = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`;
const notUtf8 = Buffer.concat([Buffer.from('{"tenant_id":"'), Buffer.from([0xc3, 0x28, 0xff]), Buffer.from('"}')]);
const accounts = '/integrated-account';
const servers = `${accounts}/${account.id}/mcp`;
const installation = `/environment-integration/${where.installation}`;

/// Piece by piece, as the server may answer before the end.
const slices = (text) =>
    Array.from({ length: Math.ceil(text.length / 65_536) }, (_, i) => [text.slice(i * 65_536, (i + 1) * 65_536), 0]).flat();
const tenMegabytes = (method, path) =>
    sendRaw(own.url, [
        `${method} ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${api.token}\r\n` +
            `content-type: application/json\r\ncontent-length: ${huge.length}\r\n\r\n`,
        ...slices(huge),
    ]);

const cases = [];
/// `failures`: the paths that details.failures must have, in any order; left out where the request has no fields.
const add = (what, run, status, failures) => cases.push({ what, run, status, failures });
function call(what, method, path, body, status, failures) {
    const shown = path.replace(/[a-z_]+_[0-9a-z]{26}/g, 'ID');
    add(`${method} ${shown} ${what}`, () => api.send(method, path, body), status, failures);
}

for (const [method, path] of [
    ['POST', accounts],
    ['PATCH', `${accounts}/${account.id}`],
    ['PATCH', `${accounts}/${account.id}/credentials`],
    ['POST', servers],
    ['PATCH', `${servers}/${server.id}`],
    ['POST', '/documentation'],
    ['PATCH', `/documentation/${documentId}`],
    ['POST', '/environment-integration'],
    ['PATCH', installation],
]) {
    call('with malformed JSON', method, path, '{"name": "x"', 400);
    call('with nothing', method, path, '', 400);
    call('with a list', method, path, [], 400);
    call('with a text', method, path, '"x"', 400);
    call('with null', method, path, 'null', 400);
    call('with two objects', method, path, '{}{}', 400);
    call('with NaN', method, path, '{"name": NaN}', 400);
    call('with 10 000 levels', method, path, deep, 400);
    call('with invalid UTF-8', method, path, notUtf8, 400);
    add(`${method} ${path} with 10 MB`, () => tenMegabytes(method, path), 413);
    add(`${method} ${path} as a form`, () =>
        api.send(method, path, 'name=x', { 'content-type': 'application/x-www-form-urlencoded' }), 415);
}
const required = {
    [accounts]: ['tenant_id', 'environment_integration_id', 'authentication_method', 'context'],
    [servers]: ['name'],
    '/documentation': ['entity_type', 'entity_id', 'resource', 'method', 'type', 'value'],
    '/environment-integration': ['integration_id'],
};
for (const [path, fields] of Object.entries(required)) call('with an empty object', 'POST', path, {}, 400, fields);

// Accounts.
call('with an unknown field', 'POST', accounts, newAccount({ tenantid: 't' }), 400, ['tenantid']);
call('with wrong types', 'POST', accounts,
    newAccount({ tenant_id: 5, authentication_method: [], region: {}, is_sandbox: 'no', context: 'x' }), 400,
    ['tenant_id', 'authentication_method', 'region', 'is_sandbox', 'context']);
call('with ids of the wrong kind', 'POST', accounts, newAccount({ environment_integration_id: account.id }), 400,
    ['environment_integration_id']);
call('with an unknown method of authentication', 'POST', accounts, newAccount({ authentication_method: 'magic' }), 400,
    ['authentication_method']);
call('without a subdomain', 'POST', accounts, newAccount({}, { subdomain: undefined }), 400, ['context.subdomain']);
for (const subdomain of [
    ...['a.b/..@evil', 'a.b', 'A', '-a', 'a-', '', '..', 'a b', 'a%2e', 'ä', 'a\r\nb', '{{context.api_key}}', 'a'.repeat(64)],
    ...[5, null, {}, ['acme']],
])
    call(`with the subdomain ${JSON.stringify(subdomain)}`, 'POST', accounts, newAccount({}, { subdomain }), 400,
        ['context.subdomain']);
call('with a tenant of 10 000 characters', 'POST', accounts, newAccount({ tenant_id: long }), 400, ['tenant_id']);
call('with a tenant with a zero byte', 'POST', accounts, newAccount({ tenant_id: 'a\0b' }), 400, ['tenant_id']);
call('with a tenant that is empty', 'POST', accounts, newAccount({ tenant_id: '' }), 400, ['tenant_id']);
call('with half a surrogate pair', 'POST', accounts, JSON.stringify(newAccount()).replace('"t"', '"\\ud800"'), 400);
// What PostgreSQL does not store, and numbers that would come out as others, wherever they stand.
const unkept = {
    'a zero character': '"a\\u0000b"',
    '1e400': '1e400',
    '-1e400': '-1e400',
    'a number of 400 digits': '9'.repeat(400),
};
for (const [what, written] of Object.entries(unkept)) {
    const within = (body) => JSON.stringify(body).replace('"@"', written);
    call(`with ${what}`, 'POST', accounts, within(newAccount({}, { note: ['@'] })), 400, ['context.note[0]']);
    call(`with ${what}`, 'PATCH', `${accounts}/${account.id}`, within({ context: { a: { b: '@' } } }), 400, ['context.a.b']);
    call(`with ${what}`, 'PATCH', `${accounts}/${account.id}/credentials`, within({ context: { api_key: '@' } }), 400,
        ['context.api_key']);
    call(`with ${what}`, 'PATCH', installation, within({ override: { credentials: { oauth2: { client_id: '@' } } } }), 400,
        ['override.credentials.oauth2.client_id']);
    call(`with ${what}`, 'POST', '/mcp-server', within(newServer({ integrations: ['@'] })), 400, ['integrations[0]']);
    call(`with ${what}`, 'POST', '/link-token', within({ tenant_id: 't', scopes: ['@'] }), 400, ['scopes[0]']);
}
add('POST /webhook with 70 000 unknown fields', async () => {
    const fields = Object.fromEntries(Array.from({ length: 70_000 }, (_, i) => [`m${i}`, 1]));
    const exchange = await api.send('POST', '/webhook', fields);
    assert.ok(exchange.text.length < 32_768, `${exchange.text.length} bytes`);
    assert.match(exchange.json.message, /and \d+ more mistakes$/);
    return exchange;
}, 400);
call('with a line break in a credential', 'POST', accounts, newAccount({}, { api_key: 'a\r\nx-injected: 1' }), 400,
    ['context.api_key']);
call('with an API key of 10 000 characters', 'POST', accounts, newAccount({}, { api_key: long }), 400, ['context.api_key']);
call('with a context of 100 kB', 'POST', accounts, newAccount({}, { note: 'x'.repeat(100_000) }), 400, ['context']);
call('to an unknown field', 'PATCH', `${accounts}/${account.id}`, { status: 'active' }, 400, ['status']);
call('to a wrong subdomain', 'PATCH', `${accounts}/${account.id}`, { context: { subdomain: '..' } }, 400,
    ['context.subdomain']);
call('to no subdomain', 'PATCH', `${accounts}/${account.id}`, { context: { subdomain: null } }, 400, ['context.subdomain']);
call('without a context', 'PATCH', `${accounts}/${account.id}/credentials`, {}, 400, ['context']);
call('to a key that is none', 'PATCH', `${accounts}/${account.id}/credentials`, { context: { api_key: 7 } }, 400,
    ['context.api_key']);
const unknownAccounts = [where.installation, `ia_${'z'.repeat(26)}`, `ia_${'0'.repeat(27)}`];
for (const id of [...unknownAccounts, 'x', '1', '%00', '..%2f', 'IA_0', long])
    for (const method of ['GET', 'DELETE'])
        add(`${method} ${accounts}/${id.slice(0, 30)}`, () => api.send(method, `${accounts}/${id}`), 404);

// MCP servers.
call('with a name of 10 000 characters', 'POST', servers, newServer({ name: long }), 400, ['name']);
call('with wrong types', 'POST', servers, { name: [], config: [], expires_at: 5 }, 400, ['name', 'config', 'expires_at']);
call('with an expiry in the past', 'POST', servers, newServer({ expires_at: '2020-01-01T00:00:00Z' }), 400, ['expires_at']);
call('with an expiry that is none', 'POST', servers, newServer({ expires_at: '2030-02-30T25:00:00Z' }), 400, ['expires_at']);
call('with filters that match nothing', 'POST', servers, newServer({}, { methods: ['nothing'], tags: ['none'] }), 400,
    ['config.methods[0]', 'config.tags[0]']);
call('with 1 000 filters', 'POST', servers, newServer({}, { methods: Array(1000).fill('read') }), 400, ['config.methods']);
call('with an unknown field', 'POST', servers, newServer({ ttl: 5 }), 400, ['ttl']);
call('with several mistakes', 'PATCH', `${servers}/${server.id}`,
    { name: '', expires_at: 'x', config: { tags: {} }, y: 1 }, 400, ['name', 'expires_at', 'config.tags', 'y']);
call('with an id of the wrong kind', 'GET', `${servers}/${account.id}`, undefined, 404);

// Documentation and installations.
call('with a value of 200 kB', 'POST', '/documentation', { ...document, value: 'x'.repeat(200_000) }, 400, ['value']);
call('with a zero byte', 'POST', '/documentation', { ...document, value: 'a\0b' }, 400, ['value']);
call('with a schema 40 levels deep', 'POST', '/documentation', {
    ...document,
    type: 'query_schema',
    value: `${'{"properties":{"a":'.repeat(40)}{}${'}}'.repeat(40)}`,
}, 400);
for (const base_url of [
    ...['http://169.254.169.254', 'http://127.0.0.1:22', 'http://[::1]', 'https://10.0.0.1', 'http://2130706433'],
    ...['file:///etc/passwd', 'ftp://a.example', 'not a url', '', 'https://', 'https://user:pw@a.example'],
    ...['http://a.example', 'https://a.example/{{context', 'https://a.example/\r\nx: y', 'https://a.example:99999'],
    ...['https://a.example/', 7, null, []],
])
    call(`to ${JSON.stringify(base_url)}`, 'PATCH', installation, { override: { base_url } }, 400, ['override.base_url']);
call('to an unknown slot', 'PATCH', installation, { override: { bass_url: 'x' } }, 400, ['override.bass_url']);
call('of null', 'PATCH', installation, { override: null, is_enabled: null }, 400, ['is_enabled', 'override']);
call('of null', 'PATCH', `${accounts}/${account.id}`, { tenant_id: null, context: null }, 400, ['context', 'tenant_id']);
call('of null', 'PATCH', `/documentation/${documentId}`, { value: null }, 400, ['value']);
call('with an id of the wrong kind', 'POST', '/environment-integration', { integration_id: account.id }, 400,
    ['integration_id']);
call('with wrong types', 'POST', '/environment-integration', { integration_id: 5, is_enabled: 'yes', override: 'x' }, 400,
    ['integration_id', 'is_enabled', 'override']);

// Lists.
for (const [query, path] of [
    ['limit=0', 'limit'],
    ['limit=-1', 'limit'],
    ['limit=99999999999999999999', 'limit'],
    ['limit=1e3', 'limit'],
    ['next_cursor=x', 'next_cursor'],
    ['next_cursor=', 'next_cursor'],
    ['no_such_field=1', 'no_such_field'],
    ['tenant_id[almost]=1', 'tenant_id[almost]'],
    ['created_at[gt]=yesterday', 'created_at'],
    ['sort_by[created_at]=sideways', 'sort_by'],
    ['sort_by[tenant_id]=asc', 'sort_by'],
])
    call(`?${query}`, 'GET', `${accounts}?${query}`, undefined, 400, [path]);
for (const query of ['a=%', 'a=%zz', 'a=%ff', `tenant_id=${encodeURIComponent("'; drop table x; --")}%00`])
    call(`?${query}`, 'GET', `${accounts}?${query}`, undefined, 400);
call('?methods=nothing', 'GET', `${accounts}/${account.id}/tools?methods=nothing`, undefined, 400);
call('?format=xml', 'GET', `${accounts}/${account.id}/tools?format=xml`, undefined, 400, ['format']);

// What is no list takes no filter.
for (const path of [
    ...[`${accounts}/${account.id}`, `${accounts}/${account.id}/tools`, `${accounts}/${account.id}/capabilities`],
    ...[`${servers}/${server.id}`, `${servers}/${server.id}/explain`, `/documentation/${documentId}`, installation],
    ...['/integration/gorgias', '/integration/gorgias/capabilities', `/environment/${where.id}`],
])
    call('?colour=red', 'GET', `${path}?colour=red`, undefined, 400, ['colour']);
call('?colour=red', 'GET', '/connect/result/conn_01h455vb4pex5vsknk084sn02q?environment=x&colour=red', undefined, 400, ['colour']);
call('?name=nothing&colour=red', 'GET', '/integration?name=nothing&colour=red', undefined, 400, ['colour']);

// Proxy: what never reaches the vendor.
const proxied = `integrated_account_id=${account.id}`;
for (const [what, body, status] of [
    ['malformed JSON', '{"name":', 400],
    ['invalid UTF-8', notUtf8, 400],
    ['10 000 levels', deep, 400],
])
    add(`POST /proxy/macros with ${what}`, () => api.send('POST', `/proxy/macros?${proxied}`, body), status);
add('POST /proxy/macros with 10 MB', () => tenMegabytes('POST', `/proxy/macros?${proxied}`), 413);
add('GET /proxy/tickets/.. (written so)', () =>
    sendRaw(own.url, [
        `GET /proxy/tickets/..?${proxied} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${api.token}\r\n` +
            'connection: close\r\n\r\n',
    ]), 400, ['id']);

// MCP. JSON-RPC has an error body of its own.
const mcp = (what, run, status) => cases.push({ what: `MCP: ${what}`, run, status, isRpc: true });
mcp('10 000 levels', () => post(server.url, deep), 400);
mcp('invalid UTF-8', () => post(server.url, notUtf8), 400);
mcp('a tool name of 10 000 characters', () => legacy(server.url, 'tools/call', { name: long }), 200);
mcp('a method of 10 000 characters', () => legacy(server.url, long), 200);
mcp('an id of 1 MB', () => legacy(server.url, 'no/such', {}, { id: 'x'.repeat(1_000_000) }), 200);

// HTTP.
const raw = (what, parts, statuses) => add(`HTTP: ${what}`, () => sendRaw(own.url, parts), statuses);
const head = (...lines) =>
    ['POST /integrated-account HTTP/1.1', 'host: x', 'content-type: application/json', ...lines, ''].join('\r\n');
/// Only of somebody who is known is the body read.
const known = `authorization: Bearer ${where.token}`;
raw('a header of 20 kB', [`${head(`x-flood: ${'x'.repeat(20_000)}`)}\r\n`], [431]);
raw('2 000 headers', [`${head(...Array.from({ length: 2000 }, (_, i) => `x-flood-${i}: 1`))}\r\n`], [431]);
raw('a target of 20 kB', [`GET /${'x'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`], [414, 431]);
raw('headers without an end', slices(`${head()}${'x-flood: 1\r\n'.repeat(20_000)}`), [431]);
raw('a head that never ends', ['GET / HTTP/1.1\r\nhost: x\r\n'], [408]);
raw('a head that trickles in', ['G', 300, 'E', 300, 'T', 300, ' ', 300, '/'], [408]);
raw('a body that never comes', [`${head(known, 'content-length: 10')}\r\n{`], [408]);
raw('a body of 10 MB that is announced', [`${head('content-length: 10000000')}\r\n`, ...slices(huge)], [413]);
raw('a body of 10 MB that is not', [`${head(known, 'transfer-encoding: chunked')}\r\n`, ...slices(`989680\r\n${huge}`)], [413]);
raw('a body of a stranger, announced', [`${head('content-length: 10')}\r\n{`], [401]);
raw('a body of a stranger, in chunks', [`${head('transfer-encoding: chunked')}\r\n`, 50, 'ff\r\n'], [401]);
raw('TLS', [Buffer.from('16030100f8010000f40303', 'hex'), 20, 'x'.repeat(300)], [400]);
raw('HTTP/2', ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'], [400, 505]);
raw('nonsense', ['nonsense\r\n\r\n'], [400]);
raw('two lengths', [`${head('content-length: 2', 'content-length: 3')}\r\n{}`], [400]);
raw('a length and chunks', [`${head('content-length: 2', 'transfer-encoding: chunked')}\r\n0\r\n\r\n`], [400]);
raw('a negative length', [`${head('content-length: -1')}\r\n`], [400]);
raw('a chunk that is none', [`${head('transfer-encoding: chunked')}\r\nzz\r\n`], [400]);
raw('a header without a name', [`${head(': x')}\r\n`], [400]);
raw('a zero byte in a header', [`${head('x-a: a\0b')}\r\n`], [400]);

async function check({ what, run, status, failures, isRpc }) {
    const exchange = await run();
    const statuses = [status].flat();
    assert.match(exchange.headers['x-request-id'], /^[\w.-]+$/);
    assert.ok(statuses.includes(exchange.status), `${what}: ${exchange.status}, not ${statuses}`);
    const body = exchange.json;
    if (isRpc) return assert.ok(body.error.message.length > 10 && body.error.message.length < 1000);
    assert.equal(body.statusCode, exchange.status);
    assert.ok(body.message.length > 10 && body.message.length < 20_000, 'a message that helps');
    if (failures) assert.deepEqual(body.details.failures.map(({ path }) => path).sort(), [...failures].sort());
    for (const failure of body.details?.failures ?? []) assert.ok(failure.message.length > 3);
}

for (const each of cases)
    test(each.what, async () => {
        await check(each);
        assert.deepEqual(await stored(), before, 'nothing is written');
    });

for (const path of [accounts, '/mcp-server'])
    for (const pattern of ['%5C', 'a%5C', '%25%5C%5C%5C', '%5C%5C', '%5C%25'])
        test(`GET ${path} takes the pattern ${pattern}`, async () => {
            assert.equal((await api.send('GET', `${path}?tenant_id[like]=${pattern}`)).status, 200);
        });

test('the vendor was never called', async () => {
    assert.equal((await account.simulated.state()).calls, vendorBefore);
});

const residentKiB = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${own.pid}/status`, 'utf8'))[1]);
/// As it stays: the server gives back what it freed when it has been idle for a second or two.
async function settledKiB() {
    let [last, since] = [residentKiB(), Date.now()];
    await eventually('the memory stays as it is', 30, () => {
        if (residentKiB() !== last) [last, since] = [residentKiB(), Date.now()];
        return Date.now() - since > 2000;
    });
    return last;
}
/// Again, without asserting. Those that end by a limit wait for it beside the others.
async function again(which) {
    const run = (each) => check(each).catch(() => {});
    const isSlow = ({ what }) => /never|trickles/.test(what);
    const waiting = which.filter(isSlow).map(run);
    for (const each of which.filter((one) => !isSlow(one))) await run(each);
    await Promise.all(waiting);
}
const most = 5 * 1024;
let first;

test('a second round leaves the memory as it was', async (t) => {
    await again(cases);
    first = await settledKiB();
    for (let round = 0; round < 2; round += 1) {
        await again(cases);
        const last = await eventually(`at most ${first + most} KiB`, 10, () => residentKiB() - first < most && residentKiB());
        t.diagnostic(`resident: ${first} KiB, then ${last} KiB`);
    }
});

test('many large bodies leave the memory as it was', async (t) => {
    const large = cases.filter(({ what }) => / MB| levels/.test(what));
    await again(Array(20).fill(large).flat());
    const last = await eventually(`at most ${first + most} KiB`, 10, () => residentKiB() - first < most && residentKiB());
    t.diagnostic(`resident: ${first} KiB, ${last} KiB after 20 rounds of large bodies`);
    assert.equal((await send('GET', `${own.url}/healthz`)).status, 200);
});
