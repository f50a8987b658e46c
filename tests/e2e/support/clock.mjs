// The clock of a product that was started with `deploy/local/up --movable-clock`: api, worker, database and simulator go
// ahead together. Timers do not: a deadline is as long as it was. A file that moves it has the product for itself.
import assert from 'node:assert/strict';
import { openSync, readSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';

import { clockFile, sql } from './product.mjs';
import { defer, eventually, file } from './test.mjs';

assert.ok(clockFile, 'these tests move the clock: start the product with deploy/local/up --movable-clock');

// A name that goes when its process does: files that were started side by side run one after the other.
const own = createServer();
const isOurs = () =>
    new Promise((done) => {
        own.once('error', () => done(false));
        own.listen({ path: `\0${clockFile}` }, () => done(true));
    });
await eventually('the clock is ours alone', 600, isOurs);
defer(file, () => own.close());

own.unref();
const clock = openSync(clockFile, 'r+');
const bytes = Buffer.alloc(8);
readSync(clock, bytes, 0, 8, 0);
let ahead = Number(bytes.readBigInt64LE());

/// Now, as the product has it.
export const now = () => Date.now() + ahead * 1000;
export const inSeconds = (seconds) => new Date(now() + seconds * 1000).toISOString();

/// Lets so many seconds pass. The worker is told, and takes what is due now; not with `wakes: false`, so that a call finds
/// what the worker has not seen to yet.
export async function advance(seconds, { wakes = true } = {}) {
    // A job that has begun would lose its lease.
    await eventually('no job runs', 15, async () => (await sql('SELECT count(*) FROM jobs WHERE lease_until > now()')) === '0', 20);
    ahead += seconds;
    bytes.writeBigInt64LE(BigInt(ahead));
    writeSync(clock, bytes, 0, 8, 0);
    await sql(`UPDATE test_clock.ahead SET seconds = ${ahead}`);
    if (wakes) await sql(`SELECT pg_notify('sluice_jobs', kind) FROM (SELECT DISTINCT kind FROM jobs) each`);
}
