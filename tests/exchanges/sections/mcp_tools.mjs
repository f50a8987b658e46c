import { Client, dataOf, rpc } from '../support/rpc.mjs';

const list = 'list_all_gorgias_tickets';
const get = 'get_single_gorgias_ticket_by_id';
const update = 'update_a_gorgias_ticket_by_id';
const create = 'create_a_gorgias_tag';

/// Calls of tools: what they take, what they answer, and what they say when something is wrong.
export default async function mcpTools(x) {
    const account = await x.connect({}, 130);
    const client = new Client(x, (await x.mint(account)).path);
    const { json } = await client.call('a list', list, { limit: 2 });
    const { result, next_cursor } = dataOf(json.result);
    const [{ id }] = result;
    await client.call('a list, the next page', list, { limit: 2, next_cursor });
    await client.call('a list, some members only', list, { limit: 3, fields: ['id', 'customer.email', 'tags.name'] });
    await client.call('a list, a member that is none', list, { limit: 1, fields: ['id', 'sate'] });
    await client.call('one record', get, { id, fields: ['id', 'status', 'subject'] });
    await client.callModern('one record, in the newest revision', get, { id, fields: ['id', 'status', 'subject'] });
    await client.call('a list of several pages', list, { limit: 110, fields: ['id'] });
    await inputs(x, client, id);
    await answers(x, client);
    await vendorErrors(x, client);
    await progress(x, client);
    await sizes(x, account, id);
    await filtered(x, account);
}

async function inputs(x, client, id) {
    await x.product.drain();
    for (const [note, name, args] of [
        ['a wrong type', list, { limit: 'many' }],
        ['a number as digits', list, { limit: '1', fields: ['id'] }],
        ['one value for a list', get, { id, fields: 'id' }],
        ['null', list, { limit: 1, fields: null, order_by: null }],
        ['an argument that is none', list, { limit: 1, limitt: 1 }],
        [
            'what n8n adds',
            list,
            { limit: 1, fields: ['id'], toolCallId: 'c1', sessionId: 's', action: 'sendMessage', chatInput: 'hi' },
        ],
        ['a foreign cursor', list, { next_cursor: 'AAAA' }],
        ['what is required and missing', get, {}],
        ['30 arguments that are none', list, Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`m${i}`, 1]))],
        ['a team by its name', update, { id, assignee_team: { id: 'returns' } }],
        ['a custom field by its name', update, { id, custom_fields: { escalated: true, 'Order number': 'A-17' } }],
        ['an unknown team', update, { id, assignee_team: { id: 'Suport' } }],
        ['an unknown field', update, { id, custom_fields: { contact_reson: 'x' } }],
        ['a choice there is not', update, { id, custom_fields: { resolution: 'Refundd' } }],
        ['a number that is too large', update, { id, custom_fields: { refund_amount: 5001 } }],
        ['a wrong status', update, { id, status: 'opne' }],
        ['a wrong name of an argument', update, { id, custom_field: {} }],
        ['null for what can be none', update, { id, assignee_team: null, status: 'open' }],
        ['nothing to change', update, { id }],
    ])
        await client.call(`given ${note}`, name, args);
    for (const [note, written] of [
        ['a list of nothing', '[]'],
        ['null', 'null'],
        ['a text', '"x"'],
        ['2.0', '{"limit":2.0,"fields":["id"]}'],
        ['1e400', '{"limit":1e400}'],
        ['more digits than are kept', '{"limit":12345678901234567890123}'],
        ['half a surrogate pair', '{"limit":1,"fields":["cut \\ud83d"]}'],
        ['JSON text for an object', '{"limit":1,"fields":"[\\"id\\"]"}'],
    ])
        await client.post(
            `the arguments ${note}`,
            `{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"list_all_gorgias_teams","arguments":${written}}}`,
        );
}

