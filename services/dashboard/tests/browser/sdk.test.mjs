// sluice-link.js on another site's page: dialog, container, popup, redirect; OAuth in a window of its own.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { button, check, fillForm, heading, linkTo, mock, openPage, picture, tokenOf } from './support.mjs';

const wants = 'Acme Desk wants to connect your Gorgias account';
const success = (account) => ({ result: 'success', integration: 'gorgias', integrated_account_id: account });
const failure = (type) => ({ name: 'SluiceLinkError', error_type: type, isError: true });

async function openHost(t, name, options = {}, prepare = () => undefined) {
    const page = await openPage(t, options);
    await prepare(page.context());
    const token = tokenOf(name, options.more);
    await page.goto(`${mock.host}/?token=${token}`);
    return { page, token };
}

/** The Link UI inside the page. */
async function frameOf(page) {
    await page.locator('iframe').waitFor();
    const frame = await (await page.locator('iframe').elementHandle()).contentFrame();
    await frame.getByRole('heading', { level: 1 }).waitFor();
    // Until the frame has its size it moves, and a click may miss.
    await frame.waitForFunction(
        () => Math.abs(innerHeight - document.querySelector('main').offsetHeight) < 2 || innerHeight > 600,
    );
    return frame;
}

async function outcome(page) {
    await page.waitForFunction(() => window.outcomes.length > 0);
    return page.evaluate(() => window.outcomes[0]);
}

const popupFrom = async (page, act) => (await Promise.all([page.waitForEvent('popup'), act()]))[0];

test('a dialog: a form, and the account', async (t) => {
    const { page, token } = await openHost(t, 'form');
    await button(page, 'iframe').click();
    const frame = await frameOf(page);
    assert.ok(await page.getByRole('dialog', { name: 'Connect an account' }).isVisible());
    assert.ok(!frame.url().includes(token));
    assert.equal(await page.evaluate(() => sessionStorage.length), 0);
    await page.waitForTimeout(400);
    await check(page, 'dialog-form', frame);
    const heights = await Promise.all([
        page.locator('iframe').evaluate((element) => element.offsetHeight),
        frame.evaluate(() => document.documentElement.scrollHeight),
    ]);
    assert.equal(heights[0], heights[1], 'the dialog is as high as what it shows');
    await fillForm(frame);
    await button(frame, 'Connect Gorgias').click();
    await heading(frame, /is connected/).waitFor();
    assert.deepEqual(await outcome(page), success('ia_01form'));
    await check(page, 'dialog-done', frame);
    await page.locator('iframe').waitFor({ state: 'detached' });
    assert.equal(await page.evaluate(() => document.documentElement.style.overflow), '');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'iframe', 'the focus is where it was');
});

test('in a dialog one may type at once', async (t) => {
    const { page } = await openHost(t, 'form');
    await button(page, 'iframe').click();
    const frame = await frameOf(page);
    await page.waitForTimeout(400);
    await page.keyboard.type('acme');
    assert.equal(await frame.getByRole('textbox', { name: 'Subdomain' }).inputValue(), 'acme');
});

test('closing the dialog: our button, Escape inside, Escape outside, abort', async (t) => {
    const { page } = await openHost(t, 'catalogue');
    const ways = [
        (frame) => button(frame, 'Close').click(),
        // A real key would be answered by the frame that it removes, that is at times never.
        (frame) => frame.locator('h1').dispatchEvent('keydown', { key: 'Escape' }),
        async () => {
            await page.evaluate(() => document.activeElement.blur());
            await page.keyboard.press('Escape');
        },
        () => page.evaluate(() => window.abort()),
    ];
    for (const [index, close] of ways.entries()) {
        await button(page, 'iframe').click();
        const frame = await frameOf(page);
        await close(frame);
        await page.locator('iframe').waitFor({ state: 'detached' });
        await page.waitForFunction((count) => window.outcomes.length === count, index + 1);
    }
    assert.deepEqual(
        await page.evaluate(() => window.outcomes),
        ways.map(() => failure('closed')),
    );
});

