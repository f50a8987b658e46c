// The running product, and what a test needs of its own beside it: environments, further api processes, accounts.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { Api, Proxy } from './api.mjs';
import { send } from './exchange.mjs';
import { freePort } from './ports.mjs';
import { Simulator } from './simulator.mjs';
import { defer, eventually, sleep } from './test.mjs';

const root = resolve(import.meta.dirname, '../../..');
const devJson = resolve(process.env.SLUICE_DEV_JSON ?? process.env.DEV_JSON ?? join(root, '.sluice/dev.json'));
/// Of another build: tests/fuzz runs one with sanitizers.
const preset = process.env.PRESET ?? 'release';
const sluice = join(root, `build/${preset}/services/sluice/sluice`);
const simulatorFile = join(root, `build/${preset}/services/simulator/sluice-simulator`);

function readDevJson() {
    try {
        return JSON.parse(readFileSync(devJson, 'utf8'));
    } catch (error) {
        throw new Error(`${devJson} cannot be read (${error.message}): run deploy/local/up first, or set SLUICE_DEV_JSON`);
    }
}

const dev = readDevJson();
export const keyringFile = join(dirname(devJson), 'keyring.json');
/// Of a product whose clock can be moved (clock.mjs).
export const clockFile = dev.clock_file;
// The executable refuses variables that are no setting of its own, such as SLUICE_DEV_JSON.
const withoutOurs = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SLUICE_')));
const settingsOf = (settings) => ({
    ...withoutOurs,
    SLUICE_DATABASE_URL: dev.database_url,
    SLUICE_KEYRING_FILE: keyringFile,
    ...(clockFile && { SLUICE_CLOCK_OFFSET_FILE: clockFile }),
    ...settings,
});

/// Tests call without a pause, which our own limits of calls would refuse; limits.test.mjs looks at those.
export const withoutLimits = { SLUICE_LIMITS_API_TOKEN: 0, SLUICE_LIMITS_ACCOUNT: 0, SLUICE_LIMITS_USER: 0 };

/// Where the api listens, and which simulator it may call.
export const main = { url: dev.base_url, management: dev.management_url, worker: dev.worker_url, token: dev.api_token, allow: dev.allow, simulator: new Simulator(dev.simulator_url) };
main.api = new Api(main.url, main.token);

/// What a process of the product (`api`, `worker`) has logged since its start.
export const productLog = (name) => readFileSync(join(dirname(devJson), `${name}.log`), 'utf8');

/// One run of the executable's command line.
export async function cli(...args) {
    return cli.with({}, ...args);
}
/// The same with other settings.
cli.with = async (settings, ...args) => {
    const { stdout } = await promisify(execFile)(sluice, args, { env: settingsOf(settings) });
    return JSON.parse(stdout);
};

/// What it prints on a terminal (script(1)).
export const inTerminal = (...args) =>
    promisify(execFile)('script', ['-qec', [sluice, ...args].map((word) => `'${word}'`).join(' '), '/dev/null'], { env: settingsOf({}) });

const app = { client_id: 'sluice-demo', client_secret: readFileSync(join(dirname(devJson), 'demo-app-secret'), 'utf8').trim() };

/// Gorgias at a simulator instead of the vendor, with the OAuth app that deploy/local/up registered there.
export const overrideFor = (simulator) => ({
    base_url: `${simulator.url}/{{context.subdomain}}`,
    credentials: { oauth2: app },
});

/// The environment `name`, empty but for Gorgias, installed at the simulator of `product`; with an API token.
export async function environment(name, product = main, team = 'e2e') {
    await cli('team', 'create', team);
    await cli('environment', 'create', name, '--team', team);
    const { token, environment_id } = await cli(
        ...['api-token', 'create', 'e2e', '--team', team, '--environment', name, '--replace'],
    );
    const api = new Api(product.url, token);
    // What a run that was cut off left behind.
    for (const path of ['/documentation', '/integrated-account'])
        for (const row of await api.all(path)) await api.ok('DELETE', `${path}/${row.id}`);
    const [gorgias] = (await api.ok('GET', '/integration?name=gorgias')).result;
    const override = overrideFor(product.simulator);
    const { id } = await api.ok('POST', '/environment-integration', { integration_id: gorgias.id, override });
    await api.ok('PATCH', `/environment-integration/${id}`, { override });
    return { api, token, id: environment_id, simulator: product.simulator, installation: id, integration: gorgias.id };
}

