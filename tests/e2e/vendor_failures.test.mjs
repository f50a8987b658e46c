// What goes wrong at the vendor: a helpful tool error over MCP (HTTP 200 always), the error body over the proxy.
import assert from 'node:assert/strict';
import { beforeEach } from 'node:test';

import { assertRemote } from './support/api.mjs';
import { callTool, legacy, modernRequest, toolError } from './support/mcp.mjs';
import { connect, main, mainEnvironment, startApi, verdict } from './support/product.mjs';
import { roundRobin } from './support/replicas.mjs';
import { eventually, file, test } from './support/test.mjs';

const where = await mainEnvironment();
const account = await connect(file, where);
const { simulated, proxy } = account;
// Each call goes to the other of two replicas.
const replicas = [main, await startApi(file)].map((product) => product.url);
const { through } = await roundRobin(file, replicas);
const url = through((await account.mint()).url);
const list = 'list_all_gorgias_tickets';
const match = 'GET /api/tickets';
const html = '<!doctype html><html><body><h1>Bad gateway</h1></body></html>';
const error = (msg, data) => ({ error: { msg, ...(data ? { data } : {}) } });

beforeEach(() => simulated.clearFaults());

/// [what, fault, our status, the vendor's status, what the message must say]
const failures = [
    ['404', { status: 404, body: error('Resource not found.') }, 404, 404, /Resource not found\./],
    ['422', { status: 422, body: error('Unprocessable', { a: ['Wrong.'] }) }, 422, 422, /Unprocessable/],
    ['400', { status: 400, body: error('Invalid parameters.', { limit: ['Too big.'] }) }, 400, 400, /Invalid parameters\./],
    ['409', { status: 409, body: error('The resource already exists.') }, 409, 409, /already exists/],
    ['429', { status: 429, body: error('Slow down.'), headers: { 'retry-after': '7' } }, 429, 429, /Slow down\..*\b7 s/],
    ['500', { status: 500, body: error('Something broke.') }, 500, 500, /Something broke\./],
    ['500 without a body', { status: 500, body: '' }, 500, 500, /500/],
    ['503 with an HTML body', { status: 503, body: html, content_type: 'text/html' }, 503, 503, /503/],
    ['500 with an HTML body said to be JSON', { status: 500, body: html }, 500, 500, /500/],
    ['200 with truncated JSON', { status: 200, body: '{"data":[{"id":1},' }, 502, 200, /not (valid|the list)/],
    ['200 with two values', { status: 200, body: '{"data":[]} {}' }, 502, 200, /not (valid|the list)/],
    ['a redirect without a place', { status: 302, body: '' }, 409, 302, /moved/],
];
for (const [what, fault, status, remoteStatus, says] of failures) {
    for (const request of [legacy, modernRequest])
        test(`${what}, ${request.name} MCP`, async () => {
            await simulated.fault({ match, ...fault });
            const calls = await simulated.callsDuring(async () => {
                const body = toolError(await callTool(url, list, { limit: 1 }, request), status);
                assert.equal(body.is_remote_error, true);
                assert.match(body.message, says);
                assert.equal(body.remote_status, status === remoteStatus ? undefined : remoteStatus);
                assert.ok(body.message.length < 1000 && !body.message.includes('<'), 'words, not markup');
            });
            assert.equal(calls, 1, 'never retried');
        });
    test(`${what}, proxy`, async () => {
        await simulated.fault({ match, ...fault });
        const calls = await simulated.callsDuring(async () => {
            const exchange = await proxy.get('/tickets', { limit: 1 });
            const body = assertRemote(exchange, status);
            assert.match(body.message, says);
            assert.equal(body.remote_status, status === remoteStatus ? undefined : remoteStatus);
            if (typeof fault.body === 'object') assert.deepEqual(body.raw_response, fault.body);
            else if (fault.body) assert.equal(body.raw_response, fault.body);
            assert.equal(exchange.headers['ratelimit-limit'], '40', 'the limits are known nevertheless');
            assert.match(exchange.headers['content-type'], /^application\/json/);
        });
        assert.equal(calls, 1, 'never retried');
        assert.equal((await account.account()).status, 'active');
    });
}

test('an HTML page where a list was asked for is no list', async () => {
    await simulated.fault({ match, status: 200, body: html, content_type: 'text/html' });
    const result = await callTool(url, list, { limit: 1 });
    assert.ok(result.isError || result.data === undefined);
});

for (const body of [{ unexpected: true }, [1, 2], 'null', { data: null }])
    test(`a list that is none (${JSON.stringify(body)}) is an error, not an empty page`, async () => {
        await simulated.fault({ match, status: 200, body, times: 2 });
        const seen = toolError(await callTool(url, list, { limit: 1 }), 502);
        assert.equal(seen.remote_status, 200);
        assert.match(seen.message, /list/);
        assertRemote(await proxy.get('/tickets', { limit: 1 }), 502);
    });

