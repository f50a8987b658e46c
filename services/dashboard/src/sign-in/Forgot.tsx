import { useState } from 'react';
import { Outcome } from '../link/Outcome.tsx';
import { Button } from '../parts/Button.tsx';
import { KeyLarge } from '../parts/icons.tsx';
import { PageTitle } from '../parts/Page.tsx';
import { api } from './api.ts';
import type { Failure } from './failure.ts';
import { FieldsForm } from './FieldsForm.tsx';
import { email, team, type Field, type Values } from './fields.ts';

interface Props {
    /** undefined: it is asked for. */
    teamId: string | undefined;
    values: Values;
    onValue: (name: Field['name'], value: string) => void;
    onSent: () => void;
}

const withTeam = [team, email];
const withoutTeam = [email];

export function Forgot({ teamId, values, onValue, onSent }: Props) {
    const [failure, setFailure] = useState<Failure>();
    const [isPending, setIsPending] = useState(false);

    async function send(given: Values) {
        setIsPending(true);
        setFailure(undefined);
        const answer = await api.askForReset(teamId ?? given.team ?? '', given.email ?? '');
        setIsPending(false);
        if ('ok' in answer) onSent();
        else setFailure(answer.failure);
    }
    return (
        <div className="step">
            <div className="emblem">
                <KeyLarge />
            </div>
            <PageTitle title="Forgot your password?">You get a mail with a link that sets a new one.</PageTitle>
            <FieldsForm
                fields={teamId === undefined ? withTeam : withoutTeam}
                values={values}
                onValue={onValue}
                failure={failure}
                pending={isPending ? 'Sending…' : undefined}
                submit="Send the link"
                onSend={(given) => void send(given)}
            />
        </div>
    );
}

/** Says the same whether there is such a user or not. */
export function ForgotSent({ address, onStart }: { address: string; onStart: () => void }) {
    return (
        <Outcome
            kind="mail"
            title="Look into your mail"
            lead={
                <>
                    <span className="sentence">
                        If <bdi className="who">{address}</bdi> is a user of this team, a mail with a link is on its
                        way.
                    </span>{' '}
                    <span className="sentence">If none comes, ask an admin of your team for a link.</span>
                </>
            }
        >
            <Button kind="secondary" onPress={onStart}>
                Back to sign in
            </Button>
        </Outcome>
    );
}

/** Without mail, the link can only come from a person. */
export function NoMail({ onStart }: { onStart: () => void }) {
    return (
        <Outcome
            kind="person"
            title="Ask an admin of your team"
            lead="No mail is sent from here. An admin of your team can make a link that sets a new password."
        >
            <Button kind="secondary" onPress={onStart}>
                Back to sign in
            </Button>
        </Outcome>
    );
}
