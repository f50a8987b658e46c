import { useState } from 'react';
import { Button } from '../../parts/Button.tsx';
import { Notice } from '../../parts/Notice.tsx';
import { answer, compact, type Schemas } from '../api/client.ts';
import { containing } from '../filters.ts';
import { Board, Badge } from '../parts/Board.tsx';
import { CodeBlock } from '../parts/Copy.tsx';
import { Confirm, Dialog } from '../parts/Dialog.tsx';
import { FilterBar, FilterSelect, FilterText, useFilters } from '../parts/Filters.tsx';
import { Check, Chips, FormFrame, missing, SelectInput, TextInput, useForm } from '../parts/Form.tsx';
import { MoreMenu } from '../parts/MoreMenu.tsx';
import { Empty } from '../parts/States.tsx';
import { Table, type Column } from '../parts/Table.tsx';
import { Time } from '../parts/Time.tsx';
import { useChange, useList } from '../queries.ts';
import { useMay, useMe } from '../session.ts';
import { words } from '../words.ts';

const text = words.members;

type User = Schemas['User'];
type Role = Schemas['Role'];
type Open = { what: 'new' } | { what: 'edit' | 'delete' | 'reset' | 'sign-out'; of: User };

const roles: Role[] = ['owner', 'admin', 'developer', 'viewer'];
const roleOptions = roles.map((value) => ({ value, label: text.roles[value] }));

export default function Members() {
    const me = useMe();
    const [open, setOpen] = useState<Open>();
    const [filters, setFilters] = useFilters(['email', 'role']);
    const mayWrite = useMay('people:write');
    const list = useList('user', '/user', {
        ...compact({ role: filters.role }),
        ...(filters.email === '' ? {} : { email: { like: containing(filters.email) } }),
    });
    const close = () => setOpen(undefined);
    const remove = useChange(['user'], (api, id: string) =>
        answer(api.DELETE('/user/{id}', { params: { path: { id } } })),
    );
    const signOut = useChange(['user'], (api, id: string) =>
        answer(api.POST('/user/{id}/sign-out', { params: { path: { id } }, body: {} })),
    );
    const columns: Column<User>[] = [
        {
            title: text.person,
            width: 'minmax(0, 1.6fr)',
            cell: ({ id, name, email }) => (
                <>
                    <bdi>{name === '' ? email : name}</bdi>
                    {id === me.user.id && <span className="tag">{text.you}</span>}
                </>
            ),
        },
        { title: text.email, width: 'minmax(0, 1.4fr)', phone: 'below', cell: ({ email }) => <bdi>{email}</bdi> },
        { title: text.role, width: '100px', phone: 'side', cell: ({ role }) => text.roles[role] },
        { title: text.state, width: '120px', phone: 'none', cell: (user) => <State user={user} /> },
        {
            title: text.seen,
            width: '120px',
            phone: 'none',
            cell: ({ signed_in_at }) => <Time at={signed_in_at} form="ago" />,
        },
        ...(mayWrite
            ? [
                  {
                      title: words.parts.more,
                      width: '60px',
                      isEnd: true,
                      phone: 'below' as const,
                      cell: (of: User) => (
                          <MoreMenu
                              actions={[
                                  { label: words.parts.edit, onAction: () => setOpen({ what: 'edit', of }) },
                                  { label: text.reset, onAction: () => setOpen({ what: 'reset', of }) },
                                  { label: text.signOut, onAction: () => setOpen({ what: 'sign-out', of }) },
                                  {
                                      label: text.remove,
                                      isDanger: true,
                                      onAction: () => setOpen({ what: 'delete', of }),
                                  },
                              ]}
                          />
                      ),
                  },
              ]
            : []),
    ];
    const isFiltered = filters.email !== '' || filters.role !== '';
    return (
        <Board
            title={words.pages.members}
            lead={text.lead}
            actions={mayWrite && <Button onPress={() => setOpen({ what: 'new' })}>{text.invite}</Button>}
        >
            <FilterBar onClear={isFiltered ? () => setFilters({ email: '', role: '' }) : undefined}>
                <FilterText
                    label={text.email}
                    value={filters.email}
                    onChange={(email) => setFilters({ email })}
                    isWide
                />
                <FilterSelect
                    label={text.role}
                    value={filters.role}
                    onChange={(role) => setFilters({ role })}
                    options={[{ value: '', label: text.anyRole }, ...roleOptions]}
                />
            </FilterBar>
            <Table
                label={words.pages.members}
                columns={columns}
                list={list}
                keyOf={({ id }) => id}
                empty={<Empty title={text.noneFound} />}
            />
            {open?.what === 'new' && <Invite onClose={close} />}
            {open?.what === 'edit' && <EditUser user={open.of} onClose={close} />}
            {open?.what === 'reset' && <Reset user={open.of} onClose={close} />}
            {open?.what === 'sign-out' && (
                <Confirm
                    title={text.signOut}
                    action={text.signOut}
                    onClose={close}
                    onConfirm={() => signOut.mutateAsync(open.of.id)}
                >
                    <p>
                        <bdi>{open.of.email}</bdi>
                    </p>
                    <p>{text.signOutText}</p>
                </Confirm>
            )}
            {open?.what === 'delete' && (
                <Confirm
                    title={text.remove}
                    action={text.remove}
                    onClose={close}
                    onConfirm={() => remove.mutateAsync(open.of.id)}
                >
                    <p>
                        <bdi>{open.of.email}</bdi>
                    </p>
                    <p>{text.removeText}</p>
                </Confirm>
            )}
        </Board>
    );
}

function State({ user: { is_active, is_invited } }: { user: User }) {
    if (!is_active) return <Badge tone="plain">{text.inactive}</Badge>;
    return <Badge tone={is_invited ? 'wait' : 'good'}>{is_invited ? text.invited : text.active}</Badge>;
}

