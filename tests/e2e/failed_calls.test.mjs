// A failed call of each kind is one line of the log, found by its `x-request-id`, with the reason and whose fault it is.
import assert from 'node:assert/strict';

import { send } from './support/exchange.mjs';
import { legacy } from './support/mcp.mjs';
import { connect, environment, startApi } from './support/product.mjs';
import { eventually, file, test } from './support/test.mjs';

const own = await startApi(file, { simulator: true, settings: { SLUICE_VENDOR_FIRST_BYTE_LIMIT: '1s' } });
const where = await environment('failed-calls', own);
const account = await connect(file, where);
const { simulated } = account;
const server = await account.mint({ methods: ['read'] });
const match = 'GET /api/tickets';
const list = 'list_all_gorgias_tickets';

let count = 0;
/// The lines of a request that says `message`, once the log has one.
async function lineOf(message, request) {
    const id = `failed-call-${(count += 1)}`;
    const exchange = await request({ 'x-request-id': id });
    assert.equal(exchange.headers['x-request-id'], id);
    const lines = () => own.log().split('\n').filter((line) => line.includes(`"${id}"`)).map((line) => JSON.parse(line));
    const found = () => lines().filter((line) => line.message === message);
    await eventually(`the log has "${message}" of ${id}`, 5, () => found().length > 0);
    assert.equal(found().length, 1);
    const [line] = found();
    assert.equal(line.level, 'warning');
    for (const secret of [simulated.apiKey, server.url.split('/').at(-1), where.api.token])
        assert.ok(!JSON.stringify(lines()).includes(secret), 'no secret');
    return line;
}
const tool = (args, name = list) => (headers) => legacy(server.url, 'tools/call', { name, arguments: args }, { headers });
const proxy = (path) => (headers) =>
    send('GET', `${own.url}/proxy/${path}`, { headers: { authorization: `Bearer ${where.api.token}`, ...headers } });
const tickets = proxy(`tickets?integrated_account_id=${account.id}`);

test('refused by us: the line of the request has the text', async () => {
    const line = await lineOf('request', proxy(`tickets?integrated_account_id=${account.id}&limit=many`));
    assert.equal(line.status, 400);
    assert.match(line.error, /limit/);
});

test('a tool that the MCP server hides, and arguments that are wrong', async () => {
    const hidden = await lineOf('MCP request failed', tool({ subject: 'x' }, 'create_a_gorgias_ticket'));
    assert.match(hidden.error, /create_a_gorgias_ticket/);
    const wrong = await lineOf('MCP request failed', tool({ limit: 'many' }));
    assert.match(wrong.error, /limit/);
    for (const line of [hidden, wrong]) {
        assert.equal(line.fault, 'caller');
        assert.equal(line.mcp_server_id, server.id);
        assert.equal(line.vendor_status, 0);
    }
});

/// [what, what the simulator does, whose fault, the vendor's status, the text]
const failures = [
    ['refused by the vendor', { status: 422, body: { error: { msg: 'Unprocessable' } }, headers: { 'x-request-id': 'vendor-7' } }, 'caller', 422, /Unprocessable/],
    ['throttled', { status: 429, body: { error: { msg: 'Slow down.' } }, headers: { 'retry-after': '1' } }, 'vendor', 429, /Slow down/],
    ['failed at the vendor', { status: 500, body: { error: { msg: 'Something broke.' } } }, 'vendor', 500, /Something broke/],
    ['timed out', { hang: true }, 'vendor', 0, /did not answer/],
];
for (const [what, fault, whose, status, says] of failures)
    for (const [by, request] of [['REST', tickets], ['MCP', tool({ limit: 1 })]])
        test(`${what}, ${by}`, async () => {
            await simulated.clearFaults();
            await simulated.fault({ match, ...fault });
            const line = await lineOf('vendor call failed', request);
            assert.deepEqual([line.fault, line.vendor_status], [whose, status]);
            assert.match(line.error, says);
            assert.equal(line.vendor_request_id, fault.headers?.['x-request-id'] ?? line.vendor_request_id);
            assert.equal(line.integration, 'gorgias');
            assert.equal(line.method, 'tickets.list');
            assert.equal(line.tenant_id, simulated.subdomain);
            assert.equal(line.integrated_account_id, account.id);
            if (by === 'MCP') assert.deepEqual([line.mcp_server_id, line.tool], [server.id, list]);
            assert.ok(line.log_id.startsWith('log_'));
            await simulated.clearFaults();
        });

test('the vendor is down', async () => {
    const gone = await environment('failed-calls, gone', own);
    await gone.api.ok('PATCH', `/environment-integration/${gone.installation}`, {
        override: { base_url: 'https://nowhere.invalid/{{context.subdomain}}' },
    });
    const { id } = await gone.api.ok('POST', '/integrated-account', {
        tenant_id: 'x',
        environment_integration_id: gone.installation,
        authentication_method: 'api_key',
        context: { subdomain: 'acme', email: 'kim@acme.example', api_key: 'k' },
        verify: false,
    });
    const request = (headers) =>
        send('GET', `${own.url}/proxy/tickets?integrated_account_id=${id}`, { headers: { authorization: `Bearer ${gone.api.token}`, ...headers } });
    const line = await lineOf('vendor call failed', request);
    assert.equal(line.vendor_status, 0);
    assert.match(line.error, /nowhere\.invalid/);
});

test('an account whose credentials are dead', async () => {
    await simulated.fault({ kind: 'reject_credentials' });
    const line = await lineOf('vendor call failed', tickets);
    assert.deepEqual([line.fault, line.vendor_status], ['account', 401]);
});
