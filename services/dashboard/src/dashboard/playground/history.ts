// What was tried, until the tab is closed: arguments may be a customer's data.

export interface Tried {
    at: string;
    account: string;
    tenant: string;
    tool: string;
    arguments: Record<string, unknown>;
    isDry: boolean;
    isOk: boolean;
    ms: number;
}

const limit = 30;
const keyOf = (environment: string) => `sluice-playground:${environment}`;

export function readHistory(environment: string): Tried[] {
    try {
        const found: unknown = JSON.parse(sessionStorage.getItem(keyOf(environment)) ?? '[]');
        return Array.isArray(found) ? (found as Tried[]) : [];
    } catch {
        return [];
    }
}

export function remember(environment: string, tried: Tried): Tried[] {
    const next = [tried, ...readHistory(environment)].slice(0, limit);
    try {
        sessionStorage.setItem(keyOf(environment), JSON.stringify(next));
    } catch {
        // Full or switched off: the page itself still has it.
    }
    return next;
}
