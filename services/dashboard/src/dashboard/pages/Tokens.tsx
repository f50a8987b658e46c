import { useState } from 'react';
import { Button } from '../../parts/Button.tsx';
import { Notice } from '../../parts/Notice.tsx';
import { answer, compact, type Schemas } from '../api/client.ts';
import { containing } from '../filters.ts';
import { Board } from '../parts/Board.tsx';
import { CodeBlock } from '../parts/Copy.tsx';
import { Confirm, Dialog } from '../parts/Dialog.tsx';
import { FilterBar, FilterText, useFilters } from '../parts/Filters.tsx';
import { Check, Chips, FormFrame, missing, TextInput, useForm } from '../parts/Form.tsx';
import { Empty } from '../parts/States.tsx';
import { Table, type Column } from '../parts/Table.tsx';
import { Time } from '../parts/Time.tsx';
import { useChange, useList, useThing } from '../queries.ts';
import { useMay } from '../session.ts';
import { fromLocal, toLocal } from '../times.ts';
import { words } from '../words.ts';

const text = words.tokens;

type Token = Schemas['ApiToken'];
type Open = { what: 'new' } | { what: 'edit' | 'delete'; of: Token };

export default function Tokens() {
    const [open, setOpen] = useState<Open>();
    const [filters, setFilters] = useFilters(['name']);
    const mayWrite = useMay('api_tokens:write');
    const list = useList(
        'api_token',
        '/api-token',
        compact({ name: filters.name === '' ? undefined : { like: containing(filters.name) } }),
    );
    const revoke = useChange(['api_token'], (api, id: string) =>
        answer(api.DELETE('/api-token/{id}', { params: { path: { id } } })),
    );
    const close = () => setOpen(undefined);
    const columns: Column<Token>[] = [
        {
            title: text.name,
            width: 'minmax(0, 1.4fr)',
            cell: ({ name, mcp_only }) => (
                <>
                    <bdi>{name}</bdi>
                    {mcp_only && <span className="tag">{text.mcpOnlyShort}</span>}
                </>
            ),
        },
        {
            title: text.scopes,
            width: 'minmax(0, 1.2fr)',
            phone: 'below',
            cell: ({ scopes }) => <span className="muted">{scopes.join(', ')}</span>,
        },
        {
            title: text.addresses,
            width: 'minmax(0, 0.8fr)',
            phone: 'none',
            cell: ({ addresses }) => (
                <span className="muted">{addresses.length === 0 ? text.anywhere : addresses.join(', ')}</span>
            ),
        },
        {
            title: text.lastUsed,
            width: '110px',
            phone: 'none',
            cell: (token) => <Time at={(token as { last_used_at?: string | null }).last_used_at} form="ago" />,
        },
        {
            title: text.ends,
            width: '110px',
            phone: 'side',
            cell: ({ expires_at }) =>
                expires_at === null ? (
                    <span className="muted">{words.parts.never}</span>
                ) : (
                    <Time at={expires_at} form="ago" />
                ),
        },
        ...(mayWrite
            ? [
                  {
                      title: words.parts.more,
                      width: '150px',
                      isEnd: true,
                      phone: 'below' as const,
                      cell: (of: Token) => (
                          <span className="cell-actions">
                              <Button kind="secondary" onPress={() => setOpen({ what: 'edit', of })}>
                                  {words.parts.edit}
                              </Button>
                              <Button kind="secondary" onPress={() => setOpen({ what: 'delete', of })}>
                                  {text.revoke}
                              </Button>
                          </span>
                      ),
                  },
              ]
            : []),
    ];
    const create = mayWrite && <Button onPress={() => setOpen({ what: 'new' })}>{text.create}</Button>;
    return (
        <Board title={words.pages.tokens} lead={text.lead} actions={create}>
            <FilterBar>
                <FilterText label={text.name} value={filters.name} onChange={(name) => setFilters({ name })} isWide />
            </FilterBar>
            <Table
                label={words.pages.tokens}
                columns={columns}
                list={list}
                keyOf={({ id }) => id}
                empty={
                    filters.name === '' ? (
                        <Empty title={text.empty} action={create}>
                            {text.emptyText}
                        </Empty>
                    ) : (
                        <Empty title={text.noneFound} />
                    )
                }
            />
            {open?.what === 'new' && <TokenDialog onClose={close} />}
            {open?.what === 'edit' && <TokenDialog token={open.of} onClose={close} />}
            {open?.what === 'delete' && (
                <Confirm
                    title={text.revokeTitle}
                    action={text.revoke}
                    onClose={close}
                    onConfirm={() => revoke.mutateAsync(open.of.id)}
                >
                    <p>
                        <strong>
                            <bdi>{open.of.name}</bdi>
                        </strong>
                    </p>
                    <p>{text.revokeText}</p>
                </Confirm>
            )}
        </Board>
    );
}

