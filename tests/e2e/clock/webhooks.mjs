// Events reach the developer: signed, once more after a failure, again on request.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';

import { advance, now } from '../support/clock.mjs';
import { connect, environment, main } from '../support/product.mjs';
import { defer, eventually, file, test } from '../support/test.mjs';

/// A receiver of webhooks: what came in, and what to answer.
class Receiver {
    received = [];
    answers = [];
    static async start(scope, port) {
        const receiver = new Receiver();
        const server = createServer((request, response) => {
            let body = '';
            request.on('data', (part) => (body += part));
            request.on('end', () => {
                receiver.received.push({ headers: request.headers, body, json: JSON.parse(body) });
                response.statusCode = receiver.answers.shift() ?? 204;
                response.end();
            });
        });
        await new Promise((done) => server.listen(port, '127.0.0.1', done));
        defer(scope, () => server.close());
        receiver.url = `http://127.0.0.1:${server.address().port}/hook`;
        return receiver;
    }
    events = (type) => this.received.filter(({ json }) => !type || json.event === type);
}

// The address that deploy/local/up --allow was started with.
const receiver = await Receiver.start(file, Number(new URL(`http://${main.allow}`).port));
const where = await environment('webhooks');
const { api } = where;
for (const { id } of await api.all('/webhook')) await api.ok('DELETE', `/webhook/${id}`);
const webhook = await api.ok('POST', '/webhook', { target_url: receiver.url });

const verify = ({ headers, body }, secret) => {
    assert.equal(headers['x-sluice-signature'], `format=sha256,v=${createHmac('sha256', secret).update(body).digest('hex')}`);
    const text = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    assert.ok(headers['webhook-signature'].split(' ').includes(`v1,${createHmac('sha256', key).update(text).digest('base64')}`));
    assert.ok(Math.abs(now() / 1000 - Number(headers['webhook-timestamp'])) < 60);
};
const delivered = (type, count = 1) =>
    eventually(`${type} is delivered`, 10, () => (receiver.events(type).length >= count ? receiver.events(type) : undefined));

test('the life of an account, signed both ways', async (t) => {
    const account = await connect(t, where);
    const [created] = await delivered('integrated_account:created');
    assert.equal(created.json.payload.id, account.id);
    assert.equal(created.json.webhook_id, webhook.id);
    assert.equal(created.headers['webhook-id'], created.json.id);
    verify(created, webhook.secret);
    await delivered('integrated_account:active');
    await account.die();
    const [dead] = await delivered('integrated_account:authentication_error');
    assert.equal(dead.json.payload.status, 'needs_reauth');
    assert.equal(dead.json.payload.last_error.type, 'authentication_error');
    await account.simulated.clearFaults();
    await api.ok('PATCH', `/integrated-account/${account.id}/credentials`, { context: { api_key: account.simulated.apiKey } });
    await delivered('integrated_account:reactivated');
    for (const { body } of receiver.received) assert.ok(!body.includes(account.simulated.apiKey), 'no secret');
    await api.ok('DELETE', `/integrated-account/${account.id}`);
    const [deleted] = await delivered('integrated_account:deleted');
    assert.deepEqual(deleted.json.payload, { id: account.id });
});

test('a failure is tried again after pauses that grow, under the same id, and logged', async () => {
    receiver.answers = [500, 500];
    const before = receiver.events('test').length;
    const { event_id } = await api.ok('POST', '/webhook/test', { id: webhook.id });
    const log = () => api.all(`/log?log_type=webhook&event_id=${event_id}`);
    const logged = (count) => eventually(`attempt ${count}`, 10, async () => (await log()).length === count, 20);
    await logged(1);
    await advance(7);
    await logged(2);
    await advance(20);
    assert.equal((await log()).length, 2);
    await advance(17);
    await logged(3);
    assert.deepEqual(receiver.events('test').slice(before).map(({ json }) => json.id), [event_id, event_id, event_id]);
    assert.deepEqual((await log()).map(({ attempt, http_status_code }) => [attempt, http_status_code]), [[3, 204], [2, 500], [1, 500]]);
});

