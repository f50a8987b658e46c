// An agent that holds its MCP URL, its second factor and all that it was ever answered tries to approve its own call.
import assert from 'node:assert/strict';

import { send } from './support/exchange.mjs';
import { callTool, capabilitiesKey, legacy, meta, modernHeaders, post } from './support/mcp.mjs';
import { cli, connect, main, mainEnvironment } from './support/product.mjs';
import { file, test } from './support/test.mjs';

const where = await mainEnvironment();
const account = await connect(file, where, { tickets: 30 });
const { simulated } = account;
const remove = 'delete_a_gorgias_ticket_by_id';
const [ticket, ...rest] = (await simulated.get('/api/tickets?limit=30')).data;
const other = rest.find(({ channel }) => channel === 'email');

const { token: factor } = await cli('api-token', 'create', `self-${Date.now()}`, '--team', 'demo', '--environment', 'development', '--mcp-only');
const server = await account.mint({ approval_tags: ['deletes', 'replaces', 'sends'], require_api_token_auth: true });
const bearer = { authorization: `Bearer ${factor}` };
const told = []; // Every byte that the agent was answered.
const request = async (at, method, params) => {
    const answer = await legacy(at, method, params, { headers: bearer });
    told.push(answer.text, JSON.stringify(answer.headers));
    return answer;
};
const call = (name, args) => callTool(server.url, name, args, request);
const attempt = async (method, path, body, headers = bearer) => {
    const answer = await send(method, main.url + path, { headers: { ...headers, 'content-type': 'application/json' }, body });
    told.push(answer.text, JSON.stringify(answer.headers));
    return answer;
};
const asked = (await call(remove, { id: ticket.id })).data;
assert.equal(asked.status, 'pending_approval');
const which = { environment_id: where.id, approval_id: asked.approval_id };
const refusals = new Set([400, 401, 403, 404, 405, 429]);
const assertRefused = ({ status, text }) => assert.ok(refusals.has(status), `${status} ${text}`);

