import { useRef, useState } from 'react';
import { legibleLine } from '../approve/words.ts';
import { Shell } from '../link/Shell.tsx';
import { Button, ButtonLink } from '../parts/Button.tsx';
import { PersonLarge } from '../parts/icons.tsx';
import { Notice } from '../parts/Notice.tsx';
import { PageTitle } from '../parts/Page.tsx';
import { Tile } from '../parts/Tile.tsx';
import { api, providerPath } from './api.ts';
import { CodeStep } from './CodeStep.tsx';
import type { Me, Options } from './contract.ts';
import { useEntry } from './entry.ts';
import { explainProviderError } from './failure.ts';
import { email, password, team, type Field, type Values } from './fields.ts';
import { FieldsForm } from './FieldsForm.tsx';
import { Forgot, ForgotSent, NoMail } from './Forgot.tsx';
import type { Team } from './team.ts';

interface Props {
    /** What is known of how to sign in; undefined if that could not be asked. */
    options: Options | undefined;
    /** What stands in the field of the team, if none is known. */
    teamText: string;
    returnTo: string | undefined;
    /** Why signing in at a provider failed. */
    error: string | undefined;
    hasSignedOut: boolean;
    onEnter: (me: Me) => void;
}

const withTeam = [team, email, password];
const withoutTeam = [email, password];

export function SignIn({ teamText, returnTo, error, hasSignedOut, onEnter, ...props }: Props) {
    const entry = useEntry('/session', onEnter);
    const { steps } = entry;
    const [options, setOptions] = useState(props.options);
    const [known, setKnown] = useState<Team | undefined>(props.options?.team ?? undefined);
    const [values, setValues] = useState<Values>({ team: teamText });
    const askedFor = useRef(teamText);

    const change = (name: Field['name'], value: string) => setValues((old) => ({ ...old, [name]: value }));
    const name = known?.id ?? values.team?.trim() ?? '';
    const send = (given: Values) =>
        entry.send({ team: name, email: given.email, password: given.password, ...codeOf(given) });

    /** The providers of the team whose name was entered. */
    async function look(wanted: string) {
        if (wanted === askedFor.current) return;
        askedFor.current = wanted;
        const answer = await api.options(wanted);
        if (wanted === askedFor.current) setOptions('ok' in answer ? answer.ok : undefined);
    }
    function useAnother() {
        setKnown(undefined);
        change('team', '');
        void look('');
    }

    const toStart = () => steps.go('start');
    const isStart = steps.current === 'start';
    return (
        <Shell
            app={isStart || known === undefined ? undefined : { name: known.name, theme: plainTheme(known.name) }}
            onBack={isStart || steps.current === 'sent' ? undefined : steps.back}
        >
            {steps.current === 'code' && (
                <CodeStep
                    entry={entry}
                    onSend={(code) => send({ ...values, email: values.email?.trim() ?? '', code })}
                />
            )}
            {steps.current === 'forgot' && options?.has_mail === false && <NoMail onStart={toStart} />}
            {steps.current === 'forgot' && options?.has_mail !== false && (
                <Forgot teamId={known?.id} values={values} onValue={change} onSent={() => steps.go('sent')} />
            )}
            {steps.current === 'sent' && <ForgotSent address={values.email ?? ''} onStart={toStart} />}
            {isStart && (
                <div className="step">
                    {known === undefined ? (
                        <div className="emblem">
                            <PersonLarge />
                        </div>
                    ) : (
                        <div className="team">
                            <Tile name={known.name} />
                        </div>
                    )}
                    <PageTitle title={known === undefined ? 'Sign in' : `Sign in to ${legibleLine(known.name)}`} />
                    {entry.failure === undefined && <Before error={error} hasSignedOut={hasSignedOut} />}
                    <FieldsForm
                        fields={known === undefined ? withTeam : withoutTeam}
                        values={values}
                        onValue={change}
                        onLeave={(field) => field === 'team' && void look(values.team?.trim() ?? '')}
                        failure={entry.failure}
                        pending={entry.isPending ? 'Signing in…' : undefined}
                        submit="Sign in"
                        onSend={send}
                    />
                    {options !== undefined && options.providers.length > 0 && (
                        <div className="providers">
                            <p className="or">or</p>
                            {options.providers.map(({ id, label }) => (
                                <ButtonLink key={id} kind="secondary" href={providerPath(name, id, returnTo)}>
                                    <span>
                                        Continue with <bdi>{legibleLine(label)}</bdi>
                                    </span>
                                </ButtonLink>
                            ))}
                        </div>
                    )}
                    <div className="ways">
                        <Button kind="quiet" onPress={() => steps.go('forgot')}>
                            Forgot password?
                        </Button>
                        {known !== undefined && (
                            <Button kind="quiet" onPress={useAnother}>
                                Another team
                            </Button>
                        )}
                    </div>
                </div>
            )}
        </Shell>
    );
}

/** What happened before this page. */
function Before({ error, hasSignedOut }: { error: string | undefined; hasSignedOut: boolean }) {
    if (error !== undefined) {
        const { title, text } = explainProviderError(error);
        return (
            <Notice title={title} takesFocus>
                <p>{text}</p>
            </Notice>
        );
    }
    return hasSignedOut ? <Notice kind="info" title="You are signed out." /> : null;
}

function codeOf({ code }: Values) {
    return code === undefined ? {} : { code };
}

function plainTheme(name: string) {
    return { name, logo_url: null, color: null };
}
