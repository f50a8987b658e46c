import { useState } from 'react';
import { Button } from '../../parts/Button.tsx';
import { Notice } from '../../parts/Notice.tsx';
import { answer, type Schemas } from '../api/client.ts';
import { eventOptions, type EventType } from '../events.ts';
import { CodeBlock } from '../parts/Copy.tsx';
import { Dialog } from '../parts/Dialog.tsx';
import { Check, Chips, FormFrame, missing, TextInput, useForm } from '../parts/Form.tsx';
import { useChange } from '../queries.ts';
import { words } from '../words.ts';

const text = words.webhooks;

type Webhook = Schemas['Webhook'];

interface Props {
    webhook?: Webhook;
    onClose: () => void;
    onMade?: (id: string) => void;
}

/** Makes a webhook, or changes one. */
export function WebhookDialog({ webhook, onClose, onMade }: Props) {
    const [made, setMade] = useState<Schemas['WebhookWithSecret']>();
    const save = useChange(
        ['webhook'],
        (api, body: Schemas['WebhookCreate']): Promise<Webhook | Schemas['WebhookWithSecret']> =>
            webhook === undefined
                ? answer(api.POST('/webhook', { body }))
                : answer(api.PATCH('/webhook/{id}', { params: { path: { id: webhook.id } }, body })),
    );
    const form = useForm(
        {
            target_url: webhook?.target_url ?? '',
            event_types: webhook?.event_types ?? [],
            is_active: webhook?.is_active ?? true,
        },
        async (values) => {
            const done = await save.mutateAsync({ ...values, target_url: values.target_url.trim() });
            if ('secret' in done) setMade(done);
            else onClose();
        },
        { check: (values) => missing(values, ['target_url']) },
    );
    const { values, set, problems } = form;
    if (made !== undefined)
        return (
            <Dialog title={text.made} onClose={onClose} keeps>
                <Secret
                    secret={made.secret}
                    onDone={() => {
                        onClose();
                        onMade?.(made.id);
                    }}
                />
            </Dialog>
        );
    return (
        <Dialog title={webhook === undefined ? text.create : text.edit} onClose={onClose} keeps>
            <FormFrame form={form} submit={webhook === undefined ? text.create : words.parts.save} onCancel={onClose}>
                <TextInput
                    label={text.url}
                    description={text.urlText}
                    type="url"
                    value={values.target_url}
                    onChange={(value) => set('target_url', value)}
                    problem={problems.target_url}
                />
                <Chips
                    label={text.events}
                    description={text.eventsText}
                    options={eventOptions}
                    chosen={values.event_types}
                    onChange={(chosen) => set('event_types', chosen as EventType[])}
                    problem={problems.event_types}
                />
                <Check label={text.active} isChecked={values.is_active} onChange={(value) => set('is_active', value)} />
            </FormFrame>
        </Dialog>
    );
}

/** Of a webhook, shown once. */
export function Secret({ secret, onDone }: { secret: string; onDone: () => void }) {
    return (
        <div className="stack">
            <Notice kind="info" title={text.once} takesFocus>
                <p>{text.onceText}</p>
            </Notice>
            <CodeBlock text={secret} label={text.secret} wraps />
            <div className="dialog-actions">
                <Button onPress={onDone}>{words.parts.done}</Button>
            </div>
        </div>
    );
}
