// What anybody can do with bytes and sockets alone: framing without end, many connections, bodies that are held back.
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { spawn } from 'node:child_process';
import net from 'node:net';

import { freePort } from '../e2e/support/ports.mjs';
import { send } from '../e2e/support/exchange.mjs';
import { eventually, file, sleep, test } from '../e2e/support/test.mjs';
import { isSmall, optionsOver } from './support/options.mjs';
import { stage } from './support/stage.mjs';

const { connections, seconds } = optionsOver({ connections: isSmall ? 1500 : 5000, seconds: isSmall ? 2 : 8 });

/// A vendor and a receiver of webhooks whose answers are framing without end.
let endless = () => '';
let sent = 0;
const hostile = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
        socket.write(endless());
        const more = Buffer.alloc(64 * 1024, 'x');
        const push = () => {
            while (!socket.destroyed && socket.writable) {
                sent += more.length;
                if (!socket.write(more)) return socket.once('drain', push);
            }
        };
        push();
    });
});
const hostilePort = await freePort();
await new Promise((done) => hostile.listen(hostilePort, '127.0.0.1', done));
file.after(() => hostile.close());

const { product, worker, api } = await stage({ apiPrefix: ['prlimit', '--nofile=1024:20000'], allow: [`127.0.0.1:${hostilePort}`] });
const where = await product.environment('limits');
const { hostname, port } = new URL(api.url);
const isAlive = async () => (await send('GET', `${api.url}/healthz`, { seconds: 3, isShown: false }).catch(() => undefined))?.status === 200;

const extension = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n1;a="';
const trailer = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nx-t: ';
const interim = `HTTP/1.1 103 Early Hints\r\nlink: ${'y'.repeat(4000)}\r\n\r\n`.repeat(200);
const heads = (path) => ({
    'a chunk extension': `POST ${path} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1;a="`,
    'a trailer': `POST ${path} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nx-t: `,
    'a field': `POST ${path} HTTP/1.1\r\nhost: x\r\nx-t: `,
    'a request target': `GET ${path}`,
});

/// Its memory before what follows.
const begin = (service) => {
    service.forgetPeak();
    return service.memory();
};

/// Writes `head` and then bytes without end, until the peer has enough or the time is over.
async function flood(head, until) {
    let bytes = 0;
    await new Promise((done) => {
        const socket = net.connect(Number(port), hostname, () => {
            socket.write(head);
            const more = Buffer.alloc(64 * 1024, 'x');
            const push = () => {
                while (!socket.destroyed && socket.writable) {
                    bytes += more.length;
                    if (Date.now() > until) return socket.destroy();
                    if (!socket.write(more)) return socket.once('drain', push);
                }
            };
            push();
        });
        socket.on('error', () => {});
        socket.on('close', done);
    });
    return bytes;
}

for (const path of ['/mcp/x', '/integrated-account'])
    for (const [what, head] of Object.entries(heads(path)))
        test(`${what} without end from a client, at ${path}: refused, and no memory is kept`, async (t) => {
            const before = begin(api);
            let slowest = 0;
            const until = Date.now() + seconds * 1000;
            const floods = Array.from({ length: 20 }, () => flood(head, until));
            const watch = (async () => {
                while (Date.now() < until) {
                    const started = performance.now();
                    assert.ok(await isAlive());
                    slowest = Math.max(slowest, performance.now() - started);
                    await sleep(50);
                }
            })();
            const bytes = (await Promise.all(floods)).reduce((sum, each) => sum + each, 0);
            await watch;
            const now = api.memory();
            t.diagnostic(`${Math.round(bytes / 1e6)} MB written by 20 connections; memory ${before.now} -> peak ${now.peak} MB; others at most ${slowest.toFixed(0)} ms`);
            assert.ok(now.peak - before.now < 64, `memory grew from ${before.now} to ${now.peak} MB`);
        });

