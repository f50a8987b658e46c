// A vendor that behaves as badly as the id of what it is asked for says: `/ACCOUNT/things/BEHAVIOUR.NUMBER`. A process of
// its own; prints as JSON the ports that it listens on. Each answer has the mark of its call (answers.mjs).
// `/_vendor/state` tells which requests came on a connection that must not be used again.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';

import { behaviourOf, makeBombs } from './behaviours.mjs';
import { Line } from './line.mjs';

const state = { taken: 0, doubtful: [] };

/// The first request in `received`: `{request, rest}`; nothing while it is incomplete.
function requestIn(received) {
    const end = received.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const head = received.subarray(0, end).toString('latin1');
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (received.length < end + 4 + length) return undefined;
    const [method, target] = head.split(' ');
    const body = received.subarray(end + 4, end + 4 + length).toString();
    return { request: { method, target, body }, rest: received.subarray(end + 4 + length) };
}

/// Whose request it is, and for what.
function meaningOf({ method, target, body }) {
    const { pathname, searchParams } = new URL(target, 'http://x');
    const [, account, , item] = pathname.split('/');
    const isList = method === 'GET' && item === undefined;
    const id = isList ? searchParams.get('id') : (item ?? JSON.parse(body).id);
    return { method, target, account, id, isList, isWrite: method !== 'GET' };
}

function serve(socket) {
    let received = Buffer.alloc(0);
    let isBusy = false;
    let doubt; // What was asked for before, if nothing may follow it.
    socket.setNoDelay(true);
    socket.on('error', () => {});
    const next = () => {
        const found = isBusy ? undefined : requestIn(received);
        if (!found) return;
        received = found.rest;
        const { target } = found.request;
        if (target === '/_vendor/state') return socket.end(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n${JSON.stringify({ ...state, late: Line.late })}`);
        state.taken += 1;
        if (doubt) state.doubtful.push(`${target} after ${doubt}`);
        const request = meaningOf(found.request);
        isBusy = true;
        const served = (isInDoubt) => {
            doubt = isInDoubt ? target : undefined;
            isBusy = false;
            next();
        };
        behaviourOf(request.id.slice(0, request.id.lastIndexOf('.'))).send(new Line(socket, request, served));
    };
    socket.on('data', (part) => {
        received = Buffer.concat([received, part]);
        next();
    });
}

/// Servers that spoil the connection before a request: [name, what happens to a socket].
const corners = {
    'answer-early': (socket) => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 14\r\n\r\n{"early":true}');
        // An answer to the request could meet the next call: nothing in HTTP/1.1 would tell it apart.
        socket.once('data', () => socket.end());
    },
    'close-at-once': (socket) => socket.end(),
    'reset-at-once': (socket) => socket.resetAndDestroy(),
    'tls-garbage': (socket) => socket.once('data', () => socket.write(randomBytes(4096))),
    'tls-plain-http': (socket) => socket.once('data', () => socket.write('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n')),
    'tls-silent': () => {},
    'tls-alert': (socket) => socket.once('data', () => socket.write(Buffer.from('15030300020228', 'hex'))),
    'tls-cut': (socket) => socket.once('data', () => socket.end(Buffer.from('160303007a0200', 'hex'))),
    'tls-endless-record': (socket) => socket.once('data', () => new Line(socket, {}).pump(Buffer.concat([Buffer.from('1603034000', 'hex'), Buffer.alloc(0x4000)]))),
};

function selfSigned() {
    const directory = mkdtempSync(join(tmpdir(), 'sluice-hostile-'));
    const [key, cert] = ['key', 'cert'].map((name) => join(directory, name));
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
        ...['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert]], { stdio: 'ignore' });
    const options = { key: readFileSync(key), cert: readFileSync(cert) };
    rmSync(directory, { recursive: true });
    return tls.createServer(options, serve).on('tlsClientError', () => {});
}

const listening = (server) => new Promise((done) => server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 }, () => done(server.address().port)));
const quiet = (action) => (socket) => {
    socket.on('error', () => {});
    action(socket);
};
makeBombs();
const ports = { main: await listening(net.createServer(serve)), 'tls-self-signed': await listening(selfSigned()) };
for (const [name, action] of Object.entries(corners)) ports[name] = await listening(net.createServer(quiet(action)));
console.log(JSON.stringify(ports));
