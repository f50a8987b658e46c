// Signing in tells nobody who has an account, locks nobody out of their own, and takes each code and each link once.
import assert from 'node:assert/strict';

import { assertRefused } from './support/api.mjs';
import { send } from './support/exchange.mjs';
import { addSecondFactor, behindProxy, Browser, earlyInStep, password, Team, totp } from './support/people.mjs';
import { cli, startApi } from './support/product.mjs';
import { eventually, file, test } from './support/test.mjs';

const own = await startApi(file, { settings: { ...behindProxy, SLUICE_SIGN_IN_PER_SECOND: 10_000 } });
const team = await Team.make('sign-in', own);
const owner = await team.signedIn('owner');
const wrong = 'this is not the password';
const browser = (options) => new Browser(own, options);
const fails = async (times, entered, make = browser) => {
    for (let i = 0; i < times; i += 1) assert.equal((await make().signIn({ ...entered, password: wrong })).status, 401);
};

// Who has an account ------------------------------------------------------------------------------------------------------

/// Each way to be refused: what is entered, a new one each time so that no door closes by it.
async function refusals() {
    const people = await Promise.all(Array.from({ length: 4 }, () => team.withPassword()));
    const withoutPassword = await Promise.all(Array.from({ length: 4 }, () => team.signedIn('viewer')));
    const locked = await team.withPassword();
    await fails(11, locked.credentials);
    const inactive = await Promise.all(Array.from({ length: 4 }, () => team.withPassword()));
    for (const { id } of inactive) await owner.ok('PATCH', `/user/${id}`, { is_active: false });
    const guarded = await Promise.all(Array.from({ length: 4 }, () => team.withPassword()));
    for (const each of guarded) await addSecondFactor(each);
    const any = people[0].email;
    return {
        'a wrong password': (i) => ({ team: team.id, email: people[i % 4].email, password: wrong }),
        'a wrong password, by the name of the team': (i) => ({ team: team.name, email: people[(i + 1) % 4].email, password: wrong }),
        'nobody': (i) => ({ team: team.id, email: `nobody-${i}@people.example`, password: wrong }),
        'no team': (i) => ({ team: `no team ${i}`, email: any, password: wrong }),
        'the id of no team': (i) => ({ team: `team_0${String(i).padStart(25, '0')}`, email: any, password: wrong }),
        'a user who has no password': (i) => ({ team: team.id, email: withoutPassword[i % 4].me.user.email, password: wrong }),
        'a user at a closed door, with the right password': () => locked.credentials,
        'a user who is not active, with the right password': (i) => inactive[i % 4].credentials,
        'a user with a second factor, and a code': (i) => ({ team: team.id, email: guarded[i % 4].email, password: wrong, code: '123456' }),
    };
}

test('no answer and no time tells what was wrong', async (t) => {
    const ways = await refusals();
    const rounds = 30;
    const times = Object.fromEntries(Object.keys(ways).map((way) => [way, []]));
    const texts = new Set();
    for (let i = 0; i < rounds; i += 1)
        // All ways in turn, so that what else the machine does falls on all of them.
        for (const [way, enter] of Object.entries(ways)) {
            const from = browser();
            const started = performance.now();
            const exchange = await from.post('/session', enter(i));
            times[way].push(performance.now() - started);
            assert.equal(exchange.status, 401, way);
            assert.equal(exchange.headers['set-cookie'], undefined);
            texts.add(exchange.text);
        }
    assert.equal(texts.size, 1, `one text for all: ${[...texts].join('\n')}`);
    const median = (list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)];
    const medians = Object.entries(times).map(([way, list]) => [way, median(list)]);
    t.diagnostic(medians.map(([way, time]) => `${way}: ${time.toFixed(1)} ms`).join('; '));
    const all = medians.map(([, time]) => time);
    const ratio = Math.max(...all) / Math.min(...all);
    t.diagnostic(`slowest to quickest: ${ratio.toFixed(2)}`);
    // A hash that is left out is a factor of ten.
    assert.ok(ratio < 2, `medians differ by a factor of ${ratio.toFixed(2)}`);
});

