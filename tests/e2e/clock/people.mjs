// What ends by itself for people: a closed door, a link, a code, a session that nobody uses, and any session.
import assert from 'node:assert/strict';

import { assertRefused } from '../support/api.mjs';
import { advance, inSeconds, now } from '../support/clock.mjs';
import { addSecondFactor, behindProxy, Browser, Team, totp } from '../support/people.mjs';
import { startApi } from '../support/product.mjs';
import { file, test } from '../support/test.mjs';

const own = await startApi(file, { settings: behindProxy });
const team = await Team.make('clock', own);
const owner = await team.signedIn('owner');
const browser = () => new Browser(own);
const hour = 3600;

test('a closed door opens a quarter of an hour after the first wrong password', async () => {
    const victim = await team.withPassword();
    const wrong = { ...victim.credentials, password: 'this is not the password' };
    for (let i = 0; i < 10; i += 1) assertRefused(await browser().signIn(wrong), 401);
    assertRefused(await browser().signIn(victim.credentials), 401);
    await advance(880);
    assertRefused(await browser().signIn(victim.credentials), 401);
    await advance(30);
    assert.equal((await browser().signIn(victim.credentials)).status, 200);
});

test('guesses at a closed door do not keep it closed', async () => {
    const victim = await team.withPassword();
    const wrong = { ...victim.credentials, password: 'this is not the password' };
    for (let i = 0; i < 11; i += 1) await browser().signIn(wrong);
    await advance(800);
    for (let i = 0; i < 3; i += 1) assertRefused(await browser().signIn(wrong), 401);
    await advance(120);
    assert.equal((await browser().signIn(victim.credentials)).status, 200);
});

test('a code that was taken is refused in its neighbouring step as well', async () => {
    const person = await team.withPassword();
    // Early in a step, as the product has it.
    await advance(30 - (Math.floor(now() / 1000) % 30) + 1);
    const { secret } = await addSecondFactor(person, now());
    const enter = (code) => browser().signIn({ ...person.credentials, code });
    const code = totp(secret, 0, now());
    assert.equal((await enter(code)).status, 200);
    await advance(30);
    assertRefused(await enter(code), 401, ['code']);
    assert.equal((await enter(totp(secret, 0, now()))).status, 200);
    await advance(30);
    assertRefused(await enter(totp(secret, -1, now())), 401, ['code']);
});

for (const [what, lifetime, make] of [
    ['a sign-in link', hour, async () => (await team.add('viewer')).secret],
    ['a reset link', hour, async () => team.resetLink((await team.withPassword()).email)],
])
    test(`${what} ends after an hour`, async () => {
        const [early, late] = [await make(), await make()];
        await advance(lifetime - 60);
        assert.equal((await browser().use(early)).status, 200);
        await advance(70);
        const refused = await browser().use(late);
        assertRefused(refused, 404);
        assert.match(refused.json.message, /new one/);
        if (what.includes('reset')) assertRefused(await browser().post('/reset/show', { secret: late }), 404);
    });

test('a session that is not used ends after twelve hours, any session after seven days, an invitation too', async () => {
    const used = await team.signedIn('viewer');
    const unused = await team.signedIn('viewer');
    const { expires_at } = (await used.ok('GET', '/session')).result[0];
    assert.ok(Math.abs(Date.parse(expires_at) - Date.parse(inSeconds(168 * hour))) < 60_000);
    const [early, late] = [await team.resetLink((await team.add('viewer')).email), await team.resetLink((await team.add('viewer')).email)];
    await advance(11 * hour);
    assert.ok(await used.isSignedIn());
    await advance(1.5 * hour);
    assertRefused(await unused.get('/me'), 401);
    for (let passed = 12.5; passed < 166; passed += 11) {
        assert.ok(await used.isSignedIn(), `after ${passed} hours`);
        await advance(11 * hour);
    }
    // 166.5 hours are over.
    assert.equal((await browser().use(early)).status, 200);
    assert.ok(await used.isSignedIn());
    await advance(2 * hour);
    assertRefused(await used.get('/me'), 401);
    assertRefused(await browser().use(late), 404);
    assertRefused(await owner.get('/me'), 401);
});
