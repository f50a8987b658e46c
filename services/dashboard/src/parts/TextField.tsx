import { useId, useRef, useState, type PointerEvent } from 'react';
import { IconButton } from './Button.tsx';
import { External, Eye, EyeOff, Warning } from './icons.tsx';

interface Props {
    name: string;
    label: string;
    description?: string | null;
    /** A page that tells more than the description. */
    help?: string | undefined;
    /** Stands at the end of the field, after what is typed. */
    suffix?: string | null;
    value: string;
    onChange: (value: string) => void;
    onBlur?: () => void;
    problem?: string | undefined;
    isRequired?: boolean;
    /** Hidden until the customer asks to see it. */
    isSecret?: boolean;
    isEmail?: boolean;
    isReadOnly?: boolean;
    /** What browsers and password managers fill in; otherwise an e-mail address, or nothing. */
    purpose?: Purpose;
}

export type Purpose = 'username' | 'current-password' | 'new-password' | 'one-time-code' | 'name' | 'organization';

export function TextField({ name, label, description, help, value, onChange, onBlur, problem, ...props }: Props) {
    const { isRequired = false, isSecret = false, isEmail = false, isReadOnly = false, purpose } = props;
    const suffix = props.suffix ?? '';
    const text = description ?? '';
    const isDescribed = text !== '' || suffix !== '';
    const [isShown, setIsShown] = useState(false);
    const input = useRef<HTMLInputElement>(null);
    const id = useId();
    const describedBy = [
        ...(problem === undefined ? [] : [`${id}-problem`]),
        ...(isDescribed ? [`${id}-description`] : []),
    ].join(' ');
    // Beside the text is still in the field.
    const focusInput = (event: PointerEvent) => {
        event.preventDefault();
        input.current?.focus();
    };
    return (
        <div className="field">
            <label className="field-label" htmlFor={id}>
                {label}
                {!isRequired && <span className="field-optional"> (optional)</span>}
            </label>
            <div
                className={suffix === '' ? 'field-box' : 'field-box field-box-suffixed'}
                data-invalid={problem === undefined ? undefined : ''}
                data-readonly={isReadOnly ? '' : undefined}
            >
                <input
                    id={id}
                    ref={input}
                    className={isSecret ? 'field-input field-input-secret' : 'field-input'}
                    name={name}
                    type={isSecret && !isShown ? 'password' : 'text'}
                    value={value}
                    onChange={({ target }) => onChange(target.value)}
                    onBlur={onBlur}
                    readOnly={isReadOnly}
                    aria-required={isRequired || undefined}
                    aria-invalid={problem !== undefined || undefined}
                    aria-describedby={describedBy === '' ? undefined : describedBy}
                    inputMode={isEmail ? 'email' : purpose === 'one-time-code' ? 'numeric' : 'text'}
                    autoComplete={purpose ?? (isEmail ? 'email' : 'off')}
                    autoCapitalize={purpose === 'name' ? 'words' : 'none'}
                    autoCorrect="off"
                    spellCheck="false"
                />
                {suffix !== '' && (
                    <span className="field-suffix" aria-hidden="true" onPointerDown={focusInput}>
                        {suffix}
                    </span>
                )}
                {isSecret && (
                    <IconButton label={`${isShown ? 'Hide' : 'Show'} ${label}`} onPress={() => setIsShown(!isShown)}>
                        {isShown ? <EyeOff /> : <Eye />}
                    </IconButton>
                )}
            </div>
            {problem !== undefined && (
                <span className="field-problem" id={`${id}-problem`}>
                    <Warning />
                    <span>{problem}</span>
                </span>
            )}
            {(isDescribed || help !== undefined) && (
                <p className="field-description">
                    {isDescribed && (
                        <span id={`${id}-description`}>
                            {suffix !== '' && <span className="visually-hidden">Without {suffix}. </span>}
                            {text}
                        </span>
                    )}
                    {help !== undefined && (
                        <>
                            {' '}
                            <a className="field-help" href={help} target="_blank" rel="noopener noreferrer">
                                Where to find it
                                <External />
                                <span className="visually-hidden">, opens in a new window</span>
                            </a>
                        </>
                    )}
                </p>
            )}
        </div>
    );
}
