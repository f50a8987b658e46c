// The REST API of Sluice, with one API token.
import assert from 'node:assert/strict';

import { send } from './exchange.mjs';

export class Api {
    constructor(url, token) {
        this.url = url;
        this.token = token;
    }

    send(method, path, body, headers = {}) {
        const type = body === undefined ? {} : { 'content-type': 'application/json' };
        return send(method, this.url + path, {
            headers: { authorization: `Bearer ${this.token}`, ...type, ...headers },
            body,
        });
    }
    get = (path) => this.send('GET', path);
    post = (path, body) => this.send('POST', path, body);
    patch = (path, body) => this.send('PATCH', path, body);
    put = (path, body) => this.send('PUT', path, body);
    delete = (path, body) => this.send('DELETE', path, body);

    /// The answer's JSON, which must be a success.
    async ok(method, path, body) {
        const exchange = await this.send(method, path, body);
        assert.ok(exchange.status >= 200 && exchange.status < 300, `${method} ${path} answered ${exchange.status}`);
        return exchange.json;
    }
    /// Every item of a platform list.
    async all(path) {
        const items = [];
        for (let cursor = ''; cursor !== null; ) {
            const separator = path.includes('?') ? '&' : '?';
            const page = await this.ok('GET', cursor ? `${path}${separator}next_cursor=${cursor}` : path);
            items.push(...page.result);
            cursor = page.next_cursor;
        }
        return items;
    }
}

/// The proxy API of one account: `account.get('/tickets', {limit: 10})`.
export class Proxy {
    constructor(api, account) {
        this.api = api;
        this.account = account;
    }
    send(method, path, { query = {}, body, headers } = {}) {
        const all = new URLSearchParams({ integrated_account_id: this.account });
        for (const [name, value] of Object.entries(query))
            for (const each of [value].flat()) all.append(name, each);
        return this.api.send(method, `/proxy${path}?${all}`, body, headers);
    }
    get = (path, query) => this.send('GET', path, { query });
    post = (path, body, query) => this.send('POST', path, { query, body });
}

/// Asserts that the answer is our own error body of `status`. With `paths`, that its failures name exactly these.
export function assertRefused(exchange, status, paths) {
    assert.equal(exchange.status, status);
    const body = exchange.json;
    assert.equal(body.statusCode, status);
    assert.ok(body.error && body.message, 'error and message say what is wrong');
    assert.equal(body.is_remote_error, undefined, 'not a remote error');
    if (!paths) return;
    assert.deepEqual((body.details?.failures ?? []).map((failure) => failure.path).sort(), [...paths].sort());
    for (const failure of body.details.failures) assert.ok(failure.message.length > 3, 'the failure names the rule');
}

/// Asserts that the answer is the vendor's error.
export function assertRemote(exchange, status) {
    assert.equal(exchange.status, status);
    const body = exchange.json;
    assert.equal(body.statusCode, status);
    assert.equal(body.is_remote_error, true);
    assert.ok(body.error && body.message);
    return body;
}
