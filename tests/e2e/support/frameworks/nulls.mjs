// What a model says that has to name every argument (null for what it does not mean, at every depth), and what its schema
// makes it say.

/// `value` with null for each property of `schema` (as the model sees it) that it lacks.
export function withNulls(schema, value, root = schema) {
    const { properties, items } = branchFor(schema, value, root);
    if (Array.isArray(value)) return items ? value.map((each) => withNulls(items, each, root)) : value;
    if (typeof value !== 'object' || value === null || !properties) return value;
    const filled = (name) => (properties[name] ? withNulls(properties[name], value[name], root) : value[name]);
    const given = Object.keys(value).map((name) => [name, filled(name)]);
    return { ...Object.fromEntries(Object.keys(properties).map((name) => [name, null])), ...Object.fromEntries(given) };
}

/// The properties that are optional in `schema` and that a model, which sees `seen`, can neither leave out nor give null.
export function demanded(schema, seen, isValid, path = '', root = seen) {
    const { items } = branchFor(seen, [], root);
    if (schema.items) return items ? demanded(schema.items, items, isValid, `${path}[]`, root) : [];
    const { properties = {}, required = [] } = branchFor(seen, {}, root);
    return Object.entries(schema.properties ?? {}).flatMap(([name, one]) => {
        const shown = properties[name];
        if (!shown) return [];
        const at = path ? `${path}.${name}` : name;
        const canBeLeftOut = !required.includes(name) || isValid({ ...shown, $defs: root.$defs }, null);
        const isDemanded = !schema.required?.includes(name) && !canBeLeftOut;
        return [...(isDemanded ? [at] : []), ...demanded(one, shown, isValid, at, root)];
    });
}

/// `schema` without what it requires: for arguments that leave the rest open.
export const withoutRequired = (schema) =>
    JSON.parse(JSON.stringify(schema), (key, value) => (key === 'required' && Array.isArray(value) ? undefined : value));

/// The schema behind references, and of a union the branch of the value's type.
function branchFor(schema, value, root) {
    const { anyOf, ...itself } = resolved(schema, root);
    if (!anyOf) return itself;
    const type = Array.isArray(value) ? 'array' : typeof value;
    const branches = anyOf.map((branch) => branchFor(branch, value, root));
    return branches.find((branch) => [branch.type].flat().includes(type)) ?? {};
}

const resolved = (schema, root) =>
    schema.$ref ? resolved(schema.$ref.slice(2).split('/').reduce((at, name) => at[name], root), root) : schema;
