// The code of each page is loaded when the page is first opened.
import { lazy, type ComponentType, type LazyExoticComponent } from 'react';
import type { PageId } from './routes.ts';

export interface PageProps {
    /** What the address names. */
    id: string;
    tab: string;
}

type Loader = () => Promise<{ default: ComponentType<PageProps> }>;

const loaders: Record<PageId, Loader> = {
    overview: () => import('./pages/Overview.tsx'),
    accounts: () => import('./pages/Accounts.tsx'),
    account: () => import('./pages/Account.tsx'),
    'mcp-servers': () => import('./pages/McpServers.tsx'),
    'mcp-server': () => import('./pages/McpServer.tsx'),
    approvals: () => import('./pages/Approvals.tsx'),
    logs: () => import('./pages/Logs.tsx'),
    'log-entry': () => import('./pages/LogEntry.tsx'),
    playground: () => import('./pages/Playground.tsx'),
    integrations: () => import('./pages/Integrations.tsx'),
    integration: () => import('./pages/Integration.tsx'),
    webhooks: () => import('./pages/Webhooks.tsx'),
    webhook: () => import('./pages/Webhook.tsx'),
    destinations: () => import('./pages/Destinations.tsx'),
    tokens: () => import('./pages/Tokens.tsx'),
    settings: () => import('./pages/Settings.tsx'),
    environments: () => import('./pages/Environments.tsx'),
    members: () => import('./pages/Members.tsx'),
    providers: () => import('./pages/Providers.tsx'),
    audit: () => import('./pages/Audit.tsx'),
    profile: () => import('./pages/Profile.tsx'),
};

export const pages = Object.fromEntries(
    Object.entries(loaders).map(([id, load]) => [id, lazy(load)]),
) as unknown as Record<PageId, LazyExoticComponent<ComponentType<PageProps>>>;

/** Loads the code of a page ahead, when the pointer or the focus comes near its link. */
export function preload(id: PageId): void {
    void loaders[id]().catch(() => undefined);
}
