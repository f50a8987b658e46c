// What changes at the server shows at once: one stream for all tabs of a browser that look at the same environment. The
// tab that holds the lock reads the stream and passes on what comes; when it goes, another one takes over. Without the
// stream (404), pages read again when they get the focus.
import type { QueryClient } from '@tanstack/react-query';
import { sessionHeaders } from './api/client.ts';
import { readStream, type ServerEvent } from './stream.ts';

/** opened: what is there may be older than the stream.  again: anything may have changed meanwhile. */
export type Change =
    { type: 'change'; kind: string; id?: string } | { type: 'calls' } | { type: 'opened' } | { type: 'again' };

const callsEveryMs = 1000;
const longestPauseMs = 30_000;

function changeOf({ event, data }: ServerEvent): Change | undefined {
    if (event === 'calls') return { type: 'calls' };
    if (event === 'lost') return { type: 'again' };
    if (event !== 'change') return undefined;
    try {
        const { kind, id } = JSON.parse(data) as { kind?: unknown; id?: unknown };
        if (typeof kind !== 'string') return undefined;
        return { type: 'change', kind, ...(typeof id === 'string' ? { id } : {}) };
    } catch {
        return undefined;
    }
}

/** Reads until the signal; false if there is no such stream. */
async function follow(environment: string, signal: AbortSignal, tell: (change: Change) => void): Promise<boolean> {
    let pause = 1000;
    let isFirst = true;
    while (!signal.aborted) {
        try {
            const response = await fetch('/live', {
                headers: { ...sessionHeaders(environment), accept: 'text/event-stream' },
                credentials: 'same-origin',
                cache: 'no-store',
                signal,
            });
            if (response.status >= 400 && response.status < 500 && response.status !== 429) {
                await response.body?.cancel();
                return false;
            }
            if (response.ok && response.body !== null) {
                tell({ type: isFirst ? 'opened' : 'again' });
                isFirst = false;
                pause = 1000;
                for await (const event of readStream(response.body)) {
                    const change = changeOf(event);
                    if (change !== undefined) tell(change);
                }
            }
        } catch {
            // Cut, or no network: it is tried again after a pause.
        }
        await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random() / 2)));
        pause = Math.min(pause * 2, longestPauseMs);
    }
    return true;
}

/** Which lists and things a change touches: those of its kind, and those of the whole team. */
export function isTouched(queryKey: readonly unknown[], environment: string, change: Change): boolean {
    const [of, kind] = queryKey;
    if (of !== environment && of !== undefined) return false;
    if (change.type === 'again' || change.type === 'opened') return true;
    if (change.type === 'calls') return kind === 'log';
    // Deliveries are read from the log.
    const changed = change.kind === 'delivery' ? 'log' : change.kind.replaceAll('-', '_');
    return kind === changed || kind === 'audit';
}

/** Keeps what is shown current until the returned function is called. */
export function watch(environment: string, cache: QueryClient): () => void {
    const stop = new AbortController();
    let hasCalls: ReturnType<typeof setTimeout> | undefined;
    const apply = (change: Change) => {
        const invalidate = () =>
            void cache.invalidateQueries({
                predicate: ({ queryKey }) => isTouched(queryKey, environment, change),
                // What was read a moment before the stream opened is read again when it is next looked at.
                refetchType: change.type === 'opened' ? 'none' : 'active',
            });
        if (change.type !== 'calls') return invalidate();
        // Many calls a second are one look at the log.
        hasCalls ??= setTimeout(() => {
            hasCalls = undefined;
            invalidate();
        }, callsEveryMs);
    };
    if (!('locks' in navigator) || !('BroadcastChannel' in window)) {
        void follow(environment, stop.signal, apply);
        return () => stop.abort();
    }
    const name = `sluice-live:${environment}`;
    const channel = new BroadcastChannel(name);
    channel.onmessage = ({ data }) => apply(data as Change);
    navigator.locks
        .request(name, { signal: stop.signal }, () =>
            follow(environment, stop.signal, (change) => {
                channel.postMessage(change);
                apply(change);
            }),
        )
        .catch(() => undefined);
    return () => {
        clearTimeout(hasCalls);
        stop.abort();
        channel.close();
    };
}
