// The Link UI of the running product in a real browser, opened by a developer's page on another origin, with the simulator
// as the vendor. Pictures of each step: results/link-ui/. (services/dashboard has the tests of the pages themselves.)
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

import { chromium } from '../../services/dashboard/node_modules/playwright-core/index.mjs';
import { callTool } from './support/mcp.mjs';
import { environment } from './support/product.mjs';
import { atMost, file, test } from './support/test.mjs';

const where = await environment('link-ui');
const { api } = where;
await api.ok('PATCH', `/environment/${where.id}`, { theme: { name: 'Acme Desk', color: '#3451d1' } });
const pictures = join(import.meta.dirname, 'results/link-ui');
mkdirSync(pictures, { recursive: true });

/// The developer's page: a button that opens the Link UI and keeps what comes of it.
const host = createServer((request, response) => {
    const { searchParams } = new URL(request.url, 'http://host');
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(`<!doctype html><html lang="en"><title>Acme Desk</title><h1>Settings</h1><button>Connect</button>
<script type="module">
import { authenticate } from '${api.url}/sluice-link.js';
document.querySelector('button').addEventListener('click', () => {
    authenticate('${searchParams.get('token')}', { mode: '${searchParams.get('mode') ?? 'iframe'}' }).then(
        (result) => (window.outcome = result),
        (error) => (window.outcome = { error_type: error.error_type }),
    );
});
</script>`);
});
await new Promise((done) => host.listen(0, '127.0.0.1', done));
// Another site than the api: localhost and 127.0.0.1 are two.
const hostUrl = `http://localhost:${host.address().port}`;
const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium-headless-shell',
    args: ['--no-sandbox'],
});
file.after(async () => {
    await atMost(5, browser.close());
    host.close();
});

async function openHost(t, members, mode) {
    const { link_token } = await api.ok('POST', '/link-token', members);
    const context = await browser.newContext({ viewport: { width: 900, height: 900 }, reducedMotion: 'reduce' });
    context.setDefaultTimeout(10_000);
    t.after(() => atMost(5, context.close()));
    const page = await context.newPage();
    await page.goto(`${hostUrl}/?token=${link_token}&mode=${mode ?? 'iframe'}`);
    await page.getByRole('button', { name: 'Connect' }).click();
    return page;
}
const dialogOf = async (page) => {
    const frame = await (await page.locator('iframe').elementHandle()).contentFrame();
    await frame.getByRole('heading', { level: 1 }).waitFor();
    return frame;
};
const outcomeOf = async (page) => {
    await page.waitForFunction(() => window.outcome !== undefined);
    return page.evaluate(() => window.outcome);
};
const picture = (page, name) => page.screenshot({ path: join(pictures, `${name}.png`) });
const choose = (frame, name) => frame.getByRole('button', { name }).click();
/// Once more if the page has not gone on: a press is cancelled when the button moves from under the pointer, as when the
/// frame takes its size.
const chooseMethod = async (frame, name) => {
    const choice = frame.locator('button.choice', { hasText: name });
    await choice.click();
    const isLost = await choice.waitFor({ state: 'detached', timeout: 2000 }).then(() => false, () => true);
    if (isLost) await choice.click();
};
const works = async (id) => {
    const { url } = await api.ok('POST', `/integrated-account/${id}/mcp`, { name: 'x', config: { methods: ['read'] } });
    const result = await callTool(url, 'list_all_gorgias_tickets', { limit: 1 });
    assert.ok(!result.isError, result.content[0].text);
    return url;
};

async function fillKey(frame, { subdomain, email }, key) {
    // Reconnecting, it is known and stays.
    const field = frame.getByLabel('Subdomain');
    if (await field.isEditable()) await field.fill(subdomain);
    await frame.getByLabel('E-mail').fill(email);
    await frame.getByRole('textbox', { name: 'API key' }).fill(key);
    await frame.getByRole('button', { name: /^Connect Gorgias|^Reconnect/ }).click();
}

/// Through the vendor's window, from a click in ours.
async function approve(page, frame, subdomain, name, decision = 'Approve') {
    const field = frame.getByLabel('Subdomain');
    if (await field.isEditable()) await field.fill(subdomain);
    const [vendor] = await Promise.all([page.waitForEvent('popup'), choose(frame, /^Continue to Gorgias/)]);
    await vendor.getByRole('button', { name: decision }).waitFor();
    await picture(vendor, `${name}-vendor`);
    return vendor;
}

