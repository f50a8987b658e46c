import { useCallback, useEffect, useState } from 'react';
import { Shell } from '../link/Shell.tsx';
import { api } from './api.ts';
import type { Arrival } from './arrival.ts';
import type { Me, Options } from './contract.ts';
import type { Failure } from './failure.ts';
import { Loading, NotLoaded } from './endings.tsx';
import { SignIn } from './SignIn.tsx';
import { isEnough } from './step.ts';
import { rememberedTeam } from './team.ts';

type Loaded =
    | { at: 'loading' }
    | { at: 'failed'; failure: Failure }
    | { at: 'ready'; options: Options | undefined; team: string };

interface Props {
    arrival: Arrival;
    hasSignedOut: boolean;
    onEnter: (me: Me) => void;
}

/** Finds out whether somebody is signed in already, and how one can sign in to the team. */
export function SignInPage({ arrival, hasSignedOut, onEnter }: Props) {
    const [loaded, setLoaded] = useState<Loaded>({ at: 'loading' });

    const load = useCallback(async () => {
        setLoaded({ at: 'loading' });
        const last = rememberedTeam();
        const [me, answer] = await Promise.all([api.me(), api.options(arrival.team ?? last?.id ?? '')]);
        const isSignedIn = 'ok' in me && isEnough(me.ok, arrival.team) && arrival.error === undefined;
        if (isSignedIn) return onEnter(me.ok);
        if ('failure' in me && ['network', 'ours', 'busy'].includes(me.failure.kind))
            return setLoaded({ at: 'failed', failure: me.failure });
        const options = 'ok' in answer ? answer.ok : undefined;
        setLoaded({ at: 'ready', options, team: arrival.team ?? last?.name ?? '' });
    }, [arrival, onEnter]);
    useEffect(() => void load(), [load]);

    if (loaded.at === 'ready')
        return (
            <SignIn
                options={loaded.options}
                teamText={loaded.team}
                returnTo={arrival.returnTo}
                error={hasSignedOut ? undefined : arrival.error}
                hasSignedOut={hasSignedOut}
                onEnter={onEnter}
            />
        );
    return (
        <Shell>
            {loaded.at === 'loading' ? <Loading /> : <NotLoaded failure={loaded.failure} onRetry={() => void load()} />}
        </Shell>
    );
}
