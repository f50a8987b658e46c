// The part of the mock with which people sign in. What an e-mail address or a link begins with says how that goes.
import { randomUUID } from 'node:crypto';

export const rightPassword = 'correct horse battery';
export const rightCode = '123456';
export const recoveryCode = 'abcd-efgh';

const teams = {
    acme: {
        team: { id: 'team_01acme', name: 'Acme Desk' },
        providers: [
            { id: 'idp_okta', label: 'Okta' },
            { id: 'idp_entra', label: 'Microsoft Entra' },
        ],
        has_mail: true,
    },
    plain: { team: { id: 'team_01plain', name: 'Plain' }, providers: [], has_mail: true },
    nomail: { team: { id: 'team_01nomail', name: 'Letterless' }, providers: [], has_mail: false },
    hidden: { team: { id: 'team_01hidden', name: 'Acme\u202eksed' }, providers: [], has_mail: true },
    long: {
        team: {
            id: 'team_01long',
            name: 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft Support',
        },
        providers: [{ id: 'idp_long', label: 'Single sign-on of the whole Donaudampfschifffahrtsgesellschaft' }],
        has_mail: true,
    },
};
const unknown = { team: null, providers: [], has_mail: true };
/** By id, by name, and by what the tests call it. */
const teamOf = (text) =>
    teams[text] ?? Object.values(teams).find(({ team }) => team.id === text || team.name === text) ?? unknown;

const environments = [
    { id: 'env_01production', name: 'production' },
    { id: 'env_01staging', name: 'staging' },
];

function meOf(team, email) {
    const isFew = email.startsWith('few');
    return {
        user: {
            id: 'user_01mock',
            team_id: team.id,
            email,
            name: email.startsWith('nameless') ? '' : 'Ann Fox',
            role: isFew ? 'viewer' : 'admin',
            environment_ids: isFew ? [environments[1].id] : null,
            is_active: true,
        },
        team,
        permissions: ['accounts:read'],
        environments: isFew ? [environments[1]] : environments,
        session: { id: 'sess_01mock', is_current: true },
    };
}

const failures = (...list) => ({ details: { failures: list.map(([path, message]) => ({ path, message })) } });
const wrong = 'The e-mail, the password or the team is wrong, or there were too many attempts.';

