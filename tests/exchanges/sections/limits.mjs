/// The vendor's rate limit in headers and results, and a credential that the vendor refuses.
export default async function limits(x) {
    const account = await x.connect();
    const { path } = await x.mint(account);
    const query = { integrated_account_id: account };
    const call = (note) =>
        x.ask(note, 'POST', path, {
            token: null,
            json: { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'get_single_gorgias_account', arguments: {} } },
        });
    const proxied = (note, options) => x.ask(note, 'GET', '/proxy/account', { query, ...options });
    await proxied('the first call');
    await call('the second call, by MCP');
    for (let i = 2; i < 39; i += 1) await x.quietly('GET', `/proxy/account?integrated_account_id=${account}`);
    await call('the last but one, by MCP');
    await proxied('one too many');
    await call('one too many, by MCP');
    await proxied('one too many, again');
    await x.product.drain();
    await call('after a while, by MCP');

    const fault = async (match, answer) => x.desk.fault(match, answer);
    await fault('GET /api/account', { status: 429, body: { error: { msg: 'Slow down.' } }, headers: { 'Retry-After': '7' } });
    await call('429 with a wait, by MCP');
    await fault('GET /api/account', { status: 429, body: {}, headers: { 'Retry-After': 'soon' } });
    await proxied('429 with a wait that is none');
    await fault('GET /api/account', { status: 200, body: { a: 1 }, headers: { 'X-Gorgias-Account-Api-Call-Limit': 'nonsense' } });
    await proxied('a limit that is none');
    await x.product.drain();

    const forbidden = await x.connect({ tenant_id: 'beta' });
    const of = { integrated_account_id: forbidden };
    await fault('GET /api/teams', { status: 403, body: { error: { msg: 'Missing scope.' } } });
    await x.ask('what the vendor forbids', 'GET', '/proxy/teams', { query: of });
    await x.until('the forbidden call is kept', `/integrated-account/${forbidden}`, (one) => one.last_forbidden_error !== null);
    await x.ask('the account whose call was forbidden', 'GET', `/integrated-account/${forbidden}`);

    // Last: the worker looks at the account then, at a time of its own.
    await x.desk.rejectCredentials();
    await proxied('a credential that the vendor refuses');
    await call('a credential that the vendor refuses, by MCP');
    await x.desk.clearFaults();
}
