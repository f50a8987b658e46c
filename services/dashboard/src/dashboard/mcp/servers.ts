// The settings of an MCP server, as a form has them and as the API takes them.
import { compact, type Schemas } from '../api/client.ts';
import { fromLocal, toLocal } from '../times.ts';

export interface ServerForm {
    name: string;
    tenant_id: string;
    integrations: string[];
    methods: string[];
    exact: string;
    tags: string[];
    expiry: string;
    expires_at: string;
    tool_exposure: 'all' | 'discovery';
    require_api_token_auth: boolean;
    approval_tags: string[];
    approval_link: boolean;
    idempotency_window_s: string;
    result_token_limit: string;
    structured_content: boolean;
}

export const methodWords = ['read', 'write', 'custom'];

const days: Record<string, number> = { '1d': 1, '7d': 7, '30d': 30, '90d': 90 };

export const emptyServer: ServerForm = {
    name: '',
    tenant_id: '',
    integrations: [],
    methods: [],
    exact: '',
    tags: [],
    expiry: 'never',
    expires_at: '',
    tool_exposure: 'all',
    require_api_token_auth: false,
    approval_tags: [],
    approval_link: false,
    idempotency_window_s: '0',
    result_token_limit: '20000',
    structured_content: false,
};

interface Known {
    name: string;
    config: Schemas['McpServerSettings'];
    expires_at: string | null;
    tenant_id?: string;
    integrations?: string[];
}

export function formOf({ name, config, expires_at, tenant_id = '', integrations = [] }: Known): ServerForm {
    return {
        name,
        tenant_id,
        integrations,
        ...withFilter(config),
        expiry: expires_at === null ? 'never' : 'date',
        expires_at: toLocal(expires_at),
        tool_exposure: config.tool_exposure,
        require_api_token_auth: config.require_api_token_auth,
        approval_tags: config.approval_tags,
        approval_link: config.approval_link,
        idempotency_window_s: String(config.idempotency_window_s),
        result_token_limit: String(config.result_token_limit),
        structured_content: config.structured_content,
    };
}

/** Words such as `read` are chosen, names are written. */
export function withFilter({ methods, tags }: { methods: string[]; tags: string[] }) {
    return {
        methods: methods.filter((word) => methodWords.includes(word)),
        exact: methods.filter((word) => !methodWords.includes(word)).join(', '),
        tags,
    };
}

export function split(text: string): string[] {
    return text
        .split(/[\s,]+/)
        .map((word) => word.trim())
        .filter((word) => word !== '');
}

export function filterOf({ methods, exact, tags }: Pick<ServerForm, 'methods' | 'exact' | 'tags'>) {
    return { methods: [...methods, ...split(exact)], tags };
}

/** A whole number; NaN if it is none. */
function numberOf(text: string): number {
    return /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
}

export function configOf(form: ServerForm): Schemas['McpServerConfig'] {
    return {
        ...filterOf(form),
        tool_exposure: form.tool_exposure,
        require_api_token_auth: form.require_api_token_auth,
        approval_tags: form.approval_tags,
        approval_link: form.approval_tags.length > 0 && form.approval_link,
        idempotency_window_s: numberOf(form.idempotency_window_s),
        result_token_limit: numberOf(form.result_token_limit),
        structured_content: form.structured_content,
    };
}

export function expiryOf({ expiry, expires_at }: ServerForm, now: number): string | null {
    const count = days[expiry];
    if (count !== undefined) return new Date(now + count * 86_400_000).toISOString();
    return expiry === 'date' ? fromLocal(expires_at) : null;
}

export function bodyOf(form: ServerForm, now: number) {
    return {
        name: form.name.trim(),
        config: configOf(form),
        expires_at: expiryOf(form, now),
    };
}

/** What the API would refuse without saying where in the form. */
export function problemsOf(form: ServerForm, now: number, words: { required: string; number: string }) {
    const ends = expiryOf(form, now);
    return compact({
        name: form.name.trim() === '' ? words.required : undefined,
        expires_at: form.expiry === 'date' && ends === null ? words.required : undefined,
        idempotency_window_s: Number.isNaN(numberOf(form.idempotency_window_s)) ? words.number : undefined,
        result_token_limit: Number.isNaN(numberOf(form.result_token_limit)) ? words.number : undefined,
    }) as Record<string, string>;
}

/** Four bytes are about one token. */
export function sizeOf(tools: { shown_bytes: number }[]): { bytes: number; tokens: number } {
    const bytes = tools.reduce((sum, { shown_bytes }) => sum + shown_bytes, 0);
    return { bytes, tokens: Math.round(bytes / 4) };
}
