// Signing in, an invitation, a new password.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recoveryCode, rightCode, rightPassword } from '../people.mjs';
import { button, check, field, focused, heading, mock, openPage, tokenOf, widths } from './support.mjs';

const ann = 'ann@acme.example';
const toAcme = 'Sign in to Acme Desk';
const asAnn = 'You are signed in as Ann Fox';
const at = (path) => `${mock.link}${path}`;
/** A secret that the mock takes once; `does` says how it goes. */
const secretOf = (kind, does = 'good') => tokenOf(`slx_${kind}_${does}`).replace('-', '');
const passwordField = (page) => page.getByLabel('Password', { exact: true });
const link = (page, name) => page.getByRole('link', { name });
const focusedName = (page) => page.evaluate(() => document.activeElement?.getAttribute('name'));
const sentTo = (path, from = 0) =>
    mock.calls
        .slice(from)
        .filter((call) => call.path === path && call.body !== undefined)
        .map(({ body }) => body);

async function open(page, path = '/sign-in?team=acme', title = toAcme) {
    await page.goto(at(path));
    await heading(page, title).waitFor();
}
async function enter(page, { email = ann, password = rightPassword } = {}) {
    await field(page, 'E-mail').fill(email);
    await passwordField(page).fill(password);
    await button(page, 'Sign in').click();
}

const sizes = { wide: [1280, 900], tablet: [800, 900], phone: [390, 844] };
/** Pictures and axe at every size, in the theme of the page; nothing may stick out. */
async function show(page, name) {
    const { matches } = await page.evaluate(() => ({ matches: matchMedia('(prefers-color-scheme: dark)').matches }));
    for (const [size, [width, height]] of Object.entries(sizes)) {
        await page.setViewportSize({ width, height });
        await page.waitForFunction((wanted) => innerWidth === wanted, width);
        await page.evaluate(
            () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
        );
        await check(page, `sign-in-${name}-${size}-${matches ? 'dark' : 'light'}`);
        const { scrollWidth, clientWidth } = await widths(page);
        assert.equal(scrollWidth, clientWidth, `${name}, ${size}: nothing sticks out`);
    }
}

