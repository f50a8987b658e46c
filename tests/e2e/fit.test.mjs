// Results that fit a model: fields of records, and a limit of tokens whose rest follows from the same place.
import assert from 'node:assert/strict';

import { assertRefused } from './support/api.mjs';
import { callTool, toolError } from './support/mcp.mjs';
import { connect, mainEnvironment } from './support/product.mjs';
import { file, test } from './support/test.mjs';

const where = await mainEnvironment();
const account = await connect(file, where, { tickets: 137 });
const { url } = await account.mint();
const { url: large } = await account.mint({ result_token_limit: 500_000 });
const list = 'list_all_gorgias_tickets';

const noteOf = (result) => result.content.at(1)?.text;

async function walk(limited, args) {
    const pages = [];
    for (let next_cursor = null; pages.length === 0 || next_cursor !== null; ) {
        const result = await callTool(limited, list, { ...args, ...(next_cursor && { next_cursor }) });
        assert.ok(result.isError !== true, result.content[0].text);
        pages.push({ result, records: result.data.result });
        next_cursor = result.data.next_cursor;
        assert.ok(pages.length < 200, 'the list does not end');
    }
    return pages;
}

test('fields: only the members asked for, in a list and in one record', async () => {
    const { data } = await callTool(url, list, { limit: 3, fields: ['id', 'customer.email', 'tags.name'] });
    assert.equal(data.result.length, 3);
    for (const ticket of data.result) {
        assert.deepEqual(Object.keys(ticket).sort(), ['customer', 'id', 'tags']);
        assert.deepEqual(Object.keys(ticket.customer), ['email']);
        for (const tag of ticket.tags)
            assert.deepEqual(Object.keys(tag), ['name']);
    }
    const { id } = data.result[0];
    const one = await callTool(url, 'get_single_gorgias_ticket_by_id', { id, fields: ['id', 'status'] });
    assert.deepEqual(one.data, { id, status: one.data.status });
    assert.equal(JSON.parse(one.content[0].text).id, id);
});

test('fields: what there is not is named, with what there is', async () => {
    const result = await callTool(url, list, { limit: 1, fields: ['id', 'sate'] });
    assert.match(noteOf(result), /there is no sate here; a record has .*\bstatus\b/);
    assert.deepEqual(Object.keys(result.data.result[0]), ['id']);
    toolError(await callTool(url, list, { fields: [''] }), 400);
});

test('a list above the limit is cut after a whole record, and goes on right there', async () => {
    const small = await account.mint({ result_token_limit: 6000 });
    const whole = (await walk(large, { limit: 100 })).flatMap(({ records }) => records);
    assert.equal(whole.length, 137);
    for (const limit of [50, 100]) {
        const pages = await walk(small.url, { limit });
        assert.deepEqual(pages.flatMap(({ records }) => records), whole, `limit ${limit}`);
        for (const { result, records } of pages) {
            const { text } = result.content[0];
            assert.ok(records.length === 1 || JSON.stringify(JSON.parse(text).result).length <= 24_000, `${text.length} bytes`);
            assert.ok(records.length <= limit);
        }
        const cut = pages.filter(({ result }) => /too large, so it ends after \d+ records/.test(noteOf(result) ?? ''));
        assert.ok(cut.length > 0);
    }
});

test('a list of several pages stops calling the vendor where it is full; fields make room', async () => {
    const small = await account.mint({ result_token_limit: 1000 });
    const calls = await account.simulated.callsDuring(async () => {
        const cut = await callTool(small.url, list, { limit: 137 });
        assert.ok(cut.data.result.length < 137);
    });
    assert.equal(calls, 1);
    const narrow = await callTool(small.url, list, { limit: 137, fields: ['id'] });
    assert.equal(narrow.data.result.length, 137);
    assert.equal(noteOf(narrow), undefined);
});

test('a single record above the limit is whole, and says how to get less', async () => {
    const tiny = await account.mint({ result_token_limit: 500 });
    const { data } = await callTool(large, list, { limit: 1 });
    const { id } = data.result[0];
    const result = await callTool(tiny.url, 'get_single_gorgias_ticket_by_id', { id });
    assert.equal(result.data.id, id);
    assert.match(noteOf(result), /is large \(\d+ bytes\): ask for less of it with fields/);
});

test('the limit is part of the configuration', async () => {
    const minted = await account.mint({ result_token_limit: 1000 });
    assert.equal(minted.config.result_token_limit, 1000);
    assert.equal((await account.mint()).config.result_token_limit, 20000);
    for (const result_token_limit of [499, 500001, '1000', 1.5])
        assertRefused(
            await where.api.post(`/integrated-account/${account.id}/mcp`, { name: 'e2e', config: { result_token_limit } }),
            400,
            ['config.result_token_limit'],
        );
});
