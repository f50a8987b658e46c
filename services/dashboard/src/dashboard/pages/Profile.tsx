import { useState } from 'react';
import { renderSVG } from 'uqr';
import { Button } from '../../parts/Button.tsx';
import { Notice } from '../../parts/Notice.tsx';
import { answer, type Schemas } from '../api/client.ts';
import { Board, Badge, Facts, Section } from '../parts/Board.tsx';
import { CodeBlock, Id } from '../parts/Copy.tsx';
import { Confirm, Dialog } from '../parts/Dialog.tsx';
import { FormFrame, missing, TextInput, useForm } from '../parts/Form.tsx';
import { Loaded } from '../parts/States.tsx';
import { Time } from '../parts/Time.tsx';
import { useChange, useThing } from '../queries.ts';
import { useMe } from '../session.ts';
import { words } from '../words.ts';

const text = words.profile;

export default function Profile() {
    const { user, team, permissions } = useMe();
    return (
        <Board title={words.pages.profile}>
            <Section title={text.you}>
                <Facts
                    facts={[
                        [words.members.email, <bdi>{user.email}</bdi>],
                        [text.team, <bdi>{team.name}</bdi>],
                        [words.members.role, words.members.roles[user.role]],
                        [text.id, <Id id={user.id} what={text.id} />],
                        [text.permissions, <span className="muted">{permissions.join(', ')}</span>],
                    ]}
                />
                <Name />
            </Section>
            <Password />
            <SecondFactor />
            <Sessions />
        </Board>
    );
}

function Name() {
    const { user } = useMe();
    const [isSaved, setIsSaved] = useState(false);
    const save = useChange(['me', 'user'], (api, name: string) => answer(api.PATCH('/me', { body: { name } })));
    const form = useForm(
        { name: user.name },
        async ({ name }) => {
            setIsSaved(false);
            await save.mutateAsync(name.trim());
            setIsSaved(true);
        },
        { check: (values) => missing(values, ['name']) },
    );
    return (
        <FormFrame form={form} submit={words.parts.save}>
            <TextInput
                label={words.members.name}
                autoComplete="name"
                value={form.values.name}
                onChange={(value) => form.set('name', value)}
                problem={form.problems.name}
            />
            {isSaved && (
                <p role="status" className="saved">
                    {words.parts.saved}
                </p>
            )}
        </FormFrame>
    );
}

