// What operators scrape.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

import { connect, main, mainEnvironment } from './support/product.mjs';
import { eventually, test } from './support/test.mjs';

const where = await mainEnvironment();
const sources = { api: main.management, worker: main.worker };
const scrape = async (source) => (await fetch(new URL('/metrics', sources[source]))).text();

/// The value of a sample; null if there is none.
function valueOf(metrics, name, labels) {
    const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
    const line = metrics.split('\n').find((each) => each.startsWith(`${name}{`) && wanted.every((label) => each.includes(label)));
    return line === undefined ? null : Number(line.split(' ').at(-1));
}

for (const source of Object.keys(sources))
    test(`names and types of the metrics of the ${source} are as Prometheus wants them`, async () => {
        const promtool = spawn('promtool', ['check', 'metrics'], { stdio: ['pipe', 'pipe', 'pipe'] });
        const ended = new Promise((resolve) => promtool.on('close', resolve));
        promtool.stdin.end(await scrape(source));
        const said = (await text(promtool.stdout)) + (await text(promtool.stderr));
        assert.deepEqual([await ended, said], [0, '']);
    });

test('a tool call is counted by integration, and by whose fault it was that it failed', async (t) => {
    const account = await connect(t, where, { tickets: 3 });
    const { url } = await account.mint();
    const call = (args) =>
        fetch(url, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'list_all_gorgias_tickets', arguments: args } }),
        });
    const count = async (outcome) => valueOf(await scrape('api'), 'sluice_mcp_tool_calls_total', { integration: 'gorgias', outcome }) ?? 0;
    const before = [await count('ok'), await count('caller'), await count('vendor')];
    await call({ limit: 1 });
    await call({ limit: 'many' });
    await account.simulated.fault({ match: 'GET /api/tickets', status: 500 });
    await call({ limit: 1 });
    const after = [await count('ok'), await count('caller'), await count('vendor')];
    for (const i of after.keys()) assert.ok(after[i] > before[i], `${i}: ${before} ${after}`);
});

test('the worker tells how many accounts there are in each status, and how late its jobs are', async (t) => {
    const account = await connect(t, where);
    const accounts = async (status) => valueOf(await scrape('worker'), 'sluice_accounts', { status });
    // The numbers are up to 15 s old.
    await eventually('an active account', 30, async () => (await accounts('active')) > 0);
    assert.ok((await accounts('needs_reauth')) >= 0);
    for (const kind of ['account_refresh', 'delivery', 'account_health'])
        assert.ok(valueOf(await scrape('worker'), 'sluice_jobs_oldest_due_seconds', { kind }) < 60, kind);
    assert.equal((await account.account()).status, 'active');
});
