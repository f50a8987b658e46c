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
    assert.equal(sayAtField('E-mail', 'is required'), 'E-mail is required.');
    assert.equal(sayAtField('E-mail', 'Already in use!'), 'Already in use!');
    assert.equal(sayAtField('E-mail', 'must match ^[a-z]+$'), 'This does not have the expected form.');
    assert.equal(sayAtField('E-mail', ''), 'This is not accepted.');
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
    assert.deepEqual(refused, { title: 'Gorgias did not accept these details', text: 'Bad key', quoted: true });
});

test('a link that is used up is said to be, and what to do', () => {
    const ended = failureOfConnection({ error_type: 'invalid_token', message: '' });
    assert.deepEqual(explain(ended, 'Gorgias'), { title: 'This link no longer works', text: 'Ask for a new link.' });
    assert.equal(errorTypeOf(ended), 'invalid_token');
});

test('a failed connection', () => {
    const denied = failureOfConnection({ error_type: 'connection_error', message: 'Access was denied' });
    assert.equal(explain(denied, 'Gorgias').title, 'Gorgias was not connected');
    assert.equal(errorTypeOf(denied), 'connection_error');
    assert.equal(
        errorTypeOf(failureOfConnection({ error_type: 'post_install_error', message: '' })),
        'post_install_error',
    );
    assert.equal(errorTypeOf(failureOfConnection(null)), 'connection_error');
});
