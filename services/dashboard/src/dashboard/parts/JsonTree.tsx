// An answer to be opened part by part.
import { useState } from 'react';
import { words } from '../words.ts';

const openDepth = 2;
const shownAtOnce = 100;

export function JsonTree({ value, label }: { value: unknown; label: string }) {
    return (
        <div className="json-tree" role="group" aria-label={label} tabIndex={0}>
            <Node value={value} depth={0} />
        </div>
    );
}

function Node({ name, value, depth }: { name?: string; value: unknown; depth: number }) {
    const [count, setCount] = useState(shownAtOnce);
    const [isOpen, setIsOpen] = useState(depth < openDepth);
    const key = name !== undefined && <span className="json-key">{name}: </span>;
    if (typeof value !== 'object' || value === null)
        return (
            <div className="json-leaf">
                {key}
                <Leaf value={value} />
            </div>
        );
    const entries = Object.entries(value);
    const isList = Array.isArray(value);
    if (entries.length === 0)
        return (
            <div className="json-leaf">
                {key}
                <span className="muted">{isList ? '[]' : '{}'}</span>
            </div>
        );
    return (
        <details open={isOpen} onToggle={(event) => setIsOpen(event.currentTarget.open)}>
            <summary>
                {key}
                <span className="muted">
                    {isList ? `[${entries.length}]` : `{${entries.length}}`}
                    {!isOpen && !isList && ` ${glimpse(entries)}`}
                </span>
            </summary>
            {isOpen && (
                <div className="json-children">
                    {entries.slice(0, count).map(([inner, each]) => (
                        <Node key={inner} name={inner} value={each} depth={depth + 1} />
                    ))}
                    {entries.length > count && (
                        <button type="button" className="chip" onClick={() => setCount(count + shownAtOnce * 5)}>
                            {words.parts.more}
                        </button>
                    )}
                </div>
            )}
        </details>
    );
}

function Leaf({ value }: { value: unknown }) {
    if (typeof value === 'string') return <span className="json-string">{value === '' ? '""' : value}</span>;
    return <span className="json-other">{String(value)}</span>;
}

/** The first plain members, so that one of many is found without opening all. */
function glimpse(entries: [string, unknown][]): string {
    return entries
        .filter(([, value]) => ['string', 'number'].includes(typeof value) && value !== '')
        .slice(0, 3)
        .map(([name, value]) => `${name}: ${String(value).slice(0, 40)}`)
        .join(', ');
}
