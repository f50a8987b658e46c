// Stands in for the api where the dashboard is looked at: it serves the built page as the api does, under its policy, and
// answers every list and thing as `mode` says. Run by itself it prints its address.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: data:; connect-src 'self'; " +
    "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const types = { js: 'text/javascript', css: 'text/css', woff2: 'font/woff2' };

export const env = 'env_01h455vb4pex5vsknk084sn02q';
const manyRows = 10_000;
const now = Date.parse('2026-11-20T12:00:00Z');
const at = (hoursAgo) => new Date(now - hoursAgo * 3_600_000).toISOString();
const suffix = (index) => String(index).padStart(26, '0');

const all = [
    'calls:read',
    'calls:write',
    'accounts:read',
    'accounts:write',
    'credentials:write',
    'mcp_servers:read',
    'mcp_servers:write',
    'approvals:read',
    'approvals:decide',
    'integrations:read',
    'integrations:write',
    'webhooks:read',
    'webhooks:write',
    'logs:read',
    'environment:read',
    'environment:write',
    'api_tokens:read',
    'api_tokens:write',
    'people:read',
    'people:write',
    'audit:read',
    'team:write',
];

/** 200 characters: words that can be broken, and one that cannot. */
const longName = `${'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft '.repeat(2)}${'x'.repeat(38)}`;

