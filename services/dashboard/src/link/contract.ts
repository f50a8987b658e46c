// What the api answers to the Link UI.

export interface Field {
    name: string;
    label: string;
    description: string | null;
    required: boolean;
    secret: boolean;
    pattern: string | null;
    max_length: number | null;
    value: string | null;
    /** Follows what is typed, as in "acme" and ".example.com"; not part of the value. */
    suffix: string | null;
    format: 'email' | null;
    /** What `pattern` allows, as a sentence. */
    pattern_hint: string | null;
    /** Where the value is found; may name other fields, as `{{context.subdomain}}`. */
    help_url: string | null;
    /** It tells which account is reconnected, so it stays. */
    read_only: boolean;
}

/** Permissions in words, for the scopes that they stand for. */
export interface Permission {
    label: string;
    scopes: string[];
}

export interface Method {
    name: string;
    label: string;
    kind: 'form' | 'oauth2';
    fields: Field[];
    scopes?: string[];
    /** Without it the words are made from the scopes' names. */
    access?: Permission[] | null;
}

export interface Integration {
    environment_integration_id: string;
    name: string;
    label: string;
    category: string | null;
    /** A drawing that fills a square, made for light and dark; shown as an image only, where nothing in it runs. */
    logo_svg: string | null;
    fields: Field[];
    methods: Method[];
}

export interface Theme {
    name: string | null;
    logo_url: string | null;
    color: string | null;
}

export interface Session {
    environment: { name: string; theme: Theme };
    tenant_id: string;
    is_reconnect: boolean;
    expires_at: string;
    redirect_uri: string | null;
    integrations: Integration[];
}

export type ErrorType =
    'closed' | 'blocked' | 'invalid_token' | 'connection_error' | 'post_install_error' | 'validation_error';

export interface Success {
    result: 'success';
    integration: string;
    integrated_account_id: string;
    /** Opens the form that the integration has for connected accounts; null if it has none. */
    form_token: string | null;
}

export interface FormOption {
    value: string | number | boolean;
    label: string;
}

export interface FormField {
    name: string;
    label: string;
    description: string;
    type: 'text' | 'select' | 'multi_select' | 'checkbox';
    required: boolean;
    max_length: number;
    options: FormOption[] | null;
    /** The options are to be asked for, once the fields of `depends_on` are answered. */
    loads_options: boolean;
    depends_on: string[];
    value: unknown;
}

export interface AccountForm {
    title: string;
    description: string;
    integration: { name: string; label: string };
    fields: FormField[];
}

export interface Authorization {
    connection_id: string;
    authorize_url: string;
}

export interface Connection {
    id: string;
    status: 'initiated' | 'active' | 'failed';
    error: { error_type: ErrorType; message: string } | null;
    integration: string;
    integrated_account_id: string | null;
    form_token: string | null;
}
