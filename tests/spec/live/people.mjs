import { setTimeout as sleep } from 'node:timers/promises';

import { totp } from '../../e2e/support/totp.mjs';
import { send } from '../support/http.mjs';
import { withoutHash } from './connecting.mjs';
import { nothing, refusesTokens } from './refusals.mjs';

const password = 'four words and a 42';
/// What every request of a page of ours has.
const ofPage = { 'sluice-client': 'dashboard', 'sec-fetch-site': 'same-origin' };
const json = { 'content-type': 'application/json' };

/// Options of `session.call` for whoever has these cookies, about an environment if one is named.
const as = (cookie, environment) => ({
    token: null,
    headers: { ...ofPage, ...json, ...(cookie && { cookie }), ...(environment && { 'sluice-environment': environment }) },
});
const visitor = as(undefined);
const cookiesOf = ({ headers }) => headers['set-cookie'].map((line) => line.split(';')[0]).join('; ');

/// Signs somebody in by `id`; gives the cookies.
async function enter(session, id, note, given, holds = () => true) {
    let cookies;
    await session.call(id, 200, note, {
        ...visitor,
        json: given,
        holds: (value, answer) => (cookies = cookiesOf(answer)) !== '' && holds(value),
    });
    return cookies;
}

/// What every operation of a session refuses. `to`: what else it is called with, such as `path` or `json`.
async function refusesStrangers(session, id, to, cookie, environment) {
    const isGet = session.spec.operation(id).verb === 'GET';
    await session.call(id, 401, 'without a session', { ...to, ...visitor });
    await session.call(id, 401, 'with a session that is none', { ...to, ...as(`sluice_session=slx_sess_${'0'.repeat(57)}`, environment) });
    const known = as(cookie, environment);
    await session.call(id, 403, 'with a session, of no page of ours', { ...to, ...known, headers: { ...known.headers, 'sluice-client': 'none' } });
    await session.call(id, 400, 'with a session and a broken query string', { ...to, ...known, query: 'a=%zz' });
    if (!isGet) await session.call(id, 403, 'with a session, of another site', { ...to, ...known, headers: { ...known.headers, 'sec-fetch-site': 'cross-site' } });
    else if (!session.spec.operation(id).parameters.some(({ name }) => name === 'limit'))
        await session.call(id, 400, 'with a session and an unknown query parameter', { ...to, ...known, query: { unheard_of: 'red' } });
}

/// And what every one refuses that reads a body; `most`: how large it may be.
async function refusesBodies(session, id, path, known, most = 1024 * 1024) {
    const to = { path, ...known };
    await session.call(id, 400, 'of a page, with no JSON', { ...to, body: '{"a":', type: 'application/json' });
    await session.call(id, 400, 'of a page, with no object', { ...to, json: [] });
    await session.call(id, 400, 'of a page, with a member that is none', { ...to, json: { surprise: 1 } });
    await session.call(id, 413, 'of a page, with too much', { ...to, announce: most + 1, type: 'application/json' });
    const headers = { ...known.headers, 'content-encoding': 'compress' };
    await session.call(id, 415, 'of a page, with a coding that is not taken', { ...to, headers, body: '{}', type: 'application/json' });
}
const openBody = 64 * 1024;

export async function signIn(session, known) {
    const { product } = known;
    for (const id of ['showSignInPage', 'showInvitationPage', 'showResetPage']) {
        await session.call(id, 200, '', { token: null, holds: (_, { body }) => body.toString().includes('<!doctype html>') });
        await session.call(id, 400, 'with a broken query string', { token: null, query: 'a=%zz' });
    }
    const page = await send(product.baseUrl, '/sign-in', { method: 'GET' });
    for (const [, file] of page.body.toString().matchAll(/"\/connect\/assets\/([^"]+)"/g))
        await session.call('getLinkAsset', 200, `of the sign-in page's ${withoutHash(file)}`, { token: null, path: { file } });

    const options = 'getSignInOptions';
    const found = await session.call(options, 200, '', { token: null, query: { team: 'spec' }, holds: ({ team }) => team.name === 'spec' });
    known.team = found.team.id;
    await session.call(options, 200, 'of no team', { token: null, query: { team: 'nobody' }, holds: ({ team }) => team === null });
    await session.call(options, 400, 'with a broken query string', { token: null, query: 'a=%zz' });

    // An operator makes people, with a link to sign in once.
    const owner = product.makeUser('owner');
    await session.call('useSignInLink', 404, 'of nothing', { ...visitor, json: { secret: `slx_signin_${'0'.repeat(57)}` } });
    await session.call('useSignInLink', 403, 'of another site', { ...as(undefined), headers: { ...json, 'sec-fetch-site': 'cross-site' }, json: { secret: 'x' } });
    await refusesBodies(session, 'useSignInLink', {}, visitor, openBody);
    known.owner = await enter(session, 'useSignInLink', '', { secret: owner.secret }, ({ user }) => user.role === 'owner');
    await session.call('useSignInLink', 404, 'again', { ...visitor, json: { secret: owner.secret } });
    known.ownerEmail = owner.email;

    await invitations(session, known);
    await resets(session, known);
    await withPassword(session, known);
}

