// How each operation that changes something is made to change something: what audit.test.mjs does once by a user and, where
// an API token may, once by one. A recipe prepares what it needs and gives `{action, ids, body, target, isMade, isOfTeam,
// user, token, by}`: `ids` fill the path; `target` is the id that the audit log must name, also as a function of the answer
// (left out: the path's id, or with `isMade` the answer's; null: any); `isOfTeam`: the request names no environment;
// `isEnvironment`: the entry is of the environment that was made; `user`,
// `token`: who asks, if not the owner; `by`: who must stand there, if not whoever asks.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';

import { send } from './exchange.mjs';
import { callTool } from './mcp.mjs';
import { addSecondFactor, password, totp } from './people.mjs';
import { connect, overrideFor } from './product.mjs';

/// Operations that are no part of the audit log, and why not. A route of another kind that changes something needs a recipe.
export const exceptions = {
    'POST /batch-request': 'data plane: in the call log',
    'POST /proxy/{resource}': 'data plane: in the call log',
    'POST /proxy/{resource}/{item}': 'data plane: in the call log',
    'PUT /proxy/{resource}/{item}': 'data plane: in the call log',
    'PATCH /proxy/{resource}/{item}': 'data plane: in the call log',
    'DELETE /proxy/{resource}/{item}': 'data plane: in the call log',
    'POST /custom/{path}': 'data plane: in the call log',
    'PUT /custom/{path}': 'data plane: in the call log',
    'PATCH /custom/{path}': 'data plane: in the call log',
    'DELETE /custom/{path}': 'data plane: in the call log',
    'POST /tools/execute/{name}': 'data plane: in the call log',
    'POST /mcp': 'MCP: in the call log',
    'POST /mcp/{token}': 'MCP: in the call log',
    'PUT /mcp/{token}': 'MCP: always refused',
    'PATCH /mcp/{token}': 'MCP: always refused',
    'DELETE /mcp/{token}': 'MCP: always refused',
    'OPTIONS /mcp/{token}': 'MCP: a preflight',
    'POST /mcp/{token}/sse': 'MCP: in the call log',
    'OPTIONS /mcp/{token}/sse': 'MCP: a preflight',
    'POST /mcp/{token}/messages': 'MCP: in the call log',
    'OPTIONS /mcp/{token}/messages': 'MCP: a preflight',
    'POST /integrated-account/demo': 'in the audit log as the two changes it makes: an installation and an account',
    'POST /connect/start': 'binds a connection, which was audited when it was made, to a browser',
    'POST /connect/form/options': 'reads choices from the vendor',
    'POST /invitation/show': 'reads',
    'POST /reset/show': 'reads',
    'POST /reset/request': 'sends a letter and makes a link that nobody has used; asked by nobody who is known',
    'POST /invitation/oidc': 'begins a navigation; the invitation is used at the callback, which the tests of OIDC walk',
    'POST /me/identity/{provider}': 'begins a navigation; the link is made at the callback, which the tests of OIDC walk',
    'DELETE /me/identity/{provider}': 'needs a provider that has named the user; the tests of OIDC walk it',
};
/// So many, so that the list does not grow silently.
export const exceptionCount = 30;

