import { useState } from 'react';
import { useLocation } from 'wouter';
import { Button, ButtonLink } from '../../parts/Button.tsx';
import { Notice } from '../../parts/Notice.tsx';
import { answer, type Schemas } from '../api/client.ts';
import type { ApiError } from '../api/error.ts';
import { LinkReady } from '../connect/ConnectDialog.tsx';
import { Confirm, Dialog, ErrorNotice } from '../parts/Dialog.tsx';
import { Check, FormFrame, missing, TextInput, useForm } from '../parts/Form.tsx';
import { MoreMenu } from '../parts/MoreMenu.tsx';
import { Skeleton } from '../parts/States.tsx';
import { useChange } from '../queries.ts';
import { pathOf } from '../routes.ts';
import { useEnvironment, useMay } from '../session.ts';
import { words } from '../words.ts';
import { isBroken, type Account } from './account.ts';

const text = words.account;

type Open = 'edit' | 'delete' | 'link' | 'schema' | 'renew';

export function AccountActions({ account }: { account: Account }) {
    const env = useEnvironment() ?? '';
    const [, go] = useLocation();
    const [open, setOpen] = useState<Open>();
    const mayWrite = useMay('accounts:write');
    const mayLink = useMay('credentials:write');
    const mayServe = useMay('mcp_servers:write');
    const close = () => setOpen(undefined);
    const remove = useChange(['integrated_account', 'mcp_server'], (api, id: string) =>
        answer(api.DELETE('/integrated-account/{id}', { params: { path: { id } } })),
    );
    const isOAuth = account.authentication_method === 'oauth2';
    const more = [
        ...(mayWrite ? [{ label: text.edit, onAction: () => setOpen('edit') }] : []),
        ...(mayServe ? [{ label: text.refreshSchema, onAction: () => setOpen('schema') }] : []),
        ...(mayWrite && isOAuth ? [{ label: text.renew, onAction: () => setOpen('renew') }] : []),
        ...(mayWrite ? [{ label: text.delete, isDanger: true, onAction: () => setOpen('delete') }] : []),
    ];
    return (
        <>
            {mayLink && account.status === 'active' && (
                <ButtonLink
                    kind="secondary"
                    href={`/dashboard${pathOf('playground', { env })}?account=${account.id}`}
                    onClick={(event) => {
                        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
                        event.preventDefault();
                        go(`${pathOf('playground', { env })}?account=${account.id}`);
                    }}
                >
                    {text.test}
                </ButtonLink>
            )}
            {mayLink && (
                <Button kind={isBroken(account.status) ? 'primary' : 'secondary'} onPress={() => setOpen('link')}>
                    {text.reconnect}
                </Button>
            )}
            <MoreMenu actions={more} />
            {open === 'edit' && <EditAccount account={account} onClose={close} />}
            {open === 'link' && <ReconnectLink account={account} onClose={close} />}
            {open === 'schema' && <RefreshSchema account={account} onClose={close} />}
            {open === 'renew' && <RenewToken account={account} onClose={close} />}
            {open === 'delete' && (
                <Confirm
                    title={text.delete}
                    action={text.delete}
                    onClose={close}
                    onConfirm={async () => {
                        await remove.mutateAsync(account.id);
                        go(pathOf('accounts', { env }), { replace: true });
                    }}
                >
                    <p>
                        <strong>
                            <bdi>{account.tenant_id}</bdi>
                        </strong>
                    </p>
                    <p>{text.deleteText}</p>
                </Confirm>
            )}
        </>
    );
}

