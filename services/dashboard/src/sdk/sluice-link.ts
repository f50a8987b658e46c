import { readMessage } from './protocol.ts';

/** Why there is no connected account. */
export type SluiceLinkErrorType =
    /** The customer closed the dialog or window, or `signal` was aborted. */
    | 'closed'
    /** The browser opened no window, and the customer did not open one by hand. */
    | 'blocked'
    /** The link token is used up, expired or unknown: make a new one. */
    | 'invalid_token'
    /** The vendor, or the Link UI itself, could not be reached. */
    | 'connection_error'
    /** Connected, but what is done after that failed. */
    | 'post_install_error'
    /** The vendor refused the credentials. */
    | 'validation_error';

const errorTypes: readonly string[] = [
    'closed',
    'blocked',
    'invalid_token',
    'connection_error',
    'post_install_error',
    'validation_error',
] satisfies SluiceLinkErrorType[];

/** What `authenticate` rejects with. */
export class SluiceLinkError extends Error {
    override readonly name = 'SluiceLinkError';
    readonly error_type: SluiceLinkErrorType;

    constructor(errorType: SluiceLinkErrorType, message: string, options?: ErrorOptions) {
        super(message, options);
        this.error_type = errorType;
    }
}

export interface SluiceLinkOptions {
    /**
     * `iframe` (the default): a dialog on this page. `popup`: a window; call `authenticate` directly in a click, or the
     * browser blocks it. `redirect`: this window goes there, and comes back to the `redirect_uri` of the link token with
     * `result`, `integration`, `integrated_account_id` and `error_type` in its query.
     */
    mode?: 'iframe' | 'popup' | 'redirect';
    /** With mode `iframe`: put the frame in here instead of in a dialog. */
    container?: Element;
    /** Where the Link UI is; by default where this module came from. */
    baseUrl?: string;
    /** Aborting closes everything and rejects with `closed`. */
    signal?: AbortSignal;
}

/** A connected account. */
export interface SluiceLinkResult {
    result: 'success';
    integration: string;
    integrated_account_id: string;
}

/**
 * Lets the customer connect or reconnect an account with the link token that your server made.
 * Rejects with a `SluiceLinkError`.
 */
export function authenticate(linkToken: string, options: SluiceLinkOptions = {}): Promise<SluiceLinkResult> {
    const { mode = 'iframe', signal } = options;
    const base = new URL(options.baseUrl ?? import.meta.url);
    const url = new URL('/connect', base);
    url.searchParams.set('link_token', linkToken);
    url.searchParams.set('mode', mode);
    if (mode !== 'redirect') url.searchParams.set('origin', location.origin);

    return new Promise((resolve, reject) => {
        if (signal?.aborted) {
            reject(failure('closed', signal.reason));
            return;
        }
        const end = new AbortController();
        const settle: Settle = {
            resolve: (result) => (end.abort(), resolve(result)),
            reject: (type, cause) => (end.abort(), reject(failure(type, cause))),
            ended: end.signal,
        };
        signal?.addEventListener('abort', () => settle.reject('closed', signal.reason), { signal: end.signal });
        switch (mode) {
            case 'iframe':
                openFrame(url, options.container, settle);
                break;
            case 'popup':
                openPopup(url, settle);
                break;
            case 'redirect':
                goThere(url, settle);
                break;
            default:
                throw new TypeError(`mode must be iframe, popup or redirect, not ${String(mode)}`);
        }
    });
}

interface Settle {
    resolve: (result: SluiceLinkResult) => void;
    reject: (type: string, cause?: unknown) => void;
    /** Fires once, before either. */
    ended: AbortSignal;
}

/** How long the customer sees that it worked. */
const farewellMs = 1500;
const watchMs = 300;
/** How long after the customer came back to this page a window that looks closed counts as closed. */
const backMs = 3000;
/** After which a Link UI that has not shown itself counts as not reachable. */
const loadLimitMs = 30_000;

const messages: Record<SluiceLinkErrorType, string> = {
    closed: 'The customer closed the Link UI before an account was connected',
    blocked: 'The browser blocked the window; call authenticate() directly in the handler of a click',
    invalid_token: 'The link token is used up, expired or unknown; make a new one',
    connection_error: 'The vendor or the Link UI could not be reached',
    post_install_error: 'The account was connected, but setting it up failed',
    validation_error: 'The vendor refused the credentials',
};

function failure(type: string, cause?: unknown): SluiceLinkError {
    const known = (errorTypes.includes(type) ? type : 'connection_error') as SluiceLinkErrorType;
    return new SluiceLinkError(known, messages[known], cause === undefined ? undefined : { cause });
}