/// Publishes a definition like any team's and installs it at `vendor`'s address; gives the environment integration's id.
export async function install(api, manifest, openapi, vendor) {
    const directory = mkdtempSync(join(tmpdir(), 'sluice-e2e-'));
    writeFileSync(join(directory, 'integration.yaml'), manifest);
    writeFileSync(join(directory, 'openapi.yaml'), JSON.stringify(openapi));
    try {
        await cli('integration', 'publish', directory, '--team', 'e2e');
    } finally {
        rmSync(directory, { recursive: true });
    }
    const [, name] = manifest.match(/^name: (\S+)/m);
    const [integration] = (await api.ok('GET', `/integration?name=${name}`)).result;
    const { id } = await api.ok('POST', '/environment-integration', { integration_id: integration.id });
    await api.ok('PATCH', `/environment-integration/${id}`, { override: { base_url: vendor } });
    return id;
}

/// The environment of deploy/local/up.
export async function mainEnvironment() {
    const [gorgias] = (await main.api.ok('GET', '/integration?name=gorgias')).result;
    // Whoever followed deploy/vendor.md has another vendor there.
    const installations = (await main.api.ok('GET', '/environment-integration')).result;
    const installation = installations.find(({ integration_id }) => integration_id === gorgias.id);
    const { id, integration_id, environment_id } = installation;
    const { api, token, simulator } = main;
    return { api, token, id: environment_id, simulator, installation: id, integration: integration_id };
}

/// An api process of the test's own on the same database (so: a second replica), and a simulator if `simulator` is true.
/// They end when `scope` does: a test's context, or `file`.
export async function startApi(scope, { settings = {}, simulator = false } = {}) {
    const own = { ...main };
    if (simulator) {
        const port = await freePort();
        start(scope, [simulatorFile], {
            SIMULATOR_PORT: port,
            ...(clockFile && { SIMULATOR_CLOCK_OFFSET_FILE: clockFile }),
            SIMULATOR_APPS: `${app.client_id}:${app.client_secret}:${main.url}/connect/callback`,
        });
        own.simulator = new Simulator(`http://127.0.0.1:${port}`);
    }
    const port = await freePort();
    own.url = `http://127.0.0.1:${port}`;
    const managementPort = await freePort();
    own.management = `http://127.0.0.1:${managementPort}`;
    const process = start(scope, [sluice, 'api'], {
        SLUICE_LISTEN_PORT: port,
        SLUICE_MANAGEMENT_PORT: managementPort,
        SLUICE_DRAIN_DELAY: '0ms',
        SLUICE_PUBLIC_URL: own.url,
        SLUICE_EGRESS_ALLOW: new URL(own.simulator.url).host,
        SLUICE_THREADS: 2,
        ...withoutLimits,
        ...settings,
    });
    own.pid = process.pid;
    own.log = () => process.log;
    own.api = new Api(own.url, own.token);
    const isReady = async () => {
        if (process.exitCode !== null) throw new Error(`sluice api ended at once:\n${process.log}`);
        return (await send('GET', `${own.management}/readyz`).catch(() => undefined))?.status === 200;
    };
    await eventually('the api is ready', 15, isReady);
    if (simulator) await eventually('the simulator is ready', 15, () => own.simulator.state().catch(() => undefined));
    return own;
}

/// What a person does who has the code of an approval. All tests come from one address, which may use ten codes a second:
/// who is told to wait does.
export async function byCode(key, decision, at = main.url) {
    const body = { ...key, ...(decision && { decision }) };
    const answer = await send('POST', `${at}/approve/call`, { headers: { 'content-type': 'application/json' }, body });
    if (answer.status !== 429) return answer;
    await sleep(Number(answer.headers['retry-after']) * 1000);
    return byCode(key, decision, at);
}

/// So much of a process's log is kept: characters.
const logLimit = 8_000_000;

