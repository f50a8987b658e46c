import { useEffect, useRef, useState } from 'react';
import { ButtonLink } from '../parts/Button.tsx';
import type { Api } from './api.ts';
import { Catalogue } from './Catalogue.tsx';
import type { Authorization, Integration, Method, Session, Success } from './contract.ts';
import { Details, type Problem } from './Details.tsx';
import { returnUrl } from './done.ts';
import { ConnectForm } from './ConnectForm.tsx';
import type { Embedder } from './embedder.ts';
import { Connected, NothingToConnect } from './endings.tsx';
import {
    errorTypeOf,
    explain,
    failureOfConnection,
    sayAtField,
    unexpectedAnswer,
    type Explanation,
    type Failure,
} from './failure.ts';
import { contextOf, fieldsOf, initialValues, type Values } from './fields.ts';
import { forgetToken, type Launch } from './launch.ts';
import { Methods } from './Methods.tsx';
import { atStart, nameless } from './names.ts';
import { Pair } from './Pair.tsx';
import { Shell } from './Shell.tsx';
import { useSteps } from './steps.ts';
import { leaveOrigin, openVendorWindow, ownUrl, type Origin, type VendorWindow } from './vendorWindow.ts';
import { Waiting } from './Waiting.tsx';
import type { Watched } from './watch.ts';

type Step =
    | { at: 'catalogue' }
    | { at: 'method'; integration: Integration }
    | { at: 'details'; integration: Integration; method: Method }
    | { at: 'form'; integration: Integration; success: Success; token: string }
    | { at: 'done'; integration: Integration; success: Success };

interface Wait {
    authorization: Authorization;
    opened: VendorWindow | undefined;
}

interface Props {
    session: Session;
    launch: Launch;
    api: Api;
    embedder: Embedder;
    onInvalid: (app: string) => void;
}

/**
 * How long the api may take until the vendor's window opens all the same. Asking first, a mistake opens none; but long after
 * the click the browser would refuse it.
 */
const windowAfterMs = 800;

/** One integration needs no catalogue, one method no choice. */
function firstStepFor(integration: Integration): Step {
    const [method] = integration.methods;
    return integration.methods.length === 1 && method !== undefined
        ? { at: 'details', integration, method }
        : { at: 'method', integration };
}

function firstStep({ integrations }: Session): Step {
    const [integration] = integrations;
    return integrations.length === 1 && integration !== undefined ? firstStepFor(integration) : { at: 'catalogue' };
}

