// The one time that the URL of an MCP server is shown.
import { useState } from 'react';
import { Button } from '../../parts/Button.tsx';
import { Notice } from '../../parts/Notice.tsx';
import type { Schemas } from '../api/client.ts';
import { clientBlocks, type ClientId } from '../clients.ts';
import { formatTime } from '../format.ts';
import { CodeBlock, Copy } from '../parts/Copy.tsx';
import { words } from '../words.ts';

const text = words.mcp;

export type ReadyServer =
    | Schemas['McpServerCreated']
    | Schemas['McpServerRotated']
    | Schemas['TenantServerCreated']
    | Schemas['TenantServerRotated'];

export function ServerReady({ server, onDone }: { server: ReadyServer; onDone: () => void }) {
    const [client, setClient] = useState<ClientId>('chatgpt');
    const needsToken = server.config.require_api_token_auth;
    const blocks = clientBlocks({ name: server.name, url: server.url, needsToken });
    const block = blocks.find(({ id }) => id === client);
    const warnings = 'warnings' in server ? server.warnings : [];
    return (
        <div className="stack">
            <Notice kind="info" title={text.once} takesFocus>
                {'previous_token_ends_at' in server && (
                    <p>{text.oldUntil(formatTime(new Date(server.previous_token_ends_at), 'short', Date.now()))}</p>
                )}
            </Notice>
            <CodeBlock text={server.url} label={text.url} wraps />
            <div className="line">
                <Copy text={server.url} what={text.copyUrl} />
            </div>
            <div className="stack">
                <h3>{text.clients}</h3>
                <div className="chips" role="group" aria-label={text.clients}>
                    {blocks.map(({ id, label }) => (
                        <button
                            key={id}
                            type="button"
                            className="chip"
                            aria-pressed={id === client}
                            onClick={() => setClient(id)}
                        >
                            {label}
                        </button>
                    ))}
                </div>
                {block !== undefined && (
                    <div className="stack">
                        <p>{text.where[block.id]}</p>
                        <CodeBlock text={block.text} label={block.label} wraps />
                        {block.isHosted && <p className="muted">{text.hosted}</p>}
                        {needsToken && <p className="muted">{block.isWithoutHeaders ? text.noHeaders : text.token}</p>}
                    </div>
                )}
            </div>
            <details className="more">
                <summary>{text.header}</summary>
                <CodeBlock
                    text={`${server.bearer.url}\nAuthorization: ${server.bearer.headers.Authorization}`}
                    label={text.header}
                    wraps
                />
            </details>
            {warnings.length > 0 && (
                <div className="stack">
                    <h3>{text.warnings}</h3>
                    {warnings.map((warning) => (
                        <p key={warning} className="muted">
                            {warning}
                        </p>
                    ))}
                </div>
            )}
            <div className="dialog-actions">
                <Button onPress={onDone}>{words.parts.done}</Button>
            </div>
        </div>
    );
}
