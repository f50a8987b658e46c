import { ButtonLink } from '../../parts/Button.tsx';
import { Notice } from '../../parts/Notice.tsx';
import { answer, compact, type Schemas } from '../api/client.ts';
import { Copy, CodeBlock } from '../parts/Copy.tsx';
import { Dialog } from '../parts/Dialog.tsx';
import { FormFrame, missing, SelectInput, TextInput, useForm } from '../parts/Form.tsx';
import { formatTime } from '../format.ts';
import { useChange, useList } from '../queries.ts';
import { words } from '../words.ts';

const text = words.accounts;

/** Makes the link with which a customer connects an account. */
export function ConnectDialog({ onClose, integration = '' }: { onClose: () => void; integration?: string }) {
    const integrations = useList('integration', '/integration', {}, { limit: 5000 });
    const make = useChange([], (api, { tenant, only }: { tenant: string; only: string }) =>
        answer(api.POST('/link-token', { body: compact({ tenant_id: tenant, integration: only }) })),
    );
    const form = useForm(
        { tenant_id: '', integration },
        (values) => make.mutateAsync({ tenant: values.tenant_id.trim(), only: values.integration }),
        {
            check: (values) => missing(values, ['tenant_id']),
        },
    );
    return (
        <Dialog title={make.data === undefined ? text.connect : text.linkReady} onClose={onClose}>
            {make.data === undefined ? (
                <FormFrame form={form} submit={text.connectSubmit} onCancel={onClose}>
                    <p className="muted">{text.connectLead}</p>
                    <TextInput
                        label={text.tenantId}
                        description={text.tenantIdText}
                        value={form.values.tenant_id}
                        onChange={(value) => form.set('tenant_id', value)}
                        problem={form.problems.tenant_id}
                    />
                    <SelectInput
                        label={text.onlyIntegration}
                        value={form.values.integration}
                        onChange={(value) => form.set('integration', value)}
                        problem={form.problems.integration}
                        options={[
                            { value: '', label: text.customersChoice },
                            ...integrations.rows.map(({ name, label }) => ({ value: name, label })),
                        ]}
                    />
                </FormFrame>
            ) : (
                <LinkReady link={make.data} />
            )}
        </Dialog>
    );
}

export function LinkReady({ link }: { link: Schemas['LinkTokenCreated'] }) {
    return (
        <div className="stack">
            <Notice kind="info" title={text.linkReady} takesFocus>
                <p>{text.linkReadyText(formatTime(new Date(link.expires_at), 'short', Date.now()))}</p>
            </Notice>
            <CodeBlock text={link.url} label={text.link} wraps />
            <div className="dialog-actions">
                <ButtonLink href={link.url} kind="secondary" newWindow>
                    {text.openLink}
                </ButtonLink>
                <Copy text={link.url} what={text.link} />
            </div>
        </div>
    );
}
