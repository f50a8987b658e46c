// The page where a person decides about a call.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { approvalCode } from '../mock.mjs';
import { button, check, field, focused, heading, mock, openPage, picture, tokenOf, widths } from './support.mjs';

const linkTo = (id) => `${mock.link}/approve?environment=env_01mock&approval=${id}`;
const asked = 'An AI agent asks for your approval';
const row = (page, label) => page.locator('.row').filter({ has: page.locator('dt').getByText(label, { exact: true }) });

async function enter(page, code) {
    await field(page, 'Code').fill(code);
    await button(page, 'Show the call').click();
}
/** Shows the call that the mock has by that name. */
async function open(page, id, title) {
    await page.goto(linkTo(id));
    await enter(page, approvalCode);
    await heading(page, title).waitFor();
}
/** Of what was sent for one approval. */
const sentFor = (id) => mock.calls.filter(({ body }) => body?.approval_id === id).map(({ body }) => body);

/** The page is drawn at that size, and stands at its beginning. */
async function resize(page, width, height) {
    await page.setViewportSize({ width, height });
    await page.waitForFunction((wanted) => innerWidth === wanted, width);
    await page.evaluate(() => {
        scrollTo(0, 0);
        return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    });
}

/** Both buttons can be pressed without scrolling, and nothing lies over them. */
async function assertDecisionInView(page, name) {
    const { width, height } = page.viewportSize();
    for (const label of ['Approve once', 'Decline']) {
        const { x, y, width: w, height: h } = await button(page, label).boundingBox();
        assert.ok(x >= 0 && y >= 0 && x + w <= width && y + h <= height, `${name}: ${label} is in view`);
        const isOnTop = await button(page, label).evaluate(
            (element, [at, down]) => element.contains(document.elementFromPoint(at, down)),
            [x + w / 2, y + h / 2],
        );
        assert.ok(isOnTop, `${name}: ${label} can be pressed`);
    }
    const { scrollWidth, clientWidth } = await widths(page);
    assert.equal(scrollWidth, clientWidth, `${name}: nothing sticks out`);
}

const calls = {
    tags: 'Change ticket 1300488',
    reply: 'Send a message to Dana Fox',
    replyAll: 'Send a message to Dana Fox and 3 others and change the ticket',
    note: 'Add an internal note',
    deletion: 'Delete ticket 1300488',
    macro: 'Create a macro',
    bulk: 'Delete 32 tickets',
    unknown: 'Change ticket 1300488',
    old: 'Update a ticket',
    hostile: 'Send a message to 2 people and change the ticket',
    long: 'Send a message to Dana Fox and change the ticket',
};
const sizes = { wide: [1280, 900], tablet: [800, 800], phone: [390, 844] };
for (const [name, title] of Object.entries(calls))
    for (const colorScheme of ['light', 'dark'])
        test(`${name}, ${colorScheme}: the decision is in view at every size`, async (t) => {
            const page = await openPage(t, { colorScheme });
            await open(page, tokenOf(name), title);
            assert.equal(await focused(page), title);
            for (const [size, [width, height]] of Object.entries(sizes)) {
                await resize(page, width, height);
                await assertDecisionInView(page, size);
                await check(page, `approve-${name}-${size}-${colorScheme}`);
                await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
                await assertDecisionInView(page, `${size}, at the end`);
            }
        });

test('the code opens the call, a decision is sent once, the address says nothing', async (t) => {
    const page = await openPage(t);
    const id = tokenOf('tags');
    const addresses = [];
    page.on('request', (request) => addresses.push(request.url()));
    await page.goto(linkTo(id));
    await heading(page, asked).waitFor();
    assert.ok(!(await page.textContent('body')).includes('Priya'));
    await check(page, 'approve-code');
    await enter(page, ' k7qm-2xwp');
    await heading(page, calls.tags).waitFor();
    await page.getByText('Triage agent asks to').waitFor();
    await page.getByText('in the Gorgias account of acme-42').waitFor();
    await page.getByText('Expires in 58 minutes').waitFor();
    assert.match(await page.locator('time').getAttribute('title'), /\d:\d\d:\d\d/);
    const about = page.getByRole('region', { name: 'Ticket' });
    assert.match(await about.innerText(), /^Ticket 1300488\s+Where is my order\?\s+Priya Silva\s+open\s+E-mail$/);
    assert.deepEqual(await row(page, 'Tags').locator('.chip').allTextContents(), [
        'added: vip',
        'added: refund requested',
        'removed: spam',
    ]);
    assert.equal(await row(page, 'Status').locator('dd').textContent(), 'was openwill be closed');
    assert.equal(await row(page, 'Assignee').locator('dd').textContent(), 'was emptywill be Sam Reyes');
    assert.equal(await page.locator('pre').isVisible(), false);
    await page.getByText('The exact request').click();
    assert.match(await page.locator('pre').textContent(), /^PUT https:\/\/acme\.gorgias\.com\/api\/tickets\/1300488\n/);
    await check(page, 'approve-exact');
    await button(page, 'Approve once').dblclick();
    await heading(page, 'You approved the call').waitFor();
    assert.equal(await focused(page), 'You approved the call');
    await page.getByText('Triage agent can make it now, once: tell it to go on.').waitFor();
    await page.waitForTimeout(400);
    await check(page, 'approve-approved');
    assert.deepEqual(
        sentFor(id).map(({ decision }) => decision),
        [undefined, 'approve'],
    );
    assert.ok(addresses.every((address) => !/k7qm/i.test(address)));
});

