// SIGTERM of the worker and of an api while they refresh, answer streams, call vendors and deliver: nothing that was taken
// is lost or made twice, and no account is hurt.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort } from '../e2e/support/ports.mjs';
import { send } from '../e2e/support/exchange.mjs';
import { eventually, file, sleep, test } from '../e2e/support/test.mjs';
import { Customer } from './support/connecting.mjs';
import { isSmall, optionsOver } from './support/options.mjs';
import { slowly } from './support/slow.mjs';
import { stage } from './support/stage.mjs';

const { rounds } = optionsOver({ rounds: isSmall ? 4 : 50 });
const scopes = ['account:read', 'tickets:read', 'tickets:write', 'offline'];

// The receiver of webhooks: takes 300 ms, keeps the ids.
const received = [];
const receiver = createServer(async (request, response) => {
    for await (const part of request) void part;
    received.push(request.headers['webhook-id']);
    setTimeout(() => response.writeHead(200).end(), 300);
});
const receiverPort = await freePort();
await new Promise((done) => receiver.listen(receiverPort, '127.0.0.1', done));
file.after(() => receiver.close());

const vendorPort = await freePort();
const { product, worker, apiOf } = await stage({ allow: [`127.0.0.1:${vendorPort}`, `127.0.0.1:${receiverPort}`] });
const where = await product.environment('shutdown');
const slow = await slowly(file, where.simulator.url, (method, path) =>
    path.endsWith('/oauth/token') ? 900 : method === 'POST' && path.endsWith('/api/tickets') ? 700 : 0, vendorPort);

/// Gorgias as a vendor that takes a refresh token once and revokes the connection when it comes again, and is slow.
async function install() {
    const directory = mkdtempSync(join(tmpdir(), 'sluice-fault-'));
    cpSync(join(import.meta.dirname, '../../libs/catalog/integrations/gorgias'), directory, { recursive: true });
    const manifest = readFileSync(join(directory, 'integration.yaml'), 'utf8');
    writeFileSync(join(directory, 'integration.yaml'),
        manifest.replace('name: gorgias', 'name: slowdesk').replace('reuse: tolerated', 'reuse: revokes'));
    await product.cli('integration', 'publish', directory, '--team', 'e2e');
    rmSync(directory, { recursive: true });
    const [slowdesk] = (await where.api.ok('GET', '/integration?name=slowdesk')).result;
    const override = { ...product.overrideFor(where.simulator), base_url: `${slow.url}/{{context.subdomain}}` };
    const { id } = await where.api.ok('POST', '/environment-integration', { integration_id: slowdesk.id, override });
    await where.api.ok('PATCH', `/environment-integration/${id}`, { override });
    return id;
}
const installation = await install();

async function account() {
    const simulated = await where.simulator.addAccount({ tickets: 1 });
    await simulated.control('/oauth', { rotate_refresh_tokens: true });
    const { access_token, refresh_token } = await simulated.tokens({ scopes });
    const expires_at = new Date(Date.now() + 86_400_000).toISOString();
    const { id } = await where.api.ok('POST', '/integrated-account', {
        verify: false,
        tenant_id: simulated.subdomain,
        environment_integration_id: installation,
        authentication_method: 'oauth2',
        context: { subdomain: simulated.subdomain, oauth: { token: { access_token, refresh_token, expires_at } } },
    });
    const { token } = await where.api.ok('POST', `/integrated-account/${id}/mcp`, { name: 'shutdown' });
    return { id, token, simulated };
}

const createTicket = (id, text) => ({
    ...{ jsonrpc: '2.0', id, method: 'tools/call' },
    params: {
        name: 'create_a_slowdesk_ticket',
        arguments: { channel: 'email', via: 'api', subject: text, messages: [{ channel: 'email', via: 'api', from_agent: false, sender: { email: 'c@x.example' }, body_text: text }] },
    },
});
const json = { 'content-type': 'application/json' };

/// The answers that come down a stream of MCP 2024-11-05; `post` sends a message for it.
async function openStream(url) {
    const answers = [];
    let endpoint;
    const response = await fetch(`${url}/sse`, { headers: { accept: 'text/event-stream' } });
    const reading = (async () => {
        let text = '';
        try {
            for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
                text += part;
                for (let end; (end = text.search(/\r?\n\r?\n/)) >= 0; text = text.slice(end).trimStart()) {
                    const data = text.slice(0, end).match(/^data: ?(.*)$/m)?.[1];
                    if (/^event: ?endpoint/m.test(text.slice(0, end))) endpoint = data;
                    else if (data) answers.push(JSON.parse(data));
                }
            }
        } catch {
            // It was cut: what has come counts.
        }
    })();
    await eventually('the stream says where to post', 5, () => endpoint, 10);
    return { answers, reading, post: (body) => send('POST', new URL(endpoint, url).href, { headers: json, body }) };
}