/** Each list as the api has it: row `index` of it, with names from `name`. */
const rows = {
    '/integrated-account': (index, name) => ({
        id: `ia_${suffix(index)}`,
        tenant_id: name('acme', index),
        environment_id: env,
        environment_integration_id: `envint_${suffix(0)}`,
        status: ['active', 'needs_reauth', 'active', 'connecting', 'validation_error', 'active'][index % 6],
        authentication_method: index % 2 === 0 ? 'api_key' : 'oauth2',
        region: index % 3 === 0 ? 'eu' : null,
        is_sandbox: index % 7 === 3,
        is_blocked: index % 11 === 5,
        fair_share: null,
        context: { subdomain: name('acme', index), email: 'agent@acme.example', oauth: { scope: ['tickets:read'] } },
        integration: { id: 'int_0', name: 'gorgias', category: 'helpdesk' },
        last_error:
            index % 6 === 1
                ? { type: 'authentication_error', message: name('invalid_grant', index), occurred_at: at(index + 2) }
                : null,
        last_forbidden_error:
            index % 6 === 1
                ? {
                      resource: 'macros',
                      method: 'create',
                      message: 'Token lacks the scope macros:write',
                      occurred_at: at(5),
                      missing_scopes: ['macros:write'],
                  }
                : null,
        created_at: at(index + 900),
        updated_at: at(index + 1),
        rate_limit: null,
    }),
    '/mcp': (index, name) => server(index, name, { integrated_account_id: `ia_${suffix(0)}` }),
    '/mcp-server': (index, name) => server(index, name, { tenant_id: name('acme', index), integrations: [] }),
    '/approval': (index, name) => ({
        id: `appr_${suffix(index)}`,
        status: ['pending', 'approved', 'declined', 'used'][index % 4],
        tool: 'delete_a_gorgias_ticket_by_id',
        mcp_server_id: `mcp_srv_${suffix(0)}`,
        integrated_account_id: `ia_${suffix(0)}`,
        decided_by: null,
        decided_at: null,
        created_at: at(index),
        expires_at: at(-4),
        call: {
            title: name('Delete a ticket', index),
            integration: 'gorgias',
            integration_label: 'Gorgias',
            tenant_id: name('acme', index),
            mcp_server: name('Triage agent', index),
            arguments: { id: 1 },
            about: { label: 'Ticket', id: '1', title: name('Where is my order?', index), details: [] },
            request: { method: 'DELETE', url: 'https://acme.gorgias.com/api/tickets/1', headers: {}, body: null },
            changes: null,
        },
        code: 'ABCD-EFGH',
    }),
    '/log': (index, name, query) =>
        query.get('log_type') === 'webhook' ? delivery(index, name) : call(index, name, query),
    '/log/hours': (index) => ({
        hour: new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000 - (index + 1) * 3_600_000).toISOString(),
        log_type: 'unified_proxy_api',
        integration: 'gorgias',
        status_class: 2,
        calls: 400 + ((index * 137) % 300),
        errors: (index * 7) % 23,
        throttled: index % 5 === 0 ? 4 : 0,
        p50: 40 + ((index * 13) % 30),
        p95: 180 + ((index * 31) % 140),
    }),
    '/integration': (index, name) => ({
        id: `int_${index}`,
        name: index === 0 ? 'gorgias' : `vendor-${index}`,
        category: 'helpdesk',
        label: index === 0 ? name('Gorgias', index) : name('Vendor', index),
        is_beta: index % 3 === 1,
        sharing: 'allow',
        version: 1,
        created_at: at(900),
        updated_at: at(800),
    }),
    '/environment-integration': (index, name) => ({
        id: `envint_${suffix(index)}`,
        environment_id: env,
        integration_id: `int_${index % 40}`,
        override: {
            base_url: `https://{{context.subdomain}}.${name('eu', 0).replaceAll(' ', '-')}.example`,
            credentials: { oauth2: { client_id: name('client', index) } },
            headers: { 'x-version': '2026-01-01' },
        },
        is_enabled: index % 4 !== 3,
        show_in_catalog: true,
        last_error:
            index === 1
                ? { type: 'authentication_error', message: name('invalid_client', index), occurred_at: at(3) }
                : null,
        created_at: at(900),
        updated_at: at(index + 4),
    }),
    '/webhook': (index, name) => ({
        id: `wh_${suffix(index)}`,
        environment_id: env,
        target_url: `https://app.example/hooks/${name('sluice', index).replaceAll(' ', '-')}`,
        event_types: index % 2 === 0 ? [] : ['integrated_account:authentication_error', 'approval:requested'],
        is_active: index % 3 !== 2,
        created_at: at(700),
        updated_at: at(index + 3),
    }),
    '/notification-destination': (index, name) => ({
        id: `dest_${suffix(index)}`,
        environment_id: env,
        type: 'slack',
        label: name('Operators', index),
        event_types: ['approval:requested'],
        config: { url: 'https://hooks.slack.com/services/…/abcd' },
        is_active: true,
        last_error:
            index === 1
                ? { message: name('The channel is archived.', index), http_status_code: 410, occurred_at: at(2) }
                : null,
        created_at: at(500),
        updated_at: at(400),
    }),
    '/api-token': (index, name) => ({
        id: `tok_${suffix(index)}`,
        environment_id: env,
        name: name('reporting', index),
        scopes: index % 2 === 0 ? ['full'] : ['read_only', 'webhooks:write'],
        addresses: index % 3 === 0 ? [] : ['198.51.100.0/24'],
        created_by: null,
        mcp_only: index % 4 === 1,
        expires_at: index % 3 === 1 ? at(-200) : null,
        created_at: at(600),
    }),
    '/user': (index, name) => ({
        id: `user_${suffix(index)}`,
        team_id: 'team_1',
        email: `${name('kim', index)
            .replaceAll(/[^a-z0-9]+/gi, '.')
            .slice(0, 200)}@acme.example`,
        name: index % 3 === 2 ? '' : name('Kim', index),
        role: ['owner', 'admin', 'developer', 'viewer'][index % 4],
        environment_ids: null,
        is_active: index % 5 !== 4,
        is_invited: index % 5 === 3,
        has_password: true,
        has_second_factor: false,
        signed_in_at: index % 5 === 3 ? null : at(index),
        created_at: at(900),
    }),
    '/identity-provider': (index, name) => ({
        id: `idp_${suffix(index)}`,
        label: name('Okta', index),
        issuer: `https://${name('acme', index)
            .replaceAll(/[^a-z0-9]+/gi, '-')
            .slice(0, 180)}.okta.example`,
        client_id: name('sluice', index),
        has_client_secret: true,
        is_enabled: index % 2 === 0,
        redirect_url: 'https://sluice.example/oidc/callback/team_1',
        created_at: at(800),
    }),
    '/audit-log': (index, name) => ({
        id: `audit_${suffix(index)}`,
        environment_id: index % 3 === 0 ? null : env,
        actor: {
            type: ['user', 'api_token', 'operator', 'link'][index % 4],
            id: `user_${suffix(index)}`,
            name: name('kim@acme.example', index),
        },
        action: ['webhook.update', 'integrated_account.delete', 'environment_integration.confirm'][index % 3],
        target_id: `wh_${suffix(index)}`,
        before: { is_active: true },
        after: { is_active: false, label: name('x', index) },
        client_address: '203.0.113.7',
        request_id: `req_${index}`,
        created_at: at(index),
    }),
    '/session': (index, name) => ({
        id: `sess_${suffix(index)}`,
        is_current: index === 0,
        method: 'password',
        client_address: '203.0.113.7',
        user_agent: index === 1 ? name('agent', index) : 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140 Safari/537',
        created_at: at(100),
        seen_at: at(index),
        expires_at: at(-100),
    }),
    '/tools': (index, name) => tool(index, name),
};

