import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

import { send } from '../support/http.mjs';
import { Receiver } from '../support/receiver.mjs';

const sluice = resolve(import.meta.dirname, '../../../build/release/services/sluice/sluice');
const gorgias = resolve(import.meta.dirname, '../../../libs/catalog/integrations/gorgias');
const apiKey = 'spec-key';

/// The UUID behind a TypeID.
function uuidOf(id) {
    let number = 0n;
    for (const digit of id.split('_').at(-1)) number = number * 32n + BigInt('0123456789abcdefghjkmnpqrstvwxyz'.indexOf(digit));
    return number.toString(16).padStart(32, '0');
}

const secretIn = (made) => JSON.stringify(made).match(/#(slx_\w+)/)[1];

/// The product that runs, with an environment of our own: no other test's rows come in our way, nor ours in theirs.
export class Product {
    #devJson = process.env.SLUICE_DEV_JSON;
    #dev = JSON.parse(readFileSync(this.#devJson, 'utf8'));

    baseUrl = this.#dev.base_url;
    foreignToken = this.#dev.api_token;
    simulatorUrl = this.#dev.simulator_url;
    /// An origin of browsers that the product allows, if it allows one.
    origin = process.env.SLUICE_MCP_ALLOWED_ORIGINS?.split(',')[0];
    /// The OAuth app that the simulator knows.
    app = {
        client_id: 'sluice-demo',
        client_secret: readFileSync(join(dirname(this.#devJson), 'demo-app-secret'), 'utf8').trim(),
    };
    /// What makes our calls go to the simulator.
    override = { base_url: `${this.simulatorUrl}/{{context.subdomain}}`, credentials: { oauth2: this.app } };

    /// `name`: of our team, its environment and the vendor's account.
    constructor(name = 'spec') {
        this.name = name;
        this.context = { subdomain: name, email: `agent@${name}.example`, api_key: apiKey };
    }

    /// Makes the environment and gives a token for it.
    makeEnvironment() {
        const { name } = this;
        this.#cli('team', 'create', name);
        this.environment = this.#cli('environment', 'create', name, '--team', name).id;
        return this.#cli('api-token', 'create', name, '--team', name, '--environment', name, '--replace').token;
    }

    /// A user of our team: `{email, secret}`, of the link to sign in once.
    makeUser(role) {
        const email = `${role}-${randomBytes(4).toString('hex')}@${this.name}.example`;
        return { email, secret: secretIn(this.#cli('user', 'create', this.name, email, '--role', role)) };
    }

    /// The secret of a link to set a password; an invitation, for who has never signed in.
    resetLink(email) {
        return secretIn(this.#cli('user', 'reset', this.name, email));
    }

    /// Gorgias under the name `asking`, with a form after connecting; a team's own integration.
    publishAsking() {
        const directory = mkdtempSync(join(tmpdir(), 'sluice-spec-'));
        cpSync(gorgias, directory, { recursive: true });
        const manifest = readFileSync(join(directory, 'integration.yaml'), 'utf8');
        const actions = [
            'actions:',
            '  post_connect_user_form:',
            '    title: Who answers?',
            '    fields:',
            '      team: {label: Team, type: select, options: {method: teams.list, value: id, label: name}}',
            '      signature: {label: Signature, required: true}',
            'tool_tags:',
        ];
        writeFileSync(
            join(directory, 'integration.yaml'),
            manifest.replace('name: gorgias', 'name: asking').replace('tool_tags:', actions.join('\n')),
        );
        this.#cli('integration', 'publish', directory, '--team', this.name);
        rmSync(directory, { recursive: true });
    }

    #cli(...args) {
        // The executable refuses variables that are no setting of its own.
        const others = Object.entries(process.env).filter(([name]) => !name.startsWith('SLUICE_'));
        const env = {
            ...Object.fromEntries(others),
            SLUICE_DATABASE_URL: this.#dev.database_url,
            SLUICE_KEYRING_FILE: join(dirname(this.#devJson), 'keyring.json'),
        };
        return JSON.parse(execFileSync(sluice, args, { env, encoding: 'utf8' }));
    }

    /// What takes our webhooks' deliveries, where the product may call it.
    async startReceiver() {
        if (this.#dev.allow) this.receiver = await Receiver.start(Number(new URL(`http://${this.#dev.allow}`).port));
    }

    /// What an earlier run left.
    async removeLeftovers(token) {
        const headers = { authorization: `Bearer ${token}` };
        for (const path of ['/webhook', '/documentation', '/environment-integration']) {
            const { body } = await send(this.baseUrl, path, { method: 'GET', headers });
            for (const { id } of JSON.parse(body.toString()).result)
                await send(this.baseUrl, `${path}/${id}`, { method: 'DELETE', headers });
        }
    }

    makeVendorAccount() {
        return this.#control('/accounts', { ...this.context, tickets: 20 });
    }

    /// A token pair with these scopes only.
    vendorTokens(...scopes) {
        return this.#control(`/accounts/${this.name}/tokens`, { scopes });
    }

    /// What the customer decides on the vendor's page at `url`; gives where the browser is sent then.
    async decide(url, decision) {
        const { pathname, searchParams } = new URL(url);
        const { headers } = await send(this.simulatorUrl, pathname, {
            method: 'POST',
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
            body: `${searchParams}&decision=${decision}`,
        });
        return new URL(headers.location);
    }

    /// What the vendor answers to the next call of `match`.
    fault(match, answer) {
        return this.#control(`/accounts/${this.name}/faults`, { match, ...answer });
    }

    /// From now on, or until `clearFaults`, the vendor refuses the credentials.
    rejectCredentials() {
        return this.#control(`/accounts/${this.name}/faults`, { kind: 'reject_credentials' });
    }

    /// Lets the worker reach its verdict on an account that the vendor refuses: two looks, five minutes apart.
    async verdict(account) {
        const look = `UPDATE jobs SET due = now(), lease_until = NULL WHERE kind = 'account_health' AND id = '${uuidOf(account)}' RETURNING 1, pg_notify('sluice_jobs', kind)::text`;
        const later =
            `UPDATE integrated_accounts SET credential_refused_at = credential_refused_at - interval '5 minutes' ` +
            `WHERE id = '${uuidOf(account)}' AND credential_refused_at IS NOT NULL RETURNING 1`;
        const dead = `SELECT 1 FROM integrated_accounts WHERE id = '${uuidOf(account)}' AND status = 'needs_reauth'`;
        // The refusal itself asks for a look: where that one came late it was the second, and there is none after the verdict.
        const lookOrDead = `WITH looks AS (${look}) SELECT 1 FROM looks UNION ${dead}`;
        for (const sql of [look, later, lookOrDead, dead]) await this.#untilOne(sql);
    }

    async #untilOne(sql) {
        const { environment } = this;
        const set = `SELECT set_config('sluice.environment_id', '${uuidOf(environment)}', false)`;
        for (let tries = 0; tries < 100; ++tries) {
            const args = [this.#dev.database_url, '-qAtX', '-v', 'ON_ERROR_STOP=1', '-c', set, '-c', sql];
            if (execFileSync('psql', args, { encoding: 'utf8' }).trim().split('\n').slice(1).some((row) => row.startsWith('1'))) return;
            await new Promise((done) => setTimeout(done, 100));
        }
        throw new Error(`never true: ${sql}`);
    }

    /// The vendor forgets all token pairs.
    revokeTokens() {
        return this.#control(`/accounts/${this.name}/faults`, { kind: 'revoke_tokens' });
    }

    /// Time passes at the vendor, so that its buckets are empty.
    drainBuckets() {
        return this.#control('/clock', { advance_s: 20 });
    }

    clearFaults() {
        return this.#control(`/accounts/${this.name}/faults`, { kind: 'clear' });
    }

    async #control(path, json) {
        const target = `/_simulator${path}`;
        const { status, body } = await send(this.simulatorUrl, target, { method: 'POST', body: JSON.stringify(json) });
        if (status >= 300) throw new Error(`POST ${target} answered ${status}: ${body}`);
        return JSON.parse(body.toString());
    }
}