const states = {
    team: (page) => open(page),
    teamless: (page) => open(page, '/sign-in', 'Sign in'),
    plain: (page) => open(page, '/sign-in?team=plain', 'Sign in to Plain'),
    long: (page) => open(page, '/sign-in?team=long', /^Sign in to Donau/),
    missing: async (page) => {
        await open(page, '/sign-in', 'Sign in');
        await button(page, 'Sign in').click();
        await page.getByText('Enter the team.').waitFor();
    },
    wrong: async (page) => {
        await open(page);
        await enter(page, { password: 'not this one' });
        await page.getByText('You could not be signed in').waitFor();
    },
    busy: async (page) => {
        await open(page);
        await enter(page, { email: 'jam@acme.example' });
        await page.getByText('Try again in 3 minutes.').waitFor();
    },
    denied: (page) => open(page, '/sign-in?team=acme#error=not_granted'),
    'code-asked': async (page) => {
        await open(page);
        await enter(page, { email: 'two@acme.example' });
        await heading(page, 'Enter your code').waitFor();
    },
    'code-wrong': async (page) => {
        await states['code-asked'](page);
        await field(page, 'Code').fill('000000');
        await button(page, 'Sign in').click();
        await page.getByText('Code is wrong or was used.').waitFor();
    },
    recovery: async (page) => {
        await states['code-asked'](page);
        await button(page, 'Use a recovery code').click();
        await heading(page, 'Enter a recovery code').waitFor();
    },
    forgot: async (page) => {
        await open(page);
        await button(page, 'Forgot password?').click();
        await heading(page, 'Forgot your password?').waitFor();
    },
    sent: async (page) => {
        await states.forgot(page);
        await field(page, 'E-mail').fill(ann);
        await button(page, 'Send the link').click();
        await heading(page, 'Look into your mail').waitFor();
    },
    nomail: async (page) => {
        await open(page, '/sign-in?team=nomail', 'Sign in to Letterless');
        await button(page, 'Forgot password?').click();
        await heading(page, 'Ask an admin of your team').waitFor();
    },
    'signed-in': async (page) => {
        await open(page);
        await enter(page);
        await heading(page, asAnn).waitFor();
    },
    'signed-in-few': async (page) => {
        await open(page);
        await enter(page, { email: 'few@acme.example' });
        await heading(page, asAnn).waitFor();
    },
    'signed-out': async (page) => {
        await states['signed-in'](page);
        await button(page, 'Sign out').click();
        await page.getByText('You are signed out.').waitFor();
    },
    link: (page) => open(page, `/sign-in#${secretOf('signin')}`, 'Sign in with this link'),
    'link-ended': async (page) => {
        await open(page, `/sign-in#${secretOf('signin', 'ended')}`, 'Sign in with this link');
        await button(page, 'Continue').click();
        await heading(page, 'This link no longer works').waitFor();
    },
    invitation: (page) => open(page, `/invitation#${secretOf('invite')}`, 'Join Acme Desk'),
    'invitation-missing': async (page) => {
        await states.invitation(page);
        await passwordField(page).fill('short');
        await button(page, 'Join').click();
        await page.getByText('Use at least 12 characters.').waitFor();
    },
    'invitation-ended': (page) =>
        open(page, `/invitation#${secretOf('invite', 'ended')}`, 'This invitation no longer works'),
    reset: (page) => open(page, `/reset#${secretOf('reset')}`, 'Set a new password'),
    'reset-refused': async (page) => {
        await states.reset(page);
        await passwordField(page).fill('passwordpassword');
        await button(page, 'Set password').click();
        await page.getByText('Password is on a list of stolen passwords.').waitFor();
    },
    'reset-ended': (page) => open(page, `/reset#${secretOf('reset', 'ended')}`, 'This link no longer works'),
    incomplete: (page) => open(page, '/reset', 'The link is not complete'),
    unloaded: async (page) => {
        await page.route('**/me', (route) => route.fulfill({ status: 503, body: 'later' }));
        await open(page, '/sign-in', 'This page could not be loaded');
    },
};
for (const [name, reach] of Object.entries(states))
    for (const colorScheme of ['light', 'dark'])
        test(`${name}, ${colorScheme}: at every size`, async (t) => {
            const page = await openPage(t, { colorScheme });
            await reach(page);
            await show(page, name);
        });

test('e-mail and password sign in; the team is remembered and nothing else', async (t) => {
    const page = await openPage(t);
    const from = mock.calls.length;
    await open(page, '/sign-in', 'Sign in');
    assert.equal(await focused(page), 'Sign in');
    await field(page, 'Team').fill(' Acme Desk ');
    await enter(page, { email: ` ${ann} ` });
    await heading(page, asAnn).waitFor();
    assert.equal(await focused(page), asAnn);
    await page.getByText(`${ann}, of team Acme Desk`).waitFor();
    assert.deepEqual(sentTo('/session', from), [{ team: 'Acme Desk', email: ann, password: rightPassword }]);
    assert.deepEqual(await page.locator('dd').allTextContents(), ['Admin', 'Allproductionstaging']);
    const kept = await page.evaluate(() => [{ ...localStorage }, { ...sessionStorage }, location.href]);
    assert.deepEqual(kept, [{ 'sluice-team': '{"id":"team_01acme","name":"Acme Desk"}' }, {}, at('/sign-in')]);
    await page.reload();
    await heading(page, asAnn).waitFor();
    await button(page, 'Sign out').click();
    await heading(page, toAcme).waitFor();
    assert.equal(await focused(page), toAcme);
    await page.reload();
    await heading(page, toAcme).waitFor();
    await enter(page);
    await heading(page, asAnn).waitFor();
    assert.equal(sentTo('/session', from).at(-1).team, 'team_01acme');
});

test('another team can be entered, and its providers come up', async (t) => {
    const page = await openPage(t);
    await open(page, '/sign-in?team=plain', 'Sign in to Plain');
    assert.equal(await link(page, /^Continue with/).count(), 0);
    await button(page, 'Another team').click();
    await heading(page, 'Sign in').waitFor();
    assert.equal(await field(page, 'Team').inputValue(), '');
    await field(page, 'Team').fill('Acme Desk');
    await field(page, 'E-mail').focus();
    await link(page, 'Continue with Okta').waitFor();
    assert.equal(await focusedName(page), 'email');
    await field(page, 'Team').fill('Plain');
    await field(page, 'E-mail').focus();
    await link(page, 'Continue with Okta').waitFor({ state: 'detached' });
});

