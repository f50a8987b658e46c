// Lists: next_cursor leads through all of them once, and serves nothing but its own list.
import assert from 'node:assert/strict';

import { assertRefused } from './support/api.mjs';
import { connectV2 } from './support/clients.mjs';
import { callTool, dataOf, legacy, meta, modernHeaders, modernRequest, post, toolError } from './support/mcp.mjs';
import { connect, mainEnvironment } from './support/product.mjs';
import { file, test } from './support/test.mjs';

const where = await mainEnvironment();
const account = await connect(file, where, { tickets: 137 });
const { url } = await account.mint({ result_token_limit: 500_000 });
const tool = 'list_all_gorgias_tickets';

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

const other = await connect(file, where, { tickets: 20 });
const first = (await callTool(url, tool, { limit: 5 })).data.next_cursor;
const foreign = (await other.proxy.get('/tickets', { limit: 5 })).json.next_cursor;
const ofCustomers = (await account.proxy.get('/customers', { limit: 5 })).json.next_cursor;

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
const fresh = await (await connect(file, where, { tickets: 137 })).mint({ result_token_limit: 500_000 });

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
