// What an account is like, worked out of what the API says of it.
import type { Schemas } from '../api/client.ts';

export type Account = Omit<Schemas['IntegratedAccount'], 'unified_model_override' | 'integration_override'>;

/** Why an account does not work: what the vendor or the check said. */
export function reasonOf({ status, last_error }: Pick<Account, 'status' | 'last_error'>): string | undefined {
    return status === 'active' || last_error === null ? undefined : last_error.message;
}

export const brokenStatuses = ['needs_reauth', 'validation_error', 'post_install_error'] as const;

export function isBroken(status: Account['status']): boolean {
    return (brokenStatuses as readonly string[]).includes(status);
}

export interface Moment {
    at: string;
    kind: 'created' | 'error' | 'forbidden' | 'server' | 'change';
    /** The API's own text, or the name of what it is about. */
    text: string;
    who?: string;
}

interface Known {
    account: Account;
    audit: Schemas['AuditEntry'][];
    servers: { name: string; created_at: string }[];
}

/** What happened to an account, newest first. */
export function timelineOf({ account, audit, servers }: Known): Moment[] {
    const moments: Moment[] = [{ at: account.created_at, kind: 'created', text: '' }];
    if (account.last_error !== null)
        moments.push({ at: account.last_error.occurred_at, kind: 'error', text: account.last_error.message });
    if (account.last_forbidden_error !== null) {
        const { occurred_at, resource, method, message } = account.last_forbidden_error;
        moments.push({ at: occurred_at, kind: 'forbidden', text: `${resource} ${method}: ${message}` });
    }
    for (const { name, created_at } of servers) moments.push({ at: created_at, kind: 'server', text: name });
    for (const { created_at, action, actor } of audit)
        moments.push({
            at: created_at,
            kind: 'change',
            text: action,
            ...(actor.name === null ? {} : { who: actor.name }),
        });
    return moments.sort((a, b) => b.at.localeCompare(a.at));
}

/** The paths and values of a context, one a line. */
export function flatten(value: unknown, path = ''): [path: string, value: string][] {
    if (typeof value !== 'object' || value === null) return [[path, value === null ? 'null' : String(value)]];
    const entries = Object.entries(value);
    if (entries.length === 0) return path === '' ? [] : [[path, Array.isArray(value) ? '[]' : '{}']];
    if (Array.isArray(value) && value.every((each) => typeof each !== 'object')) return [[path, value.join(', ')]];
    return entries.flatMap(([name, each]) => flatten(each, path === '' ? name : `${path}.${name}`));
}