test(`${rounds} times SIGTERM of worker and api under work`, async (t) => {
    const webhook = await where.api.ok('POST', '/webhook', { target_url: `http://127.0.0.1:${receiverPort}/` });
    const accounts = await Promise.all(Array.from({ length: 6 }, account));
    // The vendor knows the address of the first one.
    const replica = await apiOf('replica', { SLUICE_PUBLIC_URL: where.api.url });
    let [made, streamed, connected, longest] = [0, 0, 0, 0];
    for (let round = 0; round < rounds; ++round) {
        await replica.start();
        const url = (each) => `${replica.url}/mcp/${each.token}`;
        const [forCall, forStream, ...forRefresh] = accounts;
        const stream = await openStream(url(forStream));
        // A refused access token makes the call renew it; the worker renews what is due.
        const refreshes = forRefresh.map(async (each, index) => {
            if (index % 2) {
                await product.makeDue('account_refresh', each.id).catch(() => {});
                return undefined;
            }
            return send('POST', `${replica.url}/integrated-account/refresh-credentials`, {
                headers: { ...json, authorization: `Bearer ${where.token}` }, body: { id: each.id } });
        });
        const call = send('POST', url(forCall), { headers: json, body: createTicket(1, `call ${round}`) });
        const posted = stream.post(createTicket(2, `stream ${round}`));
        const desk = await where.simulator.addAccount({ tickets: 1 });
        const { link_token } = await where.api.ok('POST', '/link-token', { tenant_id: desk.subdomain });
        const customer = new Customer(link_token);
        const connection = await customer.begin(replica.url, {
            ...{ environment_integration_id: installation, authentication_method: 'oauth2', context: { subdomain: desk.subdomain } },
        });
        const back = customer.comeBack(replica.url, connection);
        const tested = where.api.ok('POST', '/webhook/test', { id: webhook.id });
        assert.ok((await posted).status < 300);
        await tested;
        await sleep(Math.random() * 600);
        const [apiEnd, workerEnd] = await Promise.all([replica.stop(), worker.stop()]);
        longest = Math.max(longest, apiEnd.seconds, workerEnd.seconds);
        assert.equal(apiEnd.code, 0, 'the api has ended well');
        assert.equal(workerEnd.code, 0, 'the worker has ended well');

        const answer = await call;
        assert.equal(answer.status, 200);
        assert.ok(!answer.json.result.isError, `the call under way is answered: ${answer.text.slice(0, 300)}`);
        made += 1;
        assert.ok((await back).status < 400);
        assert.equal((await where.api.ok('GET', `/connection/${connection.id}`)).status, 'active', 'who came back is connected');
        connected += 1;
        await stream.reading;
        assert.equal(stream.answers.length, 1, 'the call under way is answered on its stream');
        assert.ok(!stream.answers[0].result.isError);
        streamed += 1;
        for (const refresh of await Promise.all(refreshes)) if (refresh) assert.equal(refresh.status, 200, refresh.text);
        await worker.start();
        for (const each of accounts) {
            const { status, last_error } = await where.api.ok('GET', `/integrated-account/${each.id}`);
            assert.equal(status, 'active', JSON.stringify(last_error));
        }
        await where.simulator.clock({ advance_s: 60 });
    }
    const states = await Promise.all(accounts.map(({ simulated }) => simulated.state()));
    const refreshes = states.reduce((sum, { refreshes: each }) => sum + each, 0);
    const reused = states.reduce((sum, { reused_refresh_tokens }) => sum + reused_refresh_tokens, 0);
    const tickets = slow.taken.filter((each) => /^POST .*\/api\/tickets$/.test(each)).length;
    await eventually('every event has arrived', 30, () => new Set(received).size >= rounds);
    const twice = received.length - new Set(received).size;
    t.diagnostic(`${rounds} rounds: ${made} calls and ${streamed} stream calls answered, ${connected} customers connected, ${tickets} tickets made, ${refreshes} refreshes, ` +
        `${reused} old refresh tokens seen, ${received.length} deliveries, ${twice} of them twice, longest end ${longest.toFixed(2)} s`);
    assert.equal(tickets, 2 * rounds, 'each write was made once');
    assert.equal(reused, 0);
    assert.ok(refreshes > 0);
    assert.equal(twice, 0, 'ended politely, nothing is delivered twice');
}, 60 + 15 * rounds);
