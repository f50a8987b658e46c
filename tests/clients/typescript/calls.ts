import createClient from 'openapi-fetch';

import type { components, paths } from '../generated/sluice.ts';

type Schemas = components['schemas'];
/// What `tests/clients/main.mjs` says: where the product is, and the vendor that its accounts belong to.
interface Settings {
    baseUrl: string;
    token: string;
    integration: string;
    override: Schemas['Override'];
    context: Schemas['Context'];
}
declare const process: { argv: string[] };

const settings: Settings = JSON.parse(process.argv[2]!);
// Our answers are JSON; only the proxy has others, which the second type argument leaves out.
const sluice = createClient<paths, 'application/json'>({
    baseUrl: settings.baseUrl,
    headers: { authorization: `Bearer ${settings.token}` },
});
const tenant = 'typescript';

/// One line of JSON for each call: main.mjs counts them. What a call gives is there for the next.
async function call<T>(name: string, made: () => Promise<T>): Promise<T> {
    try {
        const value = await made();
        console.log(JSON.stringify({ name }));
        return value;
    } catch (problem) {
        console.log(JSON.stringify({ name, problem: String(problem) }));
        throw problem;
    }
}

function expect(holds: boolean, what: string): asserts holds {
    if (!holds) throw new Error(`not so: ${what}`);
}

/// The data of a success. A refusal has the envelope of all errors.
function given<T>({ data, error }: { data?: T; error?: Schemas['Error'] | Schemas['RemoteError'] }): T {
    if (data === undefined) throw new Error(`${error?.statusCode} ${error?.message}`);
    return data;
}

const integration = await call('listIntegrations, with a filter', async () => {
    const { result } = given(
        await sluice.GET('/integration', { params: { query: { name: settings.integration, category: { in: 'helpdesk,crm' } } } }),
    );
    expect(result.length === 1, 'one integration has the name');
    return result[0]!;
});

const installed = await call('createEnvironmentIntegration', async () => {
    const body = { integration_id: integration.id, override: settings.override };
    const made = given(await sluice.POST('/environment-integration', { body }));
    expect(made.is_enabled, 'it is enabled if nothing is said');
    return made;
});

const account = await call('createIntegratedAccount, by a key', async () => {
    const made = given(
        await sluice.POST('/integrated-account', {
            body: {
                tenant_id: tenant,
                environment_integration_id: installed.id,
                authentication_method: 'api_key',
                context: settings.context,
            },
        }),
    );
    const status: 'connecting' | 'active' | 'post_install_error' | 'validation_error' | 'needs_reauth' = made.status;
    expect(status === 'active' && made.last_error === null, 'it is active');
    return made;
});
const path = { id: account.id };

await call('listIntegratedAccounts, with filters as text and as operators', async () => {
    const { result, next_cursor } = given(
        await sluice.GET('/integrated-account', {
            params: {
                query: {
                    tenant_id: tenant,
                    status: { in: 'active,needs_reauth' },
                    is_sandbox: false,
                    created_at: { gte: '2026-01-01T00:00:00Z' },
                    sort_by: { created_at: 'asc' },
                    limit: 10,
                },
            },
        }),
    );
    expect(result.some(({ id }) => id === account.id) && next_cursor === null, 'the account is listed');
});

await call('getIntegratedAccountCapabilities', async () => {
    const { proxy, account: told } = given(
        await sluice.GET('/integrated-account/{id}/capabilities', { params: { path, query: { has_description: true } } }),
    );
    expect(proxy !== undefined && proxy.some(({ resource }) => resource === 'tickets'), 'it has tickets');
    expect(told.granted_scopes === null, 'a key has no scopes');
});

await call('listTools', async () => {
    const { result } = given(await sluice.GET('/integrated-account/{id}/tools', { params: { path, query: { tags: 'tickets' } } }));
    const writing = result.filter((tool): tool is Schemas['Tool'] => 'access' in tool && tool.access === 'write');
    expect(writing.length > 0, 'some tools write');
});

