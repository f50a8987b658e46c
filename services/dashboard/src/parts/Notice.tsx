import { useEffect, useRef, type ReactNode } from 'react';
import { Info, Warning } from './icons.tsx';

interface Props {
    kind?: 'problem' | 'info';
    title: string;
    children?: ReactNode;
    /** Takes the focus when it appears, so that nobody misses it and Tab goes on from there. */
    takesFocus?: boolean;
}

export function Notice({ kind = 'problem', title, children, takesFocus = false }: Props) {
    const box = useRef<HTMLDivElement>(null);
    useEffect(() => {
        if (takesFocus) box.current?.focus();
    }, [takesFocus]);
    return (
        <div className={`notice notice-${kind}`} role={kind === 'problem' ? 'alert' : 'status'} tabIndex={-1} ref={box}>
            {kind === 'problem' ? <Warning /> : <Info />}
            <div>
                <p className="notice-title">{title}</p>
                {children}
            </div>
        </div>
    );
}
