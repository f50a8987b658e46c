// One call, as it is named, drawn, and made again.
import type { Schemas } from '../api/client.ts';

export type Call = Schemas['CallLogEntry'];

/** "list_all_gorgias_tickets", "tickets.list", "GET /api/account". */
export function titleOf(call: Call): string {
    if (call.tool_name !== undefined) return call.tool_name;
    if (call.mcp_method !== undefined) return call.mcp_method;
    if (call.resource !== undefined)
        return call.method === undefined ? call.resource : `${call.resource}.${call.method}`;
    return [call.http_method, call.http_url].filter((part) => part !== undefined).join(' ') || call.log_type;
}

export interface Bar {
    call: Call;
    /** Parts of the whole, 0 to 1. */
    begin: number;
    length: number;
    /** The vendor's time within the bar. */
    vendorBegin: number;
    vendorLength: number;
}

export interface Waterfall {
    bars: Bar[];
    totalMs: number;
}

/** The calls of one request over time; the log has the end of each and how long it took. */
export function waterfallOf(calls: Call[]): Waterfall {
    const spans = calls.map((call) => {
        const end = Date.parse(call.timestamp);
        return { call, begin: end - call.duration, end };
    });
    const first = Math.min(...spans.map(({ begin }) => begin));
    const last = Math.max(...spans.map(({ end }) => end));
    const total = Math.max(last - first, 0.001);
    const bars = spans
        .toSorted((a, b) => a.begin - b.begin || b.call.duration - a.call.duration)
        .map(({ call, begin }) => {
            const length = call.duration / total;
            const vendorLength = Math.min(call.fetch_duration, call.duration) / total;
            const start = (begin - first) / total;
            // What is not the vendor's is mostly before and after in equal parts; the log has only the sum.
            return { call, begin: start, length, vendorBegin: start + (length - vendorLength) / 2, vendorLength };
        });
    return { bars, totalMs: total };
}

/** Arguments of the call, where the environment keeps bodies. */
export function argumentsOf(call: Call): Record<string, unknown> | undefined {
    if (call.request_body === undefined) return undefined;
    try {
        const body: unknown = JSON.parse(call.request_body);
        if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
        const params = (body as { params?: { arguments?: unknown } }).params;
        const given = params?.arguments ?? (body as { arguments?: unknown }).arguments;
        if (typeof given === 'object' && given !== null && !Array.isArray(given))
            return given as Record<string, unknown>;
        return call.log_type === 'mcp' ? undefined : (body as Record<string, unknown>);
    } catch {
        return undefined;
    }
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** The request as a command for a shell; where bodies are not kept, without its arguments. */
export function curlOf(call: Call, base: string): string {
    const header = (name: string, value: string) => `  -H ${quote(`${name}: ${value}`)}`;
    const token = header('Authorization', 'Bearer $TOKEN').replaceAll("'", '"');
    const json = header('Content-Type', 'application/json');
    const lines = (first: string, ...rest: string[]) => [first, ...rest].join(' \\\n');
    if (call.log_type === 'mcp') {
        const params =
            call.tool_name === undefined
                ? {}
                : { params: { name: call.tool_name, arguments: argumentsOf(call) ?? {} } };
        const body = { jsonrpc: '2.0', id: 1, method: call.mcp_method ?? 'tools/list', ...params };
        return lines('curl "$MCP_URL"', json, `  -d ${quote(JSON.stringify(body))}`);
    }
    if (call.tool_name !== undefined) {
        const body = { integrated_account_id: call.integrated_account_id, arguments: argumentsOf(call) ?? {} };
        return lines(
            `curl ${quote(`${base}/tools/execute/${call.tool_name}`)}`,
            token,
            json,
            `  -d ${quote(JSON.stringify(body))}`,
        );
    }
    const account = `integrated_account_id=${call.integrated_account_id ?? ''}`;
    const verb = call.http_method ?? 'GET';
    const path = call.resource === undefined ? `/custom${pathOfUrl(call.http_url)}` : `/proxy/${call.resource}`;
    const body = call.request_body === undefined ? [] : [json, `  -d ${quote(call.request_body)}`];
    return lines(`curl${verb === 'GET' ? '' : ` -X ${verb}`} ${quote(`${base}${path}?${account}`)}`, token, ...body);
}

function pathOfUrl(url: string | undefined): string {
    return /^https?:\/\/[^/]+(\/.*)?$/.exec(url ?? '')?.[1] ?? '/';
}
