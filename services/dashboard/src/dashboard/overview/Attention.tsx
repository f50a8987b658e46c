// What is wrong, or will be soon, and where to mend it.
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { answer } from '../api/client.ts';
import { brokenStatuses } from '../account/account.ts';
import { formatCount } from '../format.ts';
import { Badge, Section, type Tone } from '../parts/Board.tsx';
import { Skeleton } from '../parts/States.tsx';
import { Time } from '../parts/Time.tsx';
import { useList, useThing } from '../queries.ts';
import { pathOf } from '../routes.ts';
import { useEnvironment, useMay } from '../session.ts';
import { words } from '../words.ts';
import { failingWebhooks, type Delivery } from './failing.ts';
import { throttledBy, type HourlySum } from './series.ts';

const text = words.overview;

interface Item {
    key: string;
    tone: Tone;
    title: ReactNode;
    detail: ReactNode;
    href: string;
}

const soonMs = 14 * 86_400_000;
/** Of each kind; the rest is one line. */
const shownAtOnce = 4;
const fullShare = 0.9;

/** To the hour, so that the question stays the same. */
const soon = () => new Date(Math.floor((Date.now() + soonMs) / 3_600_000) * 3_600_000).toISOString();

export function Attention({ sums }: { sums: HourlySum[] }) {
    const env = useEnvironment() ?? '';
    const may = {
        accounts: useMay('accounts:read'),
        approvals: useMay('approvals:read'),
        integrations: useMay('integrations:read'),
        webhooks: useMay('webhooks:read'),
        tokens: useMay('api_tokens:read'),
        servers: useMay('mcp_servers:read'),
        environment: useMay('environment:read'),
    };
    const ends = soon();
    const accounts = useList(
        'integrated_account',
        '/integrated-account',
        { status: { in: brokenStatuses.join(',') } },
        { isEnabled: may.accounts, limit: 100 },
    );
    const approvals = useList('approval', '/approval', { status: 'pending' }, { isEnabled: may.approvals });
    const installed = useList(
        'environment_integration',
        '/environment-integration',
        {},
        { isEnabled: may.integrations },
    );
    const deliveries = useList('log', '/log', { log_type: 'webhook' }, { isEnabled: may.webhooks });
    const destinations = useList(
        'notification_destination',
        '/notification-destination',
        {},
        { isEnabled: may.webhooks },
    );
    const tokens = useList('api_token', '/api-token', { expires_at: { lt: ends } }, { isEnabled: may.tokens });
    const servers = useList('mcp_server', '/mcp-server', { expires_at: { lt: ends } }, { isEnabled: may.servers });
    const environment = useThing(
        'environment',
        [env],
        (api) => answer(api.GET('/environment/{id}', { params: { path: { id: env } } })),
        { isEnabled: may.environment },
    );
    const lists = [accounts, approvals, installed, deliveries, destinations, tokens, servers];
    const isLoading = lists.some((list) => list.isLoading);

    const items = [
        ...some(
            accounts,
            pathOf('accounts', { env }) + '?status=broken',
            ({ id, tenant_id, integration, ...account }) => ({
                key: id,
                tone: 'bad',
                title: <bdi>{tenant_id}</bdi>,
                detail: (
                    <>
                        {words.status[account.status].label} · {integration.name}
                        {account.last_error !== null && (
                            <>
                                {' · '}
                                <Time at={account.last_error.occurred_at} form="ago" />
                            </>
                        )}
                    </>
                ),
                href: pathOf('account', { env, id }),
            }),
        ),
        ...some(
            { rows: installed.rows.filter(({ last_error }) => last_error !== null), hasMore: false },
            pathOf('integrations', { env }),
            ({ id, last_error }) => ({
                key: id,
                tone: 'bad',
                title: words.integrations.refused,
                detail: last_error?.message,
                href: pathOf('integration', { env, id }),
            }),
        ),
        ...some(
            { rows: failingWebhooks(deliveries.rows as Delivery[]), hasMore: false },
            pathOf('webhooks', { env }),
            ([id, { failed, error }]) => ({
                key: id,
                tone: 'bad',
                title: text.webhookFails(failed),
                detail: error,
                href: pathOf('webhook', { env, id }),
            }),
        ),
        ...some(
            { rows: destinations.rows.filter(({ last_error }) => last_error !== null), hasMore: false },
            pathOf('destinations', { env }),
            ({ id, label, last_error }) => ({
                key: id,
                tone: 'bad',
                title: text.destinationFails,
                detail: (
                    <>
                        <bdi>{label}</bdi>: {last_error?.message}
                    </>
                ),
                href: pathOf('destinations', { env }),
            }),
        ),
        ...some(
            { rows: throttledBy(sums), hasMore: false },
            `${pathOf('logs', { env })}?status=429`,
            ([integration, count]) => ({
                key: `throttled ${integration}`,
                tone: 'wait',
                title: text.throttled(integration),
                detail: text.throttledText(formatCount(count)),
                href: `${pathOf('logs', { env })}?status=429`,
            }),
        ),
        ...(approvals.rows.length === 0
            ? []
            : [
                  {
                      key: 'approvals',
                      tone: 'wait' as const,
                      title: text.approvals(
                          formatCount(approvals.rows.length) + (approvals.hasMore ? '+' : ''),
                          approvals.rows.length,
                      ),
                      detail: approvals.rows[0]?.call.title,
                      href: `${pathOf('approvals', { env })}?status=pending`,
                  },
              ]),
        ...some(tokens, pathOf('tokens', { env }), ({ id, name, expires_at }) => ({
            key: id,
            tone: 'wait',
            title: text.tokenEnds,
            detail: (
                <>
                    <bdi>{name}</bdi> · <Time at={expires_at} form="ago" />
                </>
            ),
            href: pathOf('tokens', { env }),
        })),
        ...some(servers, pathOf('mcp-servers', { env }), ({ id, name, expires_at }) => ({
            key: id,
            tone: 'wait',
            title: text.serverEnds,
            detail: (
                <>
                    <bdi>{name}</bdi> · <Time at={expires_at} form="ago" />
                </>
            ),
            href: pathOf('mcp-server', { env, id }),
        })),
        ...Object.entries(environment.data?.quotas ?? {})
            .filter(([, { used, limit }]) => limit > 0 && used >= limit * fullShare)
            .map(([name, { used, limit }]) => ({
                key: `quota ${name}`,
                tone: used >= limit ? ('bad' as const) : ('wait' as const),
                title: text.quota(words.settings.quotaNames[name] ?? name),
                detail: words.settings.of(formatCount(used), formatCount(limit)),
                href: pathOf('settings', { env }),
            })),
    ];

    return (
        <Section title={text.attention}>
            {isLoading ? (
                <Skeleton lines={3} />
            ) : items.length === 0 ? (
                <p className="all-well">
                    <Badge tone="good">{text.allWell}</Badge> <span className="muted">{text.allWellText}</span>
                </p>
            ) : (
                <ul className="attention">
                    {items.map(({ key, tone, title, detail, href }) => (
                        <li key={key}>
                            <Link href={href} className="attention-item">
                                <span className={`attention-dot attention-${tone}`} aria-hidden="true" />
                                <span className="attention-title">{title}</span>
                                <span className="attention-detail">{detail}</span>
                            </Link>
                        </li>
                    ))}
                </ul>
            )}
        </Section>
    );
}

/** The first of a kind, and a line for the others. */
function some<Row>(
    { rows, hasMore }: { rows: Row[]; hasMore: boolean },
    href: string,
    itemOf: (row: Row) => Item,
): Item[] {
    const shown = rows.slice(0, shownAtOnce).map(itemOf);
    const others = rows.length - shown.length;
    const [first] = shown;
    if (others === 0 || first === undefined) return shown;
    const count = formatCount(others) + (hasMore ? '+' : '');
    return [
        ...shown,
        { key: `${href} more`, tone: first.tone, title: text.others(count), detail: text.othersText, href },
    ];
}
