import { useEffect, useRef, useState } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';
import { Check } from '../../parts/icons.tsx';
import { words } from '../words.ts';
import { CopyIcon } from './icons.tsx';

const shownMs = 1800;

/** Copies a text; says so beside itself and to screen readers. */
export function useCopied(): [boolean, (text: string) => void] {
    const [isCopied, setIsCopied] = useState(false);
    const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
    useEffect(() => () => clearTimeout(timer.current), []);
    return [
        isCopied,
        (text) => {
            void navigator.clipboard.writeText(text).then(() => {
                setIsCopied(true);
                clearTimeout(timer.current);
                timer.current = setTimeout(() => setIsCopied(false), shownMs);
            });
        },
    ];
}

/** `what` is copied: "Copy URL". With `isIcon` only a small picture shows. */
export function Copy({ text, what, isIcon = false }: { text: string; what: string; isIcon?: boolean }) {
    const [isCopied, copy] = useCopied();
    return (
        <span className="copy">
            <AriaButton
                className={isIcon ? 'icon-button icon-small' : 'button button-secondary'}
                aria-label={words.parts.copy(what)}
                onPress={() => copy(text)}
            >
                {isCopied ? <Check /> : <CopyIcon />}
                {!isIcon && (isCopied ? words.parts.copied : words.parts.copy(what))}
            </AriaButton>
            <span role="status" className="visually-hidden">
                {isCopied ? words.parts.isCopied(what) : ''}
            </span>
        </span>
    );
}

/** An id with its copy button. */
export function Id({ id, what }: { id: string; what: string }) {
    return (
        <span className="id">
            <code translate="no">{id}</code>
            <Copy text={id} what={what} isIcon />
        </span>
    );
}

/** Text to be taken elsewhere, in a box of its own. */
export function CodeBlock({ text, label, wraps = false }: { text: string; label: string; wraps?: boolean }) {
    return (
        <div className="code-block">
            <pre tabIndex={0} role="group" aria-label={label} className={wraps ? 'wraps' : ''} translate="no">
                {text}
            </pre>
            <Copy text={text} what={label} isIcon />
        </div>
    );
}
