// Forms: what is entered, what is wrong with it, and sending it once.
import { useId, useRef, useState, type FormEvent, type ReactNode } from 'react';
import { Button } from '../../parts/Button.tsx';
import { Warning } from '../../parts/icons.tsx';
import { ApiError, asApiError } from '../api/error.ts';
import { words } from '../words.ts';
import { ErrorNotice } from './Dialog.tsx';

interface Common {
    label: string;
    description?: ReactNode;
    problem?: string | undefined;
    isOptional?: boolean;
}

function Framed({
    label,
    description,
    problem,
    isOptional = false,
    children,
}: Common & { children: (id: string, describedBy: string | undefined) => ReactNode }) {
    const id = useId();
    const parts = [problem === undefined ? '' : `${id}-problem`, description === undefined ? '' : `${id}-text`];
    const describedBy = parts.filter((part) => part !== '').join(' ');
    return (
        <div className="field">
            <label className="field-label" htmlFor={id}>
                {label}
                {isOptional && <span className="field-optional"> {words.parts.optional}</span>}
            </label>
            {children(id, describedBy === '' ? undefined : describedBy)}
            {problem !== undefined && (
                <span className="field-problem" id={`${id}-problem`}>
                    <Warning />
                    <span>{problem}</span>
                </span>
            )}
            {description !== undefined && (
                <p className="field-description" id={`${id}-text`}>
                    {description}
                </p>
            )}
        </div>
    );
}

interface TextProps extends Common {
    value: string;
    onChange: (value: string) => void;
    type?: 'text' | 'password' | 'email' | 'url' | 'number' | 'datetime-local' | 'color';
    rows?: number;
    isMono?: boolean;
    placeholder?: string;
    autoComplete?: string;
    autoFocus?: boolean;
    maxLength?: number;
}

export function TextInput({ value, onChange, type = 'text', rows, isMono = false, ...props }: TextProps) {
    const shared = {
        className: isMono ? 'field-input mono' : 'field-input',
        value,
        placeholder: props.placeholder,
        autoComplete: props.autoComplete ?? 'off',
        autoFocus: props.autoFocus,
        maxLength: props.maxLength,
        spellCheck: false,
        'aria-invalid': props.problem !== undefined || undefined,
    } as const;
    return (
        <Framed {...props}>
            {(id, describedBy) =>
                rows === undefined ? (
                    <input
                        {...shared}
                        id={id}
                        type={type}
                        aria-describedby={describedBy}
                        onChange={({ target }) => onChange(target.value)}
                    />
                ) : (
                    <textarea
                        {...shared}
                        id={id}
                        rows={rows}
                        aria-describedby={describedBy}
                        onChange={({ target }) => onChange(target.value)}
                    />
                )
            }
        </Framed>
    );
}

export interface Option {
    value: string;
    label: string;
}

export function SelectInput({
    value,
    onChange,
    options,
    ...props
}: Common & { value: string; onChange: (value: string) => void; options: Option[] }) {
    return (
        <Framed {...props}>
            {(id, describedBy) => (
                <select
                    id={id}
                    className="field-input field-select"
                    value={value}
                    aria-describedby={describedBy}
                    aria-invalid={props.problem !== undefined || undefined}
                    onChange={({ target }) => onChange(target.value)}
                >
                    {options.map(({ value: each, label }) => (
                        <option key={each} value={each}>
                            {label}
                        </option>
                    ))}
                </select>
            )}
        </Framed>
    );
}

export function Check({
    label,
    description,
    isChecked,
    onChange,
    isDisabled = false,
}: {
    label: ReactNode;
    description?: ReactNode;
    isChecked: boolean;
    onChange: (isChecked: boolean) => void;
    isDisabled?: boolean;
}) {
    const id = useId();
    return (
        <div className="check-line">
            <label className="check">
                <input
                    type="checkbox"
                    checked={isChecked}
                    disabled={isDisabled}
                    aria-describedby={description === undefined ? undefined : id}
                    onChange={({ target }) => onChange(target.checked)}
                />
                <span>{label}</span>
            </label>
            {description !== undefined && (
                <p id={id} className="field-description">
                    {description}
                </p>
            )}
        </div>
    );
}

