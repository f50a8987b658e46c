import { useState } from 'react';
import { Button } from '../../parts/Button.tsx';
import { answer, compact, type Schemas } from '../api/client.ts';
import { Board, Badge, Facts, Section, type Tone } from '../parts/Board.tsx';
import { CodeBlock, Id } from '../parts/Copy.tsx';
import { Confirm, Dialog } from '../parts/Dialog.tsx';
import { FilterBar, FilterSelect, useFilters } from '../parts/Filters.tsx';
import { Empty, Loaded } from '../parts/States.tsx';
import { Table, type Column } from '../parts/Table.tsx';
import { Time } from '../parts/Time.tsx';
import { useChange, useList, useThing } from '../queries.ts';
import { pathOf } from '../routes.ts';
import { useEnvironment, useMay } from '../session.ts';
import { words } from '../words.ts';

const text = words.approvals;

type Approval = Schemas['Approval'];

const tones: Record<Approval['status'], Tone> = { pending: 'wait', approved: 'good', declined: 'bad', used: 'plain' };

const columns: Column<Approval>[] = [
    { title: text.tool, width: 'minmax(0, 1.6fr)', cell: ({ call }) => <bdi>{call.title}</bdi> },
    {
        title: text.status,
        width: '110px',
        phone: 'side',
        cell: ({ status }) => <Badge tone={tones[status]}>{text.statuses[status]}</Badge>,
    },
    {
        title: words.accounts.tenant,
        width: 'minmax(0, 1fr)',
        phone: 'below',
        cell: ({ call }) => <bdi>{call.tenant_id}</bdi>,
    },
    { title: text.server, width: 'minmax(0, 1fr)', phone: 'none', cell: ({ call }) => <bdi>{call.mcp_server}</bdi> },
    {
        title: text.asked,
        width: '120px',
        isEnd: true,
        phone: 'none',
        cell: ({ created_at }) => <Time at={created_at} form="ago" />,
    },
];

export default function Approvals() {
    const env = useEnvironment() ?? '';
    const [filters, setFilters] = useFilters(['status', 'approval']);
    const list = useList('approval', '/approval', compact({ status: filters.status }), { everyMs: 15_000 });
    return (
        <Board title={words.pages.approvals} lead={text.lead}>
            <FilterBar>
                <FilterSelect
                    label={text.status}
                    value={filters.status}
                    onChange={(status) => setFilters({ status })}
                    options={[
                        { value: '', label: text.anyStatus },
                        ...Object.entries(text.statuses).map(([value, label]) => ({ value, label })),
                    ]}
                />
            </FilterBar>
            <Table
                label={words.pages.approvals}
                columns={columns}
                list={list}
                keyOf={({ id }) => id}
                hrefOf={({ id }) =>
                    `${pathOf('approvals', { env })}?${new URLSearchParams(compact({ status: filters.status, approval: id }))}`
                }
                empty={<Empty title={filters.status === '' ? text.empty : text.noneFound}>{text.emptyText}</Empty>}
            />
            {filters.approval !== '' && (
                <OneApproval id={filters.approval} onClose={() => setFilters({ approval: '' })} />
            )}
        </Board>
    );
}

function OneApproval({ id, onClose }: { id: string; onClose: () => void }) {
    const approval = useThing('approval', [id], (api) =>
        answer(api.GET('/approval/{id}', { params: { path: { id } } })),
    );
    const mayDecide = useMay('approvals:decide');
    const [deciding, setDeciding] = useState<'approve' | 'decline'>();
    const decide = useChange(['approval'], (api, decision: 'approve' | 'decline') =>
        answer(api.POST('/approval/{id}', { params: { path: { id } }, body: { decision } })),
    );
    return (
        <Dialog title={approval.data?.call.title ?? text.approval} onClose={onClose} size="wide">
            <Loaded query={approval}>
                {(found) => (
                    <>
                        <Facts
                            facts={[
                                [text.status, <Badge tone={tones[found.status]}>{text.statuses[found.status]}</Badge>],
                                [words.accounts.tenant, <bdi>{found.call.tenant_id}</bdi>],
                                [text.server, <bdi>{found.call.mcp_server}</bdi>],
                                [text.toolName, <code>{found.tool}</code>],
                                ...about(found),
                                [text.ends, <Time at={found.expires_at} />],
                                ...code(found),
                                [text.id, <Id id={found.id} what={text.id} />],
                            ]}
                        />
                        <Section title={text.request} isPlain>
                            <CodeBlock
                                text={`${found.call.request.method} ${found.call.request.url}\n${JSON.stringify(found.call.request.body, null, 2)}`}
                                label={text.request}
                                wraps
                            />
                        </Section>
                        {found.call.changes !== null && (
                            <Section title={text.changes} isPlain>
                                <CodeBlock
                                    text={JSON.stringify(found.call.changes, null, 2)}
                                    label={text.changes}
                                    wraps
                                />
                            </Section>
                        )}
                        {mayDecide && found.status === 'pending' && (
                            <div className="dialog-actions">
                                <Button kind="secondary" onPress={() => setDeciding('decline')}>
                                    {text.decline}
                                </Button>
                                <Button onPress={() => setDeciding('approve')}>{text.approve}</Button>
                            </div>
                        )}
                        {deciding !== undefined && (
                            <Confirm
                                title={text[deciding]}
                                action={text[deciding]}
                                kind={deciding === 'approve' ? 'primary' : 'danger'}
                                onConfirm={() => decide.mutateAsync(deciding)}
                                onClose={() => setDeciding(undefined)}
                            >
                                <p>{text.sure[deciding]}</p>
                            </Confirm>
                        )}
                    </>
                )}
            </Loaded>
        </Dialog>
    );
}

function about({ call }: { call: Approval['call'] }): [string, React.ReactNode][] {
    const item = call.about;
    if (item === null || item === undefined) return [];
    return [[item.label, <bdi key="about">{`${item.id} ${item.title}`.trim()}</bdi>]];
}

function code(approval: object): [string, React.ReactNode][] {
    const given = (approval as { code?: string | null }).code;
    return typeof given === 'string' ? [[text.code, <Id key="code" id={given} what={text.code} />]] : [];
}
