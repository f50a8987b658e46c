import { useEffect, useId, useRef, useState, type ReactNode } from 'react';
import { Button, IconButton } from '../../parts/Button.tsx';
import { Notice } from '../../parts/Notice.tsx';
import type { ApiError } from '../api/error.ts';
import { words } from '../words.ts';
import { CloseIcon } from './icons.tsx';

interface Props {
    title: string;
    onClose: () => void;
    children: ReactNode;
    size?: 'small' | 'wide' | 'drawer' | 'palette';
    /** What was entered would be lost. */
    keeps?: boolean;
}

/** The browser's own dialog: the rest of the page is out of reach until it is closed. Shown as long as it is rendered. */
export function Dialog({ title, onClose, children, size = 'small', keeps = false }: Props) {
    const box = useRef<HTMLDialogElement>(null);
    const id = useId();
    useEffect(() => {
        const dialog = box.current;
        const before = document.activeElement;
        if (dialog !== null && !dialog.open) {
            dialog.showModal();
            // Typing begins at once; otherwise what there is to read does.
            const first = dialog.querySelector<HTMLElement>(
                '.dialog-box :is(input, select, textarea):not([type="checkbox"])',
            );
            const title = dialog.querySelector<HTMLElement>('h2');
            (size === 'drawer' ? title : (first ?? title))?.focus();
        }
        return () => {
            dialog?.close();
            if (before instanceof HTMLElement && before.isConnected) before.focus();
        };
    }, [size]);
    return (
        <dialog
            ref={box}
            className={size === 'palette' ? 'dialog palette' : `dialog dialog-${size}`}
            aria-labelledby={id}
            onCancel={(event) => {
                if (event.target !== box.current) return;
                event.preventDefault();
                onClose();
            }}
            onMouseDown={(event) => {
                if (event.target === box.current && !keeps) onClose();
            }}
        >
            <div className="dialog-box">
                <div className="dialog-head">
                    <h2 id={id} tabIndex={-1} className={size === 'palette' ? 'visually-hidden' : undefined}>
                        {title}
                    </h2>
                    <IconButton label={words.parts.close} onPress={onClose}>
                        <CloseIcon />
                    </IconButton>
                </div>
                {children}
            </div>
        </dialog>
    );
}

interface ConfirmProps {
    title: string;
    children: ReactNode;
    /** "Delete account". */
    action: string;
    kind?: 'danger' | 'primary';
    onConfirm: () => Promise<unknown>;
    onClose: () => void;
}

/** Asks before something that cannot be taken back. Closes once it is done. */
export function Confirm({ title, children, action, kind = 'danger', onConfirm, onClose }: ConfirmProps) {
    const [isPending, setIsPending] = useState(false);
    const [error, setError] = useState<ApiError>();
    async function confirm() {
        setIsPending(true);
        setError(undefined);
        try {
            await onConfirm();
            onClose();
        } catch (refusal) {
            setError(refusal as ApiError);
            setIsPending(false);
        }
    }
    return (
        <Dialog title={title} onClose={onClose}>
            <div className="dialog-text">{children}</div>
            {error !== undefined && <ErrorNotice error={error} />}
            <div className="dialog-actions">
                <Button kind="secondary" onPress={onClose}>
                    {words.parts.cancel}
                </Button>
                <Button
                    kind={kind}
                    onPress={() => void confirm()}
                    pending={isPending ? words.parts.working : undefined}
                >
                    {action}
                </Button>
            </div>
        </Dialog>
    );
}

/** Why a change was not made. */
export function ErrorNotice({ error }: { error: ApiError }) {
    const { title, text } = words.failure(error.kind);
    const { permission } = error;
    const said = error.message === '' ? text : error.message;
    return (
        <Notice title={title} takesFocus>
            <p>{permission === undefined ? said : `${words.states.needs} ${permission}. ${words.states.askAdmin}`}</p>
            {error.failures.length > 0 && (
                <ul className="failures">
                    {error.failures.map(({ path, message }) => (
                        <li key={path + message}>
                            {path !== '' && <code>{path}</code>} {message}
                        </li>
                    ))}
                </ul>
            )}
        </Notice>
    );
}
