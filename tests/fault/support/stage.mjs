// A whole product of a test file's own: database, simulator, worker and api processes, each of which the test may hang,
// stop and start again.
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { send } from '../../e2e/support/exchange.mjs';
import { freePort } from '../../e2e/support/ports.mjs';
import { defer, eventually, file } from '../../e2e/support/test.mjs';

const root = resolve(import.meta.dirname, '../../..');
const sluice = join(root, 'build/release/services/sluice/sluice');
const simulatorFile = join(root, 'build/release/services/simulator/sluice-simulator');
const postgres = join(root, 'deploy/local/postgres');

const state = mkdtempSync(join(tmpdir(), 'sluice-stage-'));
const bare = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SLUICE_')));
const run = (file, args, env = {}) => execFileSync(file, args, { env: { ...bare, ...env }, encoding: 'utf8' });
const cluster = (command, ...args) => run(postgres, [command, ...args, '--state', state]).trim();

/// The database server: one process and its children.
export const database = {
    url: (role) => cluster('url', role),
    // Not through a pipe: what it leaves running would keep that open.
    start: () => execFileSync(postgres, ['start', '--scratch', '--with', String(process.pid), '--state', state], { env: bare, stdio: 'ignore' }),
    stop: () => cluster('stop'),
    /// Its processes are there and do nothing, as on a machine that hangs.
    hang: () => signalAll('SIGSTOP'),
    go: () => signalAll('SIGCONT'),
    sql: (text, role = 'sluice_owner') => run('psql', [database.url(role), '-qAtX', '-v', 'ON_ERROR_STOP=1', '-c', text]).trim(),
};

const postmaster = () => Number(readFileSync(join(dataPlace(), 'data/postmaster.pid'), 'utf8').split('\n')[0]);
const dataPlace = () => database.url('postgres').split('host=')[1];
const childrenOf = (pid) =>
    readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((each) => {
        try {
            return Number(readFileSync(`/proc/${each}/stat`, 'utf8').split(') ')[1].split(' ')[1]) === pid;
        } catch {
            return false; // It has just ended.
        }
    });

function signalAll(signal) {
    for (const pid of [postmaster(), ...childrenOf(postmaster())])
        try {
            process.kill(pid, signal);
        } catch (error) {
            if (error.code !== 'ESRCH') throw error;
        }
}

/// One process of the product. Its log is a file.
export class Service {
    constructor(command, settings, { name = command, file = [sluice, command], prefix = [], ready } = {}) {
        Object.assign(this, { command, file, settings, prefix, ready, logFile: join(state, `${name}.log`) });
        services.push(this);
    }
    async start() {
        const log = openSync(this.logFile, 'a');
        const command = ['--pdeathsig', 'KILL', '--', ...this.prefix, ...this.file];
        this.child = spawn('setpriv', command, { env: { ...bare, ...this.settings }, stdio: ['ignore', log, log] });
        closeSync(log);
        this.ended = new Promise((done) => this.child.once('exit', (code, signal) => done({ code, signal })));
        await eventually(`${this.command} is ready`, 20, async () => {
            if (this.child.exitCode !== null) throw new Error(`sluice ${this.command} ended at once:\n${this.log().slice(-2000)}`);
            return this.ready();
        }, 30);
        return this;
    }
    get pid() {
        return this.child.pid;
    }
    /// How it ended, and after how many seconds.
    async stop(signal = 'SIGTERM') {
        const started = performance.now();
        this.child.kill(signal);
        return { ...(await this.ended), seconds: (performance.now() - started) / 1000 };
    }
    log = () => readFileSync(this.logFile, 'utf8');
    logBytes = () => statSync(this.logFile).size;
    logLines = () => this.log().split('\n').length - 1;
    /// Seconds of processor time that it has used.
    cpuSeconds = () => {
        const fields = readFileSync(`/proc/${this.pid}/stat`, 'utf8').split(') ')[1].split(' ');
        return (Number(fields[11]) + Number(fields[12])) / 100;
    };
    /// From now on `memory().peak` is that of what follows.
    forgetPeak = () => writeFileSync(`/proc/${this.pid}/clear_refs`, '5');
    /// Resident memory in MB: now, and at most since it was forgotten.
    memory = () => {
        const text = readFileSync(`/proc/${this.pid}/status`, 'utf8');
        const of = (name) => Math.round(Number(text.match(new RegExp(`^${name}:\\s+(\\d+)`, 'm'))[1]) / 1024);
        return { now: of('VmRSS'), peak: of('VmHWM') };
    };
}

