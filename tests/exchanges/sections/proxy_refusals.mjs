import { refusesTokens } from '../support/refusals.mjs';
import { nothing, noToken } from '../support/section.mjs';

/// Every route of the proxy: its method, its path, what the vendor is asked, and a body.
const routes = {
    list: ['GET', '/proxy/tags', 'GET /api/tags'],
    create: ['POST', '/proxy/tags', 'POST /api/tags', { name: 'x' }],
    get: ['GET', '/proxy/tags/1', 'GET /api/tags/{id}'],
    custom: ['POST', '/proxy/tags/bulk_delete', 'DELETE /api/tags', { ids: [1] }],
    replace: ['PUT', '/proxy/tags/1', 'PUT /api/tags/{id}', { name: 'x' }],
    update: ['PATCH', '/proxy/tags/1', 'PUT /api/tags/{id}', { name: 'x' }],
    delete: ['DELETE', '/proxy/tags/1', 'DELETE /api/tags/{id}'],
};

/// What the proxy refuses, and what vendors answer.
export default async function proxyRefusals(x) {
    const account = await x.connect();
    const other = await x.connect({ tenant_id: 'beta' });
    const { integrated_account_token: accountToken } = await x.make('POST', '/integrated-account/token', { id: account });
    const query = { integrated_account_id: account };
    for (const [name, [method, path, , json]] of Object.entries(routes)) {
        await refusesTokens(x, name, method, path);
        for (const [note, options] of [
            ['without an account', {}],
            ["with an account's id that is none", { query: { integrated_account_id: 'acme' } }],
            ['with an account of nothing', { query: { integrated_account_id: nothing('ia') } }],
            ['with an account of another environment', { query, token: x.product.foreignToken }],
            ["with an account's token that is unknown", { token: noToken('acct') }],
            ["with another account's token", { query: { integrated_account_id: other }, token: accountToken }],
        ])
            await x.ask(`${name}, ${note}`, method, path, { json, ...options });
    }
    for (const [name, route] of Object.entries(routes)) await vendorAnswers(x, name, route, query);
    await redirects(x, query);
}

async function vendorAnswers(x, name, [method, path, match, json], query) {
    await x.product.drain();
    for (const [note, answer] of [
        ['400', { status: 400, body: { error: { msg: 'Bad.' } } }],
        ['404 and nothing', { status: 404, body: '' }],
        ['409 and a text', { status: 409, body: 'A twin.', content_type: 'text/plain' }],
        ['422', { status: 422, body: { errors: [{ message: 'Too short.' }] } }],
        ['429', { status: 429, body: {}, headers: { 'Retry-After': '3' } }],
        ['500 and HTML', { status: 500, body: '<h1>Oops</h1>', content_type: 'text/html' }],
        ['503', { status: 503, body: {}, headers: { 'Retry-After': '120' } }],
        ['302 without a place', { status: 302, body: '' }],
        ['half of a body', { status: 200, body: '{"a":' }],
    ]) {
        await x.desk.fault(match, answer);
        await x.ask(`${name}, when the vendor answers ${note}`, method, path, { query, json });
    }
}

/// A read follows a redirect, if what it leads to is public; of a write only the caller knows whether it may be repeated.
async function redirects(x, query) {
    await x.product.drain();
    for (const [name, [method, path, match, json]] of Object.entries(routes).filter(([one]) => ['list', 'create'].includes(one)))
        for (const location of [
            'https://elsewhere.invalid/tags/9',
            'https://localhost/tags/9',
            'https://10.0.0.1/tags/9',
            'ftp://vendor.example/tags',
            `/${x.desk.context.subdomain}/api/tags?limit=1`,
            `${x.product.simulatorUrl.replace('127.0.0.1', 'localhost')}/${x.desk.context.subdomain}/api/tags`,
        ]) {
            await x.desk.fault(match, { status: 302, body: '', headers: { Location: location } });
            const shown = location.replace(
                x.product.simulatorUrl.replace('127.0.0.1', 'localhost'),
                'the simulator by another name',
            );
            await x.ask(`${name}, when the vendor redirects to ${shown}`, method, path, { query, json });
        }
}
