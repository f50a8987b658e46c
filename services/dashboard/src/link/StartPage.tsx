import { useEffect } from 'react';
import { Page } from '../parts/Page.tsx';
import { Spinner } from '../parts/Spinner.tsx';
import { callerWith } from './api.ts';
import { errorTypeOf } from './failure.ts';
import { parseUrl } from './launch.ts';

const call = callerWith();

/** Where the browser goes from here: to the vendor, or to the page that says why not. */
async function next(state: string): Promise<string> {
    const answer = await call<{ url: string }>('/connect/start', { state });
    if ('failure' in answer)
        return `/connect/done?${new URLSearchParams({ status: 'failed', error_type: errorTypeOf(answer.failure) })}`;
    const url = parseUrl(answer.ok.url);
    return url !== undefined && /^https?:$/.test(url.protocol)
        ? url.href
        : '/connect/done?status=failed&error_type=connection_error';
}

/**
 * Begins a connection and goes on to the vendor. That it is begun by this page's script, and not by fetching its
 * address, keeps scanners of links from using it up.
 */
export function StartPage({ state }: { state: string }) {
    useEffect(() => void next(state).then((url) => location.replace(url)), [state]);
    return (
        <Page>
            <div className="loading" role="status">
                <Spinner label="Opening the page where you sign in" large />
            </div>
        </Page>
    );
}
