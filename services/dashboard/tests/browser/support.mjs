// A browser, the mock, and what every page has to pass: nothing in the console, nothing the policy refused, axe.
import assert from 'node:assert/strict';
import { readFile, mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { after } from 'node:test';
import { chromium } from 'playwright-core';
import { start } from '../mock.mjs';

const results = fileURLToPath(new URL('../results/', import.meta.url));
const axe = await readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

await mkdir(results, { recursive: true });
export const mock = await start();
const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium-headless-shell',
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
after(async () => {
    await browser.close();
    await mock.close();
});

let count = 0;
/** A link token of its own for what the mock calls `name`; "-return" in it gives the link a redirect_uri. */
export const tokenOf = (name, more = '') => `${name}-${++count}${more}`;
export const linkTo = (token, query = '') => `${mock.link}/connect?link_token=${token}${query}`;

/** A page whose test fails on errors in the console, but for the line that the browser writes of each refused request. */
export async function openPage(t, { width = 900, height = 900, ...options } = {}) {
    const context = await browser.newContext({ viewport: { width, height }, reducedMotion: 'reduce', ...options });
    context.setDefaultTimeout(8000);
    const complaints = [];
    const listen = (page) => {
        page.on('pageerror', (error) => complaints.push(String(error)));
        page.on('console', (message) => {
            const text = message.text();
            if (
                message.type() === 'error' &&
                !/responded with a status of (4|5)\d\d|ERR_INTERNET_DISCONNECTED/.test(text)
            )
                complaints.push(text);
        });
    };
    context.on('page', listen);
    const page = await context.newPage();
    t.after(async () => {
        await context.close();
        assert.deepEqual(complaints, []);
    });
    return page;
}

/** Accessibility as axe sees it, and a picture. `frame` is what is checked if it is not the whole page. */
export async function check(page, name, frame = page) {
    await frame.evaluate(axe);
    const { violations } = await frame.evaluate(() => window.axe.run(document, { iframes: false }));
    assert.deepEqual(
        violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
        [],
        name,
    );
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: `${results}${name}.png` });
}

export async function picture(page, name) {
    await page.screenshot({ path: `${results}${name}.png` });
}

/** An element itself does not come out of a page, its numbers do. */
export const widths = (page) =>
    page.evaluate(() => {
        const { scrollWidth, clientWidth } = document.documentElement;
        return { scrollWidth, clientWidth };
    });

export const heading = (page, name) => page.getByRole('heading', { level: 1, name });
export const button = (page, name) => page.getByRole('button', { name });
export const field = (page, name) => page.getByRole('textbox', { name });

/** The accessible text of what has the focus. */
export const focused = (page) => page.evaluate(() => document.activeElement?.textContent ?? '');

export async function fillForm(page, { subdomain = 'acme', email = 'kim@acme.example', key = 'right-key' } = {}) {
    await field(page, 'Subdomain').fill(subdomain);
    await field(page, 'E-mail').fill(email);
    await page.getByLabel('API key', { exact: true }).fill(key);
}
