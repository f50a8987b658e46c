// The window in which the customer signs in at the vendor, and what it leaves behind for /connect/done.
import { channelName, isDoneMessage } from './done.ts';
import { parseUrl, recall, remember } from './launch.ts';
import type { Theme } from './contract.ts';

/** What /connect/done may know of where it comes from; kept in the session storage of its own window. */
export interface Origin {
    app: string;
    theme: Theme;
    vendor: string;
    /** Only if this same window went to the vendor. */
    pending?: {
        connection: string;
        redirect_uri: string | null;
        /** The page it left, to try again. */
        back: string;
        /** The origin of the page that opened this window, which waits for the outcome. */
        opener: string | undefined;
    };
}

const key = 'sluice-link.vendor';

export function leaveOrigin(origin: Origin | undefined): void {
    remember(key, origin);
}

export function findOrigin(): Origin | undefined {
    return recall(key) as Origin | undefined;
}

export interface VendorWindow {
    goTo(url: string): void;
    focus(): void;
    close(): void;
    isClosed(): boolean;
}

/**
 * Opens the window before its address is known: a browser allows it only in the click itself. Undefined if it was
 * blocked all the same.
 */
export function openVendorWindow(origin: Origin): VendorWindow | undefined {
    const [width, height] = [560, 760];
    const left = Math.round(window.screenX + Math.max(0, window.outerWidth - width) / 2);
    const top = Math.round(window.screenY + Math.max(0, window.outerHeight - height) / 3);
    const opened = window.open(
        '',
        'sluice-link-vendor',
        `popup,width=${width},height=${height},left=${left},top=${top}`,
    );
    if (opened === null) return undefined;
    try {
        opened.document.title = `${origin.vendor}…`;
        opened.document.documentElement.style.setProperty('color-scheme', 'light dark');
        opened.document.body.style.setProperty('font', '16px system-ui, sans-serif');
        opened.document.body.style.setProperty('margin', '32px');
        opened.document.body.textContent = `Opening ${origin.vendor}…`;
        opened.sessionStorage.setItem(key, JSON.stringify(origin));
    } catch {
        // A window left over from before, which is at the vendor; or one without storage.
    }
    return {
        goTo: (url) => opened.location.replace(url),
        focus: () => opened.focus(),
        close: () => opened.close(),
        isClosed: () => opened.closed,
    };
}

/** Pages of ours only, whatever the answer says. */
export function ownUrl(url: string): string | undefined {
    const parsed = parseUrl(url, location.href);
    return parsed?.origin === location.origin ? parsed.href : undefined;
}

/** A pause that ends early when the vendor's window reports back. */
export function pauseUntilNews(connection: string, signal: AbortSignal): (milliseconds: number) => Promise<void> {
    let wake: () => void = () => undefined;
    const hear = (event: MessageEvent) => {
        if (event.origin === location.origin && isDoneMessage(event.data, connection)) wake();
    };
    window.addEventListener('message', hear, { signal });
    const channel = new BroadcastChannel(channelName);
    channel.addEventListener('message', hear, { signal });
    signal.addEventListener('abort', () => (channel.close(), wake()));
    return (milliseconds) =>
        new Promise((resolve) => {
            const timer = setTimeout(resolve, milliseconds);
            wake = () => (clearTimeout(timer), resolve());
        });
}

/** Said by /connect/done, to whoever waits. */
export function tellDone(connection: string): void {
    const message = { source: 'sluice-link-done', connection };
    const channel = new BroadcastChannel(channelName);
    channel.postMessage(message);
    channel.close();
    // A frame on another site's page does not share our channel, but it is our opener.
    (window.opener as Window | null)?.postMessage(message, location.origin);
}
