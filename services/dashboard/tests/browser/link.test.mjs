// The Link UI as a page of its own.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import {
    button,
    check,
    field,
    fillForm,
    focused,
    heading,
    linkTo,
    mock,
    openPage,
    picture,
    tokenOf,
} from './support.mjs';

const focusedName = (page) => page.evaluate(() => document.activeElement?.getAttribute('name'));

const wants = 'Acme Desk wants to connect your Gorgias account';

test('catalogue, methods, form, done; the token leaves the address bar at once', async (t) => {
    const page = await openPage(t);
    const token = tokenOf('catalogue');
    const addresses = [];
    page.on('request', (request) => addresses.push(request.url(), request.headers().referer ?? ''));
    await page.goto(linkTo(token));
    await heading(page, 'Acme Desk wants to connect one of your accounts').waitFor();
    assert.equal(page.url(), `${mock.link}/connect`);
    assert.equal(addresses.filter((address) => address.includes(token)).length, 1, 'only the page itself');
    assert.ok(await button(page, /Zendesk/).isDisabled());
    await button(page, 'Gorgias Help desk').waitFor();
    await button(page, 'Shopify E-commerce').waitFor();
    assert.match(await page.locator('.choice img').getAttribute('src'), /^data:image\/svg\+xml,/);
    await check(page, 'catalogue');

    await button(page, /Gorgias/).click();
    await heading(page, wants).waitFor();
    assert.equal(await focused(page), wants);
    await check(page, 'methods');

    await button(page, /E-mail and API key/).click();
    await field(page, 'Subdomain').waitFor();
    assert.equal(await focusedName(page), 'subdomain', 'one may type at once');
    await page.getByRole('form', { name: wants }).waitFor();
    await check(page, 'form');
    await fillForm(page);
    await button(page, 'Connect Gorgias').click();
    await heading(page, 'Your Gorgias account is connected').waitFor();
    await check(page, 'done');
    assert.deepEqual(mock.calls.filter((call) => call.token === token).pop().body, {
        environment_integration_id: 'envint_gorgias',
        authentication_method: 'api_key',
        context: { subdomain: 'acme', email: 'kim@acme.example', api_key: 'right-key' },
    });
    assert.equal(await page.evaluate(() => sessionStorage.length), 0, 'nothing of a link that is used up is kept');
});

test('what the page loads is small', async () => {
    const dist = new URL('../../dist/', import.meta.url);
    const html = await readFile(new URL('connect.html', dist), 'utf8');
    const scripts = [...html.matchAll(/\/connect\/(assets\/[\w.-]+\.js)/g)].map(([, name]) => name);
    assert.ok(scripts.length > 0);
    const sizes = await Promise.all(scripts.map(async (name) => gzipSync(await readFile(new URL(name, dist))).length));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    assert.ok(total <= 100_000, `${total} bytes of compressed script`);
});

test('a long catalogue can be searched', async (t) => {
    const page = await openPage(t);
    await page.goto(linkTo(tokenOf('many')));
    await heading(page, /one of your accounts/).waitFor();
    await check(page, 'catalogue-many');
    await page.getByRole('searchbox', { name: 'Search' }).fill('hub');
    assert.equal(await page.locator('.choice').count(), 1);
    await page.getByRole('searchbox').fill('help desk');
    assert.ok((await page.locator('.choice').count()) > 3, 'the words that are shown are found');
    await page.getByRole('searchbox').fill('nobody');
    await page.getByText('Nothing found for “nobody”.').waitFor();
    await check(page, 'catalogue-nothing-found');
});

test('back, with our button and with that of the browser, keeps what was typed', async (t) => {
    const page = await openPage(t);
    await page.goto(linkTo(tokenOf('catalogue')));
    await button(page, /Gorgias/).click();
    await button(page, /E-mail and API key/).click();
    await field(page, 'Subdomain').fill('acme');
    await button(page, 'Back').click();
    await button(page, /E-mail and API key/).waitFor();
    await page.goBack();
    await heading(page, /one of your accounts/).waitFor();
    assert.equal(await button(page, 'Back').count(), 0);
    await page.goForward();
    await button(page, /E-mail and API key/).click();
    assert.equal(await field(page, 'Subdomain').inputValue(), 'acme');
});

