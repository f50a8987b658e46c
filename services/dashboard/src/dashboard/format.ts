// Numbers and times as this reader writes them.

const integer = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 });
const dayAndTime = new Intl.DateTimeFormat(undefined, {
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
});
const dayOfYear = new Intl.DateTimeFormat(undefined, { year: 'numeric', month: 'short', day: 'numeric' });
const precise = new Intl.DateTimeFormat(undefined, {
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
});
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'long' });

export const formatCount = (value: number): string => integer.format(value);
export const formatShort = (value: number): string => short.format(value);
export const formatShare = (value: number): string => percent.format(value);

export function formatBytes(value: number): string {
    if (value < 1000) return `${integer.format(value)} B`;
    const [scaled, unit] = value < 1e6 ? [value / 1e3, 'kB'] : [value / 1e6, 'MB'];
    return `${scaled.toLocaleString(undefined, { maximumFractionDigits: scaled < 10 ? 1 : 0 })} ${unit}`;
}

export function formatMs(value: number): string {
    if (value >= 60_000) return `${(value / 60_000).toLocaleString(undefined, { maximumFractionDigits: 1 })} min`;
    if (value >= 1000) return `${(value / 1000).toLocaleString(undefined, { maximumFractionDigits: 2 })} s`;
    return `${value.toLocaleString(undefined, { maximumFractionDigits: value < 10 ? 1 : 0 })} ms`;
}

/** "2026-11-20 12:00:00 UTC", to be compared with logs of elsewhere. */
export function utc(time: Date): string {
    return Number.isNaN(time.getTime())
        ? ''
        : `${time
              .toISOString()
              .replace('T', ' ')
              .replace(/\.000Z$|Z$/, '')} UTC`;
}

const units: [Intl.RelativeTimeFormatUnit, number][] = [
    ['year', 31_536_000],
    ['month', 2_592_000],
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
    ['second', 1],
];

/** "3 hours ago", "in 2 days". */
export function ago(time: Date, now: number): string {
    const seconds = Math.round((time.getTime() - now) / 1000);
    const [unit, size] = units.find(([, each]) => Math.abs(seconds) >= each) ?? ['second', 1];
    return relative.format(Math.trunc(seconds / size), unit);
}

/** exact: with seconds, for logs.  short: with the year if it is another one. */
export function formatTime(time: Date, form: 'exact' | 'short', now: number): string {
    if (form === 'exact') return precise.format(time);
    return time.getFullYear() === new Date(now).getFullYear() ? dayAndTime.format(time) : dayOfYear.format(time);
}

/** "14 s", "3 min". */
export function formatSeconds(value: number): string {
    if (value < 60) return `${integer.format(value)} s`;
    if (value < 3600) return `${integer.format(Math.round(value / 60))} min`;
    if (value < 172_800) return `${integer.format(Math.round(value / 3600))} h`;
    return `${integer.format(Math.round(value / 86_400))} d`;
}
