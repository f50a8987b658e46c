import { useState } from 'react';
import { Button } from '../../parts/Button.tsx';
import { Notice } from '../../parts/Notice.tsx';
import { answer, type Schemas } from '../api/client.ts';
import { asApiError, type ApiError } from '../api/error.ts';
import { eventOptions, type EventType } from '../events.ts';
import { Board, Badge } from '../parts/Board.tsx';
import { Confirm, Dialog, ErrorNotice } from '../parts/Dialog.tsx';
import { Check, Chips, FormFrame, missing, TextInput, useForm } from '../parts/Form.tsx';
import { Empty } from '../parts/States.tsx';
import { Table, type Column } from '../parts/Table.tsx';
import { useChange, useList } from '../queries.ts';
import { useMay } from '../session.ts';
import { words } from '../words.ts';

const text = words.destinations;

type Destination = Schemas['NotificationDestination'];
type Open = { what: 'new' } | { what: 'edit' | 'delete' | 'test'; of: Destination };

export default function Destinations() {
    const [open, setOpen] = useState<Open>();
    const mayWrite = useMay('webhooks:write');
    const list = useList('notification_destination', '/notification-destination', {});
    const close = () => setOpen(undefined);
    const remove = useChange(['notification_destination'], (api, id: string) =>
        answer(api.DELETE('/notification-destination/{id}', { params: { path: { id } } })),
    );
    const columns: Column<Destination>[] = [
        { title: text.label, width: 'minmax(0, 1.2fr)', cell: ({ label }) => <bdi>{label}</bdi> },
        {
            title: text.state,
            width: '120px',
            phone: 'side',
            cell: ({ is_active, last_error }) => (
                <Badge tone={last_error !== null ? 'bad' : is_active ? 'good' : 'plain'}>
                    {last_error !== null ? text.failing : is_active ? words.webhooks.active : words.webhooks.inactive}
                </Badge>
            ),
        },
        {
            title: text.where,
            width: 'minmax(0, 1.4fr)',
            phone: 'below',
            cell: ({ config, last_error }) => (
                <span className={last_error === null ? 'muted' : 'problem-text'}>
                    {last_error?.message ?? config.url}
                </span>
            ),
        },
        {
            title: words.webhooks.events,
            width: 'minmax(0, 1fr)',
            phone: 'none',
            cell: ({ event_types }) => (
                <span className="muted">
                    {event_types.length === 0 ? words.webhooks.allEvents : event_types.join(', ')}
                </span>
            ),
        },
        ...(mayWrite
            ? [
                  {
                      title: words.parts.more,
                      width: '210px',
                      isEnd: true,
                      phone: 'below' as const,
                      cell: (of: Destination) => (
                          <span className="cell-actions">
                              <Button kind="secondary" onPress={() => setOpen({ what: 'test', of })}>
                                  {words.webhooks.testShort}
                              </Button>
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
        <Board title={words.pages.destinations} lead={text.lead} actions={create}>
            <Table
                label={words.pages.destinations}
                columns={columns}
                list={list}
                keyOf={({ id }) => id}
                empty={
                    <Empty title={text.empty} action={create}>
                        {text.emptyText}
                    </Empty>
                }
            />
            {open?.what === 'new' && <DestinationDialog onClose={close} />}
            {open?.what === 'edit' && <DestinationDialog destination={open.of} onClose={close} />}
            {open?.what === 'test' && <TestDialog destination={open.of} onClose={close} />}
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

function DestinationDialog({ destination, onClose }: { destination?: Destination; onClose: () => void }) {
    const save = useChange(
        ['notification_destination'],
        (api, { url, ...values }: { label: string; url: string; event_types: EventType[]; is_active: boolean }) =>
            destination === undefined
                ? answer(api.POST('/notification-destination', { body: { ...values, type: 'slack', config: { url } } }))
                : answer(
                      api.PATCH('/notification-destination/{id}', {
                          params: { path: { id: destination.id } },
                          body: { ...values, ...(url === '' ? {} : { config: { url } }) },
                      }),
                  ),
    );
    const form = useForm(
        {
            label: destination?.label ?? '',
            url: '',
            event_types: destination?.event_types ?? (['approval:requested'] as EventType[]),
            is_active: destination?.is_active ?? true,
        },
        async (values) => {
            await save.mutateAsync({ ...values, label: values.label.trim(), url: values.url.trim() });
            onClose();
        },
        {
            check: (values) => missing(values, destination === undefined ? ['label', 'url'] : ['label']),
            names: { 'config.url': 'url', config: 'url' },
        },
    );
    const { values, set, problems } = form;
    return (
        <Dialog title={destination === undefined ? text.create : text.edit} onClose={onClose} keeps>
            <FormFrame
                form={form}
                submit={destination === undefined ? text.create : words.parts.save}
                onCancel={onClose}
            >
                <TextInput
                    label={text.label}
                    description={text.labelText}
                    value={values.label}
                    onChange={(value) => set('label', value)}
                    problem={problems.label}
                />
                <TextInput
                    label={text.url}
                    description={destination === undefined ? text.urlText : text.urlKept}
                    type="url"
                    value={values.url}
                    onChange={(value) => set('url', value)}
                    problem={problems.url}
                    isOptional={destination !== undefined}
                />
                <Chips
                    label={words.webhooks.events}
                    description={words.webhooks.eventsText}
                    options={eventOptions}
                    chosen={values.event_types}
                    onChange={(chosen) => set('event_types', chosen as EventType[])}
                    problem={problems.event_types}
                />
                <Check
                    label={words.webhooks.active}
                    isChecked={values.is_active}
                    onChange={(value) => set('is_active', value)}
                />
            </FormFrame>
        </Dialog>
    );
}

function TestDialog({ destination, onClose }: { destination: Destination; onClose: () => void }) {
    const [error, setError] = useState<ApiError>();
    const [result, setResult] = useState<Schemas['NotificationTest']>();
    const test = useChange(['notification_destination'], (api, id: string) =>
        answer(api.POST('/notification-destination/{id}/test', { params: { path: { id } } })),
    );
    async function send() {
        setError(undefined);
        try {
            setResult(await test.mutateAsync(destination.id));
        } catch (refusal) {
            setError(asApiError(refusal));
        }
    }
    return (
        <Dialog title={text.test} onClose={onClose}>
            <p className="muted">{text.testText}</p>
            {error !== undefined && <ErrorNotice error={error} />}
            {result !== undefined && (
                <Notice
                    kind={result.delivered ? 'info' : 'problem'}
                    title={result.delivered ? text.delivered : text.notDelivered}
                    takesFocus
                >
                    <p>{result.message}</p>
                </Notice>
            )}
            <div className="dialog-actions">
                <Button kind="secondary" onPress={onClose}>
                    {words.parts.close}
                </Button>
                <Button onPress={() => void send()} pending={test.isPending ? words.parts.working : undefined}>
                    {text.send}
                </Button>
            </div>
        </Dialog>
    );
}