/// All recipes. `where` is an environment of `team`, `owner` a browser of its owner, and `form` the name of an integration
/// with a form after connecting. Each recipe gets the context of its test.
export function recipesOf({ team, where, owner, form }) {
    const { api } = where;
    const account = (t) => connect(t, where, { tickets: 1 });
    const oauthAccount = (t) =>
        connect(t, where, {
            authentication_method: 'oauth2',
            context: async (simulated) => {
                const token = await simulated.tokens({ scopes: ['account:read', 'offline'], lifetime_s: 3600 });
                return { oauth: { token: { ...token, expires_at: new Date(Date.now() + 3_600_000).toISOString() } } };
            },
        });
    const server = async (t) => {
        const of = await account(t);
        return { ids: { id: of.id, server_id: (await of.mint()).id } };
    };
    const tenantServer = async (t) => {
        const of = await account(t);
        const { id } = await api.ok('POST', '/mcp-server', { name: 'audited', tenant_id: of.simulated.subdomain });
        return { server_id: id };
    };
    const document = () => ({
        entity_type: 'environment_integration', entity_id: where.installation, resource: 'voice_calls', method: 'list', type: 'note', value: 'A note.',
    });
    const written = async (t) => {
        await removeDocuments();
        const { id } = await api.ok('POST', '/documentation', document());
        t.after(() => api.delete(`/documentation/${id}`));
        return { id };
    };
    const removeDocuments = async () => {
        for (const { id } of await api.all('/documentation')) await api.ok('DELETE', `/documentation/${id}`);
    };
    const hook = () => ({ target_url: `https://receiver.example/${randomBytes(6).toString('hex')}`, is_active: false });
    const webhook = async (t) => {
        const { id } = await api.ok('POST', '/webhook', hook());
        t.after(() => api.delete(`/webhook/${id}`));
        return { id };
    };
    const chat = () => ({ type: 'slack', label: 'audited', config: { url: `https://hooks.receiver.example/${randomBytes(6).toString('hex')}` }, is_active: false });
    const destination = async (t) => {
        const { id } = await api.ok('POST', '/notification-destination', chat());
        t.after(() => api.delete(`/notification-destination/${id}`));
        return { id };
    };
    const apiToken = async () => (await owner.in(where.id).ok('POST', '/api-token', { name: `audited ${randomBytes(4).toString('hex')}` })).id;
    const approval = async (t) => {
        const of = await account(t);
        const { url } = await of.mint({ approval_tags: ['macros'], approval_link: true });
        const { data } = await callTool(url, 'create_a_gorgias_macro', { name: 'Audited', actions: [] });
        return data.approval_id;
    };
    const formBody = async () => {
        const { subdomain, email, apiKey: api_key } = await where.simulator.addAccount({ tickets: 1 });
        return { environment_integration_id: where.installation, authentication_method: 'api_key', context: { subdomain, email, api_key } };
    };
    /// The integration with a form, not installed.
    const formIntegration = async () => {
        const [integration] = await api.all(`/integration?name=${form}`);
        for (const { id, integration_id } of await api.all('/environment-integration'))
            if (integration_id === integration.id) await api.ok('DELETE', `/environment-integration/${id}`);
        return { integration_id: integration.id };
    };
    const installForm = async (members = {}) => (await api.ok('POST', '/environment-integration', { ...(await formIntegration()), ...members })).id;
    const link = async () => (await api.ok('POST', '/link-token', { tenant_id: 'audited' })).link_token;
    const provider = async () => {
        const body = { label: 'Audited', issuer: `https://${randomBytes(4).toString('hex')}.idp.example`, client_id: 'sluice', client_secret: 'planted-idp-secret' };
        return (await owner.ok('POST', '/identity-provider', body)).id;
    };
    /// A person who acts for themselves; `by` is them.
    const self = (browser) => ({ user: browser, by: { type: 'user', id: browser.id } });
    const twoFactor = async () => {
        const browser = await team.withPassword();
        return { browser, ...(await addSecondFactor(browser)) };
    };

    return {
        'POST /api-token': async () => ({ action: 'api_token.create', body: { name: `audited ${randomBytes(4).toString('hex')}`, scopes: ['read_only'] } }),
        'PATCH /api-token/{id}': async () => ({ action: 'api_token.update', ids: { id: await apiToken() }, body: { scopes: ['data_plane'] } }),
        'DELETE /api-token/{id}': async () => ({ action: 'api_token.delete', ids: { id: await apiToken() } }),
        'POST /documentation': async () => (await removeDocuments(), { action: 'documentation.create', body: document() }),
        'PATCH /documentation/{id}': async (t) => ({ action: 'documentation.update', ids: await written(t), body: { value: 'Another note.' } }),
        'DELETE /documentation/{id}': async (t) => ({ action: 'documentation.delete', ids: await written(t) }),
        'POST /environment-integration': async () => ({ action: 'environment_integration.create', body: await formIntegration() }),
        'PATCH /environment-integration/{id}': async () => ({ action: 'environment_integration.update', ids: { id: where.installation }, body: { override: overrideFor(where.simulator) } }),
        'DELETE /environment-integration/{id}': async () => ({ action: 'environment_integration.delete', ids: { id: await installForm() } }),
        'POST /integrated-account': async () => ({ action: 'integrated_account.create', body: { tenant_id: 'audited', ...(await formBody()) } }),
        'POST /integrated-account/token': async (t) => {
            const { id } = await account(t);
            return { action: 'account_token.create', body: { id }, target: id };
        },
        'POST /integrated-account/bulk-delete': async (t) => {
            const { id } = await account(t);
            return { action: 'integrated_account.bulk_delete', body: { ids: [id] }, target: where.id };
        },
        'PATCH /integrated-account/me': async (t) => {
            const { id } = await account(t);
            const { integrated_account_token: token } = await api.ok('POST', '/integrated-account/token', { id });
            return { action: 'integrated_account.update', token, body: { context: { signature: 'Kind regards' } }, target: id, by: { type: 'account_token', id } };
        },
        'POST /integrated-account/refresh-credentials': async (t) => {
            const { id } = await oauthAccount(t);
            return { action: 'integrated_account.renew', body: { id }, target: id };
        },
        'PATCH /integrated-account/{id}': async (t) => ({ action: 'integrated_account.update', ids: { id: (await account(t)).id }, body: { tenant_id: 'moved' } }),
        'DELETE /integrated-account/{id}': async (t) => ({ action: 'integrated_account.delete', ids: { id: (await account(t)).id } }),
        'PATCH /integrated-account/{id}/credentials': async (t) => {
            const { id, simulated } = await account(t);
            return { action: 'integrated_account.credentials', ids: { id }, body: { context: { api_key: simulated.apiKey } } };
        },
        'POST /integrated-account/{id}/mcp': async (t) => ({ action: 'mcp_server.create', ids: { id: (await account(t)).id }, body: { name: 'audited' }, isMade: true }),
        'PATCH /integrated-account/{id}/mcp/{server_id}': async (t) => ({ action: 'mcp_server.update', ...(await server(t)), body: { name: 'renamed' } }),
        'DELETE /integrated-account/{id}/mcp/{server_id}': async (t) => ({ action: 'mcp_server.delete', ...(await server(t)) }),
        'POST /integrated-account/{id}/mcp/{server_id}/rotate-token': async (t) => ({ action: 'mcp_server.rotate_token', ...(await server(t)), body: {} }),
        'POST /integrated-account/{id}/refresh-schema': async (t) => ({ action: 'integrated_account.refresh_schema', ids: { id: (await account(t)).id }, body: {} }),
        'POST /mcp-server': async (t) => ({ action: 'mcp_server.create', body: { name: 'audited', tenant_id: (await account(t)).simulated.subdomain } }),
        'PATCH /mcp-server/{server_id}': async (t) => ({ action: 'mcp_server.update', ids: await tenantServer(t), body: { name: 'renamed' } }),
        'DELETE /mcp-server/{server_id}': async (t) => ({ action: 'mcp_server.delete', ids: await tenantServer(t) }),
        'POST /mcp-server/{server_id}/rotate-token': async (t) => ({ action: 'mcp_server.rotate_token', ids: await tenantServer(t), body: {} }),
        'POST /approval/{id}': async (t) => ({ action: 'approval.approve', ids: { id: await approval(t) }, body: { decision: 'approve' } }),
        'POST /approve/call': async (t) => {
            const approval_id = await approval(t);
            const { code } = await api.ok('GET', `/approval/${approval_id}`);
            const body = { environment_id: where.id, approval_id, code, decision: 'decline' };
            return { action: 'approval.decline', body, target: approval_id, by: { type: 'code' } };
        },
        'PATCH /environment/{id}': async () => ({ action: 'environment.update', ids: { id: where.id }, body: { theme: { name: `Audited ${randomBytes(4).toString('hex')}` } } }),
        'POST /webhook': async () => ({ action: 'webhook.create', body: hook() }),
        'PATCH /webhook/{id}': async (t) => ({ action: 'webhook.update', ids: await webhook(t), body: hook() }),
        'DELETE /webhook/{id}': async (t) => ({ action: 'webhook.delete', ids: await webhook(t) }),
        'POST /webhook/test': async (t) => {
            const { id } = await webhook(t);
            return { action: 'webhook.test', body: { id }, target: id };
        },
        'POST /webhook/{id}/replay': async (t) => ({ action: 'webhook.replay', ids: await webhook(t), body: { from: '2026-01-01T00:00:00Z' } }),
        'POST /webhook/{id}/rotate-secret': async (t) => ({ action: 'webhook.rotate_secret', ids: await webhook(t), body: {} }),
        'POST /notification-destination': async () => ({ action: 'notification_destination.create', body: chat() }),
        'PATCH /notification-destination/{id}': async (t) => ({ action: 'notification_destination.update', ids: await destination(t), body: { label: 'renamed', config: chat().config } }),
        'DELETE /notification-destination/{id}': async (t) => ({ action: 'notification_destination.delete', ids: await destination(t) }),
        'POST /notification-destination/{id}/test': async (t) => ({ action: 'notification_destination.test', ids: await destination(t), body: {} }),
        'POST /link-token': async () => ({ action: 'link_token.create', body: { tenant_id: 'audited' }, target: null }),
        'POST /connection': async () => ({ action: 'connection.create', body: { tenant_id: 'audited', integration: 'gorgias', context: { subdomain: 'acme' } } }),
        'POST /connect/session': async () => ({
            action: 'integrated_account.connect', token: await link(), body: await formBody(), by: { type: 'link' },
            target: ({ integrated_account_id }) => integrated_account_id,
        }),
        'POST /connect/form': async () => {
            const body = { ...(await formBody()), environment_integration_id: await installForm({ override: overrideFor(where.simulator) }) };
            const { link_token } = await api.ok('POST', '/link-token', { tenant_id: 'audited', integration: form });
            const connected = await send('POST', `${api.url}/connect/session`, {
                headers: { authorization: `Bearer ${link_token}`, 'content-type': 'application/json' }, body,
            });
            const { form_token: token, integrated_account_id: target } = connected.json;
            return { action: 'integrated_account.update', token, body: { values: { signature: 'Eve' } }, target, by: { type: 'link' } };
        },

        'POST /session': async () => {
            const browser = await team.withPassword();
            return { action: 'session.create', body: browser.credentials, target: null, ...self(browser) };
        },
        'POST /session/link': async () => {
            const { secret, email } = await team.add('viewer');
            return { action: 'session.create', body: { secret }, target: null, by: { type: 'user', name: email } };
        },
        'DELETE /session/{id}': async () => {
            const browser = await team.signedIn('viewer');
            return { action: 'session.delete', ids: { id: browser.me.session.id }, ...self(browser) };
        },
        'POST /invitation/accept': async () => {
            const { email } = await team.add('viewer');
            const body = { secret: await team.resetLink(email), password };
            return { action: 'user.accept_invitation', body, target: ({ user }) => user.id, by: { type: 'user', name: email } };
        },
        'POST /reset': async () => {
            const browser = await team.withPassword();
            return { action: 'user.reset_password', body: { secret: await team.resetLink(browser.email), password }, target: browser.id, ...self(browser) };
        },
        'PATCH /me': async () => {
            const browser = await team.signedIn('viewer');
            return { action: 'user.update', body: { name: 'Ann' }, target: browser.id, ...self(browser) };
        },
        'POST /me/password': async () => {
            const browser = await team.withPassword();
            return { action: 'user.change_password', body: { current: password, new: `${password} other` }, target: browser.id, ...self(browser) };
        },
        'POST /me/second-factor': async () => {
            const browser = await team.withPassword();
            return { action: 'user.begin_second_factor', body: {}, target: browser.id, ...self(browser) };
        },
        'POST /me/second-factor/confirm': async () => {
            const browser = await team.withPassword();
            const { secret } = await browser.ok('POST', '/me/second-factor', {});
            return { action: 'user.confirm_second_factor', body: { code: totp(secret) }, target: browser.id, ...self(browser) };
        },
        'POST /me/second-factor/remove': async () => {
            const { browser, recoveryCodes } = await twoFactor();
            return { action: 'user.remove_second_factor', body: { password, code: recoveryCodes[0] }, target: browser.id, ...self(browser) };
        },
        'POST /me/recovery-codes': async () => {
            const { browser, recoveryCodes } = await twoFactor();
            return { action: 'user.replace_recovery_codes', body: { code: recoveryCodes[0] }, target: browser.id, ...self(browser) };
        },

        'POST /environment': async () => ({ action: 'environment.create', body: { name: `audit ${randomBytes(4).toString('hex')}` }, isMade: true, isOfTeam: true, isEnvironment: true }),
        'PATCH /team/{id}': async () => ({ action: 'team.update', ids: { id: team.id }, body: { name: `audit ${randomBytes(4).toString('hex')}` }, isOfTeam: true }),
        'POST /team/{id}/invite': async () => ({
            action: 'user.invite', ids: { id: team.id }, body: { email: `bo-${randomBytes(4).toString('hex')}@people.example`, role: 'viewer' }, isMade: true, isOfTeam: true,
        }),
        'PATCH /user/{id}': async () => ({ action: 'user.update', ids: { id: (await team.signedIn('viewer')).id }, body: { role: 'developer' }, isOfTeam: true }),
        'DELETE /user/{id}': async () => ({ action: 'user.delete', ids: { id: (await team.signedIn('viewer')).id }, isOfTeam: true }),
        'POST /user/{id}/reset': async () => ({ action: 'user.make_reset_link', ids: { id: (await team.withPassword()).id }, body: {}, isOfTeam: true }),
        'POST /user/{id}/sign-out': async () => ({ action: 'user.end_sessions', ids: { id: (await team.signedIn('viewer')).id }, body: {}, isOfTeam: true }),
        'POST /identity-provider': async () => ({
            action: 'identity_provider.create', isOfTeam: true,
            body: { label: 'Audited', issuer: `https://${randomBytes(4).toString('hex')}.idp.example`, client_id: 'sluice', client_secret: 'planted-idp-secret' },
        }),
        'PATCH /identity-provider/{id}': async () => ({ action: 'identity_provider.update', ids: { id: await provider() }, body: { label: 'Renamed' }, isOfTeam: true }),
        'DELETE /identity-provider/{id}': async () => ({ action: 'identity_provider.delete', ids: { id: await provider() }, isOfTeam: true }),
    };
}

/// Sends what a recipe says, by `caller` (an Api or a Browser) unless it has a token, under `requestId`; gives the answer.
export async function carryOut({ method, path }, { ids = {}, body, token }, caller, requestId) {
    const target = path.replace(/\{(\w+)\}/g, (_, name) => ids[name] ?? assert.fail(`no ${name} for ${path}`));
    const headers = { 'x-request-id': requestId };
    if (!token) return caller.send(method, target, body, headers);
    return send(method, caller.url + target, { headers: { ...headers, authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body });
}