test('the headers of the vendor: cookies and challenges stay, the rest comes along', async () => {
    const headers = { 'set-cookie': 'a=b', 'www-authenticate': 'Basic', 'x-vendor': 'yes', 'ratelimit-limit': '9' };
    await simulated.fault({ match, status: 404, headers, body: error('no') });
    const { headers: ours } = await proxy.get('/tickets', { limit: 1 });
    assert.equal(ours['set-cookie'], undefined);
    assert.equal(ours['www-authenticate'], undefined);
    assert.equal(ours['x-vendor'], 'yes');
    assert.equal(ours['ratelimit-limit'], '40');
    assert.equal(ours['x-upstream-ratelimit-limit'], '9');
    assert.ok(ours['x-request-id'] && ours['x-upstream-x-request-id']);
});

test('invalid UTF-8 from the vendor never reaches the client as it is', async () => {
    // A lone surrogate is the nearest that the control plane can be told.
    await simulated.fault({ match, status: 200, body: '{"data":[{"subject":"\\ud800"}],"meta":{"next_cursor":null}}' });
    const exchange = await legacy(url, 'tools/call', { name: list, arguments: {} });
    assert.equal(exchange.status, 200);
    assert.ok(exchange.json.result, 'the answer is JSON');
});

const patch = (context, more = {}) => account.api.patch(`/integrated-account/${account.id}/credentials`, { context, ...more });
const { apiKey: api_key } = simulated;
/// The other replica hears of a change a moment later; requests go to both by turns.
const works = async () => !(await callTool(url, list, { limit: 1 })).isError;
const everywhere = (what, condition) => eventually(what, 5, async () => (await condition()) && (await condition()));

test('one 401 is the call\'s: the account stays, and nothing is said of it', async () => {
    await simulated.fault({ match, status: 401, body: error('Authentication failed.') });
    const refused = toolError(await callTool(url, list, { limit: 1 }), 401);
    assert.equal(refused.is_remote_error, true);
    assert.match(refused.message, /Authentication failed/);
    const { status, last_error } = await account.account();
    assert.deepEqual({ status, last_error }, { status: 'active', last_error: null });
    assert.ok(!(await callTool(url, list, { limit: 1 })).isError);
});

test('401 for good: the account needs new credentials, calls end at once, then it is reactivated', async () => {
    const { last_error } = await account.die();
    assert.equal(last_error.type, 'authentication_error');
    assert.match(last_error.message, /refuses these credentials/);
    assert.ok(Math.abs(Date.parse(last_error.occurred_at) - Date.now()) < 60_000);
    const calls = await simulated.callsDuring(async () => {
        for (let i = 0; i < 10; ++i) {
            const { message } = toolError(await callTool(url, list, { limit: 1 }), 401);
            assert.match(message, /connected again|PATCH/, 'says what to do');
            assertRemote(await proxy.get('/tickets', { limit: 1 }), 401);
        }
        // Our own answers are as ever: the server is there, its tools too.
        assert.equal((await legacy(url, 'tools/list')).status, 200);
    });
    assert.equal(calls, 0, 'the vendor is not asked again');

    await simulated.clearFaults();
    const reactivated = await patch({ api_key });
    assert.equal(reactivated.status, 200);
    assert.equal(reactivated.json.status, 'active');
    assert.equal(reactivated.json.last_error, null);
    await everywhere('both replicas have the new key', works);
    for (let i = 0; i < 5; ++i) assert.ok(!(await callTool(url, list, { limit: 1 })).isError);
    assert.equal((await proxy.get('/tickets', { limit: 1 })).status, 200);
});

test('wrong credentials: the account falls to needs_reauth, and is well again with the right ones', async () => {
    assert.equal((await patch({ api_key: 'wrong' }, { verify: false })).json.status, 'active');
    await everywhere('both replicas have the wrong key', async () => !(await works()));
    toolError(await callTool(url, list, { limit: 1 }), 401);
    assert.equal((await verdict(account.api, account.id)).status, 'needs_reauth');
    assert.equal((await patch({ api_key })).json.status, 'active');
    await everywhere('both replicas have the right key', works);
});

test('a vendor that repeats the key is not repeated', async (t) => {
    const other = await connect(t, where);
    const { email, apiKey } = other.simulated;
    const basic = Buffer.from(`${email}:${apiKey}`).toString('base64');
    await other.simulated.fault({ match, status: 403, body: error(`Incorrect API key provided: ${apiKey} (${basic})`) });
    const exchange = await other.proxy.get('/tickets', { limit: 1 });
    assert.match(assertRemote(exchange, 403).message, /Incorrect API key provided: \[secret\]/);
    assert.ok(!exchange.text.includes(apiKey) && !exchange.text.includes(basic.slice(-12)));
});

