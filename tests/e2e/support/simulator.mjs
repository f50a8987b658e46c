// The stand-in vendor: its control plane, and its REST API as the vendor's own clients see it.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';

import { send } from './exchange.mjs';

export class Simulator {
    constructor(url) {
        this.url = url;
    }

    async control(path, body) {
        const method = body === undefined ? 'GET' : 'POST';
        const exchange = await send(method, `${this.url}/_simulator${path}`, { body, isShown: false });
        assert.ok(exchange.status < 300, `the simulator answered ${exchange.status} to ${path}: ${exchange.text}`);
        return exchange.json;
    }
    state = () => this.control('/state');
    clock = (change) => this.control('/clock', change);

    /// A help desk of its own, so that no test sees another's tickets or uses up another's rate limit.
    async addAccount({ tickets = 40 } = {}) {
        const account = new SimulatedAccount(this, `e2e-${randomBytes(6).toString('hex')}`);
        const { subdomain, email, apiKey: api_key } = account;
        await this.control('/accounts', { subdomain, email, api_key, tickets });
        return account;
    }
}

export class SimulatedAccount {
    constructor(simulator, subdomain) {
        this.simulator = simulator;
        this.subdomain = subdomain;
        this.email = `agent@${subdomain}.example`;
        this.apiKey = randomBytes(12).toString('hex');
    }

    /// The same help desk, called with an access token, which has a rate limit of its own.
    async withToken(scopes) {
        const { access_token } = await this.tokens({ scopes });
        const same = new SimulatedAccount(this.simulator, this.subdomain);
        same.authorization = `Bearer ${access_token}`;
        return same;
    }

    /// A direct call with the API key; the status must be a success unless `status` says otherwise: one, or several.
    async rest(method, path, body, status) {
        const exchange = await send(method, `${this.simulator.url}/${this.subdomain}${path}`, {
            headers: { authorization: this.authorization ?? this.basic(), 'content-type': 'application/json' },
            body,
        });
        if (status === undefined) assert.ok(exchange.status < 300, `${method} ${path} answered ${exchange.status}`);
        else assert.ok([status].flat().includes(exchange.status), `${method} ${path} answered ${exchange.status}`);
        return exchange;
    }
    basic = () => `Basic ${Buffer.from(`${this.email}:${this.apiKey}`).toString('base64')}`;
    get = async (path) => (await this.rest('GET', path)).json;

    async state() {
        return (await this.simulator.state()).accounts[this.subdomain];
    }
    /// How many calls came in while `body` ran.
    async callsDuring(body) {
        const before = (await this.state()).calls;
        await body();
        return (await this.state()).calls - before;
    }
    control = (path, body) => this.simulator.control(`/accounts/${this.subdomain}${path}`, body);
    fault = (fault) => this.control('/faults', fault);
    clearFaults = () => this.fault({ kind: 'clear' });
    tokens = (wanted) => this.control('/tokens', wanted);
}
