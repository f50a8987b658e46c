// The call that a person decides about, as the api has it and as it is shown.

export interface Approval {
    status: 'pending' | 'approved' | 'declined' | 'used';
    tool: string;
    expires_at: string;
    call: {
        title: string;
        integration_label: string;
        tenant_id: string;
        mcp_server: string;
        arguments: Record<string, unknown>;
        request: { method: string; url: string; body: unknown };
        changes: Record<string, unknown> | null;
    };
}

/** Which call the page is of. Its address opens nothing: that takes the code. */
export interface Which {
    environment_id: string;
    approval_id: string;
}

export interface Change {
    name: string;
    /** Undefined where the vendor does not say what it is now. */
    from: string | undefined;
    to: string;
}

/** Texts as they are, the rest as JSON; the absent as a dash. */
export function shown(value: unknown): string {
    if (value === null || value === undefined) return '—';
    return typeof value === 'string' ? value : JSON.stringify(value, undefined, 2);
}

/** What would be another value; of a deletion, nothing. */
export function changesOf({ changes }: Approval['call']): Change[] {
    return Object.entries(changes ?? {})
        .filter((entry): entry is [string, { from?: unknown; to: unknown }] => {
            const [name, value] = entry;
            return name !== 'deleted' && typeof value === 'object' && value !== null && 'to' in value;
        })
        .map(([name, change]) => ({
            name,
            from: 'from' in change ? shown(change.from) : undefined,
            to: shown(change.to),
        }));
}

/** Whether it changes something of which nobody can say what it is now. */
export function isBlind({ request, changes }: Approval['call']): boolean {
    return changes === null && ['PUT', 'PATCH', 'DELETE'].includes(request.method);
}

export function isDeletion({ request, changes }: Approval['call']): boolean {
    return request.method === 'DELETE' || (changes !== null && 'deleted' in changes);
}

/** What is said beside the changes: which item, for example. */
export function argumentsOf(call: Approval['call']): [string, string][] {
    const changed = new Set(changesOf(call).map(({ name }) => name));
    const given = Object.entries(call.arguments).filter(([name]) => !changed.has(name));
    const gone = nameOf(call.changes?.['deleted']);
    return [...given.map(([name, value]): [string, string] => [name, shown(value)]), ...gone];
}

/** What a person knows a record by, where it has such a member. */
function nameOf(record: unknown): [string, string][] {
    if (typeof record !== 'object' || record === null) return [];
    const members = record as Record<string, unknown>;
    const name = ['subject', 'title', 'name', 'email'].find(
        (each) => typeof members[each] === 'string' && members[each] !== '',
    );
    return name === undefined ? [] : [[name, shown(members[name])]];
}

/** The path of the vendor's address: the host says no more than its name. */
export function pathOf(url: string): string {
    try {
        const { pathname, search } = new URL(url);
        return pathname + search;
    } catch {
        return url;
    }
}
