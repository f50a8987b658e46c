import { useState } from 'react';
import { useSteps, type Steps } from '../link/steps.ts';
import { api } from './api.ts';
import type { Me } from './contract.ts';
import type { Failure } from './failure.ts';
import { isMistake, stepAfter, type Step } from './step.ts';

export interface Entry {
    steps: Steps<Step>;
    isPending: boolean;
    /** Of the step that is shown. */
    failure: Failure | undefined;
    send: (body: object) => void;
}

/** The steps of signing in by `path`: what the page asks, then the code if the second factor is on. */
export function useEntry(path: string, onEnter: (me: Me) => void): Entry {
    const steps = useSteps<Step>('start', true);
    const [isPending, setIsPending] = useState(false);
    const [refusal, setRefusal] = useState<{ step: Step; failure: Failure }>();

    async function send(body: object) {
        const step = steps.current;
        setIsPending(true);
        setRefusal(undefined);
        const answer = await api.enter(path, body);
        setIsPending(false);
        if ('ok' in answer) return onEnter(answer.ok);
        const { failure } = answer;
        const next = stepAfter(failure, step);
        if (isMistake(failure, step)) setRefusal({ step: next, failure });
        if (next === 'code' && step !== 'code') steps.go('code');
        else if (next === 'start' && step === 'code') steps.back();
    }

    return {
        steps,
        isPending,
        failure: refusal?.step === steps.current ? refusal.failure : undefined,
        send: (body) => void send(body),
    };
}
