// Writes that a person approves, and writes that are made once however often they are asked for.
import assert from 'node:assert/strict';

import { assertRefused } from './support/api.mjs';
import { send } from './support/exchange.mjs';
import { assertRpcError, callTool, capabilitiesKey, dataOf, legacy, meta, modernHeaders, modernRequest, post, toolError } from './support/mcp.mjs';
import { byCode, cli, connect, environment, inEnvironment, main, mainEnvironment, startApi } from './support/product.mjs';
import { file, test } from './support/test.mjs';

const where = await mainEnvironment();
let account = await connect(file, where, { tickets: 12 });
let { simulated } = account;
const { api } = where;
const replica = await startApi(file);
const create = 'create_a_gorgias_tag';
const update = 'update_a_gorgias_ticket_by_id';
const remove = 'delete_a_gorgias_ticket_by_id';
let tickets = (await simulated.get('/api/tickets?limit=12')).data;
const nextTicket = () => tickets.pop();
/// A help desk with its whole rate limit before it.
const freshDesk = async () => {
    account = await connect(file, where, { tickets: 12 });
    simulated = account.simulated;
    tickets = (await simulated.get('/api/tickets?limit=12')).data;
};
let names = 0;
const tagName = () => `tag-${(names += 1)}`;
const tagsNamed = async (name) => (await simulated.get('/api/tags?limit=100')).data.filter((tag) => tag.name === name).length;
const elsewhere = (url) => url.replace(main.url, replica.url);

// --- made once ---------------------------------------------------------------------------------------------------------

test('within the window the same call is answered from the first, on any replica, in both eras, and says so', async () => {
    const { url, config } = await account.mint({ idempotency_window_s: 60 });
    assert.equal(config.idempotency_window_s, 60);
    const ticket = nextTicket();
    const body = { ticket_id: ticket.id, channel: 'internal-note', via: 'api', public: false, from_agent: true, body_text: 'Once', sender: { email: simulated.email } };
    const count = async () => (await simulated.get(`/api/tickets/${ticket.id}/messages`)).data.length;
    const before = await count();
    const first = await callTool(url, 'create_a_gorgias_message', body);
    assert.ok(first.isError !== true, first.content[0].text);
    assert.equal(first.content.length, 1);
    // Members in another order are the same arguments.
    const shuffled = Object.fromEntries(Object.entries(body).reverse());
    for (const [at, request] of [[url, legacy], [elsewhere(url), legacy], [elsewhere(url), modernRequest]]) {
        const again = await callTool(at, 'create_a_gorgias_message', shuffled, request);
        assert.deepEqual(again.data, first.data);
        assert.match(again.content.at(-1).text, /^The same call was made at .*; this is its answer, and nothing was sent again/);
    }
    assert.equal(await count(), before + 1);
    await callTool(url, 'create_a_gorgias_message', { ...body, body_text: 'Twice' });
    assert.equal(await count(), before + 2);
});

test('without a window each call is made; another server has its own', async () => {
    const [plain, one, other] = [await account.mint(), await account.mint({ idempotency_window_s: 60 }), await account.mint({ idempotency_window_s: 60 })];
    const name = tagName();
    await callTool(plain.url, create, { name });
    toolError(await callTool(plain.url, create, { name }), 409);
    const ticket = nextTicket();
    const args = { id: ticket.id, status: 'open' };
    const calls = (url, times) => simulated.callsDuring(async () => {
        for (let i = 0; i < times; i += 1) await callTool(url, update, args);
    });
    assert.equal(await calls(one.url, 2), 1);
    assert.equal(await calls(other.url, 2), 1);
});

test('ten at once on two replicas are one call, and all get its answer', async () => {
    const { url } = await account.mint({ idempotency_window_s: 60 });
    const name = tagName();
    const all = await Promise.all(Array.from({ length: 10 }, (_, i) => callTool(i % 2 ? url : elsewhere(url), create, { name })));
    assert.equal(await tagsNamed(name), 1);
    assert.equal(new Set(all.map(({ data }) => data.id)).size, 1);
    assert.equal(all.filter(({ content }) => content.length === 1).length, 1, 'one is the first');
});

