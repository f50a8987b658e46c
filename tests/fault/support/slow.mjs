// A vendor that takes its time: passes requests on to another server, each after as many milliseconds as `delayOf` says.
import { createServer, request as httpRequest } from 'node:http';

import { defer } from '../../e2e/support/test.mjs';

/// `{url, host, taken}`; `delayOf(method, path)`; `taken` are the requests that came, as `METHOD path`. Ends with `scope`.
export async function slowly(scope, target, delayOf, port = 0) {
    const taken = [];
    const server = createServer(async (request, response) => {
        const parts = [];
        for await (const part of request) parts.push(part);
        taken.push(`${request.method} ${request.url.split('?')[0]}`);
        await new Promise((done) => setTimeout(done, delayOf(request.method, request.url)));
        const { hostname, port } = new URL(target);
        const onward = httpRequest({ hostname, port, path: request.url, method: request.method, headers: request.headers }, (answer) => {
            response.writeHead(answer.statusCode, answer.headers);
            answer.pipe(response);
        });
        onward.on('error', () => response.destroy());
        onward.end(Buffer.concat(parts));
    });
    await new Promise((done) => server.listen(port, '127.0.0.1', done));
    defer(scope, () => {
        server.closeAllConnections();
        server.close();
    });
    const host = `127.0.0.1:${server.address().port}`;
    return { url: `http://${host}`, host, taken };
}
