import { createServer } from 'node:net';

/// Those that this process was given.
const given = new Set();

const isFree = (port) =>
    new Promise((done) => {
        const server = createServer()
            .once('error', () => done(false))
            .listen(port, '127.0.0.1', () => server.close(() => done(true)));
    });

/// A port that nobody uses at the moment. Below the range that the kernel hands out to clients: one from there could be
/// taken by any connection before it is used.
export async function freePort() {
    for (;;) {
        const port = 20_000 + Math.floor(Math.random() * 12_000);
        if (given.has(port) || !(await isFree(port))) continue;
        given.add(port);
        return port;
    }
}