test('a wrong code shows nothing; after five the call cannot be decided', async (t) => {
    const page = await openPage(t);
    await page.goto(linkTo(tokenOf('tags')));
    await button(page, 'Show the call').click();
    await page.getByText('Enter the code.').waitFor();
    for (let i = 0; i < 5; i += 1) {
        await enter(page, `AAAAAAA${i}`);
        await button(page, 'Show the call').waitFor();
        await page.getByText('This is not the code of this call.').waitFor();
    }
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('name')), 'code');
    assert.ok(!(await page.textContent('body')).includes('Priya'));
    await check(page, 'approve-wrong-code');
    await enter(page, approvalCode);
    await heading(page, 'There is nothing to approve here').waitFor();
    await check(page, 'approve-nothing');
});

for (const colorScheme of ['light', 'dark'])
    test(`declined, ${colorScheme}`, async (t) => {
        const page = await openPage(t, { colorScheme, width: 390, height: 844 });
        const id = tokenOf('deletion');
        await page.goto(linkTo(id));
        await check(page, `approve-code-phone-${colorScheme}`);
        await open(page, id, calls.deletion);
        await button(page, 'Decline').click();
        await heading(page, 'You declined the call').waitFor();
        assert.equal(await focused(page), 'You declined the call');
        await check(page, `approve-declined-${colorScheme}`);
        await open(page, id, 'This call was declined');
    });

test('somebody else was faster', async (t) => {
    const page = await openPage(t);
    const id = tokenOf('bulk');
    await open(page, id, calls.bulk);
    mock.decided.set(id, 'declined');
    await button(page, 'Approve once').click();
    await heading(page, 'This call was declined').waitFor();
    assert.equal(await focused(page), 'This call was declined');
    await check(page, 'approve-faster');
    mock.decided.set(id, 'used');
    await open(page, id, 'This call was approved');
    await page.getByText('Triage agent has used the approval.').waitFor();
});

test('a decision that did not arrive can be sent again', async (t) => {
    const page = await openPage(t);
    const id = tokenOf('reply');
    await open(page, id, calls.reply);
    await page.route('**/approve/call', (route) => route.fulfill({ status: 503, body: 'try again' }), { times: 1 });
    await button(page, 'Approve once').click();
    await page.getByText('That did not work').waitFor();
    assert.match(await focused(page), /That did not work/);
    await check(page, 'approve-failed');
    await button(page, 'Approve once').click();
    await heading(page, 'You approved the call').waitFor();
});

test('a message names everybody who gets it, and says who reads it', async (t) => {
    const page = await openPage(t);
    await open(page, tokenOf('replyAll'), calls.replyAll);
    const message = page.getByRole('region', { name: 'E-mail' });
    await message.getByText('The customer will read this.').waitFor();
    assert.deepEqual(await message.locator('.person').allTextContents(), [
        'Dana Fox dana@shopper.example',
        'Robin Okafor robin@shopper.example',
        'orders@warehouse.example',
        'archive@acme.example',
        'Acme Support support@acme.example',
    ]);
    await page.getByText('The exact requests (3)').click();
    assert.deepEqual(await page.locator('.exact .tag').allTextContents(), ['reads', 'writes', 'writes']);
    assert.equal(await page.locator('pre').count(), 2, 'the read was made already');
    assert.match(await page.locator('pre').first().textContent(), /^POST .*\/messages/);
    await page.locator('.exact').evaluate((element) => element.scrollIntoView());
    await check(page, 'approve-steps');
    await open(page, tokenOf('note'), calls.note);
    await page.getByRole('region', { name: 'Internal note' }).getByText('Only your team sees this.').waitFor();
});