export function Flow({ session, launch, api, embedder, onInvalid }: Props) {
    const isEmbedded = launch.mode !== 'redirect';
    // From a frame the vendor's page needs a window; a popup is one.
    const opensWindow = launch.mode === 'iframe';
    const { theme } = session.environment;
    const app = theme.name ?? nameless;
    const { current, canGoBack, go, back, end } = useSteps<Step>(firstStep(session), !isEmbedded);
    const [values, setValues] = useState<Record<string, Values>>({});
    const [problem, setProblem] = useState<Problem>();
    const [pending, setPending] = useState<string>();
    const [wait, setWait] = useState<Wait>();
    const problems = useRef(0);

    // Back with the browser's button, to the page as it was when it left for the vendor.
    useEffect(() => {
        const show = ({ persisted }: PageTransitionEvent) => persisted && setPending(undefined);
        window.addEventListener('pageshow', show);
        return () => window.removeEventListener('pageshow', show);
    }, []);

    function valuesOf(integration: Integration, method: Method): Values {
        return { ...initialValues(fieldsOf(integration, method)), ...values[integration.environment_integration_id] };
    }

    function keep(integration: Integration, name: string, value: string) {
        const id = integration.environment_integration_id;
        setValues((all) => ({ ...all, [id]: { ...all[id], [name]: value } }));
    }

    function choose(step: Step) {
        setProblem(undefined);
        go(step);
    }

    function report(explanation: Explanation, fields: Record<string, string> = {}) {
        problems.current += 1;
        setProblem({ ...explanation, fields, id: problems.current });
    }

    function fail(failure: Failure, integration: Integration, method: Method) {
        if (failure.kind === 'link') {
            onInvalid(app);
            return;
        }
        const fields = Object.fromEntries(
            fieldsOf(integration, method)
                .filter(({ name }) => failure.fields[name] !== undefined)
                .map((field) => [field.name, sayAtField(field, failure.fields[field.name] ?? '')]),
        );
        // A value that was not asked for cannot be corrected here: then the message is all there is.
        const shown: Failure =
            failure.kind === 'fields' && Object.keys(fields).length === 0 ? { ...failure, kind: 'request' } : failure;
        report(explain(shown, integration.label), fields);
        embedder.obstacle(errorTypeOf(failure), failure.message);
    }

    function succeed(integration: Integration, success: Success) {
        forgetToken();
        leaveOrigin(undefined);
        if (typeof success.form_token === 'string') {
            embedder.connected(success);
            end({ at: 'form', integration, success, token: success.form_token });
        } else finish(integration, success);
    }

    function finish(integration: Integration, success: Success) {
        embedder.success(success);
        end({ at: 'done', integration, success });
    }

    async function send(integration: Integration, method: Method, context: Values) {
        const origin: Origin = { app, theme, vendor: integration.label };
        setProblem(undefined);
        setPending(method.kind === 'oauth2' ? `Opening ${integration.label}…` : `Checking with ${integration.label}…`);
        const asked = api.connect({
            environment_integration_id: integration.environment_integration_id,
            authentication_method: method.name,
            context,
        });
        let opened: VendorWindow | undefined;
        if (method.kind === 'oauth2' && opensWindow && (await isSlower(asked, windowAfterMs)))
            opened = openVendorWindow(origin);
        const answer = await asked;
        const authorization = 'ok' in answer && 'authorize_url' in answer.ok ? answer.ok : undefined;
        const url = authorization === undefined ? undefined : ownUrl(authorization.authorize_url);
        if (authorization !== undefined && url !== undefined && !opensWindow) {
            leaveOrigin({
                ...origin,
                pending: {
                    connection: authorization.connection_id,
                    redirect_uri: isEmbedded ? null : session.redirect_uri,
                    back: `${location.pathname}${location.search}`,
                    opener: isEmbedded ? launch.origin : undefined,
                },
            });
            embedder.leaving(authorization.connection_id);
            location.assign(url);
            return;
        }
        setPending(undefined);
        if (authorization !== undefined && url !== undefined) {
            opened ??= openVendorWindow(origin);
            opened?.goTo(url);
            setWait({ authorization: { ...authorization, authorize_url: url }, opened });
            return;
        }
        opened?.close();
        if ('failure' in answer) fail(answer.failure, integration, method);
        else if ('integrated_account_id' in answer.ok) succeed(integration, answer.ok);
        else fail(unexpectedAnswer, integration, method);
    }

    function cancelWait() {
        wait?.opened?.close();
        setWait(undefined);
    }

    function endWait(watched: Watched, integration: Integration, method: Method) {
        if (watched.end !== 'active') wait?.opened?.close();
        setWait(undefined);
        switch (watched.end) {
            case 'active':
                succeed(integration, {
                    result: 'success',
                    integration: watched.connection.integration,
                    integrated_account_id: watched.connection.integrated_account_id ?? '',
                    form_token: watched.connection.form_token,
                });
                break;
            case 'failed':
                fail(failureOfConnection(watched.connection.error), integration, method);
                break;
            case 'failure':
                fail(watched.failure, integration, method);
                break;
            case 'expired':
                report({ title: 'That took too long', text: `Please open ${integration.label} again.` });
                break;
        }
    }

    const vendor = current.at === 'catalogue' ? undefined : current.integration.label;
    const title =
        vendor === undefined
            ? ''
            : session.is_reconnect
              ? `Reconnect your ${vendor} account to ${app}`
              : `${atStart(app)} wants to connect your ${vendor} account`;
    const showsPair = vendor !== undefined && current.at !== 'done' && current.at !== 'form' && wait === undefined;
    const onClose = isEmbedded ? embedder.close : undefined;
    const cancelUrl = isEmbedded
        ? undefined
        : returnUrl(session.redirect_uri, { result: 'error', error_type: 'closed' });

    return (
        <Shell
            app={showsPair ? undefined : { name: app, theme }}
            environment={session.environment.name}
            isFramed={launch.mode === 'iframe'}
            onBack={canGoBack && pending === undefined && wait === undefined ? back : undefined}
            onClose={onClose}
            onEscape={launch.mode === 'iframe' ? embedder.escape : undefined}
            onHeight={embedder.resize}
            footer={
                cancelUrl !== undefined &&
                current.at !== 'done' &&
                current.at !== 'form' && (
                    <ButtonLink kind="quiet" href={cancelUrl}>
                        Cancel and go back to {app}
                    </ButtonLink>
                )
            }
        >
            <div className="step" key={`${current.at} ${vendor ?? ''} ${wait === undefined ? '' : 'waiting'}`}>
                {showsPair && current.at !== 'catalogue' && (
                    <Pair app={app} theme={theme} vendor={current.integration} />
                )}
                {current.at === 'catalogue' && session.integrations.length === 0 && (
                    <NothingToConnect app={app} onClose={onClose} />
                )}
                {current.at === 'catalogue' && session.integrations.length > 0 && (
                    <Catalogue
                        app={app}
                        integrations={session.integrations}
                        onChoose={(integration) => choose(firstStepFor(integration))}
                    />
                )}
                {current.at === 'method' && current.integration.methods.length === 0 && (
                    <NothingToConnect app={app} vendor={current.integration.label} onClose={onClose} />
                )}
                {current.at === 'method' && current.integration.methods.length > 0 && (
                    <Methods
                        title={title}
                        integration={current.integration}
                        onChoose={(method) => choose({ at: 'details', integration: current.integration, method })}
                    />
                )}
                {current.at === 'details' && wait === undefined && (
                    <Details
                        title={title}
                        app={app}
                        integration={current.integration}
                        method={current.method}
                        isReconnect={session.is_reconnect}
                        opensWindow={opensWindow}
                        values={valuesOf(current.integration, current.method)}
                        onValue={(name, value) => keep(current.integration, name, value)}
                        problem={problem}
                        pending={pending}
                        onSend={(context) => void send(current.integration, current.method, context)}
                    />
                )}
                {current.at === 'details' && wait !== undefined && (
                    <Waiting
                        key={wait.authorization.connection_id}
                        api={api}
                        vendor={current.integration.label}
                        origin={{ app, theme, vendor: current.integration.label }}
                        authorization={wait.authorization}
                        opened={wait.opened}
                        onObstacle={embedder.obstacle}
                        onRetry={() => {
                            cancelWait();
                            const { integration, method } = current;
                            void send(
                                integration,
                                method,
                                contextOf(fieldsOf(integration, method), valuesOf(integration, method)),
                            );
                        }}
                        onCancel={cancelWait}
                        onEnd={(watched) => endWait(watched, current.integration, current.method)}
                    />
                )}
                {current.at === 'form' && (
                    <ConnectForm
                        vendor={current.integration.label}
                        token={current.token}
                        onEnd={() => finish(current.integration, current.success)}
                    />
                )}
                {current.at === 'done' && (
                    <Connected
                        app={app}
                        session={session}
                        integration={current.integration}
                        success={current.success}
                        onClose={onClose}
                    />
                )}
            </div>
        </Shell>
    );
}

async function isSlower(promise: Promise<unknown>, milliseconds: number): Promise<boolean> {
    const pause = new Promise<boolean>((resolve) => setTimeout(() => resolve(true), milliseconds));
    return Promise.race([promise.then(() => false), pause]);
}
