import { useState } from 'react';
import { useSearchParams } from 'wouter';
import { Button } from '../../parts/Button.tsx';
import { answer } from '../api/client.ts';
import { ServerDetail } from '../mcp/ServerDetail.tsx';
import { ServerDialog } from '../mcp/ServerDialog.tsx';
import { serverColumns } from '../mcp/serverColumns.tsx';
import { Section } from '../parts/Board.tsx';
import { Empty, Loaded } from '../parts/States.tsx';
import { Table } from '../parts/Table.tsx';
import { useList, useThing } from '../queries.ts';
import { pathOf } from '../routes.ts';
import { useEnvironment, useMay } from '../session.ts';
import { words } from '../words.ts';
import type { Account } from './account.ts';

const text = words.mcp;

export function AccountServers({ account }: { account: Account }) {
    const env = useEnvironment() ?? '';
    const [query, setQuery] = useSearchParams();
    const [isCreating, setIsCreating] = useState(false);
    const mayCreate = useMay('mcp_servers:write');
    const chosen = query.get('server');
    const list = useList('mcp_server', '/integrated-account/{id}/mcp', {}, { parts: { id: account.id } });
    if (chosen !== null) return <OneServer account={account} id={chosen} onBack={() => setQuery({})} />;
    const create = mayCreate && <Button onPress={() => setIsCreating(true)}>{text.create}</Button>;
    const here = pathOf('account', { env, id: account.id, tab: 'mcp-servers' });
    return (
        <Section title={words.account.servers} lead={text.lead} actions={create} isPlain>
            <Table
                label={words.account.servers}
                columns={serverColumns()}
                list={list}
                keyOf={({ id }) => id}
                hrefOf={({ id }) => `${here}?server=${id}`}
                empty={
                    <Empty title={text.empty} action={create}>
                        {text.emptyText}
                    </Empty>
                }
            />
            {isCreating && <ServerDialog account={account} onClose={() => setIsCreating(false)} />}
        </Section>
    );
}

function OneServer({ account, id, onBack }: { account: Account; id: string; onBack: () => void }) {
    const path = { id: account.id, server_id: id };
    const server = useThing('mcp_server', [account.id, id], (api) =>
        answer(api.GET('/integrated-account/{id}/mcp/{server_id}', { params: { path } })),
    );
    return (
        <Loaded query={server}>
            {(found) => <ServerDetail server={found} account={account} onGone={onBack} onBack={onBack} />}
        </Loaded>
    );
}
