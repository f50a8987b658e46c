// Stands in for the api, a vendor and a developer's page: three servers, so that origins and storage are kept apart as in
// production (127.0.0.1 and localhost are different sites). Run by itself it prints addresses to try by hand.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { approvals } from './approvals.mjs';
import { people, rightCode, rightPassword } from './people.mjs';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'";
const types = { js: 'text/javascript', css: 'text/css', html: 'text/html; charset=utf-8', woff2: 'font/woff2' };

const logo =
    'data:image/svg+xml,' +
    encodeURIComponent(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><path fill="#3451d1" d="M20 3 37 35H26l-6-12-6 12H3z"/><circle cx="20" cy="29" r="4" fill="#f2a33a"/></svg>',
    );

const specification = new URL('../../../api-spec/openapi.yaml', import.meta.url);

/** The mark that the definition brings. */
const definition = new URL('../../../libs/catalog/integrations/gorgias/integration.yaml', import.meta.url);
const gorgiasMark = (await readFile(definition, 'utf8')).match(/^logo: '(.*)'$/m)[1];

const field = (name, label, change = {}) => ({
    name,
    label,
    description: null,
    required: true,
    secret: false,
    pattern: null,
    max_length: 320,
    value: null,
    suffix: null,
    format: null,
    pattern_hint: null,
    help_url: null,
    read_only: false,
    ...change,
});

const subdomain = field('subdomain', 'Subdomain', {
    description: 'The first part of your Gorgias address.',
    pattern: '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$',
    pattern_hint: 'Letters, digits and hyphens only.',
    suffix: '.gorgias.com',
    max_length: 63,
});
const apiKeyMethod = {
    name: 'api_key',
    label: 'E-mail and API key',
    kind: 'form',
    fields: [
        field('email', 'E-mail', { description: 'Of the Gorgias user that the key belongs to.', format: 'email' }),
        field('api_key', 'API key', {
            description: 'Made in Gorgias under Settings, REST API.',
            help_url: 'https://{{context.subdomain}}.gorgias.com/app/settings/api',
            secret: true,
            max_length: 512,
        }),
    ],
};
const oauthMethod = {
    name: 'oauth2',
    label: 'Gorgias account',
    kind: 'oauth2',
    fields: [],
    access: [
        { label: 'See your name and e-mail address', scopes: ['openid', 'email', 'profile'] },
        {
            label: 'See, create and change tickets, messages and satisfaction surveys',
            scopes: ['tickets:read', 'tickets:write', 'satisfaction_survey:read', 'satisfaction_survey:write'],
        },
        { label: 'See, create and change customers', scopes: ['customers:read', 'customers:write'] },
        {
            label: 'See, create and change tags, macros, rules and custom fields',
            scopes: ['tags', 'macros', 'rules', 'custom_fields'].flatMap((name) => [`${name}:read`, `${name}:write`]),
        },
        {
            label: 'See, create and change users, integrations and account settings',
            scopes: ['users', 'integrations', 'account'].flatMap((name) => [`${name}:read`, `${name}:write`]),
        },
        { label: 'Start jobs that change or export many tickets', scopes: ['jobs:read', 'jobs:write'] },
        { label: 'See events and statistics', scopes: ['events:read', 'statistics:read'] },
        { label: 'Stay connected while you are away', scopes: ['offline'] },
    ],
};
oauthMethod.scopes = oauthMethod.access.flatMap(({ scopes }) => scopes);
const withoutWords = {
    ...oauthMethod,
    access: null,
    scopes: [
        ...[
            'openid',
            'email',
            'profile',
            'offline',
            'account:read',
            'customers:read',
            'customers:write',
            'macros:read',
        ],
        ...[
            'statistics:read',
            'tags:read',
            'tags:write',
            'tickets:read',
            'tickets:write',
            'users:read',
            'rules:read',
            'events:read',
        ],
    ],
};
const integration = (name, label, category, methods = [apiKeyMethod], fields = []) => ({
    environment_integration_id: `envint_${name}`,
    name,
    label,
    category,
    logo_svg: null,
    fields,
    methods,
});
const gorgias = (methods = [apiKeyMethod, oauthMethod], fields = [subdomain]) => ({
    ...integration('gorgias', 'Gorgias', 'helpdesk', methods, fields),
    logo_svg: gorgiasMark,
});
const tokenOnly = {
    name: 'api_key',
    label: 'API token',
    kind: 'form',
    fields: [field('token', 'API token', { secret: true })],
};

