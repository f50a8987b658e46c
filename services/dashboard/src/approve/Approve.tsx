import { useCallback, useEffect, useMemo, useState } from 'react';
import { Button } from '../parts/Button.tsx';
import { Notice } from '../parts/Notice.tsx';
import { Page, PageTitle } from '../parts/Page.tsx';
import { Spinner } from '../parts/Spinner.tsx';
import { callerWith } from '../link/api.ts';
import type { Failure } from '../link/failure.ts';
import { NotLoaded } from '../link/endings.tsx';
import { Outcome } from '../link/Outcome.tsx';
import { argumentsOf, changesOf, isDeletion, pathOf, shown, type Approval } from './approval.ts';

type Decision = 'approve' | 'decline';

const path = '/approve/call';

/** Shows a call that an AI agent wants to make, and takes a person's decision about it, once. */
export function Approve({ secret }: { secret: string }) {
    const call = useMemo(() => callerWith(secret), [secret]);
    const [approval, setApproval] = useState<Approval>();
    const [failure, setFailure] = useState<Failure>();
    const [pending, setPending] = useState<Decision>();
    const [decided, setDecided] = useState(false);

    const load = useCallback(async () => {
        setFailure(undefined);
        const answer = await call<Approval>(path);
        if ('ok' in answer) setApproval(answer.ok);
        else setFailure(answer.failure);
    }, [call]);
    useEffect(() => void load(), [load]);

    async function decide(decision: Decision) {
        if (pending !== undefined) return;
        setPending(decision);
        setFailure(undefined);
        const answer = await call<Approval>(path, { decision });
        setPending(undefined);
        if ('ok' in answer) {
            setApproval(answer.ok);
            setDecided(true);
        } else if (answer.failure.kind === 'request')
            await load(); // Somebody else was faster: show what they said.
        else setFailure(answer.failure);
    }

    return (
        <Page>
            <div className="body approve">
                {approval === undefined ? (
                    <Before failure={failure} onRetry={() => void load()} />
                ) : approval.status === 'pending' ? (
                    <Question
                        approval={approval}
                        failure={failure}
                        pending={pending}
                        onDecide={(decision) => void decide(decision)}
                    />
                ) : (
                    <Decided approval={approval} isOwn={decided} />
                )}
            </div>
        </Page>
    );
}

function Before({ failure, onRetry }: { failure: Failure | undefined; onRetry: () => void }) {
    if (failure === undefined)
        return (
            <div className="loading" role="status">
                <Spinner label="Loading" large />
            </div>
        );
    if (failure.kind === 'link' || failure.kind === 'request')
        return (
            <Outcome
                kind="link"
                title="There is nothing to approve here"
                lead="The call was made already, was asked for too long ago, or the link was not copied completely. If it is still wanted, the agent asks again."
            />
        );
    return <NotLoaded failure={failure} onRetry={onRetry} />;
}

interface QuestionProps {
    approval: Approval;
    failure: Failure | undefined;
    pending: Decision | undefined;
    onDecide: (decision: Decision) => void;
}

function Question({ approval, failure, pending, onDecide }: QuestionProps) {
    const { call } = approval;
    const changes = changesOf(call);
    const given = argumentsOf(call);
    const until = new Date(approval.expires_at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
    return (
        <>
            <PageTitle title={`${call.title}?`}>
                {`An AI agent (${call.mcp_server}) wants to do this in the ${call.integration_label} account of ${call.tenant_id}.`}
            </PageTitle>
            {isDeletion(call) && <Notice title="This deletes something. It cannot be undone." />}
            {failure !== undefined && (
                <Notice title="That did not work" takesFocus>
                    <p>Please try again in a moment.</p>
                </Notice>
            )}
            {given.length > 0 && (
                <dl className="arguments">
                    {given.map(([name, value]) => (
                        <div key={name}>
                            <dt>{name}</dt>
                            <dd>{value}</dd>
                        </div>
                    ))}
                </dl>
            )}
            {changes.length > 0 && (
                <table className="changes">
                    <thead>
                        <tr>
                            <th scope="col">What</th>
                            <th scope="col">Now</th>
                            <th scope="col">Then</th>
                        </tr>
                    </thead>
                    <tbody>
                        {changes.map(({ name, from, to }) => (
                            <tr key={name}>
                                <th scope="row">{name}</th>
                                <td>{from}</td>
                                <td>{to}</td>
                            </tr>
                        ))}
                    </tbody>
                </table>
            )}
            <details className="exact">
                <summary>The exact request</summary>
                <pre tabIndex={0} aria-label="The exact request">
                    {`${call.request.method} ${pathOf(call.request.url)}`}
                    {call.request.body !== null && `\n\n${shown(call.request.body)}`}
                </pre>
            </details>
            <div className="decision">
                <Button onPress={() => onDecide('approve')} pending={pending === 'approve' ? 'Approving…' : undefined}>
                    Approve once
                </Button>
                <Button
                    kind="secondary"
                    onPress={() => onDecide('decline')}
                    pending={pending === 'decline' ? 'Declining…' : undefined}
                >
                    Decline
                </Button>
            </div>
            <p className="until">Can be approved until {until}. Nothing happens before you decide.</p>
        </>
    );
}

function Decided({ approval, isOwn }: { approval: Approval; isOwn: boolean }) {
    const { title } = approval.call;
    if (approval.status === 'declined')
        return (
            <Outcome
                kind="link"
                title={isOwn ? 'You declined the call' : 'This call was declined'}
                lead={`${title}: nothing was done. The agent is told so.`}
            />
        );
    return (
        <Outcome
            kind="success"
            title={isOwn ? 'You approved the call' : 'This call was approved'}
            lead={`${title}: the agent can make this call now, once. You can close this page and tell it to go on.`}
        />
    );
}