async function invitations(session, known) {
    const email = known.product.makeUser('developer').email;
    const secret = known.product.resetLink(email);
    const purpose = (one) => one.email === email && one.kind === 'invitation';
    await session.call('readInvitation', 200, '', { ...visitor, json: { secret }, holds: purpose });
    await session.call('readInvitation', 404, 'of nothing', { ...visitor, json: { secret: 'slx_invite_x' } });
    await refusesBodies(session, 'readInvitation', {}, visitor, openBody);
    const accept = 'acceptInvitation';
    await session.call(accept, 400, 'with a short password', { ...visitor, json: { secret, password: 'short' } });
    await session.call(accept, 404, 'of nothing', { ...visitor, json: { secret: 'slx_invite_x', password } });
    await refusesBodies(session, accept, {}, visitor, openBody);
    known.developer = await enter(session, accept, '', { secret, password, name: 'Dev' }, ({ user }) => user.name === 'Dev');
    await session.call(accept, 404, 'again', { ...visitor, json: { secret, password } });
    known.developerEmail = email;
}

async function resets(session, known) {
    const email = known.developerEmail;
    const secret = known.product.resetLink(email);
    await session.call('readReset', 200, '', { ...visitor, json: { secret }, holds: (one) => one.kind === 'reset' && one.email === email });
    await session.call('readReset', 404, 'of nothing', { ...visitor, json: { secret: 'slx_reset_x' } });
    await refusesBodies(session, 'readReset', {}, visitor, openBody);
    const reset = 'resetPassword';
    await session.call(reset, 400, 'with a common password', { ...visitor, json: { secret, password: 'passwordpassword' } });
    await session.call(reset, 404, 'of nothing', { ...visitor, json: { secret: 'slx_reset_x', password } });
    await refusesBodies(session, reset, {}, visitor, openBody);
    known.developer = await enter(session, reset, '', { secret, password });
    await session.call(reset, 404, 'again', { ...visitor, json: { secret, password } });
    const ask = 'requestReset';
    await session.call(ask, 202, '', { ...visitor, json: { team: 'spec', email } });
    await session.call(ask, 202, 'for nobody', { ...visitor, json: { team: 'nobody', email: 'nobody@spec.example' } });
    await session.call(ask, 403, 'of another site', { ...visitor, headers: { ...visitor.headers, 'sec-fetch-site': 'cross-site' }, json: { team: 'spec', email } });
    await refusesBodies(session, ask, {}, visitor, openBody);
}

async function withPassword(session, known) {
    const create = 'createSession';
    const right = { team: 'spec', email: known.developerEmail, password };
    await session.call(create, 401, '', { ...visitor, json: { ...right, password: 'this is not it' } });
    await session.call(create, 401, 'of nobody', { ...visitor, json: { ...right, email: 'nobody@spec.example' } });
    await session.call(create, 400, 'without a password', { ...visitor, json: { team: 'spec', email: 'a@b.example' }, holds: ({ details }) => details.failures[0].path === 'password' });
    await session.call(create, 403, 'of no page of ours', { token: null, headers: json, json: right });
    await refusesBodies(session, create, {}, visitor, openBody);
    await sleep(1000); // An address may try ten passwords a second.
    const other = await enter(session, create, '', right, ({ session: { method } }) => method === 'password');

    const list = 'listSessions';
    const sessions = await session.call(list, 200, '', { ...as(known.developer), holds: ({ result }) => result.length === 2 });
    await refusesStrangers(session, list, {}, known.developer);
    const end = 'deleteSession';
    const path = { id: sessions.result.find(({ is_current }) => !is_current).id };
    await refusesStrangers(session, end, { path }, known.developer);
    await session.call(end, 404, 'of nothing', { ...as(known.developer), path: { id: nothing('sess') } });
    await session.call(end, 200, 'of another browser', { ...as(known.developer), path, holds: ({ id }) => id === path.id });
    await session.call(list, 401, 'that was ended', as(other));
    const gone = await enter(session, create, 'to sign out', right);
    await session.call(end, 200, '', { ...as(gone), path: { id: 'current' }, holds: (_, { headers }) => /Max-Age=0/.test(headers['set-cookie']) });
}

