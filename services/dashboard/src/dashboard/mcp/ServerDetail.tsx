// One MCP server: what it lets through, its new URL, and why a tool is or is not there.
import type { Account } from '../account/account.ts';
import { useState } from 'react';
import { Button } from '../../parts/Button.tsx';
import { Notice } from '../../parts/Notice.tsx';
import { answer, type Schemas } from '../api/client.ts';
import { formatCount } from '../format.ts';
import { Facts, Section } from '../parts/Board.tsx';
import { Id } from '../parts/Copy.tsx';
import { Confirm, Dialog } from '../parts/Dialog.tsx';
import { FormFrame, missing, SelectInput, TextInput, useForm } from '../parts/Form.tsx';
import { MoreMenu } from '../parts/MoreMenu.tsx';
import { Time } from '../parts/Time.tsx';
import { useChange } from '../queries.ts';
import { useMay } from '../session.ts';
import { words } from '../words.ts';
import { filterText } from './serverColumns.tsx';
import { ServerDialog } from './ServerDialog.tsx';
import { ServerReady, type ReadyServer } from './ServerReady.tsx';

const text = words.mcp;

type Server = Schemas['McpServer'] | Schemas['TenantServer'];

interface Props {
    server: Server;
    /** Whose it is; otherwise it is a customer's. */
    account?: Account;
    onGone: () => void;
    onBack?: () => void;
}

export function ServerDetail({ server, account, onGone, onBack }: Props) {
    const [open, setOpen] = useState<'edit' | 'rotate' | 'delete'>();
    const mayWrite = useMay('mcp_servers:write');
    const close = () => setOpen(undefined);
    const path = { id: account?.id ?? '', server_id: server.id };
    const remove = useChange(['mcp_server'], (api, _: void) =>
        account === undefined
            ? answer(api.DELETE('/mcp-server/{server_id}', { params: { path } }))
            : answer(api.DELETE('/integrated-account/{id}/mcp/{server_id}', { params: { path } })),
    );
    const { config } = server;
    return (
        <>
            <Section
                title={server.name}
                actions={
                    <>
                        {onBack !== undefined && (
                            <Button kind="quiet" onPress={onBack}>
                                {text.allServers}
                            </Button>
                        )}
                        {mayWrite && (
                            <>
                                <Button kind="secondary" onPress={() => setOpen('edit')}>
                                    {words.parts.edit}
                                </Button>
                                <Button kind="secondary" onPress={() => setOpen('rotate')}>
                                    {text.rotate}
                                </Button>
                                <MoreMenu
                                    actions={[
                                        { label: text.delete, isDanger: true, onAction: () => setOpen('delete') },
                                    ]}
                                />
                            </>
                        )}
                    </>
                }
            >
                <Facts
                    facts={[
                        [text.id, <Id id={server.id} what={text.id} />],
                        [text.filter, filterText(config)],
                        [
                            text.expires,
                            server.expires_at === null ? words.parts.never : <Time at={server.expires_at} />,
                        ],
                        [text.exposure, text.exposures[config.tool_exposure]],
                        [text.secondFactor, config.require_api_token_auth ? words.parts.yes : words.parts.no],
                        [
                            text.approvals,
                            config.approval_tags.length === 0 ? words.parts.no : config.approval_tags.join(', '),
                        ],
                        [
                            text.window,
                            config.idempotency_window_s === 0
                                ? text.off
                                : text.seconds(formatCount(config.idempotency_window_s)),
                        ],
                        [text.tokenLimit, formatCount(config.result_token_limit)],
                        [text.createdAt, <Time at={server.created_at} />],
                        [text.madeBy, <code>{server.created_by}</code>],
                    ]}
                />
            </Section>
            <Explain server={server} account={account} />
            {open === 'edit' && (
                <ServerDialog {...(account === undefined ? {} : { account })} server={server} onClose={close} />
            )}
            {open === 'rotate' && <Rotate server={server} account={account} onClose={close} />}
            {open === 'delete' && (
                <Confirm
                    title={text.delete}
                    action={text.delete}
                    onClose={close}
                    onConfirm={async () => {
                        await remove.mutateAsync();
                        onGone();
                    }}
                >
                    <p>
                        <strong>
                            <bdi>{server.name}</bdi>
                        </strong>
                    </p>
                    <p>{text.deleteText}</p>
                </Confirm>
            )}
        </>
    );
}

interface Of {
    server: Server;
    account: Account | undefined;
}

function Rotate({ server, account, onClose }: Of & { onClose: () => void }) {
    const [ready, setReady] = useState<ReadyServer>();
    const path = { id: account?.id ?? '', server_id: server.id };
    const rotate = useChange(['mcp_server'], (api, overlap_seconds: number): Promise<ReadyServer> => {
        const init = { params: { path }, body: { overlap_seconds } };
        return account === undefined
            ? answer(api.POST('/mcp-server/{server_id}/rotate-token', init))
            : answer(api.POST('/integrated-account/{id}/mcp/{server_id}/rotate-token', init));
    });
    const form = useForm({ overlap: '86400' }, async ({ overlap }) =>
        setReady(await rotate.mutateAsync(Number(overlap))),
    );
    return (
        <Dialog title={ready === undefined ? text.rotate : text.rotated} onClose={onClose} keeps={ready !== undefined}>
            {ready === undefined ? (
                <FormFrame form={form} submit={text.rotate} onCancel={onClose}>
                    <p className="muted">{text.rotateText}</p>
                    <SelectInput
                        label={text.overlap}
                        value={form.values.overlap}
                        onChange={(value) => form.set('overlap', value)}
                        options={Object.entries(text.overlaps).map(([value, label]) => ({ value, label }))}
                    />
                </FormFrame>
            ) : (
                <ServerReady server={ready} onDone={onClose} />
            )}
        </Dialog>
    );
}

function Explain({ server, account }: Of) {
    const path = { id: account?.id ?? '', server_id: server.id };
    const explain = useChange([], (api, tool: string) => {
        const params = { path, query: { tool } };
        return account === undefined
            ? answer(api.GET('/mcp-server/{server_id}/explain', { params }))
            : answer(api.GET('/integrated-account/{id}/mcp/{server_id}/explain', { params }));
    });
    const form = useForm({ tool: '' }, ({ tool }) => explain.mutateAsync(tool.trim()), {
        check: (values) => missing(values, ['tool']),
    });
    const found = explain.data;
    return (
        <Section title={text.explain} lead={text.explainLead}>
            <FormFrame form={form} submit={text.explainSubmit}>
                <TextInput
                    label={text.explainField}
                    value={form.values.tool}
                    onChange={(value) => form.set('tool', value)}
                    problem={form.problems.tool}
                    isMono
                />
            </FormFrame>
            {found !== undefined && (
                <Notice kind={found.state === 'shown' ? 'info' : 'problem'} title={text.states[found.state]}>
                    <p>{found.message}</p>
                    {found.near.some((name) => !found.message.includes(name)) && (
                        <p>
                            {text.near} <code>{found.near.join(', ')}</code>
                        </p>
                    )}
                </Notice>
            )}
        </Section>
    );
}
