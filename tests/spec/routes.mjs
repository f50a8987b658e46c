import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const file = resolve(import.meta.dirname, '../../services/api/src/routes.cpp');
const row =
    /SLUICE_ROUTE\s*\(\s*Method::(\w+)\s*,\s*"([^"]+)"\s*,\s*Access::(\w+)\s*,\s*\w+\s*,\s*\w+\s*,\s*\w+\s*,\s*\w+\s*\)/g;

/// The security schemes of each access: all of them, one at a time. No schemes: anyone may call.
const schemes = {
    open: [],
    mcp_token: ['', 'apiToken', 'secondFactor'],
    api_token: ['apiToken'],
    account_token: ['accountToken'],
    any_token: ['apiToken', 'accountToken'],
};
/// Routes of our pages have one of these, or none.
const linkSchemes = ['linkToken', 'connectCookie', 'formToken'];
/// An MCP endpoint without the token in its path has it in a header.
const mcpBearer = ['mcpToken', 'mcpToken+secondFactor'];

function hasAccess(security, access) {
    const given = security.map((one) => Object.keys(one).join('+'));
    if (access === 'link') return given.length <= 1 && given.every((one) => linkSchemes.includes(one));
    // The verbs of an MCP endpoint that only refuse ask for nothing.
    if (access === 'mcp_token' && given.length === 0) return true;
    if (access === 'mcp_token' && JSON.stringify(given.sort()) === JSON.stringify(mcpBearer)) return true;
    return JSON.stringify(given.sort()) === JSON.stringify([...(schemes[access] ?? ['?'])].sort());
}

/// Both ways: each route is described with the access it has, and each description has a route.
export function routes(tests, spec) {
    const table = tests.check('the table of routes can be read', readTable);
    if (table === undefined) return;
    const described = new Map(spec.operations().map((operation) => [operation.name, operation]));
    for (const [name, access] of table)
        tests.check(`route ${name} is described`, () => {
            const operation = described.get(name);
            if (operation === undefined) throw new Error(`there is no ${name} in api-spec/openapi.yaml`);
            if (!hasAccess(operation.security, access))
                throw new Error(`its access is ${access}, but its security is ${JSON.stringify(operation.security)}`);
        });
    for (const name of described.keys())
        tests.check(`operation ${name} is a route`, () => {
            if (!table.has(name)) throw new Error(`there is no ${name} in services/api/src/routes.cpp`);
        });
}

function readTable() {
    const source = readFileSync(file, 'utf8')
        .replace(/^\s*#(?:.*\\\n)*.*$/gm, '') // the macro's own definition
        .replace(/\/\*[^]*?\*\/|\/\/.*$/gm, '');
    const table = new Map();
    for (const [, method, path, access] of source.matchAll(row)) {
        const name = `${method.replace(/_$/, '').toUpperCase()} ${path}`;
        if (table.has(name)) throw new Error(`${name} stands in it twice`);
        table.set(name, access);
    }
    const rows = source.match(/\bSLUICE_ROUTE\b/g)?.length ?? 0;
    if (rows === 0 || table.size !== rows) throw new Error(`${rows} rows of SLUICE_ROUTE, ${table.size} understood`);
    return table;
}
