// GET /live: pages hear of what changed, on whatever replica, and of nothing else.
import assert from 'node:assert/strict';

import { Api } from './support/api.mjs';
import { cli, connect, main, mainEnvironment, startApi } from './support/product.mjs';
import { eventually, file, test } from './support/test.mjs';

const where = await mainEnvironment();
const other = await startApi(file);

/// A stream with what it has told so far.
async function open(t, url, token) {
    const gone = new AbortController();
    t.after(() => gone.abort());
    const answer = await fetch(new URL('/live', url), { headers: { authorization: `Bearer ${token}` }, signal: gone.signal });
    assert.equal(answer.status, 200);
    const stream = { text: '', isOver: false };
    const read = async () => {
        for await (const piece of answer.body.pipeThrough(new TextDecoderStream())) stream.text += piece;
        stream.isOver = true;
    };
    read().catch(() => {});
    await eventually('the stream is open', 10, async () => stream.text.startsWith(': '));
    return stream;
}

test('a change is told at once, on every replica, without what was changed', async (t) => {
    const account = await connect(t, where, { tickets: 1 });
    const streams = [await open(t, main.url, where.api.token), await open(t, other.url, where.api.token)];
    await where.api.ok('PATCH', `/integrated-account/${account.id}`, { region: 'secret-region' });
    const told = `event: change\ndata: {"kind":"integrated_account","id":"${account.id}"}\n\n`;
    for (const stream of streams) await eventually('the change', 10, async () => stream.text.includes(told));
    await account.proxy.get('/tickets', { limit: 1 });
    for (const stream of streams) await eventually('the call', 10, async () => stream.text.includes('event: calls\ndata: {}\n\n'));
    assert.ok(streams.every(({ text }) => !text.includes('secret-region')));
});

test('another environment hears nothing of it', async (t) => {
    const name = `live-${Date.now()}`;
    await cli('environment', 'create', name, '--team', 'demo');
    const { token } = await cli('api-token', 'create', 'live', '--team', 'demo', '--environment', name);
    const [ours, theirs] = [await open(t, main.url, where.api.token), await open(t, main.url, token)];
    const account = await connect(t, where, { tickets: 1 });
    await account.proxy.get('/tickets', { limit: 1 });
    await eventually('the call', 10, async () => ours.text.includes('event: calls'));
    const webhook = await new Api(main.url, token).ok('POST', '/webhook', { target_url: 'https://receiver.example/' });
    await eventually('its own change', 10, async () => theirs.text.includes(`"id":"${webhook.id}"`));
    assert.equal(theirs.text.replaceAll(': \n\n', ''), `event: change\ndata: {"kind":"webhook","id":"${webhook.id}"}\n\n`);
});

test('the stream of a token that was revoked ends', async (t) => {
    const { id, token } = await cli('api-token', 'create', `live-${Date.now()}`, '--team', 'demo', '--environment', 'development');
    const stream = await open(t, other.url, token);
    await cli('api-token', 'revoke', id, '--team', 'demo', '--environment', 'development');
    await eventually('the end', 10, async () => stream.isOver);
});
