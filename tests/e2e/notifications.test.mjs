// Operators are told in their chat: above all, a person gets the code of a call that waits for approval, and the agent does not.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

import { assertRefused } from './support/api.mjs';
import { send } from './support/exchange.mjs';
import { callTool } from './support/mcp.mjs';
import { byCode, cli, connect, environment, inEnvironment, main, productLog } from './support/product.mjs';
import { defer, eventually, file, test } from './support/test.mjs';

/// A chat that answers as Slack's documentation of incoming webhooks says. Each path is a hook.
class Chat {
    #hooks = new Map();
    static async start(scope, port) {
        const chat = new Chat();
        const server = createServer((request, response) => {
            let body = '';
            request.on('data', (part) => (body += part));
            request.on('end', () => chat.#answer(request, body, response));
        });
        await new Promise((done) => server.listen(port, '127.0.0.1', done));
        defer(scope, () => {
            server.closeAllConnections();
            server.close();
        });
        chat.url = `http://127.0.0.1:${port}`;
        return chat;
    }
    /// A channel with a hook; `answers` are its next answers in place of what it would say.
    hook() {
        const secret = `planted${randomBytes(12).toString('hex')}abcd`;
        const path = `/services/T0001/B0001/${secret}`;
        const hook = { url: this.url + path, secret, messages: [], answers: [] };
        this.#hooks.set(path, hook);
        return hook;
    }
    #answer({ method, url, headers }, body, response) {
        const say = (status, text, more = {}) => response.writeHead(status, { 'content-type': 'text/html', ...more }).end(text);
        const hook = this.#hooks.get(url);
        if (method !== 'POST' || !hook) return say(404, 'no_service');
        const next = hook.answers.shift();
        if (next === 'hang') return undefined;
        if (next) return say(...next);
        const fault = faultOf(headers, body);
        if (fault) return say(400, fault);
        hook.messages.push({ body, json: JSON.parse(body), headers });
        return say(200, 'ok');
    }
}

/// What Slack refuses.
function faultOf(headers, body) {
    let message;
    try {
        message = JSON.parse(body);
    } catch {
        return 'invalid_payload';
    }
    if (headers['content-type'] !== 'application/json' || typeof message !== 'object') return 'invalid_payload';
    if (typeof message.text !== 'string' || message.text === '') return 'no_text';
    const isText = (given, most) => ['plain_text', 'mrkdwn'].includes(given?.type) && given.text.length > 0 && given.text.length <= most;
    const isBlock = {
        header: ({ text }) => isText(text, 150) && text.type === 'plain_text',
        section: ({ text, fields = [] }) =>
            (text ? isText(text, 3000) : fields.length > 0) && fields.length <= 10 && fields.every((each) => isText(each, 2000)),
        context: ({ elements }) => elements.length <= 10 && elements.every((each) => isText(each, 2000)),
    };
    const blocks = message.blocks ?? [];
    return blocks.length <= 50 && blocks.every((block) => isBlock[block.type]?.(block)) ? undefined : 'invalid_blocks';
}

assert.ok(main.allow, 'the product must be started with deploy/local/up --allow 127.0.0.1:PORT');
const chat = await Chat.start(file, Number(new URL(`http://${main.allow}`).port));
const where = await environment('notifications');
const { api } = where;
const path = '/notification-destination';
for (const { id } of await api.all(path)) await api.ok('DELETE', `${path}/${id}`);
const account = await connect(file, where, { tickets: 10 });
const { simulated } = account;
const tickets = (await simulated.get('/api/tickets?limit=10')).data;
const remove = 'delete_a_gorgias_ticket_by_id';
const isThere = async (id) => (await simulated.rest('GET', `/api/tickets/${id}`, undefined, [200, 404])).status === 200;

async function destination(t, hook, members = {}) {
    const made = await api.ok('POST', path, { type: 'slack', label: 'Operators', config: { url: hook.url }, ...members });
    defer(t, () => api.delete(`${path}/${made.id}`));
    return made;
}
const received = (hook, count = 1) =>
    eventually('the message', 20, () => (hook.messages.length >= count ? hook.messages : undefined));
/// What the agent is told of a call that waits.
async function ask(name = 'Triage agent', ticket = tickets.pop()) {
    const { url, token } = await account.mint({ approval_tags: ['deletes'] }, { name });
    const again = () => callTool(url, remove, { id: ticket.id });
    const { data } = await again();
    assert.equal(data.status, 'pending_approval');
    return { ...data, ticket, again, url, token };
}

