import type { Schemas } from '../api/client.ts';
import { words } from '../words.ts';
import { Badge, type Tone } from './Board.tsx';

type Status = Schemas['AccountStatus'];

const tones: Record<Status, Tone> = {
    active: 'good',
    connecting: 'wait',
    needs_reauth: 'bad',
    validation_error: 'bad',
    post_install_error: 'bad',
};

export function StatusBadge({ status }: { status: Status }) {
    return <Badge tone={tones[status]}>{words.status[status].label}</Badge>;
}

/** Of an answer. An MCP request that failed is answered 200 all the same. */
export function HttpBadge({ status, hasFailed = false }: { status: number; hasFailed?: boolean }) {
    const tone: Tone = status >= 500 || status === 0 || hasFailed ? 'bad' : status >= 400 ? 'wait' : 'good';
    return <Badge tone={tone}>{status === 0 ? '–' : status}</Badge>;
}
