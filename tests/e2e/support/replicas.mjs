// A proxy in front of several replicas that gives each request to the next one: what a client is handed by one of them must
// do at the other.
import { createServer, request as httpRequest } from 'node:http';

import { defer } from './test.mjs';

/// `{url, counts, through}` of a proxy before the products at `urls`: counts are the requests each was given, `through(url)`
/// is a product's URL by way of it. `urls` may still grow. Ends with `scope`.
export async function roundRobin(scope, urls) {
    const counts = [];
    let turn = 0;
    const proxy = createServer((request, response) => {
        const index = (turn += 1) % urls.length;
        counts[index] = (counts[index] ?? 0) + 1;
        const { hostname, port } = new URL(urls[index]);
        const onward = httpRequest({ hostname, port, path: request.url, method: request.method, headers: request.headers }, (answer) => {
            response.writeHead(answer.statusCode, answer.headers);
            answer.pipe(response);
        });
        onward.on('error', () => response.destroy());
        request.pipe(onward);
    });
    await new Promise((done) => proxy.listen(0, '127.0.0.1', done));
    defer(scope, () => proxy.close());
    const url = `http://127.0.0.1:${proxy.address().port}`;
    return { url, counts, through: (other) => url + new URL(other).pathname };
}
