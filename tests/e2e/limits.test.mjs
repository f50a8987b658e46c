// Our own limits of calls, as the contract has them, and what is known of the vendor's: on api processes of the test's own.
import assert from 'node:assert/strict';

import { Api } from './support/api.mjs';
import { callTool, legacy, toolError } from './support/mcp.mjs';
import { Browser, Team } from './support/people.mjs';
import { cli, connect, environment, startApi } from './support/product.mjs';
import { file, sleep, test } from './support/test.mjs';

const settings = { SLUICE_LIMITS_API_TOKEN: 500, SLUICE_LIMITS_ACCOUNT: 50, SLUICE_LIMITS_USER: 40 };
const own = await startApi(file, { simulator: true, settings });
const where = await environment('own-limits', own);

/// A new API token of the environment.
async function newToken(name) {
    const of = ['--team', 'e2e', '--environment', 'own-limits', '--replace'];
    const { token } = await cli('api-token', 'create', name, ...of);
    return new Api(own.url, token);
}

const numbersOf = ({ headers }) =>
    Object.fromEntries(['limit', 'remaining', 'reset'].map((name) => [name, Number(headers[`ratelimit-${name}`])]));

/// So many calls, up to 50 at once: the exchanges in the order of their ends.
async function repeat(times, call) {
    const done = [];
    for (let left = times; left > 0; left -= 50)
        await Promise.all(Array.from({ length: Math.min(left, 50) }, async () => done.push(await call())));
    return done;
}

test('the 501st request of an API token within 10 s is refused, and no earlier one', async (t) => {
    const api = await newToken('flood');
    const started = Date.now();
    const first = await repeat(500, () => api.get('/integrated-account?limit=1'));
    assert.ok(first.every(({ status }) => status === 200));
    if (Date.now() - started > 9_000) return t.skip('too slow a machine to reach the limit');
    const refused = await api.get('/integrated-account?limit=1');
    assert.equal(refused.status, 429);
    assert.match(refused.json.message, /^This API token may make 500 requests in 10 s/);
    assert.equal(refused.json.is_remote_error, undefined);
    assert.equal(numbersOf(refused).remaining, 0);
    const wait = Number(refused.headers['retry-after']);
    assert.ok(wait >= 1 && wait <= 10, `retry-after ${wait}`);
    await sleep(wait * 1000);
    assert.equal((await api.get('/integrated-account?limit=1')).status, 200, 'there is room when it said');
});

test('the requests of a signed-in user count together, whatever the session', async () => {
    const team = await Team.make('own-limits', own);
    const [person, other] = [await team.withPassword(), await team.withPassword()];
    const elsewhere = new Browser(own);
    assert.equal((await elsewhere.signIn(person.credentials)).status, 200);
    const made = await repeat(41, () => person.get('/me'));
    assert.ok(made.every(({ status }) => status === 200 || status === 429));
    assert.equal(made.filter(({ status }) => status === 429).length, 1);
    const refused = await elsewhere.get('/me');
    assert.equal(refused.status, 429);
    assert.match(refused.json.message, /^This user may make 40 requests in 10 s/);
    assert.ok(Number(refused.headers['retry-after']) >= 1);
    assert.equal((await other.get('/me')).status, 200);
});

test('every answer of a request that counts says where the token stands, also a refusal', async () => {
    const api = await newToken('answers');
    const exchanges = [
        await api.get('/integrated-account?limit=1'),
        await api.get('/integrated-account/nothing'),
        await api.get('/integrated-account?unknown=1'),
        await api.post('/integrated-account', {}),
    ];
    assert.deepEqual(exchanges.map(({ status }) => status), [200, 404, 400, 400]);
    for (const [made, exchange] of exchanges.entries()) {
        const { limit, remaining, reset } = numbersOf(exchange);
        assert.deepEqual([limit, remaining], [500, 499 - made]);
        assert.ok(reset >= 1 && reset <= 10, `reset ${reset}`);
    }
    const stranger = await new Api(own.url, 'slx_api_invented').get('/integrated-account');
    assert.equal(stranger.status, 401);
    assert.equal(stranger.headers['ratelimit-limit'], undefined);
});

