import { useMemo } from 'react';
import { Link } from 'wouter';
import { answer, type Schemas } from '../api/client.ts';
import { ConnectDemo } from '../connect/ConnectDemo.tsx';
import { formatCount, formatMs, formatShare, formatShort } from '../format.ts';
import { Attention } from '../overview/Attention.tsx';
import { Plot } from '../overview/Plot.tsx';
import { seriesOf, total, type HourlySum, type Series } from '../overview/series.ts';
import { Board, Section } from '../parts/Board.tsx';
import { useFilters } from '../parts/Filters.tsx';
import { Empty, Failed, Skeleton } from '../parts/States.tsx';
import { useNow } from '../parts/Time.tsx';
import { useList, useThing } from '../queries.ts';
import { pathOf } from '../routes.ts';
import { useEnvironment, useMay } from '../session.ts';
import { words } from '../words.ts';

const text = words.overview;
type Call = Schemas['CallLogEntry'];

const spans = { '24h': 24, '7d': 168, '30d': 720 } as const;
const hourMs = 3_600_000;

/** Pages of sums and calls that are read at most; what is beyond is not drawn. */
const sumPages = 6;
const pageSize = 5000;
const latestCalls = 2000;

export default function Overview() {
    const env = useEnvironment() ?? '';
    const [filters, setFilters] = useFilters(['span']);
    const span = (filters.span in spans ? filters.span : '24h') as keyof typeof spans;
    const hour = Math.floor(useNow() / hourMs) * hourMs;
    const from = hour - (spans[span] - 1) * hourMs;
    const maySeeAccounts = useMay('accounts:read');
    const sums = useThing(
        'log',
        ['hours', span, hour],
        async (api) => {
            const all: HourlySum[] = [];
            let next_cursor: string | undefined;
            for (let page = 0; page < sumPages; page++) {
                const query = {
                    hour: { gte: new Date(from).toISOString() },
                    limit: pageSize,
                    ...(next_cursor === undefined ? {} : { next_cursor }),
                };
                const answered = await answer(api.GET('/log/hours', { params: { query } }));
                all.push(...answered.result);
                if (answered.next_cursor === null) break;
                next_cursor = answered.next_cursor;
            }
            return all;
        },
        { keeps: true },
    );
    // An hour is summed up two minutes after its end: the calls since are counted here.
    const latest = useThing('log', ['latest', hour], async (api) => {
        const query = {
            log_type: 'unified_proxy_api',
            created_at: { gte: new Date(hour - hourMs).toISOString() },
            limit: latestCalls,
        } as const;
        return ((await answer(api.GET('/log', { params: { query } }))) as { result: Call[] }).result;
    });
    const anyAccount = useList(
        'integrated_account',
        '/integrated-account',
        {},
        { limit: 1, isEnabled: maySeeAccounts },
    );
    const isNew = maySeeAccounts && !anyAccount.isLoading && anyAccount.error === null && anyAccount.rows.length === 0;
    const series = useMemo(
        () =>
            seriesOf(
                (sums.data ?? []).filter(({ log_type }) => log_type === 'unified_proxy_api'),
                latest.data ?? [],
                from / 1000,
                hour / 1000,
            ),
        [sums.data, latest.data, from, hour],
    );
    const error = sums.error ?? latest.error;
    return (
        <Board
            title={words.pages.overview}
            actions={
                <div className="chips" role="group" aria-label={text.span}>
                    {(Object.keys(spans) as (keyof typeof spans)[]).map((each) => (
                        <button
                            key={each}
                            type="button"
                            className="chip"
                            aria-pressed={span === each}
                            onClick={() => setFilters({ span: each === '24h' ? '' : each })}
                        >
                            {text.spans[each]}
                        </button>
                    ))}
                </div>
            }
        >
            {isNew && (
                <Empty
                    title={text.welcome}
                    action={
                        <>
                            <ConnectDemo />
                            <Link className="button button-secondary" href={pathOf('accounts', { env })}>
                                {words.accounts.connect}
                            </Link>
                        </>
                    }
                >
                    {text.welcomeText}
                </Empty>
            )}
            <Attention sums={sums.data ?? []} />
            {error !== null && sums.data === undefined ? (
                <Failed
                    error={error}
                    onRetry={() => {
                        void sums.refetch();
                        void latest.refetch();
                    }}
                />
            ) : (
                <Plots series={series} isLoading={sums.data === undefined || latest.data === undefined} />
            )}
        </Board>
    );
}

