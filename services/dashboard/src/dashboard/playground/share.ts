// The same call elsewhere: as a command, and in code.

export interface SharedCall {
    base: string;
    account: string;
    tool: string;
    arguments: Record<string, unknown>;
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

export function asCurl({ base, account, tool, arguments: given }: SharedCall): string {
    const body = JSON.stringify({ integrated_account_id: account, arguments: given });
    return [
        `curl ${quote(`${base}/tools/execute/${tool}`)}`,
        '  -H "Authorization: Bearer $TOKEN"',
        "  -H 'Content-Type: application/json'",
        `  -d ${quote(body)}`,
    ].join(' \\\n');
}

export function asMcp({ tool, arguments: given }: SharedCall): string {
    const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: tool, arguments: given } };
    return JSON.stringify(call, null, 2);
}

/** JSON as a value of Python. */
function python(value: unknown, indent = ''): string {
    if (value === null || value === undefined) return 'None';
    if (typeof value === 'boolean') return value ? 'True' : 'False';
    if (typeof value !== 'object') return JSON.stringify(value);
    const inner = `${indent}    `;
    const parts = Array.isArray(value)
        ? value.map((each) => inner + python(each, inner))
        : Object.entries(value).map(([name, each]) => `${inner}${JSON.stringify(name)}: ${python(each, inner)}`);
    const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
    return parts.length === 0 ? open + close : `${open}\n${parts.join(',\n')},\n${indent}${close}`;
}

export function asPython({ base, account, tool, arguments: given }: SharedCall): string {
    return `import os
import requests

answer = requests.post(
    ${JSON.stringify(`${base}/tools/execute/${tool}`)},
    headers={"Authorization": f"Bearer {os.environ['TOKEN']}"},
    json=${python({ integrated_account_id: account, arguments: given }, '    ')},
    timeout=60,
)
answer.raise_for_status()
print(answer.json())
`;
}

export function asTypeScript({ base, account, tool, arguments: given }: SharedCall): string {
    const body = JSON.stringify({ integrated_account_id: account, arguments: given }, null, 4).replaceAll(
        '\n',
        '\n    ',
    );
    return `const response = await fetch(${JSON.stringify(`${base}/tools/execute/${tool}`)}, {
    method: 'POST',
    headers: {
        authorization: \`Bearer \${process.env.TOKEN}\`,
        'content-type': 'application/json',
    },
    body: JSON.stringify(${body}),
});
console.log(await response.json());
`;
}