test('a refusal is not remembered: it had no effect, so the call may be tried again', async () => {
    const { url } = await account.mint({ idempotency_window_s: 60 });
    const ticket = nextTicket();
    for (const status of [429, 403]) {
        await simulated.fault({ match: `PUT /api/tickets/${ticket.id}`, status, times: 1 });
        toolError(await callTool(url, update, { id: ticket.id, status: 'closed', subject: `After ${status}` }), status);
        const result = await callTool(url, update, { id: ticket.id, status: 'closed', subject: `After ${status}` });
        assert.ok(result.isError !== true, result.content[0].text);
    }
});

test('where nobody knows whether a call had an effect it is not made again, and that is said', async () => {
    const { url } = await account.mint({ idempotency_window_s: 60 });
    const name = tagName();
    await simulated.fault({ match: 'POST /api/tags', status: 500, times: 1 });
    const first = toolError(await callTool(url, create, { name }), 500);
    assert.match(first.message, /not known whether the call had an effect/);
    const calls = await simulated.callsDuring(async () => {
        const again = await callTool(url, create, { name });
        assert.equal(again.isError, true);
        assert.match(again.content[0].text, /not known whether the call had an effect/);
        assert.match(again.content.at(-1).text, /nothing was sent again/);
    });
    assert.equal(calls, 0);
});

test('dry_run: false is the same call as without it; one that was not sent may be tried again', async () => {
    const { url } = await account.mint({ idempotency_window_s: 60 });
    const name = tagName();
    const first = await callTool(url, create, { name, dry_run: false });
    assert.deepEqual((await callTool(url, create, { name })).data, first.data);
    // There is nobody at the address of this account.
    const closed = await environment('safe-writes-closed');
    const override = { base_url: 'https://vendor.invalid/{{context.subdomain}}' };
    await closed.api.ok('PATCH', `/environment-integration/${closed.installation}`, { override });
    const other = await connect(file, closed, { tickets: 1 });
    const lost = await other.mint({ idempotency_window_s: 60 });
    for (let i = 0; i < 2; i += 1) {
        const result = await callTool(lost.url, create, { name });
        assert.equal(result.isError, true);
        assert.doesNotMatch(JSON.stringify(result.content), /not known|nothing was sent again/);
    }
});

test('reads and dry runs are never answered from before', async () => {
    const { url } = await account.mint({ idempotency_window_s: 60 });
    const ticket = nextTicket();
    const calls = await simulated.callsDuring(async () => {
        for (let i = 0; i < 2; i += 1) {
            await callTool(url, 'list_all_gorgias_tickets', { limit: 1 });
            await callTool(url, update, { id: ticket.id, status: 'open', dry_run: true });
        }
    });
    assert.equal(calls, 4);
});

// --- approved ----------------------------------------------------------------------------------------------------------

const guarded = (config = {}) => account.mint({ approval_tags: ['deletes', 'replaces'], approval_link: true, ...config });
const pending = async (url, name, args, request) => {
    const { data, isError, content } = await callTool(url, name, args, request);
    assert.ok(isError !== true, content[0].text);
    assert.equal(data.status, 'pending_approval');
    return data;
};
/// What a person has: the link, from wherever, and the code, by the developer's way.
const keyOf = async ({ approval_id, approval_url }) => {
    const { origin, pathname, searchParams, hash } = new URL(approval_url);
    assert.deepEqual([origin, pathname, hash], [main.url, '/approve', '']);
    assert.deepEqual(Object.fromEntries(searchParams), { environment: where.id, approval: approval_id });
    const { code } = await api.ok('GET', `/approval/${approval_id}`);
    return { environment_id: where.id, approval_id, code };
};
const isThere = async (id) => {
    const { status } = await simulated.rest('GET', `/api/tickets/${id}`, undefined, [200, 404]);
    return status === 200;
};

test('(a help desk with its whole limit)', freshDesk);