interface Access {
    role: string;
    isConfined: boolean;
    environment_ids: string[];
}

/** Role and environments: the same for an invitation and a change. */
function AccessFields({
    values,
    set,
    problems,
}: {
    values: Access;
    set: <Name extends keyof Access>(name: Name, value: Access[Name]) => void;
    problems: Record<string, string>;
}) {
    const { environments } = useMe();
    return (
        <>
            <SelectInput
                label={text.role}
                description={text.meanings[values.role as Role]}
                value={values.role}
                onChange={(value) => set('role', value)}
                options={roleOptions}
                problem={problems.role}
            />
            <Check
                label={text.confined}
                description={text.confinedText}
                isChecked={values.isConfined}
                onChange={(value) => set('isConfined', value)}
            />
            {values.isConfined && (
                <Chips
                    label={text.environments}
                    options={environments.map(({ id, name }) => ({ value: id, label: name }))}
                    chosen={values.environment_ids}
                    onChange={(chosen) => set('environment_ids', chosen)}
                    problem={problems.environment_ids}
                />
            )}
        </>
    );
}

const confinedTo = ({ isConfined, environment_ids }: Access) => (isConfined ? environment_ids : null);

function Invite({ onClose }: { onClose: () => void }) {
    const me = useMe();
    const [made, setMade] = useState<Schemas['UserWithLink']>();
    const invite = useChange(['user'], (api, body: Schemas['Invitation']) =>
        answer(api.POST('/team/{id}/invite', { params: { path: { id: me.team.id } }, body })),
    );
    const form = useForm(
        { email: '', name: '', role: 'developer', isConfined: false, environment_ids: [] as string[] },
        async (values) =>
            setMade(
                await invite.mutateAsync({
                    email: values.email.trim(),
                    role: values.role as Role,
                    ...compact({ name: values.name.trim() }),
                    environment_ids: confinedTo(values),
                }),
            ),
        { check: (values) => missing(values, ['email']) },
    );
    const { values, set, problems } = form;
    return (
        <Dialog title={made === undefined ? text.invite : text.invitedTitle} onClose={onClose} keeps>
            {made === undefined ? (
                <FormFrame form={form} submit={text.invite} onCancel={onClose}>
                    <TextInput
                        label={text.email}
                        type="email"
                        value={values.email}
                        onChange={(value) => set('email', value)}
                        problem={problems.email}
                    />
                    <TextInput
                        label={text.name}
                        value={values.name}
                        onChange={(value) => set('name', value)}
                        problem={problems.name}
                        isOptional
                    />
                    <AccessFields
                        values={values}
                        set={set as Parameters<typeof AccessFields>[0]['set']}
                        problems={problems}
                    />
                </FormFrame>
            ) : (
                <LinkOf user={made} onDone={onClose} />
            )}
        </Dialog>
    );
}

/** A link that works once, unless it was sent by mail. */
function LinkOf({ user, onDone }: { user: Schemas['UserWithLink']; onDone: () => void }) {
    return (
        <div className="stack">
            <Notice kind="info" title={user.link === null ? text.mailed(user.email) : text.handOver} takesFocus>
                {user.link !== null && <p>{text.handOverText}</p>}
            </Notice>
            {user.link !== null && <CodeBlock text={user.link} label={text.link} wraps />}
            <div className="dialog-actions">
                <Button onPress={onDone}>{words.parts.done}</Button>
            </div>
        </div>
    );
}

function EditUser({ user, onClose }: { user: User; onClose: () => void }) {
    const save = useChange(['user', 'me'], (api, body: Schemas['UserPatch']) =>
        answer(api.PATCH('/user/{id}', { params: { path: { id: user.id } }, body })),
    );
    const form = useForm(
        {
            name: user.name,
            role: user.role as string,
            isConfined: user.environment_ids !== null,
            environment_ids: user.environment_ids ?? [],
            is_active: user.is_active,
        },
        async (values) => {
            await save.mutateAsync({
                ...(values.name.trim() === '' ? {} : { name: values.name.trim() }),
                role: values.role as Role,
                environment_ids: confinedTo(values),
                is_active: values.is_active,
            });
            onClose();
        },
    );
    const { values, set, problems } = form;
    return (
        <Dialog title={text.edit} onClose={onClose} keeps>
            <FormFrame form={form} submit={words.parts.save} onCancel={onClose}>
                <TextInput
                    label={text.name}
                    value={values.name}
                    onChange={(value) => set('name', value)}
                    problem={problems.name}
                    isOptional
                />
                <AccessFields
                    values={values}
                    set={set as Parameters<typeof AccessFields>[0]['set']}
                    problems={problems}
                />
                <Check
                    label={text.isActive}
                    description={text.isActiveText}
                    isChecked={values.is_active}
                    onChange={(value) => set('is_active', value)}
                />
            </FormFrame>
        </Dialog>
    );
}

function Reset({ user, onClose }: { user: User; onClose: () => void }) {
    const [made, setMade] = useState<Schemas['UserWithLink']>();
    const reset = useChange(['user'], (api, id: string) =>
        answer(api.POST('/user/{id}/reset', { params: { path: { id } }, body: {} })),
    );
    const form = useForm({}, async () => setMade(await reset.mutateAsync(user.id)));
    return (
        <Dialog title={text.reset} onClose={onClose}>
            {made === undefined ? (
                <FormFrame form={form} submit={text.reset} onCancel={onClose}>
                    <p>
                        <bdi>{user.email}</bdi>
                    </p>
                    <p>{text.resetText}</p>
                </FormFrame>
            ) : (
                <LinkOf user={made} onDone={onClose} />
            )}
        </Dialog>
    );
}
