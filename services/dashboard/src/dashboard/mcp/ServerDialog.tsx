// Makes an MCP server, or changes one: the settings beside the tools that they leave.
import type { Account } from '../account/account.ts';
import { useDeferredValue, useEffect, useState } from 'react';
import { answer, compact, type Schemas } from '../api/client.ts';
import { formatCount } from '../format.ts';
import { Dialog } from '../parts/Dialog.tsx';
import { Check, Chips, FormFrame, SelectInput, TextInput, useForm } from '../parts/Form.tsx';
import { useIntegration } from '../parts/Integration.tsx';
import { useChange, useThing } from '../queries.ts';
import { words } from '../words.ts';
import { ServerReady, type ReadyServer } from './ServerReady.tsx';
import { bodyOf, emptyServer, filterOf, formOf, problemsOf, split, withFilter, type ServerForm } from './servers.ts';
import { ToolPreview } from './ToolPreview.tsx';

const text = words.mcp;

type Server = Schemas['McpServer'] | Schemas['TenantServer'];

interface Props {
    /** Of one account; otherwise of a customer. */
    account?: Account;
    /** The server to change; otherwise one is made. */
    server?: Server;
    onClose: () => void;
}

type Preset = { methods?: string[]; tags?: string[] };

export function ServerDialog({ account, server, onClose }: Props) {
    const [ready, setReady] = useState<ReadyServer>();
    const save = useChange(['mcp_server'], async (api, form: ServerForm): Promise<Server | ReadyServer> => {
        const body = bodyOf(form, Date.now());
        if (account !== undefined) {
            const path = { id: account.id, server_id: server?.id ?? '' };
            return server === undefined
                ? answer(api.POST('/integrated-account/{id}/mcp', { params: { path: { id: account.id } }, body }))
                : answer(api.PATCH('/integrated-account/{id}/mcp/{server_id}', { params: { path }, body }));
        }
        const { integrations } = form;
        if (server === undefined)
            return answer(
                api.POST('/mcp-server', { body: { ...body, integrations, tenant_id: form.tenant_id.trim() } }),
            );
        const params = { path: { server_id: server.id } };
        return answer(api.PATCH('/mcp-server/{server_id}', { params, body: { ...body, integrations } }));
    });
    const form = useForm(
        server === undefined ? { ...emptyServer, name: text.defaultName } : formOf(server),
        async (values) => {
            const done = await save.mutateAsync(values);
            if ('url' in done) setReady(done);
            else onClose();
        },
        {
            check: (values) => ({
                ...problemsOf(values, Date.now(), words.parts),
                ...(account === undefined && values.tenant_id.trim() === '' ? { tenant_id: words.parts.required } : {}),
            }),
            names: {
                'config.methods': 'exact',
                'config.tags': 'tags',
                'config.approval_tags': 'approval_tags',
                'config.idempotency_window_s': 'idempotency_window_s',
                'config.result_token_limit': 'result_token_limit',
            },
        },
    );
    const { values, set, problems } = form;

    if (ready !== undefined)
        return (
            <Dialog title={text.created} onClose={onClose} keeps>
                <ServerReady server={ready} onDone={onClose} />
            </Dialog>
        );
    return (
        <Dialog title={server === undefined ? text.create : text.edit} onClose={onClose} size="wide" keeps>
            <FormFrame
                form={form}
                submit={server === undefined ? text.submit : words.parts.save}
                onCancel={onClose}
                isWide
            >
                <div className="server-form">
                    <div className="server-settings">
                        <TextInput
                            label={text.name}
                            description={text.nameText}
                            value={values.name}
                            onChange={(value) => set('name', value)}
                            problem={problems.name}
                        />
                        {account === undefined && server === undefined && (
                            <TextInput
                                label={text.tenant}
                                value={values.tenant_id}
                                onChange={(value) => set('tenant_id', value)}
                                problem={problems.tenant_id}
                            />
                        )}
                        <FilterFields account={account} form={form} />
                        <div className="form-columns">
                            <SelectInput
                                label={text.expires}
                                value={values.expiry}
                                onChange={(value) => set('expiry', value)}
                                options={Object.entries(text.expiry).map(([value, label]) => ({ value, label }))}
                            />
                            {values.expiry === 'date' && (
                                <TextInput
                                    label={text.expiresAt}
                                    type="datetime-local"
                                    value={values.expires_at}
                                    onChange={(value) => set('expires_at', value)}
                                    problem={problems.expires_at}
                                />
                            )}
                            <SelectInput
                                label={text.exposure}
                                description={text.exposureText}
                                value={values.tool_exposure}
                                onChange={(value) => set('tool_exposure', value as ServerForm['tool_exposure'])}
                                options={Object.entries(text.exposures).map(([value, label]) => ({ value, label }))}
                            />
                        </div>
                        <Check
                            label={text.secondFactor}
                            description={text.secondFactorText}
                            isChecked={values.require_api_token_auth}
                            onChange={(value) => set('require_api_token_auth', value)}
                        />
                        <details className="more" open={server !== undefined}>
                            <summary>{text.more}</summary>
                            <div className="stack">
                                <div className="form-columns">
                                    <TextInput
                                        label={text.window}
                                        description={text.windowText}
                                        type="number"
                                        value={values.idempotency_window_s}
                                        onChange={(value) => set('idempotency_window_s', value)}
                                        problem={problems.idempotency_window_s}
                                    />
                                    <TextInput
                                        label={text.tokenLimit}
                                        type="number"
                                        value={values.result_token_limit}
                                        onChange={(value) => set('result_token_limit', value)}
                                        problem={problems.result_token_limit}
                                    />
                                </div>
                                <Check
                                    label={text.structured}
                                    isChecked={values.structured_content}
                                    onChange={(value) => set('structured_content', value)}
                                />
                            </div>
                        </details>
                    </div>
                    <Preview account={account} values={values} />
                </div>
            </FormFrame>
        </Dialog>
    );
}

