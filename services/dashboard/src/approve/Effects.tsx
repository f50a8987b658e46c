import type { ReactNode } from 'react';
import { ArrowRight, Eye, Lock, Minus, Plus } from '../parts/icons.tsx';
import type { Deletion, Effect, Field, ListChange, Message } from './approval.ts';
import { Text, Value, Word } from './Given.tsx';
import { channelOf, legibleLine, personOf, plural } from './words.ts';

/** What will happen, in order: messages as messages, all else as rows of one list. */
export function Effects({ effects }: { effects: Effect[] }) {
    const groups: (Message | Field[])[] = [];
    for (const effect of effects) {
        const last = groups.at(-1);
        if (effect.kind === 'message') groups.push(effect);
        else if (Array.isArray(last)) last.push(effect);
        else groups.push([effect]);
    }
    return groups.map((group, index) =>
        Array.isArray(group) ? (
            <dl key={index} className="rows">
                {group.map((field, place) => (
                    <Row key={place} label={labelOf(field)}>
                        <FieldView field={field} />
                    </Row>
                ))}
            </dl>
        ) : (
            <MessageView key={index} message={group} />
        ),
    );
}

function labelOf(field: Field): string {
    return field.kind === 'delete' && field.count !== 1 ? plural(field.label) : field.label;
}

function Row({ label, children }: { label: string; children: ReactNode }) {
    return (
        <div className="row">
            <dt>
                <bdi>{legibleLine(label)}</bdi>
            </dt>
            <dd>{children}</dd>
        </div>
    );
}

function FieldView({ field }: { field: Field }) {
    switch (field.kind) {
        case 'delete':
            return <Deleted deletion={field} />;
        case 'list':
            return <List change={field} />;
        case 'set':
            return <Content text={field.to} />;
        case 'value':
            return <Change from={field.known ? field.from : undefined} to={field.to} />;
    }
}

function Deleted({ deletion: { items, count } }: { deletion: Deletion }) {
    const others = count - items.length;
    return (
        <div className="chips">
            {items.map((item, index) => (
                <Chip key={index} kind="deleted" word="deleted">
                    {item}
                </Chip>
            ))}
            {others > 0 && <Word>{items.length === 0 ? `${count}` : `and ${others} more`}</Word>}
        </div>
    );
}

function List({ change: { added, removed, known } }: { change: ListChange }) {
    return (
        <div className="chips">
            {!known && <Word>{added.length === 0 ? 'all are removed' : 'only these will be left:'}</Word>}
            {added.map((item, index) => (
                <Chip key={index} kind={known ? 'added' : 'kept'} word={known ? 'added' : ''}>
                    {item}
                </Chip>
            ))}
            {removed.map((item, index) => (
                <Chip key={index} kind="removed" word="removed">
                    {item}
                </Chip>
            ))}
            {known && added.length + removed.length === 0 && <Word>stays as it is</Word>}
        </div>
    );
}

interface ChipProps {
    kind: 'added' | 'removed' | 'deleted' | 'kept';
    word: string;
    children: string;
}

function Chip({ kind, word, children }: ChipProps) {
    return (
        <span className={`chip chip-${kind}`}>
            {kind === 'added' ? <Plus /> : kind === 'kept' ? null : <Minus />}
            {word !== '' && <span className="visually-hidden">{word}: </span>}
            <bdi>{legibleLine(children)}</bdi>
        </span>
    );
}

const isLine = (text: string | null | undefined) =>
    text === null || text === undefined || (text.length <= 120 && !/[\r\n]/.test(text));

/** null is empty, undefined is not known. */
function Content({ text }: { text: string | null | undefined }) {
    if (text === undefined) return <Word>not known</Word>;
    if (text === null || text === '') return <Word>empty</Word>;
    return isLine(text) ? (
        <Value>{text}</Value>
    ) : (
        <div className="block">
            <Text>{text}</Text>
        </div>
    );
}

function Change({ from, to }: { from: string | null | undefined; to: string | null }) {
    if (isLine(from) && isLine(to))
        return (
            <span className="change">
                <span className="was">
                    <span className="visually-hidden">was </span>
                    <Content text={from} />
                </span>
                <ArrowRight />
                <span className="will">
                    <span className="visually-hidden">will be </span>
                    <Content text={to} />
                </span>
            </span>
        );
    return (
        <div className="change-long">
            <p className="side">Was</p>
            <Content text={from} />
            <p className="side">Will be</p>
            <Content text={to} />
        </div>
    );
}

function readersOf({ public: isPublic, sent }: Message) {
    if (!isPublic) return 'Only your team sees this.';
    return sent === false ? 'It is only recorded: nothing is sent.' : 'The customer will read this.';
}

function MessageView({ message }: { message: Message }) {
    const { to, cc, bcc, from, subject, body } = message;
    const receivers = [
        ['To', to],
        ['Cc', cc],
        ['Bcc', bcc],
    ] as const;
    const what = message.public ? channelOf(message.channel) : 'Internal note';
    return (
        <section className={message.public ? 'message' : 'message message-note'} aria-label={what}>
            <p className="message-seen">
                {message.public ? <Eye /> : <Lock />}
                <span>
                    <strong>{what}.</strong> {readersOf(message)}
                </span>
            </p>
            <dl className="message-head">
                {receivers.map(
                    ([label, people]) =>
                        (people.length > 0 || (label === 'To' && message.public)) && (
                            <Line key={label} label={label}>
                                {people.length === 0 ? (
                                    <Word>not known</Word>
                                ) : (
                                    people.map((person, index) => <PersonView key={index} text={person} />)
                                )}
                            </Line>
                        ),
                )}
                {from !== '' && (
                    <Line label="From">
                        <PersonView text={from} />
                    </Line>
                )}
                {subject !== '' && (
                    <Line label="Subject">
                        <bdi className="subject">{legibleLine(subject)}</bdi>
                    </Line>
                )}
            </dl>
            <blockquote>{body.trim() === '' ? <Word>no text</Word> : <Text>{body}</Text>}</blockquote>
        </section>
    );
}

function Line({ label, children }: { label: string; children: ReactNode }) {
    return (
        <div>
            <dt>{label}</dt>
            <dd>{children}</dd>
        </div>
    );
}

function PersonView({ text }: { text: string }) {
    const { name, address } = personOf(text);
    return (
        <span className="person">
            {name !== '' && (
                <>
                    <bdi>{legibleLine(name)}</bdi>{' '}
                </>
            )}
            <bdi className={name === '' ? undefined : 'address'}>{legibleLine(address)}</bdi>
        </span>
    );
}
