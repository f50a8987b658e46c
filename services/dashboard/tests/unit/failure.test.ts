import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorTypeOf, explain, failureOf, failureOfConnection, sayAtField } from '../../src/link/failure.ts';

const envelope = (more: object = {}) => ({
    statusCode: 400,
    error: 'Bad Request',
    message: 'context is not valid',
    ...more,
});
const failures = (...list: object[]) => envelope({ details: { failures: list } });

test('failures come to their fields', () => {
    const failure = failureOf(
        400,
        failures(
            { path: 'context.subdomain', message: 'must match ^[a-z]+$' },
            { path: 'context.subdomain', message: 'a second one' },
            { path: 'context.email', message: 'is required' },
            { path: 'authentication_method', message: 'is unknown' },
        ),
    );
    assert.equal(failure.kind, 'fields');
    assert.deepEqual(failure.fields, { subdomain: 'must match ^[a-z]+$', email: 'is required' });
});

test('what is said at a field', () => {
    const email = { label: 'E-mail', pattern_hint: null };
    assert.equal(sayAtField(email, 'is required'), 'E-mail is required.');
    assert.equal(sayAtField(email, 'Already in use!'), 'Already in use!');
    assert.equal(sayAtField(email, 'must match ^[a-z]+$'), 'This does not have the expected form.');
    const hint = 'Small letters only.';
    assert.equal(sayAtField({ ...email, pattern_hint: hint }, 'must match ^[a-z]+$'), hint);
    assert.equal(sayAtField(email, ''), 'This is not accepted.');
    const whole = 'There is no Gorgias at nosuch.gorgias.com. Check the subdomain.';
    assert.equal(sayAtField(email, whole), whole);
});

const kinds: [name: string, status: number, body: unknown, kind: string, type: string][] = [
    ['a link used up', 401, envelope({ error_type: 'invalid_token' }), 'link', 'invalid_token'],
    ['401 without a body', 401, undefined, 'link', 'invalid_token'],
    ['refused credentials', 422, envelope({ error_type: 'validation_error' }), 'credentials', 'validation_error'],
    ['a failed set-up', 422, envelope({ error_type: 'post_install_error' }), 'setup', 'post_install_error'],
    ['no vendor', 502, envelope({ error_type: 'connection_error' }), 'vendor', 'connection_error'],
    ['a slow vendor', 504, undefined, 'vendor', 'connection_error'],
    [
        'a failure elsewhere',
        400,
        failures({ path: 'authentication_method', message: 'is unknown' }),
        'request',
        'validation_error',
    ],
    ['failures that are no list', 400, envelope({ details: { failures: 'x' } }), 'request', 'validation_error'],
    ['too many calls', 429, envelope(), 'busy', 'connection_error'],
    ['our fault', 500, envelope(), 'ours', 'connection_error'],
    ['a proxy in between', 503, 'text', 'ours', 'connection_error'],
];
for (const [name, status, body, kind, type] of kinds)
    test(name, () => {
        const failure = failureOf(status, body);
        assert.equal(failure.kind, kind);
        assert.equal(errorTypeOf(failure), type);
        assert.notEqual(explain(failure, 'Gorgias').title, '');
    });

test('a text of ours is never blamed on the vendor, nor shown for a 500', () => {
    assert.equal(failureOf(500, envelope({ message: 'SQLSTATE 42P01' })).message, '');
    const refused = explain(failureOf(422, envelope({ message: 'Bad key' })), 'Gorgias');
    assert.deepEqual(refused, { title: 'Gorgias did not accept these details', text: 'Bad key' });
});

test('a link that is used up is said to be, and what to do', () => {
    const ended = failureOfConnection({ error_type: 'invalid_token', message: '' });
    assert.deepEqual(explain(ended, 'Gorgias'), { title: 'This link no longer works', text: 'Ask for a new link.' });
    assert.equal(errorTypeOf(ended), 'invalid_token');
});

test('a failed connection', () => {
    const message = 'You did not approve the access at Gorgias.';
    const denied = failureOfConnection({ error_type: 'connection_error', message });
    assert.deepEqual(explain(denied, 'Gorgias'), { title: 'Gorgias was not connected', text: message });
    assert.equal(errorTypeOf(denied), 'connection_error');
    assert.equal(
        errorTypeOf(failureOfConnection({ error_type: 'post_install_error', message: '' })),
        'post_install_error',
    );
    assert.equal(errorTypeOf(failureOfConnection(null)), 'connection_error');
});
