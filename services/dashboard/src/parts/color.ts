// Colours a team chooses, made readable. Contrast as in WCAG 2.2, "contrast ratio" and "relative luminance".

export type Rgb = readonly [red: number, green: number, blue: number];

const white: Rgb = [255, 255, 255];
const black: Rgb = [0, 0, 0];

/** `#rgb` or `#rrggbb`; anything else is undefined. */
export function parseColor(text: string | null | undefined): Rgb | undefined {
    const digits = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text?.trim() ?? '')?.[1];
    if (digits === undefined) return undefined;
    const pairs = digits.length === 3 ? [...digits].map((digit) => digit + digit) : (digits.match(/../g) ?? []);
    const [red = 0, green = 0, blue = 0] = pairs.map((pair) => Number.parseInt(pair, 16));
    return [red, green, blue];
}

export function toHex(color: Rgb): string {
    return `#${color.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;
}

export function luminance(color: Rgb): number {
    const [red, green, blue] = color.map((part) => {
        const share = part / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    }) as unknown as Rgb;
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

export function contrast(one: Rgb, other: Rgb): number {
    const [a, b] = [luminance(one), luminance(other)];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

export function mix(color: Rgb, other: Rgb, share: number): Rgb {
    return color.map((part, index) => part + ((other[index] ?? 0) - part) * share) as unknown as Rgb;
}

/** White if it can be read on the colour, otherwise black: one of the two always reaches 4.5. */
export function textOn(background: Rgb): Rgb {
    return contrast(white, background) >= 4.5 ? white : black;
}

/** The colour, moved towards black or white as little as it takes to reach `ratio` on the surface. */
export function readableOn(color: Rgb, surface: Rgb, ratio: number): Rgb {
    const goal = luminance(surface) > 0.18 ? black : white;
    for (let share = 0; share < 1; share += 0.04) {
        const candidate = mix(color, goal, share);
        if (contrast(candidate, surface) >= ratio) return candidate;
    }
    return goal;
}

export interface Accent {
    fill: Rgb;
    onFill: Rgb;
    fillHover: Rgb;
    /** The colour as text and as focus ring. */
    ink: Rgb;
    /** The edge of a filled button; equals `fill` where that alone stands out. */
    edge: Rgb;
}

/** What a chosen colour becomes on a surface, and as text on its shaded parts. */
export function accentOn(color: Rgb, surface: Rgb, shade: Rgb): Accent {
    const ink = readableOn(color, shade, 4.5);
    // A black brand on a dark page would be a hole; a yellow one on white is fine with an edge.
    const isDark = luminance(surface) <= 0.18;
    const fill = isDark ? readableOn(color, surface, 3) : color;
    const onFill = textOn(fill);
    return {
        fill,
        onFill,
        fillHover: mix(fill, onFill === white ? black : white, 0.12),
        ink,
        edge: contrast(fill, surface) >= 3 ? fill : readableOn(color, surface, 3),
    };
}
