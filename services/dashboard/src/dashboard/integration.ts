// The override of an installation, as a form has it and as the API takes it.
import type { Schemas } from './api/client.ts';

export type Override = Schemas['Override'];

export interface OverrideForm {
    client_id: string;
    client_secret: string;
    scopes: string;
    base_url: string;
    /** One a line, `name: value`. */
    headers: string;
    /** JSON of the parts that have no field of their own. */
    rest: string;
}

const own = new Set(['credentials', 'base_url', 'headers']);

export function formOfOverride(override: Override): OverrideForm {
    const { client_id = '', scopes = [] } = override.credentials?.oauth2 ?? {};
    const rest = Object.fromEntries(Object.entries(override).filter(([name]) => !own.has(name)));
    return {
        client_id,
        client_secret: '',
        scopes: scopes.join(' '),
        base_url: override.base_url ?? '',
        headers: Object.entries(override.headers ?? {})
            .map(([name, value]) => `${name}: ${value}`)
            .join('\n'),
        rest: Object.keys(rest).length === 0 ? '' : JSON.stringify(rest, null, 2),
    };
}

export function headersIn(text: string): Record<string, string> | undefined {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    const pairs = lines.map((line) => /^\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*:\s*(.*?)\s*$/.exec(line));
    if (pairs.some((pair) => pair === null)) return undefined;
    return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', pair?.[2] ?? '']));
}

export function restIn(text: string): Record<string, unknown> | undefined {
    if (text.trim() === '') return {};
    try {
        const value: unknown = JSON.parse(text);
        return typeof value === 'object' && value !== null && !Array.isArray(value)
            ? (value as Record<string, unknown>)
            : undefined;
    } catch {
        return undefined;
    }
}

/** A secret that is not entered stays as it is. */
export function overrideOf(form: OverrideForm): Override {
    const scopes = form.scopes.split(/[\s,]+/).filter((scope) => scope !== '');
    const app = {
        ...(form.client_id.trim() === '' ? {} : { client_id: form.client_id.trim() }),
        ...(form.client_secret === '' ? {} : { client_secret: form.client_secret }),
        ...(scopes.length === 0 ? {} : { scopes }),
    };
    const headers = headersIn(form.headers) ?? {};
    return {
        ...(restIn(form.rest) as Override),
        ...(form.base_url.trim() === '' ? {} : { base_url: form.base_url.trim() }),
        ...(Object.keys(app).length === 0 ? {} : { credentials: { oauth2: app } }),
        ...(Object.keys(headers).length === 0 ? {} : { headers }),
    };
}

interface Scheme {
    name: string;
    label: string;
    isOAuth: boolean;
    scopes: string[];
}

/** The ways to connect that a definition has. */
export function schemesOf(config: { credentials?: unknown } | undefined): Scheme[] {
    const credentials = (config?.credentials ?? {}) as Record<string, Record<string, unknown>>;
    return Object.entries(credentials).map(([name, scheme]) => ({
        name,
        label: typeof scheme['label'] === 'string' ? scheme['label'] : name,
        isOAuth: 'authorize_url' in scheme || name === 'oauth2',
        scopes: Array.isArray(scheme['scopes']) ? scheme['scopes'].map(String) : [],
    }));
}
