import { useState } from 'react';
import { FieldError, Input, Label, Text, TextField as AriaTextField } from 'react-aria-components/TextField';
import { IconButton } from './Button.tsx';
import { Eye, EyeOff, Warning } from './icons.tsx';

interface Props {
    name: string;
    label: string;
    description?: string | null;
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

export function TextField({ name, label, description, value, onChange, onBlur, problem, ...props }: Props) {
    const { isRequired = false, isSecret = false, isEmail = false, isReadOnly = false, purpose } = props;
    const [isShown, setIsShown] = useState(false);
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
            <div className="field-box">
                <Input
                    className={isSecret ? 'field-input field-input-secret' : 'field-input'}
                    autoCapitalize={purpose === 'name' ? 'words' : 'none'}
                />
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
            {(description ?? '') !== '' && (
                <Text slot="description" className="field-description">
                    {description}
                </Text>
            )}
        </AriaTextField>
    );
}
