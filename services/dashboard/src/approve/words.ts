// How a call is said in words. What an agent or a customer wrote gets into the page's own sentences only if it is short
// and plain; everywhere else it stands in a block of its own.
import { effectsOf, isDeletion, type About, type Call, type Deletion, type Effect, type Message } from './approval.ts';

/** An id or an address. */
const plainId = /^[\p{L}\p{N}][\p{L}\p{N}._@+#:/-]{0,63}$/u;
/** A person's name: up to four words of letters. */
const plainName = /^(?=.{1,40}$)[\p{L}\p{M}.'’-]+( [\p{L}\p{M}.'’-]+){0,3}$/u;
const manyMarks = /\p{M}{3}/u;
const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/** Control characters but for tab and line feed, what turns the direction of writing, and characters nobody sees. */
const unseen =
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\u{e0000}-\u{e0fff}]/gu;

/** A text in which nothing is hidden: an unseen character is shown by its number. */
export function legible(text: string): string {
    return text
        .replace(/\r\n?/g, '\n')
        .replace(unseen, (each) => `⟨U+${(each.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`);
}

/** The same on one line. */
export function legibleLine(text: string): string {
    return legible(text).replaceAll('\n', ' ⏎ ');
}

/** Kept together whatever the direction of writing around it. */
function isolated(text: string): string {
    return rightToLeft.test(text) ? `\u2068${text}\u2069` : text;
}

export interface Person {
    /** Empty if there is only an address, or if the name could be taken for something else. */
    name: string;
    address: string;
}

/** "Dana Fox <dana@shopper.example>". */
export function personOf(text: string): Person {
    const [, name = '', address = ''] = /^\s*"?([^<>"]*?)"?\s*<([^<>]+)>\s*$/s.exec(text) ?? [];
    return plainName.test(name) && !manyMarks.test(name) ? { name, address } : { name: '', address: text.trim() };
}

export function channelOf(channel: string): string {
    const known: Record<string, string> = { email: 'E-mail', sms: 'SMS', '': 'Message' };
    return known[channel] ?? (plainId.test(channel) ? channel.charAt(0).toUpperCase() + channel.slice(1) : 'Message');
}

/** "Ticket" inside a sentence; "SLA" stays. */
function inSentence(label: string): string {
    const noun = label.trim() === '' ? 'item' : label.trim();
    return /^\p{Lu}\p{Lu}/u.test(noun) ? noun : noun.charAt(0).toLowerCase() + noun.slice(1);
}

function withArticle(noun: string): string {
    return `${/^[aeiou]/i.test(noun) ? 'an' : 'a'} ${noun}`;
}

export function plural(noun: string): string {
    if (/[^aeiou]y$/i.test(noun)) return `${noun.slice(0, -1)}ies`;
    return /(s|x|ch|sh)$/i.test(noun) ? `${noun}es` : `${noun}s`;
}

/** "ticket 1300488", or "a ticket" where the id cannot stand in a sentence. */
function itemOf(label: string, id: string | undefined): string {
    const noun = inSentence(label);
    return id !== undefined && plainId.test(id) ? `${noun} ${isolated(id)}` : withArticle(noun);
}

function deletionOf({ label, items, count }: Deletion): string {
    return `Delete ${count === 1 ? itemOf(label, items[0]) : `${count} ${plural(inSentence(label))}`}`;
}

function receiverOf(text: string): string | undefined {
    const { name, address } = personOf(text);
    if (name !== '') return isolated(name);
    return plainId.test(address) ? isolated(address) : undefined;
}

function sendingOf(messages: Message[]): string {
    const [message] = messages;
    if (message === undefined) return '';
    if (messages.length > 1) return `Send ${messages.length} messages`;
    if (message.sent === false) return 'Record a message';
    const all = [...message.to, ...message.cc, ...message.bcc];
    const first = receiverOf(all[0] ?? '');
    if (first === undefined) return all.length > 1 ? `Send a message to ${all.length} people` : 'Send a message';
    const others = all.length - 1;
    return `Send a message to ${first}${others === 0 ? '' : others === 1 ? ' and 1 other' : ` and ${others} others`}`;
}

function changeOf(about: About | null | undefined, isAlone: boolean): string {
    if (about === null || about === undefined) return 'Make other changes';
    return `Change ${isAlone ? itemOf(about.label, about.id) : `the ${inSentence(about.label)}`}`;
}

/** "Delete ticket 1300488", "Send a message to Dana Fox and change the ticket"; the tool's title if nothing says more. */
export function headingOf(call: Call): string {
    const effects = call.effects ?? [];
    const of = <Kind extends Effect['kind']>(kind: Kind) =>
        effects.filter((effect): effect is Extract<Effect, { kind: Kind }> => effect.kind === kind);
    const messages = of('message');
    const notes = messages.filter((message) => !message.public).length;
    // A message with which something new begins, such as a ticket.
    const isBegun = messages.length > 0 && of('set').length > 0 && !call.about;
    const phrases = [
        ...of('delete').map(deletionOf),
        isBegun ? call.title : '',
        sendingOf(messages.filter((message) => message.public)),
        notes === 0 ? '' : notes === 1 ? 'Add an internal note' : `Add ${notes} internal notes`,
    ].filter((phrase) => phrase !== '');
    const hasChanges = of('list').length + of('value').length > 0;
    if (hasChanges && (phrases.length > 0 || call.about)) phrases.push(changeOf(call.about, phrases.length === 0));
    if (phrases.length === 0) return call.title;
    const [first = '', ...others] = phrases;
    return new Intl.ListFormat('en').format([first, ...others.map(inSentence)]);
}

export type Sort = 'delete' | 'message' | 'note' | 'create' | 'change';

/** What weighs most. */
export function sortOf(call: Call): Sort {
    if (isDeletion(call)) return 'delete';
    const effects = effectsOf(call);
    const messages = effects.filter((effect) => effect.kind === 'message');
    if (messages.length > 0) return messages.some((message) => message.public) ? 'message' : 'note';
    return call.request.method === 'POST' && effects.every(({ kind }) => kind === 'set') ? 'create' : 'change';
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** How long is left, never more than that, and after how many milliseconds that is said otherwise. */
export function timeLeft(expiresAt: number, now: number): { text: string; forMs: number | undefined } {
    const left = expiresAt - now;
    if (!(left > 0)) return { text: 'Expired', forMs: undefined };
    if (left < minute) return { text: 'Expires in less than a minute', forMs: left };
    const [unit, length] =
        left < 2 * hour
            ? (['minute', minute] as const)
            : left < 2 * day
              ? (['hour', hour] as const)
              : (['day', day] as const);
    const count = Math.floor(left / length);
    return {
        text: `Expires ${new Intl.RelativeTimeFormat('en').format(count, unit)}`,
        forMs: (left % length) + 1,
    };
}

/** Whether a text is shown folded at first. */
export function isLong(text: string): boolean {
    return text.length > 1000 || text.split('\n').length > 12;
}
