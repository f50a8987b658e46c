import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Field, Integration, Method } from '../../src/link/contract.ts';
import {
    beforeSuffix,
    contextOf,
    fieldsOf,
    helpOf,
    initialValues,
    inSentence,
    isKept,
    problemOf,
    problemsOf,
    tidy,
} from '../../src/link/fields.ts';

const field = (change: Partial<Field> = {}): Field => ({
    name: 'subdomain',
    label: 'Subdomain',
    description: null,
    required: true,
    secret: false,
    pattern: '^[a-z0-9-]+$',
    max_length: 10,
    value: null,
    suffix: null,
    format: null,
    pattern_hint: null,
    help_url: null,
    read_only: false,
    ...change,
});

test('what was pasted is tidied', () => {
    const cases: [Partial<Field>, string, string][] = [
        [{}, ' acme ', 'acme'],
        [{}, 'ACME', 'acme'],
        [{}, 'https://acme.gorgias.com/app/tickets?x=1', 'acme'],
        [{}, 'Acme.gorgias.com', 'acme'],
        [{}, 'a b', 'a b'],
        [{}, 'https://', 'https://'],
        [{ pattern: null }, 'https://acme.example.com', 'https://acme.example.com'],
        [{ name: 'api_key', secret: true, pattern: null }, ' Key\n', 'Key'],
        [{ name: 'api_key', secret: true, pattern: '^k' }, 'K.ey', 'K.ey'],
        [{ name: 'password', secret: true, pattern: null }, ' pass ', ' pass '],
    ];
    for (const [change, value, expected] of cases) assert.equal(tidy(field(change), value), expected, value);
});

test('of a whole address the part before the suffix is taken, and of no other', () => {
    const suffixed = field({ suffix: '.gorgias.com' });
    const cases: [string, string | undefined][] = [
        ['acme.gorgias.com', 'acme'],
        [' https://ACME.Gorgias.com/app/tickets?x=1#y ', 'acme'],
        ['http://acme.gorgias.com:443', 'acme'],
        ['acme', undefined],
        ['.gorgias.com', undefined],
        ['www.acme.com', undefined],
        ['acme.gorgias.com.evil.example', undefined],
        ['a b.gorgias.com', undefined],
        ['eu.acme.gorgias.com', undefined],
    ];
    for (const [text, expected] of cases) assert.equal(beforeSuffix(suffixed, text), expected, text);
    assert.equal(beforeSuffix(field(), 'acme.gorgias.com'), undefined);
    assert.equal(tidy(suffixed, 'Acme.gorgias.com'), 'acme');
    assert.equal(tidy(suffixed, ' Acme '), 'acme');
    assert.equal(tidy(suffixed, 'acme/app/tickets'), 'acme', 'what is left of an address typed to its end');
    assert.equal(tidy(suffixed, 'www.acme.com'), 'www.acme.com', 'which is told rather than sent as "www"');
});

test('the form that is expected is said', () => {
    const hint = 'Letters, digits and hyphens only.';
    assert.equal(problemOf(field({ pattern_hint: hint }), 'a_b'), hint);
    assert.equal(problemOf(field({ pattern_hint: '' }), 'a_b'), 'This does not have the expected form.');
});

test('an e-mail address is checked where it is asked for', () => {
    const email = field({ name: 'email', label: 'E-mail', pattern: null, max_length: 320, format: 'email' });
    for (const right of ['kim@acme.example', 'kim+x@mail.acme.example', 'kim@exämple.de'])
        assert.equal(problemOf(email, right), undefined, right);
    for (const wrong of [
        'kim',
        'kim@',
        '@acme.example',
        'kim@acme',
        'kim@acme.',
        'kim x@acme.example',
        'a@b@c.example',
    ])
        assert.match(problemOf(email, wrong) ?? '', /whole e-mail address/, wrong);
    assert.equal(problemOf({ ...email, format: null }, 'kim'), undefined);
});

