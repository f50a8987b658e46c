import { useEffect, useState } from 'react';
import { timeLeft } from './words.ts';

/** How long there is left. It looks at the clock only when it would say something else. */
export function Expiry({ at }: { at: string }) {
    const [now, setNow] = useState(Date.now);
    const { text, forMs } = timeLeft(Date.parse(at), now);
    useEffect(() => {
        if (forMs === undefined) return undefined;
        const look = () => setNow(Date.now());
        const timer = setTimeout(look, forMs);
        // Timers stand still while the machine sleeps.
        document.addEventListener('visibilitychange', look);
        return () => {
            clearTimeout(timer);
            document.removeEventListener('visibilitychange', look);
        };
    }, [forMs, now]);
    const exact = new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'long' });
    return (
        <time dateTime={at} title={exact}>
            {text}
        </time>
    );
}
