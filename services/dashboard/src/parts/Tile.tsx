import { useState } from 'react';

interface Props {
    name: string;
    /** An image of any shape, shown on white. */
    logoUrl?: string | null | undefined;
    /** The text of an SVG that fills a square. As an image, it runs nothing and loads nothing. */
    mark?: string | null | undefined;
    small?: boolean;
}

/** A mark, a logo, or the initial of a name. Decoration: the name stands beside it. */
export function Tile({ name, logoUrl, mark, small = false }: Props) {
    const [failed, setFailed] = useState<string>();
    const classes = small ? 'tile tile-small' : 'tile';
    const hasMark = (mark ?? '') !== '';
    const url = hasMark ? `data:image/svg+xml,${encodeURIComponent(mark ?? '')}` : (logoUrl ?? '');
    if (url !== '' && url !== failed)
        return (
            <span className={`${classes} ${hasMark ? 'tile-mark' : 'tile-logo'}`}>
                <img src={url} alt="" referrerPolicy="no-referrer" onError={() => setFailed(url)} />
            </span>
        );
    return (
        <span className={`${classes} tile-${hue(name)}`} aria-hidden="true">
            {[...name.trim()][0]?.toUpperCase() ?? '·'}
        </span>
    );
}

/** The same name always has the same one of the six colours in parts.css. */
function hue(name: string): number {
    let sum = 0;
    for (const letter of name.toLowerCase()) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 997;
    return sum % 6;
}