type FormOf = ReturnType<typeof useForm<ServerForm>>;

/** Which tools: methods, tags, and those that wait for a person. */
function FilterFields({ account, form }: { account: Account | undefined; form: FormOf }) {
    const { values, set, problems } = form;
    const integration = useIntegration(account?.integration.id ?? '');
    const presets = (integration.data?.config['presets'] ?? {}) as Record<string, Preset>;
    const accounts = useAccounts(account, values.tenant_id);
    const tools = useTools(accounts, { methods: [], tags: [] });
    const tags = [...new Set((tools.data ?? []).flatMap((tool) => tool.tags))].sort();
    const effects = ['deletes', 'replaces', 'sends'];
    const options = [...new Set([...tags, ...values.tags])].map((value) => ({ value, label: value }));
    const names = ['read_only', ...Object.keys(presets)];
    const chosen = names.find((name) => sameFilter(presetOf(name, presets), filterOf(values)));
    return (
        <>
            {account !== undefined && (
                <SelectInput
                    label={text.preset}
                    value={chosen ?? ''}
                    onChange={(name) => {
                        const filter = withFilter(presetOf(name, presets));
                        set('methods', filter.methods);
                        set('exact', filter.exact);
                        set('tags', filter.tags);
                    }}
                    options={[
                        { value: '', label: text.noPreset },
                        ...names.map((value) => ({ value, label: value.replaceAll('_', ' ') })),
                    ]}
                />
            )}
            <Chips
                label={text.methods}
                description={text.methodsText}
                options={Object.entries(text.methodWords).map(([value, label]) => ({ value, label }))}
                chosen={values.methods}
                onChange={(methods) => set('methods', methods)}
                problem={problems.methods}
            />
            <Chips
                label={text.tags}
                description={text.tagsText}
                options={options}
                chosen={values.tags}
                onChange={(chosen) => set('tags', chosen)}
                problem={problems.tags}
            />
            <TextInput
                label={text.exact}
                description={text.exactText}
                value={values.exact}
                onChange={(value) => set('exact', value)}
                problem={problems.exact}
                isOptional
                isMono
            />
            <Chips
                label={text.approvals}
                description={text.approvalsText}
                options={[...new Set([...effects, ...values.approval_tags])].map((value) => ({ value, label: value }))}
                chosen={values.approval_tags}
                onChange={(chosen) => set('approval_tags', chosen)}
                problem={problems.approval_tags}
            />
            {values.approval_tags.length > 0 && (
                <Check
                    label={text.approvalLink}
                    description={text.approvalLinkText}
                    isChecked={values.approval_link}
                    onChange={(value) => set('approval_link', value)}
                />
            )}
        </>
    );
}

function presetOf(name: string, presets: Record<string, Preset>): { methods: string[]; tags: string[] } {
    if (name === 'read_only') return { methods: ['read'], tags: [] };
    return { methods: presets[name]?.methods ?? [], tags: presets[name]?.tags ?? [] };
}

function sameFilter(a: { methods: string[]; tags: string[] }, b: { methods: string[]; tags: string[] }): boolean {
    const same = (x: string[], y: string[]) => x.toSorted().join() === y.toSorted().join();
    return same(a.methods, b.methods) && same(a.tags, b.tags);
}

/** The account itself, or those of the customer. */
function useAccounts(account: Account | undefined, tenant: string): string[] {
    const wanted = useDeferredValue(tenant.trim());
    const found = useThing(
        'integrated_account',
        ['of-tenant', wanted],
        (api) => answer(api.GET('/integrated-account', { params: { query: { tenant_id: wanted, limit: 32 } } })),
        { isEnabled: account === undefined && wanted !== '' },
    );
    return account === undefined ? (found.data?.result ?? []).map(({ id }) => id) : [account.id];
}

/** The tools that a filter leaves, of all accounts together. */
function useTools(accounts: string[], filter: { methods: string[]; tags: string[] }) {
    const query = compact({ methods: filter.methods.join(','), tags: filter.tags.join(',') });
    return useThing(
        'integrated_account',
        ['tools', accounts, query],
        async (api) => {
            const lists = await Promise.all(
                accounts.map((id) =>
                    answer(api.GET('/integrated-account/{id}/tools', { params: { path: { id }, query } })),
                ),
            );
            return lists.flatMap(({ result }) => result as Schemas['Tool'][]);
        },
        { keeps: true, isEnabled: accounts.length > 0, staleMs: 60_000 },
    );
}

const quietMs = 200;

function Preview({ account, values }: { account: Account | undefined; values: ServerForm }) {
    const [filter, setFilter] = useState(() => filterOf(values));
    const { methods, exact, tags } = values;
    useEffect(() => {
        const timer = setTimeout(() => setFilter({ methods: [...methods, ...split(exact)], tags }), quietMs);
        return () => clearTimeout(timer);
    }, [methods, exact, tags]);
    const accounts = useAccounts(account, values.tenant_id);
    const tools = useTools(accounts, filter);
    return (
        <ToolPreview
            tools={tools.data}
            error={tools.error}
            isEmpty={account === undefined && accounts.length === 0}
            note={
                values.tool_exposure === 'discovery' && tools.data !== undefined
                    ? text.discoveryNote(formatCount(tools.data.length))
                    : undefined
            }
        />
    );
}
