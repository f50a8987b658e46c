// What is the same for every path: routes that are none, methods, heads and bodies that HTTP does not allow.
export default async function http(x) {
    const open = { token: null };
    await x.ask('is it well?', 'GET', '/healthz', open);
    await x.ask('is it well? With a final slash', 'GET', '/healthz/', open);
    await x.ask('is it well? The head only', 'HEAD', '/healthz', open);
    await x.ask('a request id of our own', 'GET', '/healthz', { ...open, headers: { 'x-request-id': 'My-own.id_1' } });
    await x.ask('a request id with a blank', 'GET', '/healthz', { ...open, headers: { 'x-request-id': 'no blanks' } });
    await x.ask('a broken query string', 'GET', '/healthz', { ...open, query: 'a=%zz' });
    await x.ask('a query string that is not UTF-8', 'GET', '/healthz', { ...open, query: 'a=%ff' });
    for (const path of ['/', '/nothing', '/metrics', '/readyz', '/Healthz', '/integrated-account/x/y/z', '/mcp/a/b/c'])
        await x.ask(`no route: ${path}`, 'GET', path, open);
    await x.ask('no route, the head only', 'HEAD', '/nothing', open);
    for (const [method, path] of [
        ['POST', '/healthz'],
        ['PUT', '/integration'],
        ['DELETE', '/integration/gorgias'],
        ['PUT', '/webhook'],
        ['PATCH', '/integrated-account'],
        ['DELETE', '/integrated-account/me'],
        ['GET', '/integrated-account/bulk-delete'],
        ['GET', '/integrated-account/refresh-credentials'],
        ['POST', '/connect'],
        ['DELETE', '/proxy/tickets'],
        ['PATCH', '/proxy/tickets'],
        ['OPTIONS', '/integration'],
        ['GET', '/mcp'],
        ['PROPFIND', '/webhook'],
    ])
        await x.ask(`a method that is none here: ${method} ${path}`, method, path, open);
    await x.ask('the head of a list', 'HEAD', '/api-token');
    await x.ask('the head of a list, of a stranger', 'HEAD', '/api-token', open);
    await x.ask('a head above 16 KiB', 'GET', '/healthz', { ...open, headers: { a: 'b'.repeat(15_000), c: 'd'.repeat(4_000) } });
    await x.ask('a target above 16 KiB', 'GET', `/${'x'.repeat(20_000)}`, open);
    await x.ask('a body above 64 KiB where none is read', 'GET', '/healthz', { ...open, announce: 64 * 1024 + 1 });
    await x.ask('a body of a stranger', 'POST', '/integrated-account', { ...open, announce: 10 });
    await x.ask('another scheme of authorisation', 'GET', '/api-token', { ...open, headers: { authorization: 'Basic YTpi' } });
    await x.ask('a token without a scheme', 'GET', '/api-token', { ...open, headers: { authorization: x.token } });
    await x.ask('the scheme in another case', 'GET', '/api-token', { ...open, headers: { authorization: `bearer ${x.token}` } });
    await x.ask('a token with a letter more', 'GET', '/api-token', { token: `${x.token}x` });
    await codings(x);
    await bytes(x);
}

async function codings(x) {
    const coded = (coding) => ({ body: '{}', type: 'application/json', headers: { 'content-encoding': coding } });
    for (const coding of ['compress', 'gzip', 'deflate', 'br', 'gzip, br, gzip, br, gzip'])
        await x.ask(`a body that is no ${coding}`, 'POST', '/integrated-account', coded(coding));
    await x.ask('a body that is no br, of a stranger', 'POST', '/integrated-account', { ...coded('br'), token: null });
    await x.ask('a body whose coding is identity', 'POST', '/integrated-account', coded('identity'));
    await x.ask('a body without a type', 'POST', '/integrated-account', { body: '{}' });
    await x.ask('a body of nothing', 'POST', '/integrated-account', { type: 'application/json' });
    await x.ask('a body in another charset', 'POST', '/integrated-account', {
        body: '{}',
        type: 'application/json; charset=utf-16',
    });
    for (const [note, body] of [
        ['two objects', '{}{}'],
        ['NaN', '{"name": NaN}'],
        ['null', 'null'],
        ['a text', '"x"'],
        ['1 000 levels', `${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}`],
        ['a name twice', '{"tenant_id":"a","tenant_id":"b"}'],
        ['half a surrogate pair', '{"tenant_id":"\\ud800"}'],
        ['bytes that are not UTF-8', Buffer.from('7b2274656e616e745f6964223a22c328ff227d', 'hex')],
        ['a zero character', '{"tenant_id":"a\\u0000b"}'],
        ['a number of 400 digits', `{"tenant_id":${'9'.repeat(400)}}`],
    ])
        await x.ask(`a body of ${note}`, 'POST', '/integrated-account', { body, type: 'application/json' });
}

async function bytes(x) {
    const head = (...lines) =>
        ['POST /integrated-account HTTP/1.1', 'host: x', 'content-type: application/json', ...lines, '', ''].join('\r\n');
    for (const [note, text] of [
        ['nonsense', 'nonsense\r\n\r\n'],
        ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
        ['HTTP/1.0', 'GET /healthz HTTP/1.0\r\n\r\n'],
        ['no host', 'GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n'],
        ['a host that is none', 'GET /healthz HTTP/1.1\r\nhost: a:99999\r\nconnection: close\r\n\r\n'],
        ['a whole URL', 'GET http://x/healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'],
        ['two lengths', `${head('content-length: 2', 'content-length: 3')}{}`],
        ['a length and chunks', `${head('content-length: 2', 'transfer-encoding: chunked')}0\r\n\r\n`],
        ['a length below zero', head('content-length: -1')],
        ['a chunk that is none', `${head('transfer-encoding: chunked')}zz\r\n`],
        ['a header without a name', head(': x')],
        ['a zero byte in a header', head('x-a: a\0b')],
        ['a path that leads up', 'GET /api-token/../healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'],
    ])
        await x.askRaw(note, text);
}
