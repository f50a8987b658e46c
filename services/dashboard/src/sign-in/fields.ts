// What is asked for, tidied and checked before it is sent. The api checks again.
import type { Purpose } from '../parts/TextField.tsx';

export interface Field {
    name: 'team' | 'email' | 'password' | 'name' | 'code';
    label: string;
    description?: string;
    /** Said where it is empty. */
    missing: string;
    purpose?: Purpose;
    isSecret?: boolean;
    isEmail?: boolean;
    isReadOnly?: boolean;
}

export type Values = Partial<Record<Field['name'], string>>;

export const shortestPassword = 12;

export const team: Field = { name: 'team', label: 'Team', missing: 'Enter the team.', purpose: 'organization' };
export const email: Field = {
    name: 'email',
    label: 'E-mail',
    missing: 'Enter your e-mail.',
    purpose: 'username',
    isEmail: true,
};
/** Whom a link is for. */
export const ownEmail: Field = { ...email, isReadOnly: true };
export const password: Field = {
    name: 'password',
    label: 'Password',
    missing: 'Enter your password.',
    purpose: 'current-password',
    isSecret: true,
};
export const newPassword: Field = {
    ...password,
    description: `At least ${shortestPassword} characters, such as a few words.`,
    missing: 'Enter a password.',
    purpose: 'new-password',
};
export const personName: Field = { name: 'name', label: 'Name', missing: 'Enter your name.', purpose: 'name' };
export const code: Field = {
    name: 'code',
    label: 'Code',
    description: 'The six digits that your authenticator app shows.',
    missing: 'Enter the code.',
    purpose: 'one-time-code',
};
export const recoveryCode: Field = {
    name: 'code',
    label: 'Recovery code',
    description: 'One of the ten that you kept. Each works once.',
    missing: 'Enter a recovery code.',
};

/** Without the spaces that copying adds; a password is left as it is, and a code comes in groups. */
export function tidy({ name }: Field, value: string): string {
    return name === 'password' ? value : name === 'code' ? value.replace(/\s/g, '') : value.trim();
}

export function tidied(fields: Field[], values: Values): Values {
    return Object.fromEntries(fields.map((field) => [field.name, tidy(field, values[field.name] ?? '')]));
}

/** By field name; empty if everything may be sent. */
export function problemsOf(fields: Field[], values: Values): Record<string, string> {
    const problems: Record<string, string> = {};
    for (const { name, missing, purpose } of fields) {
        const value = values[name] ?? '';
        if (value === '') problems[name] = missing;
        else if (purpose === 'new-password' && [...value].length < shortestPassword)
            problems[name] = `Use at least ${shortestPassword} characters.`;
        else if (name === 'email' && !value.includes('@')) problems[name] = 'Enter the whole e-mail address.';
        else if (purpose === 'one-time-code' && !/^\d{6}$/.test(value))
            problems[name] = 'Enter the six digits, or use a recovery code.';
    }
    return problems;
}
