// Every page of the dashboard: its address, what it needs, and where it stands in the navigation. Tests go over this list.

export type PageId =
    | 'overview'
    | 'accounts'
    | 'account'
    | 'mcp-servers'
    | 'mcp-server'
    | 'approvals'
    | 'logs'
    | 'log-entry'
    | 'playground'
    | 'integrations'
    | 'integration'
    | 'webhooks'
    | 'webhook'
    | 'destinations'
    | 'tokens'
    | 'settings'
    | 'environments'
    | 'members'
    | 'providers'
    | 'audit'
    | 'profile';

export interface PageRoute {
    id: PageId;
    /** Below /dashboard; `:env` is the environment that the page is about. */
    path: string;
    /** The permission without which there is nothing to see. */
    needs?: string;
    /** Its part of the navigation, in the order of this list. */
    group?: 'work' | 'build' | 'environment' | 'team';
}

export const routes: readonly PageRoute[] = [
    { id: 'overview', path: '/:env', needs: 'logs:read', group: 'work' },
    { id: 'accounts', path: '/:env/accounts', needs: 'accounts:read', group: 'work' },
    { id: 'account', path: '/:env/accounts/:id/:tab?', needs: 'accounts:read' },
    { id: 'mcp-servers', path: '/:env/mcp-servers', needs: 'mcp_servers:read', group: 'work' },
    { id: 'mcp-server', path: '/:env/mcp-servers/:id', needs: 'mcp_servers:read' },
    { id: 'approvals', path: '/:env/approvals', needs: 'approvals:read', group: 'work' },
    { id: 'logs', path: '/:env/logs', needs: 'logs:read', group: 'work' },
    { id: 'log-entry', path: '/:env/logs/:id', needs: 'logs:read' },
    { id: 'playground', path: '/:env/playground', needs: 'credentials:write', group: 'build' },
    { id: 'integrations', path: '/:env/integrations', needs: 'integrations:read', group: 'build' },
    { id: 'integration', path: '/:env/integrations/:id', needs: 'integrations:read' },
    { id: 'webhooks', path: '/:env/webhooks', needs: 'webhooks:read', group: 'build' },
    { id: 'webhook', path: '/:env/webhooks/:id', needs: 'webhooks:read' },
    { id: 'destinations', path: '/:env/notifications', needs: 'webhooks:read', group: 'build' },
    { id: 'tokens', path: '/:env/api-tokens', needs: 'api_tokens:read', group: 'environment' },
    { id: 'settings', path: '/:env/settings', needs: 'environment:read', group: 'environment' },
    { id: 'environments', path: '/team/environments', needs: 'environment:read', group: 'team' },
    { id: 'members', path: '/team/members', needs: 'people:read', group: 'team' },
    { id: 'providers', path: '/team/identity-providers', needs: 'people:read', group: 'team' },
    { id: 'audit', path: '/team/audit', needs: 'audit:read', group: 'team' },
    { id: 'profile', path: '/me' },
];

export const groups = ['work', 'build', 'environment', 'team'] as const;

/** The address of a page, below /dashboard. What is not given is left out. */
export function pathOf(id: PageId, parts: Record<string, string> = {}): string {
    const path = routes.find((route) => route.id === id)?.path ?? '';
    return path.replaceAll(/\/:(\w+)\??/g, (_, name: string) =>
        parts[name] === undefined ? '' : `/${encodeURIComponent(parts[name])}`,
    );
}

/** The environment that an address is about, if it is. */
export function environmentIn(path: string): string | undefined {
    return /^\/(env_[0-9a-z]+)(?:\/|$)/.exec(path)?.[1];
}

/** The same kind of page in another environment: a list stays the list, one thing becomes its list. */
export function inEnvironment(path: string, environment: string): string {
    const [, first, page] = path.split('/');
    if (first === undefined || !first.startsWith('env_')) return `/${environment}`;
    return page === undefined || page === '' ? `/${environment}` : `/${environment}/${page}`;
}