test("an approval's code reaches the channel and not the agent, and a person decides with it", async (t) => {
    const hook = chat.hook();
    const made = await destination(t, hook);
    assert.match(made.id, /^dest_/);
    assert.deepEqual(made.event_types, ['approval:requested']);
    const asked = await ask();
    const [{ json, headers }] = await received(hook);
    const [, code] = json.text.match(/^Code: `(\w{8})`$/m);
    const [link] = json.text.match(/http\S+/);
    assert.ok(!JSON.stringify(asked).includes(code), 'the agent does not get it');
    assert.equal(asked.approval_url, null);
    assert.ok(link.includes(asked.approval_id));
    for (const part of ['`Triage agent`', '`Delete a ticket`', '`Gorgias`', `\`${simulated.subdomain}\``])
        assert.ok(json.text.includes(part), part);
    const [markup] = json.blocks.filter(({ text }) => text?.type === 'mrkdwn');
    assert.ok(markup.text.text.includes(code) && markup.text.text.includes(`<${link.replace('&', '&amp;')}|`));
    for (const name of Object.keys(headers)) assert.ok(!/signature|authorization/.test(name), name);

    const { searchParams } = new URL(link);
    const key = { environment_id: searchParams.get('environment'), approval_id: searchParams.get('approval'), code };
    assert.equal((await byCode(key)).json.call.mcp_server, 'Triage agent');
    assert.equal((await byCode(key, 'approve')).json.status, 'approved');
    assert.ok(await isThere(asked.ticket.id), 'approval alone does nothing');
    assert.ok((await asked.again()).isError !== true);
    assert.ok(!(await isThere(asked.ticket.id)));
    assert.equal(hook.messages.length, 1, 'told once, and of nothing else');
});

test('no text of others is a link, a mention or a line of its own', async (t) => {
    const hook = chat.hook();
    await destination(t, hook);
    await ask('<!channel> @everyone `x` <https://evil.example|Open the page>');
    const [{ body, json }] = await received(hook);
    for (const part of ['<!channel', '@everyone', '<https://evil']) assert.ok(!body.includes(part), part);
    assert.match(json.text, /MCP server: `&lt;!channel&gt; @\u200Beveryone 'x' &lt;https:/);
    assert.equal(json.text.match(/^Code: /gm).length, 1);
    const markup = JSON.stringify(json.blocks.filter(({ text }) => text?.type === 'mrkdwn'));
    assert.ok(!markup.includes('evil'), 'it stands only where there is no markup');
});

test('other events are told in a sentence, without secrets', async (t) => {
    const hook = chat.hook();
    await destination(t, hook, { event_types: [] });
    const other = await connect(t, where);
    const [{ json }] = await received(hook, 2);
    assert.match(json.text, new RegExp(`^The \`gorgias\` account of the tenant \`${other.simulated.subdomain}\` \\(\`${other.id}\`\\) `));
    await api.ok('DELETE', `/integrated-account/${other.id}`);
    await eventually('its end', 20, () => hook.messages.at(-1).json.text === `The account \`${other.id}\` was deleted.`);
    for (const { body } of hook.messages) assert.ok(!body.includes(other.simulated.apiKey));
});

const answers = [
    [[200, 'ok'], true, 'ok', /took the message/],
    [[400, 'invalid_payload'], false, 'invalid_payload', /must be an incoming webhook/],
    [[403, 'action_prohibited'], false, 'action_prohibited', /does not let Sluice post/],
    [[404, 'no_service'], false, 'no_service', /it was deleted/],
    [[410, 'channel_is_archived'], false, 'channel_is_archived', /archived/],
    [[429, 'rate_limited', { 'retry-after': '30' }], false, 'rate_limited', /no more messages for now/],
    [[500, 'rollup_error'], false, 'rollup_error', /a fault of its own/],
    [[302, '', { location: 'https://evil.example/' }], false, null, /redirect/],
    [[404, `<html>${'x'.repeat(300_000)}</html>`], false, null, /no such hook/],
];
for (const [answer, delivered, reason, says] of answers)
    test(`a test says what the receiver said: ${answer[0]} ${answer[1].slice(0, 20)}`, async (t) => {
        const hook = chat.hook();
        const { id } = await destination(t, hook, { is_active: false });
        hook.answers = [answer[0] === 200 ? undefined : answer];
        const told = await api.post(`${path}/${id}/test`, {});
        assert.equal(told.status, 200);
        const { json } = told;
        assert.deepEqual([json.delivered, json.http_status_code, json.reason], [delivered, answer[0], reason]);
        assert.match(json.message, says);
        assert.equal(json.retry_after_s, answer[2]?.['retry-after'] ? 30 : null);
        assert.ok(told.text.length < 1000 && !told.text.includes(hook.secret));
        assert.equal(hook.messages.length, delivered ? 1 : 0);
        assert.equal((await api.ok('GET', `${path}/${id}`)).is_active, false, 'a test changes nothing');
    });

