import assert from 'node:assert/strict';
import { test } from 'node:test';
import { effectsOf, isBlind, isDeletion, labelOf, textOf, type Call, type Effect } from '../../src/approve/approval.ts';
import {
    channelOf,
    headingOf,
    isLong,
    legible,
    legibleLine,
    personOf,
    plural,
    sortOf,
    timeLeft,
} from '../../src/approve/words.ts';

const call = (effects: Effect[] | undefined, more: Partial<Call> = {}): Call => ({
    title: 'Update a ticket',
    integration_label: 'Gorgias',
    tenant_id: 'acme-42',
    mcp_server: 'Triage agent',
    arguments: { id: 1 },
    request: { method: 'PUT', url: 'https://acme.gorgias.com/api/tickets/1', body: null },
    changes: {},
    about: { label: 'Ticket', id: '1300488', title: 'Where is my order?', details: [] },
    ...(effects === undefined ? {} : { effects }),
    ...more,
});
const message = (more: object = {}): Effect => ({
    ...{ kind: 'message', public: true, channel: 'email', from: '', to: ['Dana Fox <dana@shopper.example>'] },
    ...{ cc: [], bcc: [], subject: '', body: 'Hi', ...more },
});
const gone = (count: number, items = ['1300488'], label = 'Ticket'): Effect => ({
    kind: 'delete',
    label,
    items,
    count,
});
const value: Effect = { kind: 'value', label: 'Status', from: 'open', to: 'closed', known: true };
const list: Effect = { kind: 'list', label: 'Tags', added: ['vip'], removed: [], known: false };
const set: Effect = { kind: 'set', label: 'Name', to: 'Refund' };

const headings: [name: string, call: Call, heading: string, sort: string][] = [
    ['a deletion', call([gone(1)]), 'Delete ticket 1300488', 'delete'],
    ['many deletions', call([gone(12)]), 'Delete 12 tickets', 'delete'],
    ['a deletion of what has no plain id', call([gone(1, ['Nothing. Approve'])]), 'Delete a ticket', 'delete'],
    ['a deletion of what has no name', call([gone(1, [], '')]), 'Delete an item', 'delete'],
    ['an abbreviation', call([gone(2, [], 'SLA policy')]), 'Delete 2 SLA policies', 'delete'],
    ['a message', call([message()]), 'Send a message to Dana Fox', 'message'],
    [
        'a message to an address',
        call([message({ to: ['dana@x.example'] })]),
        'Send a message to dana@x.example',
        'message',
    ],
    ['a message that is only recorded', call([message({ sent: false })]), 'Record a message', 'message'],
    ['a message to two', call([message({ cc: ['b@x.example'] })]), 'Send a message to Dana Fox and 1 other', 'message'],
    ['a message to nobody known', call([message({ to: [] })]), 'Send a message', 'message'],
    ['two messages', call([message(), message()]), 'Send 2 messages', 'message'],
    ['a note', call([message({ public: false, to: [] })]), 'Add an internal note', 'note'],
    ['a change', call([value, list]), 'Change ticket 1300488', 'change'],
    ['a change of something', call([value], { about: null }), 'Update a ticket', 'change'],
    ['a message and a change', call([message(), value]), 'Send a message to Dana Fox and change the ticket', 'message'],
    [
        'all at once',
        call([gone(1, ['7'], 'Tag'), message(), message({ public: false }), value], { about: null }),
        'Delete tag 7, send a message to Dana Fox, add an internal note, and make other changes',
        'delete',
    ],
    [
        'something new',
        call([set], { title: 'Create a macro', request: { method: 'POST', url: '', body: {} } }),
        'Create a macro',
        'create',
    ],
    [
        'something new that begins with a message',
        call([set, message()], { title: 'Create a ticket', about: null }),
        'Create a ticket and send a message to Dana Fox',
        'message',
    ],
    ['no effects', call(undefined), 'Update a ticket', 'change'],
];
for (const [name, about, heading, sort] of headings)
    test(`heading: ${name}`, () => {
        assert.equal(headingOf(about), heading);
        assert.equal(sortOf(about), sort);
    });

const hostileNames = [
    'Nobody. This was approved by your security team <m@evil.example>',
    'dana@shopper.example <m@evil.example>',
    'Dana\nOnly your team sees this <m@evil.example>',
    'D\u0301\u0301\u0301\u0301ana <m@evil.example>',
    '\u202eanad <m@evil.example>',
    '<b>Dana</b> <m@evil.example>',
];
for (const name of hostileNames)
    test(`a name that is none is neither in the heading nor before the address: ${JSON.stringify(name)}`, () => {
        assert.equal(headingOf(call([message({ to: [name] })])), 'Send a message');
        assert.deepEqual(personOf(name), { name: '', address: name });
    });

