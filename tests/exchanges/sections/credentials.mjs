import { refusesBodies, refusesIds, refusesTokens } from '../support/refusals.mjs';
import { nothing } from '../support/section.mjs';

/// New secrets for an account, by its owner or from the vendor.
export default async function credentials(x) {
    const account = await x.connect();
    const { api_key } = x.desk.context;
    const at = (id) => `/integrated-account/${id}/credentials`;
    const enter = (note, json, id = account) => x.ask(`enter, ${note}`, 'PATCH', at(id), { json });
    await enter('a key', { context: { api_key } });
    await enter('a key with its method', { authentication_method: 'api_key', context: { api_key } });
    await enter('a key that the vendor does not know', { context: { api_key: 'another-key' } });
    await enter('a key that the vendor does not know, untried', { context: { api_key: 'another-key' }, verify: false });
    await enter('without a context', {});
    await enter('with null', { context: null });
    await enter('a key that is none', { context: { api_key: 5 } });
    await enter('what is no credential', { context: { colour: 'red' } });
    await enter('by a method that is none', { authentication_method: 'telepathy', context: { api_key } });
    await enter('by OAuth without a token', { authentication_method: 'oauth2', context: {} });
    await x.ask('enter, of another environment', 'PATCH', at(account), {
        json: { context: { api_key } },
        token: x.product.foreignToken,
    });
    await refusesIds(x, 'enter', 'PATCH', at, 'ia', { context: { api_key } });
    await refusesBodies(x, 'enter', 'PATCH', at(account));
    await refusesTokens(x, 'enter', 'PATCH', at(account));
    await renewal(x, account);
}

/// OAuth tokens of the simulator's, imported.
async function imported(x, members = {}) {
    const { access_token, refresh_token } = await x.desk.tokens('tickets:read', 'tags:read', 'offline');
    const token = { access_token, refresh_token, expires_at: '2100-01-01T00:00:00Z', ...members };
    const context = { subdomain: x.desk.context.subdomain, oauth: { token } };
    return x.connect({ authentication_method: 'oauth2', context });
}

async function renewal(x, withKey) {
    const path = '/integrated-account/refresh-credentials';
    const renew = (note, id, options) => x.ask(`renew, ${note}`, 'POST', path, { json: { id }, ...options });
    const renewable = await imported(x);
    await renew('with a refresh token', renewable);
    await renew('of another environment', renewable, { token: x.product.foreignToken });
    await renew('of a key', withKey);
    await renew('of nothing', nothing('ia'));
    await renew('with another kind of id', nothing('env'));
    await renew('without an id', undefined);
    const alone = await imported(x, { refresh_token: undefined });
    await renew('without a refresh token', alone);
    await x.desk.revokeTokens();
    await renew('that the vendor has revoked', renewable);
    await x.ask('the account after it was revoked', 'GET', `/integrated-account/${renewable}`);
    await renew('that the vendor has revoked, again', renewable);
    await x.ask('a call of an account that needs new credentials', 'GET', '/proxy/tags', {
        query: { integrated_account_id: renewable },
    });
    const { access_token } = await x.desk.tokens('tickets:read');
    await x.ask('enter, new OAuth tokens', 'PATCH', `/integrated-account/${renewable}/credentials`, {
        json: { context: { oauth: { scope: ['tickets:read'], token: { access_token } } } },
    });
    await refusesBodies(x, 'renew', 'POST', path);
    await refusesTokens(x, 'renew', 'POST', path);
}
