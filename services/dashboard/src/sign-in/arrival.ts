// What the address says: which page this is, for which team, and the secret of a link, which leaves the address bar.
import { parseUrl } from '../link/launch.ts';

export interface Arrival {
    /** link: signs in by a link. */
    page: 'sign-in' | 'link' | 'invitation' | 'reset';
    /** A team's id or name. */
    team: string | undefined;
    /** Where to go once signed in. */
    returnTo: string | undefined;
    /** undefined if the link was not copied completely. */
    secret: string | undefined;
    /** Why signing in at a provider failed. */
    error: string | undefined;
}

const kinds = { link: 'signin', invitation: 'invite', reset: 'reset' };

/** Only a path of ours; what else the address may ask for leads nowhere. */
export function ownPath(text: string | null, origin: string): string | undefined {
    // Browsers read "\" as "/" and skip tabs and line feeds.
    if (text === null || !/^\/(?!\/)[^\\\p{Cc}]*$/u.test(text)) return undefined;
    const url = parseUrl(text, origin);
    if (url?.origin !== origin) return undefined;
    const path = url.pathname + url.search + url.hash;
    // What "/.//other.example" becomes.
    return path.startsWith('//') ? undefined : path;
}

function pageOf(path: string, hash: string): Arrival['page'] {
    if (path.endsWith('/invitation')) return 'invitation';
    if (path.endsWith('/reset')) return 'reset';
    return hash.startsWith('slx_signin_') ? 'link' : 'sign-in';
}

export function readArrival({ pathname, searchParams, hash, origin }: URL): Arrival {
    const text = hash.slice(1);
    const page = pageOf(pathname.replace(/\/+$/, ''), text);
    const isSecret = page !== 'sign-in' && new RegExp(`^slx_${kinds[page]}_[0-9A-Za-z]+$`).test(text);
    const team = searchParams.get('team')?.trim() ?? '';
    return {
        page,
        team: team === '' ? undefined : team,
        returnTo: ownPath(searchParams.get('return'), origin),
        secret: isSecret ? text : undefined,
        error: page === 'sign-in' ? (new URLSearchParams(text).get('error') ?? undefined) : undefined,
    };
}

/** Reads the address, and takes out of it what stands behind "#" before anything else happens. */
export function arrive(): Arrival {
    const arrival = readArrival(new URL(location.href));
    if (location.hash !== '') history.replaceState(history.state, '', location.pathname + location.search);
    return arrival;
}
