// Answers that their clients do not read: what they take, and of whom.
import assert from 'node:assert/strict';
import { connect as openSocket } from 'node:net';

import { send } from './support/exchange.mjs';
import { post } from './support/mcp.mjs';
import { connect, environment, mainEnvironment, startApi } from './support/product.mjs';
import { eventually, file, test } from './support/test.mjs';

const where = await mainEnvironment();
const account = await connect(file, where);
const { url } = await account.mint();
const old = { 'mcp-protocol-version': '2025-03-26' };
const lists = (count) => Array.from({ length: count }, (_, id) => ({ jsonrpc: '2.0', id, method: 'tools/list' }));

test('a batch is answered as far as its answers are not too large', async () => {
    const answer = await post(url, lists(100), old);
    assert.equal(answer.status, 200);
    const answers = answer.json;
    assert.deepEqual(answers.map(({ id }) => id), lists(100).map(({ id }) => id), 'each message has its answer');
    const done = answers.filter(({ result }) => result).length;
    assert.ok(done > 10 && done < 100, `${done} were carried out`);
    for (const { error } of answers.slice(done)) assert.match(error.message, /not carried out/);
    assert.ok(answer.text.length < 5 * 1024 * 1024, `${answer.text.length} characters`);
});

test('an environment whose answers nobody reads is refused more of them, and no other is', async (t) => {
    const api = await startApi(t, { settings: { SLUICE_LIMITS_BODY_MEMORY: '64', SLUICE_LIMITS_BODY_MEMORY_SHARE: '16' } });
    const other = await environment('unread-other');
    const list = ({ token }) => send('GET', `${api.url}/integration`, { headers: { authorization: `Bearer ${token}` } });
    const { hostname, port, pathname } = new URL(url.replace(where.api.url, api.url));
    const body = JSON.stringify(lists(100));
    const sockets = [];
    const held = async () => {
        const { text } = await send('GET', `${api.management}/metrics`);
        return Number(text.match(/^sluice_http_unread_answer_bytes (\S+)/m)[1]);
    };
    /// The buffers of a connection may hold several answers, so each gets more than they hold.
    const begin = () => {
        const socket = openSocket({ host: hostname, port }).pause();
        socket.on('error', () => undefined);
        sockets.push(socket);
        const request =
            `POST ${pathname} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nmcp-protocol-version: 2025-03-26\r\n` +
            `content-length: ${body.length}\r\n\r\n${body}`;
        socket.write(request.repeat(8));
    };
    t.after(() => sockets.forEach((socket) => socket.destroy()));
    let refused;
    while (!refused && sockets.length < 20) {
        const before = await held();
        begin();
        // Those that are under way at once would be let in together, and counted only afterwards.
        await eventually('an answer that nobody reads', 20, async () => {
            const answer = await list(where);
            if (answer.status === 429) refused = answer;
            return refused || (await held()) > before + 1e6;
        }, 50);
    }
    assert.ok(refused, `${sockets.length} answers that nobody reads were allowed`);
    assert.match(refused.json.message, /clients that do not read them/);
    assert.equal(refused.headers['retry-after'], '1');
    assert.equal((await list(other)).status, 200);
    const bytes = await held();
    assert.ok(bytes > 8e6 && bytes < 64e6, `${bytes} bytes are counted`);

    sockets.forEach((socket) => socket.destroy());
    await eventually('room', 10, async () => (await list(where)).status === 200, 10);
});
