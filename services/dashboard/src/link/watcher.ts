// A frame that nobody sees: sluice-link.js opens it when its popup, gone to the vendor, cannot be seen any more.
import { linkApi } from './api.ts';
import { embedderOf } from './embedder.ts';
import { errorTypeOf, failureOfConnection } from './failure.ts';
import type { Launch } from './launch.ts';
import { watchConnection } from './watch.ts';

/** Tells the page around it how the connection ended. */
export async function watch(launch: Launch, connection: string): Promise<void> {
    const api = linkApi(launch.token ?? '');
    const embedder = embedderOf(launch);
    const watched = await watchConnection({
        read: () => api.connection(connection),
        window: () => 'none',
        pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
        now: () => performance.now(),
        onClosed: () => undefined,
        signal: new AbortController().signal,
    });
    if (watched.end === 'active') {
        const { integration, integrated_account_id } = watched.connection;
        embedder.success({ integration, integrated_account_id: integrated_account_id ?? '' });
        return;
    }
    if (watched.end === 'failed') {
        const failure = failureOfConnection(watched.connection.error);
        // At the vendor's page one may still try again.
        embedder.obstacle(errorTypeOf(failure), failure.message);
    } else embedder.close();
}