interface Events {
    onReady?: () => void;
    onResize?: (height: number) => void;
    onLeaving?: (connection: string) => void;
    onSuccess?: () => void;
    /** The Link UI asks to be closed, now or after its success. */
    onClosed: () => void;
    ignoresEscape?: boolean;
}

/** Turns the Link UI's messages into the promise's end. Returns what to do when the customer closes it from outside. */
function listen(
    target: () => Window | null,
    origin: string,
    settle: Settle,
    events: Events,
): { giveUp: () => void; stop: () => void } {
    let reason = 'closed';
    let connected: SluiceLinkResult | undefined;
    const listening = new AbortController();
    // What is asked after connecting may be left open: the account is there.
    const giveUp = () => (connected === undefined ? settle.reject(reason) : settle.resolve(connected));
    addEventListener(
        'message',
        (event) => {
            const message = readMessage(event, target(), origin);
            switch (message?.type) {
                case 'ready':
                    events.onReady?.();
                    break;
                case 'resize':
                    events.onResize?.(message.height);
                    break;
                case 'error':
                    reason = message.error_type;
                    break;
                case 'leaving':
                    events.onLeaving?.(message.connection);
                    break;
                case 'connected': {
                    const { integration, integrated_account_id } = message;
                    connected = { result: 'success', integration, integrated_account_id };
                    break;
                }
                case 'success': {
                    const { integration, integrated_account_id } = message;
                    events.onSuccess?.();
                    settle.resolve({ result: 'success', integration, integrated_account_id });
                    break;
                }
                case 'closed':
                    if (message.by === 'escape' && events.ignoresEscape === true) break;
                    giveUp();
                    events.onClosed();
                    break;
            }
        },
        { signal: listening.signal },
    );
    return { giveUp, stop: () => listening.abort() };
}

function goThere(url: URL, settle: Settle): void {
    // Coming back with the browser's own button, to a page it kept.
    addEventListener('pageshow', ({ persisted }) => persisted && settle.reject('closed'), { signal: settle.ended });
    location.assign(url);
}

function openPopup(url: URL, settle: Settle): void {
    const [width, height] = [480, 760];
    const left = Math.round(screenX + Math.max(0, outerWidth - width) / 2);
    const top = Math.round(screenY + Math.max(0, outerHeight - height) / 3);
    // A name of its own: a second call must not take over the first one's window.
    const name = `sluice-link-${Math.random().toString(36).slice(2)}`;
    const popup = open(url, name, `popup,width=${width},height=${height},left=${left},top=${top}`);
    if (popup === null) {
        settle.reject('blocked');
        return;
    }
    let succeeded = false;
    let connection: string | undefined;
    let watcher: HTMLIFrameElement | undefined;
    let seenMs = 0;
    const { giveUp, stop } = listen(() => (watcher ?? { contentWindow: popup }).contentWindow, url.origin, settle, {
        // It may come back, to try again.
        onReady: () => (connection = undefined),
        onLeaving: (id) => (connection = id),
        onSuccess: () => {
            succeeded = true;
            setTimeout(() => popup.close(), farewellMs);
        },
        onClosed: () => popup.close(),
    });
    // At the vendor, a window that cut itself off from us looks closed as well. Then a frame asks the api, until the
    // customer is back on this page.
    const watch = setInterval(() => {
        if (!popup.closed) return;
        if (connection === undefined) giveUp();
        else watcher ??= watcherOf(url, connection);
        if (document.hasFocus()) seenMs += watchMs;
        if (seenMs >= backMs) giveUp();
    }, watchMs);
    settle.ended.addEventListener('abort', () => {
        clearInterval(watch);
        watcher?.remove();
        stop();
        if (!succeeded) popup.close();
    });
}

function watcherOf(url: URL, connection: string): HTMLIFrameElement {
    const address = new URL(url);
    address.searchParams.set('mode', 'iframe');
    address.searchParams.set('connection', connection);
    const frame = document.createElement('iframe');
    frame.hidden = true;
    frame.referrerPolicy = 'no-referrer';
    frame.src = address.href;
    document.body.append(frame);
    return frame;
}

function openFrame(url: URL, container: Element | undefined, settle: Settle): void {
    const frame = document.createElement('iframe');
    frame.title = 'Connect an account';
    frame.referrerPolicy = 'no-referrer';
    frame.src = url.href;
    const host = container === undefined ? dialogAround(frame) : placeIn(container, frame);

    let succeeded = false;
    const remove = () => {
        stop();
        host.remove();
    };
    const { giveUp, stop } = listen(() => frame.contentWindow, url.origin, settle, {
        onReady: () => {
            clearTimeout(limit);
            host.ready();
        },
        onResize: (height) => frame.style.setProperty('height', `${Math.ceil(height)}px`),
        onSuccess: () => {
            succeeded = true;
            setTimeout(remove, farewellMs);
        },
        onClosed: remove,
        ignoresEscape: container !== undefined,
    });
    const limit = setTimeout(() => settle.reject('connection_error'), loadLimitMs);
    host.onClose(() => {
        giveUp();
        remove();
    });
    settle.ended.addEventListener('abort', () => {
        clearTimeout(limit);
        if (!succeeded) remove();
    });
}

