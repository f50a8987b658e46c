// Every tool list is one that Anthropic, OpenAI and Gemini take: one tool they refuse costs all the others.
import assert from 'node:assert/strict';

import { inspect } from './support/clients.mjs';
import { listTools } from './support/mcp.mjs';
import { connect, mainEnvironment } from './support/product.mjs';
import { file, test } from './support/test.mjs';

const where = await mainEnvironment();
const account = await connect(file, where);

/// The keywords that all three know (mcp clients' schema subsets; Gemini's is the smallest).
const keywords = new Set([
    ...['type', 'description', 'title', 'properties', 'required', 'items', 'enum', 'additionalProperties'],
    ...['minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems', 'pattern', 'default', 'format'],
]);
const types = new Set(['object', 'array', 'string', 'integer', 'number', 'boolean']);

function problems(schema, path, depth = 1) {
    if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return [`${path} is no schema object`];
    // Below the root all three take an anyOf, which stands there instead of a type.
    if (schema.anyOf && path.includes('.')) {
        const { anyOf, description, title, ...others } = schema;
        const found = Object.keys(others).map((key) => `${path}.${key} stands beside anyOf`);
        if (anyOf.length < 2 || anyOf.some((branch) => branch.anyOf)) found.push(`${path}.anyOf`);
        return [...found, ...anyOf.flatMap((branch) => problems(branch, path, depth))];
    }
    const found = Object.keys(schema).filter((key) => !keywords.has(key)).map((key) => `${path}.${key} is not portable`);
    if (!types.has(schema.type)) found.push(`${path}.type is ${JSON.stringify(schema.type)}`);
    if (depth > 6) found.push(`${path} is nested too deep`);
    if (schema.enum && (schema.enum.length > 100 || schema.enum.some((value) => value === null))) found.push(`${path}.enum`);
    if (schema.default === null) found.push(`${path}.default is null`);
    if (schema.type === 'object' && schema.properties === undefined) found.push(`${path} has no properties`);
    if (schema.type === 'array') found.push(...(schema.items ? problems(schema.items, `${path}[]`, depth + 1) : [`${path} has no items`]));
    if (typeof schema.additionalProperties === 'object') found.push(`${path}.additionalProperties is a schema`);
    for (const [name, one] of Object.entries(schema.properties ?? {})) {
        if (!/^[a-zA-Z0-9_.-]{1,64}$/.test(name)) found.push(`${path}.${name} is no portable name`);
        found.push(...problems(one, `${path}.${name}`, depth + 1));
    }
    return found;
}

// A second account of the same tenant, so that its tools ask which.
const tenant_id = account.simulated.subdomain;
const second = await connect(file, where);
await where.api.ok('PATCH', `/integrated-account/${second.id}`, { tenant_id });
const ofTenant = await where.api.ok('POST', '/mcp-server', { name: 'portable', tenant_id });
file.after(() => where.api.delete(`/mcp-server/${ofTenant.id}`));

for (const [what, mint] of [
    ['an account', () => account.mint()],
    ['an account, on request', () => account.mint({ tool_exposure: 'discovery' })],
    ['a tenant with two accounts', () => ofTenant],
])
    test(`the list of ${what} is portable`, async () => {
        const tools = await listTools((await mint()).url);
        const names = tools.map(({ name }) => name);
        assert.equal(new Set(names).size, names.length, 'no name stands twice');
        for (const tool of tools) {
            assert.match(tool.name, /^[a-zA-Z][a-zA-Z0-9_-]{0,45}$/);
            assert.ok(tool.title && tool.description && tool.description.length <= 1000, tool.name);
            assert.equal(tool.inputSchema.type, 'object');
            assert.deepEqual(problems(tool.inputSchema, tool.name), []);
            assert.ok(JSON.stringify(tool.inputSchema).length <= 16_384, `${tool.name} is small enough`);
            for (const hint of ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint'])
                assert.equal(typeof tool.annotations[hint], 'boolean', `${tool.name} ${hint}`);
            assert.ok(!JSON.stringify(tool).includes(':null'), `${tool.name} has no null`);
        }
    });

test('Inspector: the list of a tenant is strictly portable', async () => {
    const { code, stderr } = await inspect(ofTenant.url, '--method', 'tools/list', '--strict');
    assert.equal(code, 0, stderr);
});
