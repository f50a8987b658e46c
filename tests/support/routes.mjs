import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const areas = resolve(import.meta.dirname, '../../services/api/src/areas');
const row =
    /\broute<&\w+::\w+>\(\s*Method::(\w+)\s*,\s*"([^"]+)"\s*,\s*Access::(\w+)\s*,\s*\w+\s*(?:,\s*(\w+|\{\{[^{}]*\}\})\s*)?\)/g;

/// The routes of every area of the API, as `[{method, path, access, query}]`. `query`: the names of the query parameters
/// that a GET takes, or the constant in their place. Throws if there is one that it cannot read.
export function allRoutes() {
    const routes = [];
    const folders = readdirSync(areas, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    for (const { name } of folders) {
        const source = readFileSync(join(areas, name, 'routes.cpp'), 'utf8').replace(/\/\*[^]*?\*\/|\/\/.*$/gm, '');
        const found = [...source.matchAll(row)].map(([, method, path, access, query = '{{}}']) => ({
            method: method.replace(/_$/, '').toUpperCase(),
            path,
            access,
            query: query.startsWith('{') ? [...query.matchAll(/"([^"]*)"/g)].map(([, each]) => each) : query,
        }));
        const rows = source.match(/\broute</g)?.length ?? 0;
        if (rows === 0 || found.length !== rows) throw new Error(`${name}/routes.cpp: ${rows} routes, ${found.length} understood`);
        routes.push(...found);
    }
    return routes;
}