test("an account's 51st call through MCP is a tool error with the time to wait", async (t) => {
    const account = await connect(t, where);
    const { url } = await account.mint();
    // Arguments that do not fit reach no vendor, and count.
    const call = () => legacy(url, 'tools/call', { name: 'get_single_gorgias_ticket_by_id', arguments: { id: 'no number' } });
    const first = await repeat(50, call);
    assert.ok(first.every(({ json }) => json.result.isError && !/Sluice/.test(json.result.content[0].text)));
    assert.ok(first.every((exchange) => numbersOf(exchange).limit === 50));
    const refused = await call();
    assert.equal(refused.status, 200);
    const { message } = toolError(refused.json.result, 429);
    assert.match(message, /^This integrated account may make 50 requests in 10 s.*try again in \d+ s\.$/);
    const { limit, remaining, retry_after } = refused.json.result._meta['sluice/rate_limit'];
    assert.deepEqual([limit, remaining], [50, 0]);
    assert.ok(retry_after >= 1 && retry_after <= 10);
    assert.equal(refused.headers['retry-after'], String(retry_after));
    assert.equal((await legacy(url, 'tools/list')).json.error, undefined, 'other methods count for no account');
    assert.equal((await account.proxy.get('/tickets', { limit: 1 })).status, 429, 'REST counts for the same account');
});

test('a flood of one environment harms no other', async (t) => {
    const other = await environment('own-limits-other', own);
    const account = await connect(t, other);
    const flooding = await newToken('flood-2');
    let floods = true;
    const flood = Promise.all(
        Array.from({ length: 30 }, async () => {
            for (let made = 0; made < 30 || (floods && made < 400); made += 1) await flooding.get('/integrated-account?limit=1');
        }),
    );
    const exchanges = [];
    for (let made = 0; made < 30; made += 1) exchanges.push(await account.proxy.get('/tickets', { limit: 1 }));
    floods = false;
    await flood;
    assert.equal((await flooding.get('/integrated-account?limit=1')).status, 429, 'it was one');
    assert.deepEqual(exchanges.map(({ status }) => status).filter((status) => status !== 200), []);
});

test('the forecast agrees with the vendor within one call', async (t) => {
    const account = await connect(t, where);
    for (let made = 0; made < 25; made += 1) await account.proxy.get('/tickets', { limit: 1 });
    await sleep(2_000);
    const known = await where.api.ok('GET', `/integrated-account/${account.id}/rate-limit`);
    assert.match(known.forecast.text, /^\d+ calls left for \d+ s$/);
    assert.equal(known.windows[0].limit, 40);
    assert.deepEqual([known.own.limit, known.own.remaining], [50, 25]);
    const shown = await where.api.ok('GET', `/integrated-account/${account.id}`);
    assert.equal(shown.rate_limit.name, 'account');
    const started = Date.now();
    let made = 0;
    while ((await account.proxy.get('/tickets', { limit: 1 })).status === 200) made += 1;
    // Meanwhile the bucket drains two calls a second.
    const drained = Math.floor(((Date.now() - started) / 1000) * 2);
    const difference = made - known.forecast.calls_left;
    assert.ok(difference >= -1 && difference <= drained + 1, `${known.forecast.text}, ${made} made, ${drained} drained`);
});

test('an account shares its calls out between MCP servers', async (t) => {
    const account = await connect(t, where);
    const [one, two] = [await account.mint(), await account.mint()];
    const shares = [one, two].map(({ id }) => ({ mcp_server_id: id, weight: 1 }));
    const path = `/integrated-account/${account.id}`;
    const changed = await where.api.ok('PATCH', path, { fair_share: { shares } });
    assert.deepEqual(changed.fair_share, { shares, default_weight: 1 });
    const wrong = await where.api.patch(path, { fair_share: { shares: [{ weight: 0 }] } });
    assert.deepEqual(
        wrong.json.details.failures.map((failure) => failure.path),
        ['fair_share.shares[0]', 'fair_share.shares[0].weight'],
    );
    const call = ({ url }) => callTool(url, 'get_single_gorgias_account');
    assert.ok(!(await call(two)).isError);
    let made = 0;
    let last = await call(one);
    for (; !last.isError && made < 45; made += 1) last = await call(one);
    assert.match(toolError(last, 429).message, /shares its vendor's limit out/);
    assert.ok(made >= 15 && made <= 30, `${made} made`);
    assert.ok(!(await call(two)).isError, 'the other still has its part');
    assert.equal((await where.api.ok('PATCH', path, { fair_share: null })).fair_share, null);
});