/** Several of a few, as buttons that stay pressed. */
export function Chips({
    label,
    description,
    problem,
    options,
    chosen,
    onChange,
}: Common & { options: Option[]; chosen: readonly string[]; onChange: (chosen: string[]) => void }) {
    const id = useId();
    return (
        <fieldset className="field chips-field" aria-describedby={description === undefined ? undefined : id}>
            <legend className="field-label">{label}</legend>
            {description !== undefined && (
                <p className="field-description" id={id}>
                    {description}
                </p>
            )}
            <div className="chips">
                {options.map(({ value, label: text }) => {
                    const isChosen = chosen.includes(value);
                    return (
                        <button
                            key={value}
                            type="button"
                            className="chip"
                            aria-pressed={isChosen}
                            onClick={() =>
                                onChange(isChosen ? chosen.filter((each) => each !== value) : [...chosen, value])
                            }
                        >
                            {text}
                        </button>
                    );
                })}
            </div>
            {problem !== undefined && (
                <span className="field-problem">
                    <Warning />
                    <span>{problem}</span>
                </span>
            )}
        </fieldset>
    );
}

interface Form<Values> {
    values: Values;
    set: <Name extends keyof Values>(name: Name, value: Values[Name]) => void;
    /** By the name of the field. */
    problems: Record<string, string>;
    error: ApiError | undefined;
    isPending: boolean;
    submit: (event?: FormEvent) => void;
}

/**
 * `check` gives what is wrong before anything is sent. What the API finds wrong goes to the field whose name its path
 * begins with, by way of `names` where it is called otherwise there.
 */
export function useForm<Values extends object>(
    initial: Values,
    send: (values: Values) => Promise<unknown>,
    { check, names = {} }: { check?: (values: Values) => Record<string, string>; names?: Record<string, string> } = {},
): Form<Values> {
    const [values, setValues] = useState(initial);
    const [problems, setProblems] = useState<Record<string, string>>({});
    const [error, setError] = useState<ApiError>();
    const [isPending, setIsPending] = useState(false);
    const isSending = useRef(false);

    async function submit() {
        if (isSending.current) return;
        const found = check?.(values) ?? {};
        setProblems(found);
        setError(undefined);
        if (Object.keys(found).length > 0) return;
        isSending.current = true;
        setIsPending(true);
        try {
            await send(values);
        } catch (refusal) {
            const failure = asApiError(refusal);
            const paths = [...Object.keys(values), ...Object.keys(names)];
            const byPath = failure.fields(paths);
            setProblems(
                Object.fromEntries(
                    Object.entries(byPath).map(([path, text]) => [names[path] ?? path, asSentence(text)]),
                ),
            );
            const isSaid = failure.failures.length > 0 && Object.keys(byPath).length === failure.failures.length;
            setError(isSaid ? undefined : failure);
        } finally {
            isSending.current = false;
            setIsPending(false);
        }
    }

    return {
        values,
        set: (name, value) => setValues((old) => ({ ...old, [name]: value })),
        problems,
        error,
        isPending,
        submit: (event) => {
            event?.preventDefault();
            void submit();
        },
    };
}

/** The API says "must be …", to stand behind the name of a field. */
function asSentence(text: string): string {
    return text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?…]$/.test(text) ? '' : '.');
}

/** The frame of a form: what failed on top, the buttons below. */
export function FormFrame({
    form,
    submit,
    onCancel,
    children,
    isWide = false,
    isReadOnly = false,
}: {
    form: Pick<Form<object>, 'error' | 'isPending' | 'submit'>;
    submit: string;
    onCancel?: () => void;
    children: ReactNode;
    isWide?: boolean;
    /** Who may not change it sees it all the same. */
    isReadOnly?: boolean;
}) {
    const classes = isWide ? 'form form-wide' : 'form';
    if (isReadOnly)
        return (
            <fieldset className={`${classes} form-shown`} disabled>
                {children}
            </fieldset>
        );
    return (
        <form className={classes} onSubmit={form.submit} noValidate>
            {form.error !== undefined && <ErrorNotice error={form.error} />}
            {children}
            <div className="dialog-actions">
                {onCancel !== undefined && (
                    <Button kind="secondary" onPress={onCancel}>
                        {words.parts.cancel}
                    </Button>
                )}
                <Button type="submit" pending={form.isPending ? words.parts.working : undefined}>
                    {submit}
                </Button>
            </div>
        </form>
    );
}

/** What is missing among `names`. */
export function missing<Values extends object>(
    values: Values,
    names: (keyof Values & string)[],
): Record<string, string> {
    const empty = names.filter((name) => String(values[name]).trim() === '');
    return Object.fromEntries(empty.map((name) => [name, words.parts.required]));
}
