import type { ReactNode } from 'react';
import type { Schemas } from '../api/client.ts';
import { formatMs } from '../format.ts';
import { HttpBadge } from '../parts/Status.tsx';
import { Table, type Column } from '../parts/Table.tsx';
import { Time } from '../parts/Time.tsx';
import type { List } from '../queries.ts';
import { pathOf } from '../routes.ts';
import { useEnvironment } from '../session.ts';
import { words } from '../words.ts';
import { titleOf } from './call.ts';

const text = words.logs;

type Call = Schemas['CallLogEntry'];

const columns: Column<Call>[] = [
    { title: text.time, width: '150px', cell: ({ timestamp }) => <Time at={timestamp} form="exact" /> },
    {
        title: text.status,
        width: '76px',
        phone: 'side',
        cell: ({ http_status_code, error }) => <HttpBadge status={http_status_code} hasFailed={error !== undefined} />,
    },
    { title: text.what, width: 'minmax(0, 2fr)', phone: 'below', cell: (call) => <code>{titleOf(call)}</code> },
    {
        title: text.customer,
        width: 'minmax(0, 1fr)',
        phone: 'none',
        cell: ({ tenant_id }) => (tenant_id === undefined ? <span className="muted">–</span> : <bdi>{tenant_id}</bdi>),
    },
    {
        title: text.error,
        width: 'minmax(0, 1.4fr)',
        phone: 'none',
        cell: ({ error }) => (
            <span className="problem-text" title={error ?? undefined}>
                {error ?? ''}
            </span>
        ),
    },
    { title: text.duration, width: '84px', isEnd: true, phone: 'none', cell: ({ duration }) => formatMs(duration) },
];

/** Calls of vendors, or requests to MCP servers. */
export function CallTable({ list, empty }: { list: List<Call | Schemas['Delivery']>; empty: ReactNode }) {
    const env = useEnvironment() ?? '';
    return (
        <Table
            label={words.pages.logs}
            columns={columns}
            list={list as List<Call>}
            keyOf={({ id }) => id}
            hrefOf={({ id }) => pathOf('log-entry', { env, id })}
            empty={empty}
        />
    );
}