async function answers(x, client) {
    await x.product.drain();
    const teams = 'list_all_gorgias_teams';
    for (const [note, answer] of [
        ['a picture', { status: 200, content_type: 'image/png', body: 'abc' }],
        ['a table', { status: 200, content_type: 'text/csv', body: 'a,b\n1,2\n' }],
        ['a document', { status: 200, content_type: 'application/pdf', body: 'abc' }],
        ['an empty cursor', { status: 200, body: { data: [{ id: 1 }], meta: { next_cursor: '' } } }],
        ['half', { status: 200, body: '{"data":[' }],
        ['nothing', { status: 200, body: '' }],
        ['a byte order mark', { status: 200, body: '\ufeff{"data":[],"meta":{}}' }],
    ]) {
        await x.desk.fault('GET /api/teams', answer);
        await client.call(`answered ${note}`, teams, { limit: 1 });
    }
    await x.desk.fault('GET /api/teams', { status: 200, body: { data: [{ id: 1 }], meta: { next_cursor: 'again' } }, times: 3 });
    await client.call('answered the same page again', teams, { limit: 150 });
    await x.desk.clearFaults();
    for (const [note, answer] of [
        ['204', { status: 204, body: '' }],
        ['202 and nothing', { status: 202, body: '' }],
        ['half', { status: 201, body: '{"id":' }],
        ['large numbers', { status: 201, body: '{"n":9400111899223197428490}' }],
        ['half a surrogate pair', { status: 201, body: '{"id":9,"name":"cut \\ud83d"}' }],
        ['303', { status: 303, body: '', headers: { Location: '/api/tags/1' } }],
    ]) {
        await x.desk.fault('POST /api/tags', answer);
        await client.call(`a write, answered ${note}`, create, { name: 'x' });
    }
}

async function vendorErrors(x, client) {
    await x.product.drain();
    for (const [note, answer] of [
        ['400', { status: 400, body: { error: { msg: 'Bad.' } } }],
        ['403', { status: 403, body: { error: { msg: 'Missing scope.' } } }],
        ['404 and nothing', { status: 404, body: '' }],
        ['409 and a text', { status: 409, body: 'A twin.', content_type: 'text/plain' }],
        ['422', { status: 422, body: { errors: [{ message: 'Too short.' }] } }],
        ['429', { status: 429, body: {}, headers: { 'Retry-After': '3' } }],
        ['500 and HTML', { status: 500, body: '<h1>Oops</h1>', content_type: 'text/html' }],
        ['503', { status: 503, body: {} }],
        ['307', { status: 307, body: '', headers: { Location: '/api/labels' } }],
    ])
        for (const [tool, match, args] of [
            ['list_all_gorgias_macros', 'GET /api/macros', { limit: 1 }],
            [create, 'POST /api/tags', { name: 'x' }],
        ]) {
            await x.desk.fault(match, answer);
            await client.call(`${tool}, when the vendor answers ${note}`, tool, args);
        }
    await x.desk.clearFaults();
}

/// A call that makes progress is answered as a stream.
async function progress(x, client) {
    await x.product.drain();
    const params = { name: list, arguments: { limit: 130, fields: ['id'] }, _meta: { progressToken: 'p' } };
    await client.post('a call with progress', rpc('tools/call', params));
    await client.post('a call with progress, of a client that takes JSON only', rpc('tools/call', params), {
        accept: 'application/json',
    });
    await client.post('a call with progress that cannot be', rpc('tools/call', { ...params, arguments: { limit: 0 } }));
    await client.modern('a call with progress, in the newest revision', 'tools/call', {
        name: list,
        arguments: { limit: 1, fields: ['id'] },
    });
}

async function sizes(x, account, id) {
    await x.product.drain();
    const small = new Client(x, (await x.mint(account, { result_token_limit: 1000 })).path);
    const { json } = await small.call('a list above the limit', list, { limit: 10 });
    await small.call('a list above the limit, the rest', list, {
        limit: 3,
        next_cursor: dataOf(json.result).next_cursor,
    });
    const tiny = new Client(x, (await x.mint(account, { result_token_limit: 500 })).path);
    await tiny.call('a record above the limit', get, { id });
}

async function filtered(x, account) {
    const { path } = await x.mint(account, { methods: ['read'], tags: ['tickets'] });
    const client = new Client(x, path);
    await client.legacy('filtered: the tools', 'tools/list');
    for (const name of [
        list,
        'create_a_gorgias_ticket',
        'list_all_gorgias_macros',
        'gorgias_files_upload',
        'list_tickets_gorgias',
        'ListAllGorgiasTickets',
        'gorgias.list-all-gorgias-tickets',
        'nonsense',
    ])
        await client.call(`filtered: ${name}`, name, { limit: 1, fields: ['id'] });
    await client.callModern('filtered: a hidden tool, in the newest revision', 'create_a_gorgias_ticket', {});
}