function Password() {
    const { user } = useMe();
    const [isSaved, setIsSaved] = useState(false);
    const save = useChange(['me', 'session'], (api, body: Schemas['PasswordChange']) =>
        answer(api.POST('/me/password', { body })),
    );
    const form = useForm(
        { current: '', new: '' },
        async (values) => {
            setIsSaved(false);
            await save.mutateAsync({ new: values.new, ...(user.has_password ? { current: values.current } : {}) });
            form.set('current', '');
            form.set('new', '');
            setIsSaved(true);
        },
        { check: (values) => missing(values, user.has_password ? ['current', 'new'] : ['new']) },
    );
    return (
        <Section title={text.password} lead={text.passwordLead}>
            <FormFrame form={form} submit={text.setPassword}>
                <input type="hidden" autoComplete="username" value={user.email} readOnly />
                {user.has_password && (
                    <TextInput
                        label={text.current}
                        type="password"
                        autoComplete="current-password"
                        value={form.values.current}
                        onChange={(value) => form.set('current', value)}
                        problem={form.problems.current}
                    />
                )}
                <TextInput
                    label={text.newPassword}
                    description={text.newPasswordText}
                    type="password"
                    autoComplete="new-password"
                    value={form.values.new}
                    onChange={(value) => form.set('new', value)}
                    problem={form.problems.new}
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

function SecondFactor() {
    const { user } = useMe();
    const [open, setOpen] = useState<'set' | 'remove' | 'codes'>();
    const close = () => setOpen(undefined);
    return (
        <Section
            title={text.second}
            lead={text.secondLead}
            actions={
                user.has_second_factor ? (
                    <>
                        <Button kind="secondary" onPress={() => setOpen('codes')}>
                            {text.newCodes}
                        </Button>
                        <Button kind="secondary" onPress={() => setOpen('remove')}>
                            {text.removeSecond}
                        </Button>
                    </>
                ) : (
                    <Button kind="secondary" onPress={() => setOpen('set')}>
                        {text.setSecond}
                    </Button>
                )
            }
        >
            <div>
                <Badge tone={user.has_second_factor ? 'good' : 'plain'}>
                    {user.has_second_factor ? text.secondOn : text.secondOff}
                </Badge>
            </div>
            {open === 'set' && <SetSecond onClose={close} />}
            {open === 'remove' && <RemoveSecond onClose={close} />}
            {open === 'codes' && <NewCodes onClose={close} />}
        </Section>
    );
}

function Codes({ codes, onDone }: { codes: string[]; onDone: () => void }) {
    return (
        <div className="stack">
            <Notice kind="info" title={text.codes} takesFocus>
                <p>{text.codesText}</p>
            </Notice>
            <CodeBlock text={codes.join('\n')} label={text.codes} />
            <div className="dialog-actions">
                <Button onPress={onDone}>{words.parts.done}</Button>
            </div>
        </div>
    );
}

function CodeField({
    form,
}: {
    form: { values: { code: string }; problems: Record<string, string>; set: (name: 'code', value: string) => void };
}) {
    return (
        <TextInput
            label={text.code}
            autoComplete="one-time-code"
            value={form.values.code}
            onChange={(value) => form.set('code', value)}
            problem={form.problems.code}
            isMono
        />
    );
}

function SetSecond({ onClose }: { onClose: () => void }) {
    const [factor, setFactor] = useState<Schemas['SecondFactor']>();
    const [codes, setCodes] = useState<string[]>();
    const begin = useChange([], (api, _: void) => answer(api.POST('/me/second-factor', { body: {} })));
    const confirm = useChange(['me', 'session'], (api, code: string) =>
        answer(api.POST('/me/second-factor/confirm', { body: { code } })),
    );
    const start = useForm({}, async () => setFactor(await begin.mutateAsync()));
    const form = useForm(
        { code: '' },
        async ({ code }) => setCodes((await confirm.mutateAsync(code.trim())).recovery_codes),
        { check: (values) => missing(values, ['code']) },
    );
    return (
        <Dialog title={text.setSecondTitle} onClose={onClose} keeps>
            {codes !== undefined ? (
                <Codes codes={codes} onDone={onClose} />
            ) : factor === undefined ? (
                <FormFrame form={start} submit={text.begin} onCancel={onClose}>
                    <p>{text.setSecondText}</p>
                </FormFrame>
            ) : (
                <FormFrame form={form} submit={text.confirm} onCancel={onClose}>
                    <p>{text.scan}</p>
                    <img
                        className="qr"
                        alt={text.qr}
                        src={`data:image/svg+xml,${encodeURIComponent(renderSVG(factor.uri, { border: 2 }))}`}
                    />
                    <CodeBlock text={factor.secret} label={text.secret} wraps />
                    <CodeField form={form} />
                </FormFrame>
            )}
        </Dialog>
    );
}

function RemoveSecond({ onClose }: { onClose: () => void }) {
    const { user } = useMe();
    const remove = useChange(['me'], (api, body: Schemas['SecondFactorRemoval']) =>
        answer(api.POST('/me/second-factor/remove', { body })),
    );
    const form = useForm(
        { code: '', password: '' },
        async ({ code, password }) => {
            await remove.mutateAsync({ code: code.trim(), ...(password === '' ? {} : { password }) });
            onClose();
        },
        { check: (values) => missing(values, ['code']) },
    );
    return (
        <Dialog title={text.removeSecondTitle} onClose={onClose} keeps>
            <FormFrame form={form} submit={text.removeSecond} onCancel={onClose}>
                {user.has_password && (
                    <TextInput
                        label={text.current}
                        type="password"
                        autoComplete="current-password"
                        value={form.values.password}
                        onChange={(value) => form.set('password', value)}
                        problem={form.problems.password}
                    />
                )}
                <CodeField form={form} />
            </FormFrame>
        </Dialog>
    );
}

function NewCodes({ onClose }: { onClose: () => void }) {
    const [codes, setCodes] = useState<string[]>();
    const replace = useChange([], (api, code: string) => answer(api.POST('/me/recovery-codes', { body: { code } })));
    const form = useForm(
        { code: '' },
        async ({ code }) => setCodes((await replace.mutateAsync(code.trim())).recovery_codes),
        { check: (values) => missing(values, ['code']) },
    );
    return (
        <Dialog title={text.newCodes} onClose={onClose} keeps>
            {codes === undefined ? (
                <FormFrame form={form} submit={text.newCodes} onCancel={onClose}>
                    <p>{text.newCodesText}</p>
                    <CodeField form={form} />
                </FormFrame>
            ) : (
                <Codes codes={codes} onDone={onClose} />
            )}
        </Dialog>
    );
}

function Sessions() {
    const sessions = useThing('session', [], (api) => answer(api.GET('/session')));
    const [ending, setEnding] = useState<string>();
    const end = useChange(['session'], (api, id: string) =>
        answer(api.DELETE('/session/{id}', { params: { path: { id } } })),
    );
    return (
        <Section title={text.sessions} lead={text.sessionsLead}>
            <Loaded query={sessions}>
                {({ result }) => (
                    <ul className="sessions">
                        {result.map(({ id, is_current, user_agent, client_address, seen_at, method }) => (
                            <li key={id}>
                                <div>
                                    <p>
                                        <bdi>{browserOf(user_agent)}</bdi>{' '}
                                        {is_current && <span className="tag">{text.thisBrowser}</span>}
                                    </p>
                                    <p className="muted">
                                        <code>{client_address}</code> · {text.methods[method]} ·{' '}
                                        <Time at={seen_at} form="ago" />
                                    </p>
                                </div>
                                {!is_current && (
                                    <Button kind="secondary" onPress={() => setEnding(id)}>
                                        {text.endSession}
                                    </Button>
                                )}
                            </li>
                        ))}
                    </ul>
                )}
            </Loaded>
            {ending !== undefined && (
                <Confirm
                    title={text.endSession}
                    action={text.endSession}
                    onClose={() => setEnding(undefined)}
                    onConfirm={() => end.mutateAsync(ending)}
                >
                    <p>{text.endSessionText}</p>
                </Confirm>
            )}
        </Section>
    );
}

/** "Chrome on Linux", as far as a browser says what it is. */
function browserOf(agent: string): string {
    const browser = /(Edg|OPR|Firefox|Chrome|Safari)\//.exec(agent)?.[1] ?? '';
    const names: Record<string, string> = { Edg: 'Edge', OPR: 'Opera' };
    const system = /(Windows|Mac OS X|Android|iPhone|iPad|Linux)/.exec(agent)?.[1] ?? '';
    return browser === ''
        ? agent.slice(0, 80) || text.unknownBrowser
        : text.browserOn(names[browser] ?? browser, system);
}
