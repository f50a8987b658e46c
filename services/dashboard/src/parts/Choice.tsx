import { useId, type ReactNode } from 'react';
import { Warning } from './icons.tsx';

interface Frame {
    label: string;
    description?: string | undefined;
    problem?: string | undefined;
    isRequired?: boolean;
}

/** What a choice says of itself, below it: the problem first. */
function Below({ id, description, problem }: { id: string; description: string | undefined; problem: ReactNode }) {
    return (
        <div id={id} className="choice-below">
            {problem !== undefined && (
                <p className="field-problem">
                    <Warning />
                    <span>{problem}</span>
                </p>
            )}
            {(description ?? '') !== '' && <p className="field-description">{description}</p>}
        </div>
    );
}

function Optional({ isRequired = false }: { isRequired?: boolean | undefined }) {
    return isRequired ? null : <span className="field-optional"> (optional)</span>;
}

interface SelectProps extends Frame {
    name: string;
    options: string[];
    /** Position in `options`; -1: none. */
    chosen: number;
    onChange: (chosen: number) => void;
    /** Shown instead of a choice, while there is none to make. */
    placeholder: string;
    isDisabled?: boolean;
}

/** The platform's own list: on a phone nothing is easier to use. */
export function Select({
    name,
    label,
    options,
    chosen,
    onChange,
    placeholder,
    isDisabled = false,
    ...frame
}: SelectProps) {
    const id = useId();
    return (
        <div className="field">
            <label className="field-label" htmlFor={id}>
                {label}
                <Optional isRequired={frame.isRequired} />
            </label>
            <select
                id={id}
                name={name}
                className="field-input field-select"
                value={chosen}
                disabled={isDisabled}
                aria-required={frame.isRequired}
                aria-invalid={frame.problem !== undefined}
                aria-describedby={`${id}-below`}
                onChange={({ target }) => onChange(Number(target.value))}
            >
                <option value={-1}>{placeholder}</option>
                {options.map((option, index) => (
                    <option key={index} value={index}>
                        {option}
                    </option>
                ))}
            </select>
            <Below id={`${id}-below`} description={frame.description} problem={frame.problem} />
        </div>
    );
}

interface CheckboxesProps extends Frame {
    name: string;
    options: string[];
    chosen: boolean[];
    onChange: (index: number, isChosen: boolean) => void;
}

export function Checkboxes({ name, label, options, chosen, onChange, ...frame }: CheckboxesProps) {
    const id = useId();
    return (
        <fieldset className="field choices-of" aria-describedby={`${id}-below`}>
            <legend className="field-label">
                {label}
                <Optional isRequired={frame.isRequired} />
            </legend>
            {options.map((option, index) => (
                <label key={index} className="check">
                    <input
                        type="checkbox"
                        name={name}
                        checked={chosen[index] ?? false}
                        aria-invalid={frame.problem !== undefined}
                        onChange={({ target }) => onChange(index, target.checked)}
                    />
                    <span>{option}</span>
                </label>
            ))}
            <Below id={`${id}-below`} description={frame.description} problem={frame.problem} />
        </fieldset>
    );
}

interface CheckboxProps extends Frame {
    name: string;
    isChosen: boolean;
    onChange: (isChosen: boolean) => void;
}

export function Checkbox({ name, label, isChosen, onChange, ...frame }: CheckboxProps) {
    const id = useId();
    return (
        <div className="field">
            <label className="check">
                <input
                    type="checkbox"
                    name={name}
                    checked={isChosen}
                    aria-required={frame.isRequired}
                    aria-invalid={frame.problem !== undefined}
                    aria-describedby={`${id}-below`}
                    onChange={({ target }) => onChange(target.checked)}
                />
                <span>{label}</span>
            </label>
            <Below id={`${id}-below`} description={frame.description} problem={frame.problem} />
        </div>
    );
}
