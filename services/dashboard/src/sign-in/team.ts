// The team that somebody signed in to last, remembered by this browser: its id and name, nothing secret.

export interface Team {
    id: string;
    name: string;
}

const key = 'sluice-team';

export function readTeam(stored: string | null): Team | undefined {
    try {
        const { id, name } = JSON.parse(stored ?? 'null') as { id?: unknown; name?: unknown };
        return typeof id === 'string' && id !== '' && typeof name === 'string' ? { id, name } : undefined;
    } catch {
        return undefined;
    }
}

export function rememberTeam({ id, name }: Team): void {
    try {
        localStorage.setItem(key, JSON.stringify({ id, name }));
    } catch {
        // A browser that stores nothing asks for the team each time.
    }
}

export function rememberedTeam(): Team | undefined {
    try {
        return readTeam(localStorage.getItem(key));
    } catch {
        return undefined;
    }
}
