// The product that is asked: its command line, its environments, and the simulator beside it.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { send } from './http.mjs';

/// The simulator's time while exchanges are made. It stands still, in a year that no clock of ours shows: what the vendor
/// says is the same in every run, times and rate limits too.
const vendorTime = '2011-03-01T09:00:00Z';
/// In which the bucket of a vendor's account runs empty.
const drainSeconds = 20;

export class Product {
    /// `devJson`: what deploy/local/up left; `executable`: the one that it started.
    constructor(devJson, executable) {
        const dev = JSON.parse(readFileSync(devJson, 'utf8'));
        this.baseUrl = dev.base_url;
        this.simulatorUrl = dev.simulator_url;
        this.allowed = dev.allow;
        this.foreignToken = dev.api_token;
        this.appSecret = readFileSync(join(dirname(devJson), 'demo-app-secret'), 'utf8').trim();
        this.#executable = executable;
        this.#settings = { SLUICE_DATABASE_URL: dev.database_url, SLUICE_KEYRING_FILE: join(dirname(devJson), 'keyring.json') };
        // A team of its own each time: a product that ran before has nothing of ours.
        this.#team = `exchanges-${randomBytes(4).toString('hex')}`;
        this.cli('team', 'create', this.#team);
    }
    #executable;
    #settings;
    #team;

    /// What makes the calls of an environment go to the simulator.
    get override() {
        const oauth2 = { client_id: 'sluice-demo', client_secret: this.appSecret };
        return { base_url: `${this.simulatorUrl}/{{context.subdomain}}`, credentials: { oauth2 } };
    }

    cli(...args) {
        // The executable refuses variables that are no setting of its own.
        const others = Object.entries(process.env).filter(([name]) => !name.startsWith('SLUICE_'));
        const env = { ...Object.fromEntries(others), ...this.#settings };
        return JSON.parse(execFileSync(this.#executable, args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }));
    }

    environment(name) {
        const { id } = this.cli('environment', 'create', name, '--team', this.#team);
        return { id, token: this.token(name, 'exchanges'), mcpToken: () => this.token(name, 'agent', '--mcp-only') };
    }

    token(environment, name, ...more) {
        return this.cli('api-token', 'create', name, '--team', this.#team, '--environment', environment, ...more).token;
    }

    /// Publishes a definition like any team's; `files`: those of `folder` that are written anew.
    publish(folder, files) {
        const directory = mkdtempSync(join(tmpdir(), 'sluice-exchanges-'));
        try {
            cpSync(folder, directory, { recursive: true });
            for (const [name, change] of Object.entries(files))
                writeFileSync(join(directory, name), change(readFileSync(join(directory, name), 'utf8')));
            this.cli('integration', 'publish', directory, '--team', this.#team);
        } finally {
            rmSync(directory, { recursive: true });
        }
    }

    async control(path, json) {
        const target = `/_simulator${path}`;
        const { status, body } = await send(this.simulatorUrl, 'POST', target, { body: JSON.stringify(json) });
        if (status >= 300) throw new Error(`the simulator answers ${status} to ${target}: ${body}`);
        return JSON.parse(body.toString());
    }
    stopTime = () => this.control('/clock', { freeze: true, now: vendorTime });
    letTimeRun = () => this.control('/clock', { run: true, now: new Date().toISOString().replace(/\.\d+/, '') });
    /// Every bucket of the vendor's is empty then.
    drain = () => this.control('/clock', { advance_s: drainSeconds });

    /// A help desk at the simulator.
    async desk(subdomain, tickets) {
        const context = { subdomain, email: `agent@${subdomain}.example`, api_key: `${subdomain}-key` };
        await this.control('/accounts', { ...context, tickets });
        const control = (path, json) => this.control(`/accounts/${subdomain}${path}`, json);
        return {
            context,
            fault: (match, answer) => control('/faults', { match, ...answer }),
            rejectCredentials: () => control('/faults', { kind: 'reject_credentials' }),
            revokeTokens: () => control('/faults', { kind: 'revoke_tokens' }),
            clearFaults: () => control('/faults', { kind: 'clear' }),
            tokens: (...scopes) => control('/tokens', { scopes }),
        };
    }

    /// What the customer decides on the vendor's page at `url`; gives where the browser is sent then.
    async decide(url, decision) {
        const { pathname, searchParams } = new URL(url);
        const { headers } = await send(this.simulatorUrl, 'POST', pathname, {
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
            body: `${searchParams}&decision=${decision}`,
        });
        return new URL(headers.location);
    }
}
