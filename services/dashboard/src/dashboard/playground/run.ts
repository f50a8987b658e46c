// A tool is called as everybody calls it: a session calls no vendor, so a token of the account is made for it, which lives a
// quarter of an hour and stays in this page's memory.
import { answer, type Api, type Schemas } from '../api/client.ts';
import { ApiError } from '../api/error.ts';

export interface Ran {
    executed: Schemas['ToolExecuted'];
    ms: number;
    /** What the answer's headers say. */
    headers: [string, string][];
    requestId: string | null;
}

const tokens = new Map<string, { token: string; endsAt: number }>();
const marginMs = 60_000;

async function tokenOf(api: Api, account: string): Promise<string> {
    const known = tokens.get(account);
    if (known !== undefined && known.endsAt - marginMs > Date.now()) return known.token;
    const made = await answer(api.POST('/integrated-account/token', { body: { id: account } }));
    tokens.set(account, { token: made.integrated_account_token, endsAt: Date.parse(made.expires_at) });
    return made.integrated_account_token;
}

const shownHeaders = /^(ratelimit-|x-ratelimit-|retry-after|server-timing|idempotent-replayed)/;

export async function run(
    api: Api,
    call: { account: string; tool: string; arguments: Record<string, unknown> },
    signal: AbortSignal,
): Promise<Ran> {
    const token = await tokenOf(api, call.account);
    const begin = performance.now();
    let response;
    let body: unknown;
    try {
        response = await fetch(`/tools/execute/${encodeURIComponent(call.tool)}`, {
            method: 'POST',
            headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
            body: JSON.stringify({ arguments: call.arguments }),
            credentials: 'omit',
            cache: 'no-store',
            referrerPolicy: 'no-referrer',
            signal,
        });
        body = await response.json();
    } catch {
        throw new ApiError(0, undefined);
    }
    const ms = performance.now() - begin;
    const requestId = response.headers.get('x-request-id');
    if (response.status === 401) tokens.delete(call.account);
    if (!response.ok) throw new ApiError(response.status, body, requestId);
    const headers = [...response.headers].filter(([name]) => shownHeaders.test(name));
    return { executed: body as Schemas['ToolExecuted'], ms, headers, requestId };
}

/** The parts of the time, out of `Server-Timing`: [["sluice", 0.4], ["vendor", 12]]. */
export function timings(header: string | undefined): [string, number][] {
    return (header ?? '').split(',').flatMap((part) => {
        const [name = '', ...parameters] = part.split(';').map((each) => each.trim());
        const ms = parameters.map((each) => /^dur=([\d.]+)$/.exec(each)?.[1]).find((each) => each !== undefined);
        return name === '' || ms === undefined ? [] : [[name, Number(ms)] as [string, number]];
    });
}
