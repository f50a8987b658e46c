import type { ReactNode } from 'react';
import { CheckLarge, LinkOff, WarningLarge } from '../parts/icons.tsx';
import { PageTitle } from '../parts/Page.tsx';

interface Props {
    kind: 'success' | 'problem' | 'link';
    title: string;
    lead: ReactNode;
    children?: ReactNode;
}

/** A last page: how it ended and what to do now. */
export function Outcome({ kind, title, lead, children }: Props) {
    return (
        <div className="outcome">
            <div className={`emblem emblem-${kind}`}>
                {kind === 'success' ? <CheckLarge /> : kind === 'link' ? <LinkOff /> : <WarningLarge />}
            </div>
            <PageTitle title={title}>{lead}</PageTitle>
            {children}
        </div>
    );
}