test('a destructive call waits; the link shows exactly what it is; approved, it is made once', async () => {
    const { url } = await guarded();
    const ticket = nextTicket();
    const asked = await pending(url, remove, { id: ticket.id });
    assert.ok(asked.message.includes(asked.approval_url));
    assert.match(asked.approval_id, /^appr_/);
    assert.ok(await isThere(ticket.id));
    assert.equal((await pending(elsewhere(url), remove, { id: ticket.id })).approval_id, asked.approval_id, 'asked once');

    const key = await keyOf(asked);
    const shown = await byCode(key, undefined, replica.url);
    assert.equal(shown.status, 200);
    assert.equal(shown.json.status, 'pending');
    assert.equal(shown.json.call.request.method, 'DELETE');
    assert.ok(shown.json.call.request.url.endsWith(`/api/tickets/${ticket.id}`));
    assert.equal(shown.json.call.request.headers.authorization, '[redacted]');
    assert.equal(shown.json.call.changes.deleted.id, ticket.id);
    assert.ok(!shown.text.includes(simulated.apiKey) && !('code' in shown.json));

    assert.equal((await byCode(key, 'approve')).json.status, 'approved');
    assert.equal((await byCode(key, 'decline')).status, 409, 'decided once');
    assert.ok(await isThere(ticket.id), 'approval alone does nothing');
    const result = await callTool(elsewhere(url), remove, { id: ticket.id });
    assert.ok(result.isError !== true, result.content[0].text);
    assert.ok(!(await isThere(ticket.id)));
    assert.equal((await byCode(key)).status, 404, 'used up');
    toolError(await callTool(url, remove, { id: ticket.id }), 404);
});

test('declined, the model is told not to repeat it', async () => {
    const { url } = await guarded();
    const ticket = nextTicket();
    const asked = await pending(url, remove, { id: ticket.id });
    assert.equal((await byCode(await keyOf(asked), 'decline')).json.status, 'declined');
    assert.match(toolError(await callTool(url, remove, { id: ticket.id }), 403).message, /A person declined this call/);
    assert.ok(await isThere(ticket.id));
});

test('other tools, other arguments and dry runs do not wait for it', async () => {
    const { url } = await guarded();
    const [one, two] = [nextTicket(), nextTicket()];
    assert.ok((await callTool(url, create, { name: tagName() })).data.id);
    const first = await pending(url, remove, { id: one.id });
    await byCode(await keyOf(first), 'approve');
    const second = await pending(url, remove, { id: two.id });
    assert.notEqual(second.approval_id, first.approval_id);
    assert.equal((await callTool(url, remove, { id: two.id, dry_run: true })).data.dry_run, true);
    assert.ok(await isThere(two.id));
});

test('the developer decides by API, and sees what waits', async () => {
    const { url, id: server } = await guarded({ approval_link: false });
    const ticket = nextTicket();
    const asked = await pending(url, remove, { id: ticket.id });
    assert.equal(asked.approval_url, null);
    assert.match(asked.message, /That person sees it where approvals are decided/);
    const listed = await api.all(`/approval?status=pending&mcp_server_id=${server}`);
    assert.deepEqual(listed.map(({ id }) => id), [asked.approval_id]);
    const got = await api.ok('GET', `/approval/${asked.approval_id}`);
    assert.deepEqual(got.call.arguments, { id: ticket.id });
    assertRefused(await api.post(`/approval/${asked.approval_id}`, { decision: 'perhaps' }), 400, ['decision']);
    const decided = await api.ok('POST', `/approval/${asked.approval_id}`, { decision: 'approve' });
    assert.deepEqual([decided.status, /^tok_/.test(decided.decided_by)], ['approved', true]);
    assertRefused(await api.post(`/approval/${asked.approval_id}`, { decision: 'approve' }), 409);
    assert.ok((await callTool(url, remove, { id: ticket.id })).isError !== true);
});

test('an approval outlives a refusal of the vendor, as nothing has happened', async () => {
    const { url } = await guarded();
    const ticket = nextTicket();
    await byCode(await keyOf(await pending(url, remove, { id: ticket.id })), 'approve');
    await simulated.fault({ match: `DELETE /api/tickets/${ticket.id}`, status: 429, times: 1 });
    toolError(await callTool(url, remove, { id: ticket.id }), 429);
    assert.ok((await callTool(url, remove, { id: ticket.id })).isError !== true);
    assert.ok(!(await isThere(ticket.id)));
});

test('(another)', freshDesk);

test('a call that cannot work is not put before a person', async () => {
    const { url } = await guarded();
    toolError(await callTool(url, remove, { id: 999_999_999 }), 404);
    toolError(await callTool(url, remove, { id: 'x' }), 400);
    assert.deepEqual(await api.all('/approval?tool=never'), []);
});

