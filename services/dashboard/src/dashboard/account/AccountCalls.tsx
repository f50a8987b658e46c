import { Link } from 'wouter';
import { CallTable } from '../logs/CallTable.tsx';
import { Section } from '../parts/Board.tsx';
import { Empty } from '../parts/States.tsx';
import { useList } from '../queries.ts';
import { pathOf } from '../routes.ts';
import { useEnvironment } from '../session.ts';
import { words } from '../words.ts';
import type { Account } from './account.ts';

export function AccountCalls({ account }: { account: Account }) {
    const env = useEnvironment() ?? '';
    const list = useList('log', '/log', { log_type: 'unified_proxy_api', integrated_account_id: account.id });
    return (
        <Section
            title={words.account.calls}
            isPlain
            actions={<Link href={`${pathOf('logs', { env })}?account=${account.id}`}>{words.account.allCalls}</Link>}
        >
            <CallTable list={list} empty={<Empty title={words.logs.empty}>{words.logs.emptyText}</Empty>} />
        </Section>
    );
}
