import { useState } from 'react';
import { legibleLine } from '../approve/words.ts';
import { Shell } from '../link/Shell.tsx';
import { Button, ButtonLink } from '../parts/Button.tsx';
import { PageTitle } from '../parts/Page.tsx';
import { Tile } from '../parts/Tile.tsx';
import { api } from './api.ts';
import type { Me } from './contract.ts';
import type { Failure } from './failure.ts';
import { FailureNotice } from './FailureNotice.tsx';

/** Who is signed in, and the way to the dashboard. */
export function SignedIn({ me: { user, team, environments }, onSignOut }: { me: Me; onSignOut: () => void }) {
    const [isPending, setIsPending] = useState(false);
    const [failure, setFailure] = useState<Failure>();

    async function signOut() {
        if (isPending) return;
        setIsPending(true);
        setFailure(undefined);
        const answer = await api.signOut();
        setIsPending(false);
        // "wrong": the session was over already.
        if ('ok' in answer || answer.failure.kind === 'wrong') onSignOut();
        else setFailure(answer.failure);
    }

    const who = legibleLine(user.name.trim() === '' ? user.email : user.name);
    return (
        <Shell>
            <div className="step">
                <div className="team">
                    <Tile name={who} />
                </div>
                <PageTitle title={`You are signed in as ${who}`}>
                    <>
                        {who !== user.email && (
                            <>
                                <bdi>{user.email}</bdi>,{' '}
                            </>
                        )}
                        of team <bdi className="who">{legibleLine(team.name)}</bdi>
                    </>
                </PageTitle>
                {failure !== undefined && <FailureNotice failure={failure} />}
                <dl className="facts">
                    <div>
                        <dt>Role</dt>
                        <dd>{user.role.charAt(0).toUpperCase() + user.role.slice(1)}</dd>
                    </div>
                    <div>
                        <dt>Environments</dt>
                        <dd>
                            {user.environment_ids === null && 'All'}
                            {user.environment_ids !== null && environments.length === 0 && 'None'}
                            {environments.length > 0 && (
                                <ul className="tags">
                                    {environments.map(({ id, name }) => (
                                        <li key={id} className="tag">
                                            <bdi>{legibleLine(name)}</bdi>
                                        </li>
                                    ))}
                                </ul>
                            )}
                        </dd>
                    </div>
                </dl>
                <ButtonLink href="/dashboard">Open the dashboard</ButtonLink>
                <Button
                    kind="secondary"
                    onPress={() => void signOut()}
                    pending={isPending ? 'Signing out…' : undefined}
                >
                    Sign out
                </Button>
            </div>
        </Shell>
    );
}
