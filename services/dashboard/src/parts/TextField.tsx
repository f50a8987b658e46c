import { useRef, useState, type PointerEvent } from 'react';
import { FieldError, Input, Label, Text, TextField as AriaTextField } from 'react-aria-components/TextField';
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
    const [isShown, setIsShown] = useState(false);
    const input = useRef<HTMLInputElement>(null);
    // Beside the text is still in the field.
    const focusInput = (event: PointerEvent) => {
        event.preventDefault();
        input.current?.focus();
    };
    return (
        <AriaTextField
            className="field"
            name={name}
            type={isSecret && !isShown ? 'password' : 'text'}
            value={value}
            onChange={onChange}
            {...(onBlur === undefined ? {} : { onBlur })}
            isRequired={isRequired}
            isReadOnly={isReadOnly}
            isInvalid={problem !== undefined}
            validationBehavior="aria"
            inputMode={isEmail ? 'email' : purpose === 'one-time-code' ? 'numeric' : 'text'}
            autoComplete={purpose ?? (isEmail ? 'email' : 'off')}
            autoCorrect="off"
            spellCheck="false"
        >
            <Label className="field-label">
                {label}
                {!isRequired && <span className="field-optional"> (optional)</span>}
            </Label>
            <div className={suffix === '' ? 'field-box' : 'field-box field-box-suffixed'}>
                <Input
                    ref={input}
                    className={isSecret ? 'field-input field-input-secret' : 'field-input'}
                    autoCapitalize={purpose === 'name' ? 'words' : 'none'}
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
            <FieldError className="field-problem">
                <Warning />
                <span>{problem}</span>
            </FieldError>
            {((description ?? '') !== '' || suffix !== '' || help !== undefined) && (
                <p className="field-description">
                    {((description ?? '') !== '' || suffix !== '') && (
                        <Text slot="description" elementType="span">
                            {suffix !== '' && <span className="visually-hidden">Without {suffix}. </span>}
                            {description}
                        </Text>
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
        </AriaTextField>
    );
}
