// The call that a person decides about, as the api has it, and what an approval without effects says in their place.

export interface Approval {
    status: 'pending' | 'approved' | 'declined' | 'used';
    tool: string;
    expires_at: string;
    call: Call;
}

export interface Call {
    /** The tool's. */
    title: string;
    integration_label: string;
    tenant_id: string;
    mcp_server: string;
    arguments: Record<string, unknown>;
    request: VendorRequest;
    /** By member of the item; null if its present state could not be read. */
    changes: Record<string, unknown> | null;
    /** Of a tool that makes several vendor calls. */
    steps?: Step[];
    /** The item as the vendor has it. */
    about?: About | null;
    /** In the order in which they happen. */
    effects?: Effect[];
}

export interface VendorRequest {
    method: string;
    url: string;
    headers?: Record<string, string>;
    body: unknown;
}

export interface Step {
    title: string;
    method: string;
    access: 'read' | 'write';
    /** Absent for a read, which was made, and for the write that is the call's own `request`. */
    request?: VendorRequest;
}

export interface About {
    label: string;
    id: string;
    title: string;
    details: string[];
}

/** `items` are cut, `count` is all of them. */
export interface Deletion {
    kind: 'delete';
    label: string;
    items: string[];
    count: number;
}

export interface Message {
    kind: 'message';
    /** Otherwise a note that nobody outside sees. */
    public: boolean;
    channel: string;
    from: string;
    to: string[];
    cc: string[];
    bcc: string[];
    subject: string;
    body: string;
    /** False: it is only recorded. Absent in old approvals. */
    sent?: boolean;
}

/** Not known: `added` is then all that will be there. */
export interface ListChange {
    kind: 'list';
    label: string;
    added: string[];
    removed: string[];
    known: boolean;
}

/** null: empty. */
export interface ValueChange {
    kind: 'value';
    label: string;
    from: string | null;
    to: string | null;
    known: boolean;
}

export interface NewValue {
    kind: 'set';
    label: string;
    to: string | null;
}

export type Field = Deletion | ListChange | ValueChange | NewValue;
export type Effect = Field | Message;

/** Which call the page is of. Its address opens nothing: that takes the code. */
export interface Which {
    environment_id: string;
    approval_id: string;
}

const kinds = ['delete', 'message', 'list', 'value', 'set'];

/** What is shown as what will happen. With a kind that this page does not know, the arguments are shown as well. */
export function effectsOf(call: Call): Effect[] {
    const told = call.effects ?? [];
    if (told.length === 0) return [...argumentsOf(call), ...changesOf(call)];
    const shown = told.filter(({ kind }) => kinds.includes(kind));
    return shown.length === told.length ? shown : [...shown, ...argumentsOf(call)];
}

export function isDeletion({ request, changes, effects = [] }: Call): boolean {
    if (effects.length > 0) return effects.some(({ kind }) => kind === 'delete');
    return request.method === 'DELETE' || (changes !== null && 'deleted' in changes);
}

/** Whether it changes or deletes something of which nobody can say what it is now. */
export function isBlind({ request, changes, about, effects = [] }: Call): boolean {
    const isUnread = changes === null && (about === null || about === undefined);
    if (effects.length === 0) return changes === null && ['PUT', 'PATCH', 'DELETE'].includes(request.method);
    return effects.some((effect) => (effect.kind === 'delete' ? isUnread : 'known' in effect && !effect.known));
}

/** `assignee_user_id` becomes "Assignee user ID". */
export function labelOf(name: string): string {
    const words = name
        .replace(/[_\s]+/g, ' ')
        .trim()
        .replace(/\bid\b/g, 'ID');
    return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Texts as they are, lists of what has a name on one line, other members each on a line of its own; null is empty. */
export function textOf(value: unknown): string | null {
    if (value === null || value === undefined) return null;
    if (typeof value === 'boolean') return value ? 'yes' : 'no';
    if (typeof value !== 'object') return String(value);
    if (Array.isArray(value)) {
        const names = value.map((each) => (typeof each === 'object' ? nameOf(each)?.[1] : textOf(each)));
        if (names.every((name) => typeof name === 'string')) return names.join(', ');
    }
    return linesOf(value, '').join('\n');
}

/** Below "›", what is inside of what. */
function linesOf(value: object, above: string): string[] {
    return Object.entries(value).flatMap(([name, member]: [string, unknown]) => {
        const path = above + (Array.isArray(value) ? String(Number(name) + 1) : labelOf(name));
        return typeof member === 'object' && member !== null
            ? linesOf(member, `${path} › `)
            : `${path}: ${textOf(member) ?? '—'}`;
    });
}

function isChange(value: unknown): value is { from?: unknown; to: unknown } {
    return typeof value === 'object' && value !== null && 'to' in value;
}

function changesOf({ changes }: Call): ValueChange[] {
    return Object.entries(changes ?? {}).flatMap(([name, change]) =>
        name === 'deleted' || !isChange(change)
            ? []
            : {
                  kind: 'value',
                  label: labelOf(name),
                  from: textOf(change.from),
                  to: textOf(change.to),
                  known: 'from' in change,
              },
    );
}

/** What is said beside the changes: which item, for example. */
function argumentsOf(call: Call): NewValue[] {
    const given = Object.entries(call.arguments).filter(([name]) => !isChange(call.changes?.[name]));
    const gone = nameOf(call.changes?.['deleted']);
    return [...given, ...(gone === undefined ? [] : [gone])].map(([name, value]) => ({
        kind: 'set',
        label: labelOf(name),
        to: textOf(value),
    }));
}

/** What a person knows a record by, where it has such a member. */
function nameOf(record: unknown): [name: string, text: string] | undefined {
    if (typeof record !== 'object' || record === null) return undefined;
    const members = record as Record<string, unknown>;
    for (const name of ['subject', 'title', 'name', 'email']) {
        const text = members[name];
        if (typeof text === 'string' && text !== '') return [name, text];
    }
    return undefined;
}
