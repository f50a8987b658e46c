// What can go wrong between this page and the api, and how it is said to a customer.
import { byField, readEnvelope } from '../parts/envelope.ts';
import type { ErrorType } from './contract.ts';

export interface Failure {
    /**
     * link: the link token is used up, expired or unknown.  fields: values to correct.  credentials: the vendor refused
     * them.  setup: connected, but what follows failed.  vendor: not reached.  busy: too many calls.  request: refused
     * otherwise.  unfinished: it ended at the vendor without access.  ours: a fault of the service.  network: no answer.
     */
    kind:
        'link' | 'fields' | 'credentials' | 'setup' | 'vendor' | 'busy' | 'request' | 'unfinished' | 'ours' | 'network';
    /** The api's text; empty if there is none worth showing. */
    message: string;
    /** The api's text by field name; only for kind fields. */
    fields: Record<string, string>;
}

/** Of a field of the form before connecting, of the one after it, and of the page where calls are approved. */
const fieldPath = /^(?:(?:context|values)\.|(?=code$))/;

/** What is said when a value does not match its pattern. */
export function expectedForm({ pattern_hint }: { pattern_hint?: string | null }): string {
    return pattern_hint == null || pattern_hint === '' ? 'This does not have the expected form.' : pattern_hint;
}

interface Named {
    label: string;
    pattern_hint?: string | null;
}

/** "is already in use" becomes a sentence; for "must match ^…$", which is for developers, the form is said in words. */
export function sayAtField(field: Named, message: string): string {
    if (message === '') return 'This is not accepted.';
    if (/^must match /i.test(message)) return expectedForm(field);
    const whole = /^(is|are|has|must|may|can|does|should|cannot)\b/.test(message)
        ? `${field.label} ${message}`
        : message;
    return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}

export const networkFailure: Failure = { kind: 'network', message: '', fields: {} };
export const unexpectedAnswer: Failure = { kind: 'ours', message: '', fields: {} };

/** `body` is undefined if the answer was no JSON object. */
export function failureOf(status: number, body: unknown): Failure {
    const { message, errorType, failures } = readEnvelope(body);
    const none = {};
    if (status === 401) return { kind: 'link', message, fields: none };
    if (errorType === 'post_install_error') return { kind: 'setup', message, fields: none };
    const fields = byField(failures, (path) => (fieldPath.test(path) ? path.replace(fieldPath, '') : ''));
    if ((status === 400 || status === 422) && Object.keys(fields).length > 0)
        return { kind: 'fields', message, fields };
    if (errorType === 'validation_error' || status === 422) return { kind: 'credentials', message, fields: none };
    if (errorType === 'connection_error' || status === 502 || status === 504)
        return { kind: 'vendor', message, fields: none };
    if (status === 429) return { kind: 'busy', message, fields: none };
    if (status >= 400 && status < 500) return { kind: 'request', message, fields: none };
    return unexpectedAnswer;
}

/** A connection that failed: before it began, at the vendor or after it. */
export function failureOfConnection(error: { error_type: string; message: string } | null): Failure {
    const kinds: Record<string, Failure['kind']> = {
        invalid_token: 'link',
        connection_error: 'unfinished',
        validation_error: 'credentials',
        post_install_error: 'setup',
    };
    return { kind: kinds[error?.error_type ?? ''] ?? 'unfinished', message: error?.message ?? '', fields: {} };
}

/** The reason a developer's page learns. */
export function errorTypeOf(failure: Failure): ErrorType {
    switch (failure.kind) {
        case 'link':
            return 'invalid_token';
        case 'setup':
            return 'post_install_error';
        case 'fields':
        case 'credentials':
        case 'request':
            return 'validation_error';
        default:
            return 'connection_error';
    }
}

export interface Explanation {
    title: string;
    text: string;
}

export function explain(failure: Failure, vendor: string): Explanation {
    const told = (otherwise: string) => (failure.message === '' ? otherwise : failure.message);
    switch (failure.kind) {
        case 'link':
            return { title: 'This link no longer works', text: 'Ask for a new link.' };
        case 'fields':
            return { title: 'Please check the marked fields', text: '' };
        case 'credentials':
            return { title: `${vendor} did not accept these details`, text: told('Please check them and try again.') };
        case 'setup':
            return { title: `${vendor} could not be set up`, text: told('Please try again.') };
        case 'vendor':
            return { title: `${vendor} cannot be reached at the moment`, text: 'Please try again in a moment.' };
        case 'busy':
            return { title: 'That was a little fast', text: 'Please wait ten seconds and try again.' };
        case 'request':
        case 'unfinished':
            return { title: `${vendor} was not connected`, text: told('Please try again.') };
        case 'ours':
            return { title: 'Something went wrong on our side', text: 'What you entered is kept. Please try again.' };
        case 'network':
            return {
                title: 'There was no answer',
                text: 'Check your internet connection and try again. What you entered is kept.',
            };
    }
}
