// An OpenID provider that lets everybody in, as whoever the test says: as little of one as a browser by hand needs.
import { createHash, createSign, generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

import { defer } from './test.mjs';

const base64url = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/// `{issuer, host, allows(url, sub)}`; `allows` is the person's consent: it gives the address to which the provider sends
/// the browser. Ends with `scope`.
export async function openIdProvider(scope) {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const codes = new Map();
    const server = createServer((request, response) => {
        const json = (status, body) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
        const { pathname } = new URL(request.url, issuer);
        if (pathname === '/.well-known/openid-configuration')
            return json(200, {
                issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/keys`,
                response_types_supported: ['code'], subject_types_supported: ['public'], id_token_signing_alg_values_supported: ['RS256'],
                code_challenge_methods_supported: ['S256'], authorization_response_iss_parameter_supported: true,
                token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
            });
        if (pathname === '/keys') return json(200, { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' }] });
        let body = '';
        request.on('data', (part) => (body += part));
        request.on('end', () => {
            const form = new URLSearchParams(body);
            const asked = codes.get(form.get('code'));
            codes.delete(form.get('code'));
            const challenge = createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url');
            if (!asked || challenge !== asked.challenge) return json(400, { error: 'invalid_grant' });
            const now = Math.floor(Date.now() / 1000);
            const claims = { iss: issuer, sub: asked.sub, aud: asked.client, nonce: asked.nonce, iat: now, exp: now + 300 };
            const signed = `${base64url({ alg: 'RS256', kid: 'one', typ: 'JWT' })}.${base64url(claims)}`;
            const id_token = `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')}`;
            json(200, { access_token: 'none', token_type: 'Bearer', expires_in: 300, id_token });
        });
    });
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    defer(scope, () => server.close());
    const host = `127.0.0.1:${server.address().port}`;
    const issuer = `http://${host}`;
    const allows = (url, sub) => {
        const { searchParams: asked } = new URL(url);
        const code = randomBytes(16).toString('hex');
        codes.set(code, { sub, client: asked.get('client_id'), nonce: asked.get('nonce'), challenge: asked.get('code_challenge') });
        return `${asked.get('redirect_uri')}?${new URLSearchParams({ code, state: asked.get('state'), iss: issuer })}`;
    };
    return { issuer, host, allows };
}