test('what happens to one account arrives in its order, whatever fails in between', async (t) => {
    const account = await connect(t, where);
    await eventually('it is quiet', 10, () => receiver.events('integrated_account:active').some(({ json }) => json.payload.id === account.id));
    receiver.answers = [500];
    const before = receiver.received.length;
    const names = Array.from({ length: 12 }, (_, i) => `tenant-${i}`);
    for (const tenant_id of names) await api.ok('PATCH', `/integrated-account/${account.id}`, { tenant_id });
    await eventually('the first failure', 10, () => receiver.received.length > before, 20);
    await advance(7);
    const updates = await eventually('all have come', 20, () => {
        const own = receiver.received.slice(before).filter(({ json }) => json.payload.id === account.id);
        return own.length > names.length ? own : undefined;
    });
    assert.deepEqual(updates.map(({ json }) => json.payload.tenant_id), [names[0], ...names], 'the first one twice');
    await api.ok('DELETE', `/integrated-account/${account.id}`);
    await eventually('its end', 10, () => receiver.received.at(-1).json.event === 'integrated_account:deleted');
});

test('replay: one event, and a span of time, under the ids they had', async () => {
    const [{ json: original }] = receiver.events('integrated_account:created');
    const before = receiver.received.length;
    await api.ok('POST', `/webhook/${webhook.id}/replay`, { event_id: original.id });
    await eventually('it comes again', 10, () => receiver.received.length > before);
    assert.deepEqual(receiver.received.at(-1).json, original);
    const { deliveries } = await api.ok('POST', `/webhook/${webhook.id}/replay`, { from: original.created_at });
    assert.ok(deliveries >= 4);
    await eventually('all come again', 15, () => receiver.received.length >= before + 1 + deliveries);
});

test('event_types filter; an inactive webhook gets nothing', async (t) => {
    await api.ok('PATCH', `/webhook/${webhook.id}`, { event_types: ['integrated_account:deleted'] });
    const before = receiver.received.length;
    const account = await connect(t, where);
    await api.ok('DELETE', `/integrated-account/${account.id}`);
    await eventually('the one event', 10, () => receiver.received.length > before);
    assert.deepEqual(receiver.received.slice(before).map(({ json }) => json.event), ['integrated_account:deleted']);
    await api.ok('PATCH', `/webhook/${webhook.id}`, { event_types: [], is_active: false });
    const off = await connect(t, where);
    await api.ok('DELETE', `/integrated-account/${off.id}`);
    await api.ok('PATCH', `/webhook/${webhook.id}`, { is_active: true });
    await api.ok('POST', '/webhook/test', { id: webhook.id });
    await eventually('the test', 10, () => receiver.received.at(-1).json.event === 'test');
    assert.ok(!receiver.received.some(({ json }) => json.payload.id === off.id));
});

test('two secrets while one is rotated', async () => {
    const { secret } = await api.ok('POST', `/webhook/${webhook.id}/rotate-secret`, {});
    assert.notEqual(secret, webhook.secret);
    const before = receiver.events('test').length;
    await api.ok('POST', '/webhook/test', { id: webhook.id });
    const last = (await delivered('test', before + 1)).at(-1);
    verify(last, secret);
    assert.equal(last.headers['webhook-signature'].split(' ').length, 2);
    const shown = await api.get(`/webhook/${webhook.id}`);
    assert.ok(!shown.text.includes('whsec_'));
});

for (const target_url of ['http://169.254.169.254/x', 'http://127.0.0.1:1/', 'https://10.0.0.1/', 'ftp://a.example', 'x', 'http://a.example/', 'https://1.2.3.4%20.example/'])
    test(`target_url ${target_url} is refused`, async () => {
        const refused = await api.post('/webhook', { target_url });
        assert.equal(refused.status, 400);
        assert.deepEqual(refused.json.details.failures.map(({ path }) => path), ['target_url']);
    });