export async function me(session, known) {
    const cookie = known.developer;
    await session.call('getMe', 200, '', { ...as(cookie), holds: ({ user, environments }) => user.role === 'developer' && environments.length > 0 });
    await refusesStrangers(session, 'getMe', {}, cookie);
    await session.call('getMe', 403, 'with an API token', {});
    await session.call('updateMe', 200, '', { ...as(cookie), json: { name: 'Ann' }, holds: ({ user }) => user.name === 'Ann' });
    await refusesStrangers(session, 'updateMe', { json: { name: 'x' } }, cookie);
    await refusesBodies(session, 'updateMe', {}, as(cookie));

    const begin = 'beginSecondFactor';
    const { secret } = await session.call(begin, 200, '', { ...as(cookie), json: {} });
    await refusesStrangers(session, begin, { json: {} }, cookie);
    await refusesBodies(session, begin, {}, as(cookie));
    const confirm = 'confirmSecondFactor';
    await session.call(confirm, 400, 'with another code', { ...as(cookie), json: { code: 'x' }, holds: ({ details }) => details.failures[0].path === 'code' });
    await refusesStrangers(session, confirm, { json: { code: 'x' } }, cookie);
    await refusesBodies(session, confirm, {}, as(cookie));
    const { recovery_codes: codes } = await session.call(confirm, 200, '', { ...as(cookie), json: { code: totp(secret) } });
    await session.call(begin, 409, 'when there is one', { ...as(cookie), json: {} });

    const right = { team: 'spec', email: known.developerEmail, password };
    await sleep(1000);
    await session.call('createSession', 401, 'without the code', { ...visitor, json: right, holds: ({ details }) => details.failures[0].path === 'code' });
    await enter(session, 'createSession', 'with a recovery code', { ...right, code: codes[0] });
    await session.call('createSession', 401, 'with a used code', { ...visitor, json: { ...right, code: codes[0] }, holds: ({ details }) => details.failures[0].path === 'code' });

    const replace = 'replaceRecoveryCodes';
    await refusesStrangers(session, replace, { json: { code: 'x' } }, cookie);
    await refusesBodies(session, replace, {}, as(cookie));
    const { recovery_codes: fresh } = await session.call(replace, 200, '', { ...as(cookie), json: { code: codes[1] } });
    const remove = 'removeSecondFactor';
    await session.call(remove, 400, 'with another password', { ...as(cookie), json: { password: 'x', code: fresh[0] } });
    await refusesStrangers(session, remove, { json: { password, code: 'x' } }, cookie);
    await refusesBodies(session, remove, {}, as(cookie));
    await session.call(remove, 200, '', { ...as(cookie), json: { password, code: fresh[0] } });
    await session.call(remove, 404, 'again', { ...as(cookie), json: { password, code: fresh[1] } });

    const change = 'changePassword';
    await session.call(change, 400, 'with another password', { ...as(cookie), json: { current: 'x', new: `${password} 2` } });
    await session.call(change, 400, 'to a short one', { ...as(cookie), json: { current: password, new: 'short' } });
    await refusesStrangers(session, change, { json: { current: password, new: `${password} 2` } }, cookie);
    await refusesBodies(session, change, {}, as(cookie));
    await session.call(change, 200, '', { ...as(cookie), json: { current: password, new: `${password} 2` } });
}

