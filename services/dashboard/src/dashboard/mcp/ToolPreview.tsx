import { useState } from 'react';
import type { Schemas } from '../api/client.ts';
import type { ApiError } from '../api/error.ts';
import { formatBytes, formatCount, formatShort } from '../format.ts';
import { Skeleton } from '../parts/States.tsx';
import { FilterText } from '../parts/Filters.tsx';
import { words } from '../words.ts';
import { sizeOf } from './servers.ts';

const text = words.mcp;

/** More tools than many clients and models do well with. */
const manyTools = 40;

interface Props {
    tools: Schemas['Tool'][] | undefined;
    error: ApiError | null;
    /** There is no account to have tools. */
    isEmpty: boolean;
    note: string | undefined;
}

/** How many tools there are, what the list costs, and the list. */
export function ToolPreview({ tools, error, isEmpty, note }: Props) {
    const [search, setSearch] = useState('');
    // A filter that matches nothing is refused.
    const isNone = error?.kind === 'fields';
    const shown = isNone || isEmpty ? [] : (tools ?? []);
    const { bytes, tokens } = sizeOf(shown);
    const wanted = search.toLowerCase();
    const found = shown.filter(({ name }) => name.toLowerCase().includes(wanted));
    return (
        <section className="preview" aria-label={text.preview}>
            <h3>{text.preview}</h3>
            <p className="preview-counts" role="status">
                <span>
                    <strong>{formatCount(shown.length)}</strong> {text.tools}
                </span>
                <span>
                    <strong>{formatBytes(bytes)}</strong> {text.size}
                </span>
                <span>
                    <strong>{formatShort(tokens)}</strong> {text.tokens}
                </span>
            </p>
            {note !== undefined && !isNone && <p className="muted">{note}</p>}
            {isEmpty && <p className="muted">{text.noAccounts}</p>}
            {isNone && <p className="preview-none">{error.message === '' ? text.noTools : error.message}</p>}
            {note === undefined && shown.length > manyTools && <p className="muted">{text.manyTools}</p>}
            {tools === undefined && error === null && !isEmpty && <Skeleton lines={6} />}
            {shown.length > 0 && (
                <>
                    <FilterText label={words.shell.search} value={search} onChange={setSearch} isWide />
                    <ul className="preview-list" tabIndex={0} aria-label={text.preview}>
                        {found.map((tool) => (
                            <li key={tool.name} title={tool.description}>
                                <code>{tool.name}</code>
                                <span className={tool.access === 'read' ? 'muted' : 'preview-write'}>
                                    {tool.access === 'read'
                                        ? text.readOnly
                                        : tool.destructive
                                          ? text.destructive
                                          : text.writes}
                                </span>
                            </li>
                        ))}
                    </ul>
                </>
            )}
        </section>
    );
}