/** Answers what belongs to people; false if the request is none of that. */
export function people({ calls, latencyMs, send, refuse, file }) {
    const sessions = new Map();
    const used = new Set();
    let unluckyLoads = 0;

    const sessionOf = (request) => /sluice_session=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1];
    const cookie = (value, age) => `sluice_session=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${age}`;
    function enter(response, me, status = 200, headers = {}) {
        const id = randomUUID();
        sessions.set(id, me);
        return send(response, status, status === 200 ? me : '', { 'set-cookie': cookie(id, 86400), ...headers });
    }
    const needsCode = (response) =>
        refuse(response, 401, 'A code is needed', failures(['code', 'is needed: the user has a second factor']));
    const wrongCode = (response) =>
        refuse(response, 401, 'The code is wrong', failures(['code', 'is wrong or was used']));
    const isCode = (code) => code === rightCode || code === recoveryCode;

    function signIn(response, { team, email, password, code }) {
        const known = teamOf(team).team;
        if (email.startsWith('busy')) return refuse(response, 429, 'Too many requests', {}, { 'retry-after': '2' });
        if (email.startsWith('jam')) return refuse(response, 429, 'Too many requests', {}, { 'retry-after': '150' });
        if (email.startsWith('fault')) return refuse(response, 500, 'internal');
        if (email.startsWith('odd'))
            return refuse(response, 400, 'email is not valid', failures(['email', 'must be an e-mail address']));
        if (known === null || password !== rightPassword) return refuse(response, 401, wrong);
        if (email.startsWith('two') && code === undefined) return needsCode(response);
        if (email.startsWith('two') && code === 'aaaa-aaaa') return refuse(response, 401, wrong);
        if (email.startsWith('two') && !isCode(code)) return wrongCode(response);
        return enter(response, meOf(known, email));
    }

    // A secret is slx_, its kind, what it does, and anything that makes it unique.
    function useSecret(response, path, { secret, password, name, code }) {
        const [, kind, does] = /^slx_(signin|invite|reset)_([a-z]+)\d*$/.exec(secret) ?? [];
        const wanted = path.startsWith('/invitation') ? 'invite' : path.startsWith('/reset') ? 'reset' : 'signin';
        if (kind !== wanted || used.has(secret) || does === 'ended')
            return refuse(response, 404, 'This link was used or has ended. Ask for a new one.');
        const { team } = teams.acme;
        const email = kind === 'invite' ? 'bo@acme.example' : 'ann@acme.example';
        if (path.endsWith('/show')) {
            if (does === 'unlucky' && ++unluckyLoads % 2 === 1) return refuse(response, 503, 'try again');
            if (does === 'vanishes') used.add(secret);
            return send(response, 200, {
                team: { name: team.name },
                email,
                name: kind === 'invite' ? '' : 'Ann',
                kind,
            });
        }
        if (password === 'passwordpassword')
            return refuse(
                response,
                400,
                'password is not valid',
                failures(['password', 'is on a list of stolen passwords']),
            );
        if (does === 'two' && code === undefined) return needsCode(response);
        if (does === 'two' && !isCode(code)) return wrongCode(response);
        used.add(secret);
        const me = meOf(team, email);
        return enter(response, { ...me, user: { ...me.user, ...(name === undefined ? {} : { name }) } });
    }

    const posts = {
        '/session': signIn,
        '/session/link': (response, body) => useSecret(response, '/session/link', body),
        '/invitation/show': (response, body) => useSecret(response, '/invitation/show', body),
        '/invitation/accept': (response, body) => useSecret(response, '/invitation/accept', body),
        '/reset/show': (response, body) => useSecret(response, '/reset/show', body),
        '/reset': (response, body) => useSecret(response, '/reset', body),
        '/reset/request': (response, { email }) =>
            email.startsWith('busy')
                ? refuse(response, 429, 'Too many requests', {}, { 'retry-after': '7200' })
                : send(response, 202, {}),
    };
    const others = {
        'GET /sign-in/options': (_request, response, url) => {
            const team = url.searchParams.get('team');
            return team === 'fault' ? refuse(response, 500, 'internal') : send(response, 200, teamOf(team));
        },
        'GET /me': (request, response) => {
            const me = sessions.get(sessionOf(request));
            return me === undefined ? refuse(response, 401, 'Sign in first') : send(response, 200, me);
        },
        'DELETE /session/current': (request, response) => {
            sessions.delete(sessionOf(request));
            return send(response, 200, { id: 'sess_01mock' }, { 'set-cookie': cookie('', 0) });
        },
    };

    return async function answer(request, response, url) {
        const { pathname } = url;
        const { method, headers } = request;
        if (method === 'GET' && ['/sign-in', '/invitation', '/reset'].includes(pathname)) {
            await file(response, 'sign-in.html', { 'cache-control': 'no-store' });
            return true;
        }
        if (method === 'GET' && pathname === '/oidc/start') {
            calls.push({ method, path: pathname, query: Object.fromEntries(url.searchParams) });
            const { team, provider, return: back } = Object.fromEntries(url.searchParams);
            if (provider === 'idp_entra')
                send(response, 303, '', {
                    location: `/sign-in?${new URLSearchParams({ team, return: back })}#error=not_granted`,
                });
            else enter(response, meOf(teamOf(team).team, 'ann@acme.example'), 303, { location: back });
            return true;
        }
        // Where the tests return to.
        if (method === 'GET' && pathname === '/elsewhere') {
            send(response, 200, '<!doctype html><title>Elsewhere</title><h1>Elsewhere</h1>', {
                'content-type': 'text/html',
            });
            return true;
        }
        const handle = method === 'POST' ? posts[pathname] : others[`${method} ${pathname}`];
        if (handle === undefined) return false;
        const chunks = [];
        for await (const chunk of request) chunks.push(chunk);
        const text = Buffer.concat(chunks).toString();
        const body = text === '' ? undefined : JSON.parse(text);
        calls.push({ method, path: pathname, body, query: Object.fromEntries(url.searchParams) });
        await new Promise((resolve) => setTimeout(resolve, latencyMs));
        const isJson = headers['content-type'] === 'application/json';
        if (headers['sluice-client'] !== 'dashboard' || (method !== 'GET' && !isJson))
            refuse(response, 403, 'A request of another site');
        else if (method === 'POST') handle(response, body);
        else handle(request, response, url);
        return true;
    };
}
