import { useState } from 'react';
import { Tile } from '../../parts/Tile.tsx';
import { answer, type Schemas } from '../api/client.ts';
import type { paths } from '../api/schema.ts';
import { formatCount } from '../format.ts';
import { Board, Facts, Gauge, Section } from '../parts/Board.tsx';
import { Id } from '../parts/Copy.tsx';
import { FormFrame, SelectInput, TextInput, useForm } from '../parts/Form.tsx';
import { Loaded, Skeleton } from '../parts/States.tsx';
import { Time } from '../parts/Time.tsx';
import { useChange, useThing } from '../queries.ts';
import { useEnvironment, useMay } from '../session.ts';
import { words } from '../words.ts';

const text = words.settings;

type Environment = Schemas['Environment'];
type Patch = NonNullable<paths['/environment/{id}']['patch']['requestBody']>['content']['application/json'];

export default function Settings() {
    const id = useEnvironment() ?? '';
    const environment = useThing('environment', [id], (api) =>
        answer(api.GET('/environment/{id}', { params: { path: { id } } })),
    );
    return (
        <Board title={words.pages.settings} lead={text.lead}>
            <Loaded query={environment} skeleton={<Skeleton lines={10} />}>
                {(found) => (
                    <>
                        <Section title={text.environment}>
                            <Facts
                                facts={[
                                    [text.name, <bdi>{found.name}</bdi>],
                                    [text.id, <Id id={found.id} what={text.id} />],
                                    [words.mcp.createdAt, <Time at={found.created_at} />],
                                ]}
                            />
                        </Section>
                        <Form environment={found} />
                        {found.quotas !== undefined && (
                            <Section title={text.quotas} lead={text.quotasLead}>
                                <div className="gauges">
                                    {Object.entries(found.quotas).map(([name, { used, limit }]) => (
                                        <Gauge
                                            key={name}
                                            label={text.quotaNames[name as keyof typeof text.quotaNames] ?? name}
                                            used={used}
                                            limit={limit}
                                            text={text.of(formatCount(used), formatCount(limit))}
                                        />
                                    ))}
                                </div>
                            </Section>
                        )}
                    </>
                )}
            </Loaded>
        </Board>
    );
}

const plainColor = '#3a4fd8';

function Form({ environment }: { environment: Environment }) {
    const mayWrite = useMay('environment:write');
    const [isSaved, setIsSaved] = useState(false);
    const save = useChange(['environment', 'me'], (api, body: Patch) =>
        answer(api.PATCH('/environment/{id}', { params: { path: { id: environment.id } }, body })),
    );
    const { theme } = environment;
    const form = useForm(
        {
            name: theme.name ?? '',
            logo_url: theme.logo_url ?? '',
            color: theme.color ?? '',
            link_origins: environment.link_origins.join('\n'),
            reconnect_url: environment.reconnect_url ?? '',
            log_bodies_hours: String(environment.log_bodies_hours),
            rate_limit_headers: environment.rate_limit_headers,
        },
        async (values) => {
            setIsSaved(false);
            const orNull = (value: string) => (value.trim() === '' ? null : value.trim());
            await save.mutateAsync({
                theme: {
                    name: orNull(values.name),
                    logo_url: orNull(values.logo_url),
                    color: orNull(values.color),
                },
                link_origins: values.link_origins.split(/[\s,]+/).filter((each) => each !== ''),
                reconnect_url: orNull(values.reconnect_url),
                log_bodies_hours: Number(values.log_bodies_hours),
                rate_limit_headers: values.rate_limit_headers,
            });
            setIsSaved(true);
        },
        {
            check: (values): Record<string, string> =>
                /^\d+$/.test(values.log_bodies_hours) ? {} : { log_bodies_hours: words.parts.number },
            names: { 'theme.name': 'name', 'theme.logo_url': 'logo_url', 'theme.color': 'color' },
        },
    );
    const { values, set, problems } = form;
    return (
        <Section title={text.forCustomers} lead={text.forCustomersLead}>
            <FormFrame form={form} submit={words.parts.save} isReadOnly={!mayWrite}>
                <TextInput
                    label={text.productName}
                    value={values.name}
                    onChange={(value) => set('name', value)}
                    problem={problems.name}
                    isOptional
                />
                <div className="logo-line">
                    <Tile name={values.name === '' ? environment.name : values.name} logoUrl={values.logo_url} />
                    <TextInput
                        label={text.logo}
                        description={text.logoText}
                        type="url"
                        value={values.logo_url}
                        onChange={(value) => set('logo_url', value)}
                        problem={problems.logo_url}
                        isOptional
                    />
                </div>
                <div className="form-columns">
                    <TextInput
                        label={text.color}
                        description={text.colorText}
                        value={values.color}
                        placeholder={plainColor}
                        onChange={(value) => set('color', value)}
                        problem={problems.color}
                        isOptional
                        isMono
                    />
                    <TextInput
                        label={text.pickColor}
                        type="color"
                        value={/^#[0-9a-f]{6}$/i.test(values.color) ? values.color : plainColor}
                        onChange={(value) => set('color', value)}
                    />
                </div>
                <TextInput
                    label={text.linkOrigins}
                    description={text.linkOriginsText}
                    value={values.link_origins}
                    onChange={(value) => set('link_origins', value)}
                    problem={problems.link_origins}
                    rows={2}
                    isMono
                    isOptional
                />
                <TextInput
                    label={text.reconnectUrl}
                    description={text.reconnectUrlText}
                    type="url"
                    value={values.reconnect_url}
                    onChange={(value) => set('reconnect_url', value)}
                    problem={problems.reconnect_url}
                    isOptional
                />
                <h3>{text.calls}</h3>
                <TextInput
                    label={text.bodies}
                    description={text.bodiesText}
                    type="number"
                    value={values.log_bodies_hours}
                    onChange={(value) => set('log_bodies_hours', value)}
                    problem={problems.log_bodies_hours}
                />
                <SelectInput
                    label={text.headers}
                    description={text.headersText}
                    value={values.rate_limit_headers}
                    onChange={(value) => set('rate_limit_headers', value as Environment['rate_limit_headers'])}
                    options={[
                        { value: 'standard', label: text.headersStandard },
                        { value: 'both', label: text.headersBoth },
                    ]}
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
