// The page on which a person decides about a call, in a real browser against the running product. Pictures: results/approval.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { chromium } from '../../services/dashboard/node_modules/playwright-core/index.mjs';
import { callTool } from './support/mcp.mjs';
import { connect, mainEnvironment } from './support/product.mjs';
import { atMost, file, test } from './support/test.mjs';

const where = await mainEnvironment();
const account = await connect(file, where, { tickets: 40 });
const { simulated } = account;
const { url } = await account.mint({ approval_tags: ['tickets'], approval_link: true });
const tickets = (await simulated.get('/api/tickets?limit=40')).data;
const pictures = join(import.meta.dirname, 'results/approval');
mkdirSync(pictures, { recursive: true });
const axe = readFileSync(join(import.meta.dirname, '../../services/dashboard/node_modules/axe-core/axe.min.js'), 'utf8');
const update = 'update_a_gorgias_ticket_by_id';
const remove = 'delete_a_gorgias_ticket_by_id';

const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium-headless-shell',
    args: ['--no-sandbox'],
});
file.after(() => atMost(5, browser.close()));

async function open(t, link, options = {}) {
    const context = await browser.newContext({ viewport: { width: 900, height: 900 }, reducedMotion: 'reduce', ...options });
    context.setDefaultTimeout(10_000);
    const complaints = [];
    const page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
        if (message.type() === 'error' && !/responded with a status of 4\d\d/.test(message.text())) complaints.push(message.text());
    });
    t.after(async () => {
        await atMost(5, context.close());
        assert.deepEqual(complaints, []);
    });
    await page.goto(link);
    await page.getByRole('heading', { level: 1 }).waitFor();
    return page;
}
/// Accessibility as axe sees it, and a picture.
async function look(page, name) {
    await page.screenshot({ path: join(pictures, `${name}.png`) });
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => window.axe.run(document));
    assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`), [], name);
}
const ask = async (tool, args) => (await callTool(url, tool, args)).data;
/// The page behind the code, which comes by the developer's way.
async function openCall(t, { approval_id, approval_url }, options) {
    const page = await open(t, approval_url, options);
    const { code } = await where.api.ok('GET', `/approval/${approval_id}`);
    await enter(page, code ?? '');
    return page;
}
/// What will happen to one field.
const row = (page, label) => page.locator('.row').filter({ has: page.locator('dt').getByText(label, { exact: true }) });
async function enter(page, code) {
    await page.getByLabel('Code').fill(code);
    await page.getByRole('button', { name: 'Show the call' }).click();
}

test('shows what would change and the exact request; approved, the call is made', async (t) => {
    const [ticket] = tickets;
    const status = ticket.status === 'open' ? 'closed' : 'open';
    const args = { id: ticket.id, status, subject: '<img src=x onerror=alert(1)> Ä' };
    const asked = await ask(update, args);
    const page = await openCall(t, asked);
    await page.getByRole('heading', { name: `Change ticket ${ticket.id}` }).waitFor();
    await page.getByText(`in the Gorgias account of ${simulated.subdomain}`).waitFor();
    await page.getByRole('region', { name: 'Ticket' }).getByText(ticket.subject, { exact: true }).waitFor();
    assert.deepEqual(await row(page, 'Status').locator('.value').allTextContents(), [ticket.status, status]);
    assert.deepEqual(await row(page, 'Subject').locator('.value').allTextContents(), [ticket.subject, args.subject]);
    await page.getByText('The exact request').click();
    assert.match(await page.locator('pre').textContent(), new RegExp(`^PUT .*/api/tickets/${ticket.id}`));
    await look(page, 'update');
    await page.getByRole('button', { name: 'Approve once' }).click();
    await page.getByRole('heading', { name: 'You approved the call' }).waitFor();
    await look(page, 'approved');
    assert.equal((await simulated.get(`/api/tickets/${ticket.id}`)).status, ticket.status, 'not before the agent goes on');
    assert.ok((await callTool(url, update, args)).isError !== true);
    assert.equal((await simulated.get(`/api/tickets/${ticket.id}`)).status, status);
});

test('a deletion is said to be one; declined, nothing happens, and the link shows so', async (t) => {
    const [, ticket] = tickets;
    const asked = await ask(remove, { id: ticket.id });
    const { code } = await where.api.ok('GET', `/approval/${asked.approval_id}`);
    const page = await openCall(t, asked, { colorScheme: 'dark', viewport: { width: 390, height: 844 } });
    await page.getByRole('heading', { name: `Delete ticket ${ticket.id}` }).waitFor();
    await page.getByText('This cannot be undone.').waitFor();
    await page.getByText(ticket.subject).waitFor();
    for (const name of ['Approve once', 'Decline']) {
        const { y, height } = await page.getByRole('button', { name }).boundingBox();
        assert.ok(y + height <= 844, `${name} is in view`);
    }
    await look(page, 'deletion-dark-small');
    await page.getByRole('button', { name: 'Decline' }).click();
    await page.getByRole('heading', { name: 'You declined the call' }).waitFor();
    const again = await open(t, asked.approval_url);
    await enter(again, code);
    await again.getByRole('heading', { name: 'This call was declined' }).waitFor();
    await look(again, 'declined');
    assert.equal((await simulated.get(`/api/tickets/${ticket.id}`)).id, ticket.id);
});

test('what the vendor does not show is said to be unknown, not to be empty', async (t) => {
    const scopes = ['account:read', 'tickets:write', 'offline'];
    const blind = await connect(t, where, {
        tickets: 1,
        authentication_method: 'oauth2',
        context: async (simulated) => {
            const { access_token, refresh_token } = await simulated.tokens({ scopes });
            return { oauth: { token: { access_token, refresh_token } } };
        },
    });
    const [{ id }] = (await blind.simulated.get('/api/tickets?limit=1')).data;
    const server = await blind.mint({ approval_tags: ['tickets'], approval_link: true });
    const page = await openCall(t, (await callTool(server.url, update, { id, status: 'closed' })).data);
    await page.getByText('What is there now is not known.').waitFor();
    await page.getByText('closed', { exact: true }).waitFor();
    assert.equal(await row(page, 'Status').locator('.word').textContent(), 'not known');
    await look(page, 'unknown');
});

test('two who decide at once: the second sees what the first said', async (t) => {
    const asked = await ask(remove, { id: tickets[2].id });
    const [first, second] = [await openCall(t, asked), await openCall(t, asked)];
    await second.getByRole('button', { name: 'Approve once' }).waitFor();
    await first.getByRole('button', { name: 'Decline' }).click();
    await first.getByRole('heading', { name: 'You declined the call' }).waitFor();
    await second.getByRole('button', { name: 'Approve once' }).click();
    await second.getByRole('heading', { name: 'This call was declined' }).waitFor();
});

test('with the keyboard alone', async (t) => {
    const asked = await ask(remove, { id: tickets[3].id });
    const { code } = await where.api.ok('GET', `/approval/${asked.approval_id}`);
    const page = await open(t, asked.approval_url);
    await page.keyboard.press('Tab');
    await page.keyboard.type(code.toLowerCase());
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Decline' }).waitFor();
    const decline = page.getByRole('button', { name: 'Decline' });
    for (let i = 0; i < 10 && !(await decline.evaluate((button) => button === document.activeElement)); i += 1)
        await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'You declined the call' }).waitFor();
});

test('a link that leads nowhere says what to do', async (t) => {
    const page = await open(t, `${where.api.url}/approve`);
    await page.getByRole('heading', { name: 'There is nothing to approve here' }).waitFor();
    await look(page, 'nothing');
});

for (const [name, options] of [
    ['light', { colorScheme: 'light' }],
    ['dark', { colorScheme: 'dark' }],
    ['light-small', { colorScheme: 'light', viewport: { width: 390, height: 844 } }],
    ['dark-small', { colorScheme: 'dark', viewport: { width: 390, height: 844 } }],
])
    test(`without the code the page shows nothing of the call (${name})`, async (t) => {
        const { approval_url } = await ask(remove, { id: tickets[4].id });
        const page = await open(t, approval_url, options);
        await page.getByRole('heading', { name: 'An AI agent asks for your approval' }).waitFor();
        assert.ok(!(await page.textContent('body')).includes(tickets[4].subject));
        await look(page, `code-${name}`);
        if (name !== 'dark-small') return;
        await enter(page, 'AAAAAAAA');
        await page.getByText('This is not the code of this call.').waitFor();
        assert.ok(!(await page.textContent('body')).includes(tickets[4].subject));
        await look(page, 'code-wrong');
        for (let i = 0; i < 5; i += 1) await enter(page, `AAAAAAA${i}`);
        await page.getByRole('heading', { name: 'There is nothing to approve here' }).waitFor();
    });

const sizes = { wide: { width: 1280, height: 900 }, tablet: { width: 800, height: 900 }, phone: { width: 390, height: 844 } };
const [{ id: customerId }, { id: otherId }] = (await simulated.get('/api/customers?limit=2')).data;
const whole = await account.mint({ approval_tags: ['tickets', 'macros', 'customers', 'messages'], approval_link: true });
const byMail = tickets.slice(5).find(({ channel }) => channel === 'email');
const otherTeam = byMail.assignee_team?.name === 'Support' ? 'Sales' : 'Support';
/// [what is asked for, its tool, its arguments, what the page must say]
const shownCalls = [
    ['tags', 'gorgias_ticket_tags_set', { ticket_id: byMail.id, names: ['vip', 'brand-new'] }, ['Tags', 'brand-new']],
    ['reply', 'gorgias_ticket_reply', { ticket_id: byMail.id, public: true, body_text: 'It ships tomorrow.\n\nKind regards', status: byMail.status === 'open' ? 'closed' : 'open' }, ['It ships tomorrow.', 'The customer will read this.', 'Status']],
    ['removal', remove, { id: byMail.id }, ['This cannot be undone.']],
    ['macro', 'create_a_gorgias_macro', { name: 'Close it', actions: [{ name: 'setStatus', title: 'Close', arguments: { status: 'closed' } }] }, ['Close it']],
    ['bulk', 'gorgias_customers_bulk_delete', { ids: [customerId, otherId] }, ['Delete 2 customers', String(customerId)]],
    ['assign', 'gorgias_ticket_assign', { ticket_id: byMail.id, assignee_team_id: otherTeam }, [otherTeam]],
];
for (const [name, tool, args, words] of shownCalls)
    test(`${name}: in words, with the decision in view, at every size and in both themes`, async (t) => {
        const { data, content } = await callTool(whole.url, tool, args);
        assert.equal(data?.status, 'pending_approval', content[0].text);
        for (const [size, viewport] of Object.entries(sizes))
            for (const colorScheme of ['light', 'dark']) {
                const page = await openCall(t, data, { viewport, colorScheme });
                await page.getByRole('button', { name: 'Approve once' }).waitFor();
                const text = await page.locator('body').innerText();
                for (const word of words) assert.ok(text.includes(word), `${word}: ${text}`);
                for (const button of ['Approve once', 'Decline']) {
                    const { y, height } = await page.getByRole('button', { name: button }).boundingBox();
                    assert.ok(y >= 0 && y + height <= viewport.height, `${button} is in view`);
                }
                await look(page, `${name}-${size}-${colorScheme}`);
                await page.close();
            }
    });
