import { request } from '../parts/request.ts';
import type { AccountForm, Authorization, Connection, FormOption, Session, Success } from './contract.ts';
import { failureOf, networkFailure, unexpectedAnswer, type Failure } from './failure.ts';
import type { Values } from './fields.ts';
import type { Answers } from './form.ts';

export type Answer<T> = { ok: T } | { failure: Failure };

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

export interface FormApi {
    form(): Promise<Answer<AccountForm>>;
    options(field: string, values: Answers): Promise<Answer<{ options: FormOption[] }>>;
    submit(values: Answers): Promise<Answer<{ result: 'success' }>>;
}

/** Calls the api with a token of our pages, or without one. */
export function callerWith(token?: string) {
    return async function call<T>(path: string, body?: unknown): Promise<Answer<T>> {
        const reply = await request(path, {
            headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
            ...(body === undefined ? {} : { body }),
        });
        if (reply === undefined) return { failure: networkFailure };
        if (!reply.ok) return { failure: failureOf(reply.status, reply.body) };
        const answer = reply.body;
        return typeof answer === 'object' && answer !== null ? { ok: answer as T } : { failure: unexpectedAnswer };
    };
}

export function formApi(token: string): FormApi {
    const call = callerWith(token);
    return {
        form: () => call<AccountForm>('/connect/form'),
        options: (field, values) => call<{ options: FormOption[] }>('/connect/form/options', { field, values }),
        submit: (values) => call<{ result: 'success' }>('/connect/form', { values }),
    };
}

export function linkApi(token: string): Api {
    const call = callerWith(token);
    return {
        session: () => call<Session>('/connect/session'),
        connect: (choice) => call<Success | Authorization>('/connect/session', choice),
        connection: (id) => call<Connection>(`/connect/session/connection/${encodeURIComponent(id)}`),
    };
}
