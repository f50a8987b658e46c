// How this page was opened: by a link, or by sluice-link.js in a frame or a window.

export type Mode = 'iframe' | 'popup' | 'redirect';

export interface Launch {
    token: string | undefined;
    mode: Mode;
    /** The page that embeds us; messages go to it and to nobody else. */
    origin: string | undefined;
}

export interface Window {
    isFramed: boolean;
    hasOpener: boolean;
}

const key = 'sluice-link';

/** A frame or window that may refuse storage; then a reload needs the link again. */
export function remember(name: string, value: unknown): void {
    try {
        if (value === undefined) sessionStorage.removeItem(name);
        else sessionStorage.setItem(name, JSON.stringify(value));
    } catch {
        // Nothing to do: see above.
    }
}

export function recall(name: string): Record<string, unknown> | undefined {
    try {
        const value: unknown = JSON.parse(sessionStorage.getItem(name) ?? 'null');
        return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
    } catch {
        return undefined;
    }
}

export function parseUrl(text: string, base?: string): URL | undefined {
    try {
        return new URL(text, base);
    } catch {
        return undefined;
    }
}

/** Only what is exactly an http or https origin: "*", "null" and addresses with a path are none. */
export function webOrigin(text: string | null | undefined): string | undefined {
    const url = webUrl(text);
    return url !== undefined && url.origin === text ? url.origin : undefined;
}

export function webUrl(text: string | null | undefined): URL | undefined {
    const url = parseUrl(text ?? '');
    return url?.protocol === 'https:' || url?.protocol === 'http:' ? url : undefined;
}

export function readLaunch(
    query: URLSearchParams,
    stored: Record<string, unknown> | undefined,
    window: Window,
): Launch {
    const asked = query.get('mode');
    const mode = window.isFramed ? 'iframe' : asked === 'popup' && window.hasOpener ? 'popup' : 'redirect';
    const kept = typeof stored?.['token'] === 'string' ? stored['token'] : undefined;
    return { token: query.get('link_token') ?? kept, mode, origin: webOrigin(query.get('origin')) };
}

/** Takes the token out of the address bar before anything else happens, and keeps it for a reload. */
export function launch(): Launch {
    const address = new URL(location.href);
    const result = readLaunch(address.searchParams, recall(key), {
        isFramed: window.parent !== window,
        hasOpener: window.opener !== null,
    });
    if (address.searchParams.has('link_token')) {
        address.searchParams.delete('link_token');
        history.replaceState(history.state, '', address);
    }
    // Two frames of one page would share the storage, so a frame keeps its token in memory only.
    if (result.mode !== 'iframe' && result.token !== undefined) remember(key, { token: result.token });
    return result;
}

export function forgetToken(): void {
    remember(key, undefined);
}