function Plots({ series, isLoading }: { series: Series; isLoading: boolean }) {
    const calls = total(series.calls);
    const errors = total(series.errors);
    const share = calls === 0 ? 0 : errors / calls;
    const worst = Math.max(0, ...series.p95.map((value) => value ?? 0));
    const volumes = useMemo(
        () => [{ label: text.calls, values: series.calls, color: '--accent-ink', isFilled: true }],
        [series],
    );
    const failures = useMemo(
        () => [
            { label: text.errors, values: series.errors, color: '--problem', isFilled: true },
            { label: text.throttledCalls, values: series.throttled, color: '--warn' },
        ],
        [series],
    );
    const latencies = useMemo(
        () => [
            { label: text.p95, values: series.p95, color: '--accent-ink' },
            { label: text.p50, values: series.p50, color: '--success' },
        ],
        [series],
    );
    const plot = (
        title: string,
        sum: string,
        label: string,
        lines: typeof failures,
        format: (value: number) => string,
    ) => (
        <Section title={title}>
            <p className="figure">{isLoading ? '–' : sum}</p>
            {isLoading ? (
                <div className="plot">
                    <Skeleton lines={3} />
                </div>
            ) : (
                <Plot label={label} hours={series.hours} lines={lines} format={format} />
            )}
        </Section>
    );
    return (
        <>
            <div className="plots">
                {plot(
                    text.calls,
                    formatCount(calls),
                    text.callsLabel(formatCount(calls)),
                    volumes as typeof failures,
                    formatShort,
                )}
                {plot(
                    text.errors,
                    `${formatCount(errors)} (${formatShare(share)})`,
                    text.errorsLabel(formatCount(errors), formatShare(share)),
                    failures,
                    formatShort,
                )}
                {plot(
                    text.latency,
                    calls === 0 ? '–' : formatMs(worst),
                    text.latencyLabel(formatMs(worst)),
                    latencies as typeof failures,
                    formatMs,
                )}
            </div>
            {!isLoading && <AsTable series={series} />}
        </>
    );
}

/** The same numbers to be read. */
function AsTable({ series }: { series: Series }) {
    const rows = series.hours
        .map((hour, index) => ({ hour, index }))
        .filter(({ index }) => (series.calls[index] ?? 0) > 0)
        .reverse();
    return (
        <details className="more">
            <summary>{words.parts.showTable}</summary>
            {rows.length === 0 ? (
                <p className="muted">{text.noCalls}</p>
            ) : (
                <div className="scrolls">
                    <table className="plain-table">
                        <thead>
                            <tr>
                                <th scope="col">{text.hour}</th>
                                <th scope="col">{text.calls}</th>
                                <th scope="col">{text.errors}</th>
                                <th scope="col">{text.throttledCalls}</th>
                                <th scope="col">{text.p50}</th>
                                <th scope="col">{text.p95}</th>
                            </tr>
                        </thead>
                        <tbody>
                            {rows.map(({ hour, index }) => (
                                <tr key={hour}>
                                    <td>{new Date(hour * 1000).toLocaleString()}</td>
                                    <td>{formatCount(series.calls[index] ?? 0)}</td>
                                    <td>{formatCount(series.errors[index] ?? 0)}</td>
                                    <td>{formatCount(series.throttled[index] ?? 0)}</td>
                                    <td>{formatMs(series.p50[index] ?? 0)}</td>
                                    <td>{formatMs(series.p95[index] ?? 0)}</td>
                                </tr>
                            ))}
                        </tbody>
                    </table>
                </div>
            )}
        </details>
    );
}
