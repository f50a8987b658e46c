import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brokenStatuses, flatten, isBroken, timelineOf, type Account } from '../../src/dashboard/account/account.ts';
import { ApiError, mayRetry, permissionIn } from '../../src/dashboard/api/error.ts';
import { clientBlocks, plainName, quoted } from '../../src/dashboard/clients.ts';
import { containing, readFilters, since, withFilter } from '../../src/dashboard/filters.ts';
import { ago, formatBytes, formatMs, formatSeconds, utc } from '../../src/dashboard/format.ts';
import { formOfOverride, headersIn, overrideOf, restIn, schemesOf } from '../../src/dashboard/integration.ts';
import { isTouched } from '../../src/dashboard/live.ts';
import { argumentsOf, curlOf, titleOf, waterfallOf, type Call } from '../../src/dashboard/logs/call.ts';
import {
    bodyOf,
    emptyServer,
    expiryOf,
    formOf,
    problemsOf,
    sizeOf,
    withFilter as filterWords,
} from '../../src/dashboard/mcp/servers.ts';
import { failingWebhooks } from '../../src/dashboard/overview/failing.ts';
import { quantile, seriesOf, throttledBy, type HourlySum } from '../../src/dashboard/overview/series.ts';
import { environmentIn, inEnvironment, pathOf, routes } from '../../src/dashboard/routes.ts';
import { EventParser } from '../../src/dashboard/stream.ts';
import { fromLocal, toLocal } from '../../src/dashboard/times.ts';

test('routes: addresses, and the same page in another environment', () => {
    assert.equal(pathOf('account', { env: 'env_1', id: 'ia_1' }), '/env_1/accounts/ia_1');
    assert.equal(pathOf('account', { env: 'env_1', id: 'ia_1', tab: 'calls' }), '/env_1/accounts/ia_1/calls');
    assert.equal(pathOf('members'), '/team/members');
    assert.equal(environmentIn('/env_1/logs'), 'env_1');
    assert.equal(environmentIn('/team/members'), undefined);
    assert.equal(inEnvironment('/env_1/accounts/ia_1/calls', 'env_2'), '/env_2/accounts');
    assert.equal(inEnvironment('/env_1', 'env_2'), '/env_2');
    assert.equal(inEnvironment('/team/members', 'env_2'), '/env_2');
    const paths = routes.map(({ path }) => path);
    assert.equal(new Set(paths).size, paths.length);
});

test('filters stand in the address', () => {
    const query = new URLSearchParams('status=active&other=1');
    assert.deepEqual(readFilters(query, ['status', 'tenant']), { status: 'active', tenant: '' });
    assert.equal(withFilter(query, { status: '', tenant: 'a b' }).toString(), 'other=1&tenant=a+b');
    assert.equal(containing('50%_a\\'), '%50\\%\\_a\\\\%');
    assert.equal(since('1h', Date.parse('2026-11-20T12:34:56Z')), '2026-11-20T11:34:00.000Z');
    assert.equal(since('', 0), undefined);
});

test('numbers and times', () => {
    assert.equal(formatMs(0.5), '0.5 ms');
    assert.equal(formatMs(1250), '1.25 s');
    assert.equal(formatMs(90_000), '1.5 min');
    assert.equal(formatBytes(999), '999 B');
    assert.equal(formatBytes(118_000), '118 kB');
    assert.equal(formatSeconds(90), '2 min');
    assert.equal(utc(new Date('2026-11-20T12:00:00Z')), '2026-11-20 12:00:00 UTC');
    assert.equal(ago(new Date(0), 3 * 3_600_000), '3 hours ago');
    assert.equal(ago(new Date(2 * 86_400_000), 0), 'in 2 days');
    assert.equal(fromLocal(''), null);
    assert.equal(fromLocal(toLocal('2026-11-20T12:00:00.000Z')), '2026-11-20T12:00:00.000Z');
});

test('errors: what is missing, and where', () => {
    const denied = new ApiError(403, {
        message: 'This needs the permission webhooks:write (to change …), which you do not have.',
    });
    assert.equal(denied.permission, 'webhooks:write');
    assert.equal(permissionIn('nothing'), undefined);
    const refused = new ApiError(400, {
        message: 'x',
        details: {
            failures: [
                { path: 'config.methods[0]', message: 'is no method' },
                { path: 'name', message: 'is too long' },
            ],
        },
    });
    assert.deepEqual(refused.fields(['config.methods', 'config', 'name']), {
        'config.methods': 'is no method',
        name: 'is too long',
    });
    assert.equal(mayRetry(new ApiError(0, undefined)), true);
    assert.equal(mayRetry(new ApiError(503, {})), true);
    assert.equal(mayRetry(refused), false);
});