function start(scope, command, settings) {
    // However this process ends, the child does too.
    const child = spawn('setpriv', ['--pdeathsig', 'TERM', '--', ...command], {
        env: settingsOf(settings),
        stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.log = '';
    // A test that looks for a line comes after calls under load have written thousands more.
    child.stderr.on('data', (text) => {
        child.log += text;
        if (child.log.length > 2 * logLimit) child.log = child.log.slice(-logLimit);
    });
    const ended = new Promise((done) => child.once('exit', done));
    defer(scope, async () => {
        child.kill('SIGTERM');
        await ended;
    });
    return child;
}

/// A fresh simulated account, connected to the environment with its API key; deleted when `scope` ends. Its credentials
/// are not tried, so that the simulator has counted no call yet.
export async function connect(scope, where, { tickets, context, authentication_method = 'api_key' } = {}) {
    const simulated = await where.simulator.addAccount({ tickets });
    const { subdomain, email, apiKey: api_key } = simulated;
    const { id } = await where.api.ok('POST', '/integrated-account', {
        tenant_id: subdomain,
        environment_integration_id: where.installation,
        authentication_method,
        context: context ? { subdomain, ...(await context(simulated)) } : { subdomain, email, api_key },
        verify: false,
    });
    defer(scope, () => where.api.delete(`/integrated-account/${id}`));
    return new Connection(where.api, id, simulated);
}

class Connection {
    constructor(api, id, simulated) {
        this.api = api;
        this.id = id;
        this.simulated = simulated;
        this.proxy = new Proxy(api, id);
    }
    /// An MCP server of the account: the 201.
    async mint(config = {}, members = {}) {
        const exchange = await this.api.post(`/integrated-account/${this.id}/mcp`, { name: 'e2e', config, ...members });
        assert.equal(exchange.status, 201);
        return exchange.json;
    }
    servers = () => this.api.all(`/integrated-account/${this.id}/mcp`);
    account = () => this.api.ok('GET', `/integrated-account/${this.id}`);
    /// The vendor refuses its credentials from now on, and the worker finds out.
    async die() {
        await this.simulated.fault({ kind: 'reject_credentials' });
        return verdict(this.api, this.id);
    }
    /// As `GET …/tools` gives them, in the order of `tools/list`.
    tools = async () => (await this.api.ok('GET', `/integrated-account/${this.id}/tools`)).result;
}

/// The UUID behind a TypeID.
export function uuidOf(id) {
    let number = 0n;
    for (const digit of id.split('_').at(-1)) number = number * 32n + BigInt('0123456789abcdefghjkmnpqrstvwxyz'.indexOf(digit));
    return number.toString(16).padStart(32, '0');
}

/// Statements as the serving role, one after the other; what they answer, as text.
export async function sql(...statements) {
    const args = [dev.database_url, '-qAtX', '-v', 'ON_ERROR_STOP=1', ...statements.flatMap((each) => ['-c', each])];
    return (await promisify(execFile)('psql', args)).stdout.trim();
}

/// Lets an account's job run now, once it is there.
export const makeDue = (kind, accountId) => eventually(`the job ${kind}`, 10, () => isMadeDue(kind, accountId));

/// Whether there is such a job: then it runs now.
async function isMadeDue(kind, accountId) {
    const due = `UPDATE jobs SET due = now(), lease_until = NULL WHERE kind = '${kind}' AND id = '${uuidOf(accountId)}' RETURNING 1, pg_notify('sluice_jobs', kind)`;
    return (await sql(due)).includes('1');
}

/// Until the job that was due is over: it is due later, or gone.
export const untilDone = (kind, accountId) =>
    eventually(`the job ${kind} is over`, 20, async () => {
        const is = `kind = '${kind}' AND id = '${uuidOf(accountId)}'`;
        return (await sql(`SELECT 1 FROM jobs WHERE ${is} AND (due <= now() OR lease_until IS NOT NULL)`)) === '';
    });

/// SQL as the serving role, inside an environment: to let time pass for a row.
export async function inEnvironment(environmentId, statement) {
    const set = `SELECT set_config('sluice.environment_id', '${uuidOf(environmentId)}', false)`;
    return (await sql(set, statement)).split('\n').slice(1);
}

/// Lets the worker reach its verdict on an account whose vendor refuses it: two looks, five minutes apart.
export async function verdict(api, id) {
    const row = () => api.ok('GET', `/integrated-account/${id}`);
    const { environment_id } = await row();
    await makeDue('account_health', id);
    const later =
        `UPDATE integrated_accounts SET credential_refused_at = credential_refused_at - interval '5 minutes' ` +
        `WHERE id = '${uuidOf(id)}' AND credential_refused_at IS NOT NULL RETURNING 1`;
    await eventually('the first look', 10, async () => (await inEnvironment(environment_id, later)).includes('1'));
    // A look that a refused call has asked for may be the second one; then there is no job any more.
    await isMadeDue('account_health', id);
    return eventually('the second look', 10, async () => {
        const now = await row();
        return now.status === 'needs_reauth' ? now : undefined;
    });
}
