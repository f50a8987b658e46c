import { AccountActions } from '../account/AccountActions.tsx';
import { AccountOverview } from '../account/AccountOverview.tsx';
import { AccountServers } from '../account/AccountServers.tsx';
import { Capabilities } from '../account/Capabilities.tsx';
import { AccountCalls } from '../account/AccountCalls.tsx';
import type { Account } from '../account/account.ts';
import { answer } from '../api/client.ts';
import { Board } from '../parts/Board.tsx';
import { IntegrationTile } from '../parts/Integration.tsx';
import { Loaded, Skeleton } from '../parts/States.tsx';
import { StatusBadge } from '../parts/Status.tsx';
import type { PageProps } from '../pages.ts';
import { useThing } from '../queries.ts';
import { pathOf } from '../routes.ts';
import { useEnvironment } from '../session.ts';
import { words } from '../words.ts';

const tabs = ['', 'mcp-servers', 'capabilities', 'calls'] as const;
const labels: Record<(typeof tabs)[number], string> = {
    '': words.account.overview,
    'mcp-servers': words.account.servers,
    capabilities: words.account.capabilities,
    calls: words.account.calls,
};

export default function AccountPage({ id, tab }: PageProps) {
    const env = useEnvironment() ?? '';
    const account = useThing('integrated_account', [id], (api) =>
        answer(api.GET('/integrated-account/{id}', { params: { path: { id } } })),
    );
    const current = tabs.find((each) => each === tab) ?? '';
    const parent = { label: words.pages.accounts, href: pathOf('accounts', { env }) };
    return (
        <Board
            title={account.data?.tenant_id ?? words.pages.account}
            mark={
                account.data !== undefined && (
                    <IntegrationTile name={account.data.integration.name} id={account.data.integration.id} />
                )
            }
            badge={account.data !== undefined && <StatusBadge status={account.data.status} />}
            parent={parent}
            actions={account.data !== undefined && <AccountActions account={account.data} />}
            tabs={tabs.map((each) => ({
                label: labels[each],
                href: pathOf('account', each === '' ? { env, id } : { env, id, tab: each }),
                isCurrent: each === current,
            }))}
        >
            <Loaded query={account} skeleton={<Skeleton lines={9} />}>
                {(found) => <Content account={found} tab={current} />}
            </Loaded>
        </Board>
    );
}

function Content({ account, tab }: { account: Account; tab: (typeof tabs)[number] }) {
    if (tab === 'mcp-servers') return <AccountServers account={account} />;
    if (tab === 'capabilities') return <Capabilities account={account} />;
    if (tab === 'calls') return <AccountCalls account={account} />;
    return <AccountOverview account={account} />;
}
