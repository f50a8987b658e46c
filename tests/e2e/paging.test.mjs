// Lists: next_cursor leads through all of them once, and serves nothing but its own list.
import assert from 'node:assert/strict';

import { assertRefused, Proxy } from './support/api.mjs';
import { connectV2 } from './support/clients.mjs';
import { all, apiKey, manifestFor, openapi, startListVendor, ways } from './support/list_vendor.mjs';
import { callTool, dataOf, legacy, meta, modernHeaders, modernRequest, post, toolError } from './support/mcp.mjs';
import { connect, environment, install, main, mainEnvironment, startApi } from './support/product.mjs';
import { file, test } from './support/test.mjs';

const where = await mainEnvironment();
const account = await connect(file, where, { tickets: 137 });
const { url } = await account.mint({ result_token_limit: 500_000 });
const other = await connect(file, where, { tickets: 20 });
const fresh = await (await connect(file, where, { tickets: 137 })).mint({ result_token_limit: 500_000 });
// Everything is set up before the first test: a file whose tests have ended is cleaned up.
const vendor = await startListVendor(file);
const own = await startApi(file, { settings: { SLUICE_EGRESS_ALLOW: [vendor.url, main.simulator.url].map((each) => new URL(each).host).join() } });
const lists = await environment('paging', own);
const { id: listing } = await lists.api.ok('POST', '/integrated-account', {
    tenant_id: 'paging',
    environment_integration_id: await install(lists.api, manifestFor(vendor.url), openapi, vendor.url),
    authentication_method: 'api_key',
    context: { api_key: apiKey },
});
const proxy = new Proxy(lists.api, listing);
const server = await lists.api.ok('POST', `/integrated-account/${listing}/mcp`, { name: 'lists', config: { result_token_limit: 500_000 } });
const tool = 'list_all_gorgias_tickets';
const first = (await callTool(url, tool, { limit: 5 })).data.next_cursor;
const foreign = (await other.proxy.get('/tickets', { limit: 5 })).json.next_cursor;
const ofCustomers = (await account.proxy.get('/customers', { limit: 5 })).json.next_cursor;

async function everyTicket() {
    const ids = [];
    for (let path = '/api/tickets?limit=100'; path; ) {
        const { data, meta } = await account.simulated.get(path);
        ids.push(...data.map((ticket) => ticket.id));
        path = meta.next_cursor && `/api/tickets?limit=100&cursor=${encodeURIComponent(meta.next_cursor)}`;
    }
    assert.equal(ids.length, 137);
    return ids;
}

async function walk(page) {
    const ids = [];
    for (let cursor; cursor !== null; ) {
        const { result, next_cursor } = await page(cursor);
        ids.push(...result.map((ticket) => ticket.id));
        assert.ok(next_cursor === null || (typeof next_cursor === 'string' && next_cursor.length > 0));
        cursor = next_cursor;
    }
    return ids;
}

test('MCP: pages lead through all tickets, without a gap or a repeat', async () => {
    const seen = await walk(async (next_cursor) => {
        const result = await callTool(url, tool, { limit: 20, ...(next_cursor ? { next_cursor } : {}) });
        assert.deepEqual(Object.keys(result.data), ['result', 'next_cursor']);
        return result.data;
    });
    assert.deepEqual(seen, await everyTicket());
});

test('proxy: pages lead through all tickets, in the list envelope', async () => {
    const seen = await walk(async (next_cursor) => {
        const exchange = await account.proxy.get('/tickets', { limit: 30, ...(next_cursor ? { next_cursor } : {}) });
        assert.equal(exchange.status, 200);
        const { result, result_count, prev_cursor, is_partial_response } = exchange.json;
        assert.deepEqual([result_count, prev_cursor, is_partial_response], [result.length, null, false]);
        return exchange.json;
    });
    assert.deepEqual(seen, await everyTicket());
});

test('a cursor of the proxy serves the tool, and the other way round', async () => {
    const { next_cursor } = (await account.proxy.get('/tickets', { limit: 5 })).json;
    const ids = (await everyTicket()).slice(5, 10);
    const byTool = await callTool(url, tool, { limit: 5, next_cursor });
    assert.deepEqual(byTool.data.result.map((ticket) => ticket.id), ids);
});

test('the page size may change between pages', async () => {
    const { next_cursor } = (await callTool(url, tool, { limit: 5 })).data;
    const more = await callTool(url, tool, { limit: 7, next_cursor });
    assert.deepEqual(more.data.result.map((ticket) => ticket.id), (await everyTicket()).slice(5, 12));
});


for (const [name, args] of [
    ['with another argument than before', { next_cursor: first, order_by: 'updated_datetime:desc' }],
    ['of another account', { next_cursor: foreign }],
    ['of another list', { next_cursor: ofCustomers }],
    ['with one character changed', { next_cursor: first.slice(0, 20) + (first[20] === 'A' ? 'B' : 'A') + first.slice(21) }],
    ['cut off', { next_cursor: first.slice(0, -3) }],
    ['that the vendor made', { next_cursor: 'WyJuZXh0IiwgIjIwMjYtMDgtMjYiLCAxXQ==' }],
    ['that is empty', { next_cursor: '' }],
]) {
    test(`a cursor ${name} is refused with help, and the vendor is not asked`, async () => {
        const calls = await account.simulated.callsDuring(async () => {
            const body = toolError(await callTool(url, tool, { limit: 5, ...args }), 400);
            assert.deepEqual(body.details.failures.map((failure) => failure.path), ['next_cursor']);
            assertRefused(await account.proxy.get('/tickets', { limit: 5, ...args }), 400, ['next_cursor']);
        });
        assert.equal(calls, 0);
    });
}

