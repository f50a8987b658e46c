import { Link } from 'wouter';
import { Notice } from '../../parts/Notice.tsx';
import { answer, type Schemas } from '../api/client.ts';
import { formatCount, formatSeconds } from '../format.ts';
import { Facts, Gauge, Section } from '../parts/Board.tsx';
import { Id } from '../parts/Copy.tsx';
import { IntegrationName } from '../parts/Integration.tsx';
import { Failed, Loaded, Skeleton } from '../parts/States.tsx';
import { Time } from '../parts/Time.tsx';
import { useList, useThing } from '../queries.ts';
import { pathOf } from '../routes.ts';
import { useEnvironment, useMay } from '../session.ts';
import { words } from '../words.ts';
import { flatten, isBroken, reasonOf, timelineOf, type Account } from './account.ts';

const text = words.account;

export function AccountOverview({ account }: { account: Account }) {
    const env = useEnvironment() ?? '';
    return (
        <>
            <State account={account} />
            <div className="columns columns-wide">
                <div className="stack-wide">
                    <Section title={text.facts}>
                        <Facts
                            facts={[
                                [text.id, <Id id={account.id} what={text.id} />],
                                [words.accounts.tenantId, <Id id={account.tenant_id} what={words.accounts.tenant} />],
                                [
                                    words.accounts.integration,
                                    <IntegrationName name={account.integration.name} id={account.integration.id} />,
                                ],
                                [
                                    text.environmentIntegration,
                                    <Link href={pathOf('integration', { env, id: account.environment_integration_id })}>
                                        {account.environment_integration_id}
                                    </Link>,
                                ],
                                [words.accounts.method, account.authentication_method],
                                [text.region, account.region ?? '–'],
                                [text.isSandbox, account.is_sandbox ? words.parts.yes : words.parts.no],
                                [words.accounts.connected, <Time at={account.created_at} />],
                                [words.accounts.changed, <Time at={account.updated_at} />],
                            ]}
                        />
                    </Section>
                    <Context account={account} />
                </div>
                <div className="stack-wide">
                    <Limits account={account} />
                    <Timeline account={account} />
                </div>
            </div>
        </>
    );
}

/** In words: how it is, since when, and why. */
function State({ account }: { account: Account }) {
    const { label, text: meaning } = words.status[account.status];
    const reason = reasonOf(account);
    const forbidden = account.last_forbidden_error;
    return (
        <>
            {isBroken(account.status) && (
                <Notice title={label}>
                    <p>{meaning}</p>
                    {reason !== undefined && (
                        <p>
                            “{reason}” <Time at={account.last_error?.occurred_at} form="ago" />
                        </p>
                    )}
                </Notice>
            )}
            {account.is_blocked && (
                <Notice title={text.isBlocked}>
                    <p>{text.isBlockedText}</p>
                </Notice>
            )}
            {forbidden !== null && (
                <Notice kind="info" title={text.forbiddenTitle}>
                    <p>
                        <code>
                            {forbidden.resource}.{forbidden.method}
                        </code>{' '}
                        <Time at={forbidden.occurred_at} form="ago" />: {forbidden.message}
                    </p>
                    {forbidden.missing_scopes.length > 0 && (
                        <p>
                            {text.missingScopes} <code>{forbidden.missing_scopes.join(', ')}</code>
                        </p>
                    )}
                </Notice>
            )}
        </>
    );
}

function Context({ account }: { account: Account }) {
    const lines = flatten(account.context);
    return (
        <Section title={text.context} lead={text.contextLead}>
            {lines.length === 0 ? (
                <p className="muted">{text.noContext}</p>
            ) : (
                <Facts facts={lines.map(([path, value]) => [path, <bdi key={path}>{value}</bdi>])} />
            )}
        </Section>
    );
}

const limitsEveryMs = 10_000;

function Limits({ account }: { account: Account }) {
    const limits = useThing(
        'integrated_account',
        [account.id, 'rate-limit'],
        (api) => answer(api.GET('/integrated-account/{id}/rate-limit', { params: { path: { id: account.id } } })),
        { everyMs: limitsEveryMs },
    );
    return (
        <Section title={text.limits} lead={text.limitsLead}>
            <Loaded query={limits} skeleton={<Skeleton lines={2} />}>
                {({ windows, own, forecast }) => (
                    <div className="stack">
                        {windows.length === 0 && <p className="muted">{text.noLimits}</p>}
                        {windows.map((window) => (
                            <Window key={window.name} {...window} />
                        ))}
                        {own !== null && <Window name={text.own} {...own} />}
                        {forecast !== null && <p className="muted">{forecast.text}</p>}
                    </div>
                )}
            </Loaded>
        </Section>
    );
}

type WindowProps = Pick<Schemas['RateLimitWindow'], 'name' | 'limit' | 'remaining' | 'reset'>;

function Window({ name, limit, remaining, reset }: WindowProps) {
    const left = remaining === null ? '–' : formatCount(remaining);
    const said = limit === null ? text.leftOnly(left) : text.left(left, formatCount(limit));
    const when = reset === null || reset <= 0 ? '' : `, ${text.resets(formatSeconds(reset))}`;
    return <Gauge label={name} used={(limit ?? 0) - (remaining ?? limit ?? 0)} limit={limit ?? 0} text={said + when} />;
}

function Timeline({ account }: { account: Account }) {
    const maySeeAudit = useMay('audit:read');
    const maySeeServers = useMay('mcp_servers:read');
    const audit = useList('audit', '/audit-log', { target_id: account.id }, { isEnabled: maySeeAudit, limit: 50 });
    const servers = useList(
        'mcp_server',
        '/integrated-account/{id}/mcp',
        {},
        { parts: { id: account.id }, isEnabled: maySeeServers, limit: 50 },
    );
    const moments = timelineOf({ account, audit: audit.rows, servers: servers.rows });
    return (
        <Section title={text.timeline}>
            {audit.error !== null && <Failed error={audit.error} onRetry={audit.retry} />}
            <ol className="timeline">
                {moments.map(({ at, kind, text: said, who }, index) => (
                    <li key={index} className={`moment moment-${kind}`}>
                        <span className="moment-what">
                            {text.moments[kind]}
                            {said !== '' && (
                                <>
                                    {': '}
                                    <bdi>{said}</bdi>
                                </>
                            )}
                            {who !== undefined && (
                                <span className="muted">
                                    {' '}
                                    <bdi>{who}</bdi>
                                </span>
                            )}
                        </span>
                        <span className="muted">
                            <Time at={at} form="ago" />
                        </span>
                    </li>
                ))}
            </ol>
            {!maySeeAudit && <p className="muted">{text.timelineNoAudit}</p>}
        </Section>
    );
}
