import { send } from '../support/http.mjs';
import { withoutHash } from './connecting.mjs';
import { nothing, refusesBodies, refusesFilters, refusesIds, refusesTokens } from './refusals.mjs';

/// Calls that wait for a person: asked for over MCP, decided by API and by link.
export async function approvals(session, known) {
    const { product } = known;
    await product.drainBuckets();
    const server = await session.call('createMcpServer', 201, 'whose writes are approved', {
        path: { id: known.account },
        json: { name: 'Spec, guarded', config: { approval_tags: ['macros'], idempotency_window_s: 60 } },
    });
    const ask = async (name) => {
        const params = { name: 'create_a_gorgias_macro', arguments: { name, actions: [] } };
        const answer = await session.call('callMcp', 200, `that asks for approval of ${name}`, {
            path: { token: server.token },
            json: { jsonrpc: '2.0', id: 1, method: 'tools/call', params },
            token: null,
            holds: ({ result }) => result.structuredContent.status === 'pending_approval',
        });
        return answer.result.structuredContent;
    };
    const [first, second, third] = [await ask('First'), await ask('Second'), await ask('Third')];

    await session.call('listApprovals', 200, '', {
        query: { status: 'pending', mcp_server_id: server.id },
        holds: ({ result }) => result.length === 3,
    });
    await refusesFilters(session, 'listApprovals');
    await refusesTokens(session, 'listApprovals');

    const path = { id: first.approval_id };
    await session.call('getApproval', 200, '', { path, holds: ({ call }) => call.request.method === 'POST' });
    await refusesIds(session, 'getApproval', {}, 'appr');
    await refusesTokens(session, 'getApproval', path);

    const decide = 'decideApproval';
    await session.call(decide, 400, 'with another decision', { path, json: { decision: 'perhaps' } });
    await refusesBodies(session, decide, path);
    await refusesTokens(session, decide, path);
    await session.call(decide, 200, '', { path, json: { decision: 'approve' }, holds: ({ status }) => status === 'approved' });
    await session.call(decide, 409, 'again', { path, json: { decision: 'decline' } });
    await session.call(decide, 404, 'of nothing', { path: { id: nothing('appr') }, json: { decision: 'approve' } });

    const isPage = (_, { body }) => body.toString().includes('<!doctype html>');
    await session.call('showApprovalPage', 200, '', { token: null, holds: isPage });
    await session.call('showApprovalPage', 400, 'with a broken query string', { token: null, query: 'a=%zz' });
    const page = await send(product.baseUrl, '/approve', { method: 'GET' });
    for (const [, file] of page.body.toString().matchAll(/"\/connect\/assets\/([^"]+)"/g))
        await session.call('getLinkAsset', 200, `of the approval page's ${withoutHash(file)}`, { token: null, path: { file } });

    const token = new URL(second.approval_url).hash.slice(1);
    const byLink = 'decideApprovalOfLink';
    await session.call('getApprovalOfLink', 200, '', { token, holds: ({ status }) => status === 'pending' });
    for (const [note, wrong] of [['without a link', null], ['of no link', 'nonsense'], ['with an API token', undefined]]) {
        await session.call('getApprovalOfLink', 401, note, { token: wrong });
        await session.call(byLink, 401, note, { token: wrong, json: { decision: 'approve' } });
    }
    await session.call(byLink, 400, 'with another decision', { token, json: { decision: 1 } });
    await refusesBodies(session, byLink, {}, token);
    await session.call(byLink, 200, '', { token, json: { decision: 'decline' }, holds: ({ decided_by }) => decided_by === 'link' });
    await session.call(byLink, 409, 'again', { token, json: { decision: 'approve' } });
    const used = new URL(third.approval_url).hash.slice(1);
    await session.call('deleteMcpServer', 200, 'with calls that wait', { path: { id: known.account, server_id: server.id } });
    await session.call('getApprovalOfLink', 404, 'whose server is gone', { token: used });
    await session.call(byLink, 404, 'whose server is gone', { token: used, json: { decision: 'approve' } });
}
