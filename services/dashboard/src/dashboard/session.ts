// Who is signed in, in which environment this page is, and what they may do there.
import { createContext, useContext } from 'react';
import { useLocation } from 'wouter';
import { apiOf, type Api, type Schemas } from './api/client.ts';
import { environmentIn } from './routes.ts';

export type Me = Schemas['Me'];

export const MeContext = createContext<Me | undefined>(undefined);

export function useMe(): Me {
    const me = useContext(MeContext);
    if (me === undefined) throw new Error('nobody is signed in');
    return me;
}

export function useMay(permission: string): boolean {
    return useMe().permissions.includes(permission);
}

/** The environment that the address names; pages of the team have none. */
export function useEnvironment(): string | undefined {
    const [path] = useLocation();
    return environmentIn(path);
}

/** The API for the environment of this page. */
export function useApi(): Api {
    return apiOf(useEnvironment());
}

const lastEnvironment = 'sluice-environment';

/** Where the dashboard opens: where this browser was last, else the first environment that the user may enter. */
export function homeOf(me: Me): string | undefined {
    let last: string | null = null;
    try {
        last = localStorage.getItem(lastEnvironment);
    } catch {
        // Storage is switched off: then it begins with the first one.
    }
    return (me.environments.find(({ id }) => id === last) ?? me.environments[0])?.id;
}

export function rememberEnvironment(id: string): void {
    try {
        localStorage.setItem(lastEnvironment, id);
    } catch {
        // As above.
    }
}

/** To the page of sign-in, which comes back here. */
export function goToSignIn(): void {
    const here = location.pathname + location.search;
    location.assign(`/sign-in?${new URLSearchParams({ return: here })}`);
}
