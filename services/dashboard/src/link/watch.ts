// Waits for a connection whose vendor's page is open in another window.
import type { Answer } from './api.ts';
import type { Connection } from './contract.ts';
import type { Failure } from './failure.ts';

export interface Watch {
    read: () => Promise<Answer<Connection>>;
    /** none: the browser did not let us open it, or the customer opened it by a link we cannot follow. */
    window: () => 'open' | 'closed' | 'none';
    /** Returns early when another window says that there is news. */
    pause: (milliseconds: number) => Promise<void>;
    now: () => number;
    /** The window was closed and nothing has come of it; or it is open after all. */
    onClosed: (isClosed: boolean) => void;
    signal: AbortSignal;
}

export type Watched =
    | { end: 'active' | 'failed'; connection: Connection }
    | { end: 'failure'; failure: Failure }
    | { end: 'expired' | 'stopped' };

const pollMs = 1000;
/** A vendor's page may cut itself off from us (COOP), which looks like a closed window: go on asking, less often. */
const pollAfterCloseMs = 3000;
/** The window closes itself after it has come back; the status may be a moment behind. */
const pollsAfterClose = 2;
/** As long as the api keeps an initiated connection. */
const limitMs = 10 * 60_000;

export async function watchConnection({ read, window, pause, now, onClosed, signal }: Watch): Promise<Watched> {
    const start = now();
    let closedPolls = 0;
    while (now() - start < limitMs) {
        const answer = await read();
        if (signal.aborted) return { end: 'stopped' };
        if ('ok' in answer) {
            const { status } = answer.ok;
            if (status !== 'initiated') return { end: status, connection: answer.ok };
        } else if (answer.failure.kind === 'link' || answer.failure.kind === 'request') {
            return { end: 'failure', failure: answer.failure };
        }
        const isClosed = window() === 'closed';
        if (!isClosed && closedPolls > pollsAfterClose) onClosed(false);
        closedPolls = isClosed ? closedPolls + 1 : 0;
        if (closedPolls === pollsAfterClose + 1) onClosed(true);
        await pause(closedPolls > pollsAfterClose ? pollAfterCloseMs : pollMs);
        if (signal.aborted) return { end: 'stopped' };
    }
    return { end: 'expired' };
}
