// JSON Schema as a form sees it. What a form cannot show is edited as JSON.
import { Validator, type OutputUnit, type Schema } from '@cfworker/json-schema';

export type JsonSchema = { [key: string]: unknown };
export type Path = (string | number)[];

export interface Field {
    name: string;
    schema: JsonSchema;
    isRequired: boolean;
}

export type Shape =
    | { kind: 'text'; isLong: boolean; format: string | undefined }
    | { kind: 'number'; isInteger: boolean }
    | { kind: 'flag' }
    | { kind: 'choice'; options: unknown[] }
    | { kind: 'choices'; options: unknown[] }
    | { kind: 'list'; items: JsonSchema }
    | { kind: 'group'; fields: Field[] }
    | { kind: 'json' };

const isObject = (value: unknown): value is JsonSchema =>
    typeof value === 'object' && value !== null && !Array.isArray(value);

/** Follows `$ref` within the same document, as far as it goes. */
export function resolve(schema: JsonSchema, root: JsonSchema): JsonSchema {
    let found = schema;
    for (let depth = 0; depth < 8; depth++) {
        const { $ref } = found;
        if (typeof $ref !== 'string' || !$ref.startsWith('#/')) return found;
        let target: unknown = root;
        for (const part of $ref.slice(2).split('/'))
            target = isObject(target) ? target[part.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined;
        if (!isObject(target)) return found;
        found = { ...target, ...Object.fromEntries(Object.entries(found).filter(([name]) => name !== '$ref')) };
    }
    return found;
}

/** Without the choice of null: in a form that is an empty field. */
function withoutNull(schema: JsonSchema, root: JsonSchema): JsonSchema {
    const alternatives = (schema['anyOf'] ?? schema['oneOf']) as JsonSchema[] | undefined;
    if (Array.isArray(alternatives)) {
        const rest = alternatives.map((each) => resolve(each, root)).filter(({ type }) => type !== 'null');
        if (rest.length !== 1) return schema;
        const { anyOf: _any, oneOf: _one, ...outer } = schema;
        return { ...rest[0], ...outer };
    }
    const { type } = schema;
    if (!Array.isArray(type)) return schema;
    const rest = type.filter((each) => each !== 'null');
    return rest.length === 1 ? { ...schema, type: rest[0] } : schema;
}

const longNames = /body|html|text|description|message|content|note/i;

export function fieldsOf(schema: JsonSchema, root: JsonSchema): Field[] {
    const properties = isObject(schema['properties']) ? schema['properties'] : {};
    const required = Array.isArray(schema['required']) ? schema['required'] : [];
    return Object.entries(properties)
        .filter((entry): entry is [string, JsonSchema] => isObject(entry[1]))
        .map(([name, each]) => ({ name, schema: resolve(each, root), isRequired: required.includes(name) }))
        .sort((a, b) => Number(b.isRequired) - Number(a.isRequired));
}

export function shapeOf(given: JsonSchema, root: JsonSchema, name = ''): Shape {
    const schema = withoutNull(resolve(given, root), root);
    const { type } = schema;
    const options = Array.isArray(schema['enum']) ? schema['enum'].filter((each) => each !== null) : undefined;
    if (options !== undefined && options.length > 0) return { kind: 'choice', options };
    if (type === 'string') {
        const format = typeof schema['format'] === 'string' ? schema['format'] : undefined;
        const isLong = format === undefined && longNames.test(name) && schema['maxLength'] !== 1;
        return { kind: 'text', isLong, format };
    }
    if (type === 'integer' || type === 'number') return { kind: 'number', isInteger: type === 'integer' };
    if (type === 'boolean') return { kind: 'flag' };
    if (type === 'array' && isObject(schema['items'])) {
        const items = withoutNull(resolve(schema['items'], root), root);
        if (Array.isArray(items['enum']) && items['enum'].length <= 40)
            return { kind: 'choices', options: items['enum'] };
        const inner = shapeOf(items, root);
        return inner.kind === 'json' ? { kind: 'json' } : { kind: 'list', items };
    }
    if (type === 'object' && isObject(schema['properties'])) {
        const fields = fieldsOf(schema, root);
        if (fields.length > 0) return { kind: 'group', fields };
    }
    return { kind: 'json' };
}

/** The value with one place changed; undefined takes the place out. Empty objects and lists stay out as well. */
export function withValue(value: unknown, path: Path, next: unknown): unknown {
    const [first, ...rest] = path;
    if (first === undefined) return next;
    if (typeof first === 'number') {
        const list: unknown[] = Array.isArray(value) ? [...value] : [];
        const inner = withValue(list[first], rest, next);
        if (inner === undefined && rest.length === 0) list.splice(first, 1);
        else list[first] = inner;
        return list.length === 0 ? undefined : list;
    }
    const object: JsonSchema = isObject(value) ? { ...value } : {};
    const inner = withValue(object[first], rest, next);
    if (inner === undefined) delete object[first];
    else object[first] = inner;
    return Object.keys(object).length === 0 ? undefined : object;
}

export interface Problem {
    /** "/fields/0/name"; empty for the whole. */
    path: string;
    message: string;
}

/** A validator that interprets the schema: the policy of the pages forbids compiled ones. */
export function validatorOf(schema: JsonSchema): (value: unknown) => Problem[] {
    const validator = new Validator(schema as Schema, '2020-12', false);
    return (value) => {
        const { valid, errors } = validator.validate(value);
        return valid ? [] : problemsOf(errors);
    };
}

/** What a part does wrong makes its whole wrong as well; only the parts are told. */
function problemsOf(errors: OutputUnit[]): Problem[] {
    const outer = new Set(['properties', 'items', 'additionalProperties', 'allOf', '$ref', 'prefixItems']);
    const told = errors.filter(
        ({ keyword, keywordLocation }) =>
            !outer.has(keyword) ||
            !errors.some(
                (other) =>
                    other.keywordLocation !== keywordLocation &&
                    other.keywordLocation.startsWith(`${keywordLocation}/`),
            ),
    );
    const seen = new Set<string>();
    return (told.length === 0 ? errors : told)
        .map(({ instanceLocation, error }) => ({ path: instanceLocation.replace(/^#/, ''), message: error }))
        .filter(({ path, message }) => {
            const key = `${path} ${message}`;
            const isNew = !seen.has(key);
            seen.add(key);
            return isNew;
        });
}

/** A path of a form as a problem has it. */
export function pointer(path: Path): string {
    return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
