import { useState } from 'react';

/** A logo, or the initial of a name. Decoration: the name stands beside it. */
export function Tile({
    name,
    logoUrl = null,
    small = false,
}: {
    name: string;
    logoUrl?: string | null;
    small?: boolean;
}) {
    const [failed, setFailed] = useState<string | null>(null);
    const classes = small ? 'tile tile-small' : 'tile';
    if (logoUrl !== null && logoUrl !== '' && logoUrl !== failed)
        return (
            <span className={`${classes} tile-logo`}>
                <img src={logoUrl} alt="" referrerPolicy="no-referrer" onError={() => setFailed(logoUrl)} />
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
