import { useEffect, useMemo, useState } from 'react';
import { Button, ButtonLink } from '../parts/Button.tsx';
import { applyAccent } from '../parts/theme.ts';
import { ConnectForm } from './ConnectForm.tsx';
import { embedderOf } from './embedder.ts';
import { labelOf, readDone, returnUrl, type Outcome as Result } from './done.ts';
import { farewellMs } from './endings.tsx';
import { explain, failureOfConnection } from './failure.ts';
import { forgetToken, recall, webOrigin } from './launch.ts';
import { atStart } from './names.ts';
import { Outcome } from './Outcome.tsx';
import { Shell } from './Shell.tsx';
import { findOrigin, leaveOrigin, ownUrl, tellDone } from './vendorWindow.ts';

/**
 * Where the vendor's window ends. `query` is what the api told of the connection (result.ts); it is followed only on a
 * click unless this very window had left for the vendor with that connection.
 */
export function DonePage({ query }: { query: URLSearchParams }) {
    const done = useMemo(() => readDone(query), [query]);
    const origin = useMemo(findOrigin, []);
    const isOurs = origin?.pending !== undefined && origin.pending.connection === done.connection;
    const vendor = origin?.vendor ?? (done.integration === '' ? 'account' : labelOf(done.integration));
    const app = origin?.app;
    const hasSucceeded = done.status === 'active';
    // sluice-link.js opened this window and waits, as it did before this window went to the vendor.
    const embedder = useMemo(() => {
        // The vendor's page may have cut the two apart (COOP).
        const opener = isOurs && window.opener !== null ? webOrigin(origin.pending?.opener) : undefined;
        return opener === undefined ? undefined : embedderOf({ token: undefined, mode: 'popup', origin: opener });
    }, [isOurs, origin]);

    const { integration, integrated_account_id, error_type, message } = done;
    const result: Result = hasSucceeded
        ? { result: 'success', integration, integrated_account_id }
        : { result: 'error', error_type, integration, integrated_account_id };
    // The page behind a popup goes on by itself; what the link says about coming back is not for this window.
    const isPopup = !isOurs && (window.opener !== null || origin !== undefined);
    const redirectUri = isOurs ? origin.pending?.redirect_uri : isPopup ? undefined : done.redirect_uri;
    const target = returnUrl(redirectUri, result);
    // Behind a popup, the page that waits for it asks.
    const [isFormOpen, setIsFormOpen] = useState(hasSucceeded && !isPopup && done.form_token !== undefined);
    const follows = isOurs && hasSucceeded && target !== undefined && !isFormOpen;

    useEffect(() => applyAccent(origin?.theme.color ?? null, document.documentElement.style), [origin]);
    useEffect(() => {
        if (isOurs && hasSucceeded) {
            forgetToken();
            if (!isFormOpen) leaveOrigin(undefined);
        }
        if (!hasSucceeded) embedder?.obstacle(error_type, message);
        else if (isFormOpen) embedder?.connected({ integration, integrated_account_id });
        else embedder?.success({ integration, integrated_account_id });
        if (!isOurs && done.connection !== '') tellDone(done.connection);
        if (isFormOpen) return undefined;
        const timer = setTimeout(() => {
            if (follows) location.assign(target);
            // A window that was not let in stays: its customer may try again in it.
            else if (target === undefined && (!isOurs || (hasSucceeded && origin.pending?.opener !== undefined)))
                window.close();
        }, farewellMs);
        return () => clearTimeout(timer);
    }, [done, embedder, follows, hasSucceeded, isFormOpen, isOurs, origin, target]);

    const goOn = follows
        ? `Taking you back to ${app ?? 'where you came from'}…`
        : target === undefined && embedder === undefined
          ? 'You can close this window.'
          : '';
    const back = ownUrl(origin?.pending?.back ?? '') ?? '/connect';
    const problem = explain(failureOfConnection(done), vendor === 'account' ? 'The account' : vendor);
    return (
        <Shell
            app={origin === undefined ? undefined : { name: origin.app, theme: origin.theme }}
            onClose={embedder?.close}
        >
            {isFormOpen && done.form_token !== undefined ? (
                <ConnectForm vendor={vendor} token={done.form_token} onEnd={() => setIsFormOpen(false)} />
            ) : hasSucceeded ? (
                <Outcome
                    kind="success"
                    title={vendor === 'account' ? 'Your account is connected' : `Your ${vendor} account is connected`}
                    lead={`${app === undefined ? '' : `${atStart(app)} can use it now. `}${goOn}`.trim()}
                >
                    {embedder !== undefined && <Button onPress={embedder.close}>Done</Button>}
                    {target !== undefined && (
                        <ButtonLink kind="secondary" href={target}>
                            Back to {app ?? new URL(target).hostname}
                        </ButtonLink>
                    )}
                </Outcome>
            ) : (
                <Outcome kind="problem" title={problem.title} lead={problem.text}>
                    {isOurs && recall('sluice-link') !== undefined && (
                        <Button onPress={() => location.assign(back)}>Try again</Button>
                    )}
                    {target !== undefined && (
                        <ButtonLink kind={isOurs ? 'quiet' : 'secondary'} href={target}>
                            Back to {app ?? new URL(target).hostname}
                        </ButtonLink>
                    )}
                    {!isOurs && target === undefined && (
                        <p className="hint">You can close this window and try again.</p>
                    )}
                </Outcome>
            )}
        </Shell>
    );
}
