import { Button } from '../parts/Button.tsx';
import { Mail, Note, Pencil, Plus, Trash } from '../parts/icons.tsx';
import { Notice } from '../parts/Notice.tsx';
import { PageTitle } from '../parts/Page.tsx';
import { effectsOf, isBlind, type About, type Approval, type Call } from './approval.ts';
import { Effects } from './Effects.tsx';
import { ExactRequest } from './ExactRequest.tsx';
import { Expiry } from './Expiry.tsx';
import { headingOf, legibleLine, sortOf } from './words.ts';

export type Decision = 'approve' | 'decline';

const icons = { delete: Trash, message: Mail, note: Note, create: Plus, change: Pencil };

interface Props {
    approval: Approval;
    hasFailed: boolean;
    pending: Decision | undefined;
    onDecide: (decision: Decision) => void;
}

/** The call, and below it, always in view, the decision. */
export function Question({ approval, hasFailed, pending, onDecide }: Props) {
    const { call } = approval;
    const sort = sortOf(call);
    const Icon = icons[sort];
    const heading = headingOf(call);
    return (
        <>
            <div className="body approve">
                <header className="asks">
                    <span className={`asks-icon asks-${sort}`}>
                        <Icon />
                    </span>
                    <PageTitle
                        title={heading}
                        above={
                            <>
                                <bdi className="name">{legibleLine(call.mcp_server)}</bdi> asks to
                            </>
                        }
                    >
                        <>
                            in the {call.integration_label} account of{' '}
                            <bdi className="name">{legibleLine(call.tenant_id)}</bdi>
                        </>
                    </PageTitle>
                </header>
                {hasFailed && (
                    <Notice title="That did not work" takesFocus>
                        <p>Please try again in a moment.</p>
                    </Notice>
                )}
                {call.about && saysMore(call.about, heading) && <AboutView about={call.about} />}
                {sort === 'delete' && <Notice title="This cannot be undone." />}
                {isBlind(call) && (
                    <Notice kind="info" title="What is there now is not known.">
                        <p>It could not be read, so this page cannot show what would be lost.</p>
                    </Notice>
                )}
                <Effects effects={told(call)} />
                <ExactRequest call={call} />
            </div>
            <div className="decision">
                <div className="decision-buttons">
                    <Button
                        kind="secondary"
                        onPress={() => onDecide('decline')}
                        pending={pending === 'decline' ? 'Declining…' : undefined}
                    >
                        Decline
                    </Button>
                    <Button
                        kind={sort === 'delete' ? 'danger' : 'primary'}
                        onPress={() => onDecide('approve')}
                        pending={pending === 'approve' ? 'Approving…' : undefined}
                    >
                        Approve once
                    </Button>
                </div>
                <p className="until">
                    <span className="sentence">
                        <Expiry at={approval.expires_at} />.
                    </span>{' '}
                    <span className="sentence">Nothing happens before you decide.</span>
                </p>
            </div>
        </>
    );
}

/** The item to delete is not named a second time where it is shown already. */
function told(call: Call) {
    return effectsOf(call).filter(
        (effect) => effect.kind !== 'delete' || effect.count !== 1 || effect.items[0] !== call.about?.id,
    );
}

function saysMore({ id, title, details }: About, heading: string): boolean {
    return title !== '' || details.length > 0 || !heading.includes(id);
}

function AboutView({ about: { label, id, title, details } }: { about: About }) {
    return (
        <section className="about" aria-label={label}>
            <p className="about-what">
                {label} <bdi>{legibleLine(id)}</bdi>
            </p>
            {title !== '' && (
                <p className="about-title">
                    <bdi>{legibleLine(title)}</bdi>
                </p>
            )}
            {details.length > 0 && (
                <ul className="about-details">
                    {details.map((detail, index) => (
                        <li key={index}>
                            <bdi>{legibleLine(detail)}</bdi>
                        </li>
                    ))}
                </ul>
            )}
        </section>
    );
}