function server(index, name, more) {
    return {
        id: `mcp_srv_${suffix(index)}`,
        name: name('Triage agent', index),
        config: {
            methods: index % 2 === 0 ? ['read', 'write'] : [],
            tags: index % 3 === 0 ? ['tickets', name('users', 0)] : [],
            vocabulary: 2,
            tool_exposure: index % 2 === 0 ? 'all' : 'discovery',
            require_api_token_auth: index % 2 === 1,
            result_token_limit: 20000,
            structured_content: false,
            approval_tags: ['deletes'],
            approval_link: false,
            idempotency_window_s: 60,
        },
        created_by: `tok_${suffix(0)}`,
        expires_at: index % 3 === 1 ? at(-100) : null,
        created_at: at(index + 50),
        updated_at: at(index + 20),
        ...more,
    };
}

function call(index, name, query) {
    const isMcp = query.get('log_type') === 'mcp';
    const hasFailed = index % 5 === 2;
    return {
        id: `log_${suffix(index + (isMcp ? 1 : 0) * 500_000)}`,
        log_type: isMcp ? 'mcp' : 'unified_proxy_api',
        timestamp: new Date(Date.now() - index * 61_000).toISOString(),
        environment_id: env,
        request_id: `req_${index}`,
        request_type: 'tool',
        integrated_account_id: `ia_${suffix(index % 9)}`,
        tenant_id: name('acme', index % 9),
        integration: 'gorgias',
        resource: 'tickets',
        method: 'list',
        ...(isMcp
            ? {
                  mcp_server_id: `mcp_srv_${suffix(0)}`,
                  mcp_server_name: name('Triage agent', 0),
                  mcp_method: 'tools/call',
              }
            : { http_method: 'GET', http_url: 'https://acme.gorgias.com/api/tickets' }),
        tool_name:
            index % 4 === 0 ? 'list_all_gorgias_tickets' : name('get_single_gorgias_ticket', 0).replaceAll(' ', '_'),
        client_name: 'claude-code',
        client_version: '2.1.0',
        client_address: '203.0.113.7',
        http_status_code: hasFailed ? [404, 429, 502][index % 3] : 200,
        duration: 20 + ((index * 37) % 900),
        fetch_duration: 12 + ((index * 31) % 400),
        ...(hasFailed ? { error: name('Ticket does not exist.', index) } : { result_count: 30 }),
    };
}

function delivery(index, name) {
    const hasFailed = index % 4 === 0;
    return {
        id: `log_${suffix(index)}`,
        log_type: 'webhook',
        timestamp: at(index),
        event_id: `evt_${suffix(index)}`,
        event: 'integrated_account:authentication_error',
        webhook_id: `wh_${suffix(0)}`,
        delivery_id: `dlv_${suffix(index)}`,
        attempt: 1 + (index % 3),
        duration: 100 + index,
        http_status_code: hasFailed ? null : 200,
        error: hasFailed ? name('timed out', index) : null,
    };
}

const schema = (name) => ({
    type: 'object',
    properties: {
        subject: { type: 'string', description: name('What it is about.', 0) },
        status: { type: ['string', 'null'], enum: ['open', 'closed', null], description: 'Of the ticket.' },
        limit: { type: 'integer', minimum: 1, maximum: 100 },
        spam: { type: 'boolean' },
        channels: { type: 'array', items: { enum: ['email', 'chat', name('other', 0)] } },
        tags: {
            type: 'array',
            items: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
        },
        customer: { type: 'object', properties: { email: { type: 'string' }, id: { type: 'integer' } } },
        meta: { type: 'object' },
        dry_run: { type: 'boolean' },
    },
    required: ['subject'],
});

function tool(index, name) {
    const title = index === 0 ? 'list_all_gorgias_tickets' : `tool_${index}_${name('x', 0).replaceAll(' ', '_')}`;
    const isRead = index % 2 === 0;
    return {
        resource: 'tickets',
        method: `method_${index}`,
        name: title.slice(0, 128),
        title: name('List tickets', index),
        description: name('Lists tickets, newest first.', index),
        query_schema: schema(name),
        body_schema: null,
        required: ['subject'],
        tags: ['tickets', ['reads', 'deletes', 'sends'][index % 3]],
        access: isRead ? 'read' : 'write',
        destructive: index % 6 === 1,
        shown_bytes: 1200 + index,
        inputSchema: schema(name),
        annotations: {
            title: name('List tickets', index),
            readOnlyHint: isRead,
            destructiveHint: false,
            idempotentHint: true,
            openWorldHint: true,
        },
    };
}