test('clients: every block has the URL, and the second factor where it can be sent', () => {
    const blocks = clientBlocks({ name: 'Triage ‘agent’ 1', url: 'https://a.example/mcp/slx_mcp_1', needsToken: true });
    assert.deepEqual(
        blocks.map(({ id }) => id),
        ['chatgpt', 'claude', 'claude-code', 'cursor', 'vscode', 'gemini', 'n8n', 'json'],
    );
    for (const { text } of blocks) assert.match(text, /https:\/\/a\.example\/mcp\/slx_mcp_1/);
    for (const { id, text } of blocks.filter(({ id }) => ['cursor', 'vscode', 'gemini', 'json'].includes(id))) {
        assert.doesNotThrow(() => JSON.parse(text) as unknown, id);
        assert.match(text, /Sluice-Api-Token/);
    }
    assert.equal(plainName('Triage ‘agent’ 1'), 'triage-agent-1');
    assert.equal(plainName('…'), 'sluice');
    assert.equal(quoted("it's"), `'it'\\''s'`);
});

test('MCP servers: the form and what the API takes', () => {
    const now = Date.parse('2026-11-20T12:00:00Z');
    assert.deepEqual(bodyOf({ ...emptyServer, name: ' A ', methods: ['read'], exact: 'x, y', expiry: '1d' }, now), {
        name: 'A',
        config: {
            methods: ['read', 'x', 'y'],
            tags: [],
            tool_exposure: 'all',
            require_api_token_auth: false,
            approval_tags: [],
            approval_link: false,
            idempotency_window_s: 0,
            result_token_limit: 20000,
            structured_content: false,
        },
        expires_at: '2026-11-21T12:00:00.000Z',
    });
    assert.equal(expiryOf({ ...emptyServer, expiry: 'never' }, now), null);
    assert.deepEqual(filterWords({ methods: ['read', 'a_tool'], tags: ['t'] }), {
        methods: ['read'],
        exact: 'a_tool',
        tags: ['t'],
    });
    const { config } = bodyOf({ ...emptyServer, name: 'A' }, now);
    const settings = { ...config, vocabulary: 2 } as never;
    const form = formOf({ name: 'A', config: settings, expires_at: '2026-12-01T00:00:00Z' });
    assert.equal(form.expiry, 'date');
    assert.equal(expiryOf(form, now), '2026-12-01T00:00:00.000Z');
    assert.deepEqual(
        Object.keys(problemsOf({ ...emptyServer, idempotency_window_s: '-1' }, now, { required: 'r', number: 'n' })),
        ['name', 'idempotency_window_s'],
    );
    assert.deepEqual(sizeOf([{ shown_bytes: 10 }, { shown_bytes: 6 }]), { bytes: 16, tokens: 4 });
});

test('accounts: what is broken, the context in lines, what happened', () => {
    assert.equal(isBroken('active'), false);
    for (const status of brokenStatuses) assert.equal(isBroken(status), true);
    assert.deepEqual(flatten({ a: 1, oauth: { scope: ['x', 'y'] }, none: {}, nil: null }), [
        ['a', '1'],
        ['oauth.scope', 'x, y'],
        ['none', '{}'],
        ['nil', 'null'],
    ]);
    const account = {
        created_at: '2026-11-01T00:00:00Z',
        last_error: { type: 'authentication_error', message: 'invalid_grant', occurred_at: '2026-11-03T00:00:00Z' },
        last_forbidden_error: null,
    } as unknown as Account;
    const servers = [{ name: 'S', created_at: '2026-11-02T00:00:00Z' }];
    assert.deepEqual(
        timelineOf({ account, audit: [], servers }).map(({ kind }) => kind),
        ['error', 'server', 'created'],
    );
});

const call = (more: Partial<Call>): Call => ({
    id: 'log_1',
    log_type: 'unified_proxy_api',
    timestamp: '2026-11-20T12:00:00.100Z',
    environment_id: 'env_1',
    http_status_code: 200,
    duration: 100,
    fetch_duration: 60,
    ...more,
});

test('calls: their names, the waterfall, as curl', () => {
    assert.equal(titleOf(call({ tool_name: 't', resource: 'r' })), 't');
    assert.equal(titleOf(call({ resource: 'tickets', method: 'list' })), 'tickets.list');
    assert.equal(titleOf(call({ http_method: 'GET', http_url: 'https://a/b' })), 'GET https://a/b');
    const { bars, totalMs } = waterfallOf([
        call({ id: 'b', timestamp: '2026-11-20T12:00:00.090Z', duration: 50, fetch_duration: 50 }),
        call({ id: 'a' }),
    ]);
    assert.equal(totalMs, 100);
    assert.deepEqual(
        bars.map((bar) => [bar.call.id, bar.begin, bar.length, bar.vendorLength]),
        [
            ['a', 0, 1, 0.6],
            ['b', 0.4, 0.5, 0.5],
        ],
    );
    assert.match(curlOf(call({ tool_name: 'x', integrated_account_id: 'ia_1' }), 'https://s'), /\/tools\/execute\/x/);
    assert.match(curlOf(call({ log_type: 'mcp', mcp_method: 'tools/call', tool_name: "it's" }), ''), /\$MCP_URL/);
    assert.match(curlOf(call({ resource: 'tickets', http_method: 'GET' }), 'https://s'), /\/proxy\/tickets\?/);
    assert.deepEqual(argumentsOf(call({ request_body: '{"params":{"arguments":{"a":1}}}' })), { a: 1 });
    assert.equal(argumentsOf(call({ request_body: 'no' })), undefined);
    assert.equal(argumentsOf(call({})), undefined);
});

