import { answer } from '../api/client.ts';
import { Section } from '../parts/Board.tsx';
import { FilterBar, FilterSelect, FilterText, useFilters } from '../parts/Filters.tsx';
import { Loaded, Skeleton } from '../parts/States.tsx';
import { useThing } from '../queries.ts';
import { words } from '../words.ts';
import type { Account } from './account.ts';

const text = words.account;

export function Capabilities({ account }: { account: Account }) {
    const [filters, setFilters] = useFilters(['q', 'scopes']);
    const capabilities = useThing(
        'integrated_account',
        [account.id, 'capabilities'],
        (api) =>
            answer(
                api.GET('/integrated-account/{id}/capabilities', {
                    params: { path: { id: account.id }, query: { type: 'proxy' } },
                }),
            ),
        { staleMs: 60_000 },
    );
    const wanted = filters.q.toLowerCase();
    return (
        <Section title={text.capabilities} lead={text.capabilitiesLead} isPlain>
            <FilterBar>
                <FilterText
                    label={text.capabilitySearch}
                    value={filters.q}
                    onChange={(q) => setFilters({ q })}
                    isWide
                />
                <FilterSelect
                    label={text.scopes}
                    value={filters.scopes}
                    onChange={(scopes) => setFilters({ scopes })}
                    options={[
                        { value: '', label: text.allCapabilities },
                        { value: 'missing', label: text.missingOnly },
                    ]}
                />
            </FilterBar>
            <Loaded query={capabilities} skeleton={<Skeleton lines={10} />}>
                {({ proxy = [], account: { granted_scopes } }) => {
                    const shown = proxy
                        .map(({ resource, methods }) => ({
                            resource,
                            methods: methods.filter(
                                ({ method, name, missing_scopes }) =>
                                    `${resource} ${method} ${name ?? ''}`.toLowerCase().includes(wanted) &&
                                    (filters.scopes === '' || missing_scopes.length > 0),
                            ),
                        }))
                        .filter(({ methods }) => methods.length > 0);
                    return (
                        <>
                            <p className="muted">
                                {granted_scopes === null ? (
                                    text.notTold
                                ) : (
                                    <>
                                        {text.granted}: <code>{granted_scopes.join(', ')}</code>
                                    </>
                                )}
                            </p>
                            {shown.length === 0 && <p className="muted">{text.noCapabilities}</p>}
                            {shown.map(({ resource, methods }) => (
                                <Section key={resource} title={resource}>
                                    <div className="scrolls">
                                        <table className="plain-table capabilities">
                                            <thead>
                                                <tr>
                                                    <th scope="col">{text.method}</th>
                                                    <th scope="col">{text.tool}</th>
                                                    <th scope="col">{text.scopes}</th>
                                                </tr>
                                            </thead>
                                            <tbody>
                                                {methods.map(
                                                    ({ method, name, description, scopes, missing_scopes }) => (
                                                        <tr key={method}>
                                                            <td>{method}</td>
                                                            <td>
                                                                {name === null ? (
                                                                    <span className="muted">{text.noTool}</span>
                                                                ) : (
                                                                    <>
                                                                        <code>{name}</code>
                                                                        <p className="muted clamp">{description}</p>
                                                                    </>
                                                                )}
                                                            </td>
                                                            <td>
                                                                {scopes.map((scope) => (
                                                                    <code
                                                                        key={scope}
                                                                        className={
                                                                            missing_scopes.includes(scope)
                                                                                ? 'scope scope-missing'
                                                                                : 'scope'
                                                                        }
                                                                    >
                                                                        {scope}
                                                                    </code>
                                                                ))}
                                                            </td>
                                                        </tr>
                                                    ),
                                                )}
                                            </tbody>
                                        </table>
                                    </div>
                                </Section>
                            ))}
                        </>
                    );
                }}
            </Loaded>
        </Section>
    );
}
