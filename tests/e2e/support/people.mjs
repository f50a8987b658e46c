// People of a team: an operator makes them, and a browser played by hand signs them in as the pages do.
import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';

import { Api } from './api.mjs';
import { send } from './exchange.mjs';
import { cli, environment, main } from './product.mjs';
import { sleep } from './test.mjs';
import { totp } from './totp.mjs';

export { totp };

/// A setting for an api of the test's own: a browser here says where it is, as behind a proxy. All tests come from one
/// address, which may not try as often as they do.
export const behindProxy = { SLUICE_SERVER_TRUSTED_PROXIES: '127.0.0.0/8' };
/// Of nobody else: a documentation network of IPv6 (RFC 3849).
export const freshAddress = () => `2001:db8:${[0, 0, 0].map(() => randomInt(1, 0xffff).toString(16)).join(':')}::1`;

/// What every request of a page of ours has.
export const ofPage = { 'sluice-client': 'dashboard', 'sec-fetch-site': 'same-origin' };
export const password = 'correct horse battery staple 42';

/// A browser that keeps our cookies. `address`: where it is, for an api with `behindProxy`. `environment`: the id that its
/// requests name. `me`: what the last sign-in answered. A header that is undefined is left out.
export class Browser extends Api {
    cookies = new Map();

    constructor(at = main, { address = freshAddress(), cookies, environment: id, me } = {}) {
        super(at.url);
        Object.assign(this, { at, address, environment: id, me });
        if (cookies) this.cookies = cookies;
    }
    /// Where a person who is known enters a password or code, it waits its turn: hashes of passwords are slow on purpose.
    async send(method, path, body, headers = {}) {
        const ask = () => this.#send(method, path, body, headers);
        return path.startsWith('/me/') ? patiently(ask, /Too many are signing in/) : ask();
    }
    async #send(method, path, body, headers) {
        const type = method === 'GET' || method === 'HEAD' ? {} : { 'content-type': 'application/json' };
        const own = { 'x-forwarded-for': this.address, 'sluice-environment': this.environment, cookie: this.cookie() };
        const all = Object.entries({ ...ofPage, ...type, ...own, ...headers }).filter(([, value]) => value !== undefined);
        const exchange = await send(method, this.url + path, { headers: Object.fromEntries(all), body });
        for (const line of exchange.headers['set-cookie'] ?? []) this.#keep(line);
        return exchange;
    }
    /// The `Cookie` header; undefined if there is none.
    cookie() {
        return this.cookies.size === 0 ? undefined : [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    }
    #keep(line) {
        const [, name, value] = line.match(/^([^=]+)=([^;]*)/);
        if (/;\s*max-age=0\s*(;|$)/i.test(line)) this.cookies.delete(name);
        else this.cookies.set(name, value);
    }
    /// The same person in the same browser, with requests about `id`; undefined: about the team.
    in(id) {
        return new Browser(this.at, { ...this, environment: id });
    }
    /// The same person at another replica.
    through(at) {
        return new Browser(at, this);
    }
    /// A browser with the cookies of now, whatever becomes of them here.
    copy() {
        return new Browser(this.at, { ...this, cookies: new Map(this.cookies) });
    }
    /// Without the session, but with what the browser remembers of earlier ones.
    signedOut() {
        return new Browser(this.at, { address: this.address, cookies: new Map([...this.cookies].filter(([name]) => !name.endsWith('_session'))) });
    }

    /// `POST /session`. Asks again when it is told to wait.
    async signIn(entered) {
        return this.#entered(await patiently(() => this.post('/session', entered)));
    }
    /// Uses the secret of a link, as the page does to which it leads.
    async use(secret, members = { password }) {
        const [path, body] = {
            signin: ['/session/link', {}],
            invite: ['/invitation/accept', members],
            reset: ['/reset', members],
        }[secret.split('_')[1]];
        return this.#entered(await patiently(() => this.post(path, { secret, ...body })));
    }
    #entered(exchange) {
        if (exchange.status === 200) this.me = exchange.json;
        return exchange;
    }
    get email() {
        return this.me.user.email;
    }
    get id() {
        return this.me.user.id;
    }
    /// What a person needs to sign in again.
    get credentials() {
        return { team: this.me.team.id, email: this.email, password };
    }
    isSignedIn = async () => (await this.get('/me')).status === 200;
}

/// Repeats a request that was told to wait, and why `why` says, for a quarter of a minute.
export async function patiently(request, why = /./) {
    for (const deadline = Date.now() + 15_000; ; ) {
        const exchange = await request();
        if (exchange.status !== 429 || !why.test(exchange.text) || Date.now() > deadline) return exchange;
        await sleep(Math.min(1, Number(exchange.headers['retry-after'])) * 1000);
    }
}

/// The secret of a link, wherever an answer has it.
export const secretIn = (answer) => JSON.stringify(answer).match(/#(slx_(?:signin|invite|reset)_[0-9A-Za-z]+)/)?.[1];

/// A team of the test's own.
export class Team {
    /// `at`: the product at which its people are.
    static async make(what, at = main) {
        const name = `${what} ${randomBytes(4).toString('hex')}`;
        const { id } = await cli('team', 'create', name);
        return Object.assign(new Team(), { name, id, at });
    }
    /// An environment with Gorgias, as `environment` of product.mjs.
    environment = (name = 'production') => environment(name, this.at, this.name);

    /// A user who has never signed in: `{email, secret}`, the secret of the link that the operator got.
    async add(role, email = `${role}-${randomBytes(4).toString('hex')}@people.example`) {
        const made = await cli('user', 'create', this.id, email, '--role', role);
        return { email, secret: secretIn(made) };
    }
    /// The browser of a new user who has signed in by their link. They have no password.
    async signedIn(role) {
        return this.#enter((await this.add(role)).secret);
    }
    /// The browser of a new user whose password is `password`.
    async withPassword(role = 'developer') {
        const { email } = await this.add(role);
        return this.#enter(await this.resetLink(email));
    }
    async resetLink(email) {
        return secretIn(await cli('user', 'reset', this.id, email));
    }
    async signInLink(email) {
        return secretIn(await cli('user', 'sign-in', this.id, email));
    }
    async #enter(secret) {
        const browser = new Browser(this.at);
        const { status, text } = await browser.use(secret);
        assert.equal(status, 200, text);
        return browser;
    }
}

/// Turns the second factor on: `{secret, recoveryCodes}`. With the code of the time step before, so that the one of this
/// moment is left.
export async function addSecondFactor(browser, now = Date.now()) {
    const { secret } = await browser.ok('POST', '/me/second-factor', {});
    const { recovery_codes: recoveryCodes } = await browser.ok('POST', '/me/second-factor/confirm', { code: totp(secret, -1, now) });
    return { secret, recoveryCodes };
}

/// A time at which a time step has at least so many seconds left: what follows is in one step.
export async function earlyInStep(seconds = 10) {
    const left = 30_000 - (Date.now() % 30_000);
    if (left < seconds * 1000) await sleep(left + 50);
}

/// The entries of the audit log that fit, the newest first. `query`: an object of filters.
export const auditOf = (browser, query) => browser.all(`/audit-log?${new URLSearchParams(query)}`);

/// `action` for each of `items`, so many at a time.
export async function inParallel(items, action, lanes = 16) {
    const left = items[Symbol.iterator]();
    const lane = async () => {
        for (let next = left.next(); !next.done; next = left.next()) await action(next.value);
    };
    await Promise.all(Array.from({ length: lanes }, lane));
}