test('what nobody knows is said, and is no value', async (t) => {
    const page = await openPage(t);
    await open(page, tokenOf('unknown'), calls.unknown);
    await page.getByText('What is there now is not known.').waitFor();
    assert.equal(await row(page, 'Status').locator('.word').textContent(), 'not known');
    assert.equal(await row(page, 'Tags').locator('dd').textContent(), 'only these will be left:vip');
    await open(page, tokenOf('hostile'), calls.hostile);
    assert.deepEqual(await row(page, 'Status').locator('.value').allTextContents(), ['not known', 'empty']);
    assert.equal(await row(page, 'Status').locator('.word').count(), 0);
});

test('hostile texts stay texts, with nothing hidden in them', async (t) => {
    const page = await openPage(t, { width: 390, height: 844 });
    page.on('dialog', () => assert.fail('a script ran'));
    await open(page, tokenOf('hostile'), calls.hostile);
    assert.equal(await page.locator('img').count(), 0);
    assert.equal(await page.getByRole('heading').count(), 1);
    assert.equal(await page.getByText('mallory@evil.example').isVisible(), true);
    assert.match(await page.locator('blockquote').textContent(), /⟨U\+202E⟩gnihton sdnes⟨U\+202C⟩ ⟨U\+200B⟩⟨U\+E0041⟩/);
    await page.getByText('The exact request').click();
    await page.locator('.exact').evaluate((element) => element.scrollIntoView());
    await assertDecisionInView(page, 'with the exact request');
    await check(page, 'approve-hostile-exact-phone');
});

test('a long text is folded, and opens', async (t) => {
    const page = await openPage(t);
    await open(page, tokenOf('long'), calls.long);
    const text = page.locator('blockquote .text');
    const folded = (await text.boundingBox()).height;
    const fold = button(page, 'Show all 10,440 characters');
    assert.equal(await fold.getAttribute('aria-expanded'), 'false');
    await fold.click();
    assert.ok((await text.boundingBox()).height > folded * 3);
    await assertDecisionInView(page, 'unfolded');
    await picture(page, 'approve-unfolded');
    await button(page, 'Show less').click();
    assert.equal((await text.boundingBox()).height, folded);
});

test('with the keyboard alone; what has the focus is not behind the decision', async (t) => {
    const page = await openPage(t, { width: 800, height: 600 });
    const id = tokenOf('long');
    await page.goto(linkTo(id));
    await heading(page, asked).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.type(approvalCode.toLowerCase());
    await page.keyboard.press('Enter');
    await heading(page, calls.long).waitFor();
    const reached = [];
    for (let i = 0; i < 5; i += 1) {
        await page.keyboard.press('Tab');
        const { name, isSeen } = await page.evaluate(() => {
            const { activeElement } = document;
            const { left, top, width, height } = activeElement.getBoundingClientRect();
            const seen = document.elementFromPoint(left + width / 2, top + height / 2);
            return { name: activeElement.textContent, isSeen: activeElement.contains(seen) };
        });
        assert.ok(isSeen, `${name} is seen`);
        reached.push(name);
    }
    assert.deepEqual(reached.slice(-3), ['The exact request', 'Decline', 'Approve once']);
    await page.keyboard.press('Enter');
    await heading(page, 'You approved the call').waitFor();
    assert.equal(sentFor(id).at(-1).decision, 'approve');
});

test('a link that leads nowhere says what to do', async (t) => {
    const page = await openPage(t);
    await page.goto(`${mock.link}/approve`);
    await heading(page, 'There is nothing to approve here').waitFor();
    assert.equal(await field(page, 'Code').count(), 0);
});

test('the time that is left is kept up to date', async (t) => {
    const page = await openPage(t);
    await page.clock.install();
    await open(page, tokenOf('tags'), calls.tags);
    await page.getByText('Expires in 58 minutes').waitFor();
    await page.clock.fastForward('03:00');
    await page.getByText('Expires in 55 minutes').waitFor();
    await page.clock.fastForward('54:59');
    await page.getByText('Expires in less than a minute').waitFor();
    await page.clock.fastForward('01:00');
    await page.getByText('Expired. Nothing happens before you decide.').waitFor();
});
