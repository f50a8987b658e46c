import { setTimeout as sleep } from 'node:timers/promises';

import { dataOf, send } from '../support/http.mjs';
import { withoutHash } from './connecting.mjs';
import { nothing, refusesBodies, refusesFilters, refusesIds, refusesTokens } from './refusals.mjs';

/// Calls that wait for a person: asked for over MCP, decided by API and by link.
export async function approvals(session, known) {
    const { product } = known;
    await product.drainBuckets();
    const server = await session.call('createMcpServer', 201, 'whose writes are approved', {
        path: { id: known.account },
        json: { name: 'Spec, guarded', config: { approval_tags: ['macros'], approval_link: true, idempotency_window_s: 60 } },
    });
    const ask = async (name) => {
        const params = { name: 'create_a_gorgias_macro', arguments: { name, actions: [] } };
        const answer = await session.call('callMcp', 200, `that asks for approval of ${name}`, {
            path: { token: server.token },
            json: { jsonrpc: '2.0', id: 1, method: 'tools/call', params },
            token: null,
            holds: ({ result }) => dataOf(result).status === 'pending_approval',
        });
        return dataOf(answer.result);
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

    const keyOf = async ({ approval_id }, note) => {
        const { code } = await session.call('getApproval', 200, note, {
            path: { id: approval_id },
            holds: (got) => got.code.length === 8,
        });
        const { searchParams } = new URL(first.approval_url);
        return { environment_id: searchParams.get('environment'), approval_id, code };
    };
    const byCode = 'openApproval';
    const key = await keyOf(second, 'for its code');
    await session.call(byCode, 200, 'shows it', { token: null, json: key, holds: ({ status }) => status === 'pending' });
    await session.call(byCode, 400, 'with another code', { token: null, json: { ...key, code: 'AAAA-AAAA' } });
    await session.call(byCode, 400, 'with another decision', { token: null, json: { ...key, decision: 1 } });
    await refusesBodies(session, byCode, {}, null);
    await session.call(byCode, 200, 'decides', {
        token: null,
        json: { ...key, decision: 'decline' },
        holds: ({ decided_by }) => decided_by === 'link',
    });
    await session.call(byCode, 409, 'again', { token: null, json: { ...key, decision: 'approve' } });
    const last = await keyOf(third, 'for the last code');
    for (let i = 0; i < 5; i += 1) await session.call(byCode, 400, `wrong ${i}`, { token: null, json: { ...last, code: `AAAAAAA${i}` } });
    await session.call(byCode, 403, 'after five wrong codes', { token: null, json: last });
    await session.call('getApproval', 200, 'after five wrong codes', {
        path: { id: last.approval_id },
        holds: ({ code, status }) => code === null && status === 'pending',
    });
    await session.call('deleteMcpServer', 200, 'with calls that wait', { path: { id: known.account, server_id: server.id } });
    await sleep(1000); // An address may try ten codes a second.
    await session.call(byCode, 404, 'whose server is gone', { token: null, json: last });
}
