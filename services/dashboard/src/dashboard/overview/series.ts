// The sums of the call log as plots have them: one point an hour.
import type { Schemas } from '../api/client.ts';

export type HourlySum = Schemas['HourlySum'];
type Call = Schemas['CallLogEntry'];

export interface Series {
    /** Begins of the hours, in seconds, as uPlot takes them. */
    hours: number[];
    calls: number[];
    errors: number[];
    throttled: number[];
    /** null where there was no call. */
    p50: (number | null)[];
    p95: (number | null)[];
}

const hourS = 3600;
const hourOf = (time: string) => Math.floor(Date.parse(time) / 1000 / hourS) * hourS;

interface Point {
    calls: number;
    errors: number;
    throttled: number;
    /** Of the rows of the hour: a median cannot be summed, so it is weighed by calls. */
    p50: number;
    p95: number;
}

const nothing: Point = { calls: 0, errors: 0, throttled: 0, p50: 0, p95: 0 };

/** Of the hours from `from` to `to`, without gaps. `latest` are calls of hours that are not summed up yet. */
export function seriesOf(sums: HourlySum[], latest: Call[], from: number, to: number): Series {
    const points = new Map<number, Point>();
    const add = (hour: number, more: Point) => {
        const old = points.get(hour) ?? nothing;
        points.set(hour, {
            calls: old.calls + more.calls,
            errors: old.errors + more.errors,
            throttled: old.throttled + more.throttled,
            p50: old.p50 + more.p50 * more.calls,
            p95: Math.max(old.p95, more.p95),
        });
    };
    for (const sum of sums) add(hourOf(sum.hour), sum);
    const summed = new Set(points.keys());
    const byHour = new Map<number, Call[]>();
    for (const call of latest) {
        const hour = hourOf(call.timestamp);
        if (!summed.has(hour)) byHour.set(hour, [...(byHour.get(hour) ?? []), call]);
    }
    for (const [hour, calls] of byHour) {
        const durations = calls.map(({ duration }) => duration).sort((a, b) => a - b);
        add(hour, {
            calls: calls.length,
            errors: calls.filter(({ http_status_code, error }) => http_status_code >= 400 || error !== undefined)
                .length,
            throttled: calls.filter(({ http_status_code }) => http_status_code === 429).length,
            p50: quantile(durations, 0.5),
            p95: quantile(durations, 0.95),
        });
    }
    const hours: number[] = [];
    for (let hour = Math.floor(from / hourS) * hourS; hour <= to; hour += hourS) hours.push(hour);
    const at = (hour: number) => points.get(hour) ?? nothing;
    return {
        hours,
        calls: hours.map((hour) => at(hour).calls),
        errors: hours.map((hour) => at(hour).errors),
        throttled: hours.map((hour) => at(hour).throttled),
        p50: hours.map((hour) => (at(hour).calls === 0 ? null : at(hour).p50 / at(hour).calls)),
        p95: hours.map((hour) => (at(hour).calls === 0 ? null : at(hour).p95)),
    };
}

export function quantile(sorted: number[], part: number): number {
    return sorted[Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)] ?? 0;
}

/** By integration, how many calls the vendor throttled. */
export function throttledBy(sums: HourlySum[]): [integration: string, count: number][] {
    const counts = new Map<string, number>();
    for (const { integration, throttled, log_type } of sums)
        if (throttled > 0 && log_type === 'unified_proxy_api' && integration !== undefined)
            counts.set(integration, (counts.get(integration) ?? 0) + throttled);
    return [...counts].sort((a, b) => b[1] - a[1]);
}

export const total = (values: number[]): number => values.reduce((sum, each) => sum + each, 0);