test('names and addresses', () => {
    assert.deepEqual(personOf('"Dana Fox" <dana@x.example>'), { name: 'Dana Fox', address: 'dana@x.example' });
    assert.deepEqual(personOf('Zoë O’Neil-Đặng <z@x.example>'), { name: 'Zoë O’Neil-Đặng', address: 'z@x.example' });
    assert.deepEqual(personOf(' +15550100087 '), { name: '', address: '+15550100087' });
    assert.equal(headingOf(call([message({ to: ['دانا <d@x.example>'] })])), 'Send a message to \u2068دانا\u2069');
    assert.deepEqual(['email', 'sms', 'chat', '', '<b>'].map(channelOf), [
        'E-mail',
        'SMS',
        'Chat',
        'Message',
        'Message',
    ]);
    assert.deepEqual(['ticket', 'reply', 'key', 'box', 'branch'].map(plural), [
        'tickets',
        'replies',
        'keys',
        'boxes',
        'branches',
    ]);
});

test('nothing in a text is hidden', () => {
    assert.equal(legible('a\u202eb\u200b\u{e0041}\u0000c'), 'a⟨U+202E⟩b⟨U+200B⟩⟨U+E0041⟩⟨U+0000⟩c');
    assert.equal(legible('a\r\nb\rc\td'), 'a\nb\nc\td');
    assert.equal(legible('👩‍💻 سلام é'), '👩‍💻 سلام é');
    assert.equal(legibleLine('a\nb'), 'a ⏎ b');
});

test('an old approval shows its arguments and changes', () => {
    const old = call(undefined, {
        arguments: { id: 1, status: 'closed', from_agent: true, note: null },
        changes: { status: { from: 'open', to: 'closed' }, tags: { to: [{ name: 'vip' }] } },
    });
    assert.deepEqual(effectsOf(old), [
        { kind: 'set', label: 'ID', to: '1' },
        { kind: 'set', label: 'From agent', to: 'yes' },
        { kind: 'set', label: 'Note', to: null },
        { kind: 'value', label: 'Status', from: 'open', to: 'closed', known: true },
        { kind: 'value', label: 'Tags', from: null, to: 'vip', known: false },
    ]);
    const deletion = call(undefined, { changes: { deleted: { id: 1, subject: 'Where is it?' } } });
    assert.ok(isDeletion(deletion));
    assert.deepEqual(effectsOf(deletion).at(-1), { kind: 'set', label: 'Subject', to: 'Where is it?' });
    assert.ok(isBlind(call(undefined, { changes: null })));
    assert.ok(!isBlind(call(undefined)));
});

test('with effects that the page does not know, the arguments are shown as well', () => {
    const newer = { kind: 'teleport', label: 'Ticket' } as unknown as Effect;
    assert.deepEqual(effectsOf(call([value, newer])), [value, { kind: 'set', label: 'ID', to: '1' }]);
    assert.deepEqual(effectsOf(call([value])), [value]);
    assert.ok(isBlind(call([value, list])));
    assert.ok(!isBlind(call([value, gone(1)])));
    assert.ok(isBlind(call([gone(1)], { changes: null, about: null })));
    assert.ok(!isBlind(call([set, message()], { changes: null, about: null })));
});

test('values as text', () => {
    assert.equal(textOf(null), null);
    assert.equal(textOf(['a', 1, false]), 'a, 1, no');
    assert.equal(textOf([{ name: 'vip' }, { name: 'spam' }]), 'vip, spam');
    assert.equal(
        textOf({ 600001: { value: 'late' }, list: [{ a: 1 }, { a: null }] }),
        '600001 › Value: late\nList › 1 › A: 1\nList › 2 › A: —',
    );
    assert.equal(labelOf('assignee_user_id'), 'Assignee user ID');
});

test('how much time is left, and when that is said otherwise', () => {
    const minute = 60_000;
    const at = (left: number) => timeLeft(1_000 * minute + left, 1_000 * minute);
    assert.deepEqual(at(58.5 * minute), { text: 'Expires in 58 minutes', forMs: minute / 2 + 1 });
    assert.deepEqual(at(minute), { text: 'Expires in 1 minute', forMs: 1 });
    assert.deepEqual(at(minute - 1), { text: 'Expires in less than a minute', forMs: minute - 1 });
    assert.equal(at(5 * 60 * minute).text, 'Expires in 5 hours');
    assert.equal(at(3 * 24 * 60 * minute).text, 'Expires in 3 days');
    assert.deepEqual(at(0), { text: 'Expired', forMs: undefined });
    assert.deepEqual(timeLeft(Number.NaN, 0), { text: 'Expired', forMs: undefined });
});

test('long texts are folded', () => {
    assert.ok(!isLong('a'.repeat(1000)));
    assert.ok(isLong('a'.repeat(1001)));
    assert.ok(isLong('\n'.repeat(12)));
});
