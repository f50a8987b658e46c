import { accentOn, parseColor, toHex, type Rgb } from './color.ts';

/** --card and --soft of theme.css; contrast is measured against them. */
export const surfaces: Record<'light' | 'dark', { card: Rgb; soft: Rgb }> = {
    light: { card: [255, 255, 255], soft: [245, 246, 249] },
    dark: { card: [23, 26, 33], soft: [30, 34, 43] },
};

/**
 * Gives the document an accent colour for both colour schemes; without one (or with one that is none) ours stays.
 * Through the style object, which the content security policy allows, unlike a style attribute.
 */
export function applyAccent(color: string | null, style: CSSStyleDeclaration): void {
    const chosen = parseColor(color);
    if (chosen === undefined) return;
    for (const [scheme, { card, soft }] of Object.entries(surfaces)) {
        const { fill, onFill, fillHover, ink, edge } = accentOn(chosen, card, soft);
        style.setProperty(`--accent-${scheme}`, toHex(fill));
        style.setProperty(`--accent-hover-${scheme}`, toHex(fillHover));
        style.setProperty(`--accent-edge-${scheme}`, toHex(edge));
        style.setProperty(`--on-accent-${scheme}`, toHex(onFill));
        style.setProperty(`--accent-ink-${scheme}`, toHex(ink));
    }
}
