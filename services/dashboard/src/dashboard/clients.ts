// How each MCP client is given an MCP server: what to paste, and where.

export interface Connection {
    name: string;
    url: string;
    /** The client has to send an API token as well. */
    needsToken: boolean;
}

export type ClientId = 'chatgpt' | 'claude' | 'claude-code' | 'cursor' | 'vscode' | 'gemini' | 'n8n' | 'json';

export interface ClientBlock {
    id: ClientId;
    /** The client's own name. */
    label: string;
    /** A file or a shell command; the URL itself if the client has a form. */
    text: string;
    /** Called from the vendor's servers, so the URL has to be public. */
    isHosted: boolean;
    /** It cannot send a header, so it does not fit a server that wants an API token as well. */
    isWithoutHeaders: boolean;
}

export const tokenPlaceholder = '<API token>';

/** Letters that every client takes as a name. */
export function plainName(name: string): string {
    const plain = name
        .normalize('NFKD')
        .replaceAll(/[^A-Za-z0-9]+/g, '-')
        .replaceAll(/^-+|-+$/g, '')
        .toLowerCase()
        .slice(0, 40);
    return plain === '' ? 'sluice' : plain;
}

const json = (value: unknown): string => JSON.stringify(value, null, 2);

/** For a POSIX shell. */
export function quoted(text: string): string {
    return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

export function clientBlocks({ name, url, needsToken }: Connection): ClientBlock[] {
    const key = plainName(name);
    const headers = needsToken ? { headers: { 'Sluice-Api-Token': tokenPlaceholder } } : {};
    const flags = needsToken ? ` --header ${quoted(`Sluice-Api-Token: ${tokenPlaceholder}`)}` : '';
    const block = (id: ClientId, label: string, text: string, isHosted = false, isWithoutHeaders = isHosted) => ({
        id,
        label,
        text,
        isHosted,
        isWithoutHeaders,
    });
    return [
        block('chatgpt', 'ChatGPT', url, true),
        block('claude', 'Claude', url, true),
        block('claude-code', 'Claude Code', `claude mcp add --transport http ${key} ${quoted(url)}${flags}`),
        block('cursor', 'Cursor', json({ mcpServers: { [key]: { url, ...headers } } })),
        block('vscode', 'VS Code', json({ servers: { [key]: { type: 'http', url, ...headers } } })),
        block('gemini', 'Gemini CLI', json({ mcpServers: { [key]: { httpUrl: url, ...headers } } })),
        block('n8n', 'n8n', url),
        block('json', 'JSON', json({ mcpServers: { [key]: { type: 'http', url, ...headers } } })),
    ];
}
