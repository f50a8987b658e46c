import { useState, type FormEvent } from 'react';
import { Button } from '../parts/Button.tsx';
import { Notice } from '../parts/Notice.tsx';
import { Page, PageTitle } from '../parts/Page.tsx';
import { TextField } from '../parts/TextField.tsx';
import { callerWith } from '../link/api.ts';
import type { Failure } from '../link/failure.ts';
import { Outcome } from '../link/Outcome.tsx';
import { argumentsOf, changesOf, isBlind, isDeletion, pathOf, shown, type Approval, type Which } from './approval.ts';

type Decision = 'approve' | 'decline';

const call = callerWith();

function ask(which: Which, code: string, decision?: Decision) {
    return call<Approval>('/approve/call', { ...which, code, ...(decision === undefined ? {} : { decision }) });
}

/** Asks for the code, shows the call that it opens, and takes a person's decision about it, once. */
export function Approve({ which }: { which: Which }) {
    const [code, setCode] = useState('');
    const [approval, setApproval] = useState<Approval>();
    const [failure, setFailure] = useState<Failure>();
    const [pending, setPending] = useState<Decision | 'open'>();
    const [decided, setDecided] = useState(false);

    async function open() {
        setPending('open');
        setFailure(undefined);
        const answer = await ask(which, code);
        setPending(undefined);
        if ('ok' in answer) setApproval(answer.ok);
        else setFailure(answer.failure);
    }

    async function decide(decision: Decision) {
        if (pending !== undefined) return;
        setPending(decision);
        setFailure(undefined);
        const answer = await ask(which, code, decision);
        setPending(undefined);
        if ('ok' in answer) {
            setApproval(answer.ok);
            setDecided(true);
        } else if (answer.failure.kind === 'request')
            await open(); // Somebody else was faster: show what they said.
        else setFailure(answer.failure);
    }

    const isNothing = which.approval_id === '' || failure?.kind === 'request';
    return (
        <Page>
            <div className="body approve">
                {isNothing ? (
                    <Nothing />
                ) : approval === undefined ? (
                    <CodeQuestion
                        code={code}
                        failure={failure}
                        isPending={pending === 'open'}
                        onChange={setCode}
                        onOpen={() => void open()}
                    />
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

function Nothing() {
    return (
        <Outcome
            kind="link"
            title="There is nothing to approve here"
            lead="The call was made already, was asked for too long ago, too many wrong codes were entered, or the link was not copied completely. If it is still wanted, the agent asks again."
        />
    );
}

interface CodeQuestionProps {
    code: string;
    failure: Failure | undefined;
    isPending: boolean;
    onChange: (code: string) => void;
    onOpen: () => void;
}

function CodeQuestion({ code, failure, isPending, onChange, onOpen }: CodeQuestionProps) {
    function submit(event: FormEvent) {
        event.preventDefault();
        if (!isPending && code.trim() !== '') onOpen();
    }
    return (
        <form className="code" onSubmit={submit} noValidate>
            <PageTitle title="An AI agent asks for your approval">
                Enter the code that came with the request. It does not come from the agent: give it to nobody.
            </PageTitle>
            {failure !== undefined && failure.kind !== 'fields' && (
                <Notice title="That did not work" takesFocus>
                    <p>Please try again in a moment.</p>
                </Notice>
            )}
            <TextField
                name="code"
                label="Code"
                description="8 letters and digits"
                value={code}
                onChange={onChange}
                problem={
                    failure?.kind === 'fields'
                        ? 'This is not the code of this call. After five wrong ones it cannot be decided here.'
                        : undefined
                }
                isRequired
            />
            <Button type="submit" pending={isPending ? 'Looking…' : undefined}>
                Show the call
            </Button>
        </form>
    );
}

interface QuestionProps {
    approval: Approval;
    failure: Failure | undefined;
    pending: Decision | 'open' | undefined;
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
            {isBlind(call) && (
                <Notice title="What is there now is not known.">
                    <p>It could not be read, so this page cannot show what would be lost.</p>
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
                                <td>{from ?? <span className="unknown">not known</span>}</td>
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
