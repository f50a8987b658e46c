import type { ReactNode } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';
import { Spinner } from './Spinner.tsx';

interface Props {
    children: ReactNode;
    kind?: 'primary' | 'secondary' | 'quiet' | 'danger';
    type?: 'button' | 'submit';
    /** What is going on; the button then keeps the focus and does nothing. */
    pending?: string | undefined;
    onPress?: () => void;
}

export function Button({ children, kind = 'primary', type = 'button', pending, onPress }: Props) {
    return (
        <AriaButton
            className={`button button-${kind}`}
            type={type}
            aria-disabled={pending !== undefined}
            data-pending={pending === undefined ? undefined : ''}
            {...(onPress === undefined || pending !== undefined ? {} : { onPress })}
        >
            {pending === undefined ? (
                children
            ) : (
                <>
                    <Spinner label="" />
                    {pending}
                </>
            )}
        </AriaButton>
    );
}

/** Looks like a button, is a link: nothing blocks what it opens. */
export function ButtonLink({
    children,
    href,
    kind = 'primary',
    onClick,
    newWindow = false,
}: {
    children: ReactNode;
    href: string;
    kind?: 'primary' | 'secondary' | 'quiet';
    onClick?: React.MouseEventHandler<HTMLAnchorElement>;
    newWindow?: boolean;
}) {
    return (
        <a
            className={`button button-${kind}`}
            href={href}
            onClick={onClick}
            {...(newWindow ? { target: '_blank', rel: 'opener' } : {})}
        >
            {children}
        </a>
    );
}

export function IconButton({ label, children, onPress }: { label: string; children: ReactNode; onPress: () => void }) {
    return (
        <AriaButton className="icon-button" aria-label={label} onPress={onPress}>
            {children}
        </AriaButton>
    );
}