test('values are checked before they are sent; the first to correct has the focus', async (t) => {
    const page = await openPage(t);
    const token = tokenOf('form');
    await page.goto(linkTo(token));
    await button(page, 'Connect Gorgias').click();
    await page.getByText('Enter your subdomain.').waitFor();
    assert.equal(await focusedName(page), 'subdomain');
    const described = await field(page, 'Subdomain').evaluate((input) =>
        input
            .getAttribute('aria-describedby')
            .split(' ')
            .map((id) => document.getElementById(id)?.textContent)
            .join(' '),
    );
    assert.match(described, /Enter your subdomain\./);
    await check(page, 'form-missing');
    await field(page, 'Subdomain').fill('https://acme.gorgias.com/app');
    await field(page, 'E-mail').focus();
    assert.equal(await field(page, 'Subdomain').inputValue(), 'acme');
    await field(page, 'Subdomain').fill('acme_');
    await field(page, 'E-mail').fill('kim');
    await page.getByLabel('API key', { exact: true }).fill('right-key');
    await button(page, 'Connect Gorgias').click();
    await page.getByText('Letters, digits and hyphens only.').waitFor();
    await page.getByText('Enter a whole e-mail address, such as name@example.com.').waitFor();
    await check(page, 'form-forms-said');
    assert.equal(mock.calls.filter((call) => call.token === token && call.method === 'POST').length, 0);
});

test('a whole address becomes the part that is asked for, typed or pasted', async (t) => {
    const page = await openPage(t);
    await page.goto(linkTo(tokenOf('form')));
    const subdomain = field(page, 'Subdomain');
    await subdomain.waitFor();
    await page.keyboard.type('https://Acme.gorgias.com');
    assert.equal(await subdomain.inputValue(), 'acme');
    await page.keyboard.type('/app/tickets');
    await page.keyboard.press('Tab');
    assert.equal(await subdomain.inputValue(), 'acme');
    await subdomain.fill('');
    await page.evaluate(() => navigator.clipboard?.writeText('').catch(() => undefined));
    await subdomain.evaluate((input) => input.focus());
    await page.evaluate(() => document.execCommand('insertText', false, ' https://shop-2.gorgias.com/app?x=1 '));
    assert.equal(await subdomain.inputValue(), 'shop-2');
    // Beside the text is in the field as well.
    await field(page, 'E-mail').focus();
    await page.locator('.field-suffix').click();
    assert.equal(await focusedName(page), 'subdomain');
});

test('the help of a field is a link once its address is known', async (t) => {
    const page = await openPage(t);
    await page.goto(linkTo(tokenOf('form')));
    const help = page.getByRole('link', { name: /^Where to find it/ });
    await field(page, 'Subdomain').waitFor();
    assert.equal(await help.count(), 0);
    await field(page, 'Subdomain').fill('acme_');
    assert.equal(await help.count(), 0, 'of no valid address');
    await field(page, 'Subdomain').fill('acme');
    await help.waitFor();
    assert.equal(await help.getAttribute('href'), 'https://acme.gorgias.com/app/settings/api');
    assert.equal(await help.getAttribute('rel'), 'noopener noreferrer');
    await check(page, 'form-help');
});

for (const [name, link, submit] of [
    ['a form', 'form', 'Connect Gorgias'],
    ['OAuth', 'oauth', 'Continue to Gorgias'],
])
    test(`a subdomain that nobody has is told at its field: ${name}`, async (t) => {
        const page = await openPage(t);
        await page.goto(linkTo(tokenOf(link)));
        if (link === 'form') await fillForm(page, { subdomain: 'nosuch' });
        else await field(page, 'Subdomain').fill('nosuch');
        await button(page, submit).click();
        await page
            .getByText('There is no Gorgias at nosuch.gorgias.com. Check the subdomain.', { exact: true })
            .waitFor();
        assert.equal(await focusedName(page), 'subdomain');
        assert.equal(await page.getByRole('alert').count(), 0, 'said once');
        assert.equal(page.url(), `${mock.link}/connect`, 'it has not left');
        await check(page, `nosuch-${link}`);
    });

