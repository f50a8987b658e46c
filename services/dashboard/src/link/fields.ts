// The values of a form: what is asked for, tidied and checked before it is sent. The api checks again.
import type { Field, Integration, Method } from './contract.ts';
import { expectedForm } from './failure.ts';
import { webUrl } from './launch.ts';

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

/** "acme.example.com" of "https://Acme.example.com:443/app"; empty if the text is no address. */
function hostOf(text: string): string {
    return /^(?:https?:\/\/)?([^/?#\s]+?)(?::\d+)?(?:[/?#].*)?$/.exec(text.trim().toLowerCase())?.[1] ?? '';
}

/**
 * The part of a whole address that the field asks for: "acme" of "https://acme.example.com/app" where ".example.com"
 * follows. Undefined if the text is no such address.
 */
export function beforeSuffix(field: Field, text: string): string | undefined {
    const suffix = (field.suffix ?? '').toLowerCase();
    const host = hostOf(text);
    if (suffix === '' || !host.endsWith(suffix)) return undefined;
    const name = host.slice(0, -suffix.length);
    return name !== '' && matches(field, name) ? name : undefined;
}

/**
 * What the customer meant: without the spaces that copying adds, and of a whole address pasted into a field for its
 * first part ("https://acme.example.com/app") that part. A password is left as it is.
 */
export function tidy(field: Field, value: string): string {
    if (field.secret && !/(^|_)(key|token)$/i.test(field.name)) return value;
    const trimmed = value.trim();
    const named = beforeSuffix(field, trimmed);
    if (named !== undefined) return named;
    if (field.secret || field.pattern === null || matches(field, trimmed)) return trimmed;
    const lower = trimmed.toLowerCase();
    if (matches(field, lower)) return lower;
    // With a suffix, an address at another place is a mistake, not the whole of this one.
    if ((field.suffix ?? '') !== '') return matches(field, hostOf(trimmed)) ? hostOf(trimmed) : trimmed;
    const first = /^(?:https?:\/\/)?([^./\s]+)\.[^/\s]+(?:\/.*)?$/.exec(lower)?.[1];
    return first !== undefined && matches(field, first) ? first : trimmed;
}

export function problemOf(field: Field, value: string): string | undefined {
    if (value === '') return field.required ? `Enter your ${inSentence(field.label)}.` : undefined;
    if (field.max_length !== null && [...value].length > field.max_length)
        return `This is too long: ${field.max_length} characters at most.`;
    if (field.format === 'email' && !/^[^\s@]+@[^\s@]+\.[^\s@.]+$/.test(value))
        return 'Enter a whole e-mail address, such as name@example.com.';
    return matches(field, value) ? undefined : expectedForm(field);
}

/** What the keyboard of a phone and the browser's own memory are to offer. */
export function isEmail({ format, name }: Pick<Field, 'format' | 'name'>): boolean {
    return format === 'email' || /(^|_)e?mail$/i.test(name);
}

/** Known, and not to be changed: a field to be kept that is empty must be asked for. */
export function isKept({ read_only, value }: Pick<Field, 'read_only' | 'value'>): boolean {
    return read_only && (value ?? '') !== '';
}

/** By field name; empty if everything may be sent. */
export function problemsOf(fields: Field[], values: Values): Record<string, string> {
    const problems: Record<string, string> = {};
    for (const field of fields) {
        // What cannot be corrected here is left to the api.
        if (isKept(field)) continue;
        const problem = problemOf(field, values[field.name] ?? '');
        if (problem !== undefined) problems[field.name] = problem;
    }
    return problems;
}

/** The page where the value is found, once every field that its address names has a valid value. */
export function helpOf(field: Field, fields: Field[], values: Values): string | undefined {
    let isKnown = (field.help_url ?? '') !== '';
    const address = (field.help_url ?? '').replace(/\{\{(.*?)\}\}/g, (_placeholder, path: string) => {
        const name = /^\s*context\.(\w+)\s*$/.exec(path)?.[1];
        const named = fields.find((other) => other.name === name && !other.secret);
        const value = named === undefined ? '' : tidy(named, values[named.name] ?? '');
        if (named === undefined || value === '' || problemOf(named, value) !== undefined) isKnown = false;
        return encodeURIComponent(value);
    });
    return isKnown ? webUrl(address)?.href : undefined;
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
