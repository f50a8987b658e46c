// What a list is narrowed to, as it stands in the address, so that a link shows the same.

/** The names of a page's filters; what else the address has is left alone. */
export type Filters<Name extends string> = Record<Name, string>;

export function readFilters<Name extends string>(query: URLSearchParams, names: readonly Name[]): Filters<Name> {
    return Object.fromEntries(names.map((name) => [name, query.get(name) ?? ''])) as Filters<Name>;
}

export function withFilter(query: URLSearchParams, changes: Record<string, string>): URLSearchParams {
    const next = new URLSearchParams(query);
    for (const [name, value] of Object.entries(changes))
        if (value === '') next.delete(name);
        else next.set(name, value);
    return next;
}

/** For `like`: what is typed stands anywhere in the value, and is no pattern. */
export function containing(text: string): string {
    return `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`;
}

/** The spans of time that lists offer, in seconds. */
export const spans: Record<string, number> = { '15m': 900, '1h': 3600, '24h': 86_400, '7d': 604_800, '30d': 2_592_000 };

/** The begin of a span, to the minute, so that it does not change with every look at the clock. */
export function since(span: string, now: number): string | undefined {
    const seconds = spans[span];
    if (seconds === undefined) return undefined;
    return new Date(Math.floor((now - seconds * 1000) / 60_000) * 60_000).toISOString();
}
