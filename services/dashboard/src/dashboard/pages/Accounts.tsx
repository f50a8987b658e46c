import { useState } from 'react';
import { Button } from '../../parts/Button.tsx';
import { brokenStatuses, type Account } from '../account/account.ts';
import { compact } from '../api/client.ts';
import { ConnectDialog } from '../connect/ConnectDialog.tsx';
import { ConnectDemo } from '../connect/ConnectDemo.tsx';
import { containing } from '../filters.ts';
import { Board } from '../parts/Board.tsx';
import { FilterBar, FilterSelect, FilterText, useFilters } from '../parts/Filters.tsx';
import { IntegrationName } from '../parts/Integration.tsx';
import { Empty } from '../parts/States.tsx';
import { StatusBadge } from '../parts/Status.tsx';
import { Table, type Column } from '../parts/Table.tsx';
import { Time } from '../parts/Time.tsx';
import { useList } from '../queries.ts';
import { pathOf } from '../routes.ts';
import { useEnvironment, useMay } from '../session.ts';
import { words } from '../words.ts';

const text = words.accounts;

const columns: Column<Account>[] = [
    { title: text.tenant, width: 'minmax(0, 2fr)', cell: ({ tenant_id }) => <bdi>{tenant_id}</bdi> },
    {
        title: text.integration,
        width: 'minmax(0, 1.1fr)',
        phone: 'below',
        cell: ({ integration }) => <IntegrationName name={integration.name} id={integration.id} />,
    },
    { title: text.status, width: '150px', phone: 'side', cell: ({ status }) => <StatusBadge status={status} /> },
    {
        title: text.method,
        width: 'minmax(0, 0.8fr)',
        phone: 'none',
        cell: ({ authentication_method, is_sandbox, is_blocked }) => (
            <>
                {authentication_method}
                {is_sandbox && <span className="tag">{text.sandbox}</span>}
                {is_blocked && <span className="tag">{text.blocked}</span>}
            </>
        ),
    },
    {
        title: text.changed,
        width: '120px',
        isEnd: true,
        phone: 'none',
        cell: ({ updated_at }) => <Time at={updated_at} form="ago" />,
    },
];

export default function Accounts() {
    const environment = useEnvironment() ?? '';
    const [filters, setFilters] = useFilters(['tenant', 'status', 'integration']);
    const [isConnecting, setIsConnecting] = useState(false);
    const mayConnect = useMay('credentials:write');
    const integrations = useList('integration', '/integration', {}, { limit: 5000 });
    const list = useList(
        'integrated_account',
        '/integrated-account',
        compact({
            tenant_id: filters.tenant === '' ? undefined : { like: containing(filters.tenant) },
            status:
                filters.status === 'broken'
                    ? { in: brokenStatuses.join(',') }
                    : filters.status === ''
                      ? undefined
                      : filters.status,
            'integration.name': filters.integration,
        }),
    );
    const isFiltered = Object.values(filters).some((value) => value !== '');
    const connect = mayConnect && <Button onPress={() => setIsConnecting(true)}>{text.connect}</Button>;
    return (
        <Board title={words.pages.accounts} actions={connect}>
            <FilterBar onClear={isFiltered ? () => setFilters({ tenant: '', status: '', integration: '' }) : undefined}>
                <FilterText
                    label={text.search}
                    value={filters.tenant}
                    onChange={(tenant) => setFilters({ tenant })}
                    isWide
                />
                <FilterSelect
                    label={text.status}
                    value={filters.status}
                    onChange={(status) => setFilters({ status })}
                    options={[
                        { value: '', label: text.anyStatus },
                        { value: 'broken', label: text.broken },
                        ...Object.entries(words.status).map(([value, { label }]) => ({ value, label })),
                    ]}
                />
                <FilterSelect
                    label={text.integration}
                    value={filters.integration}
                    onChange={(integration) => setFilters({ integration })}
                    options={[
                        { value: '', label: text.anyIntegration },
                        ...integrations.rows.map(({ name, label }) => ({ value: name, label })),
                    ]}
                />
            </FilterBar>
            <Table
                label={words.pages.accounts}
                columns={columns}
                list={list}
                keyOf={({ id }) => id}
                hrefOf={({ id }) => pathOf('account', { env: environment, id })}
                empty={
                    isFiltered ? (
                        <Empty title={text.noneFound} />
                    ) : (
                        <Empty
                            title={text.empty}
                            action={
                                <>
                                    <ConnectDemo />
                                    {connect}
                                </>
                            }
                        >
                            {text.emptyText}
                        </Empty>
                    )
                }
            />
            {isConnecting && <ConnectDialog onClose={() => setIsConnecting(false)} />}
        </Board>
    );
}
