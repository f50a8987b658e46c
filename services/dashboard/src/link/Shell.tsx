import { useEffect, useRef, type ReactNode } from 'react';
import { IconButton } from '../parts/Button.tsx';
import { ArrowLeft, Close } from '../parts/icons.tsx';
import { Page } from '../parts/Page.tsx';
import { Tile } from '../parts/Tile.tsx';
import type { Theme } from './contract.ts';

interface Props {
    children: ReactNode;
    /** Who asks, where the page does not show it larger. */
    app?: { name: string; theme: Theme } | undefined;
    /** Named unless it is production. */
    environment?: string;
    isFramed?: boolean;
    onBack?: (() => void) | undefined;
    onClose?: (() => void) | undefined;
    onEscape?: (() => void) | undefined;
    onHeight?: ((height: number) => void) | undefined;
    footer?: ReactNode;
}

/** What every page of the Link UI has: who asks, the way back, the way out. */
export function Shell({
    children,
    app,
    environment = 'production',
    isFramed = false,
    onBack,
    onClose,
    onEscape,
    onHeight,
    footer,
}: Props) {
    const card = useRef<HTMLElement>(null);
    useEffect(() => {
        const element = card.current;
        if (onHeight === undefined || element === null) return undefined;
        const observer = new ResizeObserver(() => onHeight(element.getBoundingClientRect().height));
        observer.observe(element);
        return () => observer.disconnect();
    }, [onHeight]);

    useEffect(() => {
        if (onEscape === undefined) return undefined;
        const onKey = (event: KeyboardEvent) => {
            if (event.key === 'Escape' && !event.defaultPrevented && !event.isComposing) onEscape();
        };
        document.addEventListener('keydown', onKey);
        return () => document.removeEventListener('keydown', onKey);
    }, [onEscape]);

    const isPlain = app === undefined && environment === 'production';
    const isBare = isPlain && onBack === undefined && onClose === undefined;
    return (
        <Page isFramed={isFramed} cardRef={card}>
            <div className={`bar${isBare ? ' bar-empty' : isPlain ? ' bar-plain' : ''}`}>
                <div className="bar-side">
                    {onBack !== undefined && (
                        <IconButton label="Back" onPress={onBack}>
                            <ArrowLeft />
                        </IconButton>
                    )}
                </div>
                <div className="bar-app">
                    {app !== undefined && (
                        <>
                            <Tile name={app.name} logoUrl={app.theme.logo_url} small />
                            <span className="bar-name">{app.name}</span>
                        </>
                    )}
                    {environment !== 'production' && <span className="tag">{environment}</span>}
                </div>
                <div className="bar-side">
                    {onClose !== undefined && (
                        <IconButton label="Close" onPress={onClose}>
                            <Close />
                        </IconButton>
                    )}
                </div>
            </div>
            <div className="body">{children}</div>
            {footer !== undefined && <div className="footer">{footer}</div>}
        </Page>
    );
}