test('a credential is never shown, and a PATCH without it keeps it', async () => {
    const shown = [
        await account.api.get(`/integrated-account/${account.id}`),
        await account.api.get(`/integrated-account?tenant_id=${simulated.subdomain}`),
        await patch({ email: simulated.email }),
        await proxy.get('/tickets', { limit: 1 }),
    ];
    for (const exchange of shown) {
        assert.equal(exchange.status, 200);
        assert.ok(!exchange.text.includes(api_key) && !JSON.stringify(exchange.headers).includes(api_key));
    }
});

test('403 is recorded, and the account stays active', async () => {
    const body = error('You do not have enough permissions to perform this action. Missing scope: write:all.');
    await simulated.fault({ match, status: 403, body, times: 2 });
    const seen = toolError(await callTool(url, list, { limit: 1 }), 403);
    assert.match(seen.message, /Missing scope: write:all/);
    const viaProxy = assertRemote(await proxy.get('/tickets', { limit: 1 }), 403);
    assert.ok(viaProxy.error_insight.forbidden_error);
    const { status, last_forbidden_error: recorded, last_error } = await eventually('it is written', 5, async () => {
        const row = await account.account();
        return row.last_forbidden_error?.message.includes('write:all') ? row : undefined;
    });
    assert.equal(status, 'active');
    assert.equal(last_error, null);
    assert.equal(recorded.resource, 'tickets');
    assert.equal(recorded.method, 'list');
    assert.ok(Array.isArray(recorded.missing_scopes));
    assert.ok(Math.abs(Date.parse(recorded.occurred_at) - Date.now()) < 60_000);
    assert.ok(!(await callTool(url, list, { limit: 1 })).isError);
    assert.equal((await patch({ api_key })).json.last_forbidden_error, null);
});

test('a merged ticket: a read follows once', async () => {
    const [[merged, survivor]] = Object.entries((await simulated.state()).merged_tickets);
    const calls = await simulated.callsDuring(async () => {
        const result = await callTool(url, 'get_single_gorgias_ticket_by_id', { id: Number(merged) });
        assert.ok(!result.isError, result.content[0].text);
        assert.equal(result.data.id, survivor);
        const { status, json } = await proxy.get(`/tickets/${merged}`);
        assert.deepEqual([status, json.id], [200, survivor]);
    });
    assert.equal(calls, 4);
});

test('a merged ticket: a write is not repeated elsewhere, the error names the survivor', async () => {
    const [[merged, survivor]] = Object.entries((await simulated.state()).merged_tickets);
    const before = await simulated.get(`/api/tickets/${survivor}`);
    const calls = await simulated.callsDuring(async () => {
        const args = { id: Number(merged), status: 'closed' };
        const body = toolError(await callTool(url, 'update_a_gorgias_ticket_by_id', args), 409);
        assert.equal(body.remote_status, 301);
        assert.match(body.message, new RegExp(`\\b${survivor}\\b`));
        const viaProxy = assertRemote(await proxy.send('PATCH', `/tickets/${merged}`, { body: { status: 'closed' } }), 409);
        assert.equal(viaProxy.remote_status, 301);
        assert.match(viaProxy.message, new RegExp(`\\b${survivor}\\b`));
    });
    assert.equal(calls, 2);
    assert.deepEqual(await simulated.get(`/api/tickets/${survivor}`), before);
});

test('a read is redirected a few times, not around in circles', async () => {
    const to = `${where.simulator.url}/${simulated.subdomain}/api/tickets`;
    await simulated.fault({ match, status: 301, headers: { location: to }, body: '', times: 5 });
    const calls = await simulated.callsDuring(async () => {
        toolError(await callTool(url, list, { limit: 1 }), 409);
    });
    assert.equal(calls, 4);
});

test('a redirect never takes the credentials to another origin', async () => {
    // The same account under another name: with its credential it would answer.
    const { port } = new URL(where.simulator.url);
    const location = `http://localhost:${port}/${simulated.subdomain}/api/customers`;
    await simulated.fault({ match, status: 301, headers: { location }, body: '' });
    const body = toolError(await callTool(url, list, { limit: 1 }), 502);
    assert.match(body.message, /redirects to localhost: it answered 401/);
    assert.equal((await account.account()).status, 'active');
});

test('a redirect to a place that may not be called goes nowhere and says so', async () => {
    await simulated.fault({ match, status: 301, headers: { location: 'http://127.0.0.1:9/x?secret=1' }, body: '' });
    const calls = await simulated.callsDuring(async () => {
        const body = toolError(await callTool(url, list, { limit: 1 }), 502);
        assert.match(body.message, /redirects to 127\.0\.0\.1/);
        assert.doesNotMatch(body.message, /secret/);
    });
    assert.equal(calls, 1);
});
