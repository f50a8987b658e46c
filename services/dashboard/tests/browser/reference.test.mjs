// The reference of the API, made from api-spec/openapi.yaml.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { check, mock, openPage, widths } from './support.mjs';

const specification = await readFile(new URL('../../../../api-spec/openapi.yaml', import.meta.url), 'utf8');
/** The names of the groups of operations. */
const groups = [...specification.matchAll(/^  - name: (.+)$/gm)].map(([, name]) => name);
const sizes = { wide: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };
/** The page reads half a megabyte of YAML, and shows more when it is done. */
const patience = { timeout: 40_000 };
const long = { timeout: 180_000 };
const linkToken = { hash: '#tag/connecting/POST/link-token', title: 'Make a link for a customer' };

/** Waits until nothing has been added for a second. */
const settle = (page) =>
    page.evaluate(
        () =>
            new Promise((resolve) => {
                let timer = setTimeout(resolve, 1000);
                new MutationObserver(() => {
                    clearTimeout(timer);
                    timer = setTimeout(resolve, 1000);
                }).observe(document.documentElement, { subtree: true, childList: true, attributes: true });
            }),
    );

/** The page, and a function that fails if the policy refused something or something of another origin was asked for. */
async function open(t, { hash = '', title = 'From nothing to the first tool call', ...options } = {}) {
    const page = await openPage(t, options);
    page.setDefaultTimeout(patience.timeout);
    const asked = [];
    page.on('request', (request) => asked.push(new URL(request.url())));
    await page.addInitScript(() => {
        window.refused = [];
        addEventListener('securitypolicyviolation', (event) => window.refused.push(event.effectiveDirective));
    });
    await page.goto(`${mock.link}/reference${hash}`, patience);
    await page.getByRole('heading', { name: title }).first().waitFor();
    await settle(page);
    const staysAtHome = async () => {
        assert.deepEqual(await page.evaluate(() => window.refused), [], 'the policy refused nothing');
        const others = asked.filter(({ protocol, origin }) => protocol !== 'data:' && origin !== mock.link);
        assert.deepEqual(others.map(String), [], 'nothing of another origin');
        assert(asked.some(({ pathname }) => pathname === '/openapi.yaml'));
    };
    return { page, staysAtHome };
}
const list = (page) => page.getByRole('complementary');

for (const [size, viewport] of Object.entries(sizes))
    for (const colorScheme of ['light', 'dark'])
        test(`${size}, ${colorScheme}: the beginning, and the address of an operation`, long, async (t) => {
            const { page, staysAtHome } = await open(t, { ...viewport, colorScheme });
            for (const name of ['start', 'operation']) {
                if (name === 'operation') {
                    await page.evaluate((hash) => location.assign(hash), linkToken.hash);
                    await page.getByRole('heading', { name: linkToken.title }).first().waitFor();
                    await settle(page);
                }
                await check(page, `reference-${name}-${size}-${colorScheme}`);
                const { scrollWidth, clientWidth } = await widths(page);
                assert.equal(scrollWidth, clientWidth, 'nothing sticks out');
            }
            await staysAtHome();
        });

test('every group of operations is in the list, and opens', long, async (t) => {
    const { page, staysAtHome } = await open(t, sizes.wide);
    assert(groups.length > 15);
    for (const name of groups) await list(page).getByRole('link', { name, exact: true }).waitFor();
    await list(page).getByRole('button', { name: 'Open Group - MCP servers' }).click();
    await list(page)
        .getByRole('link', { name: /^Mint an MCP URL HTTP/ })
        .waitFor();
    await staysAtHome();
});

test('an operation names its path, its members and how to call it at this address', long, async (t) => {
    const { page, staysAtHome } = await open(t, { ...sizes.wide, ...linkToken });
    await page.getByText('tenant_id', { exact: true }).first().waitFor();
    const call = page.locator('pre', { hasText: `curl ${mock.link}/link-token` });
    await call.first().waitFor();
    await staysAtHome();
});

for (const [size, viewport] of Object.entries(sizes))
    test(`${size}: the search finds an operation and leads to it`, long, async (t) => {
        const { page, staysAtHome } = await open(t, viewport);
        if (size === 'phone') await page.getByRole('button', { name: 'Open Menu' }).click();
        await page
            .getByRole('button', { name: /^Open Search/ })
            .filter({ visible: true })
            .first()
            .click();
        const search = page.getByRole('dialog').getByRole('combobox');
        const first = page.getByRole('option').first();
        for (const [words, found] of [
            ['mcp', /mcp/i],
            ['mint', /^Operation: Mint an MCP URL/],
            ['link for a customer', /^Operation: Make a link for a customer/],
        ]) {
            await search.fill(words);
            await first.and(page.getByRole('option', { name: found })).waitFor();
        }
        await settle(page);
        await check(page, `reference-search-${size}`);
        await first.click();
        await page.waitForURL(/#tag\/connecting\/POST\/link-token$/);
        await staysAtHome();
    });
