import { useEffect, useState } from 'react';
import { ago, formatTime, utc } from '../format.ts';

/** The same for all times of a page, so that one timer moves them all. */
const everyMs = 30_000;

export function useNow(): number {
    const [now, setNow] = useState(Date.now);
    useEffect(() => {
        const timer = setInterval(() => setNow(Date.now()), everyMs);
        return () => clearInterval(timer);
    }, []);
    return now;
}

interface Props {
    at: string | null | undefined;
    form?: 'ago' | 'exact' | 'short';
}

/** In the reader's zone; the exact UTC time shows on hover. */
export function Time({ at, form = 'short' }: Props) {
    const now = useNow();
    if (at === null || at === undefined) return <span className="muted">–</span>;
    const time = new Date(at);
    return (
        <time dateTime={at} title={utc(time)} className="time">
            {form === 'ago' ? ago(time, now) : formatTime(time, form, now)}
        </time>
    );
}
