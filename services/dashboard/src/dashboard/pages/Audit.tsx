import { useState } from 'react';
import { compact, type Schemas } from '../api/client.ts';
import { containing, since } from '../filters.ts';
import { exportUrl } from '../logs/export.ts';
import { Board, Facts, Section } from '../parts/Board.tsx';
import { CodeBlock, Id } from '../parts/Copy.tsx';
import { Dialog } from '../parts/Dialog.tsx';
import { FilterBar, FilterSelect, FilterText, useFilters } from '../parts/Filters.tsx';
import { Empty } from '../parts/States.tsx';
import { Table, type Column } from '../parts/Table.tsx';
import { Time, useNow } from '../parts/Time.tsx';
import { useList } from '../queries.ts';
import { useMe } from '../session.ts';
import { words } from '../words.ts';

const text = words.audit;

type Entry = Schemas['AuditEntry'];

export default function Audit() {
    const me = useMe();
    const [filters, setFilters] = useFilters(['action', 'actor', 'target', 'environment', 'span']);
    const [shown, setShown] = useState<Entry>();
    const from = since(filters.span, useNow());
    const query = {
        ...compact({ actor_id: filters.actor, target_id: filters.target }),
        ...(filters.action === '' ? {} : { action: { like: containing(filters.action) } }),
        ...(filters.environment === ''
            ? {}
            : filters.environment === 'team'
              ? { environment_id: { exist: false } }
              : { environment_id: filters.environment }),
        ...(from === undefined ? {} : { created_at: { gte: from } }),
    };
    const list = useList('audit', '/audit-log', query);
    const environmentName = (id: string | null) =>
        id === null ? text.team : (me.environments.find((each) => each.id === id)?.name ?? id);
    const columns: Column<Entry>[] = [
        {
            title: text.action,
            width: 'minmax(0, 1.2fr)',
            cell: (entry) => (
                <button type="button" className="row-link" onClick={() => setShown(entry)}>
                    <code>{entry.action}</code>
                </button>
            ),
        },
        {
            title: text.actor,
            width: 'minmax(0, 1.2fr)',
            phone: 'below',
            cell: ({ actor }) => (
                <>
                    <bdi>{actor.name ?? actor.id ?? '–'}</bdi> <span className="muted">{text.actors[actor.type]}</span>
                </>
            ),
        },
        {
            title: text.target,
            width: 'minmax(0, 1.2fr)',
            phone: 'none',
            cell: ({ target_id }) => <code>{target_id}</code>,
        },
        {
            title: text.environment,
            width: 'minmax(0, 0.7fr)',
            phone: 'none',
            cell: ({ environment_id }) => <bdi>{environmentName(environment_id)}</bdi>,
        },
        {
            title: text.time,
            width: '120px',
            isEnd: true,
            phone: 'side',
            cell: ({ created_at }) => <Time at={created_at} form="ago" />,
        },
    ];
    const isFiltered = Object.values(filters).some((value) => value !== '');
    return (
        <Board
            title={words.pages.audit}
            lead={text.lead}
            actions={
                <button
                    type="button"
                    className="button button-secondary"
                    onClick={() => void exportUrl(undefined, '/audit-log', query, 'sluice-audit.ndjson')}
                >
                    {words.logs.exportLines}
                </button>
            }
        >
            <FilterBar
                onClear={
                    isFiltered
                        ? () => setFilters({ action: '', actor: '', target: '', environment: '', span: '' })
                        : undefined
                }
            >
                <FilterText
                    label={text.searchAction}
                    value={filters.action}
                    onChange={(action) => setFilters({ action })}
                    isWide
                />
                <FilterText
                    label={text.targetId}
                    value={filters.target}
                    onChange={(target) => setFilters({ target })}
                />
                <FilterText label={text.actorId} value={filters.actor} onChange={(actor) => setFilters({ actor })} />
                <FilterSelect
                    label={text.environment}
                    value={filters.environment}
                    onChange={(environment) => setFilters({ environment })}
                    options={[
                        { value: '', label: text.anywhere },
                        { value: 'team', label: text.team },
                        ...me.environments.map(({ id, name }) => ({ value: id, label: name })),
                    ]}
                />
                <FilterSelect
                    label={text.time}
                    value={filters.span}
                    onChange={(span) => setFilters({ span })}
                    options={[
                        { value: '', label: text.anyTime },
                        ...Object.entries(words.logs.spans).map(([value, label]) => ({ value, label })),
                    ]}
                />
            </FilterBar>
            <Table
                label={words.pages.audit}
                columns={columns}
                list={list}
                keyOf={({ id }) => id}
                empty={<Empty title={isFiltered ? text.noneFound : text.empty}>{text.emptyText}</Empty>}
            />
            {shown !== undefined && (
                <Dialog title={shown.action} onClose={() => setShown(undefined)} size="wide">
                    <Facts
                        facts={[
                            [text.time, <Time at={shown.created_at} form="exact" />],
                            [
                                text.actor,
                                <span>
                                    <bdi>{shown.actor.name ?? '–'}</bdi> ({text.actors[shown.actor.type]})
                                </span>,
                            ],
                            [
                                text.actorId,
                                shown.actor.id === null ? '–' : <Id id={shown.actor.id} what={text.actorId} />,
                            ],
                            [text.targetId, <Id id={shown.target_id} what={text.targetId} />],
                            [text.environment, environmentName(shown.environment_id)],
                            [words.logs.address, shown.client_address ?? '–'],
                            [words.logs.request, shown.request_id ?? '–'],
                        ]}
                    />
                    <div className="columns">
                        <Section title={text.before} isPlain>
                            <CodeBlock text={JSON.stringify(shown.before, null, 2)} label={text.before} wraps />
                        </Section>
                        <Section title={text.after} isPlain>
                            <CodeBlock text={JSON.stringify(shown.after, null, 2)} label={text.after} wraps />
                        </Section>
                    </div>
                </Dialog>
            )}
        </Board>
    );
}
