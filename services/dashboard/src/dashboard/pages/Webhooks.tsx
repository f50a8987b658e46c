import { useState } from 'react';
import { useLocation } from 'wouter';
import { Button } from '../../parts/Button.tsx';
import { compact, type Schemas } from '../api/client.ts';
import { containing } from '../filters.ts';
import { Board, Badge } from '../parts/Board.tsx';
import { FilterBar, FilterSelect, FilterText, useFilters } from '../parts/Filters.tsx';
import { Empty } from '../parts/States.tsx';
import { Table, type Column } from '../parts/Table.tsx';
import { Time } from '../parts/Time.tsx';
import { useList } from '../queries.ts';
import { pathOf } from '../routes.ts';
import { useEnvironment, useMay } from '../session.ts';
import { WebhookDialog } from '../webhooks/WebhookDialog.tsx';
import { words } from '../words.ts';

const text = words.webhooks;

const columns: Column<Schemas['Webhook']>[] = [
    { title: text.url, width: 'minmax(0, 2fr)', cell: ({ target_url }) => <bdi>{target_url}</bdi> },
    {
        title: text.state,
        width: '110px',
        phone: 'side',
        cell: ({ is_active }) => (
            <Badge tone={is_active ? 'good' : 'plain'}>{is_active ? text.active : text.inactive}</Badge>
        ),
    },
    {
        title: text.events,
        width: 'minmax(0, 1.3fr)',
        phone: 'below',
        cell: ({ event_types }) => (
            <span className="muted">{event_types.length === 0 ? text.allEvents : event_types.join(', ')}</span>
        ),
    },
    {
        title: words.accounts.changed,
        width: '120px',
        isEnd: true,
        phone: 'none',
        cell: ({ updated_at }) => <Time at={updated_at} form="ago" />,
    },
];

export default function Webhooks() {
    const env = useEnvironment() ?? '';
    const [, go] = useLocation();
    const [filters, setFilters] = useFilters(['url', 'active']);
    const [isCreating, setIsCreating] = useState(false);
    const mayCreate = useMay('webhooks:write');
    const list = useList('webhook', '/webhook', {
        ...(filters.url === '' ? {} : { target_url: { like: containing(filters.url) } }),
        ...(filters.active === '' ? {} : { is_active: filters.active === 'true' }),
    });
    const isFiltered = filters.url !== '' || filters.active !== '';
    const create = mayCreate && <Button onPress={() => setIsCreating(true)}>{text.create}</Button>;
    return (
        <Board title={words.pages.webhooks} lead={text.lead} actions={create}>
            <FilterBar onClear={isFiltered ? () => setFilters({ url: '', active: '' }) : undefined}>
                <FilterText label={text.url} value={filters.url} onChange={(url) => setFilters({ url })} isWide />
                <FilterSelect
                    label={text.state}
                    value={filters.active}
                    onChange={(active) => setFilters({ active })}
                    options={[
                        { value: '', label: text.anyState },
                        { value: 'true', label: text.active },
                        { value: 'false', label: text.inactive },
                    ]}
                />
            </FilterBar>
            <Table
                label={words.pages.webhooks}
                columns={columns}
                list={list}
                keyOf={({ id }) => id}
                hrefOf={({ id }) => pathOf('webhook', { env, id })}
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
            {isCreating && (
                <WebhookDialog
                    onClose={() => setIsCreating(false)}
                    onMade={(id) => go(pathOf('webhook', compact({ env, id })))}
                />
            )}
        </Board>
    );
}
