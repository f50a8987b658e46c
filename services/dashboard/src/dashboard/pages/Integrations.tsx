import { useState } from 'react';
import { useLocation } from 'wouter';
import { Button } from '../../parts/Button.tsx';
import { Tile } from '../../parts/Tile.tsx';
import { answer, type Schemas } from '../api/client.ts';
import { asApiError, type ApiError } from '../api/error.ts';
import { Board, Badge, Section } from '../parts/Board.tsx';
import { ErrorNotice } from '../parts/Dialog.tsx';
import { FilterBar, FilterText, useFilters } from '../parts/Filters.tsx';
import { IntegrationName, markOf, useIntegration } from '../parts/Integration.tsx';
import { Empty, Failed, Skeleton } from '../parts/States.tsx';
import { Table, type Column } from '../parts/Table.tsx';
import { Time } from '../parts/Time.tsx';
import { useChange, useList } from '../queries.ts';
import { pathOf } from '../routes.ts';
import { useEnvironment, useMay } from '../session.ts';
import { words } from '../words.ts';

const text = words.integrations;

type Installed = Schemas['EnvironmentIntegration'];
type Summary = Schemas['IntegrationSummary'];

/** Of the catalogue; each card reads its definition for the mark. */
const shownAtOnce = 60;

export default function Integrations() {
    const env = useEnvironment() ?? '';
    const catalogue = useList('integration', '/integration', {}, { limit: 5000 });
    const installed = useList('environment_integration', '/environment-integration', {});
    const names = new Map(catalogue.rows.map(({ id, name }) => [id, name]));
    const columns: Column<Installed>[] = [
        {
            title: text.integration,
            width: 'minmax(0, 1.4fr)',
            cell: ({ integration_id }) => (
                <IntegrationName id={integration_id} name={names.get(integration_id) ?? integration_id} />
            ),
        },
        { title: text.state, width: '150px', phone: 'side', cell: (row) => <State installed={row} /> },
        {
            title: text.app,
            width: 'minmax(0, 1fr)',
            phone: 'below',
            cell: ({ override }) =>
                override.credentials?.oauth2?.client_id ?? <span className="muted">{text.noApp}</span>,
        },
        {
            title: text.inCatalogue,
            width: '110px',
            phone: 'none',
            cell: ({ show_in_catalog }) => (show_in_catalog ? words.parts.yes : words.parts.no),
        },
        {
            title: words.accounts.changed,
            width: '120px',
            isEnd: true,
            phone: 'none',
            cell: ({ updated_at }) => <Time at={updated_at} form="ago" />,
        },
    ];
    return (
        <Board title={words.pages.integrations} lead={text.lead}>
            <Section title={text.installed} isPlain>
                <Table
                    label={text.installed}
                    columns={columns}
                    list={installed}
                    keyOf={({ id }) => id}
                    hrefOf={({ id }) => pathOf('integration', { env, id })}
                    empty={<Empty title={text.empty}>{text.emptyText}</Empty>}
                />
            </Section>
            <Catalogue catalogue={catalogue} installed={installed.rows} />
        </Board>
    );
}

function State({ installed: { is_enabled, last_error } }: { installed: Installed }) {
    if (last_error !== null) return <Badge tone="bad">{text.refusedShort}</Badge>;
    return <Badge tone={is_enabled ? 'good' : 'plain'}>{is_enabled ? text.enabled : text.disabled}</Badge>;
}

function Catalogue({
    catalogue,
    installed,
}: {
    catalogue: ReturnType<typeof useList<'/integration'>>;
    installed: Installed[];
}) {
    const [filters, setFilters] = useFilters(['q']);
    const wanted = filters.q.toLowerCase();
    const found = catalogue.rows.filter(({ label, name, category }) =>
        `${label} ${name} ${category}`.toLowerCase().includes(wanted),
    );
    const [error, setError] = useState<ApiError>();
    const [count, setCount] = useState(shownAtOnce);
    return (
        <Section title={text.catalogue} lead={text.catalogueLead} isPlain>
            <FilterBar>
                <FilterText label={text.search} value={filters.q} onChange={(q) => setFilters({ q })} isWide />
            </FilterBar>
            {error !== undefined && <ErrorNotice error={error} />}
            {catalogue.error !== null && <Failed error={catalogue.error} onRetry={catalogue.retry} />}
            {catalogue.isLoading && <Skeleton lines={4} />}
            {!catalogue.isLoading && catalogue.error === null && found.length === 0 && <Empty title={text.noneFound} />}
            <ul className="catalogue">
                {found.slice(0, count).map((integration) => (
                    <Card
                        key={integration.id}
                        integration={integration}
                        installed={installed.find(({ integration_id }) => integration_id === integration.id)}
                        onFailed={setError}
                    />
                ))}
            </ul>
            {found.length > count && (
                <div>
                    <Button kind="secondary" onPress={() => setCount(count + shownAtOnce)}>
                        {text.more(found.length - count)}
                    </Button>
                </div>
            )}
        </Section>
    );
}

function Card({
    integration,
    installed,
    onFailed,
}: {
    integration: Summary;
    installed: Installed | undefined;
    onFailed: (error: ApiError | undefined) => void;
}) {
    const env = useEnvironment() ?? '';
    const [, go] = useLocation();
    const definition = useIntegration(integration.id);
    const mayInstall = useMay('integrations:write');
    const install = useChange(['environment_integration'], (api, integration_id: string) =>
        answer(api.POST('/environment-integration', { body: { integration_id } })),
    );
    async function press() {
        if (installed !== undefined) return go(pathOf('integration', { env, id: installed.id }));
        onFailed(undefined);
        try {
            const { id } = await install.mutateAsync(integration.id);
            go(pathOf('integration', { env, id }));
        } catch (refusal) {
            onFailed(asApiError(refusal));
        }
    }
    return (
        <li className="catalogue-card">
            <Tile name={integration.label} mark={markOf(definition.data)} />
            <div className="catalogue-name">
                <strong>
                    <bdi>{integration.label}</bdi>
                </strong>
                <span className="muted">
                    {integration.category}
                    {integration.is_beta && ` · ${text.beta}`}
                </span>
            </div>
            {(mayInstall || installed !== undefined) && (
                <Button
                    kind="secondary"
                    onPress={() => void press()}
                    pending={install.isPending ? words.parts.working : undefined}
                >
                    {installed === undefined ? text.install : text.open}
                    <span className="visually-hidden"> {integration.label}</span>
                </Button>
            )}
        </li>
    );
}
