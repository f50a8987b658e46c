import type { ReactNode } from 'react';
import { Button } from '../../parts/Button.tsx';
import { Lock, Warning } from '../../parts/icons.tsx';
import type { ApiError } from '../api/error.ts';
import { goToSignIn } from '../session.ts';
import { words } from '../words.ts';

/** Nothing is here yet: what would be, and how it comes. */
export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
    return (
        <div className="state" data-state="empty">
            <p className="state-title">{title}</p>
            {children !== undefined && <p className="state-text">{children}</p>}
            {action !== undefined && <div className="state-action">{action}</div>}
        </div>
    );
}

export function Denied({ permission }: { permission: string | undefined }) {
    return (
        <div className="state" data-state="denied" role="alert">
            <span className="state-icon">
                <Lock />
            </span>
            <p className="state-title">{words.states.denied}</p>
            <p className="state-text">
                {permission === undefined ? (
                    words.states.deniedText
                ) : (
                    <>
                        {words.states.needs} <code>{permission}</code>. {words.states.askAdmin}
                    </>
                )}
            </p>
        </div>
    );
}

/** What went wrong in reading, and what helps. */
export function Failed({ error, onRetry }: { error: ApiError; onRetry: () => void }) {
    if (error.kind === 'denied') return <Denied permission={error.permission} />;
    const { title, text } = words.failure(error.kind);
    return (
        <div className="state" data-state="error" role="alert">
            <span className="state-icon state-icon-problem">
                <Warning />
            </span>
            <p className="state-title">{title}</p>
            <p className="state-text">{error.kind === 'fields' && error.message !== '' ? error.message : text}</p>
            {error.requestId !== null && error.kind !== 'missing' && (
                <p className="state-text">
                    {words.states.request} <code>{error.requestId}</code>
                </p>
            )}
            <div className="state-action">
                {error.kind === 'signed-out' ? (
                    <Button onPress={goToSignIn}>{words.states.signIn}</Button>
                ) : (
                    error.kind !== 'missing' && (
                        <Button kind="secondary" onPress={onRetry}>
                            {words.states.retry}
                        </Button>
                    )
                )}
            </div>
        </div>
    );
}

/** Grey bars of the height of what comes. */
export function Skeleton({ lines = 4, label = words.states.loading }: { lines?: number; label?: string }) {
    return (
        <div className="skeleton" data-state="loading" role="status" aria-label={label}>
            {Array.from({ length: lines }, (_, line) => (
                <span key={line} className="bar" />
            ))}
        </div>
    );
}

interface Query<T> {
    data: T | undefined;
    error: ApiError | null;
    refetch: () => unknown;
}

/** The states of one thing: loading, failed, there. */
export function Loaded<T>({
    query,
    children,
    skeleton = <Skeleton />,
}: {
    query: Query<T>;
    children: (data: T) => ReactNode;
    skeleton?: ReactNode;
}) {
    if (query.data !== undefined) return children(query.data);
    if (query.error !== null) return <Failed error={query.error} onRetry={() => void query.refetch()} />;
    return skeleton;
}
