import { useEffect, useId, useRef, useState, type FormEvent } from 'react';
import { Button } from '../parts/Button.tsx';
import { focusFirstEmpty } from '../parts/focus.ts';
import { External, Lock } from '../parts/icons.tsx';
import { Notice } from '../parts/Notice.tsx';
import { PageTitle } from '../parts/Page.tsx';
import { TextField } from '../parts/TextField.tsx';
import { AccessList } from './AccessList.tsx';
import type { Integration, Method } from './contract.ts';
import type { Explanation } from './failure.ts';
import {
    beforeSuffix,
    contextOf,
    fieldsOf,
    helpOf,
    inSentence,
    isEmail,
    isKept,
    problemsOf,
    tidy,
    type Values,
} from './fields.ts';
import { atStart } from './names.ts';

export interface Problem extends Explanation {
    /** By field name. */
    fields: Record<string, string>;
    /** Tells two equal problems apart, so that the second is noticed as well. */
    id: number;
}

interface Props {
    title: string;
    app: string;
    integration: Integration;
    method: Method;
    isReconnect: boolean;
    opensWindow: boolean;
    values: Values;
    onValue: (name: string, value: string) => void;
    problem: Problem | undefined;
    /** What is going on after the form was sent. */
    pending: string | undefined;
    onSend: (context: Values) => void;
}

export function Details(props: Props) {
    const { title, app, integration, method, isReconnect, opensWindow, values, onValue, problem, pending, onSend } =
        props;
    const fields = fieldsOf(integration, method);
    const secret = fields.find((field) => field.secret)?.label;
    const form = useRef<HTMLFormElement>(null);
    const titleId = useId();
    const [problems, setProblems] = useState<Record<string, string>>(problem?.fields ?? {});
    const [attempt, setAttempt] = useState(0);

    const hasProblem = problem !== undefined;
    // Once; after a problem the focus is where that is.
    useEffect(() => {
        if (!hasProblem) focusFirstEmpty(form.current);
    }, []);
    useEffect(() => {
        if (problem === undefined) return;
        setProblems(problem.fields);
        setAttempt((count) => count + 1);
    }, [problem]);
    // The first field to correct; a notice above the form takes the focus itself.
    useEffect(() => {
        form.current?.querySelector<HTMLElement>('input[aria-invalid="true"]')?.focus();
    }, [attempt]);

    function change(name: string, value: string) {
        if (value === (values[name] ?? '')) return;
        onValue(name, value);
        if (problems[name] !== undefined) setProblems(({ [name]: _solved, ...others }) => others);
    }

    function send(event: FormEvent) {
        event.preventDefault();
        if (pending !== undefined) return;
        const tidied = Object.fromEntries(fields.map((field) => [field.name, tidy(field, values[field.name] ?? '')]));
        for (const [name, value] of Object.entries(tidied)) if (value !== values[name]) onValue(name, value);
        const found = problemsOf(fields, tidied);
        setProblems(found);
        if (Object.keys(found).length > 0) setAttempt((count) => count + 1);
        else onSend(contextOf(fields, tidied));
    }

    const isOauth = method.kind === 'oauth2';
    const marked = problem !== undefined && Object.keys(problem.fields).length > 0;
    return (
        <>
            <PageTitle title={title} titleId={titleId}>
                {isOauth
                    ? `You sign in at ${integration.label}. ${atStart(app)} never sees your password.`
                    : `With your ${integration.label} ${listed(
                          method.fields.map(({ label }) => label),
                          method.label,
                      )}.`}
            </PageTitle>
            {problem !== undefined && !marked && (
                <Notice key={problem.id} title={problem.title} takesFocus>
                    {problem.text !== '' && <p>{problem.text}</p>}
                </Notice>
            )}
            <form ref={form} onSubmit={send} noValidate aria-labelledby={titleId} aria-busy={pending !== undefined}>
                {fields.map((field) => (
                    <TextField
                        key={field.name}
                        name={field.name}
                        label={field.label}
                        description={isKept(field) ? keptText : field.description}
                        help={isKept(field) ? undefined : helpOf(field, fields, values)}
                        suffix={field.suffix}
                        value={values[field.name] ?? ''}
                        onChange={(value) => change(field.name, beforeSuffix(field, value) ?? value)}
                        onBlur={() => change(field.name, tidy(field, values[field.name] ?? ''))}
                        problem={problems[field.name]}
                        isRequired={field.required}
                        isSecret={field.secret}
                        isEmail={isEmail(field)}
                        isReadOnly={pending !== undefined || isKept(field)}
                    />
                ))}
                <AccessList app={app} integration={integration} method={method} />
                <div className="action">
                    <Button type="submit" pending={pending}>
                        {isOauth ? (
                            <>
                                Continue to {integration.label}
                                {opensWindow && <External />}
                            </>
                        ) : (
                            `${isReconnect ? 'Reconnect' : 'Connect'} ${integration.label}`
                        )}
                    </Button>
                    {isOauth && opensWindow && <p className="hint">Opens in a new window.</p>}
                    {secret !== undefined && (
                        <p className="promise">
                            <Lock />
                            Stored encrypted. {atStart(app)} never sees your {inSentence(secret)}.
                        </p>
                    )}
                </div>
            </form>
            <p className="visually-hidden" role="status">
                {pending}
            </p>
        </>
    );
}

/** Of a field that tells which account is reconnected. */
const keptText = 'Stays as it is: you reconnect the same account.';

/** "e-mail and API key", from the labels of the fields. */
function listed(labels: string[], otherwise: string): string {
    const words = labels.length === 0 ? [otherwise] : labels.map(inSentence);
    return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
