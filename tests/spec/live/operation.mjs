import { readFileSync } from 'node:fs';

import { send } from '../support/http.mjs';
import { withoutHash } from './connecting.mjs';
import { nothing, refusesFilters, refusesTokens } from './refusals.mjs';

export async function operation(session) {
    await session.call('getHealth', 200, '', { token: null });
    await session.call('getHealth', 400, 'with a broken query string', { token: null, query: 'a=%zz' });
    await session.call('getHealth', 200, 'with a request id', {
        headers: { 'x-request-id': 'My-own.id_1' },
        holds: (_, { headers }) => headers['x-request-id'] === 'My-own.id_1',
    });
    await session.call('getHealth', 200, 'with an invalid request id', {
        headers: { 'x-request-id': 'no spaces' },
        holds: (_, { headers }) => headers['x-request-id'].startsWith('req_'),
    });
    await session.call('getSpecification', 200, '', {
        token: null,
        holds: (_, { body }) => body.toString() === readFileSync(new URL('../../../api-spec/openapi.yaml', import.meta.url), 'utf8'),
    });
    const toDashboard = (_, { headers }) => headers.location === '/dashboard';
    await session.call('getRoot', 302, '', { token: null, holds: toDashboard });
    await session.call('getRoot', 400, 'with a broken query string', { token: null, query: 'a=%zz' });
    for (const [id, path] of [['showDashboard'], ['showDashboardPage', { path: 'accounts' }]]) {
        const isPage = (_, { body }) => body.toString().includes('<!doctype html>');
        await session.call(id, 200, '', { token: null, path, holds: isPage });
        await session.call(id, 400, 'with a broken query string', { token: null, path, query: 'a=%zz' });
    }
    await session.call('getSpecification', 400, 'with a broken query string', { token: null, query: 'a=%zz' });
    const page = 'showReferencePage';
    await session.call(page, 200, '', { token: null, holds: (_, { body }) => body.toString().includes('<!doctype html>') });
    await session.call(page, 400, 'with a broken query string', { token: null, query: 'a=%zz' });
    const { body } = await send(session.baseUrl, '/reference', { method: 'GET' });
    for (const [, file] of body.toString().matchAll(/"\/connect\/assets\/([^"]+)"/g))
        await session.call('getLinkAsset', 200, `of the reference's ${withoutHash(file)}`, { token: null, path: { file } });
}

export async function tokens(session, known) {
    const { result } = await session.call('listApiTokens', 200, '', {
        query: { limit: 1 },
        holds: (j) => j.limit === 1,
    });
    known.token = result[0];
    await session.call('listApiTokens', 200, 'with filters', {
        query: {
            'name[like]': 'SP%',
            'created_at[gt]': '2026-01-01T00:00:00Z',
            'expires_at[exist]': 'false',
            'sort_by[created_at]': 'asc',
        },
        holds: (json) => json.result.length === 1,
    });
    await session.call('listApiTokens', 200, 'that finds nothing', {
        query: { 'name[in]': 'a,b' },
        holds: (json) => json.result.length === 0,
    });
    await refusesFilters(session, 'listApiTokens');
    await refusesTokens(session, 'listApiTokens');
    const path = { id: known.token.id };
    await session.call('getApiToken', 200, '', { path });
    await session.call('getApiToken', 404, 'of another environment', { path, token: known.product.foreignToken });
    await session.call('getApiToken', 404, 'of nothing', { path: { id: nothing('tok') } });
    await refusesTokens(session, 'getApiToken', path);
}

/// What `info.description` says about requests to no route.
export async function unrouted({ tests, spec, baseUrl }) {
    const cases = [
        ['GET /nothing → 404', '/nothing', { method: 'GET' }, 404],
        ['GET /metrics → 404', '/metrics', { method: 'GET' }, 404],
        ['GET /readyz → 404', '/readyz', { method: 'GET' }, 404],
        ['PUT /integration → 405 with allow', '/integration', { method: 'PUT' }, 405, 'GET, HEAD'],
        ['PUT /webhook → 405 with allow', '/webhook', { method: 'PUT' }, 405, 'GET, HEAD, POST'],
        ['DELETE /integrated-account/me → 405', '/integrated-account/me', { method: 'DELETE' }, 405, 'GET, HEAD, PATCH'],
        ['POST /connect → 405 with allow', '/connect', { method: 'POST' }, 405, 'GET, HEAD'],
        [
            'a head above 16 KiB → 431',
            '/healthz',
            { method: 'GET', headers: { a: 'b'.repeat(15_000), c: 'd'.repeat(4_000) } },
            431,
        ],
        ['GET /healthz with no host → 400', '/healthz', { method: 'GET', headers: { host: 'a:99999' } }, 400],
        ['GET /healthz with a large body → 413', '/healthz', { method: 'GET', announce: 64 * 1024 + 1 }, 413],
    ];
    for (const [name, path, request, status, allow] of cases) {
        const answer = await send(baseUrl, path, request);
        const problems = spec.problemsOfSchema(JSON.parse(answer.body.toString()), 'Error');
        if (answer.status !== status) problems.push(`answered ${answer.status}: ${answer.body}`);
        for (const header of ['x-request-id', 'server-timing'])
            if (!(header in answer.headers)) problems.push(`${header} is missing`);
        if (answer.headers.allow !== allow) problems.push(`allow is ${answer.headers.allow}`);
        if (problems.length === 0) tests.pass(name);
        else tests.fail(name, problems);
    }
}
