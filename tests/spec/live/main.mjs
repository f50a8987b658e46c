import { accountTokens, bulkDeletion, capabilities, renewal } from './account_tokens.mjs';
import { accounts } from './accounts.mjs';
import { approvals } from './approvals.mjs';
import { batch } from './batch.mjs';
import { installations, integrations, removal } from './catalogue.mjs';
import { connectForm } from './connect_form.mjs';
import { backEnd, linkTokens, linkUi, pages } from './connecting.mjs';
import { documentation } from './documentation.mjs';
import { environment } from './environment.mjs';
import { logs } from './logs.mjs';
import { mcp } from './mcp.mjs';
import { notificationDestinations } from './notification_destinations.mjs';
import { operation, tokens, unrouted } from './operation.mjs';
import { auditLog, identityProviders, me, ownTokens, signIn, team } from './people.mjs';
import { Product } from './product.mjs';
import { proxy } from './proxy.mjs';
import { servers, tenantServers } from './servers.mjs';
import { Session } from './session.mjs';
import { tools } from './tools.mjs';
import { deliveries, log, webhooks } from './webhooks.mjs';

/// At least one success and one refusal of each operation, and each kind of refusal somewhere.
export async function live(tests, spec) {
    const made = await prepare(tests);
    if (made === undefined) return;
    const { product, token } = made;
    const session = new Session(tests, spec, { baseUrl: product.baseUrl, token });
    const known = { product, session };
    for (const part of [
        operation,
        tokens,
        unrouted,
        environment,
        integrations,
        installations,
        documentation,
        webhooks,
        notificationDestinations,
        accounts,
        accountTokens,
        capabilities,
        renewal,
        proxy,
        tools,
        batch,
        servers,
        tenantServers,
        mcp,
        approvals,
        linkTokens,
        pages,
        linkUi,
        connectForm,
        backEnd,
        bulkDeletion,
        signIn,
        me,
        team,
        ownTokens,
        identityProviders,
        auditLog,
        log,
        logs,
        deliveries,
        removal,
    ])
        try {
            await part(session, known);
        } catch (error) {
            tests.fail(`live: ${part.name}`, [error.stack]);
        }
    // Without an allowed origin there is no preflight to answer.
    const preflights = product.origin === undefined ? ['preflightMcp', 'preflightMcpStream', 'preflightMcpMessages'] : [];
    // They need a provider that answers, which tests/e2e/return.test.mjs has.
    session.checkCoverage([...preflights, 'linkIdentity', 'unlinkIdentity', 'acceptInvitationOidc']);
}

async function prepare(tests) {
    try {
        const product = new Product();
        const token = product.makeEnvironment();
        await product.removeLeftovers(token);
        await product.makeVendorAccount();
        await product.startReceiver();
        return { product, token };
    } catch (error) {
        tests.fail('live: an environment of our own', [error.stack]);
        return undefined;
    }
}
