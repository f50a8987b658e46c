import { useState } from 'react';
import { useLocation } from 'wouter';
import { Button } from '../../parts/Button.tsx';
import { Notice } from '../../parts/Notice.tsx';
import { answer, compact } from '../api/client.ts';
import { asApiError, type ApiError } from '../api/error.ts';
import { eventOptions } from '../events.ts';
import { formatCount } from '../format.ts';
import { Board, Badge, Facts, Section } from '../parts/Board.tsx';
import { Id } from '../parts/Copy.tsx';
import { Confirm, Dialog, ErrorNotice } from '../parts/Dialog.tsx';
import { FilterBar, FilterSelect, useFilters } from '../parts/Filters.tsx';
import { FormFrame, missing, TextInput, useForm } from '../parts/Form.tsx';
import { MoreMenu } from '../parts/MoreMenu.tsx';
import { Loaded } from '../parts/States.tsx';
import { Time } from '../parts/Time.tsx';
import type { PageProps } from '../pages.ts';
import { useChange, useList, useThing } from '../queries.ts';
import { pathOf } from '../routes.ts';
import { useEnvironment, useMay } from '../session.ts';
import { fromLocal, toLocal } from '../times.ts';
import { Deliveries } from '../webhooks/Deliveries.tsx';
import { Secret, WebhookDialog } from '../webhooks/WebhookDialog.tsx';
import { words } from '../words.ts';

const text = words.webhooks;

export default function WebhookPage({ id }: PageProps) {
    const env = useEnvironment() ?? '';
    const [, go] = useLocation();
    const [open, setOpen] = useState<'edit' | 'delete' | 'rotate' | 'replay'>();
    const [said, setSaid] = useState<string>();
    const [error, setError] = useState<ApiError>();
    const [filters, setFilters] = useFilters(['event']);
    const mayWrite = useMay('webhooks:write');
    const maySeeLog = useMay('logs:read');
    const path = { id };
    const webhook = useThing('webhook', [id], (api) => answer(api.GET('/webhook/{id}', { params: { path } })));
    const deliveries = useList(
        'log',
        '/log',
        { log_type: 'webhook', webhook_id: id, ...compact({ event: filters.event }) },
        { isEnabled: maySeeLog, everyMs: 10_000 },
    );
    const test = useChange(['log'], (api, _: void) => answer(api.POST('/webhook/test', { body: { id } })));
    const replay = useChange(['log'], (api, event_id: string) =>
        answer(api.POST('/webhook/{id}/replay', { params: { path }, body: { event_id } })),
    );
    const remove = useChange(['webhook'], (api, _: void) => answer(api.DELETE('/webhook/{id}', { params: { path } })));
    const close = () => setOpen(undefined);
    async function sendTest() {
        setError(undefined);
        setSaid(undefined);
        try {
            await test.mutateAsync();
            setSaid(text.testSent);
        } catch (refusal) {
            setError(asApiError(refusal));
        }
    }
    return (
        <Board
            title={webhook.data?.target_url ?? words.pages.webhook}
            badge={
                webhook.data !== undefined && (
                    <Badge tone={webhook.data.is_active ? 'good' : 'plain'}>
                        {webhook.data.is_active ? text.active : text.inactive}
                    </Badge>
                )
            }
            parent={{ label: words.pages.webhooks, href: pathOf('webhooks', { env }) }}
            actions={
                webhook.data !== undefined &&
                mayWrite && (
                    <>
                        <Button
                            kind="secondary"
                            onPress={() => void sendTest()}
                            pending={test.isPending ? words.parts.working : undefined}
                        >
                            {text.test}
                        </Button>
                        <Button kind="secondary" onPress={() => setOpen('replay')}>
                            {text.replaySpan}
                        </Button>
                        <MoreMenu
                            actions={[
                                { label: words.parts.edit, onAction: () => setOpen('edit') },
                                { label: text.rotate, onAction: () => setOpen('rotate') },
                                { label: text.delete, isDanger: true, onAction: () => setOpen('delete') },
                            ]}
                        />
                    </>
                )
            }
        >
            {error !== undefined && <ErrorNotice error={error} />}
            {said !== undefined && <Notice kind="info" title={said} />}
            <Loaded query={webhook}>
                {(found) => (
                    <>
                        <Section title={words.pages.webhook}>
                            <Facts
                                facts={[
                                    [text.id, <Id id={found.id} what={text.id} />],
                                    [text.url, <bdi>{found.target_url}</bdi>],
                                    [
                                        text.events,
                                        found.event_types.length === 0 ? text.allEvents : found.event_types.join(', '),
                                    ],
                                    [words.mcp.createdAt, <Time at={found.created_at} />],
                                    [words.accounts.changed, <Time at={found.updated_at} />],
                                ]}
                            />
                        </Section>
                        {maySeeLog && (
                            <Section title={text.deliveries} isPlain>
                                <FilterBar>
                                    <FilterSelect
                                        label={text.event}
                                        value={filters.event}
                                        onChange={(event) => setFilters({ event })}
                                        options={[{ value: '', label: text.anyEvent }, ...eventOptions]}
                                    />
                                </FilterBar>
                                <Deliveries
                                    list={deliveries}
                                    {...(mayWrite ? { replay: (event: string) => replay.mutateAsync(event) } : {})}
                                />
                            </Section>
                        )}
                        {open === 'edit' && <WebhookDialog webhook={found} onClose={close} />}
                        {open === 'rotate' && <Rotate id={found.id} onClose={close} />}
                        {open === 'replay' && <ReplaySpan id={found.id} onClose={close} onDone={setSaid} />}
                        {open === 'delete' && (
                            <Confirm
                                title={text.delete}
                                action={text.delete}
                                onClose={close}
                                onConfirm={async () => {
                                    await remove.mutateAsync();
                                    go(pathOf('webhooks', { env }), { replace: true });
                                }}
                            >
                                <p>
                                    <bdi>{found.target_url}</bdi>
                                </p>
                                <p>{text.deleteText}</p>
                            </Confirm>
                        )}
                    </>
                )}
            </Loaded>
        </Board>
    );
}

