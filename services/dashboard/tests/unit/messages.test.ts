import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMessage, source } from '../../src/sdk/protocol.ts';

const window = {} as MessageEventSource;
const origin = 'https://connect.example.com';
const read = (data: unknown, change: object = {}) =>
    readMessage({ data, origin, source: window, ...change }, window, origin);
const success = { source, type: 'success', result: 'success', integration: 'gorgias', integrated_account_id: 'ia_1' };

test('messages of the window and origin we opened count', () => {
    assert.deepEqual(read(success), success);
    assert.deepEqual(read({ source, type: 'ready' }), { source, type: 'ready' });
    assert.deepEqual(read({ source, type: 'closed', more: 1 }), { source, type: 'closed', by: 'button' });
    assert.deepEqual(read({ source, type: 'closed', by: 'escape' }), { source, type: 'closed', by: 'escape' });
    assert.deepEqual(read({ source, type: 'resize', height: 12.5 }), { source, type: 'resize', height: 12.5 });
    const leaving = { source, type: 'leaving', connection: 'conn_1' };
    assert.deepEqual(read({ ...leaving, more: 1 }), leaving);
    assert.deepEqual(read({ source, type: 'error', error_type: 'blocked' }), {
        source,
        type: 'error',
        error_type: 'blocked',
        message: '',
    });
});

test('others do not', () => {
    assert.equal(read(success, { origin: 'https://connect.example.com.evil.example' }), undefined);
    assert.equal(read(success, { origin: 'http://connect.example.com' }), undefined);
    assert.equal(read(success, { origin: 'null' }), undefined);
    assert.equal(read(success, { source: {} }), undefined);
    assert.equal(read(success, { source: null }), undefined);
    assert.equal(readMessage({ data: success, origin, source: null }, null, origin), undefined);
});

test('nor what is not a message', () => {
    for (const data of [
        null,
        undefined,
        'ready',
        7,
        [],
        {},
        { type: 'ready' },
        { source: 'other', type: 'ready' },
        { source, type: 'unknown' },
        { source, type: 'resize', height: '12' },
        { source, type: 'resize', height: Number.NaN },
        { source, type: 'resize', height: -1 },
        { source, type: 'success', integration: 'gorgias' },
        { source, type: 'error' },
        { source, type: 'leaving' },
    ])
        assert.equal(read(data), undefined, JSON.stringify(data));
});
