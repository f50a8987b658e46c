import { Tile } from '../parts/Tile.tsx';
import type { Integration, Theme } from './contract.ts';

/** The two that are about to be connected. */
export function Pair({
    app,
    theme,
    vendor,
    connected = false,
}: {
    app: string;
    theme: Theme;
    vendor: Integration;
    connected?: boolean;
}) {
    return (
        <div className={connected ? 'pair pair-connected' : 'pair'} aria-hidden="true">
            <Tile name={app} logoUrl={theme.logo_url} />
            <span className="pair-line">
                <i />
                <i />
                <i />
            </span>
            <Tile name={vendor.label} mark={vendor.logo_svg} />
        </div>
    );
}
