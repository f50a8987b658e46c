// Search over pages and accounts, from everywhere (Ctrl K).
import { useId, useMemo, useState, type KeyboardEvent } from 'react';
import { useLocation } from 'wouter';
import { apiOf, answer } from './api/client.ts';
import { useQuery } from '@tanstack/react-query';
import { containing } from './filters.ts';
import { Dialog } from './parts/Dialog.tsx';
import { StatusBadge } from './parts/Status.tsx';
import { pathOf, routes } from './routes.ts';
import { useMe } from './session.ts';
import { words } from './words.ts';

interface Found {
    key: string;
    label: string;
    href: string;
    status?: Parameters<typeof StatusBadge>[0]['status'];
}

export default function Palette({ environment, onClose }: { environment: string | undefined; onClose: () => void }) {
    const me = useMe();
    const [, go] = useLocation();
    const [text, setText] = useState('');
    const [at, setAt] = useState(0);
    const id = useId();

    const pages = useMemo(
        () =>
            routes
                .filter(
                    ({ group, needs }) =>
                        group !== undefined && (needs === undefined || me.permissions.includes(needs)),
                )
                .filter(({ path }) => environment !== undefined || !path.startsWith('/:env'))
                .map((route) => ({
                    key: route.id,
                    label: words.pages[route.id],
                    href: pathOf(route.id, { env: environment ?? '' }),
                })),
        [me, environment],
    );
    const accounts = useQuery({
        queryKey: [environment, 'integrated_account', 'search', text],
        queryFn: ({ signal }) =>
            answer(
                apiOf(environment).GET('/integrated-account', {
                    params: { query: { tenant_id: { like: containing(text) }, limit: 8 } },
                    signal,
                }),
            ),
        enabled: environment !== undefined && text.trim() !== '' && me.permissions.includes('accounts:read'),
        placeholderData: (before) => before,
    });

    const wanted = text.trim().toLowerCase();
    const foundPages: Found[] = pages.filter(({ label }) => label.toLowerCase().includes(wanted));
    const foundAccounts: Found[] =
        wanted === ''
            ? []
            : (accounts.data?.result ?? []).map((account) => ({
                  key: account.id,
                  label: account.tenant_id,
                  href: pathOf('account', { env: environment ?? '', id: account.id }),
                  status: account.status,
              }));
    const all = [...foundAccounts, ...foundPages];
    const chosen = Math.min(at, all.length - 1);

    function open(found: Found | undefined) {
        if (found === undefined) return;
        onClose();
        go(found.href);
    }
    function onKeyDown(event: KeyboardEvent) {
        if (event.key === 'Enter') open(all[chosen]);
        const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
        if (step === 0) return;
        event.preventDefault();
        const next = Math.max(0, Math.min(all.length - 1, chosen + step));
        setAt(next);
        document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: 'nearest' });
    }

    const option = (found: Found, index: number) => (
        <div
            key={found.key}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === chosen}
            className="palette-option"
            onPointerMove={() => setAt(index)}
            onClick={() => open(found)}
        >
            <span>{found.label}</span>
            {found.status !== undefined && <StatusBadge status={found.status} />}
        </div>
    );
    const group = (title: string, list: Found[], from: number) =>
        list.length > 0 && (
            <div role="group" aria-label={title}>
                <p className="palette-group" aria-hidden="true">
                    {title}
                </p>
                {list.map((found, index) => option(found, from + index))}
            </div>
        );
    return (
        <Dialog title={words.shell.search} onClose={onClose} size="palette">
            <input
                className="palette-input"
                role="combobox"
                aria-label={words.shell.searchHint}
                aria-expanded="true"
                aria-controls={`${id}-list`}
                aria-activedescendant={all.length > 0 ? `${id}-${chosen}` : undefined}
                placeholder={words.shell.searchHint}
                value={text}
                onChange={({ target }) => {
                    setText(target.value);
                    setAt(0);
                }}
                onKeyDown={onKeyDown}
                autoFocus
                spellCheck={false}
                autoComplete="off"
            />
            <div className="palette-list" role="listbox" id={`${id}-list`} aria-label={words.shell.search}>
                {group(words.shell.searchAccounts, foundAccounts, 0)}
                {group(words.shell.searchPages, foundPages, foundAccounts.length)}
            </div>
            {all.length === 0 && (
                <p className="palette-empty" role="status">
                    {words.shell.searchEmpty}
                </p>
            )}
        </Dialog>
    );
}
