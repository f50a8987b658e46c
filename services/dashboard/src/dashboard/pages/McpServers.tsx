import { useState } from 'react';
import { Button } from '../../parts/Button.tsx';
import { compact, type Schemas } from '../api/client.ts';
import { containing } from '../filters.ts';
import { serverColumns } from '../mcp/serverColumns.tsx';
import { ServerDialog } from '../mcp/ServerDialog.tsx';
import { Board } from '../parts/Board.tsx';
import { FilterBar, FilterText, useFilters } from '../parts/Filters.tsx';
import { Empty } from '../parts/States.tsx';
import { Table, type Column } from '../parts/Table.tsx';
import { useList } from '../queries.ts';
import { pathOf } from '../routes.ts';
import { useEnvironment, useMay } from '../session.ts';
import { words } from '../words.ts';

const text = words.mcp;

const tenant: Column<Schemas['TenantServer']> = {
    title: words.accounts.tenant,
    width: 'minmax(0, 1fr)',
    phone: 'below',
    cell: ({ tenant_id }) => <bdi>{tenant_id}</bdi>,
};

export default function McpServers() {
    const env = useEnvironment() ?? '';
    const [filters, setFilters] = useFilters(['tenant', 'name']);
    const [isCreating, setIsCreating] = useState(false);
    const mayCreate = useMay('mcp_servers:write');
    const like = (value: string) => (value === '' ? undefined : { like: containing(value) });
    const list = useList(
        'mcp_server',
        '/mcp-server',
        compact({ tenant_id: like(filters.tenant), name: like(filters.name) }),
    );
    const isFiltered = filters.tenant !== '' || filters.name !== '';
    const create = mayCreate && <Button onPress={() => setIsCreating(true)}>{text.create}</Button>;
    return (
        <Board title={words.pages['mcp-servers']} lead={`${text.tenantLead} ${text.accountServers}`} actions={create}>
            <FilterBar onClear={isFiltered ? () => setFilters({ tenant: '', name: '' }) : undefined}>
                <FilterText
                    label={text.searchTenant}
                    value={filters.tenant}
                    onChange={(value) => setFilters({ tenant: value })}
                    isWide
                />
                <FilterText label={text.search} value={filters.name} onChange={(name) => setFilters({ name })} />
            </FilterBar>
            <Table
                label={words.pages['mcp-servers']}
                columns={serverColumns([tenant])}
                list={list}
                keyOf={({ id }) => id}
                hrefOf={({ id }) => pathOf('mcp-server', { env, id })}
                empty={
                    isFiltered ? (
                        <Empty title={text.noneFound} />
                    ) : (
                        <Empty title={text.empty} action={create}>
                            {text.emptyText}
                        </Empty>
                    )
                }
            />
            {isCreating && <ServerDialog onClose={() => setIsCreating(false)} />}
        </Board>
    );
}