test('a team that is not known is asked for again, with what the address said', async (t) => {
    const page = await openPage(t);
    await open(page, '/sign-in?team=nobody', 'Sign in');
    assert.equal(await field(page, 'Team').inputValue(), 'nobody');
    await open(page, '/sign-in?team=fault', 'Sign in');
    assert.equal(await field(page, 'Team').inputValue(), 'fault');
});

test('nothing is hidden in the name of a team', async (t) => {
    const page = await openPage(t);
    await open(page, '/sign-in?team=hidden', 'Sign in to Acme⟨U+202E⟩ksed');
});

test('what is missing gets the focus, nothing is sent, nothing is lost', async (t) => {
    const page = await openPage(t);
    const from = mock.calls.length;
    await open(page);
    await field(page, 'E-mail').fill('ann');
    await button(page, 'Sign in').click();
    await page.getByText('Enter the whole e-mail address.').waitFor();
    assert.equal(await focusedName(page), 'email');
    await field(page, 'E-mail').fill(ann);
    assert.equal(await page.getByText('Enter the whole e-mail address.').count(), 0);
    await button(page, 'Sign in').click();
    assert.equal(await focusedName(page), 'password');
    assert.equal(sentTo('/session', from).length, 0);
    await passwordField(page).fill('wrong one');
    await page.keyboard.press('Enter');
    await page.getByText('You could not be signed in').waitFor();
    assert.match(await focused(page), /You could not be signed in.*too many attempts/s);
    assert.equal(await passwordField(page).inputValue(), 'wrong one');
    await enter(page, { email: 'odd@acme.example' });
    await page.getByText('E-mail must be an e-mail address.').waitFor();
    assert.equal(await focusedName(page), 'email');
    assert.equal(await page.getByText('You could not be signed in').count(), 0);
    await enter(page, { email: 'fault@acme.example' });
    await page.getByText('Something went wrong on our side').waitFor();
    await page.context().setOffline(true);
    await enter(page);
    await page.getByText('There was no answer').waitFor();
    await page.context().setOffline(false);
    await button(page, 'Sign in').click();
    await heading(page, asAnn).waitFor();
});

test('a second click sends nothing more', async (t) => {
    const page = await openPage(t);
    const from = mock.calls.length;
    await open(page);
    await field(page, 'E-mail').fill(ann);
    await passwordField(page).fill(rightPassword);
    await button(page, 'Sign in').dblclick();
    await heading(page, asAnn).waitFor();
    assert.equal(sentTo('/session', from).length, 1);
});

test('when to try again is said, and that it is time', async (t) => {
    const page = await openPage(t);
    await open(page);
    await enter(page, { email: 'busy@acme.example' });
    await page.getByText('Try again in 2 seconds.').waitFor();
    assert.match(await focused(page), /Please wait/);
    await page.getByText('You can try again now.').waitFor();
    await button(page, 'Forgot password?').click();
    await field(page, 'E-mail').fill('busy@acme.example');
    await button(page, 'Send the link').click();
    await page.getByText('Try again in 2 hours.').waitFor();
});

test('the code: asked for once the password is right, wrong, right', async (t) => {
    const page = await openPage(t);
    const from = mock.calls.length;
    await states['code-asked'](page);
    assert.equal(await focusedName(page), 'code');
    const input = field(page, 'Code');
    assert.equal(await input.getAttribute('autocomplete'), 'one-time-code');
    assert.equal(await input.getAttribute('inputmode'), 'numeric');
    assert.equal(await page.locator('[aria-invalid=true], [role=alert]').count(), 0, 'it is no mistake');
    await page.keyboard.press('Enter');
    await page.getByText('Enter the code.').waitFor();
    await input.fill('000000');
    await page.keyboard.press('Enter');
    await page.getByText('Code is wrong or was used.').waitFor();
    assert.equal(await focusedName(page), 'code');
    await input.fill('123 456');
    await page.keyboard.press('Enter');
    await heading(page, asAnn).waitFor();
    const two = { team: 'team_01acme', email: 'two@acme.example', password: rightPassword };
    assert.deepEqual(sentTo('/session', from), [two, { ...two, code: '000000' }, { ...two, code: rightCode }]);
});

