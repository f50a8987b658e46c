// All entries that fit, as a file of lines.
import { sessionHeaders } from '../api/client.ts';

function parameters(query: object): URLSearchParams {
    const flat = new URLSearchParams();
    for (const [name, value] of Object.entries(query) as [string, unknown][])
        if (typeof value === 'object' && value !== null)
            for (const [operator, each] of Object.entries(value)) flat.set(`${name}[${operator}]`, String(each));
        else flat.set(name, String(value));
    return flat;
}

/** A session cannot be used by a plain link, so the lines are fetched and then saved. */
export async function exportUrl(environment: string | undefined, path: string, query: object, name: string) {
    const flat = parameters(query);
    flat.set('format', 'ndjson');
    const response = await fetch(`${path}?${flat}`, { headers: sessionHeaders(environment), cache: 'no-store' });
    if (!response.ok) return;
    const url = URL.createObjectURL(await response.blob());
    const link = document.createElement('a');
    link.href = url;
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
}