function EditAccount({ account, onClose }: { account: Account; onClose: () => void }) {
    const save = useChange(['integrated_account'], (api, body: Schemas['IntegratedAccountPatch']) =>
        answer(api.PATCH('/integrated-account/{id}', { params: { path: { id: account.id } }, body })),
    );
    const { tenant_id, is_sandbox, is_blocked } = account;
    const form = useForm(
        { tenant_id, region: account.region ?? '', is_sandbox, is_blocked },
        async ({ region, ...values }) => {
            await save.mutateAsync({ ...values, region: region.trim() === '' ? null : region.trim() });
            onClose();
        },
        { check: (values) => missing(values, ['tenant_id']) },
    );
    const { values, set, problems } = form;
    return (
        <Dialog title={text.editTitle} onClose={onClose} keeps>
            <FormFrame form={form} submit={words.parts.save} onCancel={onClose}>
                <TextInput
                    label={words.accounts.tenantId}
                    description={words.accounts.tenantIdText}
                    value={values.tenant_id}
                    onChange={(value) => set('tenant_id', value)}
                    problem={problems.tenant_id}
                />
                <TextInput
                    label={text.region}
                    value={values.region}
                    onChange={(value) => set('region', value)}
                    problem={problems.region}
                    isOptional
                />
                <Check
                    label={text.isSandbox}
                    description={text.isSandboxText}
                    isChecked={values.is_sandbox}
                    onChange={(value) => set('is_sandbox', value)}
                />
                <Check
                    label={text.isBlocked}
                    description={text.isBlockedText}
                    isChecked={values.is_blocked}
                    onChange={(value) => set('is_blocked', value)}
                />
            </FormFrame>
        </Dialog>
    );
}

/** Does its one thing when it appears, and says how it went. */
function Doing<T>({
    title,
    touches,
    act,
    onClose,
    children,
}: {
    title: string;
    touches: Parameters<typeof useChange>[0];
    act: Parameters<typeof useChange<void, T>>[1];
    onClose: () => void;
    children: (done: T) => React.ReactNode;
}) {
    const change = useChange<void, T>(touches, act);
    const [isBegun, setIsBegun] = useState(false);
    if (!isBegun) {
        setIsBegun(true);
        queueMicrotask(() => change.mutate());
    }
    return (
        <Dialog title={title} onClose={onClose}>
            {change.data !== undefined && children(change.data)}
            {change.error !== null && <ErrorNotice error={change.error as ApiError} />}
            {change.data === undefined && change.error === null && <Skeleton lines={2} />}
        </Dialog>
    );
}

function ReconnectLink({ account, onClose }: { account: Account; onClose: () => void }) {
    return (
        <Doing
            title={text.reconnect}
            touches={[]}
            act={(api) =>
                answer(
                    api.POST('/link-token', {
                        body: { integrated_account_id: account.id, persist_previous_context: true },
                    }),
                )
            }
            onClose={onClose}
        >
            {(link: Schemas['LinkTokenCreated']) => (
                <>
                    <p className="muted">{text.reconnectText}</p>
                    <LinkReady link={link} />
                </>
            )}
        </Doing>
    );
}

function RefreshSchema({ account, onClose }: { account: Account; onClose: () => void }) {
    return (
        <Doing
            title={text.refreshSchema}
            touches={['integrated_account']}
            act={(api) =>
                answer(api.POST('/integrated-account/{id}/refresh-schema', { params: { path: { id: account.id } } }))
            }
            onClose={onClose}
        >
            {(done: Schemas['SchemaRefreshed']) => (
                <>
                    <p className="muted">{text.refreshSchemaText}</p>
                    <Notice kind="info" title={text.refreshed} takesFocus>
                        <p>{done.is_changed ? text.schemaChanged : text.schemaSame}</p>
                    </Notice>
                    <ul className="tags-line">
                        {Object.entries(done.records).map(([name, count]) => (
                            <li key={name} className="tag">
                                {name}: {count}
                            </li>
                        ))}
                    </ul>
                </>
            )}
        </Doing>
    );
}

function RenewToken({ account, onClose }: { account: Account; onClose: () => void }) {
    return (
        <Doing
            title={text.renew}
            touches={['integrated_account']}
            act={(api) => answer(api.POST('/integrated-account/refresh-credentials', { body: { id: account.id } }))}
            onClose={onClose}
        >
            {() => <Notice kind="info" title={text.renewed} takesFocus />}
        </Doing>
    );
}
