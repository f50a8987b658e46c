import { setTimeout as sleep } from 'node:timers/promises';

import { refusesBodies, refusesFilters, refusesIds, refusesTokens } from '../support/refusals.mjs';
import { Client, dataOf, meta, modernHeaders, rpc, modern } from '../support/rpc.mjs';
import { nothing } from '../support/section.mjs';

const remove = 'delete_a_gorgias_ticket_by_id';
const list = '/approval';

/// Calls that wait for a person: asked for over MCP, decided by API and by link.
export default async function approvals(x) {
    const account = await x.connect();
    const { result } = await x.make('GET', `/proxy/tickets?integrated_account_id=${account}&limit=9`);
    const tickets = result.map(({ id }) => id);
    const server = await x.mint(account, { approval_tags: ['destructive'], approval_link: true });
    const client = new Client(x, server.path);
    const ask = async (note, id) => dataOf((await client.call(note, remove, { id })).json.result);
    const [first, second, third] = [
        await ask('ask', tickets[0]),
        await ask('ask for a second', tickets[1]),
        await ask('ask for a third', tickets[2]),
    ];
    await ask('ask once more', tickets[0]);
    await client.callModern('ask, in the newest revision', remove, { id: tickets[3] });
    await client.call('a call that cannot work', remove, { id: 999_999_999 });
    await client.call('a call that is only shown', remove, { id: tickets[0], dry_run: true });
    await client.call('a call that needs no approval', 'create_a_gorgias_tag', { name: 'free' });

    await x.ask('list', 'GET', list);
    await x.ask('list, with filters', 'GET', list, { query: { status: 'pending', mcp_server_id: server.id, limit: 2 } });
    await x.ask('list, by another tool', 'GET', list, { query: { tool: 'never' } });
    await refusesFilters(x, 'list', list);
    await refusesTokens(x, 'list', 'GET', list);

    const path = `${list}/${first.approval_id}`;
    const foreign = { token: x.product.foreignToken };
    await x.ask('get', 'GET', path);
    await x.ask('get, of another environment', 'GET', path, foreign);
    await x.ask('get, with a token for MCP only', 'GET', path, { token: x.mcpToken() });
    await refusesIds(x, 'get', 'GET', (id) => `${list}/${id}`, 'appr');
    await refusesTokens(x, 'get', 'GET', path);

    const decide = (note, json, options) => x.ask(`decide, ${note}`, 'POST', path, { json, ...options });
    await decide('perhaps', { decision: 'perhaps' });
    await decide('nothing', {});
    await decide('of another environment', { decision: 'approve' }, foreign);
    await refusesBodies(x, 'decide', 'POST', path);
    await refusesTokens(x, 'decide', 'POST', path);
    await decide('yes', { decision: 'approve' });
    await decide('no, after yes', { decision: 'decline' });
    await refusesIds(x, 'decide', 'POST', (id) => `${list}/${id}`, 'appr', { decision: 'approve' });
    await client.call('the approved call', remove, { id: tickets[0] });
    await x.ask('get, after the call', 'GET', path);
    await client.call('the approved call, again', remove, { id: tickets[0] });

    await byCode(x, client, second, third, tickets);
    await pages(x, account, tickets[4]);
    await x.make('DELETE', `/integrated-account/${account}/mcp/${server.id}`);
    await x.ask('get, of a server that is gone', 'GET', `${list}/${third.approval_id}`);
}

/// On the page that a link leads to.
async function byCode(x, client, second, third, tickets) {
    const open = { token: null };
    await x.ask('the page', 'GET', '/approve', open);
    await x.ask('the page, with a broken query string', 'GET', '/approve', { ...open, query: 'a=%zz' });
    const keyOf = async ({ approval_id }) => {
        const { code } = await x.make('GET', `${list}/${approval_id}`);
        return { environment_id: x.environment, approval_id, code };
    };
    const use = (note, json) => x.ask(`by code, ${note}`, 'POST', '/approve/call', { ...open, json });
    await x.ask('get, with its code', 'GET', `${list}/${second.approval_id}`);
    const key = await keyOf(second);
    await use('show it', key);
    const typed = ` ${key.code.slice(0, 4).toLowerCase()}-${key.code.slice(4)} `;
    x.call(typed, ' <code 1, typed in another way> ');
    await use('show it, typed in another way', { ...key, code: typed });
    await use('without a code', { ...key, code: undefined });
    await use('another code', { ...key, code: 'AAAA-AAAA' });
    await use('another decision', { ...key, decision: 1 });
    await use('another environment', { ...key, environment_id: nothing('env') });
    await use('another call', { ...key, approval_id: third.approval_id });
    await use('of nothing', { ...key, approval_id: nothing('appr') });
    await use('no', { ...key, decision: 'decline' });
    await use('yes, after no', { ...key, decision: 'approve' });
    await client.call('the declined call', remove, { id: tickets[1] });
    await refusesBodies(x, 'by code', 'POST', '/approve/call', null);
    const last = await keyOf(third);
    await sleep(1000); // An address may try ten codes a second.
    for (let i = 0; i < 4; i += 1) await use(`wrong ${i}`, { ...last, code: `AAAAAAA${i}` });
    await use('after too many wrong ones', last);
    await x.ask('get, after too many wrong codes', 'GET', `${list}/${third.approval_id}`);
}

/// Of clients that can open pages.
async function pages(x, account, id) {
    const params = { name: remove, arguments: { id } };
    const ask = (client, note, more = {}) => {
        const all = { ...params, ...more };
        const body = rpc('tools/call', { ...all, _meta: meta(modern, { elicitation: { url: {} } }) });
        return client.post(`of a client that opens pages: ${note}`, body, modernHeaders('tools/call', all));
    };
    const client = new Client(x, (await x.mint(account, { approval_tags: ['destructive'], approval_link: true })).path);
    const { json } = await ask(client, 'ask');
    const { requestState } = json.result;
    const inputResponses = { approval: { action: 'accept' } };
    await ask(client, 'opened, and not decided', { inputResponses, requestState });
    await ask(client, 'with a state that is none', { inputResponses, requestState: 'AAAA' });
    await ask(client, 'declined by the client', { inputResponses: { approval: { action: 'decline' } }, requestState });
    const quiet = new Client(x, (await x.mint(account, { approval_tags: ['destructive'] })).path);
    await quiet.call('without a link', remove, { id });
    await ask(quiet, 'without a link');
}
