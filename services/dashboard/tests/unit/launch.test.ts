import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDoneMessage, labelOf, readDone, returnUrl } from '../../src/link/done.ts';
import { readLaunch, webOrigin } from '../../src/link/launch.ts';

const top = { isFramed: false, hasOpener: false };
const read = (query: string, window = top, stored?: Record<string, unknown>) =>
    readLaunch(new URLSearchParams(query), stored, window);

test('the mode is what the window really is', () => {
    assert.equal(read('mode=iframe', { isFramed: true, hasOpener: false }).mode, 'iframe');
    assert.equal(read('', { isFramed: true, hasOpener: false }).mode, 'iframe');
    assert.equal(read('mode=iframe').mode, 'redirect');
    assert.equal(read('mode=popup').mode, 'redirect');
    assert.equal(read('mode=popup', { isFramed: false, hasOpener: true }).mode, 'popup');
    assert.equal(read('mode=redirect', { isFramed: false, hasOpener: true }).mode, 'redirect');
    assert.equal(read('').mode, 'redirect');
});

test('a new link wins over the one of before; a reload needs the latter', () => {
    assert.equal(read('link_token=new', top, { token: 'old' }).token, 'new');
    assert.equal(read('', top, { token: 'old' }).token, 'old');
    assert.equal(read('', top, { token: 1 }).token, undefined);
});

test('messages go to an origin, never to anybody', () => {
    assert.equal(webOrigin('https://app.example.com'), 'https://app.example.com');
    assert.equal(webOrigin('http://localhost:3000'), 'http://localhost:3000');
    for (const text of [
        null,
        '',
        '*',
        'null',
        'https://app.example.com/',
        'https://app.example.com/x',
        'HTTPS://APP.example.com',
        'javascript:0',
        'file://',
        'https://u:p@app.example.com',
    ])
        assert.equal(webOrigin(text), undefined, String(text));
});

test('only the web is gone back to', () => {
    const success = { result: 'success', integration: 'gorgias', integrated_account_id: 'ia_1' } as const;
    assert.equal(
        returnUrl('https://app.example.com/done?x=1&result=forged#top', success),
        'https://app.example.com/done?x=1&result=success&integration=gorgias&integrated_account_id=ia_1#top',
    );
    assert.equal(
        returnUrl('https://app.example.com/', { result: 'error', error_type: 'closed' }),
        'https://app.example.com/?result=error&error_type=closed',
    );
    for (const text of [
        null,
        undefined,
        '',
        'javascript:alert(1)',
        'data:text/html,x',
        '/path',
        '//host',
        'ftp://host/',
    ])
        assert.equal(returnUrl(text, success), undefined, String(text));
});

test('what /connect/done reads from its query', () => {
    const done = readDone(
        new URLSearchParams(
            `status=active&connection=conn_1&integration=gorgias&redirect_uri=javascript:1&error_type=odd&message=${'x'.repeat(900)}`,
        ),
    );
    assert.equal(done.status, 'active');
    assert.equal(done.redirect_uri, undefined);
    assert.equal(done.error_type, 'connection_error');
    assert.equal(done.message.length, 500);
    assert.equal(readDone(new URLSearchParams('')).status, 'failed');
});

test('news of another connection are none', () => {
    assert.ok(isDoneMessage({ source: 'sluice-link-done', connection: 'conn_1' }, 'conn_1'));
    for (const data of [
        null,
        undefined,
        'x',
        {},
        { source: 'sluice-link-done', connection: 'conn_2' },
        { source: 'x', connection: 'conn_1' },
    ])
        assert.ok(!isDoneMessage(data, 'conn_1'));
});

test('a name as a label', () => assert.equal(labelOf('help_scout'), 'Help Scout'));
