import { useQuery } from '@tanstack/react-query';
import { Component, Suspense, useEffect, useRef, type ReactNode } from 'react';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { answer, apiOf } from './api/client.ts';
import { asApiError, ApiError } from './api/error.ts';
import { watch } from './live.ts';
import { pages } from './pages.ts';
import { Board } from './parts/Board.tsx';
import { Denied, Empty, Failed, Skeleton } from './parts/States.tsx';
import { queryClient } from './queries.ts';
import { environmentIn, routes, type PageRoute } from './routes.ts';
import { goToSignIn, homeOf, MeContext, rememberEnvironment, type Me } from './session.ts';
import { Shell, ShellSkeleton } from './Shell.tsx';
import { words } from './words.ts';

export function App() {
    const me = useQuery<Me, ApiError>({
        queryKey: [undefined, 'me'],
        queryFn: () => answer(apiOf(undefined).GET('/me')),
        staleTime: 60_000,
    });
    const isSignedOut = me.error?.kind === 'signed-out';
    useEffect(() => {
        if (isSignedOut) goToSignIn();
    }, [isSignedOut]);
    // Any request that finds the session over leads to the page of sign-in.
    useEffect(
        () =>
            queryClient.getQueryCache().subscribe(({ query }) => {
                if (query.state.error !== null && asApiError(query.state.error).kind === 'signed-out') goToSignIn();
            }),
        [],
    );

    if (me.data === undefined) {
        if (me.error === null || isSignedOut) return <ShellSkeleton />;
        return (
            <main className="alone">
                <Failed error={me.error} onRetry={() => void me.refetch()} />
            </main>
        );
    }
    return (
        <MeContext value={me.data}>
            <SignedIn me={me.data} />
        </MeContext>
    );
}

function SignedIn({ me }: { me: Me }) {
    const [path] = useLocation();
    const environment = environmentIn(path);
    const isMine = me.environments.some(({ id }) => id === environment);
    const watched = isMine ? environment : undefined;
    useEffect(() => {
        if (watched === undefined) return undefined;
        rememberEnvironment(watched);
        return watch(watched, queryClient);
    }, [watched]);

    const home = homeOf(me);
    return (
        <Shell home={home}>
            <FocusOnMove>
                <Switch>
                    <Route path="/">
                        {home === undefined ? (
                            <Board title={words.shell.noEnvironment}>
                                <Empty title={words.shell.noEnvironment}>{words.shell.noEnvironmentText}</Empty>
                            </Board>
                        ) : (
                            <Redirect to={`/${home}`} replace />
                        )}
                    </Route>
                    {environment !== undefined && !isMine && (
                        <Route path="*">
                            <Board title={words.shell.unknownEnvironment}>
                                <Empty title={words.shell.unknownEnvironment}>
                                    {words.shell.unknownEnvironmentText}
                                </Empty>
                            </Board>
                        </Route>
                    )}
                    {routes
                        // A fixed address goes before one with a name in it.
                        .toSorted((a, b) => Number(a.path.startsWith('/:')) - Number(b.path.startsWith('/:')))
                        .map((route) => (
                            <Route key={route.id} path={route.path}>
                                {(parts) => (
                                    <Page
                                        route={route}
                                        me={me}
                                        id={(parts as { id?: string }).id ?? ''}
                                        tab={(parts as { tab?: string }).tab ?? ''}
                                    />
                                )}
                            </Route>
                        ))}
                    <Route path="*">
                        <Board title={words.shell.unknownPage}>
                            <Empty title={words.shell.unknownPage}>{words.shell.unknownPageText}</Empty>
                        </Board>
                    </Route>
                </Switch>
            </FocusOnMove>
        </Shell>
    );
}

function Page({ route, me, id, tab }: { route: PageRoute; me: Me; id: string; tab: string }) {
    const Content = pages[route.id];
    const title = words.pages[route.id];
    if (route.needs !== undefined && !me.permissions.includes(route.needs))
        return (
            <Board title={title}>
                <Denied permission={route.needs} />
            </Board>
        );
    return (
        <CodeBoundary key={route.id} title={title}>
            <Suspense
                fallback={
                    <Board title={title}>
                        <Skeleton lines={6} />
                    </Board>
                }
            >
                <Content key={id} id={id} tab={tab} />
            </Suspense>
        </CodeBoundary>
    );
}

/** The code of a page may fail to load, such as after an update of the server. */
class CodeBoundary extends Component<{ title: string; children: ReactNode }, { hasFailed: boolean }> {
    override state = { hasFailed: false };

    static getDerivedStateFromError() {
        return { hasFailed: true };
    }

    override render() {
        if (!this.state.hasFailed) return this.props.children;
        return (
            <Board title={this.props.title}>
                <Failed error={new ApiError(500, undefined)} onRetry={() => location.reload()} />
            </Board>
        );
    }
}

/** After a step to another page the focus is at its title, and the page is read from there. */
function FocusOnMove({ children }: { children: ReactNode }) {
    const [path] = useLocation();
    const box = useRef<HTMLDivElement>(null);
    const last = useRef(path);
    useEffect(() => {
        if (last.current === path) return;
        last.current = path;
        window.scrollTo({ top: 0 });
        box.current?.querySelector('h1')?.focus({ preventScroll: true });
    }, [path]);
    return <div ref={box}>{children}</div>;
}
