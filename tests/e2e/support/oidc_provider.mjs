// An OpenID provider on this machine: oidc-provider, a certified implementation, with a person who is signed in there at
// once. It can be told to rotate its keys, and to answer as no provider should.
import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';

import Provider from 'oidc-provider';

import { freePort } from './ports.mjs';
import { defer } from './test.mjs';

const encode = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const decode = (part) => JSON.parse(Buffer.from(part, 'base64url'));

let made = 0;
function newKey() {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    return { ...privateKey.export({ format: 'jwk' }), kid: `key-${(made += 1)}`, alg: 'RS256', use: 'sig' };
}
const rs256 = (input, key) => sign('RSA-SHA256', Buffer.from(input), createPrivateKey({ key, format: 'jwk' })).toString('base64url');
const hs256 = (input, secret) => createHmac('sha256', secret).update(input).digest('base64url');
const pemOf = (key) => createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'pem' });

const now = () => Math.floor(Date.now() / 1000);

/// What can be wrong with an ID token: `header` and `claims` change it, `seal` signs it. A claim that is undefined goes.
export const twists = {
    'another nonce': { claims: () => ({ nonce: 'of-another-sign-in' }) },
    'no nonce': { claims: () => ({ nonce: undefined }) },
    'another audience': { claims: () => ({ aud: 'another-client' }) },
    'several audiences without azp': { claims: ({ aud }) => ({ aud: [aud, 'another-client'] }) },
    'another client in azp': { claims: ({ aud }) => ({ aud: [aud, 'another-client'], azp: 'another-client' }) },
    'another issuer': { claims: () => ({ iss: 'https://issuer.example' }) },
    'an issuer with a slash more': { claims: ({ iss }) => ({ iss: `${iss}/` }) },
    'an end that has passed': { claims: () => ({ exp: now() - 120, iat: now() - 300 }) },
    'no end': { claims: () => ({ exp: undefined }) },
    'a beginning to come': { claims: () => ({ nbf: now() + 300 }) },
    'a birth in the future': { claims: () => ({ iat: now() + 300 }) },
    'no subject': { claims: () => ({ sub: undefined }) },
    'a long subject': { claims: () => ({ sub: 'x'.repeat(256) }) },
    'alg none': { header: () => ({ alg: 'none' }), seal: () => '' },
    'alg None and a signature': { header: () => ({ alg: 'None' }) },
    'HS256 with the public key as secret': { header: () => ({ alg: 'HS256' }), seal: (input, key) => hs256(input, pemOf(key)) },
    'HS256 with the client secret': { header: () => ({ alg: 'HS256' }), seal: (input, _, { secret }) => hs256(input, secret) },
    'the key of somebody else': { seal: (input) => rs256(input, newKey()) },
    'a key of its own in the header': (() => {
        const key = newKey();
        const { kty, n, e } = key;
        return { header: () => ({ jwk: { kty, n, e } }), seal: (input) => rs256(input, key) };
    })(),
    'a key that nobody knows': { header: () => ({ kid: 'unknown' }) },
    'a critical extension': { header: () => ({ crit: ['x'], x: 1 }) },
    'another type': { header: () => ({ typ: 'at+jwt' }) },
    'another payload under the same signature': { seal: (_, __, { signature }) => signature, claims: () => ({ sub: 'somebody-else' }) },
    'a signature that is cut': { seal: (input, key) => rs256(input, key).slice(0, -4) },
};

/// A provider that ends with `scope`. `redirects`: where Sluice wants people back, for each team.
export async function startProvider(scope, redirects, { isPublic = false, authentication = 'client_secret_basic' } = {}) {
    const port = await freePort();
    const provider = new TestProvider(`http://127.0.0.1:${port}`, redirects, isPublic ? 'none' : authentication);
    const server = createServer((request, answer) => provider.answer(request, answer));
    await new Promise((done) => server.listen(port, '127.0.0.1', done));
    defer(scope, () => {
        server.closeAllConnections();
        return new Promise((done) => server.close(done));
    });
    return provider;
}

