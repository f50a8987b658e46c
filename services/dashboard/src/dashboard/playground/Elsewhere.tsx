import { useState } from 'react';
import { Section } from '../parts/Board.tsx';
import { CodeBlock } from '../parts/Copy.tsx';
import { words } from '../words.ts';
import { asCurl, asMcp, asPython, asTypeScript } from './share.ts';

const text = words.playground;

/** The same call elsewhere: as curl, over MCP, in Python or TypeScript. */
export function Elsewhere({ account, tool, given }: { account: string; tool: string; given: Record<string, unknown> }) {
    const forms = { curl: asCurl, mcp: asMcp, python: asPython, typescript: asTypeScript };
    const [form, setForm] = useState<keyof typeof forms>('curl');
    const code = forms[form]({ base: location.origin, account, tool, arguments: given });
    return (
        <Section
            title={text.share}
            actions={
                <div className="chips" role="group" aria-label={text.share}>
                    {(Object.keys(forms) as (keyof typeof forms)[]).map((each) => (
                        <button
                            key={each}
                            type="button"
                            className="chip"
                            aria-pressed={form === each}
                            onClick={() => setForm(each)}
                        >
                            {text.forms[each]}
                        </button>
                    ))}
                </div>
            }
        >
            <CodeBlock text={code} label={text.forms[form]} wraps />
        </Section>
    );
}