test('asking for a reset answers the same, whoever it is for, and as quickly', async (t) => {
    const person = await team.withPassword();
    const ways = { 'a user': person.email, 'nobody': 'nobody@people.example' };
    const times = { 'a user': [], 'nobody': [] };
    const answers = new Set();
    for (let i = 0; i < 30; i += 1)
        for (const [way, email] of Object.entries(ways)) {
            const started = performance.now();
            const { status, text } = await browser().post('/reset/request', { team: i % 2 ? team.id : 'no team', email });
            times[way].push(performance.now() - started);
            answers.add(`${status} ${text}`);
        }
    assert.deepEqual([...answers], ['202 {}']);
    const median = (list) => list.sort((a, b) => a - b)[15];
    const [one, other] = [median(times['a user']), median(times.nobody)];
    t.diagnostic(`${one.toFixed(2)} ms for a user, ${other.toFixed(2)} ms for nobody`);
    assert.ok(Math.max(one, other) < 2 * Math.min(one, other) + 2);
});

test('the options of a team that is not there are those of one without providers', async () => {
    const other = await Team.make('sign-in, plain', own);
    const known = await send('GET', `${own.url}/sign-in/options?team=${other.id}`);
    const unknown = await send('GET', `${own.url}/sign-in/options?team=nobody`);
    assert.deepEqual([known.status, unknown.status], [200, 200]);
    assert.deepEqual(Object.keys(known.json), Object.keys(unknown.json));
    assert.deepEqual({ ...known.json, team: null }, unknown.json);
});

test('an invitation to an e-mail that is taken is refused inside the team only', async () => {
    const other = await Team.make('sign-in, other', own);
    const { email } = await other.add('viewer');
    assert.equal((await owner.post(`/team/${team.id}/invite`, { email, role: 'viewer' })).status, 201, 'a person may be in two teams');
    assertRefused(await owner.post(`/team/${team.id}/invite`, { email: email.toUpperCase(), role: 'viewer' }), 409);
});

// Guessing ----------------------------------------------------------------------------------------------------------------

test('after ten wrong passwords a stranger is not let in with the right one, but the victim\'s own browser is', async () => {
    const victim = await team.withPassword();
    await fails(10, victim.credentials);
    assertRefused(await browser().signIn(victim.credentials), 401);
    const home = victim.signedOut();
    assert.equal((await home.signIn(victim.credentials)).status, 200);
    // That the victim came in opens no door for strangers.
    assertRefused(await browser().signIn(victim.credentials), 401);
});

test('nine wrong passwords lock nobody out', async () => {
    const person = await team.withPassword();
    await fails(9, person.credentials);
    assert.equal((await browser().signIn(person.credentials)).status, 200);
});

test('many guesses at once are no more than one after another', async () => {
    const victim = await team.withPassword();
    const entered = Array.from({ length: 24 }, () => ({ ...victim.credentials, password: wrong }));
    await Promise.all(entered.map((each) => browser().signIn(each)));
    assertRefused(await browser().signIn(victim.credentials), 401);
});

test('the door is one for all ways to write the user and the team', async () => {
    const victim = await team.withPassword();
    const { email } = victim;
    const ways = [[team.id, email], [team.name, email], [team.id, email.toUpperCase()], [team.name, email.replace('p', 'P')], [team.id, ` ${email}`]];
    for (const [of, who] of [...ways, ...ways, ...ways]) await browser().signIn({ team: of, email: who, password: wrong });
    assertRefused(await browser().signIn(victim.credentials), 401);
});

test('a browser that knows the user has a count of its own, and one that knows another has none', async () => {
    const [victim, other] = [await team.withPassword(), await team.withPassword()];
    const device = other.signedOut();
    await fails(10, victim.credentials, () => device);
    assertRefused(await device.signIn(victim.credentials), 401);
    assertRefused(await browser().signIn(victim.credentials), 401);
    const home = victim.signedOut();
    await fails(10, victim.credentials, () => home);
    // A stolen browser may not guess for ever.
    assertRefused(await home.signIn(victim.credentials), 401);
    for (const value of ['x', 'slx_dev_x', home.cookies.get('sluice_device').slice(0, -2)])
        assertRefused(await browser({ cookies: new Map([['sluice_device', value]]) }).signIn(victim.credentials), 401);
});

