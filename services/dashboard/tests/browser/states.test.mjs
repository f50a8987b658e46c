// Each state of the Link UI as it is seen: three widths, both themes, axe.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { button, check, field, fillForm, heading, linkTo, mock, openPage, tokenOf, widths } from './support.mjs';

const submit = (page, name) => button(page, name).click();
const nosuch = (page) => page.getByText('There is no Gorgias at nosuch.gorgias.com.').waitFor();

/** What is opened, and how the state is reached. */
const states = {
    catalogue: ['catalogue', (page) => heading(page, /one of your accounts/).waitFor()],
    'catalogue-many': ['many', (page) => heading(page, /one of your accounts/).waitFor()],
    methods: ['one', (page) => button(page, /API key/).waitFor()],
    form: ['form', (page) => field(page, 'Subdomain').waitFor()],
    'form-filled': ['form', (page) => fillForm(page)],
    'form-missing': ['form', (page) => submit(page, 'Connect Gorgias')],
    'form-nosuch': [
        'form',
        async (page) => {
            await fillForm(page, { subdomain: 'nosuch' });
            await submit(page, 'Connect Gorgias');
            await nosuch(page);
        },
    ],
    'form-refused': [
        'form',
        async (page) => {
            await fillForm(page, { key: 'wrong' });
            await submit(page, 'Connect Gorgias');
            await page.getByRole('alert').waitFor();
        },
    ],
    'form-return': ['form', (page) => field(page, 'Subdomain').waitFor(), '-return'],
    oauth: ['oauth', (page) => field(page, 'Subdomain').waitFor()],
    'oauth-derived': ['derived', (page) => button(page, /Continue/).waitFor()],
    'oauth-nosuch': [
        'oauth',
        async (page) => {
            await field(page, 'Subdomain').fill('nosuch');
            await submit(page, 'Continue to Gorgias');
            await nosuch(page);
        },
    ],
    reconnect: ['reconnect', (page) => field(page, 'Subdomain').waitFor()],
    'reconnect-oauth': ['again', (page) => field(page, 'Subdomain').waitFor()],
    wordy: ['wordy', (page) => field(page, 'Workspace').waitFor()],
    staging: ['staging', (page) => field(page, 'Subdomain').waitFor()],
    done: [
        'form',
        async (page) => {
            await fillForm(page);
            await submit(page, 'Connect Gorgias');
            await heading(page, /is connected/).waitFor();
        },
    ],
    asks: [
        'form',
        async (page) => {
            await fillForm(page);
            await submit(page, 'Connect Gorgias');
            await heading(page, 'Who answers?').waitFor();
        },
        '-asks',
    ],
    denied: [
        'plain',
        async (page) => {
            await submit(page, 'Continue to Gorgias');
            await page.locator('#deny').click();
            await heading(page, 'Gorgias was not connected').waitFor();
        },
    ],
    invalid: ['unknown', (page) => heading(page, 'This link no longer works').waitFor()],
};

for (const [width, height] of [
    [1280, 800],
    [800, 800],
    [390, 844],
])
    for (const colorScheme of ['light', 'dark'])
        test(`${width} pixels, ${colorScheme}`, async (t) => {
            const page = await openPage(t, { width, height, colorScheme });
            for (const [name, [link, reach, more = '']] of Object.entries(states)) {
                await page.goto(linkTo(tokenOf(link, more)));
                await page.getByRole('heading', { level: 1 }).waitFor();
                await reach(page);
                await check(page, `state-${name}-${width}-${colorScheme}`);
                const { scrollWidth, clientWidth } = await widths(page);
                assert.equal(scrollWidth, clientWidth, `${name}: nothing sticks out`);
                // What goes on is in view, whatever the form is like.
                const action = page.locator('.action .button').first();
                if ((await action.count()) > 0) {
                    const box = await action.boundingBox();
                    assert.ok(box.y + box.height <= height, `${name}: the button is in view`);
                }
            }
        });

test('the dialog at each width', async (t) => {
    for (const [width, height] of [
        [1280, 800],
        [390, 844],
    ])
        for (const colorScheme of ['light', 'dark']) {
            const page = await openPage(t, { width, height, colorScheme });
            for (const link of ['many', 'form', 'oauth', 'reconnect']) {
                await page.goto(`${mock.host}/?token=${tokenOf(link)}`);
                await button(page, 'iframe').click();
                const frame = await (await page.locator('iframe').elementHandle()).contentFrame();
                await frame.getByRole('heading', { level: 1 }).waitFor();
                await page.waitForTimeout(350);
                await check(page, `dialog-${link}-${width}-${colorScheme}`, frame);
            }
        }
});