const services = [];
const listens = (port, path) => async () => (await send('GET', `http://127.0.0.1:${port}${path}`, { isShown: false }).catch(() => undefined))?.status === 200;

/// Starts all of it. `product` is tests/e2e/support/product.mjs, looking at this stage.
export async function stage({ apiSettings = {}, workerSettings = {}, apiPrefix = [], allow = [] } = {}) {
    database.start();
    // Deferred first, so it runs last.
    defer(file, () => {
        for (const service of services) service.child?.kill('SIGKILL');
        cluster('drop');
        rmSync(state, { recursive: true });
    });
    const keyring = join(state, 'keyring.json');
    run(sluice, ['migrate'], { SLUICE_MIGRATE_DATABASE_URL: database.url('sluice_owner') });
    run(sluice, ['keys', 'create', keyring]);
    const secret = randomBytes(24).toString('hex');
    writeFileSync(join(state, 'demo-app-secret'), secret);
    const settings = { SLUICE_DATABASE_URL: database.url('sluice_app'), SLUICE_KEYRING_FILE: keyring };
    const cli = (...args) => JSON.parse(run(sluice, args, settings));
    cli('team', 'create', 'e2e');
    cli('environment', 'create', 'stage', '--team', 'e2e');
    const { token } = cli('api-token', 'create', 'stage', '--team', 'e2e', '--environment', 'stage');

    const [simulatorPort, workerPort] = [await freePort(), await freePort()];
    const simulator = new Service('simulator', { SIMULATOR_PORT: simulatorPort }, { file: [simulatorFile], ready: listens(simulatorPort, '/_simulator/state') });
    const egress = [`127.0.0.1:${simulatorPort}`, ...allow].join(',');
    const worker = new Service('worker', {
        ...{ SLUICE_KEYRING_FILE: keyring, SLUICE_WORKER_DATABASE_URL: database.url('sluice_worker'), SLUICE_WORKER_PORT: workerPort },
        ...{ SLUICE_EGRESS_ALLOW: egress, ...workerSettings },
    }, { ready: listens(workerPort, '/metrics') });
    const apiOf = async (name, more = {}) => {
        const [port, managementPort] = [await freePort(), await freePort()];
        const url = `http://127.0.0.1:${port}`;
        const api = new Service('api', {
            ...{ ...settings, SLUICE_LISTEN_PORT: port, SLUICE_PUBLIC_URL: url, SLUICE_EGRESS_ALLOW: egress, SLUICE_THREADS: 2 },
            ...{ SLUICE_LIMITS_API_TOKEN: 0, SLUICE_LIMITS_ACCOUNT: 0, SLUICE_LIMITS_USER: 0 },
            ...{ SLUICE_MANAGEMENT_PORT: managementPort, SLUICE_DRAIN_DELAY: '0ms', ...apiSettings, ...more },
        }, { name, prefix: apiPrefix, ready: listens(managementPort, '/readyz') });
        return Object.assign(api, { url });
    };
    const api = await apiOf('api');
    simulator.settings.SIMULATOR_APPS = `sluice-demo:${secret}:${api.url}/connect/callback`;
    writeFileSync(join(state, 'dev.json'), JSON.stringify({
        ...{ base_url: api.url, api_token: token, simulator_url: `http://127.0.0.1:${simulatorPort}` },
        ...{ database_url: settings.SLUICE_DATABASE_URL, management_url: `http://127.0.0.1:${api.settings.SLUICE_MANAGEMENT_PORT}`, allow: allow[0] ?? '' },
    }));
    await Promise.all([simulator, worker, api].map((service) => service.start()));
    process.env.SLUICE_DEV_JSON = join(state, 'dev.json');
    const product = await import('../../e2e/support/product.mjs');
    return { product, simulator, worker, api, apiOf, cli };
}