test('Escape in a search takes back the search, not the dialog', async (t) => {
    const { page } = await openHost(t, 'many');
    await button(page, 'iframe').click();
    const frame = await frameOf(page);
    const search = frame.getByRole('searchbox', { name: 'Search' });
    await search.fill('hub');
    await page.keyboard.press('Escape');
    assert.equal(await search.inputValue(), '');
    assert.deepEqual(await page.evaluate(() => window.outcomes), []);
    await search.dispatchEvent('keydown', { key: 'Escape' });
    assert.deepEqual(await outcome(page), failure('closed'));
});

test('the keyboard stays in the dialog', async (t) => {
    const { page } = await openHost(t, 'catalogue');
    await page.locator('#iframe').press('Enter');
    await frameOf(page);
    for (let count = 0; count < 12; count += 1) {
        await page.keyboard.press('Tab');
        const where = await page.evaluate(() => document.activeElement.tagName);
        assert.ok(['DIV', 'BODY'].includes(where), `${where} is behind the dialog`);
    }
});

test('a link that is used up, told when the customer has read it', async (t) => {
    const { page } = await openHost(t, 'unknown');
    await button(page, 'iframe').click();
    const frame = await frameOf(page);
    await heading(frame, 'This link no longer works').waitFor();
    await check(page, 'dialog-invalid', frame);
    await button(frame, 'Close').last().click();
    assert.deepEqual(await outcome(page), failure('invalid_token'));
});

test('giving up after a refusal tells the refusal', async (t) => {
    const { page } = await openHost(t, 'form');
    await button(page, 'iframe').click();
    const frame = await frameOf(page);
    await fillForm(frame, { key: 'wrong' });
    await button(frame, 'Connect Gorgias').click();
    await frame.getByRole('alert').waitFor();
    await button(frame, 'Close').click();
    assert.deepEqual(await outcome(page), failure('validation_error'));
});

test('OAuth from the dialog, in a window', async (t) => {
    const { page } = await openHost(t, 'oauth');
    await button(page, 'iframe').click();
    const frame = await frameOf(page);
    await frame.getByRole('textbox', { name: 'Subdomain' }).fill('acme');
    await page.waitForTimeout(300);
    await check(page, 'dialog-oauth', frame);
    const vendor = await popupFrom(page, () => button(frame, 'Continue to Gorgias').click());
    await vendor.locator('#allow').waitFor();
    await heading(frame, 'Finish in the Gorgias window').waitFor();
    await page.waitForTimeout(300);
    await check(page, 'dialog-waiting', frame);
    await vendor.locator('#allow').click();
    await heading(vendor, 'Your Gorgias account is connected').waitFor();
    await check(vendor, 'vendor-done');
    assert.match(await vendor.textContent('main'), /Acme Desk can use it now\. You can close this window\./);
    assert.deepEqual(await outcome(page), success('ia_01oauth'));
    await vendor.waitForEvent('close');
});

test('a refusal at the vendor, then again', async (t) => {
    const { page } = await openHost(t, 'plain');
    await button(page, 'iframe').click();
    const frame = await frameOf(page);
    const vendor = await popupFrom(page, () => button(frame, 'Continue to Gorgias').click());
    await vendor.locator('#deny').click();
    await frame.getByText('You did not approve the access at Gorgias.', { exact: true }).waitFor();
    await page.waitForTimeout(300);
    await check(page, 'dialog-refused', frame);
    const again = await popupFrom(page, () => button(frame, 'Continue to Gorgias').click());
    await again.locator('#allow').click();
    assert.deepEqual(await outcome(page), success('ia_01oauth'));
});

test('the vendor window closed, tried again', async (t) => {
    const { page } = await openHost(t, 'plain');
    await button(page, 'iframe').click();
    const frame = await frameOf(page);
    const vendor = await popupFrom(page, () => button(frame, 'Continue to Gorgias').click());
    await vendor.locator('#allow').waitFor();
    await vendor.close();
    await frame.getByText('The Gorgias window was closed').waitFor();
    await page.waitForTimeout(300);
    await check(page, 'dialog-window-closed', frame);
    const again = await popupFrom(page, () => button(frame, 'Try again').click());
    await again.locator('#allow').click();
    assert.deepEqual(await outcome(page), success('ia_01oauth'));
});

