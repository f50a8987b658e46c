// The form after connecting.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
    button,
    check,
    field,
    fillForm,
    heading,
    linkTo,
    mock,
    openPage,
    picture,
    tokenOf,
    widths,
} from './support.mjs';

const question = 'Who answers?';
const done = 'Your Gorgias account is connected';

async function connect(page, token) {
    await page.goto(linkTo(token));
    await button(page, /Gorgias/).click();
    await button(page, /E-mail and API key/).click();
    await fillForm(page);
    await button(page, 'Connect Gorgias').click();
}
const select = (page, name) => page.getByRole('combobox', { name });
const sentBy = (token) =>
    mock.calls.filter((call) => call.token === `form-${token}` && call.path === '/connect/form' && call.body);

test('all kinds of questions, one that depends on another, what is missing, what the api refuses', async (t) => {
    const page = await openPage(t);
    const token = tokenOf('catalogue', '-asks');
    await connect(page, token);
    await heading(page, question).waitFor();
    await page.getByText('Your Gorgias account is connected.').waitFor();
    assert.ok(await select(page, 'Person (optional)').isDisabled());
    assert.equal(await button(page, 'Skip for now').count(), 0, 'something is required');
    await check(page, 'account-form');

    await button(page, 'Continue').click();
    await page.getByText('Choose your team.').waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('name')), 'team');
    await check(page, 'account-form-missing');

    await select(page, 'Team').selectOption({ label: 'First line' });
    await select(page, 'Person (optional)').selectOption({ label: 'Otto' });
    await select(page, 'Team').selectOption({ label: 'Experts' });
    await select(page, 'Person (optional)').locator('option', { hasText: 'Eve' }).waitFor({ state: 'attached' });
    assert.equal(await select(page, 'Person (optional)').inputValue(), '-1', 'Otto is in another team');
    await select(page, 'Person (optional)').selectOption({ label: 'Eve' });
    await select(page, 'Tone (optional)').selectOption({ label: 'Casual' });
    await page.getByRole('checkbox', { name: 'Monday' }).check();
    await page.getByRole('checkbox', { name: 'Only write drafts' }).check();
    await field(page, 'Signature').fill('taken');
    await button(page, 'Continue').click();
    await page.getByText('Signature is taken.').waitFor();
    await check(page, 'account-form-refused');
    await field(page, 'Signature').fill('Eve');
    await button(page, 'Continue').click();
    await heading(page, done).waitFor();
    assert.deepEqual(sentBy(token).at(-1).body.values, {
        team: 2,
        user: 20,
        tone: 'casual',
        days: ['mon'],
        signature: 'Eve',
        drafts: true,
    });
});

test('on a phone', async (t) => {
    const page = await openPage(t, { width: 360, height: 740, isMobile: true, hasTouch: true });
    await connect(page, tokenOf('catalogue', '-asks'));
    await heading(page, question).waitFor();
    await check(page, 'account-form-phone');
    const { scrollWidth, clientWidth } = await widths(page);
    assert.equal(scrollWidth, clientWidth, 'nothing sticks out');
});

test('what is optional may be skipped', async (t) => {
    const page = await openPage(t);
    const token = tokenOf('catalogue', '-asks-optional');
    await connect(page, token);
    await heading(page, question).waitFor();
    await button(page, 'Skip for now').click();
    await heading(page, done).waitFor();
    assert.equal(sentBy(token).length, 0);
});

test('a form that has expired is no failure: the account is connected', async (t) => {
    const page = await openPage(t);
    await connect(page, tokenOf('catalogue', '-asks-expired'));
    await heading(page, done).waitFor();
});

test('choices that cannot be loaded can be asked for again', async (t) => {
    const page = await openPage(t);
    await connect(page, tokenOf('catalogue', '-asks-unlucky'));
    await heading(page, question).waitFor();
    await page.getByText('could not be loaded').waitFor();
    await picture(page, 'account-form-unlucky');
    await button(page, 'Try again').click();
    await select(page, 'Team').selectOption({ label: 'Experts' });
});

test('the link’s own page comes after the form', async (t) => {
    const page = await openPage(t);
    await connect(page, tokenOf('catalogue', '-asks-optional-return'));
    await heading(page, question).waitFor();
    await field(page, 'Signature').fill('Eve');
    await button(page, 'Continue').click();
    await page.waitForURL(/\/returned/);
    assert.equal(new URL(page.url()).searchParams.get('result'), 'success');
});

async function frameOf(page) {
    await page.locator('iframe').waitFor();
    const frame = await (await page.locator('iframe').elementHandle()).contentFrame();
    await frame.getByRole('heading', { level: 1 }).waitFor();
    return frame;
}

test('closing the dialog while the form is open succeeds: the account is there', async (t) => {
    const page = await openPage(t);
    await page.goto(`${mock.host}/?token=${tokenOf('form', '-asks')}`);
    await button(page, 'iframe').click();
    const frame = await frameOf(page);
    await fillForm(frame);
    await button(frame, 'Connect Gorgias').click();
    await heading(frame, question).waitFor();
    assert.equal(await page.evaluate(() => window.outcomes.length), 0, 'not yet');
    await page.waitForTimeout(400);
    await check(page, 'account-form-dialog', frame);
    await button(frame, 'Close').click();
    await page.waitForFunction(() => window.outcomes.length > 0);
    assert.deepEqual(await page.evaluate(() => window.outcomes[0]), {
        result: 'success',
        integration: 'gorgias',
        integrated_account_id: 'ia_01form',
    });
    await page.locator('iframe').waitFor({ state: 'detached' });
});

test('OAuth from a dialog: the page behind the vendor’s window asks', async (t) => {
    const page = await openPage(t);
    await page.goto(`${mock.host}/?token=${tokenOf('oauth', '-asks-optional')}`);
    await button(page, 'iframe').click();
    const frame = await frameOf(page);
    await field(frame, 'Subdomain').fill('acme');
    const [vendor] = await Promise.all([page.waitForEvent('popup'), button(frame, 'Continue to Gorgias').click()]);
    await vendor.locator('#allow').click();
    await heading(frame, question).waitFor();
    await button(frame, 'Skip for now').click();
    await page.waitForFunction(() => window.outcomes.length > 0);
    assert.equal(await page.evaluate(() => window.outcomes[0].integrated_account_id), 'ia_01oauth');
});

test('OAuth in the same window: asked before it goes back to the developer', async (t) => {
    const page = await openPage(t);
    await page.goto(linkTo(tokenOf('oauth', '-asks-optional-return'), '&mode=redirect'));
    await field(page, 'Subdomain').fill('acme');
    await button(page, 'Continue to Gorgias').click();
    await page.locator('#allow').click();
    await heading(page, question).waitFor();
    await check(page, 'account-form-redirect');
    await field(page, 'Signature').fill('Eve');
    await button(page, 'Continue').click();
    await page.waitForURL(/\/returned/);
    assert.equal(new URL(page.url()).searchParams.get('integrated_account_id'), 'ia_01oauth');
});
