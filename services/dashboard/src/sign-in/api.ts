import { request } from '../parts/request.ts';
import type { Me, Options, Shown } from './contract.ts';
import { failureOf, networkFailure, unexpectedAnswer, type Failure } from './failure.ts';

export type Answer<T> = { ok: T } | { failure: Failure };

/** Calls the api as these pages do: with the cookie, and with a header that no other site can send. */
async function call<T>(path: string, body?: unknown, method?: 'DELETE'): Promise<Answer<T>> {
    const reply = await request(path, {
        headers: {
            'sluice-client': 'dashboard',
            ...(method === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(method === undefined ? {} : { method }),
        ...(body === undefined ? {} : { body }),
    });
    if (reply === undefined) return { failure: networkFailure };
    if (!reply.ok) return { failure: failureOf(reply.status, reply.body, reply.retryAfter, Date.now()) };
    const answer = reply.body;
    return typeof answer === 'object' && answer !== null ? { ok: answer as T } : { failure: unexpectedAnswer };
}

export const api = {
    me: () => call<Me>('/me'),
    options: (team: string) => call<Options>(`/sign-in/options?${new URLSearchParams({ team })}`),
    /** What signs in: /session, /session/link, /invitation/accept, /reset. */
    enter: (path: string, body: object) => call<Me>(path, body),
    show: (path: '/invitation/show' | '/reset/show', secret: string) => call<Shown>(path, { secret }),
    askForReset: (team: string, email: string) => call<object>('/reset/request', { team, email }),
    signOut: () => call<object>('/session/current', undefined, 'DELETE'),
};

/** Where the browser goes to sign in at a provider. */
export function providerPath(team: string, provider: string, returnTo: string | undefined): string {
    return `/oidc/start?${new URLSearchParams({ team, provider, return: returnTo ?? '/sign-in' })}`;
}