const few = [
    gorgias(),
    integration('shopify', 'Shopify', 'e_commerce', [tokenOnly]),
    integration('zendesk', 'Zendesk', 'helpdesk', []),
];
const categories = { Aircall: 'telephony', HubSpot: 'crm', Salesforce: 'crm', Klaviyo: 'sms_marketing' };
const many = [
    gorgias(),
    ...[
        'Aircall',
        'BigCommerce',
        'Freshdesk',
        'Front',
        'HubSpot',
        'Intercom',
        'Klaviyo',
        'Magento',
        'Salesforce',
        'Zendesk',
    ].map((label) => integration(label.toLowerCase(), label, categories[label] ?? 'helpdesk', [tokenOnly])),
];

/** Reconnecting: what is not secret is known, and what tells which account it is stays. */
const knownSubdomain = { ...subdomain, value: 'acme', read_only: true };
const knownEmail = {
    ...apiKeyMethod,
    fields: apiKeyMethod.fields.map((asked) => ({ ...asked, value: asked.secret ? null : 'kim@acme.example' })),
};
const long = 'Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz';
const wordy = {
    ...integration('wordy', `${long} for Enterprises of all Sizes`, 'business_intelligence', [
        {
            name: 'api_key',
            label: `Key of the ${long}`,
            kind: 'form',
            fields: [
                field('key', 'Personal access token of an administrator', {
                    description:
                        'Made by an administrator under Settings, Security, Personal access tokens; the token needs the rights “read” and “write” and should not expire.',
                    help_url: 'https://docs.example.com/personal-access-tokens',
                    secret: true,
                }),
            ],
        },
    ]),
    fields: [
        field('workspace', 'Workspace', {
            description: 'As it stands in the address bar of your browser once you have signed in.',
            suffix: '.customers.a-very-long-name-of-a-vendor.example.com',
        }),
    ],
};

/** What a link token of each name is for. */
const links = {
    catalogue: { integrations: few },
    many: { integrations: many },
    one: { integrations: [gorgias()] },
    form: { integrations: [gorgias([apiKeyMethod])] },
    oauth: { integrations: [gorgias([oauthMethod])] },
    // The vendor's page cuts itself off from whoever opened it.
    severed: { integrations: [gorgias([oauthMethod], [])] },
    plain: { integrations: [gorgias([oauthMethod], [])] },
    derived: { integrations: [gorgias([withoutWords], [])] },
    reconnect: { is_reconnect: true, integrations: [gorgias([knownEmail], [knownSubdomain])] },
    again: { is_reconnect: true, integrations: [gorgias([oauthMethod], [knownSubdomain])] },
    wordy: { theme: { name: `${long} Inc.`, logo_url: null, color: null }, integrations: [wordy] },
    // What somebody could put into the drawing of an integration.
    hostile: {
        integrations: [
            {
                ...gorgias(),
                logo_svg:
                    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40" onload="top.hacked=1"><script>top.hacked=1</script><image href="/connect/assets/from-the-drawing.png"/><rect width="40" height="40" fill="#36c"/></svg>',
            },
            { ...integration('torn', 'Torn', 'crm', [tokenOnly]), logo_svg: '<svg' },
        ],
    },
    none: { integrations: [] },
    unready: { integrations: [gorgias([])] },
    yellow: { theme: { name: 'Sunny', logo_url: null, color: '#ffe14d' }, integrations: [gorgias([oauthMethod])] },
    staging: {
        environment: 'staging',
        theme: { name: null, logo_url: null, color: null },
        integrations: [gorgias([apiKeyMethod])],
    },
    broken: { integrations: few },
};

