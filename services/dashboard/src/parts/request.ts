/** Longer than the api gives a vendor: its answer is the better one. */
const limitMs = 60_000;

export interface Reply {
    ok: boolean;
    status: number;
    /** undefined if it was no JSON. */
    body: unknown;
    retryAfter: string | null;
}

interface Asked {
    method?: 'GET' | 'POST' | 'DELETE';
    headers?: Record<string, string>;
    body?: unknown;
}

/** One request to the api, which answers in JSON; undefined if there was no answer. */
export async function request(path: string, { method, headers = {}, body }: Asked): Promise<Reply | undefined> {
    try {
        const response = await fetch(path, {
            method: method ?? (body === undefined ? 'GET' : 'POST'),
            headers: {
                ...headers,
                accept: 'application/json',
                ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
            credentials: 'same-origin',
            cache: 'no-store',
            referrerPolicy: 'no-referrer',
            redirect: 'error',
            signal: AbortSignal.timeout(limitMs),
        });
        const { ok, status } = response;
        const answer: unknown = await response.json().catch(() => undefined);
        return { ok, status, body: answer, retryAfter: response.headers.get('retry-after') };
    } catch {
        return undefined;
    }
}
