// MCP by hand: single JSON-RPC messages of both eras.

export const modern = '2026-07-28';
export const legacyRevisions = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'];
export const versionKey = 'io.modelcontextprotocol/protocolVersion';
export const capabilitiesKey = 'io.modelcontextprotocol/clientCapabilities';
export const meta = (version = modern, capabilities = {}) => ({ [versionKey]: version, [capabilitiesKey]: capabilities });

export const rpc = (method, params, id = 7) => ({ jsonrpc: '2.0', id, method, ...(params && { params }) });

export function modernHeaders(method, params = {}) {
    const name = params.name ?? params.uri;
    return { 'mcp-protocol-version': modern, 'mcp-method': method, ...(name && { 'mcp-name': name }) };
}

const accept = 'application/json, text/event-stream';

/// Asks an MCP server at its path, in one era or the other.
export class Client {
    constructor(x, path) {
        this.x = x;
        this.path = path;
    }

    /// Any body and headers.
    post(note, body, headers = {}) {
        const json = typeof body === 'string' || Buffer.isBuffer(body) ? { body, type: 'application/json' } : { json: body };
        return this.x.ask(note, 'POST', this.path, { token: null, ...json, headers: { accept, ...headers } });
    }
    legacy(note, method, params, { id, headers } = {}) {
        return this.post(note, rpc(method, params, id), headers);
    }
    modern(note, method, params = {}, { id, headers = {}, capabilities } = {}) {
        const body = rpc(method, { ...params, _meta: meta(modern, capabilities) }, id);
        return this.post(note, body, { ...modernHeaders(method, params), ...headers });
    }
    call(note, name, args, options) {
        return this.legacy(note, 'tools/call', { name, arguments: args }, options);
    }
    callModern(note, name, args, options) {
        return this.modern(note, 'tools/call', { name, arguments: args }, options);
    }
}

/// The data of a tool's result: its text, as JSON.
export const dataOf = (result) => JSON.parse(result.content[0].text);
