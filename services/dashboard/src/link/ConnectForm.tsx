import { useCallback, useEffect, useId, useMemo, useRef, useState, type FormEvent } from 'react';
import { Button } from '../parts/Button.tsx';
import { focusFirstEmpty } from '../parts/focus.ts';
import { Notice } from '../parts/Notice.tsx';
import { PageTitle } from '../parts/Page.tsx';
import { Spinner } from '../parts/Spinner.tsx';
import { formApi } from './api.ts';
import type { AccountForm } from './contract.ts';
import { explain, sayAtField, type Explanation } from './failure.ts';
import { answered, initialAnswers, problemsOfAnswers, type Answer, type Answers } from './form.ts';
import { FormFieldView } from './FormFieldView.tsx';

interface Props {
    vendor: string;
    token: string;
    /** The form was sent or skipped, or has expired: the account is connected in any case. */
    onEnd: () => void;
}

/** What the integration asks once the account is connected. */
export function ConnectForm({ vendor, token, onEnd }: Props) {
    const api = useMemo(() => formApi(token), [token]);
    const [form, setForm] = useState<AccountForm>();
    const [answers, setAnswers] = useState<Answers>({});
    const [problems, setProblems] = useState<Record<string, string>>({});
    const [notice, setNotice] = useState<Explanation>();
    const [isPending, setIsPending] = useState(false);
    const [attempt, setAttempt] = useState(0);
    const element = useRef<HTMLFormElement>(null);
    const titleId = useId();

    const load = useCallback(async () => {
        setNotice(undefined);
        const answer = await api.form();
        if ('ok' in answer) {
            setForm(answer.ok);
            setAnswers(initialAnswers(answer.ok));
        } else if (answer.failure.kind === 'link') onEnd();
        else setNotice(explain(answer.failure, vendor));
    }, [api, onEnd, vendor]);
    useEffect(() => void load(), [load]);
    const isLoaded = form !== undefined;
    useEffect(() => {
        if (isLoaded) focusFirstEmpty(element.current);
    }, [isLoaded]);
    // The first field to correct.
    useEffect(() => {
        if (attempt > 0) element.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
    }, [attempt]);

    const answer = useCallback((name: string, value: Answer | undefined) => {
        setAnswers(({ [name]: _old, ...others }) => (value === undefined ? others : { ...others, [name]: value }));
        setProblems(({ [name]: _solved, ...others }) => others);
    }, []);

    function mark(found: Record<string, string>) {
        setProblems(found);
        setAttempt((count) => count + 1);
    }

    async function send(event: FormEvent) {
        event.preventDefault();
        if (isPending || form === undefined) return;
        const found = problemsOfAnswers(form.fields, answers);
        if (Object.keys(found).length > 0) return mark(found);
        setIsPending(true);
        setNotice(undefined);
        const sent = await api.submit(answered(answers));
        setIsPending(false);
        if ('ok' in sent || sent.failure.kind === 'link') return onEnd();
        const { failure } = sent;
        const at = form.fields.filter(({ name }) => failure.fields[name] !== undefined);
        if (at.length > 0)
            mark(
                Object.fromEntries(
                    at.map((field) => [field.name, sayAtField(field, failure.fields[field.name] ?? '')]),
                ),
            );
        else setNotice(explain(failure, vendor));
    }

    const shown = notice !== undefined && (
        <Notice title={notice.title} takesFocus>
            {notice.text !== '' && <p>{notice.text}</p>}
        </Notice>
    );
    if (form === undefined)
        return (
            <>
                <PageTitle title={`Your ${vendor} account is connected`}>One more question…</PageTitle>
                {notice === undefined ? <Spinner label="Loading" /> : shown}
                {notice !== undefined && <Button onPress={() => void load()}>Try again</Button>}
                {notice !== undefined && (
                    <Button kind="quiet" onPress={onEnd}>
                        Skip for now
                    </Button>
                )}
            </>
        );
    return (
        <>
            <PageTitle title={form.title} titleId={titleId}>
                {`Your ${vendor} account is connected. ${form.description}`.trim()}
            </PageTitle>
            {shown}
            <form
                ref={element}
                onSubmit={(event) => void send(event)}
                noValidate
                aria-labelledby={titleId}
                aria-busy={isPending}
            >
                {form.fields.map((field) => (
                    <FormFieldView
                        key={field.name}
                        field={field}
                        api={api}
                        answers={answers}
                        onAnswer={answer}
                        problem={problems[field.name]}
                    />
                ))}
                <div className="action">
                    <Button type="submit" pending={isPending ? 'Saving…' : undefined}>
                        Continue
                    </Button>
                    {form.fields.every(({ required }) => !required) && (
                        <Button kind="quiet" onPress={onEnd}>
                            Skip for now
                        </Button>
                    )}
                </div>
            </form>
        </>
    );
}