test('a help page is named once everything its address needs is valid', () => {
    const subdomain = field({ suffix: '.gorgias.com' });
    const secret = field({ name: 'secret', secret: true, pattern: null });
    const help = (help_url: string | null, values = {}) =>
        helpOf(field({ name: 'api_key', help_url }), [subdomain, secret], values);
    const url = 'https://{{context.subdomain}}.gorgias.com/app?x={{ context.subdomain }}';
    assert.equal(help(url, { subdomain: 'acme' }), 'https://acme.gorgias.com/app?x=acme');
    assert.equal(help(url, { subdomain: 'https://acme.gorgias.com' }), 'https://acme.gorgias.com/app?x=acme');
    for (const value of [undefined, '', 'a_b', 'evil.example/'])
        assert.equal(help(url, { subdomain: value }), undefined);
    assert.equal(help('https://docs.example.com/keys'), 'https://docs.example.com/keys');
    assert.equal(help('https://x.example/{{context.secret}}', { secret: 's' }), undefined);
    assert.equal(help('https://x.example/{{context.nobody}}'), undefined);
    assert.equal(help('https://x.example/{{base_url}}'), undefined);
    assert.equal(help('javascript:alert(1)'), undefined);
    for (const none of [null, '']) assert.equal(help(none), undefined);
    const free = field({ pattern: null, max_length: null });
    const other = field({ name: 'k', help_url: 'https://x.example/?q={{context.subdomain}}' });
    assert.equal(helpOf(other, [free], { subdomain: 'a/b&c' }), 'https://x.example/?q=a%2Fb%26c');
});

test('what is known and stays is not checked; without a value it is asked for', () => {
    const kept = field({ value: 'an_old_one', read_only: true });
    assert.ok(isKept(kept));
    assert.deepEqual(problemsOf([kept], { subdomain: 'an_old_one' }), {});
    assert.ok(!isKept({ ...kept, value: null }));
    assert.deepEqual(Object.keys(problemsOf([{ ...kept, value: null }], {})), ['subdomain']);
});

test('what is missing, too long or of the wrong form', () => {
    assert.equal(problemOf(field(), ''), 'Enter your subdomain.');
    assert.equal(problemOf(field({ label: 'API key' }), ''), 'Enter your API key.');
    assert.equal(problemOf(field({ required: false }), ''), undefined);
    assert.equal(problemOf(field(), 'a'.repeat(10)), undefined);
    assert.match(problemOf(field(), 'a'.repeat(11)) ?? '', /10 characters/);
    assert.match(problemOf(field(), 'a_b') ?? '', /expected form/);
    assert.deepEqual(problemsOf([field(), field({ name: 'other', required: false })], {}), {
        subdomain: 'Enter your subdomain.',
    });
});

test('a pattern that this engine cannot read is left to the api', () => {
    assert.equal(problemOf(field({ pattern: '(?i)^[a-z' }), 'x'), undefined);
});

test('length is counted in characters', () => {
    assert.equal(problemOf(field({ pattern: null, max_length: 2 }), '😀😀'), undefined);
});

test('fields of the integration come first and only once', () => {
    const method: Method = {
        name: 'm',
        label: 'M',
        kind: 'form',
        fields: [field({ label: 'Again' }), field({ name: 'key' })],
    };
    const integration = { fields: [field()] } as Integration;
    assert.deepEqual(
        fieldsOf(integration, method).map(({ label, name }) => [name, label]),
        [
            ['subdomain', 'Subdomain'],
            ['key', 'Subdomain'],
        ],
    );
});

test('an optional field left empty is not sent, one that was emptied is', () => {
    const fields = [
        field(),
        field({ name: 'b', required: false }),
        field({ name: 'c', required: false, value: 'old' }),
    ];
    assert.deepEqual(initialValues(fields), { subdomain: '', b: '', c: 'old' });
    assert.deepEqual(contextOf(fields, { subdomain: 'x', b: '', c: '', not_asked: 'y' }), { subdomain: 'x', c: '' });
});

test('labels within a sentence', () => {
    for (const [label, expected] of [
        ['Subdomain', 'subdomain'],
        ['API key', 'API key'],
        ['E-mail', 'e-mail'],
        ['', ''],
    ] as const)
        assert.equal(inSentence(label), expected);
});
