import { useEffect, useId, useRef, useState, type ReactNode } from 'react';
import { useSearchParams } from 'wouter';
import { Button } from '../../parts/Button.tsx';
import { readFilters, withFilter, type Filters } from '../filters.ts';
import { words } from '../words.ts';
import type { Option } from './Form.tsx';
import { SearchIcon } from './icons.tsx';

/** The filters of a page, which stand in its address. */
export function useFilters<Name extends string>(
    names: readonly Name[],
): [Filters<Name>, (changes: Partial<Filters<Name>>) => void] {
    const [query, setQuery] = useSearchParams();
    return [
        readFilters(query, names),
        (changes) => setQuery((old) => withFilter(old, changes as Record<string, string>), { replace: true }),
    ];
}

export function FilterBar({ children, onClear }: { children: ReactNode; onClear?: (() => void) | undefined }) {
    return (
        <div className="filters" role="search" aria-label={words.parts.filters}>
            {children}
            {onClear !== undefined && (
                <Button kind="quiet" onPress={onClear}>
                    {words.parts.clear}
                </Button>
            )}
        </div>
    );
}

const quietMs = 250;

interface Props {
    label: string;
    value: string;
    onChange: (value: string) => void;
}

/** Takes effect once typing pauses. */
export function FilterText({ label, value, onChange, isWide = false }: Props & { isWide?: boolean }) {
    const [typed, setTyped] = useState(value);
    const last = useRef(value);
    const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
    const id = useId();
    useEffect(() => {
        // Changed from elsewhere, such as by "Clear".
        if (value !== last.current) setTyped(value);
        last.current = value;
    }, [value]);
    useEffect(() => () => clearTimeout(timer.current), []);
    function type(text: string) {
        setTyped(text);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => {
            last.current = text.trim();
            onChange(text.trim());
        }, quietMs);
    }
    return (
        <span className={isWide ? 'filter filter-wide' : 'filter'}>
            <label className="visually-hidden" htmlFor={id}>
                {label}
            </label>
            <SearchIcon />
            <input
                id={id}
                type="search"
                className="field-input"
                placeholder={label}
                value={typed}
                onChange={({ target }) => type(target.value)}
                spellCheck={false}
                autoComplete="off"
            />
        </span>
    );
}

/** The first option is no filter. */
export function FilterSelect({ label, value, onChange, options }: Props & { options: Option[] }) {
    const id = useId();
    return (
        <span className="filter">
            <label className="visually-hidden" htmlFor={id}>
                {label}
            </label>
            <select
                id={id}
                className="field-input field-select"
                value={value}
                data-set={value === '' ? undefined : ''}
                onChange={({ target }) => onChange(target.value)}
            >
                {options.map(({ value: each, label: text }) => (
                    <option key={each} value={each}>
                        {text}
                    </option>
                ))}
            </select>
        </span>
    );
}