test('a drawing is only shown: nothing in it runs or loads; one that is torn is a letter', async (t) => {
    const page = await openPage(t);
    const asked = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(linkTo(tokenOf('hostile')));
    await heading(page, /one of your accounts/).waitFor();
    const choice = (name) => page.locator('.choice', { hasText: name });
    await choice('Torn').locator('.tile', { hasText: 'T' }).waitFor();
    assert.ok(
        await choice('Gorgias')
            .locator('img')
            .evaluate((image) => image.naturalWidth > 0),
    );
    assert.equal(await page.evaluate(() => window.hacked), undefined);
    assert.ok(!asked.some((url) => url.includes('from-the-drawing')));
});

test('failures of the api come to their fields', async (t) => {
    const page = await openPage(t);
    await page.goto(linkTo(tokenOf('form')));
    await fillForm(page, { subdomain: 'taken' });
    await button(page, 'Connect Gorgias').click();
    await page.getByText('Subdomain is not the one this account was connected with.').waitFor();
    assert.equal(await focusedName(page), 'subdomain');
    await check(page, 'form-refused-field');
});

test('a wrong key is refused, corrected and sent again', async (t) => {
    const page = await openPage(t);
    const token = tokenOf('form');
    await page.goto(linkTo(token));
    await fillForm(page, { key: 'wrong-key' });
    await page.route('**/connect/session', async (route) => {
        await new Promise((resolve) => setTimeout(resolve, 700));
        await route.continue();
    });
    await button(page, 'Connect Gorgias').click();
    await button(page, /Checking with Gorgias/).waitFor();
    assert.ok(await button(page, /Checking with Gorgias/).isDisabled());
    await page.keyboard.press('Enter');
    await picture(page, 'form-sending');
    const alert = page.getByRole('alert');
    await alert.waitFor();
    assert.equal(mock.calls.filter((call) => call.token === token && call.method === 'POST').length, 1, 'sent once');
    assert.match(
        await alert.textContent(),
        /Gorgias did not accept these details.*The e-mail address or the API key is wrong/,
    );
    assert.match(await focused(page), /did not accept/);
    assert.equal(await field(page, 'E-mail').inputValue(), 'kim@acme.example');
    await check(page, 'form-wrong-key');
    const key = page.getByLabel('API key', { exact: true });
    assert.equal(await key.inputValue(), 'wrong-key');
    assert.equal(await key.getAttribute('type'), 'password');
    await button(page, 'Show API key').click();
    assert.equal(await key.getAttribute('type'), 'text');
    await key.fill('right-key');
    await button(page, 'Connect Gorgias').click();
    await heading(page, /is connected/).waitFor();
});

test('a vendor that is down, and a fault of ours, can be tried again', async (t) => {
    const page = await openPage(t);
    await page.goto(linkTo(tokenOf('form')));
    await fillForm(page, { subdomain: 'down' });
    await button(page, 'Connect Gorgias').click();
    await page.getByText('Gorgias cannot be reached at the moment').waitFor();
    await check(page, 'form-vendor-down');
    await field(page, 'Subdomain').fill('fault');
    await button(page, 'Connect Gorgias').click();
    await page.getByText('Something went wrong on our side').waitFor();
    await page.context().setOffline(true);
    await button(page, 'Connect Gorgias').click();
    await page.getByText('There was no answer').waitFor();
    await page.context().setOffline(false);
    await field(page, 'Subdomain').fill('acme');
    await button(page, 'Connect Gorgias').click();
    await heading(page, /is connected/).waitFor();
});

test('a link used up, expired or unknown', async (t) => {
    const page = await openPage(t);
    await page.goto(linkTo('unknown-1'));
    await heading(page, 'This link no longer works').waitFor();
    await check(page, 'invalid-link');
    await page.goto(`${mock.link}/connect`);
    await heading(page, 'This link no longer works').waitFor();

    const token = tokenOf('form');
    await page.goto(linkTo(token));
    await fillForm(page);
    mock.use(token);
    await button(page, 'Connect Gorgias').click();
    await heading(page, 'This link no longer works').waitFor();
    assert.match(await page.textContent('main'), /Go back to Acme Desk/);
});

test('a session that could not be loaded', async (t) => {
    const page = await openPage(t);
    await page.goto(linkTo(tokenOf('broken')));
    await heading(page, 'This page could not be loaded').waitFor();
    await check(page, 'not-loaded');
    await button(page, 'Try again').click();
    await heading(page, /one of your accounts/).waitFor();
});