test('a window that hid itself from us and finishes all the same', async (t) => {
    const { page } = await openHost(t, 'plain');
    await button(page, 'iframe').click();
    const frame = await frameOf(page);
    const vendor = await popupFrom(page, () => button(frame, 'Continue to Gorgias').click());
    await vendor.locator('#allow').waitFor();
    const back = await vendor.locator('#allow').getAttribute('href');
    await vendor.close();
    await frame.getByText('The Gorgias window was closed').waitFor();
    await fetch(back, { redirect: 'manual' });
    assert.deepEqual(await outcome(page), success('ia_01oauth'));
});

/** The browser refuses the first `times` windows. */
const blocking = (times) => (context) =>
    context.addInitScript((count) => {
        const open = window.open.bind(window);
        let left = count;
        window.open = (...args) => (left-- > 0 ? null : open(...args));
    }, times);

test('a blocked window is opened by hand', async (t) => {
    const { page } = await openHost(t, 'plain', {}, blocking(1));
    await button(page, 'iframe').click();
    const frame = await frameOf(page);
    await button(frame, 'Continue to Gorgias').click();
    await heading(frame, 'Open Gorgias to go on').waitFor();
    await page.waitForTimeout(300);
    await check(page, 'dialog-blocked', frame);
    const vendor = await popupFrom(page, () => frame.getByRole('link', { name: 'Open Gorgias' }).click());
    await vendor.locator('#allow').click();
    assert.deepEqual(await outcome(page), success('ia_01oauth'));
});

test('a browser that opens no window for a script follows the link', async (t) => {
    const { page } = await openHost(t, 'plain', {}, blocking(99));
    await button(page, 'iframe').click();
    const frame = await frameOf(page);
    await button(frame, 'Continue to Gorgias').click();
    const vendor = await popupFrom(page, () => frame.getByRole('link', { name: 'Open Gorgias' }).click());
    await heading(frame, 'Finish in the Gorgias window').waitFor();
    await vendor.locator('#allow').click();
    assert.deepEqual(await outcome(page), success('ia_01oauth'));
});

test('giving up a blocked window', async (t) => {
    const { page } = await openHost(t, 'plain', {}, blocking(99));
    await button(page, 'iframe').click();
    const frame = await frameOf(page);
    await button(frame, 'Continue to Gorgias').click();
    await heading(frame, 'Open Gorgias to go on').waitFor();
    await button(frame, 'Close').click();
    assert.deepEqual(await outcome(page), failure('blocked'));
});

test('in a container', async (t) => {
    const { page } = await openHost(t, 'form');
    await button(page, 'container').click();
    const frame = await frameOf(page);
    assert.equal(await page.locator('#place iframe').count(), 1);
    assert.equal(await page.getByRole('dialog').count(), 0);
    await frame.locator('h1').focus();
    await page.keyboard.press('Escape');
    await fillForm(frame);
    await picture(page, 'container');
    await button(frame, 'Connect Gorgias').click();
    assert.deepEqual(await outcome(page), success('ia_01form'));
    await page.locator('iframe').waitFor({ state: 'detached' });
});

test('in a container that is higher than what it shows, nothing is left below', async (t) => {
    const { page } = await openHost(t, 'catalogue');
    await page.evaluate(() => document.getElementById('place').style.setProperty('height', '760px'));
    await button(page, 'container').click();
    await frameOf(page);
    assert.equal(await page.locator('iframe').evaluate((element) => element.offsetHeight), 760);
    await picture(page, 'container-high');
});

test('the button and what is promised are in view in a dialog of 800 pixels', async (t) => {
    const { page } = await openHost(t, 'form', { width: 1280, height: 800 });
    await button(page, 'iframe').click();
    const frame = await frameOf(page);
    await button(frame, 'Connect Gorgias').click();
    await frame.getByText('Enter your API key.').waitFor();
    await page.waitForTimeout(400);
    for (const seen of [button(frame, 'Connect Gorgias'), frame.getByText(/^Stored encrypted/)]) {
        const { y, height } = await seen.boundingBox();
        assert.ok(y + height <= 776, `${y + height}`);
    }
    await picture(page, 'dialog-800');
});

