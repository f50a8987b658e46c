// OAuth scopes in words: those that the integration has for them, else made from their names. Vendors write them as resource:verb, verb:resource, resource.verb, an address, or otherwise.
import type { Permission } from './contract.ts';

export interface Access {
    text: string;
    /** The scopes it stands for. */
    scopes: string[];
}

const verbs: Record<string, readonly Verb[]> = {
    read: ['see'],
    readonly: ['see'],
    view: ['see'],
    list: ['see'],
    write: ['create and change'],
    create: ['create'],
    update: ['change'],
    edit: ['change'],
    modify: ['change'],
    send: ['send'],
    delete: ['delete'],
    readwrite: ['see', 'create and change'],
    manage: ['see', 'create and change'],
    admin: ['administer'],
    full: ['see', 'create and change', 'delete'],
};

const order = ['see', 'create and change', 'create', 'change', 'send', 'delete', 'administer'] as const;
type Verb = (typeof order)[number];

const identity = new Set(['openid', 'email', 'profile']);
const lasting = new Set(['offline', 'offline_access', 'refresh_token', 'refresh']);

const identityText = 'See your name and e-mail address';
const lastingText = 'Stay connected while you are away';

function words(text: string): string {
    return text
        .replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
        .split(/[\s_.:/-]+/)
        .filter((word) => word !== '')
        .join(' ')
        .toLowerCase();
}

function lookUp(word: string | undefined): readonly Verb[] | undefined {
    const key = word?.toLowerCase().replace(/[_-]/g, '') ?? '';
    return Object.hasOwn(verbs, key) ? verbs[key] : undefined;
}

function parse(scope: string): { resource: string; verbs: readonly Verb[] } | undefined {
    const name = /^https?:\/\//.test(scope) ? (scope.replace(/\/+$/, '').split('/').pop() ?? '') : scope;
    let parts = name.split(/[:./]/).filter((part) => part !== '');
    if (parts.length > 2 && /^all$/i.test(parts.at(-1) ?? '')) parts = parts.slice(0, -1);
    if (parts.length === 1) {
        const ending = /^(.+)[_-](read|write)$/i.exec(name) ?? /^(read|write)[_-](.+)$/i.exec(name);
        if (ending?.[1] !== undefined && ending[2] !== undefined) parts = [ending[1], ending[2]];
    }
    if (parts.length < 2) return undefined;
    const last = lookUp(parts.at(-1));
    if (last !== undefined) return { resource: words(parts.slice(0, -1).join(' ')), verbs: last };
    const first = lookUp(parts[0]);
    if (first !== undefined) return { resource: words(parts.slice(1).join(' ')), verbs: first };
    return undefined;
}

function sentence(used: Set<Verb>, resource: string): string {
    const said = order.filter((verb) => used.has(verb));
    const list = said.length < 2 ? said.join('') : `${said.slice(0, -1).join(', ')}${joint(said)}${said.at(-1)}`;
    return `${list.charAt(0).toUpperCase()}${list.slice(1)} ${resource === 'account' ? 'your account' : resource}`;
}

/** "see, create and change" rather than "see and create and change". */
function joint(said: readonly Verb[]): string {
    return said.at(-1) === 'create and change' ? ', ' : ' and ';
}

/**
 * What the scopes allow. `permissions` are the integration's own words; each is used only if all it speaks of is asked
 * for, and what none of them covers is derived, so that neither too much nor too little is said.
 */
export function accessOf(scopes: readonly string[], permissions?: readonly Permission[] | null): Access[] {
    const said = (permissions ?? []).filter(
        (permission) => permission.scopes.length > 0 && permission.scopes.every((scope) => scopes.includes(scope)),
    );
    const covered = new Set(said.flatMap((permission) => permission.scopes));
    return [
        ...said.map(({ label, scopes: stood }) => ({ text: label, scopes: stood })),
        ...derived(scopes.filter((scope) => !covered.has(scope))),
    ];
}

/** One line per resource: who you are, what can be changed, what can only be seen, staying connected. */
function derived(scopes: readonly string[]): Access[] {
    const lines = new Map<string, { verbs: Set<Verb>; scopes: string[] }>();
    const who: string[] = [];
    const stay: string[] = [];
    for (const scope of scopes) {
        if (identity.has(scope)) who.push(scope);
        else if (lasting.has(scope)) stay.push(scope);
        else {
            const parsed = parse(scope) ?? { resource: '', verbs: [] };
            const key = parsed.resource === '' ? scope : parsed.resource;
            const line = lines.get(key) ?? { verbs: new Set<Verb>(), scopes: [] };
            for (const verb of parsed.verbs) line.verbs.add(verb);
            line.scopes.push(scope);
            lines.set(key, line);
        }
    }
    const said = [...lines].map(([resource, line]) => ({
        text: line.verbs.size === 0 ? `Use “${resource}”` : sentence(line.verbs, resource),
        scopes: line.scopes,
        onlySees: line.verbs.size > 0 && [...line.verbs].every((verb) => verb === 'see'),
    }));
    const bySort = (onlySees: boolean) =>
        said.filter((line) => line.onlySees === onlySees).map(({ text, scopes }) => ({ text, scopes }));
    return [
        ...(who.length > 0 ? [{ text: identityText, scopes: who }] : []),
        ...bySort(false),
        ...bySort(true),
        ...(stay.length > 0 ? [{ text: lastingText, scopes: stay }] : []),
    ];
}
