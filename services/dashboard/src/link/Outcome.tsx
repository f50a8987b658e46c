import type { ReactNode } from 'react';
import { CheckLarge, CrossLarge, LinkOff, MailLarge, PersonLarge, WarningLarge } from '../parts/icons.tsx';
import { PageTitle } from '../parts/Page.tsx';

const icons = {
    success: CheckLarge,
    problem: WarningLarge,
    link: LinkOff,
    declined: CrossLarge,
    mail: MailLarge,
    person: PersonLarge,
};

interface Props {
    kind: keyof typeof icons;
    title: string;
    lead: ReactNode;
    children?: ReactNode;
}

/** A last page: how it ended and what to do now. */
export function Outcome({ kind, title, lead, children }: Props) {
    const Icon = icons[kind];
    return (
        <div className="outcome">
            <div className={`emblem emblem-${kind}`}>
                <Icon />
            </div>
            <PageTitle title={title}>{lead}</PageTitle>
            {children}
        </div>
    );
}
