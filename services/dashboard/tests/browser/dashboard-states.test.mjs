// Every page of the dashboard in each of its states, in both themes: axe, nothing sticks out, nothing in the console. The
// pages are those of the route list, so a page without its states fails here.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { routes } from '../../src/dashboard/routes.ts';
import { startBoard } from '../board.mjs';
import { check, openPage, picture, widths } from './support.mjs';

const board = await startBoard();
after(() => board.close());

const zeros = '0'.repeat(26);
/** What the address of a page names. */
const ids = {
    account: `ia_${zeros.slice(1)}1`,
    'mcp-server': `mcp_srv_${zeros}`,
    'log-entry': `log_${zeros}`,
    integration: `envint_${zeros}`,
    webhook: `wh_${zeros}`,
};
const pathOf = ({ id, path }) =>
    path
        .replace(':env', board.env)
        .replace('/:tab?', '')
        .replace(':id', ids[id] ?? 'none');

/** Where an empty list is not all that the page shows, or there is no list: what says then that it is there. */
const emptySigns = {
    overview: 'text=Welcome',
    account: '.timeline',
    'mcp-server': 'text=This customer has no account yet.',
    'log-entry': '.waterfall',
    integration: 'text=Redirect URI',
    settings: 'text=Quotas',
    environments: '[role=table]',
    profile: 'text=Second factor',
};
/** Pages whose list is not what makes them long. */
const withoutRows = new Set([
    'overview',
    'account',
    'mcp-server',
    'log-entry',
    'integration',
    'settings',
    'environments',
    'profile',
    'playground',
]);

const states = {
    rows: (page) =>
        page.waitForFunction(() => document.querySelector('[data-state="loading"], .board-body .bar') === null),
    empty: (page, id) =>
        page
            .locator(emptySigns[id] ?? '[data-state="empty"]')
            .first()
            .waitFor(),
    loading: (page) => page.locator('.board-body [data-state="loading"], .board-body .bar').first().waitFor(),
    error: async (page) => {
        await page.locator('[data-state="error"]').first().waitFor();
        await page.getByRole('button', { name: 'Try again' }).first().waitFor();
    },
    denied: async (page) => {
        await page.locator('[data-state="denied"]').first().waitFor();
        await page.locator('[data-state="denied"]').getByText('things:read').first().waitFor();
    },
    long: (page) =>
        page.waitForFunction(() => document.querySelector('[data-state="loading"], .board-body .bar') === null),
    many: async (page, id) => {
        await page.waitForFunction(() => document.querySelector('[data-state="loading"], .board-body .bar') === null);
        if (withoutRows.has(id)) return;
        const table = page.locator('.table').first();
        const before = await table.locator('.table-body > .row').count();
        assert.ok(before > 5 && before < 120, `${id}: ${before} rows are in the document`);
        // More of them come as one scrolls.
        const foot = table.locator('.table-foot');
        await foot.scrollIntoViewIfNeeded();
        await page.waitForFunction(
            () =>
                Number(/^[\d,]+/.exec(document.querySelector('.table-foot').textContent)?.[0].replace(',', '')) >= 200,
        );
        assert.ok((await table.locator('.table-body > .row').count()) < 120, `${id}: what is scrolled past is gone`);
        await page.evaluate(() => scrollTo({ top: 0 }));
    },
};

/** What is wrong with a page in a state; every state is looked at, whatever is wrong with the one before. */
async function problemsOf(page, route, state, name) {
    try {
        await open(page, route, state, name);
        return [];
    } catch (error) {
        await picture(page, name);
        return [`${name}: ${error.actual ?? error.message}`.slice(0, 600)];
    }
}

async function open(page, route, state, name) {
    // What the page before still waits for is given up first.
    await page.goto('about:blank');
    board.set(state);
    await page.goto(`${board.base}/dashboard${pathOf(route)}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await states[state](page, route.id);
    await check(page, name);
    const { scrollWidth, clientWidth } = await widths(page);
    assert.equal(scrollWidth, clientWidth, `${name}: nothing sticks out`);
}

for (const route of routes)
    for (const colorScheme of ['light', 'dark'])
        test(`${route.id}, ${colorScheme}`, { timeout: 300_000 }, async (t) => {
            const page = await openPage(t, { width: 1280, height: 800, colorScheme });
            const problems = [];
            for (const state of Object.keys(states)) {
                const name = `dashboard-${route.id}-${state}-1280-${colorScheme}`;
                problems.push(...(await problemsOf(page, route, state, name)));
            }
            assert.deepEqual(problems, []);
        });

for (const width of [800, 390])
    test(`each page at ${width} pixels`, { timeout: 600_000 }, async (t) => {
        const page = await openPage(t, { width, height: 844, colorScheme: width === 390 ? 'light' : 'dark' });
        const problems = [];
        for (const route of routes)
            for (const state of ['rows', 'long', 'empty'])
                problems.push(...(await problemsOf(page, route, state, `dashboard-${route.id}-${state}-${width}`)));
        assert.deepEqual(problems, []);
    });