function TokenDialog({ token, onClose }: { token?: Token; onClose: () => void }) {
    const [made, setMade] = useState<Schemas['ApiTokenWithSecret']>();
    const table = useThing('permission', [], (api) => answer(api.GET('/permission')), { staleMs: Infinity });
    const save = useChange(
        ['api_token'],
        (api, body: Schemas['ApiTokenCreate']): Promise<Token | Schemas['ApiTokenWithSecret']> => {
            if (token === undefined) return answer(api.POST('/api-token', { body }));
            const { mcp_only: _, ...patch } = body;
            return answer(api.PATCH('/api-token/{id}', { params: { path: { id: token.id } }, body: patch }));
        },
    );
    const form = useForm(
        {
            name: token?.name ?? '',
            scopes: token?.scopes ?? ['full'],
            addresses: (token?.addresses ?? []).join('\n'),
            mcp_only: token?.mcp_only ?? false,
            expires_at: toLocal(token?.expires_at ?? null),
        },
        async ({ name, scopes, addresses, mcp_only, expires_at }) => {
            const done = await save.mutateAsync({
                name: name.trim(),
                ...(mcp_only ? {} : { scopes }),
                addresses: addresses.split(/[\s,]+/).filter((each) => each !== ''),
                mcp_only,
                expires_at: fromLocal(expires_at),
            });
            if ('token' in done) setMade(done);
            else onClose();
        },
        {
            check: (values): Record<string, string> => ({
                ...missing(values, ['name']),
                ...(values.scopes.length === 0 && !values.mcp_only ? { scopes: text.chooseScopes } : {}),
            }),
        },
    );
    const { values, set, problems } = form;
    if (made !== undefined)
        return (
            <Dialog title={text.made} onClose={onClose} keeps>
                <div className="stack">
                    <Notice kind="info" title={text.once} takesFocus>
                        <p>{text.onceText}</p>
                    </Notice>
                    <CodeBlock text={made.token} label={text.token} wraps />
                    <div className="dialog-actions">
                        <Button onPress={onClose}>{words.parts.done}</Button>
                    </div>
                </div>
            </Dialog>
        );
    const scopes = table.data?.scopes ?? [];
    const single = (scopes.find(({ name }) => name === 'full')?.permissions ?? []).map((name) => ({
        value: name,
        label: name,
    }));
    return (
        <Dialog title={token === undefined ? text.create : text.edit} onClose={onClose} keeps>
            <FormFrame form={form} submit={token === undefined ? text.create : words.parts.save} onCancel={onClose}>
                <TextInput
                    label={text.name}
                    description={text.nameText}
                    value={values.name}
                    onChange={(value) => set('name', value)}
                    problem={problems.name}
                />
                {token === undefined && (
                    <Check
                        label={text.mcpOnly}
                        description={text.mcpOnlyText}
                        isChecked={values.mcp_only}
                        onChange={(value) => set('mcp_only', value)}
                    />
                )}
                {!values.mcp_only && (
                    <>
                        <Chips
                            label={text.scopes}
                            description={text.scopesText}
                            options={scopes.map(({ name }) => ({ value: name, label: name }))}
                            chosen={values.scopes}
                            onChange={(chosen) => set('scopes', chosen)}
                            problem={problems.scopes}
                        />
                        <ul className="meanings">
                            {scopes
                                .filter(({ name }) => values.scopes.includes(name))
                                .map(({ name, meaning }) => (
                                    <li key={name} className="muted">
                                        <code>{name}</code>: {meaning}
                                    </li>
                                ))}
                        </ul>
                        <details className="more">
                            <summary>{text.single}</summary>
                            <Chips
                                label={text.single}
                                options={single}
                                chosen={values.scopes}
                                onChange={(chosen) => set('scopes', chosen)}
                            />
                        </details>
                    </>
                )}
                <TextInput
                    label={text.addresses}
                    description={text.addressesText}
                    value={values.addresses}
                    onChange={(value) => set('addresses', value)}
                    problem={problems.addresses}
                    rows={2}
                    isMono
                    isOptional
                />
                <TextInput
                    label={text.ends}
                    type="datetime-local"
                    value={values.expires_at}
                    onChange={(value) => set('expires_at', value)}
                    problem={problems.expires_at}
                    isOptional
                />
            </FormFrame>
        </Dialog>
    );
}
