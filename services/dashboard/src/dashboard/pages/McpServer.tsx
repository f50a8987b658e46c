import { Link, useLocation } from 'wouter';
import { answer } from '../api/client.ts';
import { ServerDetail } from '../mcp/ServerDetail.tsx';
import { Board, Section } from '../parts/Board.tsx';
import { Loaded } from '../parts/States.tsx';
import { StatusBadge } from '../parts/Status.tsx';
import type { PageProps } from '../pages.ts';
import { useList, useThing } from '../queries.ts';
import { pathOf } from '../routes.ts';
import { useEnvironment, useMay } from '../session.ts';
import { words } from '../words.ts';

export default function McpServerPage({ id }: PageProps) {
    const env = useEnvironment() ?? '';
    const [, go] = useLocation();
    const server = useThing('mcp_server', [id], (api) =>
        answer(api.GET('/mcp-server/{server_id}', { params: { path: { server_id: id } } })),
    );
    const back = pathOf('mcp-servers', { env });
    return (
        <Board
            title={server.data?.tenant_id ?? words.pages['mcp-server']}
            parent={{ label: words.pages['mcp-servers'], href: back }}
        >
            <Loaded query={server}>
                {(found) => (
                    <>
                        <ServerDetail server={found} onGone={() => go(back, { replace: true })} />
                        <Accounts tenant={found.tenant_id} />
                    </>
                )}
            </Loaded>
        </Board>
    );
}

function Accounts({ tenant }: { tenant: string }) {
    const env = useEnvironment() ?? '';
    const maySee = useMay('accounts:read');
    const list = useList('integrated_account', '/integrated-account', { tenant_id: tenant }, { isEnabled: maySee });
    return (
        <Section title={words.mcp.accountsOf}>
            {list.rows.length === 0 && !list.isLoading && <p className="muted">{words.mcp.noAccounts}</p>}
            <ul className="stack">
                {list.rows.map(({ id, integration, status }) => (
                    <li key={id} className="line">
                        <Link href={pathOf('account', { env, id })}>
                            {integration.name} <code>{id}</code>
                        </Link>
                        <StatusBadge status={status} />
                    </li>
                ))}
            </ul>
        </Section>
    );
}
