// What went wrong with a request, so that a page can say it and what helps.
import { byField, readEnvelope, type Envelope } from '../../parts/envelope.ts';

/**
 * signed-out: the session is over.  denied: a permission is missing.  missing: there is nothing at this address.
 * fields: what was entered does not do.  conflict: something else is there already, or a quota is reached.
 * busy: too many requests.  network: no answer.  ours: Sluice failed.  refused: the rest.
 */
export type Kind =
    'signed-out' | 'denied' | 'missing' | 'fields' | 'conflict' | 'busy' | 'network' | 'ours' | 'refused';

function kindOf(status: number): Kind {
    if (status === 401) return 'signed-out';
    if (status === 403) return 'denied';
    if (status === 404) return 'missing';
    if (status === 400 || status === 422) return 'fields';
    if (status === 409) return 'conflict';
    if (status === 429) return 'busy';
    if (status === 0) return 'network';
    return status >= 500 ? 'ours' : 'refused';
}

export class ApiError extends Error {
    override readonly name = 'ApiError';
    readonly kind: Kind;
    /** 0 if there was no answer. */
    readonly status: number;
    readonly failures: Envelope['failures'];
    readonly requestId: string | null;

    constructor(status: number, body: unknown, requestId: string | null = null) {
        const { message, failures } = readEnvelope(body);
        super(message);
        this.kind = kindOf(status);
        this.status = status;
        this.failures = failures;
        this.requestId = requestId;
    }

    /** The permission that is missing, if that is what is wrong. */
    get permission(): string | undefined {
        return this.kind === 'denied' ? permissionIn(this.message) : undefined;
    }

    /** The texts by field; a path such as `config.methods[0]` belongs to the field of the longest name that it begins with. */
    fields(names: readonly string[]): Record<string, string> {
        const longest = [...names].sort((a, b) => b.length - a.length);
        return byField(this.failures, (path) => longest.find((name) => isBelow(path, name)) ?? '');
    }
}

function isBelow(path: string, name: string): boolean {
    return path === name || path.startsWith(`${name}.`) || path.startsWith(`${name}[`);
}

export function permissionIn(message: string): string | undefined {
    return /\b([a-z_]+:(?:read|write|decide))\b/.exec(message)?.[1];
}

export function asApiError(error: unknown): ApiError {
    return error instanceof ApiError ? error : new ApiError(0, undefined);
}

/** Whether the same request may do better at once. */
export function mayRetry(error: unknown): boolean {
    const { kind } = asApiError(error);
    return kind === 'network' || kind === 'ours';
}
