import { Link } from 'wouter';
import { Badge, Section } from '../parts/Board.tsx';
import { Time } from '../parts/Time.tsx';
import { pathOf } from '../routes.ts';
import { useEnvironment } from '../session.ts';
import { words } from '../words.ts';
import type { Tried } from './history.ts';

const text = words.playground;

/** The calls that were tried in this tab, newest first. */
export function Tries({ tries }: { tries: Tried[] }) {
    const env = useEnvironment() ?? '';
    if (tries.length === 0) return null;
    return (
        <Section title={text.history} lead={text.historyLead}>
            <ul className="tries">
                {tries.slice(0, 12).map((tried, index) => (
                    <li key={index}>
                        <Link
                            href={`${pathOf('playground', { env })}?${new URLSearchParams({
                                account: tried.account,
                                tool: tried.tool,
                                arguments: JSON.stringify(tried.arguments),
                            })}`}
                            onClick={() => setTimeout(() => location.reload())}
                        >
                            <code>{tried.tool}</code>
                        </Link>
                        <Badge tone={tried.isOk ? 'good' : 'bad'}>
                            {tried.isOk ? (tried.isDry ? text.dry : text.ok) : text.failed}
                        </Badge>
                        <span className="muted">
                            <bdi>{tried.tenant}</bdi> · <Time at={tried.at} form="ago" />
                        </span>
                    </li>
                ))}
            </ul>
        </Section>
    );
}
