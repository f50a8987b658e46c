// The form that every error of the api has.

export interface Envelope {
    /** The api's text; empty if there is none. */
    message: string;
    errorType: string;
    failures: { path: string; message: string }[];
}

function text(value: unknown): string {
    return typeof value === 'string' ? value : '';
}

/** `body` is anything that came as an answer. */
export function readEnvelope(body: unknown): Envelope {
    const { message, error_type, details } = (typeof body === 'object' && body !== null ? body : {}) as {
        message?: unknown;
        error_type?: unknown;
        details?: { failures?: unknown } | null;
    };
    const failures = Array.isArray(details?.failures) ? (details.failures as unknown[]) : [];
    return {
        message: text(message),
        errorType: text(error_type),
        failures: failures.map((failure) => {
            const { path, message } = (failure ?? {}) as { path?: unknown; message?: unknown };
            return { path: text(path), message: text(message) };
        }),
    };
}

/** The first text of each field; `nameOf` gives the field of a path, or nothing. */
export function byField(failures: Envelope['failures'], nameOf: (path: string) => string): Record<string, string> {
    const fields: Record<string, string> = {};
    for (const { path, message } of failures) {
        const name = nameOf(path);
        if (name !== '') fields[name] ??= message;
    }
    return fields;
}