test('nothing to connect', async (t) => {
    const page = await openPage(t);
    await page.goto(linkTo(tokenOf('none')));
    await heading(page, 'There is nothing to connect yet').waitFor();
    await check(page, 'nothing-to-connect');
    await page.goto(linkTo(tokenOf('unready')));
    await heading(page, 'Gorgias cannot be connected yet').waitFor();
});

test('a reconnect says so and knows what is known', async (t) => {
    const page = await openPage(t);
    const token = tokenOf('reconnect');
    await page.goto(linkTo(token));
    await heading(page, 'Reconnect your Gorgias account to Acme Desk').waitFor();
    assert.equal(await field(page, 'Subdomain').inputValue(), 'acme');
    assert.ok(!(await field(page, 'Subdomain').isEditable()), 'it is the same account');
    await page.getByText('Stays as it is: you reconnect the same account.').waitFor();
    assert.equal(await field(page, 'E-mail').inputValue(), 'kim@acme.example');
    assert.equal(await focusedName(page), 'api_key', 'the first field that is empty');
    await page.getByRole('link', { name: /^Where to find it/ }).waitFor();
    await check(page, 'reconnect');
    await page.keyboard.type('right-key');
    await button(page, 'Reconnect Gorgias').click();
    await heading(page, /is connected/).waitFor();
    assert.equal(mock.calls.filter((call) => call.token === token).pop().body.context.subdomain, 'acme');
    await page.goto(linkTo(tokenOf('again')));
    await heading(page, /^Reconnect/).waitFor();
    assert.match(await focused(page), /^Reconnect/, 'nothing to enter');
    await check(page, 'reconnect-oauth');
});

test('a reload keeps the link', async (t) => {
    const page = await openPage(t);
    await page.goto(linkTo(tokenOf('form')));
    await heading(page, wants).waitFor();
    await page.reload();
    await heading(page, wants).waitFor();
    assert.equal(page.url(), `${mock.link}/connect`);
});

test('OAuth in the same window, and back to the developer with the outcome', async (t) => {
    const page = await openPage(t);
    const token = tokenOf('oauth', '-return');
    await page.goto(linkTo(token, '&mode=redirect'));
    await heading(page, wants).waitFor();
    await check(page, 'oauth');
    await field(page, 'Subdomain').fill('acme');
    await button(page, 'Continue to Gorgias').click();
    await page.locator('#allow').click();
    await heading(page, 'Your Gorgias account is connected').waitFor();
    assert.match(page.url(), /\/connect\/done\?/);
    await check(page, 'done-redirect');
    await page.waitForURL(/\/returned/);
    assert.deepEqual(Object.fromEntries(new URL(page.url()).searchParams), {
        kept: '1',
        result: 'success',
        integration: 'gorgias',
        integrated_account_id: 'ia_01oauth',
    });
});

test('a refusal at the vendor is shown, and can be tried again or taken back', async (t) => {
    const page = await openPage(t);
    await page.goto(linkTo(tokenOf('plain', '-return')));
    await button(page, 'Continue to Gorgias').click();
    await page.locator('#deny').click();
    await heading(page, 'Gorgias was not connected').waitFor();
    await page.getByText('You did not approve the access at Gorgias.', { exact: true }).waitFor();
    assert.equal(await page.locator('q').count(), 0, 'nobody is quoted');
    await check(page, 'done-refused');
    const back = new URL(await page.getByRole('link', { name: 'Back to Acme Desk' }).getAttribute('href'));
    assert.equal(back.searchParams.get('result'), 'error');
    assert.equal(back.searchParams.get('error_type'), 'connection_error');
    await button(page, 'Try again').click();
    await button(page, 'Continue to Gorgias').click();
    await page.locator('#allow').click();
    await page.waitForURL(/\/returned/);
});

test('giving up goes back with closed', async (t) => {
    const page = await openPage(t);
    await page.goto(linkTo(tokenOf('form', '-return')));
    await heading(page, wants).waitFor();
    await check(page, 'form-return');
    await page.getByRole('link', { name: 'Cancel and go back to Acme Desk' }).click();
    await page.waitForURL(/\/returned/);
    assert.equal(new URL(page.url()).searchParams.get('error_type'), 'closed');
});

