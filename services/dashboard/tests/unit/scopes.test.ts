import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accessOf } from '../../src/link/scopes.ts';

const said = (...scopes: string[]) => accessOf(scopes).map(({ text }) => text);

test('one line per resource', () => {
    assert.deepEqual(said('tickets:read', 'customers:read', 'tickets:write'), [
        'See, create and change tickets',
        'See customers',
    ]);
    assert.deepEqual(said('custom_fields:read'), ['See custom fields']);
});

test('who you are first, changes before looking, staying connected last', () => {
    assert.deepEqual(said('offline', 'users:read', 'tags:write', 'email', 'openid'), [
        'See your name and e-mail address',
        'Create and change tags',
        'See users',
        'Stay connected while you are away',
    ]);
});

test('the ways vendors write them', () => {
    const cases: [string, string][] = [
        ['read:user', 'See user'],
        ['read_orders', 'See orders'],
        ['orders_read', 'See orders'],
        ['https://www.googleapis.com/auth/gmail.readonly', 'See gmail'],
        ['Mail.ReadWrite', 'See, create and change mail'],
        ['User.Read.All', 'See user'],
        ['crm.objects.contacts.read', 'See crm objects contacts'],
        ['files:delete', 'Delete files'],
        ['something', 'Use “something”'],
        ['constructor:toString', 'Use “constructor:toString”'],
        ['', 'Use “”'],
    ];
    for (const [scope, expected] of cases) assert.deepEqual(said(scope), [expected], scope);
});

test('no scope is lost', () => {
    const scopes = ['tickets:read', 'tickets:write', 'offline', 'openid', 'odd'];
    assert.deepEqual(
        accessOf(scopes)
            .flatMap((line) => line.scopes)
            .sort(),
        [...scopes].sort(),
    );
});

test('words that the integration has come first; what they do not cover is still said', () => {
    const access = [
        { label: 'See who you are', scopes: ['openid', 'email'] },
        { label: 'See and answer tickets', scopes: ['tickets:read', 'tickets:write'] },
        { label: 'Stay connected', scopes: ['offline'] },
    ];
    const lines = (...scopes: string[]) => accessOf(scopes, access).map(({ text }) => text);
    assert.deepEqual(lines('offline', 'tickets:write', 'tickets:read', 'openid', 'email'), [
        'See who you are',
        'See and answer tickets',
        'Stay connected',
    ]);
    assert.deepEqual(lines('tickets:read', 'tickets:write', 'tags:read'), ['See and answer tickets', 'See tags']);
    assert.deepEqual(lines('tickets:read'), ['See tickets'], 'no more is said than is asked for');
    assert.deepEqual(lines('tags:read', 'offline'), ['Stay connected', 'See tags']);
    assert.deepEqual(accessOf(['tags:read'], null), accessOf(['tags:read']));
});