test('a wrong subdomain opens no window; a slow answer does not lose it', async (t) => {
    const { page } = await openHost(t, 'oauth');
    const opened = [];
    page.context().on('page', (popup) => opened.push(popup));
    await button(page, 'iframe').click();
    const frame = await frameOf(page);
    await frame.getByRole('textbox', { name: 'Subdomain' }).fill('nosuch');
    await button(frame, 'Continue to Gorgias').click();
    await frame.getByText('There is no Gorgias at nosuch.gorgias.com. Check the subdomain.', { exact: true }).waitFor();
    assert.equal(await frame.evaluate(() => document.activeElement.name), 'subdomain');
    assert.equal(opened.length, 0);
    await page.waitForTimeout(300);
    await check(page, 'dialog-nosuch', frame);
    await page.context().route('**/connect/session', async (route) => {
        if (route.request().method() === 'POST') await new Promise((resolve) => setTimeout(resolve, 1600));
        await route.continue();
    });
    await frame.getByRole('textbox', { name: 'Subdomain' }).fill('acme');
    const start = Date.now();
    const vendor = await popupFrom(page, () => button(frame, 'Continue to Gorgias').click());
    assert.ok(Date.now() - start < 1500, 'while the browser still lets it open');
    await vendor.locator('#allow').click();
    assert.deepEqual(await outcome(page), success('ia_01oauth'));
});

test('a popup goes to the vendor itself', async (t) => {
    const { page, token } = await openHost(t, 'one');
    const popup = await popupFrom(page, () => button(page, 'popup').click());
    await heading(popup, wants).waitFor();
    assert.ok(!popup.url().includes(token));
    await check(popup, 'popup-methods');
    await button(popup, /Gorgias account/).click();
    await popup.getByRole('textbox', { name: 'Subdomain' }).fill('acme');
    await button(popup, 'Continue to Gorgias').click();
    await popup.locator('#allow').click();
    await heading(popup, 'Your Gorgias account is connected').waitFor();
    await check(popup, 'popup-done');
    assert.deepEqual(await outcome(page), success('ia_01oauth'));
    if (!popup.isClosed()) await popup.waitForEvent('close');
    assert.equal(page.context().pages().length, 1, 'there was no third window');
});

test('a popup: refused at the vendor, then tried again or given up', async (t) => {
    const { page } = await openHost(t, 'plain');
    const popup = await popupFrom(page, () => button(page, 'popup').click());
    await button(popup, 'Continue to Gorgias').click();
    await popup.locator('#deny').click();
    await popup.getByText('You did not approve the access at Gorgias.', { exact: true }).waitFor();
    await check(popup, 'popup-refused');
    // Longer than a window stays that has nothing left to ask.
    await popup.waitForTimeout(2000);
    await button(popup, 'Try again').click();
    await button(popup, 'Continue to Gorgias').click();
    await popup.locator('#deny').click();
    await heading(popup, 'Gorgias was not connected').waitFor();
    await button(popup, 'Close').click();
    assert.deepEqual(await outcome(page), failure('connection_error'));
    if (!popup.isClosed()) await popup.waitForEvent('close');
});

/** In this browser every page believes that it has the focus. */
const withoutFocus = (context) =>
    context.addInitScript(() => {
        window.isBack = false;
        document.hasFocus = () => window.isBack;
    });

test('a popup whose vendor cut it off from us: the outcome is found out all the same', async (t) => {
    const { page } = await openHost(t, 'severed', {}, withoutFocus);
    const popup = await popupFrom(page, () => button(page, 'popup').click());
    await button(popup, 'Continue to Gorgias').click();
    await popup.locator('#allow').waitFor();
    await page.locator('iframe').waitFor({ state: 'attached' });
    await page.waitForTimeout(1500);
    assert.deepEqual(await page.evaluate(() => window.outcomes), [], 'it only looks closed');
    await popup.locator('#allow').click();
    assert.deepEqual(await outcome(page), success('ia_01oauth'));
    assert.equal(await page.locator('iframe').count(), 0);
});