test('framing without end from a vendor: the call fails, and no memory is kept', async (t) => {
    const { id } = await where.api.ok('POST', '/integrated-account', {
        verify: false,
        tenant_id: 'endless', environment_integration_id: where.installation, authentication_method: 'api_key',
        context: { subdomain: 'endless', email: 'a@x.example', api_key: 'k' },
    });
    await where.api.ok('PATCH', `/environment-integration/${where.installation}`, { override: { base_url: `http://127.0.0.1:${hostilePort}/{{context.subdomain}}` } });
    for (const [what, text] of Object.entries({ extension, trailer, interim })) {
        endless = () => text;
        const before = begin(api);
        const started = performance.now();
        const answers = await Promise.all(Array.from({ length: 8 }, () => where.api.get(`/proxy/tickets?integrated_account_id=${id}`)));
        const took = (performance.now() - started) / 1000;
        const now = api.memory();
        t.diagnostic(`${what}: ${answers.map(({ status }) => status)} after ${took.toFixed(2)} s; memory ${before.now} -> peak ${now.peak} MB`);
        for (const answer of answers) assert.equal(answer.status, 502, answer.text);
        assert.ok(now.peak - before.now < 64, `memory grew from ${before.now} to ${now.peak} MB`);
    }
});

test('framing without end from a receiver of webhooks: the delivery fails, and no memory is kept', async (t) => {
    const { id } = await where.api.ok('POST', '/webhook', { target_url: `http://127.0.0.1:${hostilePort}/` });
    for (const [what, text] of Object.entries({ extension, trailer, interim })) {
        endless = () => text;
        sent = 0;
        const before = begin(worker);
        await where.api.ok('POST', '/webhook/test', { id });
        await eventually('the receiver was called', 20, () => sent > 0);
        await sleep(seconds * 1000);
        const now = worker.memory();
        t.diagnostic(`${what}: ${Math.round(sent / 1e6)} MB written; memory ${before.now} -> peak ${now.peak} MB`);
        assert.ok(now.peak - before.now < 64, `memory grew from ${before.now} to ${now.peak} MB`);
    }
    await where.api.ok('DELETE', `/webhook/${id}`);
});

/// Another process holds them: a process has only so many descriptors.
const holder = (count, bytes) => `
import socket, sys, time
held = []
for i in range(${count}):
    s = socket.create_connection(('${hostname}', ${port}))
    ${bytes ? `s.sendall(${bytes})` : 'pass'}
    held.append(s)
print('held', flush=True)
time.sleep(600)`;

async function hold(scope, count, bytes) {
    const child = spawn('prlimit', ['--nofile=20000', 'python3', '-c', holder(count, bytes)], { stdio: ['ignore', 'pipe', 'inherit'] });
    scope.after(() => child.kill('SIGKILL'));
    await new Promise((done) => child.stdout.once('data', done));
}

test(`${connections} idle connections at a soft limit of 1024 descriptors: everybody is answered`, async (t) => {
    await hold(t, connections, '');
    const [answers, times] = [[], []];
    for (let i = 0; i < 80; ++i) {
        const started = performance.now();
        answers.push((await where.api.get('/integration?limit=1').catch(String)).status);
        times.push(performance.now() - started);
    }
    const good = answers.filter((status) => status === 200).length;
    t.diagnostic(`${good} of 80 requests answered, slowest ${Math.max(...times).toFixed(0)} ms; memory ${api.memory().now} MB`);
    assert.equal(good, 80);
});

test('150 bodies of 8 MiB that lack their last byte, without a token: they cost no memory', async (t) => {
    const before = begin(api);
    const body = `b'POST /proxy/things HTTP/1.1\\r\\nhost: x\\r\\ncontent-type: application/json\\r\\ncontent-length: 8388608\\r\\n\\r\\n' + b'x' * 65000`;
    await hold(t, 150, body);
    await sleep(500);
    const now = api.memory();
    t.diagnostic(`memory ${before.now} -> ${now.now} MB`);
    assert.ok(now.peak - before.now < 64, `memory grew from ${before.now} to ${now.peak} MB`);
    assert.ok(await isAlive());
});
