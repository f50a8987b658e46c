import { Link, useLocation } from 'wouter';
import { Button } from '../../parts/Button.tsx';
import { answer } from '../api/client.ts';
import { formatCount, formatMs } from '../format.ts';
import { argumentsOf, curlOf, titleOf, waterfallOf, type Call } from '../logs/call.ts';
import { Board, Facts, Section } from '../parts/Board.tsx';
import { CodeBlock, Id } from '../parts/Copy.tsx';
import { Loaded, Skeleton } from '../parts/States.tsx';
import { HttpBadge } from '../parts/Status.tsx';
import { Time } from '../parts/Time.tsx';
import type { PageProps } from '../pages.ts';
import { useList, useThing } from '../queries.ts';
import { pathOf } from '../routes.ts';
import { useEnvironment, useMay } from '../session.ts';
import { words } from '../words.ts';

const text = words.logs;

export default function LogEntry({ id }: PageProps) {
    const env = useEnvironment() ?? '';
    const call = useThing(
        'log',
        [id],
        async (api) => (await answer(api.GET('/log/{id}', { params: { path: { id } } }))) as Call,
        { staleMs: Infinity },
    );
    return (
        <Board
            title={call.data === undefined ? words.pages['log-entry'] : titleOf(call.data)}
            badge={call.data !== undefined && <HttpBadge status={call.data.http_status_code} />}
            parent={{ label: words.pages.logs, href: pathOf('logs', { env }) }}
            actions={call.data !== undefined && <OpenPlayground call={call.data} />}
        >
            <Loaded query={call} skeleton={<Skeleton lines={9} />}>
                {(found) => <Entry call={found} />}
            </Loaded>
        </Board>
    );
}

function OpenPlayground({ call }: { call: Call }) {
    const env = useEnvironment() ?? '';
    const [, go] = useLocation();
    const may = useMay('credentials:write');
    if (!may || call.integrated_account_id === undefined) return null;
    const given = argumentsOf(call);
    const query = new URLSearchParams({ account: call.integrated_account_id });
    if (call.tool_name !== undefined) query.set('tool', call.tool_name);
    else if (call.resource !== undefined) query.set('method', `${call.resource}.${call.method ?? ''}`);
    if (given !== undefined) query.set('arguments', JSON.stringify(given));
    return (
        <Button kind="secondary" onPress={() => go(`${pathOf('playground', { env })}?${query}`)}>
            {text.openPlayground}
        </Button>
    );
}

function Entry({ call }: { call: Call }) {
    const env = useEnvironment() ?? '';
    const hasBodies = call.request_body !== undefined || call.response_body !== undefined;
    const account = call.integrated_account_id;
    const facts: [string, React.ReactNode][] = [
        [text.id, <Id id={call.id} what={text.id} />],
        [text.time, <Time at={call.timestamp} form="exact" />],
        [text.duration, formatMs(call.duration)],
        [text.vendorTime, formatMs(call.fetch_duration)],
    ];
    const more = (label: string, value: React.ReactNode) => value !== undefined && facts.push([label, value]);
    more(text.request, call.request_id && <Id id={call.request_id} what={text.request} />);
    more(
        text.account,
        account && (
            <Link href={pathOf('account', { env, id: account })}>
                <bdi>{call.tenant_id ?? account}</bdi>
            </Link>
        ),
    );
    more(text.origin, call.request_type && text.origins[call.request_type]);
    more(text.server, call.mcp_server_name && <bdi>{call.mcp_server_name}</bdi>);
    more(text.client, call.client_name && `${call.client_name} ${call.client_version ?? ''}`);
    more(text.address, call.client_address && <code>{call.client_address}</code>);
    more(text.token, call.api_token_id && <code>{call.api_token_id}</code>);
    more(text.vendorUrl, call.http_url && <code>{`${call.http_method ?? ''} ${call.http_url}`}</code>);
    more(text.records, call.result_count === undefined ? undefined : formatCount(call.result_count));
    more(text.trace, call.trace_id && <Id id={call.trace_id} what={text.trace} />);
    return (
        <>
            {call.error !== undefined && (
                <div className="notice notice-problem">
                    <p>{call.error}</p>
                </div>
            )}
            <WaterfallSection call={call} />
            <div className="columns">
                <Section title={text.facts}>
                    <Facts facts={facts} />
                </Section>
                <div className="stack-wide">
                    <Section title={text.asCurl}>
                        <CodeBlock text={curlOf(call, location.origin)} label={text.asCurl} wraps />
                        {call.request_body === undefined && <p className="muted">{text.curlWithoutBodies}</p>}
                    </Section>
                    {!hasBodies && (
                        <Section title={text.noBodies}>
                            <p className="muted">
                                {text.noBodiesText}{' '}
                                <Link href={pathOf('settings', { env })}>{words.pages.settings}</Link>
                            </p>
                        </Section>
                    )}
                </div>
            </div>
            {call.request_body !== undefined && (
                <Section title={text.requestBody}>
                    <CodeBlock text={pretty(call.request_body)} label={text.requestBody} />
                </Section>
            )}
            {call.response_body !== undefined && (
                <Section title={text.responseBody}>
                    <CodeBlock text={pretty(call.response_body)} label={text.responseBody} />
                </Section>
            )}
        </>
    );
}

