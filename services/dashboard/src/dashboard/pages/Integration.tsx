import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { Button } from '../../parts/Button.tsx';
import { Notice } from '../../parts/Notice.tsx';
import { answer, type Schemas } from '../api/client.ts';
import { ConnectDialog } from '../connect/ConnectDialog.tsx';
import { formOfOverride, headersIn, overrideOf, restIn, schemesOf } from '../integration.ts';
import { Board, Badge, Facts, Section } from '../parts/Board.tsx';
import { CodeBlock, Id } from '../parts/Copy.tsx';
import { Confirm } from '../parts/Dialog.tsx';
import { Check, FormFrame, TextInput, useForm } from '../parts/Form.tsx';
import { IntegrationTile, useIntegration } from '../parts/Integration.tsx';
import { MoreMenu } from '../parts/MoreMenu.tsx';
import { Loaded } from '../parts/States.tsx';
import { Time } from '../parts/Time.tsx';
import type { PageProps } from '../pages.ts';
import { useChange, useThing } from '../queries.ts';
import { pathOf } from '../routes.ts';
import { useEnvironment, useMay } from '../session.ts';
import { words } from '../words.ts';

const text = words.integrations;

type Installed = Schemas['EnvironmentIntegration'];

export default function IntegrationPage({ id }: PageProps) {
    const env = useEnvironment() ?? '';
    const installed = useThing('environment_integration', [id], (api) =>
        answer(api.GET('/environment-integration/{id}', { params: { path: { id } } })),
    );
    const definition = useIntegration(installed.data?.integration_id ?? '');
    return (
        <Board
            title={definition.data?.label ?? words.pages.integration}
            mark={
                definition.data !== undefined && <IntegrationTile name={definition.data.name} id={definition.data.id} />
            }
            badge={
                installed.data !== undefined && (
                    <Badge tone={installed.data.is_enabled ? 'good' : 'plain'}>
                        {installed.data.is_enabled ? text.enabled : text.disabled}
                    </Badge>
                )
            }
            parent={{ label: words.pages.integrations, href: pathOf('integrations', { env }) }}
            actions={
                installed.data !== undefined && <Actions installed={installed.data} name={definition.data?.name} />
            }
        >
            <Loaded query={installed}>
                {(found) => (
                    <>
                        {found.last_error !== null && (
                            <Notice title={text.refused}>
                                <p>
                                    “{found.last_error.message}” <Time at={found.last_error.occurred_at} form="ago" />
                                </p>
                                <p>{text.refusedText}</p>
                            </Notice>
                        )}
                        <div className="columns">
                            <Section title={text.installation}>
                                <Facts
                                    facts={[
                                        [text.id, <Id id={found.id} what={text.id} />],
                                        [text.name, <code>{definition.data?.name ?? ''}</code>],
                                        [text.version, String(definition.data?.version ?? '–')],
                                        [words.accounts.connected, <Time at={found.created_at} />],
                                        [words.accounts.changed, <Time at={found.updated_at} />],
                                        [
                                            words.pages.accounts,
                                            <Link
                                                href={`${pathOf('accounts', { env })}?integration=${definition.data?.name ?? ''}`}
                                            >
                                                {text.itsAccounts}
                                            </Link>,
                                        ],
                                    ]}
                                />
                            </Section>
                            <Schemes config={definition.data?.config} installed={found} />
                        </div>
                        <OverrideSection key={found.updated_at} installed={found} />
                    </>
                )}
            </Loaded>
        </Board>
    );
}

function Actions({ installed, name }: { installed: Installed; name: string | undefined }) {
    const env = useEnvironment() ?? '';
    const [, go] = useLocation();
    const [open, setOpen] = useState<'connect' | 'remove'>();
    const mayWrite = useMay('integrations:write');
    const mayConnect = useMay('credentials:write');
    const remove = useChange(['environment_integration', 'integrated_account', 'mcp_server'], (api, id: string) =>
        answer(api.DELETE('/environment-integration/{id}', { params: { path: { id } } })),
    );
    return (
        <>
            {mayConnect && <Button onPress={() => setOpen('connect')}>{words.accounts.connect}</Button>}
            {mayWrite && (
                <MoreMenu actions={[{ label: text.remove, isDanger: true, onAction: () => setOpen('remove') }]} />
            )}
            {open === 'connect' && <ConnectDialog integration={name ?? ''} onClose={() => setOpen(undefined)} />}
            {open === 'remove' && (
                <Confirm
                    title={text.remove}
                    action={text.remove}
                    onClose={() => setOpen(undefined)}
                    onConfirm={async () => {
                        await remove.mutateAsync(installed.id);
                        go(pathOf('integrations', { env }), { replace: true });
                    }}
                >
                    <p>{text.removeText}</p>
                </Confirm>
            )}
        </>
    );
}

