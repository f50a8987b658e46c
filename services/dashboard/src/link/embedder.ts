// The page that embeds us, if there is one.
import { source, type Message } from '../sdk/protocol.ts';
import type { ErrorType, Success } from './contract.ts';
import type { Launch } from './launch.ts';

type Account = Pick<Success, 'integration' | 'integrated_account_id'>;

export interface Embedder {
    /** There is something to see. */
    ready(): void;
    resize(height: number): void;
    /** The account is connected, though there is more to ask: closing now is a success. */
    connected(account: Account): void;
    success(account: Account): void;
    /** This window goes to the vendor's page for that connection. */
    leaving(connection: string): void;
    /** The reason, should the customer give up now; `closed` takes an earlier one back. */
    obstacle(type: ErrorType, message: string): void;
    /** Closes the Link UI: the dialog around it, or its window. */
    close(): void;
    /** The same by the Escape key; a frame that is no dialog stays. */
    escape(): void;
}

export function embedderOf({ mode, origin }: Launch): Embedder {
    const target: Window | null =
        mode === 'iframe' ? window.parent : mode === 'popup' ? (window.opener as Window | null) : null;
    const post = (message: Message) => {
        if (target !== null && origin !== undefined) target.postMessage(message, origin);
    };
    return {
        ready: () => post({ source, type: 'ready' }),
        resize: (height) => post({ source, type: 'resize', height }),
        connected: ({ integration, integrated_account_id }) =>
            post({ source, type: 'connected', integration, integrated_account_id }),
        success: ({ integration, integrated_account_id }) =>
            post({ source, type: 'success', result: 'success', integration, integrated_account_id }),
        leaving: (connection) => post({ source, type: 'leaving', connection }),
        obstacle: (error_type, message) => post({ source, type: 'error', error_type, message }),
        close: () => {
            post({ source, type: 'closed', by: 'button' });
            if (mode === 'popup') window.close();
        },
        escape: () => post({ source, type: 'closed', by: 'escape' }),
    };
}
