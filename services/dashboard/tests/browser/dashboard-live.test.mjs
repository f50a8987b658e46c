// What changes shows at once in every tab, over one stream for all tabs of a browser.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startBoard } from '../board.mjs';
import { openPage } from './support.mjs';

const board = await startBoard();
after(() => board.close());

const tabs = 8;

async function until(what, isSo) {
    for (const deadline = Date.now() + 15_000; Date.now() < deadline;) {
        if (await isSo()) return;
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.fail(what);
}
const countOf = (path) => board.asked.filter((each) => each === path).length;
const tell = (event, data) => {
    for (const stream of board.streams) stream.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
};

test('eight tabs share a stream, and another tab takes it over', { timeout: 120_000 }, async (t) => {
    board.live(true);
    const first = await openPage(t);
    const pages = [first];
    while (pages.length < tabs) pages.push(await first.context().newPage());
    for (const page of pages) {
        await page.goto(`${board.base}/dashboard/${board.env}/webhooks`);
        await page.getByRole('row').nth(1).waitFor();
    }
    await until('one stream is open', () => board.streams.size === 1);

    const before = countOf('/webhook');
    tell('change', { kind: 'webhook', id: null });
    await until('every tab reads the list again', () => countOf('/webhook') >= before + tabs);
    const quiet = countOf('/webhook');
    tell('change', { kind: 'approval', id: null });
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.equal(countOf('/webhook'), quiet, 'a change of something else reads nothing');

    // The tab that reads the stream goes; another one does so then, and what may have been missed is read again.
    await pages[0].goto('about:blank');
    await until('another stream is open', () => board.streams.size === 1);
    const again = countOf('/webhook');
    tell('change', { kind: 'webhook', id: null });
    await until('the others read the list again', () => countOf('/webhook') >= again + tabs - 1);
});

test('without the stream a page reads again when it gets the focus', async (t) => {
    board.live(false);
    const page = await openPage(t);
    await page.clock.install();
    await page.goto(`${board.base}/dashboard/${board.env}/webhooks`);
    await page.getByRole('row').nth(1).waitFor();
    const before = countOf('/webhook');
    // What was read less than five seconds ago is current.
    await page.clock.fastForward(10_000);
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange', { bubbles: true })));
    await until('the list is read again', () => countOf('/webhook') > before);
});
