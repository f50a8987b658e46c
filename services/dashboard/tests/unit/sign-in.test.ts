import assert from 'node:assert/strict';
import { test } from 'node:test';
import { providerPath } from '../../src/sign-in/api.ts';
import { ownPath, readArrival } from '../../src/sign-in/arrival.ts';
import {
    explain,
    explainProviderError,
    failureOf,
    problemsIn,
    secondsOf,
    waitText,
} from '../../src/sign-in/failure.ts';
import {
    code,
    email,
    newPassword,
    password,
    problemsOf,
    recoveryCode,
    team,
    tidied,
} from '../../src/sign-in/fields.ts';
import { isEnough, isMistake, stepAfter } from '../../src/sign-in/step.ts';
import { readTeam } from '../../src/sign-in/team.ts';

const origin = 'https://sluice.example.com';
const read = (path: string) => readArrival(new URL(path, origin));
const now = Date.parse('2026-11-30T12:00:00Z');
const envelope = (message: string, ...failures: [string, string][]) => ({
    statusCode: 400,
    error: 'Error',
    message,
    details: { failures: failures.map(([path, text]) => ({ path, message: text })) },
});
const failed = (status: number, body: unknown = envelope(''), retryAfter: string | null = null) =>
    failureOf(status, body, retryAfter, now);

test('only a path of ours is returned to', () => {
    for (const path of ['/', '/accounts', '/accounts?page=2&q=a%2Fb#top', '/sign-in', '/a//b', '/%5Cevil.example'])
        assert.equal(ownPath(path, origin), path);
    for (const path of [
        null,
        '',
        'accounts',
        '//evil.example',
        '/\\evil.example',
        '/a\\b',
        '/\t/evil.example',
        '/\n/evil.example',
        '\t//evil.example',
        ' /accounts',
        '/.//evil.example',
        '/..//evil.example',
        '/a/..//evil.example',
        '/%2e//evil.example',
        'https://evil.example/',
        'https:/evil.example',
        'javascript:alert(1)',
        `${origin}/accounts`,
    ])
        assert.equal(ownPath(path, origin), undefined, String(path));
});

test('a path is returned to as browsers read it', () => {
    assert.equal(ownPath('/a/../b c', origin), '/b%20c');
});

test('the page is what the path and the link say', () => {
    assert.equal(read('/sign-in').page, 'sign-in');
    assert.equal(read('/sign-in/').page, 'sign-in');
    assert.equal(read('/sign-in#slx_signin_abc1').page, 'link');
    assert.equal(read('/invitation#slx_invite_abc1').page, 'invitation');
    assert.equal(read('/reset/#slx_reset_abc1').page, 'reset');
    assert.equal(read('/reset#slx_signin_abc1').page, 'reset');
});

test('a secret is whole and of the kind that the page takes', () => {
    assert.equal(read('/sign-in#slx_signin_Abc1').secret, 'slx_signin_Abc1');
    assert.equal(read('/invitation#slx_invite_Abc1').secret, 'slx_invite_Abc1');
    assert.equal(read('/reset#slx_reset_Abc1').secret, 'slx_reset_Abc1');
    for (const path of [
        '/invitation',
        '/invitation#slx_reset_abc1',
        '/invitation#slx_invite_',
        '/invitation#slx_invite_ab,c',
        '/reset#x_slx_reset_abc1',
        '/sign-in#slx_signin_',
        '/sign-in#slx_invite_abc1',
    ])
        assert.equal(read(path).secret, undefined, path);
});

test('team, error and way back', () => {
    const arrival = read('/sign-in?team=Acme%20Desk&return=%2Faccounts#error=expired');
    assert.deepEqual(arrival, {
        page: 'sign-in',
        team: 'Acme Desk',
        returnTo: '/accounts',
        secret: undefined,
        error: 'expired',
    });
    assert.equal(read('/sign-in?team=+').team, undefined);
    assert.equal(read('/sign-in?return=//evil.example').returnTo, undefined);
    assert.equal(read('/invitation#error=expired').error, undefined);
});

test('failures come to their fields', () => {
    const refused = failed(400, envelope('no', ['password', 'is on a list'], ['password', 'second'], ['odd', 'x']));
    assert.equal(refused.kind, 'fields');
    assert.deepEqual(problemsIn(refused, [email, newPassword]), { password: 'Password is on a list.' });
    assert.deepEqual(problemsIn(refused, [email]), {});
    assert.deepEqual(problemsIn(undefined, [email]), {});
    assert.deepEqual(explain(refused), { title: 'That was not accepted', text: 'no' });
});

test('what each answer means', () => {
    assert.equal(failed(401, envelope('wrong')).kind, 'wrong');
    assert.equal(failed(401, undefined).kind, 'wrong');
    assert.equal(failed(401, envelope('', ['code', 'is needed: …'])).kind, 'code');
    assert.equal(failed(404).kind, 'ended');
    assert.equal(failed(410).kind, 'ended');
    assert.equal(failed(400, envelope('', ['secret', 'is not valid'])).kind, 'ended');
    assert.equal(failed(429).kind, 'busy');
    assert.equal(failed(429).retryAfterS, undefined);
    assert.equal(failed(429, undefined, '30').retryAfterS, 30);
    assert.equal(failed(503, undefined, '30').kind, 'busy');
    assert.equal(failed(503).kind, 'ours');
    assert.equal(failed(400).kind, 'refused');
    assert.equal(failed(403, envelope('not from here')).kind, 'refused');
    assert.equal(failed(500, envelope('SQLSTATE 42P01')).message, '');
});

