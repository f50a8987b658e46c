import type { Authorization, Connection, Session, Success } from './contract.ts';
import { failureOf, networkFailure, unexpectedAnswer, type Failure } from './failure.ts';
import type { Values } from './fields.ts';

export type Answer<T> = { ok: T } | { failure: Failure };

/** Longer than the api gives a vendor: its answer is the better one. */
const limitMs = 60_000;

export interface Choice {
    environment_integration_id: string;
    authentication_method: string;
    context: Values;
}

export interface Api {
    session(): Promise<Answer<Session>>;
    connect(choice: Choice): Promise<Answer<Success | Authorization>>;
    connection(id: string): Promise<Answer<Connection>>;
}

export function linkApi(token: string): Api {
    async function call<T>(path: string, body?: unknown): Promise<Answer<T>> {
        try {
            const response = await fetch(path, {
                method: body === undefined ? 'GET' : 'POST',
                headers: {
                    authorization: `Bearer ${token}`,
                    accept: 'application/json',
                    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
                },
                ...(body === undefined ? {} : { body: JSON.stringify(body) }),
                cache: 'no-store',
                referrerPolicy: 'no-referrer',
                redirect: 'error',
                signal: AbortSignal.timeout(limitMs),
            });
            const answer: unknown = await response.json().catch(() => undefined);
            if (!response.ok) return { failure: failureOf(response.status, answer) };
            return typeof answer === 'object' && answer !== null ? { ok: answer as T } : { failure: unexpectedAnswer };
        } catch {
            return { failure: networkFailure };
        }
    }

    return {
        session: () => call<Session>('/connect/session'),
        connect: (choice) => call<Success | Authorization>('/connect/session', choice),
        connection: (id) => call<Connection>(`/connect/session/connection/${encodeURIComponent(id)}`),
    };
}