function pretty(body: string): string {
    try {
        return JSON.stringify(JSON.parse(body), null, 2);
    } catch {
        return body;
    }
}

/** A batch may make hundreds. */
const shownCalls = 60;

/** The vendor calls and the MCP request that belong to one request. */
function WaterfallSection({ call }: { call: Call }) {
    const isEnabled = call.request_id !== undefined;
    const request = { request_id: call.request_id ?? '' };
    const vendor = useList('log', '/log', { log_type: 'unified_proxy_api', ...request }, { isEnabled });
    const mcp = useList('log', '/log', { log_type: 'mcp', ...request }, { isEnabled });
    const others = [...mcp.rows, ...vendor.rows] as Call[];
    const calls = others.some(({ id }) => id === call.id) ? others : [call, ...others];
    const env = useEnvironment() ?? '';
    const { bars, totalMs } = waterfallOf(calls.slice(0, shownCalls));
    const share = (part: number) => `${(part * 100).toFixed(3)}%`;
    return (
        <Section title={text.waterfall} lead={text.waterfallLead}>
            <div className="legend" aria-hidden="true">
                <span className="legend-ours">{text.ours}</span>
                <span className="legend-vendor">{text.vendor}</span>
                <span className="muted">{text.total(formatMs(totalMs))}</span>
            </div>
            <ol className="waterfall">
                {bars.map((bar) => {
                    const title = bar.call.log_type === 'mcp' ? (bar.call.mcp_method ?? 'mcp') : titleOf(bar.call);
                    const said = text.barText(formatMs(bar.call.fetch_duration));
                    return (
                        <li key={bar.call.id}>
                            <Link
                                href={pathOf('log-entry', { env, id: bar.call.id })}
                                aria-current={bar.call.id === call.id ? 'true' : undefined}
                                title={title + ' ' + formatMs(bar.call.duration) + said}
                            >
                                <code>{title}</code>
                                <span className="waterfall-track">
                                    <span
                                        className="waterfall-ours"
                                        style={{ left: share(bar.begin), width: share(bar.length) }}
                                    />
                                    <span
                                        className="waterfall-vendor"
                                        style={{ left: share(bar.vendorBegin), width: share(bar.vendorLength) }}
                                    />
                                </span>
                                <span className="waterfall-time">
                                    {formatMs(bar.call.duration)}
                                    <span className="visually-hidden">{said}</span>
                                </span>
                            </Link>
                        </li>
                    );
                })}
            </ol>
            {calls.length > shownCalls && (
                <Link href={`${pathOf('logs', { env })}?request=${request.request_id}`}>
                    {text.moreCalls(calls.length - shownCalls)}
                </Link>
            )}
        </Section>
    );
}