test('every failure has words, and a text of the api where it is for people', () => {
    for (const status of [400, 401, 403, 404, 429, 500]) assert.notEqual(explain(failed(status)).title, '');
    assert.equal(explain(failed(401, envelope('Try again in 5 minutes.'))).text, 'Try again in 5 minutes.');
    assert.equal(explain(failed(401)).text, 'The e-mail, the password or the team is wrong.');
});

test('an answer that is no envelope is none', () => {
    for (const body of [null, 'text', 3, [], { details: null }, { details: { failures: [null, 3, {}] } }])
        assert.equal(failed(401, body).kind, 'wrong');
});

test('when to try again', () => {
    assert.equal(secondsOf('120', now), 120);
    assert.equal(secondsOf(' 7 ', now), 7);
    assert.equal(secondsOf('Mon, 30 Nov 2026 12:00:30 GMT', now), 30);
    for (const text of [null, '', '0', '-5', 'soon', 'Mon, 30 Nov 2026 11:00:00 GMT'])
        assert.equal(secondsOf(text, now), undefined, String(text));
    assert.equal(waitText(1), 'in 1 second');
    assert.equal(waitText(90), 'in 90 seconds');
    assert.equal(waitText(91), 'in 2 minutes');
    assert.equal(waitText(5401), 'in 2 hours');
});

test('the reasons of a provider, and only those', () => {
    for (const reason of ['unknown_flow', 'not_granted', 'refused', 'provider_off', 'provider_failed', 'not_invited', 'not_signed_in', 'conflict', 'invitation_over', 'unavailable'])
        assert.notDeepEqual(explainProviderError(reason), explainProviderError(''), reason);
    for (const reason of ['odd', 'constructor', '__proto__'])
        assert.deepEqual(explainProviderError(reason), explainProviderError(''), reason);
});

test('the step after a failure', () => {
    const needed = failed(401, envelope('', ['code', 'is needed']));
    assert.equal(stepAfter(needed, 'start'), 'code');
    assert.equal(isMistake(needed, 'start'), false);
    assert.equal(stepAfter(needed, 'code'), 'code');
    assert.equal(isMistake(needed, 'code'), true);
    assert.equal(stepAfter(failed(401), 'code'), 'start');
    assert.equal(stepAfter(failed(400, envelope('', ['email', 'is wrong'])), 'code'), 'start');
    assert.equal(stepAfter(failed(400, envelope('', ['code', 'is too long'])), 'code'), 'code');
    for (const status of [429, 500, 404]) {
        assert.equal(stepAfter(failed(status), 'start'), 'start');
        assert.equal(stepAfter(failed(status), 'code'), 'code', String(status));
        assert.equal(isMistake(failed(status), 'start'), true);
    }
});

test('who is signed in need not sign in again, but for another team', () => {
    const me = {
        user: { email: 'a@b.example', name: '', role: 'viewer', environment_ids: null },
        team: { id: 'team_1', name: 'Acme' },
        environments: [],
    };
    assert.equal(isEnough(me, undefined), true);
    assert.equal(isEnough(me, 'team_1'), true);
    assert.equal(isEnough(me, 'Acme'), true);
    assert.equal(isEnough(me, 'Other'), false);
});

test('what is missing or cannot be right', () => {
    assert.deepEqual(problemsOf([team, email, password], {}), {
        team: 'Enter the team.',
        email: 'Enter your e-mail.',
        password: 'Enter your password.',
    });
    assert.deepEqual(problemsOf([email, password], { email: 'ann', password: 'x' }), {
        email: 'Enter the whole e-mail address.',
    });
    assert.deepEqual(problemsOf([newPassword], { password: 'elevenchars' }), {
        password: 'Use at least 12 characters.',
    });
    assert.deepEqual(problemsOf([newPassword], { password: 'twelve chars' }), {});
    assert.deepEqual(Object.keys(problemsOf([newPassword], { password: '😀'.repeat(11) })), ['password']);
    assert.deepEqual(Object.keys(problemsOf([code], { code: 'abcd-efgh' })), ['code']);
    assert.deepEqual(problemsOf([code], { code: '012345' }), {});
    assert.deepEqual(problemsOf([recoveryCode], { code: 'abcd-efgh' }), {});
});

test('what copying adds goes, but a password stays as it is', () => {
    const values = { team: ' Acme Desk ', email: ' ann@acme.example\n', password: '  two spaces ', code: ' 123 456 ' };
    assert.deepEqual(tidied([team, email, password, code], values), {
        team: 'Acme Desk',
        email: 'ann@acme.example',
        password: '  two spaces ',
        code: '123456',
    });
});

test('a remembered team is an id and a name', () => {
    assert.deepEqual(readTeam('{"id":"team_1","name":"Acme","more":1}'), { id: 'team_1', name: 'Acme' });
    for (const text of [null, '', 'x', 'null', '3', '[]', '{"id":1,"name":"x"}', '{"id":"","name":"x"}'])
        assert.equal(readTeam(text), undefined, String(text));
});

test('the way to a provider comes back to where one wanted to go', () => {
    assert.equal(
        providerPath('team_1', 'idp_1', '/accounts?x=1&y=2'),
        '/oidc/start?team=team_1&provider=idp_1&return=%2Faccounts%3Fx%3D1%26y%3D2',
    );
    assert.match(providerPath('A & B', 'idp_1', undefined), /team=A\+%26\+B&.*return=%2Fsign-in$/);
});
