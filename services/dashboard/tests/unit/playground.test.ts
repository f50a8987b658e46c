import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldsOf, pointer, shapeOf, validatorOf, withValue } from '../../src/dashboard/playground/schema.ts';
import { asCurl, asMcp, asPython, asTypeScript } from '../../src/dashboard/playground/share.ts';
import { timings } from '../../src/dashboard/playground/run.ts';

const root = {
    type: 'object',
    $defs: { tag: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] } },
    properties: {
        limit: { type: 'integer', minimum: 1 },
        status: { type: ['string', 'null'], enum: ['open', 'closed', null] },
        subject: { type: ['string', 'null'] },
        body_text: { type: 'string' },
        spam: { anyOf: [{ type: 'boolean' }, { type: 'null' }] },
        tags: { type: 'array', items: { $ref: '#/$defs/tag' } },
        channels: { type: 'array', items: { enum: ['email', 'chat'] } },
        customer: { type: 'object', properties: { id: { type: 'number' } } },
        meta: { type: 'object', additionalProperties: true },
        id: { anyOf: [{ type: 'integer' }, { type: 'string' }] },
        at: { type: 'string', format: 'date-time' },
    },
    required: ['subject'],
};

test('each kind of schema has its field', () => {
    const shapes = Object.fromEntries(
        fieldsOf(root, root).map(({ name, schema }) => [name, shapeOf(schema, root, name)]),
    );
    assert.equal(fieldsOf(root, root)[0]?.name, 'subject', 'what is required comes first');
    assert.deepEqual(shapes['limit'], { kind: 'number', isInteger: true });
    assert.deepEqual(shapes['status'], { kind: 'choice', options: ['open', 'closed'] });
    assert.deepEqual(shapes['subject'], { kind: 'text', isLong: false, format: undefined });
    assert.deepEqual(shapes['body_text'], { kind: 'text', isLong: true, format: undefined });
    assert.deepEqual(shapes['spam'], { kind: 'flag' });
    assert.equal(shapes['tags']?.kind, 'list');
    assert.deepEqual(shapes['channels'], { kind: 'choices', options: ['email', 'chat'] });
    assert.equal(shapes['customer']?.kind, 'group');
    assert.equal(shapes['meta']?.kind, 'json');
    assert.equal(shapes['id']?.kind, 'json');
    assert.deepEqual(shapes['at'], { kind: 'text', isLong: false, format: 'date-time' });
    assert.equal(shapeOf({ $ref: '#/$defs/none' }, root).kind, 'json');
});

test('a field that is empty is left out, with what is around it', () => {
    assert.deepEqual(withValue({}, ['a', 'b'], 1), { a: { b: 1 } });
    assert.equal(withValue({ a: { b: 1 } }, ['a', 'b'], undefined), undefined);
    assert.deepEqual(withValue({ a: [1, 2], c: 1 }, ['a', 0], undefined), { a: [2], c: 1 });
    assert.deepEqual(withValue({ a: [{ n: 1 }] }, ['a', 1, 'n'], 2), { a: [{ n: 1 }, { n: 2 }] });
    assert.equal(pointer(['a/b', 0, 'c~']), '/a~1b/0/c~0');
});

test('what does not fit is told at its place, without compiled code', () => {
    const check = validatorOf(root);
    assert.deepEqual(check({ subject: 'x', limit: 2 }), []);
    const paths = check({ limit: 'x', tags: [{ name: 1 }] }).map(({ path }) => path);
    assert.ok(paths.includes('/limit'));
    assert.ok(paths.includes('/tags/0/name'));
    assert.ok(paths.includes(''), 'subject is missing');
});

test('the same call elsewhere', () => {
    const call = {
        base: 'https://s.example',
        account: 'ia_1',
        tool: 'a_tool',
        arguments: { text: `it's "x"`, on: true, none: null, list: [1] },
    };
    assert.match(asCurl(call), /'\\''/);
    assert.deepEqual((JSON.parse(asMcp(call)) as { params: unknown }).params, {
        name: 'a_tool',
        arguments: call.arguments,
    });
    assert.match(asPython(call), /"on": True,\n/);
    assert.match(asPython(call), /"none": None,\n/);
    assert.match(asTypeScript(call), /https:\/\/s\.example\/tools\/execute\/a_tool/);
    assert.deepEqual(timings('sluice;dur=0.42, vendor;desc="x";dur=12'), [
        ['sluice', 0.42],
        ['vendor', 12],
    ]);
    assert.deepEqual(timings(undefined), []);
});
