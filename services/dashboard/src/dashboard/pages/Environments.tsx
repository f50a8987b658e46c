import { useState } from 'react';
import { useLocation } from 'wouter';
import { Button } from '../../parts/Button.tsx';
import { answer, apiOf, type Schemas } from '../api/client.ts';
import { Board } from '../parts/Board.tsx';
import { Dialog } from '../parts/Dialog.tsx';
import { FormFrame, missing, TextInput, useForm } from '../parts/Form.tsx';
import { Empty } from '../parts/States.tsx';
import { Table, type Column } from '../parts/Table.tsx';
import { Time } from '../parts/Time.tsx';
import { useChange, useThing, type List } from '../queries.ts';
import { pathOf } from '../routes.ts';
import { useMay, useMe } from '../session.ts';
import { words } from '../words.ts';

const text = words.environments;

const columns: Column<Schemas['Environment']>[] = [
    { title: text.name, width: 'minmax(0, 1.4fr)', cell: ({ name }) => <bdi>{name}</bdi> },
    { title: text.id, width: 'minmax(0, 1.4fr)', phone: 'below', cell: ({ id }) => <code>{id}</code> },
    {
        title: text.product,
        width: 'minmax(0, 1fr)',
        phone: 'none',
        cell: ({ theme }) => <bdi>{theme.name ?? <span className="muted">–</span>}</bdi>,
    },
    {
        title: text.bodies,
        width: '120px',
        phone: 'none',
        cell: ({ log_bodies_hours }) => (log_bodies_hours === 0 ? text.noBodies : text.hours(log_bodies_hours)),
    },
    {
        title: words.mcp.createdAt,
        width: '130px',
        isEnd: true,
        phone: 'side',
        cell: ({ created_at }) => <Time at={created_at} />,
    },
];

export default function Environments() {
    const me = useMe();
    const [isCreating, setIsCreating] = useState(false);
    const mayCreate = useMay('team:write');
    const ids = me.environments.map(({ id }) => id);
    // A request is about one environment, so there is one for each.
    const found = useThing('environment', ['all', ids], () =>
        Promise.all(ids.map((id) => answer(apiOf(id).GET('/environment/{id}', { params: { path: { id } } })))),
    );
    const list: List<Schemas['Environment']> = {
        rows: found.data ?? [],
        isLoading: found.isLoading,
        error: found.data === undefined ? found.error : null,
        hasMore: false,
        isLoadingMore: false,
        loadMore: () => undefined,
        retry: () => void found.refetch(),
    };
    return (
        <Board
            title={words.pages.environments}
            lead={text.lead}
            actions={mayCreate && <Button onPress={() => setIsCreating(true)}>{text.create}</Button>}
        >
            <Table
                label={words.pages.environments}
                columns={columns}
                list={list}
                keyOf={({ id }) => id}
                hrefOf={({ id }) => pathOf('settings', { env: id })}
                empty={<Empty title={text.empty}>{text.emptyText}</Empty>}
            />
            {isCreating && <Create onClose={() => setIsCreating(false)} />}
        </Board>
    );
}

function Create({ onClose }: { onClose: () => void }) {
    const [, go] = useLocation();
    const create = useChange(['environment', 'me'], (_, name: string) =>
        answer(apiOf(undefined).POST('/environment', { body: { name } })),
    );
    const form = useForm(
        { name: '' },
        async ({ name }) => {
            const { id } = await create.mutateAsync(name.trim());
            onClose();
            go(pathOf('overview', { env: id }));
        },
        { check: (values) => missing(values, ['name']) },
    );
    return (
        <Dialog title={text.create} onClose={onClose} keeps>
            <FormFrame form={form} submit={text.create} onCancel={onClose}>
                <TextInput
                    label={text.name}
                    description={text.nameText}
                    value={form.values.name}
                    onChange={(value) => form.set('name', value)}
                    problem={form.problems.name}
                />
            </FormFrame>
        </Dialog>
    );
}
