import { useSearchParams } from 'wouter';
import { compact } from '../api/client.ts';
import { since } from '../filters.ts';
import { CallTable } from '../logs/CallTable.tsx';
import { exportUrl } from '../logs/export.ts';
import { Board } from '../parts/Board.tsx';
import { Check } from '../parts/Form.tsx';
import { FilterBar, FilterSelect, FilterText, useFilters } from '../parts/Filters.tsx';
import { Empty } from '../parts/States.tsx';
import { useNow } from '../parts/Time.tsx';
import { useList } from '../queries.ts';
import { pathOf } from '../routes.ts';
import { useEnvironment } from '../session.ts';
import { words } from '../words.ts';

const text = words.logs;
const names = ['type', 'tenant', 'tool', 'status', 'span', 'origin', 'account', 'server', 'request', 'live'] as const;
const liveEveryMs = 2000;

function statusFilter(status: string) {
    if (status === 'failed') return { error: { exist: true } };
    if (status === '429') return { http_status_code: '429' };
    if (status === '4xx') return { http_status_code: { gte: '400', lt: '500' } };
    if (status === '5xx') return { http_status_code: { gte: '500' } };
    return {};
}

export default function Logs() {
    const env = useEnvironment() ?? '';
    const [filters, setFilters] = useFilters(names);
    const [, setQuery] = useSearchParams();
    const now = useNow();
    const type = filters.type === 'mcp' ? 'mcp' : 'unified_proxy_api';
    const from = since(filters.span, now);
    const isLive = filters.live !== '';
    const query = {
        log_type: type,
        ...compact({
            tenant_id: filters.tenant,
            tool_name: filters.tool,
            request_type: type === 'mcp' ? '' : filters.origin,
            integrated_account_id: filters.account,
            mcp_server_id: filters.server,
            request_id: filters.request,
        }),
        ...statusFilter(filters.status),
        ...(from === undefined ? {} : { created_at: { gte: from } }),
    } as const;
    const list = useList('log', '/log', query, { everyMs: isLive ? liveEveryMs : undefined });
    const isFiltered = names.some((name) => name !== 'type' && name !== 'live' && filters[name] !== '');
    const base = pathOf('logs', { env });
    return (
        <Board
            title={words.pages.logs}
            tabs={(['unified_proxy_api', 'mcp'] as const).map((each) => ({
                label: text.types[each],
                href: each === 'mcp' ? `${base}?type=mcp` : base,
                isCurrent: each === type,
            }))}
            actions={
                <>
                    <span className="live" data-live={isLive ? '' : undefined}>
                        <Check
                            label={text.live}
                            isChecked={isLive}
                            onChange={(isChecked) => setFilters({ live: isChecked ? '1' : '' })}
                        />
                    </span>
                    <ExportButton environment={env} query={query} />
                </>
            }
        >
            <FilterBar
                onClear={isFiltered ? () => setQuery(type === 'mcp' ? { type } : {}, { replace: true }) : undefined}
            >
                <FilterText
                    label={text.tenant}
                    value={filters.tenant}
                    onChange={(tenant) => setFilters({ tenant })}
                    isWide
                />
                <FilterText label={text.tool} value={filters.tool} onChange={(tool) => setFilters({ tool })} />
                <FilterSelect
                    label={text.status}
                    value={filters.status}
                    onChange={(status) => setFilters({ status })}
                    options={[
                        { value: '', label: text.anyStatus },
                        ...Object.entries(text.statuses).map(([value, label]) => ({ value, label })),
                    ]}
                />
                <FilterSelect
                    label={text.time}
                    value={filters.span}
                    onChange={(span) => setFilters({ span })}
                    options={[
                        { value: '', label: text.anyTime },
                        ...Object.entries(text.spans).map(([value, label]) => ({ value, label })),
                    ]}
                />
                {type !== 'mcp' && (
                    <FilterSelect
                        label={text.origin}
                        value={filters.origin}
                        onChange={(origin) => setFilters({ origin })}
                        options={[
                            { value: '', label: text.anyOrigin },
                            ...Object.entries(text.origins).map(([value, label]) => ({ value, label })),
                        ]}
                    />
                )}
                <FilterText
                    label={text.account}
                    value={filters.account}
                    onChange={(account) => setFilters({ account })}
                />
                <FilterText
                    label={text.request}
                    value={filters.request}
                    onChange={(request) => setFilters({ request })}
                />
            </FilterBar>
            {isLive && (
                <p className="muted" role="status">
                    {text.liveOn}
                </p>
            )}
            <CallTable
                key={type}
                list={list}
                empty={
                    isFiltered ? <Empty title={text.noneFound} /> : <Empty title={text.empty}>{text.emptyText}</Empty>
                }
            />
        </Board>
    );
}

function ExportButton({ environment, query }: { environment: string; query: object }) {
    return (
        <button
            type="button"
            className="button button-secondary"
            onClick={() => void exportUrl(environment, '/log', query, 'sluice-log.ndjson')}
        >
            {text.exportLines}
        </button>
    );
}
