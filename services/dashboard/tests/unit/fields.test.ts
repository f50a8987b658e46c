import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Field, Integration, Method } from '../../src/link/contract.ts';
import { contextOf, fieldsOf, initialValues, inSentence, problemOf, problemsOf, tidy } from '../../src/link/fields.ts';

const field = (change: Partial<Field> = {}): Field => ({
    name: 'subdomain',
    label: 'Subdomain',
    description: null,
    required: true,
    secret: false,
    pattern: '^[a-z0-9-]+$',
    max_length: 10,
    value: null,
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