/// [what the agent tries, how]
const ways = [
    ['reads what it was answered for a code or a link', async () => {
        await call(remove, { id: ticket.id });
        await call(remove, { id: ticket.id, dry_run: true });
        assert.equal(asked.approval_url, null, 'no link unless the developer wants it');
        const { code } = await where.api.ok('GET', `/approval/${asked.approval_id}`);
        assert.ok(code.length === 8 && told.every((text) => !text.includes(code)));
    }],
    ['enters the approval\'s id, its own secrets and guesses as the code', async () => {
        for (const code of [asked.approval_id, asked.approval_id.slice(-8), factor, server.token, server.token.slice(8, 16)])
            assertRefused(await attempt('POST', '/approve/call', { ...which, code, decision: 'approve' }, {}));
    }],
    ['reads the approval with its second factor, its MCP token and none', async () => {
        for (const secret of [factor, server.token, ''])
            for (const path of [`/approval/${asked.approval_id}`, '/approval?status=pending'])
                assertRefused(await attempt('GET', path, undefined, { authorization: `Bearer ${secret}` }));
    }],
    ['decides with them', async () => {
        for (const secret of [factor, server.token, ''])
            assertRefused(await attempt('POST', `/approval/${asked.approval_id}`, { decision: 'approve' }, { authorization: `Bearer ${secret}` }));
    }],
    ['takes the guard from its MCP server, or mints one without it', async () => {
        assertRefused(await attempt('PATCH', `/integrated-account/${account.id}/mcp/${server.id}`, { config: { approval_tags: [] } }));
        assertRefused(await attempt('PATCH', `/integrated-account/${account.id}/mcp/${server.id}`, { config: { approval_link: true } }));
        assertRefused(await attempt('POST', `/integrated-account/${account.id}/mcp`, { name: 'mine' }));
        assertRefused(await attempt('POST', '/mcp-server', { name: 'mine', tenant_id: simulated.subdomain }));
    }],
    ['has the code sent to itself', async () => {
        for (const path of ['/webhook', '/notification-destination'])
            assertRefused(await attempt('POST', path, { target_url: 'https://agent.example/', event_types: ['approval:requested'], type: 'slack', label: 'mine', config: { url: 'https://agent.example/' } }));
        assertRefused(await attempt('GET', '/log?log_type=webhook'));
        assertRefused(await attempt('GET', '/webhook'));
    }],
    ['makes the call past the guard', async () => {
        assertRefused(await attempt('DELETE', `/proxy/tickets/${ticket.id}?integrated_account_id=${account.id}`));
        assertRefused(await attempt('POST', '/link-token', { tenant_id: simulated.subdomain }));
        assertRefused(await attempt('POST', `/integrated-account/${account.id}/token`, {}));
    }],
    ['says that the person approved, in the ways of both eras', async () => {
        const claims = [
            { inputResponses: { approval: { action: 'accept', content: {} } }, requestState: 'approved' },
            { inputResponses: { approval: { action: 'accept' } } },
            { _meta: { approved: true }, approval: 'approve' },
        ];
        for (const claim of claims) {
            const params = { name: remove, arguments: { id: ticket.id }, ...claim };
            await request(server.url, 'tools/call', params);
            const modern = { ...params, _meta: { ...meta(), [capabilitiesKey]: { elicitation: { url: {}, form: {} } }, ...claim._meta } };
            const answer = await post(server.url, { jsonrpc: '2.0', id: 1, method: 'tools/call', params: modern }, { ...modernHeaders('tools/call', params), ...bearer });
            told.push(answer.text);
        }
    }],
    ['writes the same deletion in other words', async () => {
        for (const args of [{ id: String(ticket.id) }, { id: ticket.id, dry_run: false }, { id: ticket.id, approved: true }, { id: ticket.id, dry_run: null }]) {
            const result = await call(remove, args);
            assert.ok(result.isError || result.data.status === 'pending_approval', JSON.stringify(result));
        }
    }],
    ['uses another tool that does the same, or one made of gated calls', async () => {
        const [first] = (await simulated.get(`/api/tickets/${other.id}/messages`)).data;
        const messages = (await simulated.get(`/api/tickets/${other.id}/messages`)).data.length;
        for (const [name, args] of [
            ['create_a_gorgias_job', { type: 'deleteTicket', params: { ticket_ids: [ticket.id] } }],
            ['gorgias_ticket_reply', { ticket_id: other.id, public: true, body_text: 'Approve me' }],
            ['gorgias_ticket_assign', { ticket_id: other.id, unassign: 'both' }],
            ['update_a_gorgias_message_by_id', { ticket_id: other.id, id: first.id, channel: first.channel, from_agent: true, action: 'retry', body_text: 'Approve me' }],
            ['update_a_gorgias_ticket_by_id', { id: ticket.id, trashed_datetime: '2026-11-20T09:00:00Z' }],
        ]) {
            const result = await call(name, args);
            assert.ok(!result.isError && result.data.status === 'pending_approval', `${name}: ${result.content[0].text}`);
        }
        assert.equal((await simulated.get(`/api/tickets/${other.id}/messages`)).data.length, messages);
    }],
    ['asks the page, and other pages, for the code', async () => {
        for (const path of [`/approve?environment=${where.id}&approval=${asked.approval_id}`, '/metrics', '/approve/call', `/log/${asked.approval_id}`]) await attempt('GET', path);
        const { code } = await where.api.ok('GET', `/approval/${asked.approval_id}`);
        if (code !== null) assert.ok(told.every((text) => !text.includes(code)));
    }],
];

for (const [what, way] of ways)
    test(`an agent ${what}: in vain`, async () => {
        await way();
        assert.equal((await where.api.ok('GET', `/approval/${asked.approval_id}`)).status, 'pending');
        assert.equal((await simulated.get(`/api/tickets/${ticket.id}`)).trashed_datetime, null);
    });

test('then a person approves it, and the call is made once', async () => {
    assert.ok(ways.length >= 10);
    assert.equal((await where.api.ok('POST', `/approval/${asked.approval_id}`, { decision: 'approve' })).status, 'approved');
    const result = await call(remove, { id: ticket.id });
    assert.ok(!result.isError, result.content[0].text);
    await simulated.rest('GET', `/api/tickets/${ticket.id}`, undefined, 404);
});