const meOf = (name) => ({
    user: { ...rows['/user'](0, name), email: 'ann@acme.example', name: name('Ann Fox', 0), role: 'owner' },
    team: { id: 'team_1', name: name('Acme Desk', 0) },
    permissions: all,
    environments: [
        { id: env, name: name('production', 0) },
        { id: 'env_01h455vb4pex5vsknk084sn02r', name: 'staging' },
    ],
    session: { id: 'sess_1', method: 'password', created_at: at(1), expires_at: at(-1) },
});

/** What is one thing: by its path. */
function thing(path, name) {
    const id = path.split('/')[2] ?? '';
    const index = /0{6}/.test(id) ? Number(id.replace(/^\w+_/, '').slice(-6)) : 0;
    if (path === '/permission')
        return {
            permissions: all.map((each) => ({ name: each, meaning: name('do something', 0) })),
            roles: [],
            scopes: ['full', 'read_only', 'data_plane', 'no_credentials'].map((each) => ({
                name: each,
                meaning: 'what it says',
                permissions: all,
            })),
        };
    if (path.startsWith('/integration/'))
        return {
            ...rows['/integration'](Number(id.split('_')[1] ?? 0) || 0, name),
            config: {
                name: 'gorgias',
                label: 'Gorgias',
                credentials: {
                    api_key: { label: 'E-mail and API key' },
                    oauth2: { label: name('Gorgias account', 0), authorize_url: 'x', scopes: ['tickets:read'] },
                },
                presets: { support_agent: { methods: ['read', 'write'], tags: ['tickets'] } },
                resources: {},
            },
        };
    if (path.startsWith('/environment/'))
        return {
            id,
            team_id: 'team_1',
            name: name('production', 0),
            created_at: at(900),
            theme: { name: name('Acme Desk', 0), color: '#3451d1' },
            link_origins: ['https://app.example'],
            reconnect_url: null,
            log_bodies_hours: 0,
            rate_limit_headers: 'standard',
            quotas: {
                accounts: { used: 9500, limit: 10000 },
                mcp_servers: { used: 12, limit: 10000 },
                webhooks: { used: 20, limit: 20 },
            },
        };
    if (path.endsWith('/rate-limit'))
        return {
            windows: [
                { name: name('requests', 0), unit: 'requests', limit: 40, remaining: 31, reset: 14, seen_at: at(0) },
                { name: 'burst', unit: 'requests', limit: 10, remaining: 0, reset: 2, seen_at: at(0) },
            ],
            forecast: { calls_left: 31, for_s: 14, text: '31 calls left for 14 s' },
            own: { limit: 50, remaining: 49, reset: 4 },
        };
    if (path.endsWith('/capabilities'))
        return {
            integration: { name: 'gorgias', label: 'Gorgias', category: 'helpdesk' },
            proxy: ['tickets', name('macros', 0)].map((resource) => ({
                resource,
                methods: ['list', 'create'].map((method) => ({
                    method,
                    name: method === 'list' ? `list_all_${resource}` : null,
                    description: method === 'list' ? name('Lists them.', 0) : null,
                    has_query_schema: true,
                    has_body_schema: false,
                    has_response_schema: true,
                    scopes: [`${resource}:read`, `${resource}:write`],
                    missing_scopes: method === 'create' ? [`${resource}:write`] : [],
                })),
            })),
            auth: { formats: ['api_key'], fields: [] },
            ai_readiness: { proxy_methods: 4, proxy_methods_with_descriptions: 2, ai_ready_score: 0.5 },
            account: {
                id: 'ia_1',
                status: 'active',
                authentication_method: 'oauth2',
                is_blocked: false,
                granted_scopes: ['tickets:read'],
            },
        };
    if (/^\/integrated-account\/[^/]+\/mcp\//.test(path)) return rows['/mcp'](0, name);
    if (path.startsWith('/log/')) return call(index, name, new URLSearchParams());
    const list = `/${path.split('/')[1]}`;
    return list in rows ? rows[list](index, name) : undefined;
}

/** The list that a path is, if it is one. */
function listOf(path) {
    if (/^\/integrated-account\/[^/]+\/mcp$/.test(path)) return '/mcp';
    if (/^\/integrated-account\/[^/]+\/tools$/.test(path)) return '/tools';
    return path in rows ? path : undefined;
}

/** How many there are, where it is not `mode` that says so. */
const few = { '/log': 40, '/log/hours': 24, '/integration': 7, '/tools': 60 };

export async function startBoard() {
    const state = { mode: 'rows', pending: new Set(), isLive: false, streams: new Set(), asked: [] };
    const plain = (word, index) => (index === 0 ? word : `${word} ${index}`);
    const long = (word, index) => `${word} ${index} ${longName}`.slice(0, 200);

    function api(request, response, url) {
        const name = state.mode === 'long' ? long : plain;
        const send = (status, body) => {
            response.writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'req_0f0f0f0f' });
            response.end(JSON.stringify(body));
        };
        const path = url.pathname;
        if (request.headers['sluice-client'] !== 'dashboard') return send(403, { message: 'not of our pages' });
        if (path === '/me') return send(200, state.mode === 'none' ? { ...meOf(name), environments: [] } : meOf(name));
        if (path === '/live') {
            if (!state.isLive) return send(404, { message: 'There is no such path.' });
            response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
            response.write(': \n\n');
            state.streams.add(response);
            return response.on('close', () => state.streams.delete(response));
        }
        state.asked.push(path);
        if (state.mode === 'loading') return state.pending.add(response);
        if (state.mode === 'error') return send(500, { message: 'Something of ours failed.' });
        if (state.mode === 'denied')
            return send(403, {
                message: 'This needs the permission things:read (to see things), which you do not have.',
            });
        const list = listOf(path);
        if (list === undefined) {
            const found = thing(path, name);
            return found === undefined ? send(404, { message: 'There is nothing here.' }) : send(200, found);
        }
        const isWhole = list === '/tools' || list === '/session';
        const isOne = url.searchParams.has('request_id');
        const total = isOne
            ? 1
            : state.mode === 'empty'
              ? 0
              : state.mode === 'many' && !isWhole
                ? manyRows
                : (few[list] ?? 12);
        const limit = isWhole ? total : Math.min(Number(url.searchParams.get('limit') ?? 100), 5000);
        const from = Number(url.searchParams.get('next_cursor') ?? 0);
        const to = Math.min(total, from + limit);
        const result = Array.from({ length: Math.max(0, to - from) }, (_, index) =>
            rows[list](from + index, name, url.searchParams),
        );
        return send(200, { result, next_cursor: to < total ? String(to) : null, limit });
    }

    const server = createServer(async (request, response) => {
        const url = new URL(request.url, 'http://board');
        try {
            if (url.pathname === '/dashboard' || url.pathname.startsWith('/dashboard/')) {
                response.writeHead(200, {
                    'content-type': 'text/html; charset=utf-8',
                    'content-security-policy': policy,
                    'cache-control': 'no-store',
                });
                return response.end(await readFile(`${dist}dashboard.html`));
            }
            const asset = /^\/connect\/assets\/([\w.-]+)$/.exec(url.pathname)?.[1];
            if (asset !== undefined) {
                const body = await readFile(`${dist}assets/${asset}`);
                response.writeHead(200, {
                    'content-type': types[asset.split('.').pop()] ?? 'application/octet-stream',
                    'cache-control': 'public, max-age=31536000, immutable',
                });
                return response.end(body);
            }
            api(request, response, url);
        } catch (error) {
            response.writeHead(500);
            response.end(String(error));
        }
    });
    server.keepAliveTimeout = 120_000; // It must not close a connection in the moment in which a browser uses it again.
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    return {
        base: `http://127.0.0.1:${server.address().port}`,
        env,
        manyRows,
        set: (mode) => {
            for (const response of state.pending) response.destroy();
            state.pending.clear();
            state.mode = mode;
        },
        /** Whether there is a live stream, the streams that are open, and what was asked for. */
        live: (isLive) => (state.isLive = isLive),
        streams: state.streams,
        asked: state.asked,
        close: () => {
            for (const response of state.pending) response.destroy();
            server.closeAllConnections();
            return new Promise((resolve) => server.close(resolve));
        },
    };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const board = await startBoard();
    board.set(process.argv[2] ?? 'rows');
    console.log(`${board.base}/dashboard`);
}
