import { lazy, Suspense, useMemo, useRef, useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import { Button } from '../../parts/Button.tsx';
import { Notice } from '../../parts/Notice.tsx';
import { answer, apiOf, compact, type Schemas } from '../api/client.ts';
import { asApiError, type ApiError } from '../api/error.ts';
import { ConnectDemo } from '../connect/ConnectDemo.tsx';
import { containing } from '../filters.ts';
import { formatMs } from '../format.ts';
import { Board, Badge, Section } from '../parts/Board.tsx';
import { CodeBlock } from '../parts/Copy.tsx';
import { ErrorNotice } from '../parts/Dialog.tsx';
import { JsonTree } from '../parts/JsonTree.tsx';
import { Picker } from '../parts/Picker.tsx';
import { Empty, Failed, Loaded, Skeleton } from '../parts/States.tsx';
import { StatusBadge } from '../parts/Status.tsx';
import { Tries } from '../playground/Tries.tsx';
import { readHistory, remember } from '../playground/history.ts';
import { run, timings, type Ran } from '../playground/run.ts';
import { pointer, validatorOf, withValue, type JsonSchema, type Path } from '../playground/schema.ts';
import { SchemaForm } from '../playground/SchemaForm.tsx';
import { Elsewhere } from '../playground/Elsewhere.tsx';
import { queryClient, useThing } from '../queries.ts';
import { pathOf } from '../routes.ts';
import { useEnvironment } from '../session.ts';
import { words } from '../words.ts';

const JsonEditor = lazy(() => import('../playground/JsonEditor.tsx'));
const text = words.playground;

type Tool = Schemas['McpTool'];
type Arguments = Record<string, unknown>;

/** How much of the arguments an address holds. */
const addressLimit = 4000;

export default function Playground() {
    const env = useEnvironment() ?? '';
    const [query, setQuery] = useSearchParams();
    const [typed, setTyped] = useState('');
    const chosen = query.get('account') ?? '';
    const accounts = useThing(
        'integrated_account',
        ['playground', typed],
        (api) =>
            answer(
                api.GET('/integrated-account', {
                    params: {
                        query: { limit: 50, ...(typed === '' ? {} : { tenant_id: { like: containing(typed) } }) },
                    },
                }),
            ),
        { keeps: true },
    );
    const account = useThing(
        'integrated_account',
        [chosen],
        (api) => answer(api.GET('/integrated-account/{id}', { params: { path: { id: chosen } } })),
        { isEnabled: chosen !== '' },
    );
    const list = accounts.data?.result ?? [];
    // With one account there is nothing to choose.
    const only = typed === '' && list.length === 1 ? list[0] : undefined;
    const current = chosen === '' ? only : account.data;
    const isEmpty = accounts.data !== undefined && typed === '' && list.length === 0 && chosen === '';
    return (
        <Board title={words.pages.playground} lead={text.lead}>
            {accounts.error !== null && accounts.data === undefined ? (
                <Failed error={accounts.error} onRetry={() => void accounts.refetch()} />
            ) : accounts.data === undefined ? (
                <Skeleton lines={6} />
            ) : isEmpty ? (
                <Empty
                    title={words.accounts.empty}
                    action={
                        <>
                            <ConnectDemo />
                            <Link className="button button-secondary" href={pathOf('accounts', { env })}>
                                {words.pages.accounts}
                            </Link>
                        </>
                    }
                >
                    {text.emptyText}
                </Empty>
            ) : (
                <>
                    <Picker
                        label={text.account}
                        shown={current?.tenant_id ?? ''}
                        choices={list.map(({ id, tenant_id, integration, status }) => ({
                            value: id,
                            label: tenant_id,
                            detail: (
                                <span className="line">
                                    <span className="muted">{integration.name}</span>
                                    {status !== 'active' && <StatusBadge status={status} />}
                                </span>
                            ),
                        }))}
                        isLoading={accounts.isFetching}
                        onType={setTyped}
                        onChoose={(id) => setQuery(compact({ account: id, tool: query.get('tool') ?? '' }))}
                    />
                    {account.error !== null && chosen !== '' && (
                        <Failed error={account.error} onRetry={() => void account.refetch()} />
                    )}
                    {current !== undefined && <AccountTools key={current.id} account={current} env={env} />}
                    {current === undefined && chosen === '' && (
                        <Empty title={text.chooseAccount}>{text.chooseAccountText}</Empty>
                    )}
                    {chosen !== '' && account.isLoading && <Skeleton lines={6} />}
                </>
            )}
        </Board>
    );
}

type Account = Pick<Schemas['IntegratedAccount'], 'id' | 'tenant_id' | 'status'>;

function AccountTools({ account, env }: { account: Account; env: string }) {
    const [query, setQuery] = useSearchParams();
    const byMethod = query.get('method');
    const tools = useThing(
        'integrated_account',
        [account.id, 'mcp-tools'],
        async (api) => {
            const params = { path: { id: account.id }, query: { format: 'mcp' } } as const;
            return (await answer(api.GET('/integrated-account/{id}/tools', { params }))).result as Tool[];
        },
        { staleMs: 60_000 },
    );
    // A call of the log may only name the resource and the method.
    const named = useThing(
        'integrated_account',
        [account.id, 'tools', byMethod],
        async (api) => {
            const params = { path: { id: account.id } };
            const { result } = await answer(api.GET('/integrated-account/{id}/tools', { params }));
            const found = (result as Schemas['Tool'][]).find((tool) => `${tool.resource}.${tool.method}` === byMethod);
            return found?.name ?? '';
        },
        { isEnabled: byMethod !== null },
    );
    const wanted = query.get('tool') ?? named.data ?? '';
    return (
        <Loaded query={tools}>
            {(all) => {
                const tool = all.find(({ name }) => name === wanted);
                return (
                    <>
                        {account.status !== 'active' && (
                            <Notice title={words.status[account.status].label}>
                                <p>{words.status[account.status].text}</p>
                            </Notice>
                        )}
                        <Picker
                            label={text.tool}
                            shown={tool?.name ?? ''}
                            isMono
                            choices={all.map(({ name, title, annotations }) => ({
                                value: name,
                                label: name,
                                detail: (
                                    <span className="muted">
                                        {annotations.readOnlyHint ? title : `${title} · ${words.mcp.writes}`}
                                    </span>
                                ),
                            }))}
                            onChoose={(name) => setQuery({ account: account.id, tool: name })}
                        />
                        {tool === undefined ? (
                            <Empty title={text.chooseTool}>{text.chooseToolText(all.length)}</Empty>
                        ) : (
                            <Workbench key={tool.name} account={account} tool={tool} env={env} />
                        )}
                    </>
                );
            }}
        </Loaded>
    );
}

function argumentsIn(query: URLSearchParams): Arguments {
    try {
        const given: unknown = JSON.parse(query.get('arguments') ?? '{}');
        return typeof given === 'object' && given !== null && !Array.isArray(given) ? (given as Arguments) : {};
    } catch {
        return {};
    }
}

/** What a page of its own or a button decides. */
const apart = ['dry_run', 'next_cursor'];

function Workbench({ account, tool, env }: { account: Account; tool: Tool; env: string }) {
    const [query, setQuery] = useSearchParams();
    const schema = tool.inputSchema as JsonSchema;
    const [given, setGiven] = useState<Arguments>(() => argumentsIn(query));
    const [json, setJson] = useState<string>();
    const [isBroken, setIsBroken] = useState(false);
    const [isChecked, setIsChecked] = useState(false);
    const [ran, setRan] = useState<{ result: Ran; isDry: boolean; given: Arguments }>();
    const [error, setError] = useState<ApiError>();
    const [pending, setPending] = useState<'run' | 'dry'>();
    const [tries, setTries] = useState(() => readHistory(env));
    const stop = useRef<AbortController>(undefined);
    const check = useMemo(() => validatorOf(schema), [schema]);
    const problems = check(given);
    const hasDryRun = 'dry_run' in ((schema['properties'] as object | undefined) ?? {});
    const shown = isChecked ? problems : problems.filter(({ path }) => isTouched(given, path));

    async function start(isDry: boolean, more: Arguments = {}) {
        setIsChecked(true);
        if (problems.length > 0 || isBroken || pending !== undefined) return;
        setPending(isDry ? 'dry' : 'run');
        setError(undefined);
        stop.current = new AbortController();
        const sent = { ...given, ...more, ...(isDry ? { dry_run: true } : {}) };
        try {
            const result = await run(
                apiOf(env),
                { account: account.id, tool: tool.name, arguments: sent },
                stop.current.signal,
            );
            setRan({ result, isDry, given: { ...given, ...more } });
            const { successful } = result.executed;
            const { id, tenant_id } = account;
            const at = new Date().toISOString();
            const { name } = tool;
            setTries(
                remember(env, {
                    at,
                    account: id,
                    tenant: tenant_id,
                    tool: name,
                    arguments: given,
                    isDry,
                    isOk: successful,
                    ms: result.ms,
                }),
            );
            const inAddress = JSON.stringify(given);
            const isShort = inAddress.length < addressLimit && inAddress !== '{}';
            setQuery({ account: id, tool: name, ...(isShort ? { arguments: inAddress } : {}) }, { replace: true });
            void queryClient.invalidateQueries({ queryKey: [env, 'log'] });
        } catch (refusal) {
            if (!stop.current.signal.aborted) setError(asApiError(refusal));
        } finally {
            setPending(undefined);
        }
    }

    function toJson() {
        setJson(JSON.stringify(given, null, 2));
        setIsBroken(false);
    }
    function typeJson(next: string) {
        try {
            const value: unknown = next.trim() === '' ? {} : JSON.parse(next);
            setIsBroken(typeof value !== 'object' || value === null || Array.isArray(value));
            if (typeof value === 'object' && value !== null) setGiven(value as Arguments);
        } catch {
            setIsBroken(true);
        }
    }
    const change = (path: Path, value: unknown) =>
        setGiven((old) => (withValue(old, path, value) as Arguments | undefined) ?? {});

    return (
        <div className="columns workbench">
            <div className="stack-wide">
                <Section
                    title={tool.title}
                    actions={
                        <div className="chips" role="group" aria-label={text.arguments}>
                            <button
                                type="button"
                                className="chip"
                                aria-pressed={json === undefined}
                                disabled={isBroken}
                                onClick={() => setJson(undefined)}
                            >
                                {text.form}
                            </button>
                            <button
                                type="button"
                                className="chip"
                                aria-pressed={json !== undefined}
                                onClick={() => json === undefined && toJson()}
                            >
                                JSON
                            </button>
                        </div>
                    }
                >
                    <p className="muted prose">{tool.description}</p>
                    {json === undefined ? (
                        <SchemaForm root={schema} value={given} problems={shown} without={apart} onChange={change} />
                    ) : (
                        <Suspense fallback={<Skeleton lines={5} />}>
                            <JsonEditor label={text.arguments} value={json} onChange={typeJson} check={check} />
                        </Suspense>
                    )}
                    {isChecked && (problems.length > 0 || isBroken) && (
                        <Notice title={isBroken ? text.noJson : text.doesNotFit} takesFocus={false}>
                            <ul className="failures">
                                {problems.map(({ path, message }) => (
                                    <li key={path + message}>
                                        <code>{path === '' ? pointer([]) : path}</code> {message}
                                    </li>
                                ))}
                            </ul>
                        </Notice>
                    )}
                    <div className="line run-line">
                        <Button
                            onPress={() => void start(false)}
                            pending={pending === 'run' ? words.parts.working : undefined}
                        >
                            {text.run}
                        </Button>
                        {hasDryRun && (
                            <Button
                                kind="secondary"
                                onPress={() => void start(true)}
                                pending={pending === 'dry' ? words.parts.working : undefined}
                            >
                                {text.dryRun}
                            </Button>
                        )}
                        {pending !== undefined && (
                            <Button kind="quiet" onPress={() => stop.current?.abort()}>
                                {words.parts.cancel}
                            </Button>
                        )}
                        {hasDryRun && <span className="muted">{text.dryRunText}</span>}
                    </div>
                </Section>
                <Elsewhere account={account.id} tool={tool.name} given={given} />
                <Tries tries={tries} />
            </div>
            <div className="stack-wide answer">
                {error !== undefined && <ErrorNotice error={error} />}
                {ran === undefined && error === undefined && (
                    <Section title={text.answer}>
                        <p className="muted">{text.noAnswer}</p>
                    </Section>
                )}
                {ran !== undefined && (
                    <Answer
                        key={ran.result.requestId}
                        result={ran.result}
                        isDry={ran.isDry}
                        env={env}
                        onNext={(next_cursor) => void start(false, { next_cursor })}
                    />
                )}
            </div>
        </div>
    );
}

/** What is missing is told only once it is sent. */
function isTouched(given: Arguments, path: string): boolean {
    const [, first] = path.split('/');
    return first !== undefined && first in given;
}

function Answer({
    result,
    isDry,
    env,
    onNext,
}: {
    result: Ran;
    isDry: boolean;
    env: string;
    onNext: (cursor: string) => void;
}) {
    const [view, setView] = useState<'tree' | 'raw'>('tree');
    const { executed, ms, headers, requestId } = result;
    const next = executed.data['next_cursor'];
    const limits = headers.filter(([name]) => name !== 'server-timing');
    const parts = timings(headers.find(([name]) => name === 'server-timing')?.[1]);
    return (
        <Section
            title={text.answer}
            actions={
                <div className="chips" role="group" aria-label={text.view}>
                    {(['tree', 'raw'] as const).map((each) => (
                        <button
                            key={each}
                            type="button"
                            className="chip"
                            aria-pressed={view === each}
                            onClick={() => setView(each)}
                        >
                            {text.views[each]}
                        </button>
                    ))}
                </div>
            }
        >
            <div className="line" role="status">
                <Badge tone={executed.successful ? 'good' : 'bad'}>
                    {executed.successful ? (isDry ? text.dry : text.ok) : text.failed}
                </Badge>
                <span>{formatMs(ms)}</span>
                {parts.map(([name, part]) => (
                    <span key={name} className="muted">
                        {name} {formatMs(part)}
                    </span>
                ))}
                {requestId !== null && (
                    <Link href={`${pathOf('logs', { env })}?request=${requestId}`}>{text.inLog}</Link>
                )}
            </div>
            {executed.note !== undefined && <p className="muted">{executed.note}</p>}
            {limits.length > 0 && (
                <ul className="tags-line" aria-label={text.limits}>
                    {limits.map(([name, value]) => (
                        <li key={name} className="tag">
                            {name}: {value}
                        </li>
                    ))}
                </ul>
            )}
            {view === 'tree' ? (
                <JsonTree value={executed.data} label={text.answer} />
            ) : (
                <CodeBlock text={JSON.stringify(executed.data, null, 2)} label={text.answer} />
            )}
            {typeof next === 'string' && (
                <div>
                    <Button kind="secondary" onPress={() => onNext(next)}>
                        {text.nextPage}
                    </Button>
                </div>
            )}
        </Section>
    );
}