test('a test of a receiver that hangs, or is not there, ends and says so', async (t) => {
    const hook = chat.hook();
    const { id } = await destination(t, hook);
    hook.answers = ['hang'];
    const started = Date.now();
    const hung = await api.ok('POST', `${path}/${id}/test`);
    assert.deepEqual([hung.delivered, hung.http_status_code], [false, null]);
    assert.match(hung.message, /did not answer in time/);
    assert.ok(Date.now() - started < 15_000);
    const url = `https://nowhere.invalid/services/${hook.secret}`;
    const { config } = await api.ok('PATCH', `${path}/${id}`, { config: { url } });
    assert.equal(config.url, 'https://nowhere.invalid/services/…/abcd');
    const absent = await api.post(`${path}/${id}/test`, {});
    assert.match(absent.json.message, /nowhere\.invalid/);
    assert.ok(!absent.text.includes(hook.secret));
});

test('a message waits as long as the chat asks, and the fault is shown until it is over', async (t) => {
    const hook = chat.hook();
    const { id } = await destination(t, hook);
    hook.answers = [[429, 'rate_limited', { 'retry-after': '1' }]];
    await ask();
    const row = () => api.ok('GET', `${path}/${id}`);
    const failed = await eventually('the first attempt', 15, async () => (await row()).last_error);
    assert.equal(failed.http_status_code, 429);
    assert.match(failed.message, /sent again/);
    await received(hook);
    await eventually('it is well again', 10, async () => (await row()).last_error === null);
    const log = await api.all(`/log?log_type=notification_destination&notification_destination_id=${id}`);
    assert.deepEqual(log.map(({ attempt, http_status_code }) => [attempt, http_status_code]), [[2, 200], [1, 429]]);
    assert.ok(log.every((entry) => entry.notification_destination_id === id && !('webhook_id' in entry)));
    assert.deepEqual(await api.all('/log?log_type=webhook'), []);
});

test('a channel that is archived is switched off; with another hook it goes on', async (t) => {
    const hook = chat.hook();
    const { id } = await destination(t, hook);
    hook.answers = [[410, 'channel_is_archived']];
    await ask();
    const off = await eventually('it is off', 15, async () => {
        const row = await api.ok('GET', `${path}/${id}`);
        return row.is_active ? undefined : row;
    });
    assert.match(off.last_error.message, /archived/);
    const other = chat.hook();
    const on = await api.ok('PATCH', `${path}/${id}`, { config: { url: other.url }, is_active: true });
    assert.deepEqual([on.is_active, on.last_error], [true, null]);
    await ask();
    await received(other);
    assert.equal(hook.messages.length, 0);
});

test('a message that the chat does not take is not sent again and keeps no other back', async (t) => {
    const hook = chat.hook();
    await destination(t, hook);
    hook.answers = [[400, 'invalid_payload']];
    await ask('First');
    await eventually('it was refused', 15, () => hook.answers.length === 0);
    await ask('Second');
    const [{ json }] = await received(hook);
    assert.match(json.text, /`Second`/);
});

test('the URL is shown nowhere, and kept sealed', async (t) => {
    const hook = chat.hook();
    const { id, config } = await destination(t, hook, { label: 'Secret' });
    assert.equal(config.url, `${chat.url}/services/…/abcd`);
    hook.answers = [[500, hook.url], [500, hook.url]];
    await ask();
    await eventually('it failed', 15, async () => (await api.ok('GET', `${path}/${id}`)).last_error);
    await api.post(`${path}/${id}/test`, {});
    assertRefused(await api.patch(`${path}/${id}`, { config: { url: `http://10.0.0.1/${hook.secret}` } }), 400, ['config.url']);
    assertRefused(await api.patch(`${path}/${id}`, { config }), 400, ['config.url']);
    for (const shown of [
        await api.get(path),
        await api.get(`${path}/${id}`),
        await api.get('/log?log_type=notification_destination'),
        await api.get('/webhook'),
        await api.patch(`${path}/${id}`, { config: { url: `http://10.0.0.1/${hook.secret}` } }),
        await send('GET', `${main.management}/metrics`),
    ])
        assert.ok(!shown.text.includes(hook.secret.slice(0, -4)));
    for (const name of ['api', 'worker']) assert.ok(!productLog(name).includes(hook.secret));
    await inEnvironment(
        where.id,
        `DO $$ BEGIN
            ASSERT EXISTS (SELECT FROM webhooks WHERE label = 'Secret'), 'it is there';
            ASSERT NOT EXISTS (SELECT FROM webhooks w WHERE w::text LIKE '%planted%'
                OR position('planted'::bytea IN sealed) > 0), 'in clear';
        END $$`,
    );
});