export async function team(session, known) {
    const owner = as(known.owner);
    const { result } = await session.call('listTeams', 200, '', { ...owner, holds: (one) => one.result.length === 1 });
    await refusesStrangers(session, 'listTeams', {}, known.owner);
    await session.call('listTeams', 403, 'with an API token', {});
    const path = { id: result[0].id };
    await session.call('getTeam', 200, '', { ...owner, path });
    await session.call('getTeam', 404, 'of another', { ...owner, path: { id: nothing('team') } });
    await refusesStrangers(session, 'getTeam', { path }, known.owner);
    const rename = 'updateTeam';
    await session.call(rename, 200, '', { ...owner, path, json: { name: 'spec' } });
    await session.call(rename, 403, 'by a developer', { ...as(known.developer), path, json: { name: 'x' } });
    await session.call(rename, 404, 'of another', { ...owner, path: { id: nothing('team') }, json: { name: 'x' } });
    await refusesStrangers(session, rename, { path, json: { name: 'spec' } }, known.owner);
    await refusesBodies(session, rename, path, owner);

    const makeEnvironment = 'createEnvironment';
    const name = `spec ${Date.now()}`;
    const fresh = await session.call(makeEnvironment, 201, '', { ...owner, json: { name }, holds: (json) => json.name === name });
    await session.call(makeEnvironment, 200, 'again', { ...owner, json: { name } });
    await session.call(makeEnvironment, 400, 'without a name', { ...owner, json: {} });
    await session.call(makeEnvironment, 400, 'with an id for a name', { ...owner, json: { name: known.environment } });
    await session.call(makeEnvironment, 403, 'by a developer', { ...as(known.developer), json: { name } });
    await refusesStrangers(session, makeEnvironment, { json: { name } }, known.owner);
    await refusesBodies(session, makeEnvironment, {}, owner);

    const demo = 'connectDemoAccount';
    const there = as(known.owner, fresh.id);
    const first = await session.call(demo, 201, '', { ...there, json: {}, holds: (json) => json.tenant_id === 'demo' });
    await session.call(demo, 200, 'again', { ...there, json: {}, holds: (json) => json.id === first.id });
    await session.call(demo, 400, 'with a member that is none', { ...there, json: { surprise: 1 } });
    await refusesTokens(session, demo);

    const invite = 'inviteUser';
    const email = `bo-${Date.now()}@spec.example`;
    const made = await session.call(invite, 201, '', { ...owner, path, json: { email, role: 'viewer', name: 'Bo', environment_ids: [known.environment] }, holds: ({ link }) => link.includes('#slx_invite_') });
    await session.call(invite, 409, 'again', { ...owner, path, json: { email: email.toUpperCase(), role: 'viewer' } });
    for (const [note, json_] of [
        ['without a role', { email: 'c@spec.example' }],
        ['with another role', { email: 'c@spec.example', role: 'king' }],
        ['with no e-mail', { email: 'nobody', role: 'viewer' }],
        ['with an environment of others', { email: 'c@spec.example', role: 'viewer', environment_ids: [nothing('env')] }],
    ])
        await session.call(invite, 400, note, { ...owner, path, json: json_ });
    await session.call(invite, 403, 'by a developer', { ...as(known.developer), path, json: { email, role: 'viewer' } });
    await refusesStrangers(session, invite, { path, json: { email, role: 'viewer' } }, known.owner);
    await refusesBodies(session, invite, path, owner);
    await users(session, known, made);
}

