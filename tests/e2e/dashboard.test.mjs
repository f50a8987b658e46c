// The newcomer's path in a real browser against the running product: sign in, a connected account, an MCP server, a tool run
// in the playground, and its line in the log. Every click is counted. Pictures: results/dashboard.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { chromium } from '../../services/dashboard/node_modules/playwright-core/index.mjs';
import { callTool } from './support/mcp.mjs';
import { secretIn, Team } from './support/people.mjs';
import { cli, main } from './support/product.mjs';
import { atMost, file, test } from './support/test.mjs';

const mostClicks = 12;
const pictures = join(import.meta.dirname, 'results/dashboard');
mkdirSync(pictures, { recursive: true });
const axe = readFileSync(join(import.meta.dirname, '../../services/dashboard/node_modules/axe-core/axe.min.js'), 'utf8');

const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium-headless-shell',
    args: ['--no-sandbox'],
});
file.after(() => atMost(5, browser.close()));

/// A page that complains of errors in the console, and counts clicks.
async function open(t, link) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' });
    context.setDefaultTimeout(15_000);
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
    const clicks = [];
    const click = async (target) => {
        await target.click();
        clicks.push(String(target));
    };
    return { page, clicks, click };
}
/// Accessibility as axe sees it, and a picture.
async function look(page, name) {
    await page.screenshot({ path: join(pictures, `${name}.png`) });
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => window.axe.run(document));
    assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`), [], name);
}

test('from the link to sign in to the log line of a first call', async (t) => {
    const team = await Team.make('dashboard');
    await cli('environment', 'create', 'production', '--team', team.name);
    const { email } = await team.add('owner');
    const secret = secretIn(await cli('user', 'sign-in', team.id, email));
    const { page, clicks, click } = await open(t, `${main.url}/sign-in?return=/dashboard#${secret}`);
    const button = (name) => page.getByRole('button', { name });

    await click(button('Continue'));
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    await page.getByText('Welcome').waitFor();
    await look(page, 'empty');

    await click(button('Connect a demo account'));
    await page.getByRole('heading', { level: 1, name: 'demo' }).waitFor();

    await click(button('Create MCP server').first());
    await page.getByRole('dialog').getByText(/^\d+ tools$/).waitFor();
    await look(page, 'create');
    await click(page.getByRole('dialog').getByRole('button', { name: 'Create MCP server' }));
    const url = (await page.getByRole('group', { name: 'URL', exact: true }).textContent()).trim();
    assert.match(url, /\/mcp\/slx_mcp_[0-9A-Za-z]+$/);
    await look(page, 'created');
    assert.ok((await callTool(url, 'list_all_gorgias_tickets', { limit: 1 })).data, 'the URL works');
    await click(button('Done'));

    await click(page.getByRole('link', { name: 'Try a tool' }));
    await click(page.getByRole('combobox', { name: 'Tool' }));
    await page.getByRole('combobox', { name: 'Tool' }).fill('list_all_gorgias_tickets');
    await click(page.getByRole('option', { name: /^list_all_gorgias_tickets/ }));
    await click(button('Run'));
    await page.getByRole('region', { name: 'Answer' }).getByText('Done', { exact: true }).waitFor();
    await look(page, 'playground');

    await click(page.getByRole('link', { name: 'In the log' }));
    await page.getByRole('heading', { level: 1, name: 'Logs' }).waitFor();
    const line = page.getByRole('row').filter({ hasText: 'list_all_gorgias_tickets' });
    await line.first().waitFor();
    await look(page, 'log');
    assert.ok(clicks.length <= mostClicks, `${clicks.length} clicks: ${clicks.join(', ')}`);
}, 120);