test('plots: hours without gaps, and the hour that is not summed up yet', () => {
    const sum = (hour: string, more: Partial<HourlySum> = {}): HourlySum => ({
        hour,
        log_type: 'unified_proxy_api',
        status_class: 2,
        calls: 10,
        errors: 1,
        throttled: 0,
        p50: 5,
        p95: 9,
        ...more,
    });
    const from = Date.parse('2026-11-20T10:00:00Z') / 1000;
    const series = seriesOf(
        [sum('2026-11-20T10:00:00Z'), sum('2026-11-20T10:00:00Z', { calls: 30, p50: 1, p95: 20, throttled: 2 })],
        [
            call({ timestamp: '2026-11-20T12:30:00Z', http_status_code: 429 }),
            call({ timestamp: '2026-11-20T10:30:00Z' }),
        ],
        from,
        from + 7200,
    );
    assert.deepEqual(series.calls, [40, 0, 1]);
    assert.deepEqual(series.errors, [2, 0, 1]);
    assert.deepEqual(series.throttled, [2, 0, 1]);
    assert.deepEqual(series.p50, [2, null, 100]);
    assert.deepEqual(series.p95, [20, null, 100]);
    assert.equal(quantile([1, 2, 3, 4], 0.5), 2);
    assert.equal(quantile([], 0.5), 0);
    assert.deepEqual(
        throttledBy([sum('x', { integration: 'a', throttled: 3 }), sum('y', { integration: 'a', throttled: 1 })]),
        [['a', 4]],
    );
});

test('webhooks that fail: those whose newest delivery was not taken', () => {
    const delivery = (webhook_id: string, http_status_code: number | null, error: string | null = null) => ({
        webhook_id,
        delivery_id: 'd',
        http_status_code,
        error,
    });
    const found = failingWebhooks([
        delivery('a', null, 'timed out'),
        delivery('a', 500),
        delivery('a', 200),
        delivery('a', 500),
        delivery('b', 200),
        delivery('b', 500),
    ]);
    assert.deepEqual(
        found.map(([id, { failed, error }]) => [id, failed, error]),
        [['a', 2, 'timed out']],
    );
});

test('installations: the override as a form', () => {
    const override = {
        base_url: 'https://a',
        credentials: { oauth2: { client_id: 'c', scopes: ['x', 'y'] } },
        headers: { 'x-a': '1' },
        error_expression: { path: 'ok', equals: false },
    };
    const form = formOfOverride(override);
    assert.deepEqual(overrideOf(form), override);
    assert.deepEqual(overrideOf({ ...form, client_id: '', scopes: '', headers: '', base_url: '', rest: '' }), {});
    assert.deepEqual(headersIn('a: 1\n\nb:2'), { a: '1', b: '2' });
    assert.equal(headersIn('a b'), undefined);
    assert.equal(restIn('[]'), undefined);
    assert.deepEqual(
        schemesOf({ credentials: { api_key: { label: 'Key' }, oauth2: { authorize_url: 'x', scopes: ['s'] } } }),
        [
            { name: 'api_key', label: 'Key', isOAuth: false, scopes: [] },
            { name: 'oauth2', label: 'oauth2', isOAuth: true, scopes: ['s'] },
        ],
    );
});

test('the live stream: events in any pieces, and what they touch', () => {
    const text =
        ': hello\r\n\r\nevent: change\r\ndata: {"kind":"webhook"}\r\n\r\nevent: calls\ndata: {}\n\ndata: a\ndata: b\n\n';
    const expected = [
        { event: 'change', data: '{"kind":"webhook"}' },
        { event: 'calls', data: '{}' },
        { event: 'message', data: 'a\nb' },
    ];
    for (const size of [1, 3, 7, text.length]) {
        const parser = new EventParser();
        const found = [];
        for (let at = 0; at < text.length; at += size) found.push(...parser.push(text.slice(at, at + size)));
        assert.deepEqual(found, expected, `pieces of ${size}`);
    }
    const change = { type: 'change', kind: 'webhook' } as const;
    assert.equal(isTouched(['env_1', 'webhook', 'list'], 'env_1', change), true);
    assert.equal(isTouched(['env_2', 'webhook'], 'env_1', change), false);
    assert.equal(isTouched([undefined, 'audit'], 'env_1', change), true);
    assert.equal(isTouched(['env_1', 'log'], 'env_1', change), false);
    assert.equal(isTouched(['env_1', 'log'], 'env_1', { type: 'calls' }), true);
    assert.equal(isTouched(['env_1', 'log'], 'env_1', { type: 'change', kind: 'delivery' }), true);
    assert.equal(isTouched(['env_1', 'user'], 'env_1', { type: 'again' }), true);
});
