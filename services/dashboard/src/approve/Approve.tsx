import { useEffect, useRef, useState, type FormEvent } from 'react';
import { Button } from '../parts/Button.tsx';
import { KeyLarge } from '../parts/icons.tsx';
import { Notice } from '../parts/Notice.tsx';
import { Page, PageTitle } from '../parts/Page.tsx';
import { TextField } from '../parts/TextField.tsx';
import { callerWith } from '../link/api.ts';
import type { Failure } from '../link/failure.ts';
import { Outcome } from '../link/Outcome.tsx';
import type { Approval, Which } from './approval.ts';
import { Question, type Decision } from './Question.tsx';
import { headingOf, legibleLine } from './words.ts';

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
    if (!isNothing && approval?.status === 'pending')
        return (
            <Page isWide>
                <Question
                    approval={approval}
                    hasFailed={failure !== undefined}
                    pending={pending === 'open' ? undefined : pending}
                    onDecide={(decision) => void decide(decision)}
                />
            </Page>
        );
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
    const form = useRef<HTMLFormElement>(null);
    const [isMissing, setIsMissing] = useState(false);
    const problem = isMissing
        ? 'Enter the code.'
        : failure?.kind === 'fields'
          ? 'This is not the code of this call. After five wrong ones it cannot be decided here.'
          : undefined;
    useEffect(() => {
        if (failure?.kind === 'fields') form.current?.querySelector('input')?.focus();
    }, [failure]);

    function submit(event: FormEvent) {
        event.preventDefault();
        setIsMissing(code.trim() === '');
        if (code.trim() === '') form.current?.querySelector('input')?.focus();
        else if (!isPending) onOpen();
    }
    function change(text: string) {
        setIsMissing(false);
        onChange(text);
    }
    return (
        <form className="code" onSubmit={submit} ref={form} noValidate>
            <div className="emblem">
                <KeyLarge />
            </div>
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
                onChange={change}
                problem={problem}
                isRequired
            />
            <Button type="submit" pending={isPending ? 'Looking…' : undefined}>
                Show the call
            </Button>
        </form>
    );
}

function Decided({ approval, isOwn }: { approval: Approval; isOwn: boolean }) {
    const { call, status } = approval;
    const agent = <bdi className="name">{legibleLine(call.mcp_server)}</bdi>;
    const isDeclined = status === 'declined';
    return (
        <Outcome
            kind={isDeclined ? 'declined' : 'success'}
            title={`${isOwn ? 'You' : 'This call was'} ${isDeclined ? 'declined' : 'approved'}${isOwn ? ' the call' : ''}`}
            lead={
                <>
                    <span className="sentence">
                        {isDeclined ? (
                            <>Nothing was done, and {agent} is told so.</>
                        ) : status === 'used' ? (
                            <>{agent} has used the approval.</>
                        ) : (
                            <>{agent} can make it now, once: tell it to go on.</>
                        )}
                    </span>{' '}
                    <span className="sentence">You can close this page.</span>
                </>
            }
        >
            <p className="decided">{headingOf(call)}</p>
        </Outcome>
    );
}