test('a recovery code instead; back to the password, with what was entered', async (t) => {
    const page = await openPage(t);
    await states['code-wrong'](page);
    await button(page, 'Use a recovery code').click();
    await heading(page, 'Enter a recovery code').waitFor();
    assert.equal(await focusedName(page), 'code');
    assert.equal(await field(page, 'Recovery code').getAttribute('inputmode'), 'text');
    assert.equal(await page.getByText('Code is wrong or was used.').count(), 0, 'that was another code');
    await field(page, 'Recovery code').fill('aaaa-aaaa');
    await button(page, 'Sign in').click();
    await page.getByText('You could not be signed in').waitFor();
    await heading(page, toAcme).waitFor();
    assert.match(await focused(page), /You could not be signed in/);
    assert.equal(await field(page, 'E-mail').inputValue(), 'two@acme.example');
    await button(page, 'Sign in').click();
    await heading(page, 'Enter your code').waitFor();
    await page.goBack();
    await heading(page, toAcme).waitFor();
    assert.equal(await page.getByRole('alert').count(), 0);
    await page.goForward();
    await field(page, 'Code').fill('000000');
    await button(page, 'Sign in').click();
    await page.getByText('Code is wrong or was used.').waitFor();
    await button(page, 'Back').click();
    await heading(page, toAcme).waitFor();
    assert.equal(await page.getByRole('alert').count(), 0, 'that was the code');
    await button(page, 'Sign in').click();
    await button(page, 'Use a recovery code').click();
    await field(page, 'Recovery code').fill(` ${recoveryCode} `);
    await button(page, 'Sign in').click();
    await heading(page, asAnn).waitFor();
});

test('a forgotten password: the same words for everybody', async (t) => {
    const page = await openPage(t);
    const from = mock.calls.length;
    await open(page, '/sign-in', 'Sign in');
    await field(page, 'E-mail').fill('nobody@acme.example');
    await button(page, 'Forgot password?').click();
    await heading(page, 'Forgot your password?').waitFor();
    assert.equal(await field(page, 'E-mail').inputValue(), 'nobody@acme.example');
    await button(page, 'Send the link').click();
    await page.getByText('Enter the team.').waitFor();
    assert.equal(await focusedName(page), 'team');
    await field(page, 'Team').fill('acme');
    await button(page, 'Send the link').click();
    await heading(page, 'Look into your mail').waitFor();
    await page.getByText('If nobody@acme.example is a user of this team, a mail with a link is on its way.').waitFor();
    assert.deepEqual(sentTo('/reset/request', from), [{ team: 'acme', email: 'nobody@acme.example' }]);
    await button(page, 'Back to sign in').click();
    await heading(page, 'Sign in').waitFor();
    await states.nomail(page);
    assert.equal(sentTo('/reset/request', from).length, 1, 'nothing is asked for where no mail is sent');
});

test('a provider signs in and leads back; what it refuses is said', async (t) => {
    const page = await openPage(t);
    await open(page, '/sign-in?team=acme&return=%2Felsewhere%3Fx%3D1');
    await link(page, 'Continue with Microsoft Entra').click();
    await page.getByText('Sign-in was cancelled').waitFor();
    assert.match(await focused(page), /Sign-in was cancelled/);
    assert.equal(new URL(page.url()).hash, '');
    await link(page, 'Continue with Okta').click();
    await page.waitForURL(at('/elsewhere?x=1'));
    const starts = mock.calls.filter(({ path }) => path === '/oidc/start').map(({ query }) => query);
    assert.deepEqual(starts.at(-1), { team: 'team_01acme', provider: 'idp_okta', return: '/elsewhere?x=1' });
});