test('a popup closed at the vendor: given up once the customer is back on the page', async (t) => {
    const { page } = await openHost(t, 'plain', {}, withoutFocus);
    const popup = await popupFrom(page, () => button(page, 'popup').click());
    await button(popup, 'Continue to Gorgias').click();
    await popup.locator('#allow').waitFor();
    await popup.close();
    await page.locator('iframe').waitFor({ state: 'attached' });
    await page.evaluate(() => (window.isBack = true));
    assert.deepEqual(await outcome(page), failure('closed'));
    assert.equal(await page.locator('iframe').count(), 0);
});

test('a popup: asked in it after the vendor, and closed then all the same', async (t) => {
    const { page } = await openHost(t, 'plain', { more: '-asks-optional' });
    const popup = await popupFrom(page, () => button(page, 'popup').click());
    await button(popup, 'Continue to Gorgias').click();
    await popup.locator('#allow').click();
    await button(popup, 'Skip for now').waitFor();
    await check(popup, 'popup-asks');
    await popup.close();
    assert.deepEqual(await outcome(page), success('ia_01oauth'));
});

test('a popup that is closed, and one that is blocked', async (t) => {
    const { page } = await openHost(t, 'form');
    const popup = await popupFrom(page, () => button(page, 'popup').click());
    await heading(popup, wants).waitFor();
    await popup.close();
    assert.deepEqual(await outcome(page), failure('closed'));

    const { page: other } = await openHost(t, 'form', {}, blocking(1));
    await button(other, 'popup').click();
    assert.deepEqual(await outcome(other), failure('blocked'));
});

test('redirect', async (t) => {
    const { page } = await openHost(t, 'form', { more: '-return' });
    await button(page, 'redirect').click();
    await heading(page, wants).waitFor();
    await fillForm(page);
    await button(page, 'Connect Gorgias').click();
    await page.waitForURL(/\/returned/);
    assert.equal(new URL(page.url()).searchParams.get('integrated_account_id'), 'ia_01form');
});

test('messages that anybody else posts are ignored', async (t) => {
    const { page } = await openHost(t, 'form');
    await button(page, 'iframe').click();
    const frame = await frameOf(page);
    await page.evaluate(() => {
        const forged = {
            source: 'sluice-link',
            type: 'success',
            result: 'success',
            integration: 'x',
            integrated_account_id: 'x',
        };
        window.postMessage(forged, '*');
        window.postMessage({ source: 'sluice-link', type: 'closed' }, '*');
    });
    await page.waitForTimeout(200);
    assert.deepEqual(await page.evaluate(() => window.outcomes), []);
    await button(frame, 'Close').click();
    assert.deepEqual(await outcome(page), failure('closed'));
});

test('nothing is posted to a page that does not say who it is, or says it wrongly', async (t) => {
    const page = await openPage(t);
    await page.goto(`${mock.host}/`);
    for (const origin of ['', '&origin=*', '&origin=https://other.example']) {
        await page.evaluate(
            (url) => {
                window.heard = 0;
                window.addEventListener('message', () => (window.heard += 1));
                const frame = document.createElement('iframe');
                frame.src = url;
                document.getElementById('place').replaceChildren(frame);
            },
            linkTo(tokenOf('form'), `&mode=iframe${origin}`),
        );
        await page.frameLocator('iframe').getByRole('heading', { level: 1 }).waitFor();
        await page.waitForTimeout(150);
        assert.equal(await page.evaluate(() => window.heard), 0, origin);
    }
});

test('on a phone the dialog is the page', async (t) => {
    const { page } = await openHost(t, 'one', { width: 360, height: 700, deviceScaleFactor: 2, colorScheme: 'dark' });
    await button(page, 'iframe').click();
    const frame = await frameOf(page);
    await page.waitForTimeout(200);
    await check(page, 'phone-dialog', frame);
});