test('a client that can show pages is asked to show this one, and goes on after it', async () => {
    const { url } = await guarded();
    const ticket = nextTicket();
    const call = (more = {}, id = ticket.id) => {
        const params = { name: remove, arguments: { id }, ...more };
        const _meta = { ...meta(), [capabilitiesKey]: { elicitation: { url: {} } } };
        return post(url, { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { ...params, _meta } }, modernHeaders('tools/call', params));
    };
    const { resultType, inputRequests, requestState } = (await call()).json.result;
    assert.equal(resultType, 'input_required');
    const { mode, url: page, message } = inputRequests.approval.params;
    assert.deepEqual([mode, message], ['url', 'A call of Delete a ticket needs your approval. Decide on this page, then go on.']);
    const inputResponses = { approval: { action: 'accept' } };
    const waiting = (await call({ inputResponses, requestState })).json.result;
    assert.equal(dataOf(waiting).status, 'pending_approval', 'opened is not approved, and it is not asked twice');
    assertRpcError(await call({ inputResponses, requestState: `${requestState}x` }), 200, -32602);
    const approval_id = new URL(page).searchParams.get('approval');
    await byCode(await keyOf({ approval_id, approval_url: page }), 'approve');
    assert.ok((await call({ inputResponses, requestState })).json.result.isError !== true);
    assert.ok(!(await isThere(ticket.id)));
});

test('with a window as well, the repeated call needs no second approval', async () => {
    const { url } = await guarded({ idempotency_window_s: 60 });
    const ticket = nextTicket();
    await byCode(await keyOf(await pending(url, remove, { id: ticket.id })), 'approve');
    assert.ok((await callTool(url, remove, { id: ticket.id })).isError !== true);
    const again = await callTool(url, remove, { id: ticket.id });
    assert.deepEqual(again.data, { status: 204 });
    assert.match(again.content.at(-1).text, /nothing was sent again/);
});

test('whoever has only the MCP URL and the answer decides nothing', async () => {
    const { url, token } = await guarded();
    const ticket = nextTicket();
    const asked = await pending(url, remove, { id: ticket.id });
    const { code } = await api.ok('GET', `/approval/${asked.approval_id}`);
    assert.match(code, /^[0-9A-HJKMNP-TV-Z]{8}$/);
    assert.ok(!JSON.stringify(asked).includes(code), 'not told to the model');
    const which = { environment_id: where.id, approval_id: asked.approval_id };
    assertRefused(await byCode(which, 'approve'), 400, ['code']);
    for (const wrong of [asked.approval_id.slice(-8), 'AAAA-AAAA', 'approve', token.slice(0, 8)])
        assertRefused(await byCode({ ...which, code: wrong }, 'approve'), 400, ['code']);
    for (const secret of [token, asked.approval_url, '']) {
        const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
        const body = { decision: 'approve' };
        assert.equal((await send('POST', `${main.url}/approval/${asked.approval_id}`, { headers, body })).status, 401);
        assert.equal((await send('GET', `${main.url}/approval/${asked.approval_id}`, { headers })).status, 401);
    }
    assert.equal((await api.ok('GET', `/approval/${asked.approval_id}`)).status, 'pending');
    assert.equal((await pending(url, remove, { id: ticket.id })).approval_id, asked.approval_id);
    assert.ok(await isThere(ticket.id));
});

test('after five wrong codes the right one opens nothing; the developer still decides', async () => {
    const { url } = await guarded();
    const asked = await pending(url, remove, { id: nextTicket().id });
    const key = await keyOf(asked);
    const wrong = { ...key, code: key.code === 'AAAAAAAA' ? 'BBBBBBBB' : 'AAAAAAAA' };
    const tries = await Promise.all(Array.from({ length: 12 }, () => byCode(wrong, 'approve')));
    assert.deepEqual(tries.map(({ status }) => status).sort(), [...Array(5).fill(400), ...Array(7).fill(403)]);
    assert.equal((await byCode(key, 'approve')).status, 403);
    assert.equal((await api.ok('GET', `/approval/${asked.approval_id}`)).code, null);
    assert.equal((await api.ok('POST', `/approval/${asked.approval_id}`, { decision: 'decline' })).status, 'declined');
});

