import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const areas = resolve(import.meta.dirname, '../../services/api/src/areas');
const row =
    /(\b(?:keyed|data_plane)\()?\broute<&\w+::\w+>\(\s*Method::(\w+)\s*,\s*"([^"]+)"\s*,\s*(Access|Permission)::(\w+)\s*,\s*\w+\s*(?:,\s*(\w+|\{\{[^{}]*\}\})\s*)?\)/g;

/// The routes of every area of the API, as `[{method, path, access, needs, query}]`. `access`: a name of `Access`. `needs`:
/// the permission of a caller, as C++ names it, or null. `query`: the names of the query parameters
/// that a GET takes, or the constant in their place. `path` as OpenAPI writes it. Throws if there is one that it cannot read.
export function allRoutes() {
    const routes = [];
    const folders = readdirSync(areas, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    for (const { name: area } of folders) {
        const source = readFileSync(join(areas, area, 'routes.cpp'), 'utf8').replace(/\/\*[^]*?\*\/|\/\/.*$/gm, '');
        const found = [...source.matchAll(row)].map(([, wrapped, method, path, kind, name, query = '{{}}']) => ({
            method: method.replace(/_$/, '').toUpperCase(),
            path: path.replace('...}', '}'),
            access: kind === 'Access' ? name : wrapped ? 'any_token' : 'caller',
            needs: kind === 'Permission' ? name : null,
            query: query.startsWith('{') ? [...query.matchAll(/"([^"]*)"/g)].map(([, each]) => each) : query,
        }));
        const rows = source.match(/\broute</g)?.length ?? 0;
        if (rows === 0 || found.length !== rows) throw new Error(`${area}/routes.cpp: ${rows} routes, ${found.length} understood`);
        routes.push(...found);
    }
    return routes;
}
