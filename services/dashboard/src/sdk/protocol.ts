// What the Link UI tells the page that embeds it, by postMessage.

export const source = 'sluice-link';

export type Message =
    | { source: typeof source; type: 'ready' }
    | { source: typeof source; type: 'resize'; height: number }
    /** The account is connected; the Link UI goes on to ask something. To close it now is to succeed. */
    | { source: typeof source; type: 'connected'; integration: string; integrated_account_id: string }
    | { source: typeof source; type: 'success'; result: 'success'; integration: string; integrated_account_id: string }
    /** This window goes to the vendor's page for that connection: it may look closed from then on (COOP). */
    | { source: typeof source; type: 'leaving'; connection: string }
    /** The latest obstacle: the reason, should the customer give up now. `closed` takes an earlier one back. */
    | { source: typeof source; type: 'error'; error_type: string; message: string }
    /** by escape: the key, which means nothing where the frame is a part of the page. */
    | { source: typeof source; type: 'closed'; by: 'button' | 'escape' };

/** Only a message of the window and the origin we opened counts. */
export function readMessage(
    event: Pick<MessageEvent, 'data' | 'origin' | 'source'>,
    window: unknown,
    origin: string,
): Message | undefined {
    if (event.origin !== origin || event.source === null || event.source !== window) return undefined;
    const data = event.data as Record<string, unknown> | null;
    if (typeof data !== 'object' || data === null || data['source'] !== source) return undefined;
    switch (data['type']) {
        case 'ready':
            return { source, type: 'ready' };
        case 'closed':
            return { source, type: 'closed', by: data['by'] === 'escape' ? 'escape' : 'button' };
        case 'resize': {
            const { height } = data;
            return typeof height === 'number' && Number.isFinite(height) && height > 0
                ? { source, type: 'resize', height }
                : undefined;
        }
        case 'connected':
        case 'success': {
            const { type, integration, integrated_account_id } = data;
            if (typeof integration !== 'string' || typeof integrated_account_id !== 'string') return undefined;
            return type === 'connected'
                ? { source, type, integration, integrated_account_id }
                : { source, type: 'success', result: 'success', integration, integrated_account_id };
        }
        case 'leaving': {
            const { connection } = data;
            return typeof connection === 'string' ? { source, type: 'leaving', connection } : undefined;
        }
        case 'error': {
            const { error_type, message } = data;
            return typeof error_type === 'string'
                ? { source, type: 'error', error_type, message: typeof message === 'string' ? message : '' }
                : undefined;
        }
        default:
            return undefined;
    }
}
