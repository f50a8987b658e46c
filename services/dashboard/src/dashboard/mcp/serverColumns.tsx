import type { Schemas } from '../api/client.ts';
import type { Column } from '../parts/Table.tsx';
import { Time } from '../parts/Time.tsx';
import { words } from '../words.ts';

const text = words.mcp;

type Server = Pick<Schemas['McpServer'], 'name' | 'config' | 'expires_at' | 'created_at'>;

/** "read; tickets, users". */
export function filterText({ methods, tags }: Schemas['McpServerSettings']): string {
    const what = methods.length === 0 ? text.allMethods : methods.join(', ');
    return tags.length === 0 ? what : `${what}; ${tags.join(', ')}`;
}

/** Of one account, or with `extra` after the name. */
export function serverColumns<Row extends Server>(extra: Column<Row>[] = []): Column<Row>[] {
    return [
        { title: text.name, width: 'minmax(0, 1.4fr)', cell: ({ name }) => <bdi>{name}</bdi> },
        ...extra,
        {
            title: text.filter,
            width: 'minmax(0, 1.6fr)',
            phone: 'below',
            cell: ({ config }) => <span className="muted">{filterText(config)}</span>,
        },
        {
            title: text.expires,
            width: '130px',
            phone: 'side',
            cell: ({ expires_at }) =>
                expires_at === null ? (
                    <span className="muted">{words.parts.never}</span>
                ) : (
                    <Time at={expires_at} form="ago" />
                ),
        },
        {
            title: text.createdAt,
            width: '120px',
            isEnd: true,
            phone: 'none',
            cell: ({ created_at }) => <Time at={created_at} form="ago" />,
        },
    ];
}