interface Host {
    ready: () => void;
    onClose: (action: () => void) => void;
    remove: () => void;
}

function placeIn(container: Element, frame: HTMLIFrameElement): Host {
    // Through the style object: the page's policy may forbid style attributes.
    for (const [name, value] of [
        ['display', 'block'],
        ['width', '100%'],
        ['height', '480px'],
        // Of a container that is higher, nothing is left below.
        ['min-height', '100%'],
        ['border', '0'],
    ] as const)
        frame.style.setProperty(name, value);
    container.append(frame);
    return { ready: () => undefined, onClose: () => undefined, remove: () => frame.remove() };
}

const styles = `
dialog {
    width: min(440px, calc(100vw - 32px)); max-width: none; max-height: none; padding: 0; border: 0; overflow: hidden;
    border-radius: 20px; background: #fff; color: #14161c;
    box-shadow: 0 24px 70px rgb(10 12 20 / .34), 0 2px 8px rgb(10 12 20 / .16);
    font: 500 15px/1.4 ui-sans-serif, system-ui, sans-serif; color-scheme: light dark;
}
dialog::backdrop { background: rgb(12 14 22 / .56); }
iframe {
    display: block; width: 100%; height: 480px; max-height: calc(100dvh - 48px); border: 0;
    color-scheme: light dark;
}
.loading {
    position: absolute; inset: 0; display: grid; place-content: center; gap: 20px; justify-items: center;
    background: inherit;
}
.loading[hidden] { display: none; }
.spinner {
    width: 28px; height: 28px; border-radius: 50%; border: 3px solid rgb(128 132 145 / .28);
    border-top-color: currentColor;
}
button {
    min-height: 44px; padding: 0 20px; border: 1px solid rgb(128 132 145 / .5); border-radius: 12px; background: none;
    color: inherit; font: inherit; cursor: pointer;
}
button:focus-visible { outline: 2px solid currentColor; outline-offset: 2px; }
@media (prefers-color-scheme: dark) { dialog { background: #171a21; color: #f1f3f7; } }
@media (max-width: 480px) {
    dialog { inset: 0; width: 100vw; height: 100dvh; margin: 0; border-radius: 0; }
    iframe { height: 100% !important; max-height: none; }
}
@media (prefers-reduced-motion: no-preference) {
    dialog { animation: rise .22s cubic-bezier(.2, .8, .3, 1); }
    dialog::backdrop { animation: fade .22s; }
    iframe { transition: height .18s ease; }
    .spinner { animation: spin .8s linear infinite; }
}
@keyframes rise { from { opacity: 0; transform: translateY(12px); } }
@keyframes fade { from { opacity: 0; } }
@keyframes spin { to { transform: rotate(1turn); } }
`;

/** A modal dialog: the browser keeps the rest of the page inert and gives the focus back. */
function dialogAround(frame: HTMLIFrameElement): Host {
    const host = document.createElement('div');
    const shadow = host.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    shadow.adoptedStyleSheets = [sheet];

    const dialog = document.createElement('dialog');
    dialog.setAttribute('aria-label', 'Connect an account');
    // Shown until the Link UI, which has a close button of its own, is there.
    const loading = document.createElement('div');
    loading.className = 'loading';
    const spinner = document.createElement('div');
    spinner.className = 'spinner';
    spinner.setAttribute('role', 'img');
    spinner.setAttribute('aria-label', 'Loading');
    const cancel = document.createElement('button');
    cancel.type = 'button';
    cancel.textContent = 'Cancel';
    loading.append(spinner, cancel);
    dialog.append(frame, loading);
    shadow.append(dialog);
    document.body.append(host);

    const root = document.documentElement.style;
    const overflow = root.getPropertyValue('overflow');
    root.setProperty('overflow', 'hidden');
    dialog.showModal();
    return {
        ready: () => {
            loading.hidden = true;
            if (shadow.activeElement !== frame) frame.focus();
        },
        onClose: (action) => {
            cancel.addEventListener('click', action);
            dialog.addEventListener('cancel', (event) => {
                event.preventDefault();
                action();
            });
        },
        remove: () => {
            if (!host.isConnected) return;
            root.setProperty('overflow', overflow);
            dialog.close();
            host.remove();
        },
    };
}
