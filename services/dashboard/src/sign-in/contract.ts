// What the api sends to these pages.
import type { Team } from './team.ts';

export interface User {
    email: string;
    name: string;
    role: string;
    /** null: all. */
    environment_ids: string[] | null;
}

export interface Me {
    user: User;
    team: Team;
    environments: { id: string; name: string }[];
}

/** How one can sign in to a team. */
export interface Options {
    /** null: there is none of that id or name. */
    team: Team | null;
    providers: { id: string; label: string }[];
    /** Whether the api can send mail. */
    has_mail: boolean;
}

/** What a link that works once is for. */
export interface Shown {
    team: { name: string };
    email: string;
    name: string;
}
