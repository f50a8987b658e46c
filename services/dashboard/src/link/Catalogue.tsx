import { useId, useRef, useState } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';
import { IconButton } from '../parts/Button.tsx';
import { ChevronRight, Close, Search } from '../parts/icons.tsx';
import { PageTitle } from '../parts/Page.tsx';
import { Tile } from '../parts/Tile.tsx';
import type { Integration } from './contract.ts';
import { categoryLabel } from './categories.ts';
import { atStart } from './names.ts';

/** Above it, a list is easier to search than to read. */
const searchFrom = 7;

interface Props {
    app: string;
    integrations: Integration[];
    onChoose: (integration: Integration) => void;
}

export function Catalogue({ app, integrations, onChoose }: Props) {
    const [query, setQuery] = useState('');
    const search = useRef<HTMLInputElement>(null);
    const searchId = useId();
    const wanted = query.trim().toLowerCase();
    const found = integrations.filter(({ label, category }) =>
        `${label} ${category ?? ''} ${categoryLabel(category)}`.toLowerCase().includes(wanted),
    );
    return (
        <>
            <PageTitle title={`${atStart(app)} wants to connect one of your accounts`}>
                Choose what you want to connect.
            </PageTitle>
            {integrations.length >= searchFrom && (
                <div className="search">
                    <label className="visually-hidden" htmlFor={searchId}>
                        Search
                    </label>
                    <Search />
                    <input
                        id={searchId}
                        ref={search}
                        type="search"
                        className="field-input"
                        placeholder="Search"
                        autoComplete="off"
                        value={query}
                        onChange={({ target }) => setQuery(target.value)}
                        onKeyDown={(event) => {
                            if (event.key !== 'Escape' || query === '') return;
                            // It takes back the search, and closes nothing around it.
                            event.preventDefault();
                            setQuery('');
                        }}
                    />
                    {query !== '' && (
                        <IconButton
                            label="Clear search"
                            onPress={() => {
                                setQuery('');
                                search.current?.focus();
                            }}
                        >
                            <Close />
                        </IconButton>
                    )}
                </div>
            )}
            <ul className="choices">
                {found.map((integration) => (
                    <li key={integration.environment_integration_id}>
                        <AriaButton
                            className="choice"
                            isDisabled={integration.methods.length === 0}
                            onPress={() => onChoose(integration)}
                        >
                            <Tile name={integration.label} mark={integration.logo_svg} />
                            <span className="choice-text">
                                <span className="choice-title">{integration.label}</span>
                                <span className="choice-detail">
                                    {integration.methods.length === 0
                                        ? 'Not available yet'
                                        : categoryLabel(integration.category)}
                                </span>
                            </span>
                            <ChevronRight />
                        </AriaButton>
                    </li>
                ))}
            </ul>
            <p className={found.length === 0 ? 'nothing' : 'visually-hidden'} role="status">
                {wanted === ''
                    ? ''
                    : found.length === 0
                      ? `Nothing found for “${query.trim()}”.`
                      : `${found.length} found`}
            </p>
        </>
    );
}