test('who is locked out comes in by a reset link, which opens the door, and by a one-time link', async () => {
    const [first, second] = [await team.withPassword(), await team.withPassword()];
    await fails(11, first.credentials);
    await fails(11, second.credentials);
    assert.equal((await browser().use(await team.resetLink(first.email))).status, 200);
    assert.equal((await browser().signIn(first.credentials)).status, 200, 'the door is open');
    assert.equal((await browser().use(await team.signInLink(second.email))).status, 200);
    assertRefused(await browser().signIn(second.credentials), 401);
    assert.equal((await browser().signIn({ ...first.credentials })).status, 200, 'one door is not another\'s');
});

test('one address is told to wait before it has tried much, and others are not', async () => {
    const victim = await team.withPassword();
    const attacker = browser();
    const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => attacker.post('/session', { team: 'x', email: `a${i}@x.example`, password: wrong })));
    const refused = answers.filter(({ status }) => status === 429);
    assert.ok(refused.length > 10, `${refused.length} of 40 were told to wait`);
    for (const { headers } of refused) assert.ok(Number(headers['retry-after']) >= 1);
    assert.equal((await browser().signIn(victim.credentials)).status, 200);
});

for (const [what, closed] of [['another user', false], ['the user, which has tried too often', true]])
    test(`the cookie of ${what} takes nobody past the bound of their address`, async () => {
        const [victim, other] = [await team.withPassword(), await team.withPassword()];
        const device = (closed ? victim : other).signedOut();
        if (closed) await fails(10, victim.credentials, () => device);
        const answers = await Promise.all(Array.from({ length: 40 }, () => device.post('/session', { ...victim.credentials, password: wrong })));
        // Not by the bound of the hashes that wait, which is for all.
        const refused = answers.filter(({ status, text }) => status === 429 && text.includes('Too many are signing in'));
        assert.ok(refused.length > 10, `${refused.length} of 40 were told to wait`);
    });

// Passwords ---------------------------------------------------------------------------------------------------------------

test('passwords that are too short, too common, or the e-mail are refused, and the link stays', async () => {
    const { email } = await team.add('viewer');
    const secret = await team.resetLink(email);
    for (const weak of ['', 'short', 'elevenchars', 'passwordpassword', '123456789012', email, email.toUpperCase(), 'x'.repeat(2000)])
        assertRefused(await browser().use(secret, { password: weak }), 400, ['password']);
    assert.equal((await browser().use(secret, { password: 'öäüßéèàçñøåœ' })).status, 200);
});

test('a new password needs the old one, and a session may not guess it', async () => {
    const person = await team.withPassword();
    for (let i = 0; i < 10; i += 1)
        assertRefused(await person.post('/me/password', { current: `${wrong} ${i}`, new: `${password} new` }), 400, ['current']);
    assertRefused(await person.post('/me/password', { current: password, new: `${password} new` }), 429);
    assert.equal((await browser().signIn(person.credentials)).status, 200, 'the password is what it was');
});

test('a password may not be left out, be null, or be no text', async () => {
    const person = await team.withPassword();
    for (const bad of [undefined, null, 5, {}, { password }, [password], true])
        assertRefused(await browser().post('/session', { ...person.credentials, password: bad }), 400, ['password']);
    assertRefused(await browser().post('/session', { ...person.credentials, remember: true }), 400, ['remember']);
    assertRefused(await browser().signIn({ ...person.credentials, password: `${password} ` }), 401);
    assertRefused(await browser().signIn({ ...person.credentials, password: password.toUpperCase() }), 401);
});

// Links -------------------------------------------------------------------------------------------------------------------

