// The steps the customer has taken. On a page of our own the browser's back button takes them back; in a frame or popup
// only ours does, because its history is that of the page around it.
import { useCallback, useEffect, useState } from 'react';

export interface Steps<T> {
    current: T;
    canGoBack: boolean;
    go: (step: T) => void;
    back: () => void;
    /** Replaces everything: from there is no way back. */
    end: (step: T) => void;
}

interface Trail<T> {
    steps: T[];
    at: number;
}

export function useSteps<T>(first: T, inHistory: boolean): Steps<T> {
    const [trail, setTrail] = useState<Trail<T>>({ steps: [first], at: 0 });

    useEffect(() => {
        if (!inHistory) return undefined;
        const follow = (event: PopStateEvent) => {
            const depth = Number((event.state as { depth?: unknown } | null)?.depth ?? 0);
            setTrail(({ steps }) => ({ steps, at: Math.min(depth, steps.length - 1) }));
        };
        history.replaceState({ depth: 0 }, '');
        window.addEventListener('popstate', follow);
        return () => window.removeEventListener('popstate', follow);
    }, [inHistory]);

    const go = useCallback(
        (step: T) => {
            if (inHistory) history.pushState({ depth: trail.at + 1 }, '');
            setTrail({ steps: [...trail.steps.slice(0, trail.at + 1), step], at: trail.at + 1 });
        },
        [inHistory, trail],
    );
    const back = useCallback(() => {
        if (inHistory) history.back();
        else setTrail(({ steps, at }) => ({ steps, at: Math.max(0, at - 1) }));
    }, [inHistory]);
    const end = useCallback((step: T) => setTrail({ steps: [step], at: 0 }), []);

    return { current: trail.steps[trail.at] ?? first, canGoBack: trail.at > 0, go, back, end };
}
