// The manners of the stand-in vendor, as its control endpoint sets them: how an answer is sent.
import assert from 'node:assert/strict';
import http from 'node:http';
import { gunzipSync } from 'node:zlib';

import { main } from './support/product.mjs';
import { eventually, file, test } from './support/test.mjs';

const account = await main.simulator.addAccount({});
const authorization = `Basic ${Buffer.from(`${account.email}:${account.apiKey}`).toString('base64')}`;

/// Answers whose end is told, not answers that end with the connection: those cannot be cut.
const agent = new http.Agent({ keepAlive: true });
file.after(() => agent.destroy());

/// An answer as it comes: what came ahead of it, its pieces and how it ended.
function ask() {
    const answer = { interim: [], pieces: [], begun: performance.now() };
    const request = http.get(`${main.simulator.url}/${account.subdomain}/api/account`, { headers: { authorization }, agent });
    request.on('information', ({ statusCode }) => answer.interim.push(statusCode));
    request.on('response', (response) => {
        Object.assign(answer, { status: response.statusCode, headers: response.headers, after: performance.now() - answer.begun });
        response.on('data', (piece) => answer.pieces.push(piece));
        response.on('end', () => (answer.ended = 'whole'));
        response.on('error', () => (answer.ended = 'cut'));
    });
    request.on('error', () => (answer.ended ??= 'failed'));
    answer.request = request;
    return answer;
}
async function asked(manner) {
    await account.fault({ match: 'GET /api/account', ...manner });
    const answer = ask();
    await eventually('the end', 10, () => answer.ended, 10);
    answer.body = Buffer.concat(answer.pieces);
    return answer;
}
const plain = await asked({ status: 200, body: { id: 7 } });
assert.equal(plain.body.toString(), '{"id":7}');

test('interim answers go first', async () => {
    const { interim, status, ended } = await asked({ interim: [103, 102, 103] });
    assert.deepEqual([interim, status, ended], [[103, 102, 103], 200, 'whole']);
});

test('an answer is delayed', async () => {
    const { status, after } = await asked({ delay_ms: 400 });
    assert.equal(status, 200);
    assert.ok(after >= 400, `${after} ms`);
});

test('an answer trickles', async () => {
    const { pieces, body } = await asked({ status: 200, body: 'abcdefg', trickle_bytes: 3, trickle_ms: 30 });
    assert.deepEqual([pieces.map(String), body.toString()], [['abc', 'def', 'g'], 'abcdefg']);
});

test('an answer is cut off', async () => {
    const { status, body, ended } = await asked({ status: 200, body: 'abcdefg', cut_after: 4 });
    assert.deepEqual([status, body.toString(), ended], [200, 'abcd', 'cut']);
});

test('an answer is compressed, whatever is asked for', async () => {
    const { headers, body } = await asked({ status: 200, body: { id: 7 }, encoding: 'gzip' });
    assert.equal(headers['content-encoding'], 'gzip');
    assert.equal(gunzipSync(body).toString(), '{"id":7}');
});

test('a call hangs, and others do not', async () => {
    await account.fault({ match: 'GET /api/account', hang: true });
    const calls = async () => (await account.state()).operations['GET /api/account'];
    const before = await calls();
    const hanging = ask();
    await eventually('the call', 3, async () => (await calls()) > before, 10);
    const { status } = await asked({ status: 200 });
    assert.equal(status, 200);
    assert.equal(hanging.status, undefined);
    hanging.request.destroy();
});