const links = {
    'a sign-in link': async () => (await team.add('viewer')).secret,
    'an invitation': async () => team.resetLink((await team.add('viewer')).email),
    'a reset link': async () => team.resetLink((await team.withPassword()).email),
};
for (const [what, make] of Object.entries(links)) {
    test(`${what} works once`, async () => {
        const secret = await make();
        const first = browser();
        assert.equal((await first.use(secret)).status, 200);
        assert.ok(await first.isSignedIn());
        const again = browser();
        assertRefused(await again.use(secret), 404);
        assert.equal(again.cookies.size, 0);
    });

    test(`${what} that is used twenty times at once works once`, async () => {
        const secret = await make();
        const answers = await Promise.all(Array.from({ length: 20 }, () => browser().use(secret)));
        assert.deepEqual(answers.filter(({ status }) => status === 200).length, 1);
        for (const { status } of answers) assert.ok([200, 404, 429].includes(status), `answered ${status}`);
    });

    test(`${what} is none for another purpose, nor when it was changed`, async () => {
        const secret = await make();
        const [, kind] = secret.split('_');
        const paths = { signin: '/session/link', invite: '/invitation/accept', reset: '/reset' };
        for (const [other, path] of Object.entries(paths))
            for (const text of [secret, secret.replace(`slx_${kind}_`, `slx_${other}_`)]) {
                if (other === kind && text === secret) continue;
                const body = { secret: text, ...(other !== 'signin' && { password }) };
                if (other !== kind) assertRefused(await browser().post(path, body), 404);
            }
        for (const text of [`${secret}0`, secret.slice(0, -1), secret.toUpperCase(), `${secret.slice(0, -1)}${secret.at(-1) === 'a' ? 'b' : 'a'}`, ''])
            assert.ok([400, 404].includes((await browser().use(text.startsWith('slx') ? text : `slx_${kind}_${text}`)).status));
        assert.equal((await browser().use(secret)).status, 200, 'all that did not use it up');
    });
}

test('showing a link does not use it up, and shows what it is for', async () => {
    const { email } = await team.add('viewer');
    const secret = await team.resetLink(email);
    for (let i = 0; i < 3; i += 1) {
        const shown = await browser().post('/invitation/show', { secret });
        assert.deepEqual([shown.status, shown.json.email, shown.json.team.name], [200, email, team.name]);
    }
    assert.equal((await browser().use(secret)).status, 200);
    assertRefused(await browser().post('/invitation/show', { secret }), 404);
});

test('a new password ends the links that were made before', async () => {
    const person = await team.withPassword();
    const [first, second] = [await team.resetLink(person.email), await team.resetLink(person.email)];
    assert.equal((await browser().use(first, { password: `${password} 1` })).status, 200);
    assertRefused(await browser().use(second, { password: `${password} 2` }), 404);
});

test('no secret of a link or a session is in a log, also where somebody puts it into an address', async () => {
    const planted = [(await team.add('viewer')).secret, await team.resetLink((await team.add('viewer')).email), await team.resetLink((await team.withPassword()).email)];
    for (const secret of planted) {
        for (const path of [`/sign-in?secret=${secret}`, `/invitation/${secret}`, `/reset?x=1&secret=${secret}`, `/session/link/${secret}`, `/sign-in/options?team=${secret}`, `/oidc/start?team=${secret}`])
            await send('GET', own.url + path);
        await browser().send('POST', '/session/link', { secret, unknown: secret });
        await browser().use(secret);
        await browser().use(secret);
    }
    const person = await team.withPassword();
    await person.get('/me');
    await browser().signIn({ ...person.credentials, password: 'planted-in-the-log' });
    const last = await browser().get('/no/such/path');
    await eventually('all of it is in the log', 5, () => own.log().includes(last.headers['x-request-id']));
    const log = own.log();
    assert.ok(log.length > 0);
    for (const secret of [...planted, ...person.cookies.values(), password, 'planted-in-the-log']) assert.ok(!log.includes(secret), `the log has ${secret}`);
});

// The second factor -------------------------------------------------------------------------------------------------------

/// A new person with a second factor: `{person, secret, recoveryCodes, enter(code)}`.
async function guarded() {
    const person = await team.withPassword();
    await earlyInStep();
    const factor = await addSecondFactor(person);
    const enter = (code) => browser().signIn({ ...person.credentials, ...(code !== undefined && { code }) });
    return { person, ...factor, enter };
}

test('the second factor is asked for after the password, and only then', async () => {
    const { person, secret, enter } = await guarded();
    assertRefused(await enter(), 401, ['code']);
    assertRefused(await enter('000000' === totp(secret) ? '000001' : '000000'), 401, ['code']);
    // Whoever has no password learns nothing, also with the right code.
    const without = await browser().signIn({ ...person.credentials, password: wrong, code: totp(secret) });
    const nobody = await browser().signIn({ ...person.credentials, email: 'nobody@people.example', code: totp(secret) });
    assert.deepEqual([without.status, without.text], [401, nobody.text]);
    assert.equal((await enter(totp(secret))).status, 200, 'the code is still good');
});

