import { useCallback, useState } from 'react';
import { Shell } from '../link/Shell.tsx';
import type { Arrival } from './arrival.ts';
import type { Me } from './contract.ts';
import { LinkIncomplete, Loading } from './endings.tsx';
import { PasswordLink, SignInLink } from './OneTimeLink.tsx';
import { SignedIn } from './SignedIn.tsx';
import { SignInPage } from './SignInPage.tsx';
import { rememberTeam } from './team.ts';

/** The page that the address names, until somebody is signed in. */
export function People({ arrival }: { arrival: Arrival }) {
    const { page, secret, returnTo } = arrival;
    const [me, setMe] = useState<Me | 'leaving' | 'out'>();

    const enter = useCallback(
        (who: Me) => {
            rememberTeam(who.team);
            if (returnTo === undefined) {
                // A reload says who is signed in.
                history.replaceState(null, '', '/sign-in');
                setMe(who);
            } else {
                setMe('leaving');
                location.replace(returnTo);
            }
        },
        [returnTo],
    );

    if (me === 'leaving')
        return (
            <Shell>
                <Loading />
            </Shell>
        );
    if (me !== undefined && me !== 'out') return <SignedIn me={me} onSignOut={() => setMe('out')} />;
    if (page === 'sign-in' || me === 'out')
        return <SignInPage arrival={arrival} hasSignedOut={me === 'out'} onEnter={enter} />;
    if (secret === undefined)
        return (
            <Shell>
                <LinkIncomplete />
            </Shell>
        );
    if (page === 'link') return <SignInLink secret={secret} onEnter={enter} />;
    return <PasswordLink page={page} secret={secret} onEnter={enter} />;
}
