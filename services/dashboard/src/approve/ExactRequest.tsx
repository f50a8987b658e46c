import type { Call, VendorRequest } from './approval.ts';
import { legible, legibleLine } from './words.ts';

/** What is sent to the vendor, letter by letter; of a tool that makes several vendor calls, each of them. */
export function ExactRequest({ call }: { call: Call }) {
    const steps = call.steps ?? [];
    return (
        <details className="exact">
            <summary>{steps.length > 1 ? `The exact requests (${steps.length})` : 'The exact request'}</summary>
            {steps.length === 0 ? (
                <>
                    <p className="step-title">{call.title}</p>
                    <Request request={call.request} />
                </>
            ) : (
                <ol>
                    {steps.map(({ title, method, access, request }, index) => (
                        <li key={index}>
                            <p className="step-title">
                                <bdi>{legibleLine(title)}</bdi> <code>{legibleLine(method)}</code>{' '}
                                <span className="tag">{access === 'read' ? 'reads' : 'writes'}</span>
                            </p>
                            {access === 'read' ? (
                                <p className="word">Made already, to work out what is written.</p>
                            ) : (
                                <Request request={request ?? call.request} />
                            )}
                        </li>
                    ))}
                </ol>
            )}
        </details>
    );
}

function Request({ request: { method, url, headers = {}, body } }: { request: VendorRequest }) {
    const lines = [
        `${method} ${url}`,
        ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
        ...(body === null || body === undefined
            ? []
            : ['', ...(typeof body === 'string' ? body : JSON.stringify(body, undefined, 2)).split('\n')]),
    ];
    return (
        <pre>
            {lines.map((line, index) => (
                <Line key={index} line={legible(line)} />
            ))}
        </pre>
    );
}

/** What does not fit goes on deeper than its line begins, so that it is not taken for a line of its own. */
function Line({ line }: { line: string }) {
    const depth = `${(/^ */.exec(line)?.[0].length ?? 0) + 4}ch`;
    return <span style={{ paddingInlineStart: depth, textIndent: `-${depth}` }}>{`${line}\n`}</span>;
}
