import { useState } from 'react';
import { Button } from '../../parts/Button.tsx';
import { answer, type Schemas } from '../api/client.ts';
import { Board, Badge } from '../parts/Board.tsx';
import { CodeBlock } from '../parts/Copy.tsx';
import { Confirm, Dialog } from '../parts/Dialog.tsx';
import { Check, FormFrame, missing, TextInput, useForm } from '../parts/Form.tsx';
import { Empty } from '../parts/States.tsx';
import { Table, type Column } from '../parts/Table.tsx';
import { useChange, useList } from '../queries.ts';
import { useMay } from '../session.ts';
import { words } from '../words.ts';

const text = words.providers;

type Provider = Schemas['IdentityProvider'];
type Open = { what: 'new' } | { what: 'edit' | 'delete'; of: Provider };

export default function Providers() {
    const [open, setOpen] = useState<Open>();
    const mayWrite = useMay('team:write');
    const list = useList('identity_provider', '/identity-provider', {});
    const close = () => setOpen(undefined);
    const remove = useChange(['identity_provider'], (api, id: string) =>
        answer(api.DELETE('/identity-provider/{id}', { params: { path: { id } } })),
    );
    const columns: Column<Provider>[] = [
        { title: text.label, width: 'minmax(0, 1fr)', cell: ({ label }) => <bdi>{label}</bdi> },
        {
            title: text.state,
            width: '110px',
            phone: 'side',
            cell: ({ is_enabled }) => (
                <Badge tone={is_enabled ? 'good' : 'plain'}>{is_enabled ? text.enabled : text.disabled}</Badge>
            ),
        },
        { title: text.issuer, width: 'minmax(0, 1.5fr)', phone: 'below', cell: ({ issuer }) => <bdi>{issuer}</bdi> },
        {
            title: text.clientId,
            width: 'minmax(0, 1fr)',
            phone: 'none',
            cell: ({ client_id }) => <code>{client_id}</code>,
        },
        ...(mayWrite
            ? [
                  {
                      title: words.parts.more,
                      width: '160px',
                      isEnd: true,
                      phone: 'below' as const,
                      cell: (of: Provider) => (
                          <span className="cell-actions">
                              <Button kind="secondary" onPress={() => setOpen({ what: 'edit', of })}>
                                  {words.parts.edit}
                              </Button>
                              <Button kind="secondary" onPress={() => setOpen({ what: 'delete', of })}>
                                  {words.parts.delete}
                              </Button>
                          </span>
                      ),
                  },
              ]
            : []),
    ];
    const create = mayWrite && <Button onPress={() => setOpen({ what: 'new' })}>{text.create}</Button>;
    return (
        <Board title={words.pages.providers} lead={text.lead} actions={create}>
            <Table
                label={words.pages.providers}
                columns={columns}
                list={list}
                keyOf={({ id }) => id}
                empty={
                    <Empty title={text.empty} action={create}>
                        {text.emptyText}
                    </Empty>
                }
            />
            {open?.what === 'new' && <Create onClose={close} />}
            {open?.what === 'edit' && <Edit provider={open.of} onClose={close} />}
            {open?.what === 'delete' && (
                <Confirm
                    title={text.delete}
                    action={text.delete}
                    onClose={close}
                    onConfirm={() => remove.mutateAsync(open.of.id)}
                >
                    <p>
                        <strong>
                            <bdi>{open.of.label}</bdi>
                        </strong>
                    </p>
                    <p>{text.deleteText}</p>
                </Confirm>
            )}
        </Board>
    );
}

function Create({ onClose }: { onClose: () => void }) {
    const [made, setMade] = useState<Provider>();
    const create = useChange(['identity_provider'], (api, body: Schemas['IdentityProviderCreate']) =>
        answer(api.POST('/identity-provider', { body })),
    );
    const form = useForm(
        { label: '', issuer: '', client_id: '', client_secret: '' },
        async ({ client_secret, ...values }) =>
            setMade(await create.mutateAsync({ ...values, ...(client_secret === '' ? {} : { client_secret }) })),
        { check: (values) => missing(values, ['label', 'issuer', 'client_id']) },
    );
    const { values, set, problems } = form;
    return (
        <Dialog title={made === undefined ? text.create : text.made} onClose={onClose} keeps>
            {made === undefined ? (
                <FormFrame form={form} submit={text.create} onCancel={onClose}>
                    <TextInput
                        label={text.label}
                        description={text.labelText}
                        value={values.label}
                        onChange={(value) => set('label', value)}
                        problem={problems.label}
                    />
                    <TextInput
                        label={text.issuer}
                        description={text.issuerText}
                        type="url"
                        value={values.issuer}
                        onChange={(value) => set('issuer', value)}
                        problem={problems.issuer}
                    />
                    <TextInput
                        label={text.clientId}
                        value={values.client_id}
                        onChange={(value) => set('client_id', value)}
                        problem={problems.client_id}
                        isMono
                    />
                    <TextInput
                        label={text.clientSecret}
                        type="password"
                        autoComplete="new-password"
                        value={values.client_secret}
                        onChange={(value) => set('client_secret', value)}
                        problem={problems.client_secret}
                        isOptional
                    />
                </FormFrame>
            ) : (
                <div className="stack">
                    <p>{text.redirectText}</p>
                    <CodeBlock text={made.redirect_url} label={text.redirect} wraps />
                    <div className="dialog-actions">
                        <Button onPress={onClose}>{words.parts.done}</Button>
                    </div>
                </div>
            )}
        </Dialog>
    );
}

function Edit({ provider, onClose }: { provider: Provider; onClose: () => void }) {
    const save = useChange(['identity_provider'], (api, body: Schemas['IdentityProviderPatch']) =>
        answer(api.PATCH('/identity-provider/{id}', { params: { path: { id: provider.id } }, body })),
    );
    const form = useForm(
        { label: provider.label, client_secret: '', is_enabled: provider.is_enabled },
        async ({ client_secret, ...values }) => {
            await save.mutateAsync({ ...values, ...(client_secret === '' ? {} : { client_secret }) });
            onClose();
        },
        { check: (values) => missing(values, ['label']) },
    );
    const { values, set, problems } = form;
    return (
        <Dialog title={text.edit} onClose={onClose} keeps>
            <FormFrame form={form} submit={words.parts.save} onCancel={onClose}>
                <TextInput
                    label={text.label}
                    description={text.labelText}
                    value={values.label}
                    onChange={(value) => set('label', value)}
                    problem={problems.label}
                />
                <TextInput
                    label={text.clientSecret}
                    description={text.secretKept}
                    type="password"
                    autoComplete="new-password"
                    value={values.client_secret}
                    onChange={(value) => set('client_secret', value)}
                    problem={problems.client_secret}
                    isOptional
                />
                <Check
                    label={text.enabled}
                    isChecked={values.is_enabled}
                    onChange={(value) => set('is_enabled', value)}
                />
                <div className="field">
                    <span className="field-label">{text.redirect}</span>
                    <CodeBlock text={provider.redirect_url} label={text.redirect} wraps />
                </div>
            </FormFrame>
        </Dialog>
    );
}
