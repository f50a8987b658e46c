// Every route x every role and scope. What is expected follows from the route's row and from the table that
// `GET /permission` shows; nothing happens, since no id exists and no body says anything.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';

import { allRoutes } from '../support/routes.mjs';
import { Api } from './support/api.mjs';
import { send } from './support/exchange.mjs';
import { behindProxy, Browser, freshAddress, inParallel, ofPage, Team } from './support/people.mjs';
import { startApi } from './support/product.mjs';
import { file, test } from './support/test.mjs';

const own = await startApi(file, { settings: behindProxy });
const team = await Team.make('permissions', own);
const where = await team.environment();
const owner = await team.signedIn('owner');
const { permissions, roles, scopes } = await where.api.ok('GET', '/permission');
const routes = allRoutes().map((route) => ({ ...route, needs: route.needs?.replace(/_(?=[a-z]+$)/, ':') ?? null }));
const nameOf = ({ method, path }) => `${method} ${path}`;

/// Routes that need no permission, and why not. A route that is in no row here has one.
const withoutPermission = [
    ['open', /^GET \/healthz$/, 'tells nothing'],
    ['open', /^GET \/permission$/, 'the table itself, the same for everybody'],
    ['mcp_token', / \/mcp($|\/)/, 'the MCP URL is the secret, and says what its holder may do'],
    ['link', / \/connect(\/|$)| \/sluice-link\.(js|d\.ts)$/, 'the link token is the secret'],
    ['link', /^GET \/(openapi\.yaml|reference)?$/, 'the same for everybody'],
    ['link', /^GET \/dashboard(\/|$)/, 'a page without data: its script signs in'],
    ['link', / \/approve(\/|$)/, 'the code of the call is the secret'],
    ['link', / \/(sign-in|invitation|reset|session|oidc)(\/|$)/, 'whoever signs in is not known yet'],
    ['account_token', / \/integrated-account\/me(\/|$)/, 'what the token is for'],
    ['session', / \/(me|session)(\/|$)/, 'about the user themselves'],
];
const isAbout = (route, [access, pattern]) =>
    (route.access === access || (access === 'link' && route.access === 'open')) && pattern.test(nameOf(route));

for (const route of routes)
    test(`${nameOf(route)} has its row: a permission, or a reason why it needs none`, () => {
        const reasons = withoutPermission.filter((row) => isAbout(route, row));
        if (route.needs === null) assert.equal(reasons.length, 1, `${nameOf(route)} (${route.access}) needs a permission or a reason`);
        else assert.ok(permissions.some(({ name }) => name === route.needs), `there is no permission ${route.needs}`);
        if (['caller', 'any_token'].includes(route.access)) assert.ok(route.needs !== null, 'who calls it has permissions');
    });

test('no reason is left over', () => {
    for (const row of withoutPermission) assert.ok(routes.some((route) => route.needs === null && isAbout(route, row)), row.join(' '));
});

test('what changes something needs a permission to change it, what reads needs one to read', () => {
    // A GET through /custom is the vendor's, and a page of approval shows the code to those who may use it.
    for (const { method, path, needs } of routes.filter((route) => route.needs !== null)) {
        const isReading = method === 'GET' || method === 'HEAD';
        assert.equal(needs.endsWith(':read'), isReading, `${method} ${path} needs ${needs}`);
    }
});

test('the roles and the scopes are those that were meant', () => {
    const of = (list, wanted) => list.find(({ name }) => name === wanted).permissions;
    const every = permissions.map(({ name }) => name);
    const but = (...gone) => every.filter((name) => !gone.includes(name));
    const asked = ['people:write', 'audit:read', 'team:write'];
    assert.deepEqual(roles.map(({ name }) => name), ['owner', 'admin', 'developer', 'viewer']);
    assert.deepEqual(of(roles, 'owner'), every);
    assert.deepEqual(of(roles, 'admin'), but('team:write'));
    assert.deepEqual(of(roles, 'developer'), but(...asked));
    // A call of a vendor shows what is a customer's, and the audit log what an admin did.
    assert.deepEqual(of(roles, 'viewer'), every.filter((name) => name.endsWith(':read') && !['calls:read', 'audit:read'].includes(name)));
    const ofTokens = but(...asked, 'people:read', 'api_tokens:write');
    assert.deepEqual(of(scopes, 'full'), ofTokens);
    assert.deepEqual(of(scopes, 'read_only'), ofTokens.filter((name) => name.endsWith(':read')));
    assert.deepEqual(of(scopes, 'data_plane'), ['calls:read', 'calls:write']);
    assert.deepEqual(of(scopes, 'no_credentials'), ofTokens.filter((name) => !['credentials:write', 'integrations:write'].includes(name)));
    for (const { name, meaning } of [...permissions, ...roles, ...scopes]) assert.ok(meaning.length > 5, `${name} says what it means`);
});

/// Those who call: `{name, isSession, may, ask(method, target)}`.
async function everybody() {
    const callers = [];
    for (const { name, permissions: may } of roles) {
        const browser = (await team.signedIn(name)).in(where.id);
        const ask = (method, target) => browser.send(method, target, method === 'GET' || method === 'HEAD' ? undefined : {});
        callers.push({ name, isSession: true, may, ask });
    }
    const all = [...scopes, ...scopes.find(({ name }) => name === 'full').permissions.map((name) => ({ name, permissions: [name] }))];
    for (const { name, permissions: may } of all) {
        const { token } = await owner.in(where.id).ok('POST', '/api-token', { name: `only ${name}`, scopes: [name] });
        const api = new Api(own.url, token);
        const address = freshAddress();
        const ask = (method, target) => api.send(method, target, method === 'GET' || method === 'HEAD' ? undefined : {}, { 'x-forwarded-for': address });
        callers.push({ name: `token: ${name}`, isSession: false, may, ask });
    }
    return callers;
}

