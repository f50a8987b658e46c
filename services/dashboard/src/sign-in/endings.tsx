import { Button, ButtonLink } from '../parts/Button.tsx';
import { Spinner } from '../parts/Spinner.tsx';
import { Outcome } from '../link/Outcome.tsx';
import type { Arrival } from './arrival.ts';
import { explain, type Failure } from './failure.ts';
import { Wait } from './FailureNotice.tsx';

export function Loading() {
    return (
        <div className="loading" role="status">
            <Spinner label="Loading" large />
        </div>
    );
}

export function NotLoaded({ failure, onRetry }: { failure: Failure; onRetry: () => void }) {
    return (
        <Outcome
            kind="problem"
            title="This page could not be loaded"
            lead={
                failure.kind === 'network'
                    ? 'There was no answer. Check your internet connection and try again.'
                    : failure.kind === 'busy'
                      ? explain(failure).text
                      : 'Something went wrong on our side. Please try again in a moment.'
            }
        >
            {failure.kind === 'busy' && <Wait seconds={failure.retryAfterS} />}
            <Button onPress={onRetry}>Try again</Button>
        </Outcome>
    );
}

type LinkPage = Exclude<Arrival['page'], 'sign-in'>;

const ended: Record<LinkPage, { title: string; next: string }> = {
    invitation: {
        title: 'This invitation no longer works',
        next: 'Ask whoever invited you for a new one. If you have a password already, sign in.',
    },
    reset: {
        title: 'This link no longer works',
        next: 'Ask for a new one: “Forgot password?” on the page of sign-in, or an admin of your team.',
    },
    link: { title: 'This link no longer works', next: 'Ask for a new one, or sign in with your password.' },
};

export function LinkEnded({ page }: { page: LinkPage }) {
    const { title, next } = ended[page];
    return (
        <Outcome kind="link" title={title} lead={`It has been used already or has expired. ${next}`}>
            <ButtonLink href="/sign-in">Go to sign in</ButtonLink>
        </Outcome>
    );
}

/** Also after a reload: the secret is kept nowhere. */
export function LinkIncomplete() {
    return (
        <Outcome
            kind="link"
            title="The link is not complete"
            lead="Open it again from where you got it, or copy all of it. After a reload it is needed again."
        >
            <ButtonLink kind="secondary" href="/sign-in">
                Go to sign in
            </ButtonLink>
        </Outcome>
    );
}
