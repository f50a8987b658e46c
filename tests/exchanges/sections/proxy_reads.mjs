/// Lists, pages and single records through the proxy.
export default async function proxyReads(x) {
    const account = await x.connect({}, 30);
    const of = (more) => ({ query: { integrated_account_id: account, ...more } });
    const list = (note, resource, more) => x.ask(`list, ${note}`, 'GET', `/proxy/${resource}`, of(more));
    const order_by = 'created_datetime:asc';
    const { json: first } = await list('the first page', 'tickets', { limit: 2, order_by });
    const { json: second } = await list('the next page', 'tickets', { limit: 2, order_by, next_cursor: first.next_cursor });
    await list('a larger page from there', 'tickets', { limit: 5, order_by, next_cursor: second.next_cursor });
    await list('without a limit', 'tags');
    await list('of a resource with a parent', 'ticket_tags', { ticket_id: first.result[0].id });
    await list("without the parent's id", 'ticket_tags');
    await list('of a resource of which there is one', 'account');
    await list('the last page', 'teams', { limit: 100 });
    for (const [note, more] of [
        ["with a limit above the vendor's", { limit: 101 }],
        ['with a limit that is no number', { limit: 'x' }],
        ['with a foreign cursor', { next_cursor: 'AAAA' }],
        ['with an empty cursor', { next_cursor: '' }],
        ['with a cursor of another order', { next_cursor: first.next_cursor }],
        ['with an order that the vendor refuses', { order_by: 'colour' }],
        ['with what the vendor does not know', { colour: 'red' }],
        ['with several values', { limit: 1, ticket_ids: '1,2' }],
    ])
        await list(note, 'tickets', more);
    await x.ask('list, the head only', 'HEAD', '/proxy/teams', of({ limit: 1 }));

    const ticket = `/proxy/tickets/${first.result[0].id}`;
    await x.ask('get', 'GET', ticket, of());
    await x.ask('get, the head only', 'HEAD', ticket, of());
    await x.ask('get, of nothing at the vendor', 'GET', '/proxy/tickets/1', of());
    await x.ask('get, of what is no id', 'GET', '/proxy/tickets/abc', of());
    await x.ask('get, of ..', 'GET', '/proxy/tickets/%2e%2e', of());
    await x.ask('get, of a path', 'GET', '/proxy/tickets/1%2Fmessages', of());
    await x.product.drain();
    await x.ask('a method of its own', 'POST', '/proxy/search/search', {
        ...of(),
        json: { type: 'customer', query: 'a', size: 1 },
    });
    await x.ask('a method of its own, with pages', 'POST', '/proxy/view_items/search', {
        ...of({ view_id: 0, limit: 2 }),
        json: { view: { type: 'ticket-list', filters: 'eq(ticket.status, "open")' } },
    });
    await x.ask('a method of its own, without an item', 'POST', '/proxy/account/get', of());
    await x.ask('a method of its own, that is none', 'POST', '/proxy/tags/ponder', of());
    await x.ask('an unknown resource', 'GET', '/proxy/unicorns', of());
    await x.ask('a method that a resource has not', 'POST', '/proxy/account', { ...of(), json: {} });
    await answersOfOtherKinds(x, of);
}

async function answersOfOtherKinds(x, of) {
    const one = '/proxy/tickets/5';
    const ask = async (note, answer, path = '/proxy/tickets') => {
        await x.desk.fault(path === one ? 'GET /api/tickets/{id}' : 'GET /api/tickets', answer);
        await x.ask(`an answer that is ${note}`, 'GET', path, of(path === one ? {} : { limit: 2 }));
    };
    await ask('a file instead of a list', { status: 200, content_type: 'text/csv', body: 'id\n1\n' });
    await ask('a picture', { status: 200, content_type: 'image/png', body: 'not really' }, one);
    await ask('no list', { status: 200, body: { data: {} } });
    await ask('a bare list', { status: 200, body: [{ id: 1 }] });
    await ask('empty', { status: 200, body: '' });
    await ask('empty, of a record', { status: 200, body: '' }, one);
    await ask('204', { status: 204, body: '' }, one);
    await ask('half', { status: 200, body: '{"a":' }, one);
    await ask(
        'in another charset',
        { status: 200, content_type: 'application/json; charset=iso-8859-1', body: '{"a":"b"}' },
        one,
    );
    await ask(
        'in a charset that is none',
        { status: 200, content_type: 'application/json; charset=klingon', body: '{"a":"b"}' },
        one,
    );
    await ask('a text', { status: 200, body: '"text"' }, one);
    await ask('null', { status: 200, body: 'null' }, one);
    await ask(
        'of numbers that are written in their own way',
        { status: 200, body: '{ "a": 1.0, "b": 1e3, "c": 12345678901234567890, "d": -0 }' },
        one,
    );
    await ask('of blanks and escapes', { status: 200, body: '{ "\\u0061" : "\\u00e9\\/\\ud83d\\ude00" }\n' }, one);
    await ask('full of headers that must not cross', {
        status: 200,
        body: { data: [], meta: { next_cursor: null } },
        headers: {
            'Access-Control-Allow-Origin': '*',
            'Set-Cookie': 'a=b',
            'X-Request-Id': 'theirs',
            'X-Own': 'crosses',
            'Strict-Transport-Security': 'max-age=1',
            'Server-Timing': 'theirs;dur=1',
            'RateLimit-Limit': '7',
        },
    });
    await ask('compressed', { encoding: 'gzip' });
    await ask('sent in pieces', { trickle_bytes: 1000 });
    await ask('cut off', { cut_after: 10 });
    await x.product.drain();
}
