import { allRoutes } from '../support/routes.mjs';

/// The security schemes of each access: all of them, one at a time. No schemes: anyone may call.
const schemes = {
    open: [],
    mcp_token: ['', 'apiToken', 'secondFactor'],
    caller: ['apiToken', 'session'],
    session: ['session'],
    account_token: ['accountToken'],
    any_token: ['apiToken', 'accountToken'],
};
/// What no API token may, so that only a session is described.
const ofPeople = /^(people|audit|team)_|^api_tokens_write$/;
/// Routes of our pages have one of these, or none.
const linkSchemes = ['linkToken', 'connectCookie', 'formToken'];
/// An MCP endpoint without the token in its path has it in a header.
const mcpBearer = ['mcpToken', 'mcpToken+secondFactor'];

function hasAccess(security, access, needs) {
    const given = security.map((one) => Object.keys(one).join('+'));
    if (access === 'link') return given.length <= 1 && given.every((one) => linkSchemes.includes(one));
    // The verbs of an MCP endpoint that only refuse ask for nothing.
    if (access === 'mcp_token' && given.length === 0) return true;
    if (access === 'mcp_token' && JSON.stringify(given.sort()) === JSON.stringify(mcpBearer)) return true;
    const wanted = access === 'caller' && ofPeople.test(needs) ? schemes.session : (schemes[access] ?? ['?']);
    return JSON.stringify(given.sort()) === JSON.stringify([...wanted].sort());
}

/// The query parameters of a GET are those that are described. The filters of a list are not in its row.
function queryProblem({ verb, parameters }, query) {
    const described = parameters.filter((one) => one.in === 'query').map((one) => one.name);
    if (verb !== 'GET' || query === 'kAnyQuery') return undefined;
    if (query === 'kFilters') return described.includes('limit') ? undefined : 'it is a list, but no limit is described';
    return JSON.stringify([...described].sort()) === JSON.stringify([...query].sort())
        ? undefined
        : `its query parameters are ${JSON.stringify(query)}, but ${JSON.stringify(described)} are described`;
}

/// Both ways: each route is described with the access it has, and each description has a route.
export function routes(tests, spec) {
    const table = tests.check('the table of routes can be read', readTable);
    if (table === undefined) return;
    const described = new Map(spec.operations().map((operation) => [operation.name, operation]));
    for (const [name, { access, needs, query }] of table)
        tests.check(`route ${name} is described`, () => {
            const operation = described.get(name);
            if (operation === undefined) throw new Error(`there is no ${name} in api-spec/openapi.yaml`);
            if (!hasAccess(operation.security, access, needs))
                throw new Error(`its access is ${access}, but its security is ${JSON.stringify(operation.security)}`);
            if (operation.permission !== needs?.replace(/_(?=[a-z]+$)/, ':'))
                throw new Error(`it needs ${needs}, but its x-permission is ${operation.permission}`);
            const problem = queryProblem(operation, query);
            if (problem !== undefined) throw new Error(problem);
        });
    for (const name of described.keys())
        tests.check(`operation ${name} is a route`, () => {
            if (!table.has(name)) throw new Error(`there is no ${name} in services/api/src/areas`);
        });
}

function readTable() {
    const table = new Map();
    for (const { method, path, access, needs, query } of allRoutes()) {
        const name = `${method} ${path}`;
        if (table.has(name)) throw new Error(`${name} is a route twice`);
        table.set(name, { access, needs: needs ?? undefined, query });
    }
    return table;
}
