// The vendor's callback ends at /connect/done; what its query says, and where to go from there.
import type { ErrorType } from './contract.ts';
import { webUrl } from './launch.ts';

export interface Done {
    connection: string;
    status: 'active' | 'failed';
    error_type: ErrorType;
    message: string;
    integration: string;
    integrated_account_id: string;
    redirect_uri: string | undefined;
    form_token: string | undefined;
}

const errorTypes: readonly ErrorType[] = [
    'closed',
    'connection_error',
    'post_install_error',
    'validation_error',
    'invalid_token',
];

export function readDone(query: URLSearchParams): Done {
    const errorType = query.get('error_type') as ErrorType;
    return {
        connection: query.get('connection') ?? '',
        status: query.get('status') === 'active' ? 'active' : 'failed',
        error_type: errorTypes.includes(errorType) ? errorType : 'connection_error',
        message: (query.get('message') ?? '').slice(0, 500),
        integration: query.get('integration') ?? '',
        integrated_account_id: query.get('integrated_account_id') ?? '',
        redirect_uri: webUrl(query.get('redirect_uri'))?.href,
        form_token: query.get('form_token') ?? undefined,
    };
}

export type Outcome =
    | { result: 'success'; integration: string; integrated_account_id: string }
    | { result: 'error'; error_type: ErrorType; integration?: string; integrated_account_id?: string };

/** The developer's page with the outcome in its query; undefined unless it is on the web. */
export function returnUrl(redirectUri: string | null | undefined, outcome: Outcome): string | undefined {
    const url = webUrl(redirectUri);
    if (url === undefined) return undefined;
    for (const name of ['result', 'integration', 'integrated_account_id', 'error_type']) url.searchParams.delete(name);
    for (const [name, value] of Object.entries(outcome)) if (value !== '') url.searchParams.set(name, value);
    return url.href;
}

/** "help_scout" is all this page knows of a vendor when it was opened on its own. */
export function labelOf(integration: string): string {
    return integration
        .split(/[_\s-]+/)
        .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
        .join(' ');
}

export const channelName = 'sluice-link';

/** Tells the page that waits for this connection; it asks the api itself, so nothing more needs to be believed. */
export interface DoneMessage {
    source: 'sluice-link-done';
    connection: string;
}

export function isDoneMessage(data: unknown, connection: string): boolean {
    const message = data as Partial<DoneMessage> | null | undefined;
    return typeof message === 'object' && message?.source === 'sluice-link-done' && message.connection === connection;
}