test('a code is taken once: not again, not in parallel, not an older one afterwards', async () => {
    const { secret, enter } = await guarded();
    const code = totp(secret);
    const answers = await Promise.all(Array.from({ length: 8 }, () => enter(code)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    for (const refused of answers.filter(({ status }) => status !== 200)) assertRefused(refused, 401, ['code']);
    assertRefused(await enter(code), 401, ['code']);
    assertRefused(await enter(totp(secret, -1)), 401, ['code']);
});

test('a clock may be a step off, and no more', async () => {
    const { secret, enter } = await guarded();
    for (const steps of [-3, -2, 2, 3]) assertRefused(await enter(totp(secret, steps)), 401, ['code']);
    assert.equal((await enter(totp(secret, 1))).status, 200);
    assertRefused(await enter(totp(secret)), 401, ['code']);
});

test('a recovery code is taken once, also in parallel, and in any spelling', async () => {
    const { enter, recoveryCodes } = await guarded();
    assert.equal(new Set(recoveryCodes).size, 10);
    const [first, second, third] = recoveryCodes;
    const answers = await Promise.all(Array.from({ length: 8 }, () => enter(first)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    assertRefused(await enter(first), 401, ['code']);
    assert.equal((await enter(` ${second.toUpperCase()}`)).status, 200);
    assertRefused(await enter(second), 401, ['code']);
    assert.equal((await enter(third.replace('-', ''))).status, 200);
});

test('new recovery codes end the old ones', async () => {
    const { person, enter, recoveryCodes } = await guarded();
    const { recovery_codes: fresh } = await person.ok('POST', '/me/recovery-codes', { code: recoveryCodes[0] });
    assertRefused(await enter(recoveryCodes[1]), 401, ['code']);
    assert.equal((await enter(fresh[0])).status, 200);
});

test('codes are guessed no further than passwords', async () => {
    const { person, secret, enter } = await guarded();
    for (let i = 0; i < 10; i += 1) await enter(String(100_000 + i));
    assertRefused(await enter(totp(secret)), 401);
    for (let i = 0; i < 10; i += 1) await person.post('/me/recovery-codes', { code: String(100_000 + i) });
    assertRefused(await person.post('/me/recovery-codes', { code: totp(secret) }), 429);
});

test('confirming and removing it needs a code, and ends the other sessions', async () => {
    const person = await team.withPassword();
    const other = browser();
    await other.signIn(person.credentials);
    await earlyInStep();
    const { secret } = await person.ok('POST', '/me/second-factor', {});
    assert.equal((await browser().signIn(person.credentials)).status, 200, 'it is not active before it is confirmed');
    assertRefused(await person.post('/me/second-factor/confirm', { code: '000000' === totp(secret) ? '000001' : '000000' }), 400, ['code']);
    await person.ok('POST', '/me/second-factor/confirm', { code: totp(secret, -1) });
    assertRefused(await other.get('/me'), 401);
    assert.ok(await person.isSignedIn());
    assertRefused(await person.post('/me/second-factor', {}), 409);
    assertRefused(await person.post('/me/second-factor/remove', { password: wrong, code: totp(secret) }), 400, ['password']);
    assert.ok((await person.post('/me/second-factor/remove', { password, code: totp(secret, -1) })).status >= 400, 'a used code');
    await person.ok('POST', '/me/second-factor/remove', { password, code: totp(secret) });
    assert.equal((await browser().signIn(person.credentials)).status, 200);
});

test('a reset by an admin takes the second factor away; nothing else gets around it', async () => {
    const { person, enter } = await guarded();
    const link = await team.resetLink(person.email);
    assertRefused(await enter(), 401, ['code']);
    assert.equal((await browser().use(link)).status, 200);
    assert.equal((await enter()).status, 200);
    const shown = await cli('user', 'list', team.id);
    assert.ok(!JSON.stringify(shown).includes('slx_'));
});
