import { useEffect, useState } from 'react';
import { Button } from '../parts/Button.tsx';
import { Checkbox, Checkboxes, Select } from '../parts/Choice.tsx';
import { TextField } from '../parts/TextField.tsx';
import type { FormApi } from './api.ts';
import type { FormField, FormOption } from './contract.ts';
import { isAnswered, keptOf, type Answer, type Answers } from './form.ts';

interface Props {
    field: FormField;
    api: FormApi;
    answers: Answers;
    onAnswer: (name: string, answer: Answer | undefined) => void;
    problem: string | undefined;
}

type Loaded = { at: 'waiting' } | { at: 'loading' } | { at: 'failed' } | { at: 'ready'; options: FormOption[] };

export function FormFieldView({ field, api, answers, onAnswer, problem }: Props) {
    const { name, label, description, type, required } = field;
    const answer = answers[name];
    const frame = { name, label, description, problem, isRequired: required };
    const { loaded, retry } = useOptions(field, api, answers, onAnswer);
    if (type === 'text')
        return (
            <TextField
                {...frame}
                value={typeof answer === 'string' ? answer : ''}
                onChange={(text) => onAnswer(name, text)}
            />
        );
    if (type === 'checkbox')
        return <Checkbox {...frame} isChosen={answer === true} onChange={(isChosen) => onAnswer(name, isChosen)} />;
    if (loaded.at === 'failed')
        return (
            <div className="field">
                <span className="field-label">{label}</span>
                <p className="field-description" role="status">
                    What there is to choose from could not be loaded.
                </p>
                <Button kind="secondary" onPress={retry}>
                    Try again
                </Button>
            </div>
        );
    const options = loaded.at === 'ready' ? loaded.options : [];
    const labels = options.map((option) => option.label);
    if (type === 'multi_select') {
        const chosen = Array.isArray(answer) ? answer : [];
        const isChosen = (option: FormOption) => chosen.includes(option.value);
        return (
            <Checkboxes
                {...frame}
                options={labels}
                chosen={options.map(isChosen)}
                onChange={(index, isNow) =>
                    onAnswer(
                        name,
                        options
                            .filter((option, at) => (at === index ? isNow : isChosen(option)))
                            .map(({ value }) => value),
                    )
                }
            />
        );
    }
    return (
        <Select
            {...frame}
            options={labels}
            chosen={options.findIndex(({ value }) => value === answer)}
            onChange={(index) => onAnswer(name, options[index]?.value)}
            placeholder={
                loaded.at === 'loading' ? 'Loading…' : loaded.at === 'waiting' ? 'Choose above first' : 'Choose'
            }
            isDisabled={loaded.at !== 'ready'}
        />
    );
}

/** What the field offers: as given, or asked for once the fields it depends on are answered, and again when they change. */
function useOptions(field: FormField, api: FormApi, answers: Answers, onAnswer: Props['onAnswer']) {
    const { name, loads_options, depends_on, options } = field;
    const given: Loaded = loads_options ? { at: 'waiting' } : { at: 'ready', options: options ?? [] };
    const [loaded, setLoaded] = useState<Loaded>(given);
    const [attempt, setAttempt] = useState(0);
    const isDue = loads_options && depends_on.every((needed) => isAnswered(answers[needed]));
    const key = JSON.stringify(depends_on.map((needed) => answers[needed]));

    useEffect(() => {
        if (!loads_options) return undefined;
        if (!isDue) {
            setLoaded({ at: 'waiting' });
            return undefined;
        }
        let isCurrent = true;
        setLoaded({ at: 'loading' });
        const values = Object.fromEntries(depends_on.map((needed) => [needed, answers[needed]]));
        void api.options(name, values as Answers).then((answer) => {
            if (!isCurrent) return;
            if ('failure' in answer) {
                setLoaded({ at: 'failed' });
                return;
            }
            setLoaded({ at: 'ready', options: answer.ok.options });
            const chosen = answers[name];
            const kept = keptOf(chosen, answer.ok.options);
            if (chosen !== undefined && JSON.stringify(kept) !== JSON.stringify(chosen)) onAnswer(name, kept);
        });
        return () => {
            isCurrent = false;
        };
        // What else changes is no reason to ask again.
    }, [api, name, key, isDue, attempt]);

    return { loaded, retry: () => setAttempt(attempt + 1) };
}
