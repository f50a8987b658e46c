import { setTimeout as sleep } from 'node:timers/promises';

import { send } from '../support/http.mjs';

/// Asks again for a quarter of a minute where it was told to wait its turn: hashes of passwords are slow on purpose.
async function patiently(wanted, ask) {
    for (const deadline = Date.now() + 15_000; ; ) {
        const answer = await ask();
        const isBusy = answer.status === 429 && wanted !== 429 && answer.body.toString().includes('Too many are signing in');
        if (!isBusy || Date.now() > deadline) return answer;
        await sleep(Number(answer.headers['retry-after']) * 1000);
    }
}

/// Asks the product and holds each answer against the specification: one test an answer.
export class Session {
    #answered = new Map(); // operation id → keys of the responses it gave
    #names = new Set();

    constructor(tests, spec, { baseUrl, token }) {
        this.tests = tests;
        this.spec = spec;
        this.baseUrl = baseUrl;
        this.token = token;
    }

    /// Sends a request to an operation and expects `status`. Answers the JSON of the body.
    /// `note` says what is special about it. `path`: values of the placeholders. `query`: an object or the text itself.
    /// `json`, or `body` with `type`. `token`: another API token, or null for none. `holds`: a check of the JSON.
    async call(
        id,
        status,
        note,
        { path = {}, query = '', json, body, type, headers = {}, token, announce, holds } = {},
    ) {
        const operation = this.spec.operation(id);
        const name = this.#nameOf(operation, status, note);
        const text = typeof query === 'string' ? query : new URLSearchParams(query).toString();
        const sent = { query: text, body: json, type: type ?? 'application/json' };
        const target = filled(operation.path, path) + (text && `?${text}`);
        const all = { ...this.#authorisation(token), ...headers };
        if (json !== undefined || type !== undefined) all['content-type'] = sent.type;
        const bytes = json === undefined ? body : JSON.stringify(json);
        try {
            const answer = await patiently(status, () =>
                send(this.baseUrl, target, { method: operation.verb, headers: all, body: bytes, announce }),
            );
            const value = jsonOf(answer);
            const problems = this.spec.problemsOfAnswer(operation, answer);
            if (answer.status !== status)
                problems.unshift(`answered ${answer.status}: ${answer.body.toString().slice(0, 600)}`);
            else if (status < 400) problems.push(...this.spec.problemsOfRequest(operation, sent));
            if (problems.length === 0 && holds !== undefined && !holds(value, answer))
                problems.push(`not what was expected: ${answer.body.toString().slice(0, 600)}`);
            this.#note(operation, answer.status);
            this.#end(name, problems);
            return value;
        } catch (error) {
            this.#end(name, [error.message]);
            return undefined;
        }
    }

    #authorisation(token = this.token) {
        return token === null ? {} : { authorization: `Bearer ${token}` };
    }

    #nameOf({ name }, status, note) {
        const full = `${name} → ${status}${note ? `, ${note}` : ''}`;
        if (this.#names.has(full)) throw new Error(`two tests are called ${full}`);
        this.#names.add(full);
        return full;
    }

    /// One test of something else.
    check(name, problems) {
        this.#end(name, problems);
    }

    #note(operation, status) {
        const keys = this.#answered.get(operation.id) ?? new Set();
        this.#answered.set(operation.id, keys.add(this.spec.responseKey(operation, status)));
    }

    #end(name, problems) {
        if (problems.length === 0) this.tests.pass(name);
        else this.tests.fail(name, problems);
    }

    /// One test: each operation but those of `except` did what it is for, and refused something.
    /// Prints which answers nobody asked for.
    checkCoverage(except) {
        const missing = [];
        const unasked = new Map();
        for (const { id, name, responses } of this.spec.operations()) {
            const keys = [...(this.#answered.get(id) ?? [])];
            const succeeds = Object.keys(responses).some((key) => key < '4');
            if (succeeds && !except.includes(id) && !keys.some((key) => key < '4')) missing.push(`${name} did not succeed`);
            if (!keys.some((key) => key >= '4')) missing.push(`${name} refused nothing`);
            for (const key of Object.keys(responses))
                if (!keys.includes(key)) unasked.set(key, (unasked.get(key) ?? 0) + 1);
        }
        this.#end('every operation succeeded and refused', missing);
        const list = [...unasked].sort().map(([key, count]) => `${key} of ${count} operations`);
        console.log(`not provoked: ${list.join(', ')}`);
    }
}

function filled(path, values) {
    return path.replace(/\{(\w+)\}/g, (_, name) => {
        if (!(name in values)) throw new Error(`${path} needs ${name}`);
        // The rest of a path has slashes of its own.
        return path.endsWith(`/custom/{${name}}`) ? values[name] : encodeURIComponent(values[name]);
    });
}

function jsonOf({ body }) {
    try {
        return JSON.parse(body.toString());
    } catch {
        return undefined;
    }
}