test('an API key: a wrong one is told and corrected', async (t) => {
    const desk = await where.simulator.addAccount();
    const page = await openHost(t, { tenant_id: desk.subdomain });
    const frame = await dialogOf(page);
    await chooseMethod(frame, /API key/);
    await picture(page, 'key-form');
    await fillKey(frame, desk, 'a-wrong-key');
    await frame.getByText(/did not accept/).waitFor();
    await picture(page, 'key-refused');
    await frame.getByRole('textbox', { name: 'API key' }).fill(desk.apiKey);
    await frame.getByRole('button', { name: /^Connect Gorgias/ }).click();
    const outcome = await outcomeOf(page);
    assert.equal(outcome.result, 'success');
    assert.equal(outcome.integration, 'gorgias');
    await works(outcome.integrated_account_id);
    assert.equal((await api.all(`/integrated-account?tenant_id=${desk.subdomain}`)).length, 1);
});

test('OAuth from a dialog on another site', async (t) => {
    const desk = await where.simulator.addAccount();
    const page = await openHost(t, { tenant_id: desk.subdomain });
    const frame = await dialogOf(page);
    await chooseMethod(frame, /Gorgias account/);
    await picture(page, 'oauth-form');
    const vendor = await approve(page, frame, desk.subdomain, 'oauth');
    await vendor.getByRole('button', { name: 'Approve' }).click();
    const outcome = await outcomeOf(page);
    assert.equal(outcome.result, 'success', JSON.stringify(outcome));
    await works(outcome.integrated_account_id);
});

test('declined at the vendor, then approved with the same link', async (t) => {
    const desk = await where.simulator.addAccount();
    const page = await openHost(t, { tenant_id: desk.subdomain });
    const frame = await dialogOf(page);
    await chooseMethod(frame, /Gorgias account/);
    const vendor = await approve(page, frame, desk.subdomain, 'declined', 'Deny');
    await vendor.getByRole('button', { name: 'Deny' }).click();
    await frame.getByText(/You did not approve the access at Gorgias/).waitFor();
    await picture(page, 'declined');
    const again = await approve(page, frame, desk.subdomain, 'declined-again');
    await again.getByRole('button', { name: 'Approve' }).click();
    assert.equal((await outcomeOf(page)).result, 'success');
});

test('the vendor’s window closed by hand', async (t) => {
    const desk = await where.simulator.addAccount();
    const page = await openHost(t, { tenant_id: desk.subdomain });
    const frame = await dialogOf(page);
    await chooseMethod(frame, /Gorgias account/);
    const vendor = await approve(page, frame, desk.subdomain, 'closed');
    await atMost(5, vendor.close());
    const again = frame.getByRole('button', { name: /Try again/ });
    await again.waitFor();
    await picture(page, 'closed');
    // Where the keyboard is: Chromium does not always say what became of a key after the window in front was closed.
    await page.bringToFront();
    await atMost(5, again.press('Escape').catch(() => {}));
    assert.deepEqual(await outcomeOf(page), { error_type: 'closed' });
    assert.equal((await api.all(`/integrated-account?tenant_id=${desk.subdomain}`)).length, 0);
});

test('reconnecting keeps the account and its MCP URL', async (t) => {
    const desk = await where.simulator.addAccount();
    const { id } = await api.ok('POST', '/integrated-account', {
        tenant_id: desk.subdomain,
        environment_integration_id: where.installation,
        authentication_method: 'api_key',
        context: { subdomain: desk.subdomain, email: desk.email, api_key: desk.apiKey },
    });
    const url = await works(id);
    await desk.fault({ kind: 'reject_credentials' });
    await callTool(url, 'list_all_gorgias_tickets', { limit: 1 });
    await desk.clearFaults();
    const page = await openHost(t, { integrated_account_id: id, persist_previous_context: true }, 'popup').catch(() => undefined);
    const popup = page.context().pages()[1] ?? (await page.waitForEvent('popup'));
    await popup.getByRole('heading', { name: /Reconnect/i }).waitFor();
    await picture(popup, 'reconnect');
    await popup.getByRole('button', { name: /API key/ }).click();
    await fillKey(popup, desk, desk.apiKey);
    const outcome = await outcomeOf(page);
    assert.equal(outcome.integrated_account_id, id);
    assert.ok(!(await callTool(url, 'list_all_gorgias_tickets', { limit: 1 })).isError, 'the old URL works again');
});

test('a link that was used up', async (t) => {
    const desk = await where.simulator.addAccount();
    const { link_token } = await api.ok('POST', '/link-token', { tenant_id: desk.subdomain });
    const headers = { authorization: `Bearer ${link_token}`, 'content-type': 'application/json' };
    const context = { subdomain: desk.subdomain, email: desk.email, api_key: desk.apiKey };
    const body = JSON.stringify({ environment_integration_id: where.installation, authentication_method: 'api_key', context });
    assert.equal((await fetch(`${api.url}/connect/session`, { method: 'POST', headers, body })).status, 200);
    const page = await (await browser.newContext()).newPage();
    t.after(() => atMost(5, page.context().close()));
    await page.goto(`${api.url}/connect?link_token=${link_token}`);
    await page.getByText(/new link/).waitFor();
    assert.ok(!page.url().includes('slx_link_'), 'the token is not left in the address');
    await picture(page, 'used-up');
});
