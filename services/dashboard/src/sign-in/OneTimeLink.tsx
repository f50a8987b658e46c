import { useCallback, useEffect, useState } from 'react';
import { legibleLine } from '../approve/words.ts';
import { Shell } from '../link/Shell.tsx';
import { KeyLarge } from '../parts/icons.tsx';
import { PageTitle } from '../parts/Page.tsx';
import { Tile } from '../parts/Tile.tsx';
import { api } from './api.ts';
import { CodeStep } from './CodeStep.tsx';
import type { Me, Shown } from './contract.ts';
import { LinkEnded, Loading, NotLoaded } from './endings.tsx';
import { useEntry } from './entry.ts';
import type { Failure } from './failure.ts';
import { newPassword, ownEmail, personName, type Field, type Values } from './fields.ts';
import { FieldsForm } from './FieldsForm.tsx';

interface Props {
    secret: string;
    onEnter: (me: Me) => void;
}

const nothing: Field[] = [];

/** A link that signs in. A button does it, since scanners of mail open links as well. */
export function SignInLink({ secret, onEnter }: Props) {
    const entry = useEntry('/session/link', onEnter);
    if (entry.failure?.kind === 'ended' || entry.failure?.kind === 'wrong')
        return (
            <Shell>
                <LinkEnded page="link" />
            </Shell>
        );
    if (entry.steps.current === 'code')
        return (
            <Shell onBack={entry.steps.back}>
                <CodeStep entry={entry} onSend={(code) => entry.send({ secret, code })} />
            </Shell>
        );
    return (
        <Shell>
            <div className="step">
                <div className="emblem">
                    <KeyLarge />
                </div>
                <PageTitle title="Sign in with this link">It works once, and signs you in on this device.</PageTitle>
                <FieldsForm
                    fields={nothing}
                    values={{}}
                    onValue={() => undefined}
                    failure={entry.failure}
                    pending={entry.isPending ? 'Signing in…' : undefined}
                    submit="Continue"
                    onSend={() => entry.send({ secret })}
                />
            </div>
        </Shell>
    );
}

const fieldsOf = { invitation: [ownEmail, personName, newPassword], reset: [ownEmail, newPassword] };
const pathOf = { invitation: '/invitation/accept', reset: '/reset' };

type Loaded = { at: 'loading' } | { at: 'failed'; failure: Failure } | { at: 'ready'; shown: Shown };

/** A link after which somebody has a password: an invitation, or one that resets it. */
export function PasswordLink({ page, secret, onEnter }: Props & { page: 'invitation' | 'reset' }) {
    const entry = useEntry(pathOf[page], onEnter);
    const [loaded, setLoaded] = useState<Loaded>({ at: 'loading' });
    const [values, setValues] = useState<Values>({});

    const load = useCallback(async () => {
        setLoaded({ at: 'loading' });
        const answer = await api.show(`/${page}/show`, secret);
        if ('failure' in answer) return setLoaded({ at: 'failed', failure: answer.failure });
        const { email, name } = answer.ok;
        setValues({ email, name });
        setLoaded({ at: 'ready', shown: answer.ok });
    }, [page, secret]);
    useEffect(() => void load(), [load]);

    const send = ({ name, password }: Values, code?: string) =>
        entry.send({
            secret,
            ...(page === 'invitation' ? { name } : {}),
            password,
            ...(code === undefined ? {} : { code }),
        });
    const teamName = loaded.at === 'ready' ? legibleLine(loaded.shown.team.name) : '';
    const hasEnded = [loaded.at === 'failed' ? loaded.failure : undefined, entry.failure].some(
        (failure) => failure?.kind === 'ended' || failure?.kind === 'wrong',
    );
    if (!hasEnded && entry.steps.current === 'code')
        return (
            <Shell onBack={entry.steps.back}>
                <CodeStep entry={entry} onSend={(code) => send(values, code)} />
            </Shell>
        );
    return (
        <Shell>
            {hasEnded ? (
                <LinkEnded page={page} />
            ) : loaded.at === 'loading' ? (
                <Loading />
            ) : loaded.at === 'failed' ? (
                <NotLoaded failure={loaded.failure} onRetry={() => void load()} />
            ) : (
                <div className="step">
                    <div className="team">
                        <Tile name={loaded.shown.team.name} />
                    </div>
                    <PageTitle title={page === 'invitation' ? `Join ${teamName}` : 'Set a new password'}>
                        {page === 'invitation'
                            ? 'You were invited. Choose a password to begin.'
                            : `For your user in ${teamName}. It signs you out everywhere else.`}
                    </PageTitle>
                    <FieldsForm
                        fields={fieldsOf[page]}
                        values={values}
                        onValue={(name, value) => setValues((old) => ({ ...old, [name]: value }))}
                        failure={entry.failure}
                        pending={entry.isPending ? 'Saving…' : undefined}
                        submit={page === 'invitation' ? 'Join' : 'Set password'}
                        onSend={send}
                    />
                </div>
            )}
        </Shell>
    );
}