const asked = (name, label, type, more = {}) => ({
    name,
    label,
    description: '',
    type,
    required: false,
    max_length: 500,
    options: null,
    loads_options: false,
    depends_on: [],
    value: null,
    ...more,
});
const teams = [
    { value: 1, label: 'First line' },
    { value: 2, label: 'Experts' },
];
const usersOf = { 1: [{ value: 10, label: 'Otto' }], 2: [{ value: 20, label: 'Eve' }] };
const accountForm = {
    title: 'Who answers?',
    description: 'Tickets of this shop go to one team.',
    integration: { name: 'gorgias', label: 'Gorgias' },
    fields: [
        asked('team', 'Team', 'select', { required: true, loads_options: true }),
        asked('user', 'Person', 'select', { loads_options: true, depends_on: ['team'] }),
        asked('tone', 'Tone', 'select', {
            description: 'How drafts are written.',
            options: [
                { value: 'formal', label: 'Formal' },
                { value: 'casual', label: 'Casual' },
            ],
        }),
        asked('days', 'Days', 'multi_select', {
            options: [
                { value: 'mon', label: 'Monday' },
                { value: 'tue', label: 'Tuesday' },
            ],
        }),
        asked('signature', 'Signature', 'text', { description: 'Below each reply.' }),
        asked('drafts', 'Only write drafts', 'checkbox'),
    ],
};
const optionalForm = { ...accountForm, fields: [asked('signature', 'Signature', 'text')] };

/** Of every call that waits. */
export const approvalCode = 'K7QM2XWP';

