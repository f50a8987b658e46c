// The database hangs, is stopped, or loses a listener: cached accounts go on, nothing floods, everything recovers.
import assert from 'node:assert/strict';

import { send } from '../e2e/support/exchange.mjs';
import { eventually, file, sleep, test } from '../e2e/support/test.mjs';
import { isSmall } from './support/options.mjs';
import { database, stage } from './support/stage.mjs';

/// How long cached entries may serve while announcements are lost. Shorter than the default, so that it can pass here.
const staleSeconds = 12;
const goneSeconds = isSmall ? 10 : 60;
const { product, worker, api, apiOf } = await stage({ apiSettings: { SLUICE_CACHE_STALE_LIFETIME: `${staleSeconds}s` } });
const where = await product.environment('database');
const connected = await product.connect(file, where, { tickets: 1 });
const { token } = await connected.mint({ methods: ['read'] });
const tool = 'list_all_gorgias_tickets';

/// One call on a connection of its own, so that all threads of the replica are asked by turns.
async function call(replica = api) {
    const answer = await send('POST', `${replica.url}/mcp/${token}`, {
        headers: { 'content-type': 'application/json' },
        body: { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: tool, arguments: { limit: 1 } } },
        seconds: 20,
    });
    return answer.status === 200 && !answer.json.result?.isError ? undefined : `${answer.status} ${answer.text}`;
}

async function callsFor(seconds) {
    const failures = [];
    let [made, slowest] = [0, 0];
    for (const end = performance.now() + seconds * 1000; performance.now() < end; await sleep(100)) {
        const started = performance.now();
        if (made % 15 === 0) await refill();
        const failure = await call();
        made += 1;
        slowest = Math.max(slowest, performance.now() - started);
        if (failure) failures.push(failure);
    }
    return { made, failures, slowest: Math.round(slowest) };
}

const managed = () => where.api.get(`/integrated-account/${connected.id}`);
/// The simulated vendor answers 40 calls in 20 s; time goes on there as fast as the test needs it.
const refill = () => where.simulator.clock({ advance_s: 60 });
const warm = async () => {
    // What is read while announcements are lost is old from then on, not from when they are lost again.
    await eventually('announcements are heard', 20, api.ready);
    // A thread whose connect has just failed answers 503 for a moment.
    await eventually('every thread answers', 20, async () => {
        await refill();
        for (let i = 0; i < 12; ++i) if (await call()) return false;
        return true;
    });
    await refill();
};

for (const [what, begin, end] of [
    ['hangs', database.hang, database.go],
    ['is stopped', database.stop, database.start],
])
    test(`a database that ${what}: entries older than the limit serve for that long, and no longer`, async (t) => {
        // Its jobs change accounts: what is read once may then not be cached any more.
        await worker.stop();
        await warm();
        await sleep((staleSeconds + 1) * 1000);
        const lost = performance.now();
        begin();
        try {
            await refill();
            // The limit counts from when announcements were lost: at once here, while stopping it may take seconds, or up
            // to 3 s after it hangs.
            const served = await callsFor(staleSeconds - 4 - (performance.now() - lost) / 1000);
            assert.ok(served.made > 0);
            const started = performance.now();
            const management = await managed();
            const waited = Math.round(performance.now() - started);
            t.diagnostic(`${served.made} calls, ${served.failures.length} failed, slowest ${served.slowest} ms; management ${management.status} after ${waited} ms`);
            assert.deepEqual(served.failures.slice(0, 2), []);
            assert.equal(management.status, 503);
            assert.ok(management.headers['retry-after']);
            assert.ok(waited < 2500, `management answered after ${waited} ms`);
            await refill();
            await eventually('what is cached ends', staleSeconds + 8, async () => (await call())?.startsWith('503'));
        } finally {
            end();
            await worker.start();
        }
        await refill();
        await eventually('calls go on', 20, async () => !(await call()));
        await eventually('management goes on', 20, async () => (await managed()).status === 200);
    });

test('a listener whose connection hangs: a revocation by another replica holds within 5 s', async (t) => {
    const listening = () => database.sql(`SELECT pid FROM pg_stat_activity WHERE datname = 'sluice' AND query ~* 'listen|pg_notify'`, 'postgres').split('\n').filter(Boolean);
    const before = listening();
    const replica = await (await apiOf('replica')).start();
    const server = await connected.mint({ methods: ['read'] });
    const use = () => send('POST', `${replica.url}/mcp/${server.token}`, { headers: { 'content-type': 'application/json' }, body: { jsonrpc: '2.0', id: 1, method: 'ping' } });
    for (let i = 0; i < 12; ++i) assert.equal((await use()).status, 200);
    const hung = await eventually('the listener of the replica', 10, () => {
        const own = listening().filter((pid) => !before.includes(pid)).map(Number);
        return own.length ? own : undefined;
    });
    for (const pid of hung) process.kill(pid, 'SIGSTOP');
    try {
        await where.api.ok('DELETE', `/integrated-account/${connected.id}/mcp/${server.id}`);
        const started = performance.now();
        await eventually('the revoked token is refused on every thread', 10, async () => {
            for (let i = 0; i < 6; ++i) if ((await use()).status !== 404) return false;
            return true;
        }, 20);
        const seconds = (performance.now() - started) / 1000;
        t.diagnostic(`refused after ${seconds.toFixed(2)} s`);
        assert.ok(seconds < 5);
    } finally {
        for (const pid of hung) process.kill(pid, 'SIGCONT');
    }
    await replica.stop();
});

test(`a database that is gone for ${goneSeconds} s: the processes neither spin nor fill the disk`, async (t) => {
    const watched = { api, worker };
    const before = Object.entries(watched).map(([name, service]) => [name, service.logBytes(), service.logLines(), service.cpuSeconds()]);
    database.stop();
    try {
        await sleep(goneSeconds * 1000);
        for (const [name, bytes, lines, cpu] of before) {
            const service = watched[name];
            const [grown, written, used] = [service.logBytes() - bytes, service.logLines() - lines, service.cpuSeconds() - cpu];
            t.diagnostic(`${name}: ${written} log lines, ${grown} bytes, ${used.toFixed(2)} s of CPU in ${goneSeconds} s`);
            // One line a second of everything together is plenty to read.
            assert.ok(written <= 2 * goneSeconds, `${name} wrote ${written} lines`);
            assert.ok(grown <= 1000 * goneSeconds, `${name} wrote ${grown} bytes`);
            assert.ok(used <= 0.1 * goneSeconds, `${name} used ${used} s`);
        }
    } finally {
        database.start();
    }
    await refill();
    await eventually('calls go on', 20, async () => !(await call()));
    await eventually('management goes on', 20, async () => (await managed()).status === 200);
    await eventually('the worker goes on', 30, () => worker.ready());
});