test('coming back from the vendor with the button of the browser', async (t) => {
    const page = await openPage(t);
    await page.goto(linkTo(tokenOf('plain')));
    await button(page, 'Continue to Gorgias').click();
    await page.locator('#allow').waitFor();
    await page.goBack();
    await button(page, 'Continue to Gorgias').waitFor();
});

test('a done page that somebody made up says and leads nowhere', async (t) => {
    const page = await openPage(t);
    const query = new URLSearchParams({
        status: 'active',
        connection: 'conn_x',
        integration: 'gorgias',
        message: 'Call 555-0100 and tell them your password',
        redirect_uri: `${mock.host}/returned`,
    });
    await page.goto(`${mock.link}/connect/done?${query}`);
    await heading(page, /not connected/).waitFor();
    await check(page, 'done-unknown');
    assert.ok(!(await page.locator('body').textContent()).includes('555'));
    assert.equal(await page.getByRole('link').count(), 0);
});

test('with the keyboard alone', async (t) => {
    const page = await openPage(t);
    await page.goto(linkTo(tokenOf('catalogue')));
    await heading(page, /one of your accounts/).waitFor();
    const press = async (...keys) => {
        for (const key of keys) await page.keyboard.press(key);
    };
    await press('Tab');
    assert.match(await focused(page), /Gorgias/);
    await picture(page, 'keyboard-catalogue');
    await press('Enter');
    await heading(page, wants).waitFor();
    await press('Tab', 'Tab', 'Space');
    await field(page, 'Subdomain').waitFor();
    await page.keyboard.type('acme');
    await press('Tab');
    await page.keyboard.type('kim@acme.example');
    await press('Tab');
    await page.keyboard.type('wrong');
    await press('Tab', 'Space');
    assert.equal(await page.getByLabel('API key', { exact: true }).getAttribute('type'), 'text');
    // The link to where the key is found, then the button.
    await press('Tab', 'Tab', 'Enter');
    await page.getByRole('alert').waitFor();
    await press('Tab', 'Tab', 'Tab');
    await press('Control+A');
    await page.keyboard.type('right');
    await picture(page, 'keyboard-form');
    await press('Enter');
    await heading(page, /is connected/).waitFor();
});

test('320 pixels wide', async (t) => {
    const page = await openPage(t, { width: 320, height: 640, deviceScaleFactor: 2 });
    const fits = async (name) => {
        await check(page, name);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320, name);
    };
    await page.goto(linkTo(tokenOf('many')));
    await heading(page, /one of your accounts/).waitFor();
    await fits('narrow-catalogue');
    await button(page, /Gorgias/).click();
    await button(page, /E-mail and API key/).waitFor();
    await fits('narrow-methods');
    await button(page, /E-mail and API key/).click();
    await button(page, 'Connect Gorgias').click();
    await page.getByText('Enter your subdomain.').waitFor();
    await fits('narrow-form');
    await fillForm(page);
    await button(page, 'Connect Gorgias').click();
    await heading(page, /is connected/).waitFor();
    await fits('narrow-done');
    await page.goto(linkTo(tokenOf('derived')));
    await page.getByText('3 more').click();
    await fits('narrow-oauth');
    await page.goto(linkTo(tokenOf('wordy')));
    await field(page, 'Workspace').waitFor();
    await fits('narrow-wordy');
});

test('dark, and a colour that is hard to read on', async (t) => {
    const dark = await openPage(t, { colorScheme: 'dark' });
    for (const [name, link] of [
        ['methods', 'one'],
        ['form', 'form'],
        ['oauth', 'plain'],
        ['yellow', 'yellow'],
        ['invalid', 'unknown'],
    ]) {
        await dark.goto(linkTo(tokenOf(link)));
        await dark.getByRole('heading', { level: 1 }).waitFor();
        await check(dark, `dark-${name}`);
    }
    await dark.goto(linkTo(tokenOf('form')));
    await fillForm(dark, { key: 'wrong' });
    await button(dark, 'Connect Gorgias').click();
    await dark.getByRole('alert').waitFor();
    await check(dark, 'dark-wrong-key');
    const light = await openPage(t);
    await light.goto(linkTo(tokenOf('yellow')));
    await heading(light, 'Sunny wants to connect your Gorgias account').waitFor();
    await check(light, 'yellow');
    await light.goto(linkTo(tokenOf('staging')));
    await heading(light, 'This app wants to connect your Gorgias account').waitFor();
    await check(light, 'staging');
});
