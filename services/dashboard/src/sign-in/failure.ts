// What can go wrong, and how it is said to the person who signs in.
import { sayAtField } from '../link/failure.ts';
import { byField, readEnvelope } from '../parts/envelope.ts';
import type { Field } from './fields.ts';

export interface Failure {
    /**
     * wrong: not signed in by this.  code: the second factor is needed, or wrong.  fields: values to correct.  ended: the
     * link is used up, has expired or is unknown.  busy: later.  refused: otherwise.  ours: a fault of the service.
     * network: no answer.
     */
    kind: 'wrong' | 'code' | 'fields' | 'ended' | 'busy' | 'refused' | 'ours' | 'network';
    /** The api's text; empty if there is none worth showing. */
    message: string;
    /** The api's text by field name. */
    fields: Record<string, string>;
    /** When to try again; only for kind busy. */
    retryAfterS?: number;
}

export interface Explanation {
    title: string;
    text: string;
}

export const networkFailure: Failure = { kind: 'network', message: '', fields: {} };
export const unexpectedAnswer: Failure = { kind: 'ours', message: '', fields: {} };

/** Of a Retry-After header, in seconds or as a date; undefined if it says nothing. */
export function secondsOf(retryAfter: string | null, now: number): number | undefined {
    const text = retryAfter?.trim() ?? '';
    const seconds = /^\d+$/.test(text) ? Number(text) : Math.ceil((Date.parse(text) - now) / 1000);
    return Number.isFinite(seconds) && seconds > 0 ? seconds : undefined;
}

export function failureOf(status: number, body: unknown, retryAfter: string | null, now: number): Failure {
    const { message, failures } = readEnvelope(body);
    const fields = byField(failures, (path) => path);
    const isOf = (kind: Failure['kind']): Failure => ({ kind, message, fields });
    if (status === 401) return isOf('code' in fields ? 'code' : 'wrong');
    if (status === 404 || status === 410 || 'secret' in fields) return isOf('ended');
    const retryAfterS = secondsOf(retryAfter, now);
    if (status === 429 || (status === 503 && retryAfterS !== undefined))
        return { ...isOf('busy'), ...(retryAfterS === undefined ? {} : { retryAfterS }) };
    if ((status === 400 || status === 422) && failures.length > 0) return isOf('fields');
    return status >= 400 && status < 500 ? isOf('refused') : unexpectedAnswer;
}

/** What stands at the fields of a form; empty if the failure is of none of them. */
export function problemsIn(failure: Failure | undefined, fields: Field[]): Record<string, string> {
    const at = fields.filter(({ name }) => failure?.fields[name] !== undefined);
    return Object.fromEntries(at.map((field) => [field.name, sayAtField(field, failure?.fields[field.name] ?? '')]));
}

export function explain(failure: Failure): Explanation {
    switch (failure.kind) {
        case 'wrong':
            return {
                title: 'You could not be signed in',
                text: failure.message === '' ? 'The e-mail, the password or the team is wrong.' : failure.message,
            };
        case 'code':
            return { title: 'The code is needed', text: 'Sign in again and enter it.' };
        case 'fields':
        case 'refused':
            return { title: 'That was not accepted', text: failure.message };
        case 'ended':
            return { title: 'That did not work', text: failure.message };
        case 'busy':
            return { title: 'Please wait', text: 'There were too many attempts.' };
        case 'ours':
            return { title: 'Something went wrong on our side', text: 'What you entered is kept. Please try again.' };
        case 'network':
            return {
                title: 'There was no answer',
                text: 'Check your internet connection and try again. What you entered is kept.',
            };
    }
}

/** "in 40 seconds", "in 3 minutes"; never too early. */
export function waitText(seconds: number): string {
    const [count, unit] =
        seconds <= 90
            ? ([seconds, 'second'] as const)
            : seconds <= 5400
              ? ([Math.ceil(seconds / 60), 'minute'] as const)
              : ([Math.ceil(seconds / 3600), 'hour'] as const);
    return new Intl.RelativeTimeFormat('en').format(count, unit);
}

/** By the names of identity::OidcFault in the API. */
const providerErrors: Record<string, Explanation> = {
    unknown_flow: { title: 'That took too long', text: 'Please start again, in this browser.' },
    not_granted: {
        title: 'Sign-in was cancelled',
        text: 'It was not approved at the provider. Try again, or sign in with your password.',
    },
    refused: {
        title: 'The provider could not prove who you are',
        text: 'Please try again. If that does not help, tell an admin of the team.',
    },
    provider_off: {
        title: 'You cannot sign in this way',
        text: 'An admin of the team has switched it off. Ask them if you need it.',
    },
    provider_failed: {
        title: 'The provider could not sign you in',
        text: 'It did not answer as it should. Try again in a moment. If that does not help, tell an admin of the team.',
    },
    not_invited: {
        title: 'Nobody here is linked with you yet',
        text: 'The provider knows you. Sign in with your password first, or ask an admin of the team to invite you.',
    },
    not_signed_in: {
        title: 'You are not signed in any more',
        text: 'Sign in first, and link the provider again.',
    },
    conflict: {
        title: 'This could not be linked',
        text: 'Another user is linked with it, or you are linked with another account at this provider.',
    },
    invitation_over: {
        title: 'This invitation cannot be used any more',
        text: 'It was used already, or its time is over. Ask an admin of the team for a new one.',
    },
    unavailable: { title: 'That did not work just now', text: 'Please try again in a moment.' },
};

/** `code` is what the address has, which anybody can have written. */
export function explainProviderError(code: string): Explanation {
    const known = Object.hasOwn(providerErrors, code) ? providerErrors[code] : undefined;
    return known ?? { title: 'You could not be signed in', text: 'Please try again, or sign in another way.' };
}
