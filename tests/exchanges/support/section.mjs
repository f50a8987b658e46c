// A section: exchanges about one thing, in an environment and with a help desk of its own, so that none depends on another.
import { answerLines, requestLines } from './recording.mjs';
import { send, sendRaw } from './http.mjs';
import { Names } from './names.mjs';

/// Well formed, and the id of nothing.
export const nothing = (prefix) => `${prefix}_01h455vb4pex5vsknk084sn02q`;
/// Of the form of a token, and none: its check sum is wrong.
export const noToken = (kind) => `slx_${kind}_${'0'.repeat(57)}`;

const prefixes = ['team', 'env', 'int', 'envint', 'ia', 'mcp_srv', 'tok', 'doc', 'link', 'conn', 'wh', 'evt', 'appr'];
const tokens = ['api', 'mcp', 'link', 'acct', 'state'];

const patienceMs = 20_000;
const pauseMs = 20;

/// A path with its query, which may be the text itself.
export function withQuery(path, query = '') {
    const text = typeof query === 'string' ? query : new URLSearchParams(query).toString();
    return text === '' ? path : `${path}?${text}`;
}

export class Section {
    exchanges = [];
    #called = new Set();

    constructor(name, product, vendor) {
        this.name = name;
        this.product = product;
        this.vendor = vendor;
        const environment = product.environment(name);
        this.environment = environment.id;
        this.token = environment.token;
        this.mcpToken = environment.mcpToken;
        const port = (url) => new URL(url).port;
        this.#names = new Names(
            [
                [product.appSecret, '<app secret>'],
                [`:${port(product.baseUrl)}`, ':<api>'],
                [`:${port(product.simulatorUrl)}`, ':<simulator>'],
                [`:${vendor.port}`, ':<vendor>'],
                [encodeURIComponent(`:${port(product.baseUrl)}`), '%3A<api>'],
                [encodeURIComponent(`:${port(product.simulatorUrl)}`), '%3A<simulator>'],
            ],
            [...prefixes.map(nothing), ...tokens.map(noToken)],
        );
    }
    #names;

    /// Sends a request and records it with its answer. `token`: another API token, or null for none. `json`, or `body` with
    /// `type`.
    async ask(note, method, path, { query, token = this.token, json, body, type, headers = {}, announce } = {}) {
        const all = { ...headers };
        if (token !== null) all.authorization = `Bearer ${token}`;
        if (json !== undefined || type !== undefined) all['content-type'] = type ?? 'application/json';
        const target = withQuery(path, query);
        const sent = { headers: all, body: json === undefined ? body : JSON.stringify(json), announce };
        const answer = await send(this.product.baseUrl, method, target, sent);
        this.record(note, { method, target, ...sent }, answer);
        return answer;
    }

    /// What to write for a text that is not known by its form.
    call(real, name) {
        this.#names.call(real, name);
    }

    /// Bytes that no client library would send.
    async askRaw(note, text) {
        const answer = await sendRaw(this.product.baseUrl, text);
        this.record(note, { method: 'bytes', target: JSON.stringify(text), headers: {} }, answer);
        return answer;
    }

    record(note, request, answer) {
        const name = `${this.name}: ${note}`;
        if (this.#called.has(name)) throw new Error(`two exchanges are called "${name}"`);
        this.#called.add(name);
        const lines = requestLines(this.#names, request);
        this.exchanges.push({ name, request: lines, answer: answerLines(this.#names, answer) });
    }

    /// What has to be there first, and is recorded elsewhere. The answer's JSON.
    async make(method, path, json) {
        const answer = await this.quietly(method, path, json);
        if (answer.status >= 300) throw new Error(`${method} ${path} answers ${answer.status}: ${answer.body}`);
        return answer.json;
    }

    quietly(method, path, json) {
        const headers = { authorization: `Bearer ${this.token}`, ...(json && { 'content-type': 'application/json' }) };
        return send(this.product.baseUrl, method, path, { headers, body: json && JSON.stringify(json) });
    }

    /// Asks until `holds` says that what we wait for has come, so that the exchange which records it is the same each time.
    async until(what, path, holds) {
        for (const end = Date.now() + patienceMs; ;) {
            const answer = await this.quietly('GET', path);
            if (answer.status === 200 && holds(answer.json)) return answer.json;
            if (Date.now() > end) throw new Error(`${what}: not within ${patienceMs} ms; last ${answer.body}`);
            await new Promise((done) => setTimeout(done, pauseMs));
        }
    }

    /// Gorgias, installed at the simulator. Its id.
    async install() {
        const [{ id }] = (await this.make('GET', '/integration?name=gorgias')).result;
        this.integration = id;
        const installed = await this.make('POST', '/environment-integration', {
            integration_id: id,
            override: this.product.override,
        });
        this.installation = installed.id;
        return installed.id;
    }

    /// Gorgias with an account, at a help desk of the section's name.
    async connect(members = {}, tickets = 12) {
        if (this.installation === undefined) await this.install();
        this.desk ??= await this.product.desk(this.name.replaceAll(' ', '-'), tickets);
        const { id } = await this.make('POST', '/integrated-account', {
            tenant_id: 'acme',
            environment_integration_id: this.installation,
            authentication_method: 'api_key',
            context: this.desk.context,
            verify: false, // What is left of the vendor's limit is in later answers.
            ...members,
        });
        // What fits the account is known then: minting waits for it only so long.
        if (members.authentication_method === undefined) await this.make('POST', `/integrated-account/${id}/refresh-schema`);
        await this.product.drain();
        return id;
    }

    /// An MCP server of an account: the path of its URL, and all that minting says.
    async mint(account, config = {}, members = {}) {
        const server = await this.make('POST', `/integrated-account/${account}/mcp`, { name: 'Exchanges', config, ...members });
        await this.product.drain();
        return { ...server, path: `/mcp/${server.token}` };
    }
}
