// What a browser loads for a page of the dashboard, compressed. Needs the build.
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
const kB = 1000;

const scripts = new Map<string, string>();
for (const name of await readdir(`${dist}assets`))
    if (name.endsWith('.js')) scripts.set(name, await readFile(`${dist}assets/${name}`, 'utf8'));

/** The script and all that it imports at once. */
function closure(name: string, found = new Set<string>()): Set<string> {
    if (found.has(name)) return found;
    found.add(name);
    const text = scripts.get(name) ?? '';
    for (const [, other = ''] of text.matchAll(/(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g)) closure(other, found);
    return found;
}

const size = (names: Iterable<string>) =>
    [...names].reduce((sum, name) => sum + gzipSync(scripts.get(name) ?? '').length, 0);

const html = await readFile(`${dist}dashboard.html`, 'utf8');
const entries = [...html.matchAll(/assets\/([\w.-]+\.js)/g)].map(([, name = '']) => name);
const first = new Set(entries.flatMap((name) => [...closure(name)]));
const pageNames = (await readdir(fileURLToPath(new URL('../../src/dashboard/pages/', import.meta.url)))).map((name) =>
    name.replace('.tsx', ''),
);

test('the shell is at most 200 kB of compressed script, with any one page', () => {
    assert.ok(entries.length > 0);
    assert.ok(size(first) < 140 * kB, `the shell is ${size(first)} bytes`);
    for (const page of pageNames) {
        const name = [...scripts.keys()].find((each) => new RegExp(`^${page}-[\\w-]{8}\\.js$`).test(each));
        assert.ok(name !== undefined, `${page} is a script of its own`);
        const whole = size(new Set([...first, ...closure(name)]));
        const more = whole - size(first);
        assert.ok(whole < 200 * kB, `${page}: ${whole} bytes with the shell`);
        assert.ok(more < 80 * kB, `${page}: ${more} bytes more`);
    }
});

test('the JSON editor is loaded only once it is opened', () => {
    const editor = [...scripts.keys()].find((name) => name.startsWith('JsonEditor-'));
    assert.ok(editor !== undefined);
    assert.ok(!first.has(editor));
    for (const page of pageNames) {
        const name = [...scripts.keys()].find((each) => each.startsWith(`${page}-`)) ?? '';
        assert.ok(!closure(name).has(editor), page);
    }
    const more = size(new Set([...first, ...closure(editor)])) - size(first);
    assert.ok(more < 120 * kB, `the editor is ${more} bytes`);
});
