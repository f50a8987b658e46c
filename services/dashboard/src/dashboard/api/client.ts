// The REST API as everyone has it, called with the session of this browser.
import createClient, { type Client } from 'openapi-fetch';
import type { components, paths } from './schema.ts';
import { ApiError } from './error.ts';

export type Schemas = components['schemas'];

/** Longer than the api gives a vendor. */
const limitMs = 60_000;

/** What a session's requests have; other sites cannot send the first one. */
export function sessionHeaders(environment: string | undefined): Record<string, string> {
    return {
        'sluice-client': 'dashboard',
        ...(environment === undefined ? {} : { 'sluice-environment': environment }),
    };
}

async function send(request: Request): Promise<Response> {
    if (request.method !== 'GET') request.headers.set('content-type', 'application/json');
    const limit = AbortSignal.timeout(limitMs);
    return fetch(request, { signal: AbortSignal.any([request.signal, limit]) });
}

export type Api = Client<paths>;

const clients = new Map<string, Api>();

/** For one environment, or for the team. */
export function apiOf(environment: string | undefined): Api {
    const key = environment ?? '';
    const known = clients.get(key);
    if (known !== undefined) return known;
    const made = createClient<paths>({
        baseUrl: '',
        headers: sessionHeaders(environment),
        credentials: 'same-origin',
        cache: 'no-store',
        referrerPolicy: 'no-referrer',
        redirect: 'error',
        fetch: send,
    });
    clients.set(key, made);
    return made;
}

/** The body of a success; throws an ApiError otherwise. */
export async function answer<T>(result: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
    let reply;
    try {
        reply = await result;
    } catch {
        throw new ApiError(0, undefined);
    }
    const { data, error, response } = reply;
    if (!response.ok || data === undefined)
        throw new ApiError(response.ok ? 500 : response.status, error, response.headers.get('x-request-id'));
    return data;
}

/** Without the members that are undefined or empty texts, so that they stay out of a query or a body. */
export function compact<T extends object>(given: T): { [K in keyof T]: Exclude<T[K], undefined> } {
    return Object.fromEntries(
        Object.entries(given).filter(([, value]) => value !== undefined && value !== ''),
    ) as never;
}