for (const [code, text] of Object.entries({
    not_invited: 'Nobody here is linked with you yet',
    provider_failed: 'The provider could not sign you in',
    unknown_flow: 'That took too long',
    provider_off: 'You cannot sign in this way',
    '%3Cb%3Eodd': 'You could not be signed in',
}))
    test(`#error=${code} is said in words`, async (t) => {
        const page = await openPage(t);
        await open(page, `/sign-in?team=acme#error=${code}`);
        await page.getByText(text).waitFor();
        assert.equal(new URL(page.url()).hash, '');
    });

test('one returns to a path of ours, also when signed in already, and to no other', async (t) => {
    const page = await openPage(t);
    await open(page, '/sign-in?team=acme&return=/elsewhere');
    await enter(page);
    await heading(page, 'Elsewhere').waitFor();
    await page.goto(at('/sign-in?return=/elsewhere'));
    await heading(page, 'Elsewhere').waitFor();
    for (const evil of ['//evil.example', '/%5Cevil.example', '/%09/evil.example', 'https://evil.example']) {
        await page.goto(at(`/sign-in?return=${evil}`));
        await heading(page, asAnn).waitFor();
        assert.equal(page.url(), at('/sign-in'));
    }
    await open(page, '/sign-in?team=plain&return=/elsewhere', 'Sign in to Plain');
});

test('a link that signs in: nothing is sent before the click, the secret leaves the address', async (t) => {
    const page = await openPage(t);
    const from = mock.calls.length;
    const secret = secretOf('signin');
    await open(page, `/sign-in?return=/elsewhere#${secret}`, 'Sign in with this link');
    assert.equal(page.url(), at('/sign-in?return=/elsewhere'));
    await page.waitForTimeout(200);
    assert.equal(mock.calls.length, from);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await heading(page, 'Elsewhere').waitFor();
    assert.deepEqual(sentTo('/session/link', from), [{ secret }]);
    // Used: another link in the same window is read although nothing is loaded.
    await open(page, `/sign-in#${secret}`, 'Sign in with this link');
    await button(page, 'Continue').click();
    await heading(page, 'This link no longer works').waitFor();
    await page.evaluate((next) => location.assign(`#${next}`), secretOf('signin', 'two'));
    await heading(page, 'Sign in with this link').waitFor();
    assert.equal(page.url(), at('/sign-in'));
    await button(page, 'Continue').click();
    await heading(page, 'Enter your code').waitFor();
    await field(page, 'Code').fill(rightCode);
    await button(page, 'Sign in').click();
    await heading(page, asAnn).waitFor();
});

test('an invitation, with the keyboard alone', async (t) => {
    const page = await openPage(t);
    const from = mock.calls.length;
    const secret = secretOf('invite');
    await open(page, `/invitation#${secret}`, 'Join Acme Desk');
    assert.equal(page.url(), at('/invitation'));
    assert.equal(await field(page, 'E-mail').inputValue(), 'bo@acme.example');
    assert.equal(await field(page, 'E-mail').getAttribute('autocomplete'), 'username');
    assert.equal(await passwordField(page).getAttribute('autocomplete'), 'new-password');
    await page.getByText('At least 12 characters').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    assert.equal(await focusedName(page), 'name');
    await page.keyboard.press('Enter');
    await page.getByText('Enter your name.').waitFor();
    assert.equal(await focusedName(page), 'name');
    await page.keyboard.type('Bo Li');
    await page.keyboard.press('Tab');
    assert.equal(await focusedName(page), 'password');
    await page.keyboard.insertText('passwordpassword');
    await page.keyboard.press('Enter');
    await page.getByText('Password is on a list of stolen passwords.').waitFor();
    assert.equal(await focusedName(page), 'password');
    assert.equal(await page.getByRole('alert').count(), 0, 'it is said once');
    assert.equal(await field(page, 'Name').inputValue(), 'Bo Li');
    assert.equal(await passwordField(page).inputValue(), 'passwordpassword');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    assert.equal(await passwordField(page).getAttribute('type'), 'text');
    await button(page, 'Hide Password').click();
    assert.equal(await passwordField(page).getAttribute('type'), 'password');
    await passwordField(page).fill(rightPassword);
    await page.keyboard.press('Enter');
    await heading(page, 'You are signed in as Bo Li').waitFor();
    assert.deepEqual(sentTo('/invitation/show', from), [{ secret }]);
    assert.deepEqual(sentTo('/invitation/accept', from).at(-1), { secret, name: 'Bo Li', password: rightPassword });
    assert.equal(page.url(), at('/sign-in'));
    await open(page, `/invitation#${secret}`, 'This invitation no longer works');
    await link(page, 'Go to sign in').click();
    await heading(page, 'You are signed in as Bo Li').waitFor();
});

