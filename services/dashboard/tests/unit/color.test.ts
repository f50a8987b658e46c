import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { accentOn, contrast, parseColor, readableOn, textOn, toHex, type Rgb } from '../../src/parts/color.ts';
import { applyAccent, surfaces } from '../../src/parts/theme.ts';

const white: Rgb = [255, 255, 255];
const colors = [
    '#000000',
    '#ffffff',
    '#3451d1',
    '#ffe14d',
    '#808080',
    '#777777',
    '#ff0000',
    '#00ff00',
    '#0000ff',
    '#111827',
    '#f97316',
];
const color = (text: string) => parseColor(text) ?? assert.fail(text);

test('a colour is #rgb or #rrggbb and nothing else', () => {
    assert.deepEqual(parseColor('#3451d1'), [0x34, 0x51, 0xd1]);
    assert.deepEqual(parseColor(' #F0a '), [0xff, 0x00, 0xaa]);
    for (const text of [null, undefined, '', 'red', '#12', '#1234', '#12345g', '3451d1', '#3451d1;}', 'url(#000000)'])
        assert.equal(parseColor(text), undefined, String(text));
});

test('contrast is that of WCAG', () => {
    assert.equal(contrast([0, 0, 0], white), 21);
    assert.equal(contrast(white, white), 1);
    assert.equal(contrast(color('#777777'), white).toFixed(2), '4.48');
});

test('text on any colour can be read', () => {
    for (let step = 0; step < 4096; step += 1) {
        const fill = color(`#${step.toString(16).padStart(3, '0')}`);
        assert.ok(contrast(textOn(fill), fill) >= 4.5, toHex(fill));
    }
});

test('a button can be read and stands out on both cards, whatever the colour', () => {
    for (const text of colors)
        for (const { card, soft } of Object.values(surfaces)) {
            const { fill, onFill, fillHover, ink, edge } = accentOn(color(text), card, soft);
            assert.ok(contrast(onFill, fill) >= 4.5, `${text} text`);
            assert.ok(contrast(onFill, fillHover) >= 4.5, `${text} text, hovered`);
            assert.ok(contrast(ink, card) >= 4.5 && contrast(ink, soft) >= 4.5, `${text} ink`);
            assert.ok(contrast(edge, card) >= 3, `${text} edge`);
        }
});

test('a colour that can be read already stays as it is', () => {
    assert.deepEqual(readableOn(color('#3451d1'), white, 4.5), color('#3451d1'));
    assert.deepEqual(accentOn(color('#ffe14d'), surfaces.light.card, surfaces.light.soft).fill, color('#ffe14d'));
});

test('without a colour, or with one that is none, nothing is set', () => {
    const set: string[] = [];
    const style = { setProperty: (name: string) => set.push(name) } as unknown as CSSStyleDeclaration;
    applyAccent(null, style);
    applyAccent('javascript:alert(1)', style);
    assert.deepEqual(set, []);
    applyAccent('#3451d1', style);
    assert.equal(set.length, 10);
});

test('the style sheet says the same as the code', () => {
    const css = readFileSync(new URL('../../src/parts/theme.css', import.meta.url), 'utf8');
    const ours = /--accent-light: (#\w+);/.exec(css)?.[1] ?? null;
    applyAccent(ours, {
        setProperty: (name: string, value: string) =>
            assert.ok(css.includes(`${name}: ${value};`), `${name}: ${value}`),
    } as unknown as CSSStyleDeclaration);
    const written = (name: string) =>
        [...css.matchAll(new RegExp(`${name}: (#\\w+);`, 'g'))].map(([, value]) => parseColor(value));
    assert.deepEqual(
        written('--card'),
        Object.values(surfaces).map(({ card }) => card),
    );
    assert.deepEqual(
        written('--soft'),
        Object.values(surfaces).map(({ soft }) => soft),
    );
});
