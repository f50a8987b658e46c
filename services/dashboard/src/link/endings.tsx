import { useEffect } from 'react';
import { Button, ButtonLink } from '../parts/Button.tsx';
import type { Integration, Session, Success } from './contract.ts';
import { returnUrl } from './done.ts';
import type { Failure } from './failure.ts';
import { atStart } from './names.ts';
import { Outcome } from './Outcome.tsx';
import { Pair } from './Pair.tsx';

/** Long enough to be read, and to be cancelled by closing the window. */
export const farewellMs = 1800;

export function NotLoaded({ failure, onRetry }: { failure: Failure; onRetry: () => void }) {
    return (
        <Outcome
            kind="problem"
            title="This page could not be loaded"
            lead={
                failure.kind === 'network'
                    ? 'There was no answer. Check your internet connection and try again.'
                    : 'Something went wrong on our side. Please try again in a moment.'
            }
        >
            <Button onPress={onRetry}>Try again</Button>
        </Outcome>
    );
}

export function LinkInvalid({ app, onClose }: { app: string | undefined; onClose: (() => void) | undefined }) {
    return (
        <Outcome
            kind="link"
            title="This link no longer works"
            lead={`It has been used already, has expired, or was not copied completely. Go back to ${
                app ?? 'where you found it'
            } and start again from there, or ask for a new link.`}
        >
            {onClose !== undefined && <Button onPress={onClose}>Close</Button>}
        </Outcome>
    );
}

export function NothingToConnect({
    app,
    vendor,
    onClose,
}: {
    app: string;
    vendor?: string;
    onClose: (() => void) | undefined;
}) {
    return (
        <Outcome
            kind="link"
            title={vendor === undefined ? 'There is nothing to connect yet' : `${vendor} cannot be connected yet`}
            lead={`${atStart(app)} has not finished setting this up. Please tell them; nothing is wrong with your link.`}
        >
            {onClose !== undefined && <Button onPress={onClose}>Close</Button>}
        </Outcome>
    );
}

interface SuccessProps {
    app: string;
    session: Session;
    integration: Integration;
    success: Success;
    /** In a frame or popup. */
    onClose: (() => void) | undefined;
}

export function Connected({ app, session, integration, success, onClose }: SuccessProps) {
    const target = onClose === undefined ? returnUrl(session.redirect_uri, success) : undefined;
    useEffect(() => {
        if (target === undefined) return undefined;
        const timer = setTimeout(() => location.assign(target), farewellMs);
        return () => clearTimeout(timer);
    }, [target]);
    const alone = onClose === undefined ? 'You can close this page.' : '';
    const goOn = target === undefined ? alone : `Taking you back to ${app}…`;
    return (
        <Outcome
            kind="success"
            title={`Your ${integration.label} account is connected`}
            lead={`${atStart(app)} can use it now. ${goOn}`.trim()}
        >
            <Pair app={app} theme={session.environment.theme} vendor={integration} connected />
            {onClose !== undefined && <Button onPress={onClose}>Done</Button>}
            {target !== undefined && (
                <ButtonLink kind="secondary" href={target}>
                    Back to {app}
                </ButtonLink>
            )}
        </Outcome>
    );
}
