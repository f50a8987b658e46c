import { useEffect, useState } from 'react';
import { Notice } from '../parts/Notice.tsx';
import { explain, waitText, type Failure } from './failure.ts';

export function FailureNotice({ failure }: { failure: Failure }) {
    const { title, text } = explain(failure);
    return (
        <Notice title={title} takesFocus>
            {text !== '' && <p>{text}</p>}
            {failure.kind === 'busy' && <Wait seconds={failure.retryAfterS} />}
        </Notice>
    );
}

/** When to try again, and later that it is time. */
export function Wait({ seconds }: { seconds: number | undefined }) {
    const [isOver, setIsOver] = useState(false);
    useEffect(() => {
        if (seconds === undefined) return undefined;
        // Longer waits than a timer can count.
        const timer = setTimeout(() => setIsOver(true), Math.min(seconds * 1000, 2 ** 31 - 1));
        return () => clearTimeout(timer);
    }, [seconds]);
    if (isOver) return <p>You can try again now.</p>;
    return <p>Try again {seconds === undefined ? 'in a moment' : waitText(seconds)}.</p>;
}