class TestProvider {
    clientId = 'sluice';
    clientSecret = 'secret-of-the-client';
    /// Who is signed in at the provider, in whatever browser.
    subject = 'ann';
    /// Changes the next ID tokens: an entry of `twists`. Undefined: they are the provider's own.
    twist = undefined;
    /// Changes the document: gets it, gives another.
    document = (original) => original;
    /// Changes the address to which people go back.
    redirection = (url) => url;
    /// Requests by path.
    asked = {};
    /// The last ID token that the provider made, before it was changed.
    idToken = undefined;

    constructor(issuer, redirects, authentication) {
        Object.assign(this, { issuer, redirects, authentication });
        this.host = new URL(issuer).host;
        this.keys = [newKey()];
        this.#build();
    }

    /// What is registered at Sluice.
    get registration() {
        const secret = this.authentication === 'none' ? {} : { client_secret: this.clientSecret };
        return { label: 'Test', issuer: this.issuer, client_id: this.clientId, ...secret };
    }

    /// A new key signs from now on. `keeps`: the old one stays published.
    rotate({ keeps = true } = {}) {
        this.keys = keeps ? [newKey(), ...this.keys] : [newKey()];
        this.#build();
    }

    /// What a person's browser does at the provider: from the address at which Sluice sent them there to that at which they
    /// come back.
    async visit(url) {
        const cookies = new Map();
        for (let at = url, steps = 0; steps < 10; steps += 1) {
            const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
            const answer = await fetch(at, { redirect: 'manual', headers: cookie ? { cookie } : {} });
            for (const line of answer.headers.getSetCookie()) {
                const [, name, value] = line.match(/^([^=]+)=([^;]*)/);
                cookies.set(name, value);
            }
            const location = answer.headers.get('location');
            if (!location) throw new Error(`the provider answered ${answer.status}: ${(await answer.text()).slice(0, 400)}`);
            at = new URL(location, at).href;
            if (this.redirects.some((each) => at.startsWith(each))) return this.redirection(at);
        }
        throw new Error('the provider goes round in circles');
    }

    async answer(request, answer) {
        const { pathname } = new URL(request.url, this.issuer);
        this.asked[pathname] = (this.asked[pathname] ?? 0) + 1;
        if (pathname.startsWith('/interaction/')) return this.#signIn(request, answer);
        if (pathname === '/token') this.#change(answer, (body) => ({ ...body, ...(body.id_token && { id_token: this.#twisted(body.id_token) }) }));
        if (pathname === '/.well-known/openid-configuration') this.#change(answer, (body) => this.document(body));
        return this.provider.callback()(request, answer);
    }

    #build() {
        const client = {
            client_id: this.clientId,
            ...(this.authentication !== 'none' && { client_secret: this.clientSecret }),
            token_endpoint_auth_method: this.authentication,
            redirect_uris: this.redirects,
            grant_types: ['authorization_code'],
            response_types: ['code'],
        };
        this.provider = new Provider(this.issuer, {
            clients: [client],
            clientAuthMethods: [this.authentication],
            jwks: { keys: this.keys },
            cookies: { keys: ['of a test'] },
            features: { devInteractions: { enabled: false } },
            findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
            interactions: { url: (_, { uid }) => `/interaction/${uid}` },
            /// Nobody is asked for consent.
            loadExistingGrant: async ({ oidc }) => {
                const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
                grant.addOIDCScope('openid');
                await grant.save();
                return grant;
            },
        });
    }

    async #signIn(request, answer) {
        await this.provider.interactionFinished(request, answer, { login: { accountId: this.subject } });
    }

    /// Changes the JSON of an answer before it is sent.
    #change(answer, change) {
        const end = answer.end.bind(answer);
        answer.end = (body, ...rest) => {
            if (!body?.length) return end(body, ...rest);
            const changed = JSON.stringify(change(JSON.parse(body)));
            answer.setHeader('content-length', Buffer.byteLength(changed));
            return end(changed, ...rest);
        };
    }

    #twisted(token) {
        this.idToken = token;
        if (!this.twist) return token;
        const [header, claims, signature] = token.split('.');
        const { header: changeHeader = () => ({}), claims: changeClaims = () => ({}), seal = rs256 } = this.twist;
        const before = decode(claims);
        const input = `${encode({ ...decode(header), ...changeHeader() })}.${encode({ ...before, ...changeClaims(before) })}`;
        return `${input}.${seal(input, this.keys[0], { signature, secret: this.clientSecret })}`;
    }
}