function Schemes({ config, installed }: { config: { credentials?: unknown } | undefined; installed: Installed }) {
    const schemes = schemesOf(config);
    const hasApp = installed.override.credentials?.oauth2?.client_id !== undefined;
    return (
        <Section title={text.schemes} lead={text.schemesLead}>
            <ul className="stack">
                {schemes.map(({ name, label, isOAuth }) => (
                    <li key={name} className="line">
                        <strong>{label}</strong>
                        <code>{name}</code>
                        {isOAuth ? (
                            <Badge tone={hasApp ? 'good' : 'wait'}>{hasApp ? text.withApp : text.needsApp}</Badge>
                        ) : (
                            <Badge tone="good">{text.offered}</Badge>
                        )}
                    </li>
                ))}
            </ul>
            {schemes.some(({ isOAuth }) => isOAuth) && (
                <div className="stack">
                    <h3>{text.redirect}</h3>
                    <p className="muted">{text.redirectText}</p>
                    <CodeBlock text={`${location.origin}/connect/callback`} label={text.redirect} wraps />
                </div>
            )}
        </Section>
    );
}

function OverrideSection({ installed }: { installed: Installed }) {
    const mayWrite = useMay('integrations:write');
    const [isSaved, setIsSaved] = useState(false);
    const save = useChange(['environment_integration'], (api, body: Schemas['EnvironmentIntegrationPatch']) =>
        answer(api.PATCH('/environment-integration/{id}', { params: { path: { id: installed.id } }, body })),
    );
    const { is_enabled, show_in_catalog } = installed;
    const form = useForm(
        { ...formOfOverride(installed.override), is_enabled, show_in_catalog },
        async ({ is_enabled, show_in_catalog, ...override }) => {
            setIsSaved(false);
            await save.mutateAsync({ is_enabled, show_in_catalog, override: overrideOf(override) });
            setIsSaved(true);
        },
        {
            check: (values): Record<string, string> => ({
                ...(headersIn(values.headers) === undefined ? { headers: text.headersWrong } : {}),
                ...(restIn(values.rest) === undefined ? { rest: words.playground.noJson } : {}),
            }),
            names: {
                'override.credentials.oauth2.client_id': 'client_id',
                'override.credentials.oauth2.client_secret': 'client_secret',
                'override.credentials.oauth2.scopes': 'scopes',
                'override.credentials': 'client_id',
                'override.base_url': 'base_url',
                'override.headers': 'headers',
                override: 'rest',
            },
        },
    );
    const { values, set, problems } = form;
    return (
        <Section title={text.override} lead={text.overrideLead}>
            <FormFrame form={form} submit={words.parts.save} isWide {...(mayWrite ? {} : { isReadOnly: true })}>
                <h3>{text.ownApp}</h3>
                <div className="form-columns">
                    <TextInput
                        label={text.clientId}
                        value={values.client_id}
                        onChange={(value) => set('client_id', value)}
                        problem={problems.client_id}
                        isOptional
                        isMono
                    />
                    <TextInput
                        label={text.clientSecret}
                        description={text.clientSecretText}
                        type="password"
                        autoComplete="new-password"
                        value={values.client_secret}
                        onChange={(value) => set('client_secret', value)}
                        problem={problems.client_secret}
                        isOptional
                    />
                </div>
                <TextInput
                    label={text.scopes}
                    description={text.scopesText}
                    value={values.scopes}
                    onChange={(value) => set('scopes', value)}
                    problem={problems.scopes}
                    rows={2}
                    isMono
                    isOptional
                />
                <h3>{text.calls}</h3>
                <TextInput
                    label={text.baseUrl}
                    description={text.baseUrlText}
                    value={values.base_url}
                    onChange={(value) => set('base_url', value)}
                    problem={problems.base_url}
                    isOptional
                    isMono
                />
                <TextInput
                    label={text.headers}
                    description={text.headersText}
                    value={values.headers}
                    onChange={(value) => set('headers', value)}
                    problem={problems.headers}
                    rows={2}
                    isOptional
                    isMono
                />
                <TextInput
                    label={text.rest}
                    description={text.restText}
                    value={values.rest}
                    onChange={(value) => set('rest', value)}
                    problem={problems.rest}
                    rows={4}
                    isOptional
                    isMono
                />
                <Check
                    label={text.isEnabled}
                    description={text.isEnabledText}
                    isChecked={values.is_enabled}
                    onChange={(value) => set('is_enabled', value)}
                />
                <Check
                    label={text.isShown}
                    description={text.isShownText}
                    isChecked={values.show_in_catalog}
                    onChange={(value) => set('show_in_catalog', value)}
                />
                {isSaved && (
                    <p role="status" className="saved">
                        {words.parts.saved}
                    </p>
                )}
            </FormFrame>
        </Section>
    );
}
