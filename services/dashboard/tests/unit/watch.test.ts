import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer } from '../../src/link/api.ts';
import type { Connection } from '../../src/link/contract.ts';
import { failureOf, networkFailure } from '../../src/link/failure.ts';
import { watchConnection } from '../../src/link/watch.ts';

const connection = (status: Connection['status']): Answer<Connection> => ({
    ok: { id: 'conn_1', status, error: null, integration: 'gorgias', integrated_account_id: null },
});
const initiated = connection('initiated');

/** Time is what the pauses add up to. */
function watch(answers: Answer<Connection>[], window: (poll: number) => 'open' | 'closed' | 'none' = () => 'open') {
    const pauses: number[] = [];
    const closed: boolean[] = [];
    const stop = new AbortController();
    let polls = 0;
    const result = watchConnection({
        read: () => Promise.resolve(answers[Math.min(polls++, answers.length - 1)] ?? initiated),
        window: () => window(polls),
        pause: (milliseconds) => (pauses.push(milliseconds), Promise.resolve()),
        now: () => pauses.reduce((sum, pause) => sum + pause, 0),
        onClosed: (isClosed) => closed.push(isClosed),
        signal: stop.signal,
    });
    return { result, pauses, closed, stop, polls: () => polls };
}

test('asks each second until it is active', async () => {
    const { result, pauses, closed } = watch([initiated, initiated, connection('active')]);
    assert.equal((await result).end, 'active');
    assert.deepEqual(pauses, [1000, 1000]);
    assert.deepEqual(closed, []);
});

test('a failure at the vendor ends it', async () => {
    assert.equal((await watch([connection('failed')]).result).end, 'failed');
});

test('a window that has just come back is not one that was closed', async () => {
    const { result, closed } = watch([initiated, initiated, connection('active')], () => 'closed');
    assert.equal((await result).end, 'active');
    assert.deepEqual(closed, []);
});

test('a closed window is told, and asked for less often, because it may only have hidden itself', async () => {
    const answers = [...Array<Answer<Connection>>(6).fill(initiated), connection('active')];
    const { result, closed, pauses } = watch(answers, () => 'closed');
    assert.equal((await result).end, 'active');
    assert.deepEqual(closed, [true]);
    assert.deepEqual(pauses.slice(0, 4), [1000, 1000, 3000, 3000]);
});

test('a window opened again takes it back', async () => {
    const { result, closed } = watch([...Array<Answer<Connection>>(6).fill(initiated), connection('active')], (poll) =>
        poll > 4 ? 'open' : 'closed',
    );
    await result;
    assert.deepEqual(closed, [true, false]);
});

test('a network that comes back', async () => {
    const trouble = [{ failure: networkFailure }, { failure: failureOf(503, undefined) }, connection('active')];
    assert.equal((await watch(trouble).result).end, 'active');
});

test('a link that ends meanwhile', async () => {
    const watched = await watch([initiated, { failure: failureOf(401, undefined) }]).result;
    assert.equal(watched.end === 'failure' && watched.failure.kind, 'link');
});

test('after ten minutes it is over', async () => {
    const { result, polls } = watch([initiated], () => 'none');
    assert.equal((await result).end, 'expired');
    assert.equal(polls(), 600);
});

test('leaving stops it', async () => {
    const { result, stop } = watch([initiated]);
    stop.abort();
    assert.equal((await result).end, 'stopped');
});
