// The values of a form: what is asked for, tidied and checked before it is sent. The api checks again.
import type { Field, Integration, Method } from './contract.ts';

export type Values = Record<string, string>;

/** The integration's fields first; a method that repeats a name means the same field. */
export function fieldsOf(integration: Integration, method: Method): Field[] {
    const known = new Set(integration.fields.map(({ name }) => name));
    return [...integration.fields, ...method.fields.filter(({ name }) => !known.has(name))];
}

export function initialValues(fields: Field[]): Values {
    return Object.fromEntries(fields.map(({ name, value }) => [name, value ?? '']));
}

function matches(field: Field, value: string): boolean {
    if (field.pattern === null) return true;
    try {
        return new RegExp(field.pattern, 'u').test(value);
    } catch {
        // The api's dialect is RE2: what this one cannot read is left to it.
        return true;
    }
}

/**
 * What the customer meant: without the spaces that copying adds, and of a whole address pasted into a field for its
 * first part ("https://acme.example.com/app") that part. A password is left as it is.
 */
export function tidy(field: Field, value: string): string {
    if (field.secret && !/(^|_)(key|token)$/i.test(field.name)) return value;
    const trimmed = value.trim();
    if (field.secret || field.pattern === null || matches(field, trimmed)) return trimmed;
    const lower = trimmed.toLowerCase();
    if (matches(field, lower)) return lower;
    const first = /^(?:https?:\/\/)?([^./\s]+)\.[^/\s]+(?:\/.*)?$/.exec(lower)?.[1];
    return first !== undefined && matches(field, first) ? first : trimmed;
}

export function problemOf(field: Field, value: string): string | undefined {
    if (value === '') return field.required ? `Enter your ${inSentence(field.label)}.` : undefined;
    if (field.max_length !== null && [...value].length > field.max_length)
        return `This is too long: ${field.max_length} characters at most.`;
    return matches(field, value) ? undefined : 'This does not have the expected form.';
}

/** By field name; empty if everything may be sent. */
export function problemsOf(fields: Field[], values: Values): Record<string, string> {
    const problems: Record<string, string> = {};
    for (const field of fields) {
        const problem = problemOf(field, values[field.name] ?? '');
        if (problem !== undefined) problems[field.name] = problem;
    }
    return problems;
}

/** Optional fields left empty are not sent, unless that takes back a value. */
export function contextOf(fields: Field[], values: Values): Values {
    const sent = fields.filter(({ name, value }) => (values[name] ?? '') !== '' || (value ?? '') !== '');
    return Object.fromEntries(sent.map(({ name }) => [name, values[name] ?? '']));
}

/** "Subdomain" becomes "subdomain"; "API key" and "E-mail" keep what is more than a capital at the start. */
export function inSentence(label: string): string {
    return /^\p{Lu}(\p{Ll}|-\p{Ll})/u.test(label) ? label.charAt(0).toLowerCase() + label.slice(1) : label;
}
