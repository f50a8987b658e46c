// The frame of each page: its title, what can be done, its tabs.
import { useEffect, useRef, type ReactNode } from 'react';
import { Link } from 'wouter';
import { words } from '../words.ts';

export interface Tab {
    label: string;
    href: string;
    isCurrent: boolean;
    count?: number | undefined;
}

interface Props {
    title: string;
    /** Before the title: a mark or a status. */
    mark?: ReactNode;
    /** After the title. */
    badge?: ReactNode;
    lead?: ReactNode;
    /** Where this page is one of. */
    parent?: { label: string; href: string };
    actions?: ReactNode;
    tabs?: Tab[];
    children: ReactNode;
}

export function Board({ title, mark, badge, lead, parent, actions, tabs, children }: Props) {
    const heading = useRef<HTMLHeadingElement>(null);
    useEffect(() => {
        document.title = `${title} · ${words.product}`;
    }, [title]);
    return (
        <>
            <header className="board-head">
                {parent !== undefined && (
                    <nav aria-label={words.shell.breadcrumbs} className="crumbs">
                        <Link href={parent.href}>{parent.label}</Link>
                    </nav>
                )}
                <div className="board-title">
                    <div className="board-name">
                        {mark}
                        <h1 ref={heading} tabIndex={-1}>
                            <bdi>{title}</bdi>
                        </h1>
                        {badge}
                    </div>
                    {actions !== undefined && <div className="board-actions">{actions}</div>}
                </div>
                {lead !== undefined && <p className="board-lead">{lead}</p>}
                {tabs !== undefined && (
                    <nav aria-label={words.shell.sections} className="tabs">
                        {tabs.map(({ label, href, isCurrent, count }) => (
                            <Link key={href} href={href} aria-current={isCurrent ? 'page' : undefined}>
                                {label}
                                {count !== undefined && <span className="tab-count">{count}</span>}
                            </Link>
                        ))}
                    </nav>
                )}
            </header>
            <div className="board-body">{children}</div>
        </>
    );
}

/** A part of a page, with a heading. */
export function Section({
    title,
    lead,
    actions,
    children,
    isPlain = false,
}: {
    title: string;
    lead?: ReactNode;
    actions?: ReactNode;
    children: ReactNode;
    /** Without the box around it, for what has one. */
    isPlain?: boolean;
}) {
    return (
        <section className={isPlain ? 'section section-plain' : 'section'} aria-label={title}>
            <div className="section-head">
                <div>
                    <h2>{title}</h2>
                    {lead !== undefined && <p className="section-lead">{lead}</p>}
                </div>
                {actions !== undefined && <div className="section-actions">{actions}</div>}
            </div>
            {children}
        </section>
    );
}

/** Names and values. */
export function Facts({ facts }: { facts: [label: string, value: ReactNode][] }) {
    return (
        <dl className="facts-list">
            {facts.map(([label, value]) => (
                <div key={label}>
                    <dt>{label}</dt>
                    <dd>{value}</dd>
                </div>
            ))}
        </dl>
    );
}

/** A word of state, with a colour and a dot; the colour says nothing that the word does not. */
export function Badge({ tone, children }: { tone: Tone; children: ReactNode }) {
    return (
        <span className={`badge badge-${tone}`}>
            <span className="badge-dot" aria-hidden="true" />
            {children}
        </span>
    );
}

export type Tone = 'good' | 'bad' | 'wait' | 'plain';

/** How much is used, as a bar and in words. */
export function Gauge({ label, used, limit, text }: { label: string; used: number; limit: number; text: string }) {
    const share = limit <= 0 ? 0 : Math.min(1, Math.max(0, used / limit));
    return (
        <div className="gauge">
            <span className="gauge-label">{label}</span>
            <span className="gauge-text">{text}</span>
            <span
                className="gauge-track"
                role="meter"
                aria-label={label}
                aria-valuenow={used}
                aria-valuemin={0}
                aria-valuemax={limit}
                aria-valuetext={text}
            >
                <span
                    className={share > 0.9 ? 'gauge-fill gauge-fill-high' : 'gauge-fill'}
                    style={{ width: `${share * 100}%` }}
                />
            </span>
        </div>
    );
}