function Rotate({ id, onClose }: { id: string; onClose: () => void }) {
    const [secret, setSecret] = useState<string>();
    const rotate = useChange(['webhook'], (api, _: void) =>
        answer(api.POST('/webhook/{id}/rotate-secret', { params: { path: { id } } })),
    );
    const form = useForm({}, async () => setSecret((await rotate.mutateAsync()).secret));
    return (
        <Dialog title={text.rotate} onClose={onClose} keeps={secret !== undefined}>
            {secret === undefined ? (
                <FormFrame form={form} submit={text.rotate} onCancel={onClose}>
                    <p>{text.rotateText}</p>
                </FormFrame>
            ) : (
                <Secret secret={secret} onDone={onClose} />
            )}
        </Dialog>
    );
}

function ReplaySpan({ id, onClose, onDone }: { id: string; onClose: () => void; onDone: (said: string) => void }) {
    const replay = useChange(['log'], (api, body: { from: string; to?: string }) =>
        answer(api.POST('/webhook/{id}/replay', { params: { path: { id } }, body })),
    );
    const hourAgo = toLocal(new Date(Date.now() - 3_600_000).toISOString());
    const form = useForm(
        { from: hourAgo, to: '' },
        async ({ from, to }) => {
            const end = fromLocal(to);
            const done = await replay.mutateAsync({
                from: fromLocal(from) ?? '',
                ...(end === null ? {} : { to: end }),
            });
            onDone(text.replayedCount(formatCount(done.deliveries)));
            onClose();
        },
        { check: (values) => missing(values, ['from']) },
    );
    const { values, set, problems } = form;
    return (
        <Dialog title={text.replaySpan} onClose={onClose}>
            <FormFrame form={form} submit={text.replay} onCancel={onClose}>
                <p className="muted">{text.replayText}</p>
                <TextInput
                    label={text.from}
                    type="datetime-local"
                    value={values.from}
                    onChange={(value) => set('from', value)}
                    problem={problems.from}
                />
                <TextInput
                    label={text.to}
                    type="datetime-local"
                    value={values.to}
                    onChange={(value) => set('to', value)}
                    problem={problems.to}
                    isOptional
                />
            </FormFrame>
        </Dialog>
    );
}
