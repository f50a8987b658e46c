// A vendor in a process of its own, on the port that is its argument. `/fast` answers at once, `/hang` never; `/token` and
// `/hook` never do either. `/taken` tells how many requests came to each path.
import { createServer } from 'node:http';

const taken = {};
const record = JSON.stringify({ id: 1, name: 'a thing', text: 'x'.repeat(1800) });
createServer((request, response) => {
    const [path] = request.url.split('?');
    request.resume();
    if (path === '/taken') return response.end(JSON.stringify(taken));
    taken[path] = (taken[path] ?? 0) + 1;
    if (path === '/fast' || path === '/me' || path === '/hook-quick')
        response.writeHead(200, { 'content-type': 'application/json' }).end(record);
}).listen({ port: Number(process.argv[2]), host: '127.0.0.1', backlog: 4096 });
