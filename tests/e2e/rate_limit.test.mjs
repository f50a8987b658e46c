// The vendor's limit: told in headers and results, passed back when it is reached, never retried. With a simulator of
// its own, whose clock stands still.
import assert from 'node:assert/strict';

import { assertRemote } from './support/api.mjs';
import { callTool, legacy, modernRequest, toolError } from './support/mcp.mjs';
import { connect, environment, startApi } from './support/product.mjs';
import { file, test } from './support/test.mjs';

const own = await startApi(file, { simulator: true });
const where = await environment('rate-limit', own);
await own.simulator.clock({ freeze: true });

const size = 40;
const drainSeconds = 20;
const limitsOf = ({ headers }) =>
    Object.fromEntries(
        ['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset', 'retry-after'].map((name) => [name, headers[name]]),
    );
/// Without the forecast, which says the same in words.
function limitsIn({ _meta }) {
    const { forecast, ...limits } = _meta['sluice/rate_limit'];
    assert.match(forecast.text, /^\d+ calls? left for \d+ s$/);
    return limits;
}
/// The headers while the bucket holds `used` calls.
const limitsAfter = (used) => ({
    'ratelimit-limit': String(size),
    'ratelimit-remaining': String(size - used),
    'ratelimit-reset': String(Math.ceil((used * drainSeconds) / size)),
    'retry-after': undefined,
});

/// What the vendor says to the call that is one too many: asked directly, of an account of the same state.
async function vendorSays() {
    const other = await own.simulator.addAccount();
    for (let i = 0; i < size; ++i) await other.rest('GET', '/api/account');
    const refused = await other.rest('GET', '/api/account', undefined, 429);
    return { retryAfter: refused.headers['retry-after'], message: refused.json.error.msg };
}

/// The URL of an account whose bucket is empty again: making a URL asks the account about its fields, people and tags.
async function mintDrained(account) {
    const { url } = await account.mint();
    await own.simulator.clock({ advance_s: drainSeconds });
    account.callsBefore = (await account.simulated.state()).calls;
    return url;
}

async function assertNotRetried({ simulated, callsBefore = 0 }, calls) {
    const state = await simulated.state();
    const made = state.calls - callsBefore;
    assert.deepEqual([made, state.throttled], [calls, calls - size], 'each call of ours is one call there');
}

for (const request of [legacy, modernRequest])
    test(`MCP (${request.name}): 40 calls, then 429 with the numbers`, async (t) => {
        const { retryAfter, message } = await vendorSays();
        const account = await connect(t, where);
        const url = await mintDrained(account);
        const call = () => request(url, 'tools/call', { name: 'get_single_gorgias_account', arguments: {} });
        for (let used = 1; used <= size; ++used) {
            const exchange = await call();
            const { result } = exchange.json;
            assert.ok(!result.isError);
            const reset = Math.ceil((used * drainSeconds) / size);
            assert.deepEqual(limitsIn(result), { limit: size, remaining: size - used, reset });
            assert.deepEqual(limitsOf(exchange), limitsAfter(used));
        }
        for (let extra = 1; extra <= 2; ++extra) {
            const exchange = await call();
            assert.equal(exchange.status, 200, 'a tool error is no transport error');
            const { result } = exchange.json;
            const wait = Number(retryAfter);
            const limits = { limit: size, remaining: 0, reset: wait, retry_after: wait };
            assert.deepEqual(limitsIn(result), limits);
            const body = toolError(result, 429);
            assert.equal(body.is_remote_error, true);
            assert.ok(body.message.includes(message), 'what the vendor said');
            for (const number of [size, 0, wait]) assert.match(body.message, new RegExp(`\\b${number}\\b`));
            assert.equal(exchange.headers['ratelimit-remaining'], '0');
            await assertNotRetried(account, size + extra);
        }
    });

test('proxy: 40 calls, then 429 with the headers', async (t) => {
    const { retryAfter, message } = await vendorSays();
    const account = await connect(t, where);
    for (let used = 1; used <= size; ++used) {
        const exchange = await account.proxy.get('/tickets', { limit: 1 });
        assert.equal(exchange.status, 200);
        assert.deepEqual(limitsOf(exchange), limitsAfter(used));
        assert.equal(exchange.headers['x-gorgias-account-api-call-limit'], `${used}/${size}`);
        assert.equal(exchange.headers['x-ratelimit-derived'], 'reset');
    }
    for (let extra = 1; extra <= 2; ++extra) {
        const exchange = await account.proxy.get('/tickets', { limit: 1 });
        const body = assertRemote(exchange, 429);
        assert.ok(body.message.includes(message));
        assert.equal(body.raw_response.error.msg, message);
        assert.deepEqual(limitsOf(exchange), {
            'ratelimit-limit': String(size),
            'ratelimit-remaining': '0',
            'ratelimit-reset': retryAfter,
            'retry-after': retryAfter,
        });
        await assertNotRetried(account, size + extra);
    }
});

test('after Retry-After the next call passes', async (t) => {
    const account = await connect(t, where);
    const url = await mintDrained(account);
    for (let i = 0; i < size; ++i) await callTool(url, 'get_single_gorgias_account');
    const refused = await callTool(url, 'get_single_gorgias_account');
    await own.simulator.clock({ advance_s: refused._meta['sluice/rate_limit'].retry_after });
    assert.ok(!(await callTool(url, 'get_single_gorgias_account')).isError);
});

test('a throttled write has not happened', async (t) => {
    const account = await connect(t, where);
    const url = await mintDrained(account);
    for (let i = 0; i < size; ++i) await callTool(url, 'get_single_gorgias_account');
    toolError(await callTool(url, 'create_a_gorgias_macro', { name: 'Throttled' }), 429);
    await own.simulator.clock({ advance_s: drainSeconds });
    const { data } = await account.simulated.get('/api/macros?limit=100');
    assert.ok(data.every((macro) => macro.name !== 'Throttled'));
});

test('a limit reached between two pages leaves what there was, and the way to go on', async (t) => {
    const account = await connect(t, where, { tickets: 137 });
    const url = await mintDrained(account);
    for (let i = 0; i < size - 1; ++i) await callTool(url, 'get_single_gorgias_account');
    const tool = 'list_all_gorgias_tickets';
    const { data, isError, _meta } = await callTool(url, tool, { limit: 137, fields: ['id'] });
    assert.ok(!isError);
    assert.equal(data.result.length, 100);
    await own.simulator.clock({ advance_s: _meta['sluice/rate_limit'].retry_after });
    const rest = await callTool(url, tool, { limit: 37, fields: ['id'], next_cursor: data.next_cursor });
    assert.equal(rest.data.result.length, 37);
});

test("one account's empty bucket is not another's", async (t) => {
    const [first, second] = [await connect(t, where), await connect(t, where)];
    for (let i = 0; i <= size; ++i) await first.proxy.get('/tickets', { limit: 1 });
    assert.equal((await first.proxy.get('/tickets', { limit: 1 })).status, 429);
    assert.equal((await second.proxy.get('/tickets', { limit: 1 })).status, 200);
});

test('with an OAuth token the bucket holds 80', async (t) => {
    const account = await connect(t, where, {
        authentication_method: 'oauth2',
        context: async (simulated) => {
            const { access_token, refresh_token } = await simulated.tokens({ scopes: ['account:read'] });
            return { oauth: { token: { access_token, refresh_token } } };
        },
    });
    const url = await mintDrained(account);
    assert.deepEqual(limitsIn(await callTool(url, 'get_single_gorgias_account')), { limit: 80, remaining: 79, reset: 1 });
});