test('a code is of one call and of one environment, and forgives how it is typed', async () => {
    const { url } = await guarded();
    const [one, two] = [await pending(url, remove, { id: nextTicket().id }), await pending(url, remove, { id: nextTicket().id })];
    const [first, second] = [await keyOf(one), await keyOf(two)];
    assertRefused(await byCode({ ...first, code: second.code }, 'approve'), 400, ['code']);
    const other = await environment('approvals-of-others');
    assert.equal((await byCode({ ...first, environment_id: other.id }, 'approve')).status, 404);
    assertRefused(await other.api.get(`/approval/${one.approval_id}`), 404);
    assertRefused(await other.api.post(`/approval/${one.approval_id}`, { decision: 'approve' }), 404);
    assert.deepEqual(await other.api.all('/approval'), []);
    assert.deepEqual((await api.all('/approval?status=pending')).filter((each) => 'code' in each), []);
    // A page that is only fetched decides nothing, and may not be framed.
    const page = await send('GET', `${main.url}/approve`);
    assert.match(page.headers['content-security-policy'], /frame-ancestors 'none'/);
    const typed = ` ${first.code.slice(0, 4).toLowerCase()}-${first.code.slice(4)} `;
    assert.equal((await byCode({ ...first, code: typed })).json.status, 'pending');
});

test('the token that an agent has as a second factor neither reads codes nor decides', async () => {
    const { url } = await guarded({ require_api_token_auth: true });
    const ticket = nextTicket();
    const whole = await legacy(url, 'tools/list', {}, { headers: { authorization: `Bearer ${main.token}` } });
    assert.equal(whole.status, 403, 'a token that could decide is no second factor here');
    const { token, mcp_only } = await cli(
        ...['api-token', 'create', `agent-${Date.now()}`, '--team', 'demo', '--environment', 'development', '--mcp-only'],
    );
    assert.equal(mcp_only, true);
    const headers = { authorization: `Bearer ${token}` };
    const asked = await pending(url, remove, { id: ticket.id }, (at, method, params) => legacy(at, method, params, { headers }));
    for (const [method, path, body] of [
        ['GET', `/approval/${asked.approval_id}`],
        ['POST', `/approval/${asked.approval_id}`, { decision: 'approve' }],
        ['GET', '/approval'],
        ['GET', '/environment'],
        ['GET', `/proxy/tickets?integrated_account_id=${account.id}`],
    ])
        assert.equal(
            (await send(method, main.url + path, { headers: { ...headers, 'content-type': 'application/json' }, body })).status,
            401,
            path,
        );
    assert.ok(await isThere(ticket.id));
});

test('config is checked and merged', async () => {
    const path = `/integrated-account/${account.id}/mcp`;
    assertRefused(await api.post(path, { name: 'x', config: { approval_tags: ['destrutive'] } }), 400, ['config.approval_tags[0]']);
    assertRefused(await api.post(path, { name: 'x', config: { idempotency_window_s: 86_401 } }), 400, ['config.idempotency_window_s']);
    const { id } = await guarded({ approval_link: false });
    const { config } = await api.ok('PATCH', `${path}/${id}`, { config: { idempotency_window_s: 5 } });
    assert.deepEqual([config.approval_tags, config.approval_link, config.idempotency_window_s], [['deletes', 'replaces'], false, 5]);
});

test('nothing of it is in clear in the database', async () => {
    const { url } = await guarded({ idempotency_window_s: 60 });
    await callTool(url, create, { name: 'planted-text' });
    await pending((await account.mint({ approval_tags: ['macros'] })).url, 'create_a_gorgias_macro', { name: 'planted-text', actions: [] });
    const holds = (column) => `position('planted-text'::bytea IN coalesce(${column}, ''::bytea)) > 0`;
    await inEnvironment(
        where.id,
        `DO $$ BEGIN
            ASSERT EXISTS (SELECT FROM write_calls WHERE answer IS NOT NULL), 'answers are kept';
            ASSERT EXISTS (SELECT FROM write_calls WHERE request IS NOT NULL), 'requests are kept';
            ASSERT NOT EXISTS (SELECT FROM write_calls WHERE ${holds('answer')} OR ${holds('request')}), 'in clear';
        END $$`,
    );
});

test('a call whose replica died in the middle is not made again within the window, and that is said at once', async () => {
    const { url } = await account.mint({ idempotency_window_s: 3600 });
    const name = tagName();
    assert.ok((await callTool(url, create, { name })).data.id);
    // As the row would be found then.
    await inEnvironment(where.id, `UPDATE write_calls SET state = 'running', answer = NULL, changed_at = now() - interval '3 minutes' WHERE tool = '${create}'`);
    const started = Date.now();
    assert.match(toolError(await callTool(url, create, { name }), 409).message, /how it ended is not known/);
    assert.ok(Date.now() - started < 25_000, 'one that is waited for takes 50 s');
});
