import { createServer } from 'node:net';

/// Takes the port's name, which goes when this process does: another file's tests may look for a port at the same moment.
const isOurs = (port) =>
    new Promise((done) => {
        const name = createServer().unref();
        name.once('error', () => done(false)).listen({ path: `\0sluice-port-${port}` }, () => done(true));
    });

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
        if ((await isOurs(port)) && (await isFree(port))) return port;
    }
}
