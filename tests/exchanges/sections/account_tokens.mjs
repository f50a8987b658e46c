import { refusesBodies, refusesTokens } from '../support/refusals.mjs';
import { nothing, noToken } from '../support/section.mjs';

/// Tokens that are for one account.
export default async function accountTokens(x) {
    const id = await x.connect();
    const create = '/integrated-account/token';
    const { json } = await x.ask('create', 'POST', create, { json: { id } });
    const token = json.integrated_account_token;
    for (const [note, body] of [
        ['of nothing', { id: nothing('ia') }],
        ['with another kind of id', { id: nothing('env') }],
        ['with null', { id: null }],
        ['without an id', {}],
    ])
        await x.ask(`create, ${note}`, 'POST', create, { json: body });
    await x.ask('create, of another environment', 'POST', create, { json: { id }, token: x.product.foreignToken });
    await refusesBodies(x, 'create', 'POST', create);
    await refusesTokens(x, 'create', 'POST', create);

    const own = '/integrated-account/me';
    await x.ask('get its own', 'GET', own, { token });
    await x.ask('get all', 'GET', '/integrated-account', { token });
    await x.ask('get by its id', 'GET', `/integrated-account/${id}`, { token });
    const change = (note, body) => x.ask(`change its own, ${note}`, 'PATCH', own, { token, json: body });
    await change('the context', { context: { signature: 'Kind regards' } });
    await change('to null inside', { context: { signature: null } });
    await change('nothing', {});
    await change('to null', { context: null });
    await change('more than the context', { context: {}, is_blocked: false });
    await change('to a context that fits nothing', { context: { subdomain: 'Not A Name' } });
    await refusesBodies(x, 'change its own', 'PATCH', own, token);
    for (const [method, of] of [
        ['GET', 'get its own'],
        ['PATCH', 'change its own'],
    ]) {
        await x.ask(`${of}, without a token`, method, own, { token: null });
        await x.ask(`${of}, with an unknown token`, method, own, { token: noToken('acct') });
        await x.ask(`${of}, with an API token`, method, own);
        await x.ask(`${of}, with a broken query string`, method, own, { token, query: 'a=%zz' });
    }
    await x.product.drain();
    await x.ask('call the vendor', 'GET', '/proxy/teams', { token, query: { limit: 1 } });
    await x.ask('call the vendor, with its id', 'GET', '/proxy/teams', { token, query: { limit: 1, integrated_account_id: id } });
    await x.ask('call the vendor, with the id of another', 'GET', '/proxy/teams', {
        token,
        query: { integrated_account_id: nothing('ia') },
    });
    await x.make('PATCH', `/integrated-account/${id}`, { is_blocked: true });
    await x.ask('get its own, of a blocked account', 'GET', own, { token });
    await x.ask('call the vendor, of a blocked account', 'GET', '/proxy/teams', { token });
    await x.make('DELETE', `/integrated-account/${id}`);
    await x.ask('get its own, of an account that is gone', 'GET', own, { token });
}
