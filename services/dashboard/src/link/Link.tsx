import { useCallback, useEffect, useMemo, useState } from 'react';
import { Spinner } from '../parts/Spinner.tsx';
import { applyAccent } from '../parts/theme.ts';
import { linkApi } from './api.ts';
import type { Session } from './contract.ts';
import { embedderOf } from './embedder.ts';
import { Flow } from './Flow.tsx';
import type { Failure } from './failure.ts';
import { forgetToken, type Launch } from './launch.ts';
import { LinkInvalid, NotLoaded } from './endings.tsx';
import { Shell } from './Shell.tsx';

type Loaded =
    | { at: 'loading' }
    | { at: 'failed'; failure: Failure }
    | { at: 'invalid'; app?: string }
    | { at: 'ready'; session: Session };

/** Reads what the link token is for; everything after that is Flow's. */
export function Link({ launch }: { launch: Launch }) {
    const [loaded, setLoaded] = useState<Loaded>({ at: launch.token === undefined ? 'invalid' : 'loading' });
    const api = useMemo(() => linkApi(launch.token ?? ''), [launch]);
    const embedder = useMemo(() => embedderOf(launch), [launch]);
    const isEmbedded = launch.mode !== 'redirect';

    const load = useCallback(async () => {
        setLoaded({ at: 'loading' });
        const answer = await api.session();
        if ('failure' in answer)
            setLoaded(answer.failure.kind === 'link' ? { at: 'invalid' } : { at: 'failed', failure: answer.failure });
        else {
            applyAccent(answer.ok.environment.theme.color, document.documentElement.style);
            setLoaded({ at: 'ready', session: answer.ok });
        }
    }, [api]);

    const invalidate = useCallback((app: string) => setLoaded({ at: 'invalid', app }), []);

    useEffect(() => {
        if (launch.token !== undefined) void load();
    }, [launch, load]);
    useEffect(() => {
        // sluice-link.js shows a spinner of its own until there is something to see.
        if (loaded.at !== 'loading') embedder.ready();
        if (loaded.at === 'invalid') {
            forgetToken();
            embedder.obstacle('invalid_token', 'The link is used up, expired or unknown');
        } else if (loaded.at === 'failed') embedder.obstacle('connection_error', 'The Link UI could not be loaded');
        else if (loaded.at === 'ready') embedder.obstacle('closed', '');
    }, [loaded, embedder]);

    if (loaded.at === 'ready')
        return <Flow session={loaded.session} launch={launch} api={api} embedder={embedder} onInvalid={invalidate} />;
    const onClose = isEmbedded ? embedder.close : undefined;
    const onEscape = launch.mode === 'iframe' ? embedder.escape : undefined;
    return (
        <Shell isFramed={launch.mode === 'iframe'} onClose={onClose} onEscape={onEscape} onHeight={embedder.resize}>
            {loaded.at === 'loading' && (
                <div className="loading" role="status">
                    <Spinner label="Loading" large />
                </div>
            )}
            {loaded.at === 'failed' && <NotLoaded failure={loaded.failure} onRetry={() => void load()} />}
            {loaded.at === 'invalid' && <LinkInvalid app={loaded.app} onClose={onClose} />}
        </Shell>
    );
}
