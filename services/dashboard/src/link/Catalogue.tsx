import { useState } from 'react';
import { Button as AriaButton, Input, Label, SearchField } from 'react-aria-components/SearchField';
import { ChevronRight, Close, Search } from '../parts/icons.tsx';
import { PageTitle } from '../parts/Page.tsx';
import { Tile } from '../parts/Tile.tsx';
import type { Integration } from './contract.ts';
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
    const wanted = query.trim().toLowerCase();
    const found = integrations.filter(({ label, category }) =>
        `${label} ${category ?? ''}`.toLowerCase().includes(wanted),
    );
    return (
        <>
            <PageTitle title={`${atStart(app)} wants to connect one of your accounts`}>
                Choose what you want to connect.
            </PageTitle>
            {integrations.length >= searchFrom && (
                <SearchField className="search" value={query} onChange={setQuery}>
                    <Label className="visually-hidden">Search</Label>
                    <Search />
                    <Input className="field-input" placeholder="Search" />
                    {query !== '' && (
                        <AriaButton className="icon-button">
                            <Close />
                        </AriaButton>
                    )}
                </SearchField>
            )}
            <ul className="choices">
                {found.map((integration) => (
                    <li key={integration.environment_integration_id}>
                        <AriaButton
                            className="choice"
                            isDisabled={integration.methods.length === 0}
                            onPress={() => onChoose(integration)}
                        >
                            <Tile name={integration.label} />
                            <span className="choice-text">
                                <span className="choice-title">{integration.label}</span>
                                <span className="choice-detail">
                                    {integration.methods.length === 0 ? 'Not available yet' : categoryOf(integration)}
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

/** "e_commerce" becomes "E commerce". */
function categoryOf({ category }: Integration): string {
    const words = (category ?? '').replaceAll('_', ' ').trim();
    return words.charAt(0).toUpperCase() + words.slice(1);
}