/// What the answer must be: 401 or 403, or `may` for anything else. `as a stranger`: neither session nor token counts.
function expected({ access, needs }, { isSession, may }) {
    switch (access) {
        case 'session': return isSession ? 'may' : 403;
        case 'account_token': return 401;
        case 'any_token': return isSession ? 401 : may.includes(needs) ? 'may' : 403;
        case 'caller': return may.includes(needs) ? 'may' : 403;
        default: return 'as a stranger';
    }
}
const classOf = (status) => (status === 401 || status === 403 ? status : 'may');

/// No id is one: each request ends before it does anything.
const target = (path) => path.replace(/\{(\w+)\}/g, (_, name) => (/^(resource|item|path|file|token|name|provider)$/.test(name) ? 'nothing' : `x_${'0'.repeat(26)}`));

test('each route, asked by each role and each scope, answers as its row says', async (t) => {
    const callers = await everybody();
    // In a page of ours, as sessions are, and in a program, as tokens are.
    const strangers = [new Map(), new Map()];
    const address = freshAddress();
    await inParallel(routes.flatMap((route) => [[route, 0], [route, 1]]), async ([route, isInPage]) => {
        const body = ['GET', 'HEAD'].includes(route.method) ? undefined : {};
        const headers = { 'x-forwarded-for': address, ...(body && { 'content-type': 'application/json' }), ...(isInPage && ofPage) };
        const { status } = await send(route.method, own.url + target(route.path), { headers, body, isShown: false });
        strangers[isInPage].set(nameOf(route), classOf(status));
        const isOpen = ['open', 'link', 'mcp_token'].includes(route.access);
        if (!isOpen) assert.equal(status, 401, `${nameOf(route)} answers a stranger ${status}`);
    });
    const cells = routes.flatMap((route) => callers.map((caller) => ({ route, caller })));
    const counts = {};
    await inParallel(cells, async (cell) => {
        const { status } = await cell.caller.ask(cell.route.method, target(cell.route.path));
        const rule = expected(cell.route, cell.caller);
        const wanted = rule === 'as a stranger' ? strangers[Number(cell.caller.isSession)].get(nameOf(cell.route)) : rule;
        Object.assign(cell, { wanted, rule, status, isRight: wanted === classOf(status) && status < 500 });
        counts[rule] = (counts[rule] ?? 0) + 1;
    });
    const rows = cells.map(({ route, caller, rule, wanted, status }) => [nameOf(route), route.needs ?? route.access, caller.name, rule, wanted, status].join('\t'));
    if (process.env.PERMISSION_TABLE) writeFileSync(process.env.PERMISSION_TABLE, `route\tneeds\tcaller\trule\texpected\tseen\n${rows.join('\n')}\n`);
    const wrong = cells.filter(({ isRight }) => !isRight);
    t.diagnostic(
        `${routes.length} routes x ${callers.length} (${roles.length} roles, ${callers.length - roles.length} scopes) = ${cells.length} cells: ` +
            `${Object.entries(counts).map(([rule, count]) => `${count} ${rule}`).join(', ')}; ${wrong.length} not as expected`,
    );
    const said = wrong.map(({ route, caller, rule, wanted, status }) => `${nameOf(route)} (${route.needs ?? route.access}) by ${caller.name}: ${status}, not ${wanted} (${rule})`);
    assert.deepEqual(said, []);
    assert.ok(cells.length > 2000);
});

test('a refusal names the permission that is missing', async () => {
    const { api } = where;
    const viewer = (await team.signedIn('viewer')).in(where.id);
    for (const [caller, method, path, needed] of [
        [viewer, 'POST', '/webhook', 'webhooks:write'],
        [viewer, 'GET', '/audit-log', 'audit:read'],
        [api, 'GET', '/user', 'people:read'],
        [api, 'POST', '/api-token', 'api_tokens:write'],
    ]) {
        const refused = await caller.send(method, path, method === 'POST' ? {} : undefined);
        assert.equal(refused.status, 403);
        assert.match(refused.json.message, new RegExp(needed));
    }
});

test('a session without an environment concerns the team alone', async () => {
    const asked = owner.in(undefined);
    for (const path of ['/me', '/session', '/team', '/user', '/audit-log', '/identity-provider'])
        assert.equal((await asked.get(path)).status, 200, path);
    for (const route of routes.filter(({ method, access, needs }) => method === 'GET' && access === 'caller' && !/^(people|audit|team):/.test(needs)))
        assert.equal((await asked.get(target(route.path))).status, 400, nameOf(route));
});

test('an environment of others, one that is none, and a name in its place', async () => {
    const stranger = await (await Team.make('permissions, others', own)).environment();
    const asked = async (id) => (await new Browser(own, { ...owner, environment: id }).get('/webhook')).status;
    assert.equal(await asked(where.id), 200);
    assert.equal(await asked(stranger.id), 404);
    assert.equal(await asked(`env_${'0'.repeat(26)}`), 404);
    assert.ok([400, 404].includes(await asked('production')));
    assert.ok([400, 404].includes(await asked(team.id)));
});
