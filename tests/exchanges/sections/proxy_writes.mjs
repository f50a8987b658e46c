const megabyte = 1024 * 1024;

/// Changes through the proxy.
export default async function proxyWrites(x) {
    const account = await x.connect();
    const of = (more) => ({ query: { integrated_account_id: account, ...more } });
    const create = (note, options, query) => x.ask(`create, ${note}`, 'POST', '/proxy/tags', { ...of(query), ...options });
    const { json: tag } = await create('as JSON', { json: { name: 'first' } });
    await create('a twin', { json: { name: 'first' } });
    await create('untouched', { json: { name: 'second' } }, { body_passthrough: 'true' });
    await create('untouched, under the other name', { json: { name: 'third' } }, { truto_body_passthrough: 'true' });
    await create('untouched, with no JSON', { body: '{"a":', type: 'application/json' }, { body_passthrough: 'true' });
    await create('with numbers that are written in their own way', {
        body: '{ "name" : "fourth", "priority": 1.0 }',
        type: 'application/json',
    });
    await create('without a type', { body: '{"name":"fifth"}' });
    for (const [note, options] of [
        ['with no JSON', { body: '{"a":', type: 'application/json' }],
        ['with a list', { json: [] }],
        ['with nothing', { type: 'application/json' }],
        ['with a member that is none', { json: { name: 'x', colour: 'red' } }],
        ['with a wrong type', { json: { name: 5 } }],
        ['with null', { json: { name: null } }],
        ['as a form', { body: 'name=x', type: 'application/x-www-form-urlencoded' }],
        ['with JSON above 4 MiB', { json: { name: 'x'.repeat(4 * megabyte) } }],
        ['with more than 8 MiB', { announce: 8 * megabyte + 1, type: 'application/json' }],
        [
            'with a coding that is not taken',
            { body: '{}', type: 'application/json', headers: { 'content-encoding': 'compress' } },
        ],
    ])
        await create(note, options);
    await x.product.drain();
    const answered = async (note, method, path, match, answer, json = { name: 'x' }) => {
        await x.desk.fault(match, answer);
        await x.ask(note, method, path, { ...of(), json });
    };
    await answered('create, answered 202 and nothing', 'POST', '/proxy/tags', 'POST /api/tags', { status: 202, body: '' });
    await answered('create, answered 200', 'POST', '/proxy/tags', 'POST /api/tags', { status: 200, body: { id: 1 } });
    await answered('create, answered 204', 'POST', '/proxy/tags', 'POST /api/tags', { status: 204, body: '' });
    await answered('create, answered half of a body', 'POST', '/proxy/tags', 'POST /api/tags', { status: 201, body: '{"a":' });
    await answered('create, answered 303', 'POST', '/proxy/tags', 'POST /api/tags', {
        status: 303,
        body: '',
        headers: { Location: '/api/tags/1' },
    });
    await answered('create, where the list has moved', 'POST', '/proxy/tags', 'POST /api/tags', {
        status: 307,
        body: '',
        headers: { Location: '/api/labels' },
    });
    await answered('create, answered 202 and cut off', 'POST', '/proxy/tags', 'POST /api/tags', {
        status: 202,
        body: '{"id":1}',
        cut_after: 3,
    });

    const one = `/proxy/tags/${tag.id}`;
    for (const method of ['PATCH', 'PUT']) {
        await x.ask(`change by ${method}`, method, one, { ...of(), json: { name: `by-${method.toLowerCase()}` } });
        await x.ask(`change by ${method}, of nothing`, method, '/proxy/tags/1', { ...of(), json: { name: 'x' } });
        await answered(`change by ${method}, answered 200`, method, one, 'PUT /api/tags/{id}', { status: 200, body: { id: 1 } });
    }
    await x.ask('change, with nothing', 'PATCH', one, of());
    await x.ask('change, with null', 'PATCH', one, { ...of(), json: { name: null } });
    await x.ask('a method of its own that writes', 'POST', '/proxy/tags/bulk_delete', { ...of(), json: { ids: [1] } });
    await x.ask('delete', 'DELETE', one, of());
    await x.ask('delete, again', 'DELETE', one, of());
    await answered(
        'delete, answered 200 and a body',
        'DELETE',
        '/proxy/tags/5',
        'DELETE /api/tags/{id}',
        { status: 200, body: { gone: true } },
        undefined,
    );
    await x.ask('delete, with a body above 1 MiB', 'DELETE', one, { ...of(), announce: megabyte + 1, type: 'application/json' });

    const change = (json) => x.make('PATCH', `/integrated-account/${account}`, json);
    const each = async (note) => {
        await x.ask(`list, ${note}`, 'GET', '/proxy/tags', of({ limit: 1 }));
        await x.ask(`create, ${note}`, 'POST', '/proxy/tags', { ...of(), json: { name: 'x' } });
        await x.ask(`delete, ${note}`, 'DELETE', '/proxy/tags/1', of());
    };
    await change({ is_blocked: true });
    await each('of a blocked account');
    await change({ is_blocked: false, is_sandbox: true });
    await each('of a sandbox');
    await change({ is_sandbox: false });
    const install = (json) => x.make('PATCH', `/environment-integration/${x.installation}`, json);
    await install({ is_enabled: false });
    await each('of a disabled integration');
    for (const host of ['localhost', 'nowhere.invalid']) {
        await install({ is_enabled: true, override: { base_url: `https://${host}/{{context.subdomain}}` } });
        await each(`at ${host}`);
    }
}
