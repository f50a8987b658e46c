import { useEffect, useRef, useState, type FormEvent } from 'react';
import { Button } from '../parts/Button.tsx';
import { TextField } from '../parts/TextField.tsx';
import { FailureNotice } from './FailureNotice.tsx';
import type { Failure } from './failure.ts';
import { problemsIn } from './failure.ts';
import { problemsOf, tidied, type Field, type Values } from './fields.ts';

interface Props {
    fields: Field[];
    values: Values;
    onValue: (name: Field['name'], value: string) => void;
    /** A field was left. */
    onLeave?: (name: Field['name']) => void;
    /** Of the last attempt; each is an object of its own, so that an equal one is noticed as well. */
    failure: Failure | undefined;
    /** What is going on after the form was sent. */
    pending: string | undefined;
    submit: string;
    /** Gets tidied values, and only if none is missing. */
    onSend: (values: Values) => void;
}

export function FieldsForm({ fields, values, onValue, onLeave, failure, pending, submit, onSend }: Props) {
    const form = useRef<HTMLFormElement>(null);
    const [problems, setProblems] = useState<Record<string, string>>({});
    const [attempt, setAttempt] = useState(0);

    function mark(found: Record<string, string>) {
        setProblems(found);
        setAttempt((count) => count + 1);
    }
    useEffect(() => mark(problemsIn(failure, fields)), [failure, fields]);
    // The first field to correct; a notice above the form takes the focus itself.
    useEffect(() => {
        form.current?.querySelector<HTMLElement>('input[aria-invalid="true"]')?.focus();
    }, [attempt]);

    function change(name: Field['name'], value: string) {
        if (value === (values[name] ?? '')) return;
        onValue(name, value);
        if (problems[name] !== undefined) setProblems(({ [name]: _solved, ...others }) => others);
    }

    function send(event: FormEvent) {
        event.preventDefault();
        if (pending !== undefined) return;
        const tidy = tidied(fields, values);
        for (const { name } of fields) change(name, tidy[name] ?? '');
        const found = problemsOf(fields, tidy);
        mark(found);
        if (Object.keys(found).length === 0) onSend(tidy);
    }

    const isMarked = Object.keys(problemsIn(failure, fields)).length > 0;
    return (
        <>
            {failure !== undefined && !isMarked && <FailureNotice failure={failure} />}
            <form ref={form} onSubmit={send} noValidate aria-busy={pending !== undefined}>
                {fields.map((field) => (
                    <TextField
                        key={field.name}
                        name={field.name}
                        label={field.label}
                        value={values[field.name] ?? ''}
                        onChange={(value) => change(field.name, value)}
                        {...(onLeave === undefined ? {} : { onBlur: () => onLeave(field.name) })}
                        problem={problems[field.name]}
                        isRequired
                        isReadOnly={field.isReadOnly === true || pending !== undefined}
                        isSecret={field.isSecret === true}
                        isEmail={field.isEmail === true}
                        {...(field.description === undefined ? {} : { description: field.description })}
                        {...(field.purpose === undefined ? {} : { purpose: field.purpose })}
                    />
                ))}
                <Button type="submit" pending={pending}>
                    {submit}
                </Button>
            </form>
            <p className="visually-hidden" role="status">
                {pending}
            </p>
        </>
    );
}
