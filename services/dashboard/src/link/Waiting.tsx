import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { Button, ButtonLink } from '../parts/Button.tsx';
import { External, Windows } from '../parts/icons.tsx';
import { Notice } from '../parts/Notice.tsx';
import { PageTitle } from '../parts/Page.tsx';
import { Spinner } from '../parts/Spinner.tsx';
import type { Api } from './api.ts';
import type { Authorization, ErrorType } from './contract.ts';
import { openVendorWindow, pauseUntilNews, type Origin, type VendorWindow } from './vendorWindow.ts';
import { watchConnection, type Watched } from './watch.ts';

interface Props {
    api: Api;
    vendor: string;
    origin: Origin;
    authorization: Authorization;
    /** Undefined: the browser blocked it. */
    opened: VendorWindow | undefined;
    onObstacle: (type: ErrorType, message: string) => void;
    onRetry: () => void;
    onCancel: () => void;
    onEnd: (watched: Watched) => void;
}

export function Waiting({ api, vendor, origin, authorization, opened, onObstacle, onRetry, onCancel, onEnd }: Props) {
    // link: opened by the link, so by a window that we cannot see.
    const [state, setState] = useState<'open' | 'link' | 'blocked' | 'closed'>(
        opened === undefined ? 'blocked' : 'open',
    );
    const vendorWindow = useRef<VendorWindow | undefined>(opened);
    const { connection_id: connection, authorize_url: url } = authorization;

    const end = useEffectEvent(onEnd);
    const obstacle = useEffectEvent(onObstacle);
    useEffect(() => {
        const stop = new AbortController();
        void watchConnection({
            read: () => api.connection(connection),
            window: () =>
                vendorWindow.current === undefined ? 'none' : vendorWindow.current.isClosed() ? 'closed' : 'open',
            pause: pauseUntilNews(connection, stop.signal),
            now: () => performance.now(),
            onClosed: (isClosed) => setState(isClosed ? 'closed' : 'open'),
            signal: stop.signal,
        }).then((watched) => {
            stop.abort();
            if (watched.end !== 'stopped') end(watched);
        });
        return () => stop.abort();
    }, [api, connection]);

    useEffect(() => {
        if (state === 'blocked') obstacle('blocked', `The browser blocked the window of ${vendor}`);
        else obstacle('closed', '');
    }, [state, vendor]);

    function openAgain(event: React.MouseEvent) {
        const reopened = openVendorWindow(origin);
        if (reopened === undefined) {
            // The link itself opens it.
            setState('link');
            return;
        }
        event.preventDefault();
        reopened.goTo(url);
        vendorWindow.current = reopened;
        setState('open');
    }

    if (state === 'blocked')
        return (
            <>
                <div className="emblem">
                    <Windows />
                </div>
                <PageTitle title={`Open ${vendor} to go on`}>
                    Your browser did not let us open the {vendor} window by itself.
                </PageTitle>
                <ButtonLink href={url} onClick={openAgain} newWindow>
                    Open {vendor}
                    <External />
                </ButtonLink>
                <Button kind="quiet" onPress={onCancel}>
                    Go back
                </Button>
            </>
        );
    if (state === 'closed')
        return (
            <>
                <PageTitle title={`Connecting ${vendor} is not finished`} />
                <Notice kind="info" title={`The ${vendor} window was closed`} takesFocus>
                    <p>Nothing is connected yet. If the window is still open, finish there: this page will notice.</p>
                </Notice>
                <Button onPress={onRetry}>Try again</Button>
                <Button kind="quiet" onPress={onCancel}>
                    Go back
                </Button>
            </>
        );
    return (
        <>
            <div className="emblem emblem-busy">
                <Spinner label="" large />
                <Windows />
            </div>
            <PageTitle title={`Finish in the ${vendor} window`}>
                Sign in and approve the access there. This page goes on by itself.
            </PageTitle>
            <p className="visually-hidden" role="status">
                Waiting for {vendor}
            </p>
            {state === 'open' && (
                <Button kind="secondary" onPress={() => vendorWindow.current?.focus()}>
                    Show the {vendor} window
                </Button>
            )}
            <Button kind="quiet" onPress={onCancel}>
                Cancel
            </Button>
        </>
    );
}
