// A text field that offers what fits (ARIA Authoring Practices, combobox with a listbox).
import { useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { words } from '../words.ts';

export interface Choice {
    value: string;
    label: string;
    detail?: ReactNode;
}

interface Props {
    label: string;
    description?: ReactNode;
    /** What is chosen, as it reads. */
    shown: string;
    choices: Choice[];
    isLoading?: boolean;
    /** What is typed, so that choices can be asked for. */
    onType?: (text: string) => void;
    onChoose: (value: string) => void;
    isMono?: boolean;
    isDisabled?: boolean;
}

export function Picker({ label, description, shown, choices, isLoading = false, onType, onChoose, ...props }: Props) {
    const [text, setText] = useState<string>();
    const [at, setAt] = useState(0);
    const input = useRef<HTMLInputElement>(null);
    const id = useId();
    const isOpen = text !== undefined;
    const wanted = (text ?? '').trim().toLowerCase();
    const found = choices.filter((each) => each.label.toLowerCase().includes(wanted)).slice(0, 200);
    const chosen = Math.min(at, found.length - 1);

    const open = () => {
        if (isOpen) return;
        setText('');
        setAt(
            Math.max(
                0,
                choices.findIndex((each) => each.label === shown),
            ),
        );
    };
    const close = () => setText(undefined);
    function choose(choice: Choice | undefined) {
        if (choice === undefined) return;
        close();
        onChoose(choice.value);
    }
    function onKeyDown(event: KeyboardEvent) {
        if (event.key === 'Escape' && isOpen) {
            event.stopPropagation();
            return close();
        }
        if (event.key === 'Enter' && isOpen) {
            event.preventDefault();
            return choose(found[chosen]);
        }
        const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
        if (step === 0) return;
        event.preventDefault();
        if (!isOpen) return open();
        const next = Math.max(0, Math.min(found.length - 1, chosen + step));
        setAt(next);
        document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: 'nearest' });
    }
    return (
        <div className="field picker">
            <label className="field-label" htmlFor={id}>
                {label}
            </label>
            <input
                ref={input}
                id={id}
                className={props.isMono === true ? 'field-input mono' : 'field-input'}
                role="combobox"
                aria-expanded={isOpen}
                aria-controls={`${id}-list`}
                aria-autocomplete="list"
                aria-activedescendant={isOpen && found.length > 0 ? `${id}-${chosen}` : undefined}
                aria-describedby={description === undefined ? undefined : `${id}-text`}
                value={text === undefined ? shown : text}
                placeholder={shown}
                disabled={props.isDisabled}
                onFocus={({ target }) => target.select()}
                onClick={open}
                onChange={({ target }) => {
                    setText(target.value);
                    setAt(0);
                    onType?.(target.value);
                }}
                onBlur={close}
                onKeyDown={onKeyDown}
                autoComplete="off"
                spellCheck={false}
            />
            {isOpen && (
                <div className="picker-list" role="listbox" id={`${id}-list`} aria-label={label}>
                    {found.map((choice, index) => (
                        <div
                            key={choice.value}
                            id={`${id}-${index}`}
                            role="option"
                            aria-selected={index === chosen}
                            className="palette-option"
                            onPointerMove={() => setAt(index)}
                            // Before the field loses the focus.
                            onPointerDown={(event) => event.preventDefault()}
                            onClick={() => choose(choice)}
                        >
                            <span className={props.isMono === true ? 'mono' : undefined}>{choice.label}</span>
                            {choice.detail}
                        </div>
                    ))}
                    {found.length === 0 && (
                        <p className="palette-empty">{isLoading ? words.states.loading : words.shell.searchEmpty}</p>
                    )}
                </div>
            )}
            {description !== undefined && (
                <p className="field-description" id={`${id}-text`}>
                    {description}
                </p>
            )}
        </div>
    );
}
