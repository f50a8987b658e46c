import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import addFormats from 'ajv-formats';
import Ajv2020 from 'ajv/dist/2020.js';
import { parse } from 'yaml';

const file = resolve(import.meta.dirname, '../../../api-spec/openapi.yaml');
const verbs = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options'];
/// What the server writes itself, whatever the answer.
const hopHeaders = new Set(['date', 'connection', 'keep-alive', 'content-length', 'content-type', 'transfer-encoding']);
/// What our client writes itself, whatever it delivers.
const clientHeaders = new Set([...hopHeaders, 'host', 'accept-encoding']);

/// Whether the answers are the vendor's, with its headers.
const isOfVendor = ({ path }) => path.startsWith('/proxy/') || path.startsWith('/custom/');

/// The specification, asked about one request or one answer at a time.
export class Spec {
    // The file is ours: it may have as many aliases as answers.
    #document = parse(readFileSync(file, 'utf8'), { maxAliasCount: -1 });
    #operations = new Map();
    #ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false });

    constructor() {
        addFormats(this.#ajv);
        this.#ajv.addSchema(this.#document, 'spec');
        for (const [path, item] of Object.entries(this.#document.paths))
            for (const verb of verbs.filter((one) => one in item)) this.#add(path, item, verb);
    }

    #add(path, item, verb) {
        const { ...description } = item[verb];
        const parameters = [...(item.parameters ?? []), ...(description.parameters ?? [])];
        this.#operations.set(description.operationId, {
            id: description.operationId,
            name: `${verb.toUpperCase()} ${path}`,
            verb: verb.toUpperCase(),
            path,
            pointer: ['paths', path, verb],
            security: description.security ?? this.#document.security,
            permission: description['x-permission'],
            parameters: parameters.map((one) => this.#followed(one)),
            body: description.requestBody,
            responses: description.responses,
        });
    }

    operations() {
        return [...this.#operations.values()];
    }

    operation(id) {
        const operation = this.#operations.get(id);
        if (operation === undefined) throw new Error(`no operation is called ${id}`);
        return operation;
    }

    /// Whether an operation takes query parameters that nobody here can name.
    takesAnyParameter(id) {
        const queries = this.operation(id).parameters.filter((one) => one.in === 'query');
        return queries.some((one) => this.#followed(one.schema).additionalProperties);
    }

    /// What is wrong with a request that the product took.
    problemsOfRequest(operation, { query, headers, body, type }) {
        const known = operation.parameters;
        const queries = known.filter((one) => one.in === 'query');
        const takesAny = this.takesAnyParameter(operation.id);
        const problems = [...new URLSearchParams(query).keys()]
            .map((name) => ({ name, field: name.replace(/\[.*/, '') }))
            .filter(({ field }) => !takesAny && !queries.some((one) => one.name === field))
            .map(({ name }) => `the query parameter ${name} is not described`);
        if (body === undefined) return problems;
        const pointer = [...operation.pointer, 'requestBody', 'content', matchType(operation.body.content, type)];
        return [...problems, ...this.#problemsOf(body, pointer, 'the request')];
    }

    /// The description of a status: its own, or that of its class.
    responseKey(operation, status) {
        return [String(status), `${String(status)[0]}XX`].find((key) => key in operation.responses);
    }

    /// What is wrong with an answer.
    problemsOfAnswer(operation, { status, headers, body }) {
        const key = this.responseKey(operation, status);
        if (key === undefined) return [`the status ${status} is not described`];
        const pointer = this.#pointerTo([...operation.pointer, 'responses', key]);
        const response = this.#at(pointer);
        // Behind the proxy, headers of the vendor are passed on.
        const isClosed = !isOfVendor(operation);
        return [
            ...this.#problemsOfHeaders(response.headers ?? {}, pointer, headers, isClosed),
            ...this.#problemsOfContent(operation, response, pointer, headers, body),
        ];
    }

    /// What is wrong with a delivery to a webhook.
    problemsOfDelivery({ headers, body }) {
        const pointer = ['webhooks', 'event', 'post'];
        const { parameters } = this.#at(pointer);
        const described = Object.fromEntries(parameters.map((one) => [one.name.toLowerCase(), one]));
        const unknown = Object.keys(headers)
            .filter((name) => !(name in described) && !clientHeaders.has(name))
            .map((name) => `the header ${name} is not described`);
        const wrong = parameters.flatMap(({ name }, i) =>
            this.#problemsOf(
                headers[name.toLowerCase()],
                [...pointer, 'parameters', i, 'schema'],
                `the header ${name}`,
            ),
        );
        const content = [...pointer, 'requestBody', 'content', 'application/json'];
        return [...unknown, ...wrong, ...this.#problemsOf(JSON.parse(body), content, 'the event')];
    }

    /// What is wrong with a value that stands for a schema of the components.
    problemsOfSchema(value, name) {
        return this.#problemsOf(value, ['components', 'schemas', name], name);
    }

    #problemsOfHeaders(described, pointer, headers, isClosed) {
        const problems = [];
        for (const name of Object.keys(described)) {
            const at = this.#pointerTo([...pointer, 'headers', name]);
            const { required, schema } = this.#at(at);
            if (name in headers) {
                const text = [headers[name]].flat().join(', '); // Node gives set-cookie as a list.
                const value = schema.type === 'integer' ? Number(text) : text;
                problems.push(...this.#problemsOf(value, [...at, 'schema'], `the header ${name}`));
            } else if (required) {
                problems.push(`the header ${name} is missing`);
            }
        }
        if (isClosed)
            for (const name of Object.keys(headers))
                if (!(name in described) && !hopHeaders.has(name)) problems.push(`the header ${name} is not described`);
        return problems;
    }

    #problemsOfContent(operation, response, pointer, headers, body) {
        const type = headers['content-type'];
        if (response.content === undefined || (type === undefined && isOfVendor(operation)))
            return body.length > 0 ? [`a body where none is described: ${body.toString().slice(0, 200)}`] : [];
        const key = matchType(response.content, type);
        if (key === undefined) return [`the content type ${type} is not described`];
        if (operation.verb === 'HEAD') return body.length > 0 ? ['a body after HEAD'] : [];
        if (key === '*/*' || key.startsWith('text/') || key === 'application/yaml') return [];
        const value = parsed(body);
        if (value === undefined) return [`not JSON: ${body.toString().slice(0, 200)}`];
        return this.#problemsOf(value, [...pointer, 'content', key], 'the body');
    }

    #problemsOf(value, pointer, what) {
        const at = pointer.at(-1) === 'schema' || pointer.includes('schemas') ? pointer : [...pointer, 'schema'];
        const validate = this.#ajv.getSchema(`spec#${at.map((part) => `/${escaped(part)}`).join('')}`);
        if (validate(value)) return [];
        const text = JSON.stringify(value);
        return [
            `${what} is not as described: ${text.length > 600 ? `${text.slice(0, 600)}…` : text}`,
            ...validate.errors
                .slice(0, 12)
                .map((error) => `  ${error.instancePath || '/'} ${error.message}${detail(error)}`),
        ];
    }

    #at(pointer) {
        return pointer.reduce((node, part) => node[part], this.#document);
    }

    #pointerTo(pointer) {
        const { $ref } = this.#at(pointer);
        return $ref === undefined ? pointer : $ref.slice(2).split('/');
    }

    #followed(node) {
        return node.$ref === undefined ? node : this.#at(node.$ref.slice(2).split('/'));
    }
}

function detail({ params }) {
    const { additionalProperty, allowedValue } = params;
    return additionalProperty === undefined && allowedValue === undefined
        ? ''
        : `: ${additionalProperty ?? JSON.stringify(allowedValue)}`;
}

function escaped(part) {
    return encodeURIComponent(String(part).replaceAll('~', '~0').replaceAll('/', '~1'));
}

function matchType(content, type = '') {
    const plain = type.split(';')[0].trim().toLowerCase();
    return [plain, `${plain.split('/')[0]}/*`, '*/*'].find((key) => key in content);
}

function parsed(body) {
    try {
        return JSON.parse(body.toString());
    } catch {
        return undefined;
    }
}