export async function start({ latencyMs = 60 } = {}) {
    const used = new Set();
    const connections = new Map();
    const calls = [];
    /** By an approval's id: how it was decided, and how many wrong codes were given. */
    const decided = new Map();
    const wrongCodes = new Map();
    const servers = [];
    const listen = (host, handle) =>
        new Promise((resolve) => {
            const server = createServer((request, response) => {
                const url = new URL(request.url, `http://${request.headers.host}`);
                handle(request, response, url).catch((error) => {
                    response.statusCode = 500;
                    response.end(String(error));
                });
            });
            servers.push(server);
            server.keepAliveTimeout = 120_000; // It must not close a connection in the moment in which a browser uses it again.
            server.listen(0, '127.0.0.1', () => resolve(`http://${host}:${server.address().port}`));
        });

    const send = (response, status, body, headers = {}) => {
        response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers });
        response.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body));
    };
    const refuse = (response, status, message, more = {}, headers = {}) =>
        send(response, status, { statusCode: status, error: 'Error', message, ...more }, headers);
    const page = (response, text, headers = {}) =>
        send(response, 200, text, { 'content-type': types.html, ...headers });

    async function file(response, name, headers = {}) {
        const content = await readFile(`${dist}${name}`).catch(() => undefined);
        if (content === undefined) return refuse(response, 404, 'not found');
        return send(response, 200, content, {
            'content-type': types[name.split('.').pop()] ?? 'application/octet-stream',
            'content-security-policy': policy,
            'referrer-policy': 'no-referrer',
            'x-content-type-options': 'nosniff',
            ...headers,
        });
    }

    // A token is the name of a link, a dash and anything that makes it unique.
    const linkOf = (token) => links[token?.split('-')[0]];

    /// "-asks" in a link's token: the integration asks something once the account is connected.
    const formTokenOf = (token) => (/-asks/.test(token) ? `form-${token}` : null);

    async function form(request, response, path, token) {
        const chunks = [];
        for await (const chunk of request) chunks.push(chunk);
        const body = chunks.length === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString());
        calls.push({ method: request.method, path, token, body });
        await new Promise((resolve) => setTimeout(resolve, latencyMs));
        if (!token?.startsWith('form-') || /-expired/.test(token))
            return refuse(response, 401, 'This form has expired', { error_type: 'invalid_token' });
        if (request.method === 'GET') return send(response, 200, /-optional/.test(token) ? optionalForm : accountForm);
        if (path === '/connect/form/options') {
            if (
                /-unlucky/.test(token) &&
                calls.filter((call) => call.token === token && call.path === path).length === 1
            )
                return refuse(response, 502, 'gorgias did not answer', { error_type: 'connection_error' });
            return send(response, 200, { options: body.field === 'team' ? teams : usersOf[body.values.team] });
        }
        if (body.values.signature === 'taken')
            return refuse(response, 400, 'values are not valid', {
                details: { failures: [{ path: 'values.signature', message: 'is taken' }] },
            });
        return send(response, 200, { result: 'success' });
    }

    function session(token) {
        const { environment = 'production', theme, integrations, is_reconnect = false } = linkOf(token);
        const hasReturn = /-return/.test(token);
        return {
            environment: { name: environment, theme: theme ?? { name: 'Acme Desk', logo_url: logo, color: '#3451d1' } },
            tenant_id: 'acme-42',
            is_reconnect,
            expires_at: '2030-01-01T00:00:00Z',
            redirect_uri: hasReturn ? `${host}/returned?kept=1` : null,
            integrations,
        };
    }

    function connect(response, token, { environment_integration_id: id, authentication_method: name, context = {} }) {
        const chosen = linkOf(token).integrations.find((one) => one.environment_integration_id === id);
        const method = chosen?.methods.find((one) => one.name === name);
        if (method === undefined) return refuse(response, 400, 'unknown method');
        const failures = [];
        for (const asked of [...chosen.fields, ...method.fields]) {
            const value = context[asked.name] ?? '';
            if (asked.required && value === '')
                failures.push({ path: `context.${asked.name}`, message: 'is required' });
            else if (asked.pattern !== null && !new RegExp(asked.pattern).test(value))
                failures.push({ path: `context.${asked.name}`, message: `must match ${asked.pattern}` });
        }
        if (context.subdomain === 'taken')
            failures.push({ path: 'context.subdomain', message: 'is not the one this account was connected with' });
        if (context.subdomain === 'nosuch')
            failures.push({
                path: 'context.subdomain',
                message: 'There is no Gorgias at nosuch.gorgias.com. Check the subdomain.',
            });
        if (failures.length > 0) return refuse(response, 400, 'context is not valid', { details: { failures } });
        if (context.subdomain === 'down')
            return refuse(response, 502, 'gorgias did not answer', { error_type: 'connection_error' });
        if (context.subdomain === 'fault') return refuse(response, 500, 'internal');
        if (method.kind === 'form') {
            const secret = context.api_key ?? context.token;
            if (secret.startsWith('wrong'))
                return refuse(response, 422, 'The e-mail address or the API key is wrong', {
                    error_type: 'validation_error',
                });
            used.add(token);
            return send(response, 200, {
                result: 'success',
                integration: chosen.name,
                integrated_account_id: 'ia_01form',
                form_token: formTokenOf(token),
            });
        }
        const connection = {
            id: `conn_${randomUUID()}`,
            status: 'initiated',
            error: null,
            integration: chosen.name,
            integrated_account_id: null,
            form_token: null,
            token,
        };
        connections.set(connection.id, connection);
        return send(response, 200, {
            connection_id: connection.id,
            authorize_url: `/connect/start?connection=${connection.id}`,
        });
    }

    async function approve(request, response) {
        const chunks = [];
        for await (const chunk of request) chunks.push(chunk);
        const body = JSON.parse(Buffer.concat(chunks).toString());
        calls.push({ method: request.method, path: '/approve/call', body });
        await new Promise((resolve) => setTimeout(resolve, latencyMs));
        const { approval_id: id, code, decision } = body;
        const call = approvals[id.split('-')[0]];
        const wrong = wrongCodes.get(id) ?? 0;
        if (call === undefined || wrong >= 5) return refuse(response, 404, 'There is no such approval.');
        if (code.toUpperCase().replace(/[^A-Z0-9]/g, '') !== approvalCode) {
            wrongCodes.set(id, wrong + 1);
            return refuse(response, 400, 'code is not the code of this call', {
                details: { failures: [{ path: 'code', message: 'is not the code of this call' }] },
            });
        }
        if (decision !== undefined && decided.has(id)) return refuse(response, 409, 'It is decided once.');
        if (decision !== undefined) decided.set(id, decision === 'approve' ? 'approved' : 'declined');
        return send(response, 200, {
            id,
            status: decided.get(id) ?? 'pending',
            tool: 'a_tool',
            expires_at: new Date(Date.now() + 58.5 * 60_000).toISOString(),
            call,
        });
    }

    const answerPeople = people({ calls, latencyMs, send, refuse, file });
    const link = await listen('127.0.0.1', async (request, response, url) => {
        if (await answerPeople(request, response, url)) return undefined;
        const token = request.headers.authorization?.replace(/^Bearer /, '');
        if (url.pathname.startsWith('/connect/session')) {
            const chunks = [];
            for await (const chunk of request) chunks.push(chunk);
            const body = chunks.length === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString());
            calls.push({ method: request.method, path: url.pathname, token, body });
            await new Promise((resolve) => setTimeout(resolve, latencyMs));
            const id = /^\/connect\/session\/connection\/(.+)$/.exec(url.pathname)?.[1];
            if (id !== undefined) {
                const connection = connections.get(id);
                return connection === undefined || connection.token !== token
                    ? refuse(response, 404, 'no such connection')
                    : send(response, 200, { ...connection, token: undefined });
            }
            if (linkOf(token) === undefined || used.has(token))
                return refuse(response, 401, 'the link token is not valid', { error_type: 'invalid_token' });
            if (request.method === 'POST') return connect(response, token, body);
            if (token.startsWith('broken') && calls.filter((call) => call.token === token).length === 1)
                return refuse(response, 503, 'try again');
            return send(response, 200, session(token));
        }
        if (url.pathname.startsWith('/connect/form')) return form(request, response, url.pathname, token);
        if (url.pathname === '/reference') return file(response, 'reference.html', { 'cache-control': 'no-store' });
        if (url.pathname === '/openapi.yaml')
            return send(response, 200, await readFile(specification), { 'content-type': 'application/yaml' });
        if (url.pathname === '/approve') return file(response, 'approve.html');
        if (url.pathname === '/approve/call') return approve(request, response);
        // For the browser that made the connection; here any.
        const ended = connections.get(/^\/connect\/result\/(.+)$/.exec(url.pathname)?.[1] ?? '');
        if (ended !== undefined) {
            const { redirect_uri } = session(ended.token);
            return send(response, 200, { ...ended, token: undefined, redirect_uri });
        }
        if (url.pathname === '/connect' || url.pathname === '/connect/done') return file(response, 'connect.html');
        if (url.pathname === '/connect/start')
            return send(response, 302, '', {
                location: `${vendor}/authorize?state=${url.searchParams.get('connection')}`,
                'referrer-policy': 'no-referrer',
            });
        if (url.pathname === '/connect/callback') {
            const connection = connections.get(url.searchParams.get('state'));
            const denied = url.searchParams.get('error');
            if (denied === null) {
                connection.status = 'active';
                connection.integrated_account_id = 'ia_01oauth';
                connection.form_token = formTokenOf(connection.token);
                used.add(connection.token);
            } else {
                connection.status = 'failed';
                connection.error = {
                    error_type: 'connection_error',
                    message: 'You did not approve the access at Gorgias.',
                };
            }
            const done = new URLSearchParams({
                ...{ connection: connection.id, environment: 'env_01mock', status: connection.status },
            });
            return send(response, 302, '', { location: `/connect/done?${done}`, 'referrer-policy': 'no-referrer' });
        }
        const asset = /^\/connect\/(assets\/[\w.-]+)$/.exec(url.pathname)?.[1];
        if (asset !== undefined)
            return file(response, asset, { 'cache-control': 'public, max-age=31536000, immutable' });
        // Another site imports it, which takes a CORS header.
        if (url.pathname === '/sluice-link.js')
            return file(response, 'sluice-link.js', {
                'access-control-allow-origin': '*',
                'cross-origin-resource-policy': 'cross-origin',
            });
        return refuse(response, 404, 'not found');
    });

    const vendor = await listen('localhost', async (_request, response, url) => {
        const back = (more) =>
            `${link}/connect/callback?${new URLSearchParams({ state: url.searchParams.get('state'), ...more })}`;
        const isSevered = connections.get(url.searchParams.get('state'))?.token.startsWith('severed');
        page(
            response,
            `<!doctype html><html lang="en"><title>Sign in at the vendor</title><meta name="color-scheme" content="light dark"><h1>Vendor</h1>
            <p><a id="allow" href="${back({ code: 'abc' })}">Allow</a> <a id="deny" href="${back({ error: 'access_denied' })}">Deny</a></p></html>`,
            isSevered ? { 'cross-origin-opener-policy': 'same-origin' } : {},
        );
    });

    // A developer's page with a strict policy of its own.
    const host = await listen('localhost', async (_request, response, url) => {
        if (url.pathname === '/host.js') {
            const script = `import { authenticate } from '${link}/sluice-link.js';
                window.outcomes = [];
                const query = new URLSearchParams(location.search);
                for (const mode of ['iframe', 'popup', 'redirect', 'container'])
                    document.getElementById(mode).addEventListener('click', () => {
                        const abort = new AbortController();
                        window.abort = () => abort.abort();
                        const container = mode === 'container' ? { container: document.getElementById('place') } : {};
                        authenticate(query.get('token'), { mode: mode === 'container' ? 'iframe' : mode, signal: abort.signal, ...container }).then(
                            (result) => window.outcomes.push(result),
                            (error) => window.outcomes.push({ name: error.name, error_type: error.error_type, isError: error instanceof Error }),
                        );
                    });`;
            return send(response, 200, script, { 'content-type': types.js });
        }
        return page(
            response,
            `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>Acme Desk</title>
            <main><h1>Acme Desk</h1><p>${['iframe', 'popup', 'redirect', 'container'].map((mode) => `<button id="${mode}">${mode}</button>`).join(' ')}</p>
            <div id="place"></div></main><script type="module" src="/host.js"></script></html>`,
            {
                'content-security-policy': `default-src 'none'; script-src 'self' ${link}; frame-src ${link}; style-src 'none'`,
            },
        );
    });

    return {
        link,
        vendor,
        host,
        calls,
        connections,
        decided,
        use: (token) => used.add(token),
        close: () =>
            Promise.all(
                servers.map(
                    (server) => (server.closeAllConnections(), new Promise((resolve) => server.close(resolve))),
                ),
            ),
    };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const { link, host } = await start({ latencyMs: 400 });
    for (const name of Object.keys(links)) console.log(`${link}/connect?link_token=${name}-1`);
    for (const name of ['one', 'oauth']) console.log(`${host}/?token=${name}-2`);
    for (const name of Object.keys(approvals)) console.log(`${link}/approve?environment=env_01mock&approval=${name}-1`);
    console.log(`The code of every call is ${approvalCode}.`);
    for (const path of ['reference', 'sign-in', 'sign-in?team=acme', 'sign-in?team=plain#error=not_invited'])
        console.log(`${link}/${path}`);
    for (const path of ['sign-in#slx_signin_good1', 'invitation#slx_invite_good1', 'reset#slx_reset_good1'])
        console.log(`${link}/${path}`);
    console.log(`Sign in as ann@acme.example with ${rightPassword}; two@acme.example also needs ${rightCode}.`);
    console.log('A key that starts with wrong, and the subdomains nosuch, taken, down and fault, are refused.');
}