test('a password can be pasted', async (t) => {
    const page = await openPage(t, { permissions: ['clipboard-read', 'clipboard-write'] });
    await states.invitation(page);
    await page.evaluate(() => navigator.clipboard.writeText('from the password manager'));
    await passwordField(page).focus();
    await page.keyboard.press('Control+V');
    assert.equal(await passwordField(page).inputValue(), 'from the password manager');
});

test('a new password, also with the second factor', async (t) => {
    const page = await openPage(t);
    const from = mock.calls.length;
    const secret = secretOf('reset', 'two');
    await open(page, `/reset#${secret}`, 'Set a new password');
    assert.equal(page.url(), at('/reset'));
    assert.equal(await field(page, 'Name').count(), 0);
    await passwordField(page).fill(rightPassword);
    await button(page, 'Set password').click();
    await heading(page, 'Enter your code').waitFor();
    await field(page, 'Code').fill(rightCode);
    await button(page, 'Sign in').click();
    await heading(page, /^You are signed in/).waitFor();
    assert.deepEqual(sentTo('/reset', from), [
        { secret, password: rightPassword },
        { secret, password: rightPassword, code: rightCode },
    ]);
    await open(page, `/reset#${secret}`, 'This link no longer works');
});

test('a link that ends while its page is open; one that could not be read at first', async (t) => {
    const page = await openPage(t);
    await open(page, `/reset#${secretOf('reset', 'vanishes')}`, 'Set a new password');
    await passwordField(page).fill(rightPassword);
    await button(page, 'Set password').click();
    await heading(page, 'This link no longer works').waitFor();
    await open(page, `/invitation#${secretOf('invite', 'unlucky')}`, 'This page could not be loaded');
    await button(page, 'Try again').click();
    await heading(page, 'Join Acme Desk').waitFor();
    await page.reload();
    await heading(page, 'The link is not complete').waitFor();
});

test('no secret and no password gets into an address, the console or the storage', async (t) => {
    const page = await openPage(t);
    const seen = [];
    page.on('request', (request) => seen.push(request.url(), JSON.stringify(request.headers())));
    page.on('console', (message) => seen.push(message.text()));
    const secret = secretOf('invite');
    await open(page, `/invitation#${secret}`, 'Join Acme Desk');
    await field(page, 'Name').fill('Bo');
    await passwordField(page).fill(rightPassword);
    await button(page, 'Join').click();
    await heading(page, 'You are signed in as Bo').waitFor();
    const ofDocument = seen.findIndex((text) => text.endsWith(`/invitation#${secret}`));
    if (ofDocument >= 0) seen.splice(ofDocument, 1);
    seen.push(await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state])));
    seen.push(
        await page.evaluate(() =>
            JSON.stringify(
                performance
                    .getEntries()
                    .map(({ name }) => name)
                    .slice(1),
            ),
        ),
    );
    for (const text of seen) assert.ok(!text.includes(secret) && !text.includes(rightPassword), text);
});

test('sign-in that cannot be asked about is loaded again', async (t) => {
    const page = await openPage(t);
    await page.route('**/me', (route) => route.fulfill({ status: 503, body: 'later' }), { times: 1 });
    await open(page, '/sign-in?team=acme', 'This page could not be loaded');
    await button(page, 'Try again').click();
    await heading(page, toAcme).waitFor();
});

test('signing out that did not arrive can be sent again', async (t) => {
    const page = await openPage(t);
    await states['signed-in'](page);
    await page.route('**/session/current', (route) => route.fulfill({ status: 500, body: '' }), { times: 1 });
    await button(page, 'Sign out').click();
    await page.getByText('Something went wrong on our side').waitFor();
    await button(page, 'Sign out').click();
    await page.getByText('You are signed out.').waitFor();
});