async function users(session, known, made) {
    const owner = as(known.owner);
    const path = { id: made.id };
    await session.call('listUsers', 200, '', { ...owner, query: { role: 'viewer', email: made.email, is_active: 'true' }, holds: ({ result }) => result.length === 1 });
    for (const query of [{ colour: 'red' }, { 'created_at[near]': 'x' }, { limit: 5001 }, { next_cursor: 'AAAA' }])
        await session.call('listUsers', 400, `with ${Object.keys(query)}`, { ...owner, query });
    await refusesStrangers(session, 'listUsers', {}, known.owner);
    await session.call('getUser', 200, '', { ...owner, path, holds: ({ is_invited }) => is_invited });
    await session.call('getUser', 404, 'of nothing', { ...owner, path: { id: nothing('user') } });
    await session.call('getUser', 404, 'with another kind of id', { ...owner, path: { id: nothing('env') } });
    await refusesStrangers(session, 'getUser', { path }, known.owner);

    const update = 'updateUser';
    await session.call(update, 200, '', { ...owner, path, json: { role: 'admin', environment_ids: null }, holds: (one) => one.role === 'admin' && one.environment_ids === null });
    await session.call(update, 404, 'of nothing', { ...owner, path: { id: nothing('user') }, json: { role: 'admin' } });
    await session.call(update, 400, 'with null', { ...owner, path, json: { role: null, is_active: null }, holds: ({ details }) => details.failures.length === 2 });
    await session.call(update, 403, 'by a developer', { ...as(known.developer), path, json: { role: 'viewer' } });
    await refusesStrangers(session, update, { path, json: { role: 'admin' } }, known.owner);
    await refusesBodies(session, update, path, owner);
    const reset = 'resetUser';
    await session.call(reset, 200, '', { ...owner, path, json: {}, holds: ({ link }) => /#slx_(reset|invite)_/.test(link) });
    await session.call(reset, 404, 'of nothing', { ...owner, path: { id: nothing('user') }, json: {} });
    await refusesStrangers(session, reset, { path, json: {} }, known.owner);
    const out = 'signOutUser';
    await session.call(out, 200, '', { ...owner, path, json: {} });
    await session.call(out, 404, 'of nothing', { ...owner, path: { id: nothing('user') }, json: {} });
    await refusesStrangers(session, out, { path, json: {} }, known.owner);
    const remove = 'deleteUser';
    await refusesStrangers(session, remove, { path }, known.owner);
    await session.call(remove, 403, 'by a developer', { ...as(known.developer), path });
    await session.call(remove, 200, '', { ...owner, path, holds: ({ id }) => id === made.id });
    await session.call(remove, 404, 'again', { ...owner, path });
}

export async function auditLog(session, known) {
    const list = 'listAuditLog';
    const owner = as(known.owner);
    await session.call(list, 200, '', { ...owner, query: { limit: 5 }, holds: ({ result }) => result.length === 5 && result[0].actor.type === 'user' });
    await session.call(list, 200, 'with filters', {
        ...owner,
        query: { 'action[like]': 'user.%', 'created_at[gt]': '2026-01-01T00:00:00Z', 'actor_id[ne]': 'x', 'sort_by[created_at]': 'asc' },
        holds: ({ result }) => result.length > 0 && result.every(({ action }) => action.startsWith('user.')),
    });
    for (const query of [{ colour: 'red' }, { 'created_at[near]': 'x' }, { limit: 5001 }, { next_cursor: 'AAAA' }, { format: 'csv' }])
        await session.call(list, 400, `with ${Object.entries(query)}`, { ...owner, query });
    await session.call(list, 403, 'by a developer', as(known.developer));
    await session.call(list, 403, 'with an API token', {});
    await refusesStrangers(session, list, {}, known.owner);
}

export async function ownTokens(session, known) {
    await session.call('listPermissions', 200, '', { token: null, holds: ({ roles }) => roles.length === 4 });
    await session.call('listPermissions', 400, 'with a broken query string', { token: null, query: 'a=%zz' });
    const owner = as(known.owner, known.environment);
    const create = 'createApiToken';
    const given = { name: `made ${Date.now()}`, scopes: ['read_only'], addresses: ['127.0.0.0/8', '::1'] };
    const made = await session.call(create, 201, '', { ...owner, json: given, holds: ({ token, scopes }) => token.startsWith('slx_api_') && scopes.join() === 'read_only' });
    await session.call(create, 409, 'of the same name', { ...owner, json: given });
    for (const [note, change] of [['another scope', { scopes: ['all'] }], ['no scope', { scopes: [] }], ['another address', { addresses: ['here'] }]])
        await session.call(create, 400, `with ${note}`, { ...owner, json: { ...given, name: note, ...change } });
    await session.call(create, 403, 'with an API token', { json: given });
    await session.call(create, 400, 'without an environment', { ...as(known.owner), json: given });
    await refusesStrangers(session, create, { json: given }, known.owner, known.environment);
    await refusesBodies(session, create, {}, owner);
    await session.call('getIntegration', 200, 'with a token that may read', { token: made.token, path: { id: 'gorgias' } });
    await session.call('createWebhook', 403, 'with a token that may read', { token: made.token, json: { target_url: 'https://receiver.example/' } });

    const path = { id: made.id };
    const update = 'updateApiToken';
    await session.call(update, 200, '', { ...owner, path, json: { scopes: ['data_plane'], addresses: [] }, holds: ({ scopes }) => scopes.join() === 'data_plane' });
    await session.call(update, 404, 'of nothing', { ...owner, path: { id: nothing('tok') }, json: { name: 'x' } });
    await refusesStrangers(session, update, { path, json: { name: 'x' } }, known.owner, known.environment);
    await refusesBodies(session, update, path, owner);
    const remove = 'deleteApiToken';
    await refusesStrangers(session, remove, { path }, known.owner, known.environment);
    await session.call(remove, 200, '', { ...owner, path, holds: ({ id }) => id === made.id });
    await session.call(remove, 404, 'again', { ...owner, path });
    await session.call('getIntegration', 401, 'with a token that was revoked', { token: made.token, path: { id: 'gorgias' } });
}

export async function identityProviders(session, known) {
    const owner = as(known.owner);
    const create = 'createIdentityProvider';
    const given = { label: 'Spec', issuer: `https://${Date.now()}.idp.example`, client_id: 'sluice', client_secret: 'planted' };
    const made = await session.call(create, 201, '', { ...owner, json: given, holds: (one, { body }) => one.redirect_url.includes('/oidc/callback/team_') && !body.toString().includes('planted') });
    await session.call(create, 409, 'again', { ...owner, json: given });
    for (const [note, change] of [['without a label', { label: '' }], ['of an issuer that is none', { issuer: 'idp' }], ['of an issuer inside', { issuer: 'https://10.0.0.1' }]])
        await session.call(create, 400, note, { ...owner, json: { ...given, ...change } });
    await session.call(create, 403, 'by a developer', { ...as(known.developer), json: given });
    await refusesStrangers(session, create, { json: given }, known.owner);
    await refusesBodies(session, create, {}, owner);
    const list = 'listIdentityProviders';
    await session.call(list, 200, '', { ...as(known.developer), query: { is_enabled: 'true', issuer: given.issuer }, holds: ({ result }) => result.length === 1 });
    await session.call(list, 400, 'with an unknown filter', { ...owner, query: { colour: 'red' } });
    await refusesStrangers(session, list, {}, known.owner);
    const path = { id: made.id };
    await session.call('getIdentityProvider', 200, '', { ...owner, path });
    await session.call('getIdentityProvider', 404, 'of nothing', { ...owner, path: { id: nothing('idp') } });
    await refusesStrangers(session, 'getIdentityProvider', { path }, known.owner);

    const start = 'startOidc';
    const toPage = (_, { headers }) => /\/sign-in[^#]*#error=\w+$/.test(headers.location);
    await session.call(start, 303, 'of a provider that is not there', { token: null, query: { team: known.team, provider: nothing('idp'), return: '/' }, holds: toPage });
    await session.call(start, 400, 'with a broken query string', { token: null, query: 'a=%zz' });
    await session.call('finishOidc', 303, 'of no flow', { token: null, path: { team: 'team_01h455vb4pex5vsknk084sn02q' }, query: { state: 'x', code: 'y' }, holds: toPage });
    await session.call('finishOidc', 400, 'with a broken query string', { token: null, path: { team: 'team_01h455vb4pex5vsknk084sn02q' }, query: 'a=%zz' });
    const accept = 'acceptInvitationOidc';
    const secret = known.product.resetLink(known.product.makeUser('viewer').email);
    await session.call(accept, 404, 'of nothing', { ...visitor, json: { secret: 'slx_invite_x', provider: made.id } });
    await session.call(accept, 404, 'with a provider that is not there', { ...visitor, json: { secret, provider: nothing('idp') } });
    await session.call(accept, 502, 'with a provider that does not answer', { ...visitor, json: { secret, provider: made.id } });
    await refusesBodies(session, accept, {}, visitor, openBody);
    const link = 'linkIdentity';
    await session.call(link, 404, 'of nothing', { ...owner, path: { provider: nothing('idp') }, json: {} });
    await refusesStrangers(session, link, { path: { provider: made.id }, json: {} }, known.owner);
    const unlink = 'unlinkIdentity';
    await session.call(unlink, 404, 'that is not linked', { ...owner, path: { provider: made.id } });
    await refusesStrangers(session, unlink, { path: { provider: made.id } }, known.owner);

    const update = 'updateIdentityProvider';
    await session.call(update, 200, '', { ...owner, path, json: { label: 'Other', is_enabled: false, client_secret: 'planted too' }, holds: (one, { body }) => !one.is_enabled && !body.toString().includes('planted') });
    await session.call(update, 400, 'with another issuer', { ...owner, path, json: { issuer: 'https://other.idp.example' } });
    await session.call(update, 404, 'of nothing', { ...owner, path: { id: nothing('idp') }, json: { label: 'x' } });
    await refusesStrangers(session, update, { path, json: { label: 'x' } }, known.owner);
    await refusesBodies(session, update, path, owner);
    const remove = 'deleteIdentityProvider';
    await refusesStrangers(session, remove, { path }, known.owner);
    await session.call(remove, 200, '', { ...owner, path, holds: ({ id }) => id === made.id });
    await session.call(remove, 404, 'again', { ...owner, path });
}
