import { lazy, Suspense, useEffect, useState, type ComponentType, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { IconButton } from '../parts/Button.tsx';
import { Tile } from '../parts/Tile.tsx';
import { apiOf } from './api/client.ts';
import { preload } from './pages.ts';
import { Dialog } from './parts/Dialog.tsx';
import * as icons from './parts/icons.tsx';
import { Skeleton } from './parts/States.tsx';
import { queryClient } from './queries.ts';
import { environmentIn, groups, inEnvironment, pathOf, routes, type PageId } from './routes.ts';
import { goToSignIn, useMe } from './session.ts';
import { words } from './words.ts';

const Palette = lazy(() => import('./Palette.tsx'));

const marks: Partial<Record<PageId, ComponentType>> = {
    overview: icons.OverviewIcon,
    accounts: icons.AccountsIcon,
    'mcp-servers': icons.ServersIcon,
    approvals: icons.ApprovalsIcon,
    logs: icons.LogsIcon,
    playground: icons.PlaygroundIcon,
    integrations: icons.IntegrationsIcon,
    webhooks: icons.WebhooksIcon,
    destinations: icons.BellIcon,
    tokens: icons.KeyIcon,
    settings: icons.SettingsIcon,
    environments: icons.EnvironmentsIcon,
    members: icons.MembersIcon,
    providers: icons.ProvidersIcon,
    audit: icons.AuditIcon,
};

/** Pages below a page of the navigation belong to it. */
function isCurrent(path: string, href: string, id: PageId): boolean {
    return path === href || (id !== 'overview' && path.startsWith(`${href}/`));
}

export function Shell({ home, children }: { home: string | undefined; children: ReactNode }) {
    const [path] = useLocation();
    const [isMenuOpen, setIsMenuOpen] = useState(false);
    const [isSearching, setIsSearching] = useState(false);
    useEffect(() => setIsMenuOpen(false), [path]);
    useEffect(() => {
        const onKey = (event: KeyboardEvent) => {
            if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey)) return;
            event.preventDefault();
            setIsSearching(true);
        };
        addEventListener('keydown', onKey);
        return () => removeEventListener('keydown', onKey);
    }, []);
    const environment = environmentIn(path) ?? home;
    const search = () => {
        setIsMenuOpen(false);
        setIsSearching(true);
    };
    return (
        <div className="shell">
            <a className="skip" href="#content">
                {words.shell.skip}
            </a>
            <header className="top">
                <IconButton label={words.shell.openMenu} onPress={() => setIsMenuOpen(true)}>
                    <icons.MenuIcon />
                </IconButton>
                <span className="top-name">{words.product}</span>
                <IconButton label={words.shell.search} onPress={search}>
                    <icons.SearchIcon />
                </IconButton>
            </header>
            <aside className="side">
                <Navigation environment={environment} onSearch={search} />
            </aside>
            {isMenuOpen && (
                <Dialog title={words.shell.menu} size="drawer" onClose={() => setIsMenuOpen(false)}>
                    <Navigation environment={environment} onSearch={search} />
                </Dialog>
            )}
            {isSearching && (
                <Suspense>
                    <Palette environment={environment} onClose={() => setIsSearching(false)} />
                </Suspense>
            )}
            <main id="content" className="main" tabIndex={-1}>
                {children}
            </main>
        </div>
    );
}

function Navigation({ environment, onSearch }: { environment: string | undefined; onSearch: () => void }) {
    const me = useMe();
    const [path, go] = useLocation();
    const may = (needs: string | undefined) => needs === undefined || me.permissions.includes(needs);
    return (
        <>
            {environment !== undefined && (
                <label className="environment">
                    <Tile name={me.team.name} small />
                    <span className="environment-names">
                        <span className="environment-team">
                            <bdi>{me.team.name}</bdi>
                        </span>
                        <span className="visually-hidden">{words.shell.environment}</span>
                        <select
                            value={environment}
                            onChange={({ target }) => go(inEnvironment(path, target.value))}
                            name="environment"
                        >
                            {me.environments.map(({ id, name }) => (
                                <option key={id} value={id}>
                                    {name}
                                </option>
                            ))}
                            {!me.environments.some(({ id }) => id === environment) && (
                                <option value={environment}>–</option>
                            )}
                        </select>
                    </span>
                </label>
            )}
            <button type="button" className="search-button" onClick={onSearch}>
                <icons.SearchIcon />
                <span>{words.shell.search}</span>
                <kbd aria-hidden="true">{isMac() ? '⌘K' : 'Ctrl K'}</kbd>
            </button>
            <nav aria-label={words.shell.navigation}>
                {groups.map((group) => {
                    const shown = routes.filter(
                        (route) =>
                            route.group === group &&
                            may(route.needs) &&
                            (environment !== undefined || !route.path.startsWith('/:env')),
                    );
                    if (shown.length === 0) return null;
                    return (
                        <div key={group} className="nav-group">
                            <p className="nav-title" id={`nav-${group}`}>
                                {words.shell.groups[group]}
                            </p>
                            <ul aria-labelledby={`nav-${group}`}>
                                {shown.map(({ id }) => {
                                    const href = pathOf(id, { env: environment ?? '' });
                                    const Mark = marks[id];
                                    return (
                                        <li key={id}>
                                            <Link
                                                href={href}
                                                className="nav-link"
                                                aria-current={isCurrent(path, href, id) ? 'page' : undefined}
                                                onPointerEnter={() => preload(id)}
                                                onFocus={() => preload(id)}
                                            >
                                                {Mark !== undefined && <Mark />}
                                                {words.pages[id]}
                                            </Link>
                                        </li>
                                    );
                                })}
                            </ul>
                        </div>
                    );
                })}
            </nav>
            <div className="who">
                <Link href={pathOf('profile')} className="nav-link" aria-current={path === '/me' ? 'page' : undefined}>
                    <Tile name={me.user.name === '' ? me.user.email : me.user.name} small />
                    <span className="who-name">
                        <bdi>{me.user.name === '' ? me.user.email : me.user.name}</bdi>
                        <span className="muted">{me.user.role}</span>
                    </span>
                </Link>
                <IconButton label={words.shell.signOut} onPress={() => void signOut()}>
                    <icons.SignOutIcon />
                </IconButton>
            </div>
        </>
    );
}

const isMac = () => /mac|iphone|ipad/i.test(navigator.platform);

async function signOut() {
    await apiOf(undefined)
        .DELETE('/session/{id}', { params: { path: { id: 'current' } } })
        .catch(() => undefined);
    queryClient.clear();
    goToSignIn();
}

/** What stands where the shell will, until it is known who is signed in. */
export function ShellSkeleton() {
    return (
        <div className="shell">
            <aside className="side" aria-hidden="true">
                <div className="skeleton">
                    {Array.from({ length: 9 }, (_, line) => (
                        <span key={line} className="bar" />
                    ))}
                </div>
            </aside>
            <main className="main">
                <Skeleton lines={6} />
            </main>
        </div>
    );
}