test('it is no webhook, and no webhook is one', async (t) => {
    const { id } = await destination(t, chat.hook());
    const webhook = await api.ok('POST', '/webhook', { target_url: 'https://receiver.example/', is_active: false });
    defer(t, () => api.delete(`/webhook/${webhook.id}`));
    assert.deepEqual((await api.all('/webhook')).map((each) => each.id), [webhook.id]);
    assert.deepEqual((await api.all(path)).map((each) => each.id), [id]);
    const [asWebhook, asDestination] = [id.replace('dest_', 'wh_'), webhook.id.replace('wh_', 'dest_')];
    for (const one of [`/webhook/${id}`, `/webhook/${asWebhook}`, `${path}/${webhook.id}`, `${path}/${asDestination}`])
        for (const method of ['GET', 'DELETE']) assert.equal((await api.send(method, one)).status, 404, one);
    for (const [one, body] of [
        [`/webhook/${asWebhook}/rotate-secret`, {}],
        [`/webhook/${asWebhook}/replay`, { from: '2001-01-01T00:00:00Z' }],
        ['/webhook/test', { id: asWebhook }],
        [`${path}/${asDestination}/test`, {}],
    ])
        assert.equal((await api.post(one, body)).status, 404, one);
});

test('no token that an agent or a customer may have reads, makes, changes, tests or deletes one', async (t) => {
    const hook = chat.hook();
    const thief = chat.hook();
    const made = await destination(t, hook);
    const { token: mcp } = await account.mint();
    const { integrated_account_token: ofAccount } = await api.ok('POST', '/integrated-account/token', { id: account.id });
    const { link_token: link } = await api.ok('POST', '/link-token', { tenant_id: 'x' });
    const { token: mcpOnly } = await cli(
        ...['api-token', 'create', `agent-${Date.now()}`, '--team', 'e2e', '--environment', 'notifications', '--mcp-only'],
    );
    const body = { type: 'slack', label: 'Thief', config: { url: thief.url } };
    for (const token of [mcp, ofAccount, link, mcpOnly])
        for (const [method, target, given] of [
            ['GET', path],
            ['POST', path, body],
            ['GET', `${path}/${made.id}`],
            ['PATCH', `${path}/${made.id}`, { config: body.config }],
            ['POST', `${path}/${made.id}/test`, {}],
            ['DELETE', `${path}/${made.id}`],
            ['GET', '/log?log_type=notification_destination'],
        ]) {
            const headers = { authorization: `Bearer ${token}`, ...(given && { 'content-type': 'application/json' }) };
            const { status, text } = await send(method, main.url + target, { headers, body: given });
            assert.equal(status, 401, `${method} ${target}`);
            assert.ok(!text.includes('services'));
        }
    assert.deepEqual(await api.ok('GET', `${path}/${made.id}`), made);
    assert.deepEqual((await api.all(path)).map(({ id }) => id), [made.id]);
    await ask();
    await received(hook);
    assert.deepEqual([hook.messages.length, thief.messages.length], [1, 0]);
});

test('what is missing or wrong is named, and email is told what is possible', async () => {
    assertRefused(await api.post(path, {}), 400, ['type', 'label', 'config']);
    const good = { type: 'slack', label: 'x', config: { url: chat.url } };
    const email = await api.post(path, { ...good, type: 'email', config: { to: 'a@b.example' } });
    assertRefused(email, 400, ['type', 'config.url', 'config.to']);
    assert.match(email.json.message, /must be slack: an incoming webhook of Slack/);
    assertRefused(await api.post(path, { ...good, event_types: ['approval:asked'] }), 400, ['event_types']);
    for (const url of ['http://169.254.169.254/x', 'http://127.0.0.1:1/', 'https://10.0.0.1/', 'ftp://a.example', 'x'])
        assertRefused(await api.post(path, { ...good, config: { url } }), 400, ['config.url']);
    assert.deepEqual(await api.all(path), []);
});
