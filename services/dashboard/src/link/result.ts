// How a connection ended, as the api tells the browser that made it. The address of the page after the callback only names
// the connection: anybody can write an address.

interface Result {
    status?: unknown;
    error?: { error_type?: unknown; message?: unknown } | null;
    integration?: unknown;
    integrated_account_id?: unknown;
    redirect_uri?: unknown;
    form_token?: unknown;
}

/** What `readDone` reads: from the api if it knows this browser, else no more than that something failed. */
export async function resultQuery(address: URLSearchParams): Promise<URLSearchParams> {
    const connection = address.get('connection') ?? '';
    const result = connection === '' ? undefined : await ask(connection, address.get('environment') ?? '');
    const query = new URLSearchParams({ connection });
    if (result === undefined) {
        query.set('status', 'failed');
        query.set('error_type', address.get('error_type') ?? 'connection_error');
        return query;
    }
    const put = (name: string, value: unknown) => {
        if (typeof value === 'string' && value !== '') query.set(name, value);
    };
    put('status', result.status);
    put('error_type', result.error?.error_type);
    put('message', result.error?.message);
    put('integration', result.integration);
    put('integrated_account_id', result.integrated_account_id);
    put('redirect_uri', result.redirect_uri);
    put('form_token', result.form_token);
    return query;
}

async function ask(connection: string, environment: string): Promise<Result | undefined> {
    const query = new URLSearchParams({ environment });
    try {
        const path = `/connect/result/${encodeURIComponent(connection)}?${query}`;
        const response = await fetch(path, { cache: 'no-store', signal: AbortSignal.timeout(20_000) });
        const answer: unknown = response.ok ? await response.json() : undefined;
        return typeof answer === 'object' && answer !== null ? (answer as Result) : undefined;
    } catch {
        return undefined;
    }
}
