import { useState, type ReactNode } from 'react';
import { Button } from '../../parts/Button.tsx';
import type { Schemas } from '../api/client.ts';
import { formatMs } from '../format.ts';
import { HttpBadge } from '../parts/Status.tsx';
import { Empty } from '../parts/States.tsx';
import { Table, type Column } from '../parts/Table.tsx';
import { Time } from '../parts/Time.tsx';
import type { List } from '../queries.ts';
import { words } from '../words.ts';

const text = words.webhooks;

type Delivery = Schemas['Delivery'];

const columns: Column<Delivery>[] = [
    { title: words.logs.time, width: '150px', cell: ({ timestamp }) => <Time at={timestamp} form="exact" /> },
    {
        title: text.answered,
        width: '84px',
        phone: 'side',
        cell: ({ http_status_code }) => <HttpBadge status={http_status_code ?? 0} />,
    },
    { title: text.event, width: 'minmax(0, 1.3fr)', phone: 'below', cell: ({ event }) => <code>{event}</code> },
    { title: text.attempt, width: '64px', isEnd: true, phone: 'none', cell: ({ attempt }) => attempt },
    {
        title: words.logs.error,
        width: 'minmax(0, 1.4fr)',
        phone: 'below',
        cell: ({ error }) => (
            <span className="problem-text" title={error ?? undefined}>
                {error ?? ''}
            </span>
        ),
    },
    {
        title: words.logs.duration,
        width: '76px',
        isEnd: true,
        phone: 'none',
        cell: ({ duration }) => formatMs(duration),
    },
];

/** Every attempt; with `replay`, an event can be delivered again. */
export function Deliveries({
    list,
    replay,
}: {
    list: List<Delivery | Schemas['CallLogEntry']>;
    replay?: (eventId: string) => Promise<unknown>;
}) {
    const action: Column<Delivery> = {
        title: text.again,
        width: '110px',
        isEnd: true,
        phone: 'below',
        cell: ({ event_id }): ReactNode => replay !== undefined && <ReplayOne id={event_id} replay={replay} />,
    };
    return (
        <Table
            label={text.deliveries}
            columns={replay === undefined ? columns : [...columns, action]}
            list={list as List<Delivery>}
            keyOf={({ id }) => id}
            empty={<Empty title={text.noDeliveries}>{text.noDeliveriesText}</Empty>}
        />
    );
}

function ReplayOne({ id, replay }: { id: string; replay: (eventId: string) => Promise<unknown> }) {
    const [state, setState] = useState<'idle' | 'pending' | 'done' | 'failed'>('idle');
    async function press() {
        setState('pending');
        try {
            await replay(id);
            setState('done');
        } catch {
            setState('failed');
        }
    }
    const labels = { idle: text.replay, pending: text.replay, done: text.replayed, failed: text.replayFailed };
    return (
        <Button
            kind="secondary"
            onPress={() => void press()}
            pending={state === 'pending' ? words.parts.working : undefined}
        >
            {labels[state]}
        </Button>
    );
}