await call('createMcpServer, with two members of its config', async () => {
    const minted = given(
        await sluice.POST('/integrated-account/{id}/mcp', {
            params: { path },
            body: { name: 'Triage agent', config: { methods: ['read'], tags: ['tickets'] } },
        }),
    );
    expect(minted.url.startsWith(`${settings.baseUrl}/mcp/`) && minted.config.tool_exposure === 'all', 'a URL and a whole config');
});

await call('proxyList', async () => {
    const page = given(
        await sluice.GET('/proxy/{resource}', {
            params: {
                path: { resource: 'tickets' },
                query: { integrated_account_id: account.id, limit: 2, vendor_parameters: { order_by: 'created_datetime:desc' } },
            },
            // The vendor's own parameters stand beside ours.
            querySerializer: { object: { style: 'form', explode: true } },
        }),
    );
    expect(page.result.length === 2 && page.next_cursor !== null, 'two tickets, and more');
});

await call('executeTool', async () => {
    const answer = given(
        await sluice.POST('/tools/execute/{name}', {
            params: { path: { name: 'list_all_gorgias_tickets' } },
            body: { integrated_account_id: account.id, arguments: { limit: 1 } },
        }),
    );
    expect(answer.successful && Array.isArray(answer.data['result']), 'it has tickets');
});

await call('runBatch', async () => {
    const answer = given(
        await sluice.POST('/batch-request', {
            body: { integrated_account_id: account.id, resources: [{ resource: 'tickets', query: { limit: 1 } }] },
        }),
    );
    expect('result' in answer && answer.result['tickets']?.length === 1, 'one ticket');
});

await call('createWebhook', async () => {
    const made = given(
        await sluice.POST('/webhook', {
            body: { target_url: 'https://app.example/hooks/sluice', event_types: ['integrated_account:authentication_error'] },
        }),
    );
    expect(made.secret.startsWith('whsec_') && made.is_active, 'a secret');
});

await call('listLog', async () => {
    for (let tries = 0; tries < 50; ++tries) {
        const log = given(
            await sluice.GET('/log', { params: { query: { log_type: 'unified_proxy_api', tenant_id: tenant, resource: 'tickets' } } }),
        );
        const calls = log.result.filter((entry) => entry.log_type === 'unified_proxy_api');
        if (calls.some(({ http_status_code }) => http_status_code === 200)) return;
        await new Promise((waited) => setTimeout(waited, 100));
    }
    throw new Error('the calls are not in the log');
});

await call('createLinkToken', async () => {
    const link = given(
        await sluice.POST('/link-token', { body: { tenant_id: tenant, redirect_uri: 'https://app.example/connected' } }),
    );
    expect(link.url.includes(link.link_token), 'the URL has the token');
    const again: Schemas['LinkTokenCreate'] = { integrated_account_id: account.id, persist_previous_context: true };
    given(await sluice.POST('/link-token', { body: again }));
});

await call('a refusal with 400', async () => {
    const { error, response } = await sluice.POST('/integrated-account/{id}/mcp', {
        params: { path },
        body: { name: 'Triage agent', config: { methods: ['reed'] } },
    });
    const failures: Schemas['Failure'][] = error?.details?.failures ?? [];
    expect(response.status === 400 && failures[0]?.path === 'config.methods[0]', 'it says where');
});

await call('a refusal by the vendor', async () => {
    const { error } = await sluice.GET('/proxy/{resource}/{item}', {
        params: { path: { resource: 'tickets', item: '1' }, query: { integrated_account_id: account.id } },
    });
    expect(error !== undefined && 'is_remote_error' in error && error.is_remote_error, 'it is the vendor’s');
});

await call('deleteIntegratedAccount', async () => {
    const { id } = given(await sluice.DELETE('/integrated-account/{id}', { params: { path } }));
    expect(id === account.id, 'it says what is gone');
});
