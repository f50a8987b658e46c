import { Check } from '../parts/icons.tsx';
import type { Integration, Method } from './contract.ts';
import { fieldsOf, inSentence } from './fields.ts';
import { accessOf, type Access } from './scopes.ts';

/** A list that is longer is folded. */
const shownAtOnce = 8;

export function AccessList({ app, integration, method }: { app: string; integration: Integration; method: Method }) {
    const lines = method.kind === 'oauth2' ? accessOf(method.scopes ?? [], method.access) : [];
    if (method.kind === 'oauth2' && lines.length > 0) {
        const rest = lines.slice(shownAtOnce);
        return (
            <section className="access">
                <h2>What {app} will be able to do</h2>
                <Lines lines={rest.length === 1 ? lines : lines.slice(0, shownAtOnce)} />
                {rest.length > 1 && (
                    <details>
                        <summary>{rest.length} more</summary>
                        <Lines lines={rest} />
                    </details>
                )}
            </section>
        );
    }
    const secret = fieldsOf(integration, method).find((field) => field.secret);
    const text =
        method.kind === 'oauth2'
            ? `What you approve at ${integration.label}`
            : `Everything in ${integration.label} that this ${inSentence(secret?.label ?? 'access')} allows`;
    return (
        <section className="access">
            <h2>What {app} will be able to do</h2>
            <Lines lines={[{ text, scopes: [] }]} />
        </section>
    );
}

function Lines({ lines }: { lines: Access[] }) {
    return (
        <ul>
            {lines.map(({ text, scopes }) => (
                <li key={text} title={scopes.join(' ')}>
                    <Check />
                    <span>{text}</span>
                </li>
            ))}
        </ul>
    );
}