test('a limit above the page of the vendor follows pages, and goes on where it ended', async () => {
    const first = await callTool(url, tool, { limit: 130 });
    const { result, next_cursor } = first.data;
    assert.equal(result.length, 130);
    const rest = await callTool(url, tool, { limit: 130, next_cursor });
    assert.equal(rest.data.next_cursor, null);
    const ids = [...result, ...rest.data.result].map((ticket) => ticket.id);
    assert.deepEqual(ids, await everyTicket());
});

// With a bucket of its own: the tests above have emptied the other.

test('progress: one notification a page, then the answer, in both eras', async () => {
    for (const request of [legacy, modernRequest]) {
        const params = { name: tool, arguments: { limit: 137 }, _meta: { progressToken: 'p' } };
        const exchange =
            request === legacy
                ? await legacy(fresh.url, 'tools/call', params)
                : await post(
                      fresh.url,
                      { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { ...params, _meta: { ...meta(), progressToken: 'p' } } },
                      modernHeaders('tools/call', params),
                  );
        assert.equal(exchange.headers['content-type'], 'text/event-stream');
        const messages = exchange.text.trim().split('\n\n').map((frame) => JSON.parse(frame.replace(/^event: message\ndata: /, '')));
        assert.deepEqual(
            messages.slice(0, -1).map(({ method, params }) => [method, params.progressToken, params.progress, params.total]),
            [['notifications/progress', 'p', 100, 137], ['notifications/progress', 'p', 137, 137]],
        );
        assert.equal(messages.at(-1).id, 1);
        assert.equal(dataOf(messages.at(-1).result).result.length, 137);
    }
    const one = await legacy(fresh.url, 'tools/call', { name: tool, arguments: { limit: 5 }, _meta: { progressToken: 'p' } });
    assert.match(one.headers['content-type'], /^application\/json/, 'no stream where there is nothing to tell');
});

test('progress arrives while the pages are fetched', async () => {
    const { client } = await connectV2()(fresh.url);
    const seen = [];
    const result = await client.callTool({ name: tool, arguments: { limit: 137 } }, { onprogress: (progress) => seen.push(progress.progress) });
    assert.equal(dataOf(result).result.length, 137);
    assert.deepEqual(seen, [100, 137]);
    await client.close();
});

// Every way in which vendors page: a stand-in with 1000 records, whose definition is published like any team's.
const everyId = Array.from({ length: all }, (_, i) => i + 1);

const byRest = ({ resource, verb }) => async (args) => {
    const exchange = verb === 'get' ? await proxy.get(`/${resource}`, args) : await proxy.post(`/${resource}/list`, {}, args);
    assert.equal(exchange.status, 200, exchange.text);
    assert.equal(exchange.json.is_partial_response, false);
    return exchange.json;
};
const byTool = ({ resource }) => async (args) => {
    const { data } = await callTool(server.url, `list_all_listing_${resource}`, args);
    assert.ok(data.result, JSON.stringify(data));
    assert.deepEqual(Object.keys(data), ['result', 'next_cursor'], 'no note: nothing is missing');
    return data;
};

/// Walks a list with these limits in turn.
async function walkInTurn(call, limits) {
    const ids = [];
    for (let turn = 0, cursor; cursor !== null; turn += 1) {
        const limit = limits[turn % limits.length];
        const { result, next_cursor } = await call({ limit, ...(cursor && { next_cursor: cursor }) });
        assert.ok(result.length <= limit);
        ids.push(...result.map((record) => record.id));
        cursor = next_cursor;
    }
    return ids;
}

for (const way of ways)
    test(`1000 records once, ${way.name}: through REST and MCP, with limits that divide and that do not`, async () => {
        const counts = [];
        for (const [surface, call, walks] of [
            ['rest', byRest(way), [[100], [64], [50, 7, 100]]],
            ['mcp', byTool(way), [[100], [333], [1000], [70, 250]]],
        ])
            for (const limits of walks) {
                const before = way.calls;
                assert.deepEqual(await walkInTurn(call, limits), everyId, `${surface}, limits ${limits}`);
                counts.push(`${surface} ${limits.join('/')}: ${way.calls - before}`);
            }
        console.log(`vendor calls, ${way.name}: ${counts.join(', ')}`);
    });

test('a next page at another host ends the list with a note, and the host is not asked', async () => {
    for (const astray of ['http://127.0.0.1:9/astray?page=2', vendor.url.replace('http:', 'https:'), '//localhost/x', 'file:///etc/passwd']) {
        vendor.astray = astray;
        const rest = await proxy.get('/astray');
        assert.deepEqual([rest.json.next_cursor, rest.json.is_partial_response], [null, true]);
        const { data, content } = await callTool(server.url, 'list_all_listing_astray', {});
        assert.equal(data.next_cursor, null);
        assert.match(content[1].text, /^There may be more records: the vendor's/);
    }
});

test('no cursor shows what the vendor repeats of the credential', async () => {
    const way = ways.find(({ name }) => name === 'url, null');
    const { next_cursor } = await byRest(way)({ limit: 10 });
    assert.ok(!Buffer.from(next_cursor, 'base64url').toString('latin1').includes(apiKey));
});
