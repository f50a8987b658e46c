import { Client } from '../support/rpc.mjs';

const create = 'create_a_gorgias_tag';
const update = 'update_a_gorgias_ticket_by_id';
const remove = 'delete_a_gorgias_ticket_by_id';

/// Writes that are made once, and writes that are only shown.
export default async function safeWrites(x) {
    const account = await x.connect();
    const { result } = await x.make('GET', `/proxy/tickets?integrated_account_id=${account}&limit=3`);
    const [{ id }] = result;
    const once = new Client(x, (await x.mint(account, { idempotency_window_s: 3600 })).path);
    await once.call('a write', create, { name: 'once' });
    await once.call('the same write', create, { name: 'once' });
    await once.call('the same write, with dry_run: false', create, { dry_run: false, name: 'once' });
    await once.callModern('the same write, in the newest revision', create, { name: 'once' });
    await once.call('another write', create, { name: 'twice' });
    await x.desk.fault('POST /api/tags', { status: 429, body: {}, headers: { 'Retry-After': '3' } });
    await once.call('a write that the vendor refuses', create, { name: 'refused' });
    await once.call('a write that the vendor refused, again', create, { name: 'refused' });
    await x.desk.fault('POST /api/tags', { status: 500, body: {} });
    await once.call('a write that nobody knows of', create, { name: 'lost' });
    await once.call('a write that nobody knows of, again', create, { name: 'lost' });
    await once.call('a read', 'get_single_gorgias_ticket_by_id', { id, fields: ['id'] });
    await once.call('the same read', 'get_single_gorgias_ticket_by_id', { id, fields: ['id'] });
    const plain = new Client(x, (await x.mint(account)).path);
    await plain.call('a write of another server', create, { name: 'once' });

    for (const client of [plain, once]) {
        const of = client === once ? 'shown within a window' : 'shown';
        await client.call(`${of}: a creation`, 'create_a_gorgias_macro', { name: 'Never', actions: [], dry_run: true });
        await client.call(`${of}: a change`, update, { id, status: 'closed', spam: true, dry_run: true });
        await client.call(`${of}: a deletion`, remove, { id, dry_run: true });
    }
    await plain.callModern('shown, in the newest revision', update, { id, status: 'closed', dry_run: true });
    await plain.call('shown: custom fields', update, { id, custom_fields: { escalated: false }, dry_run: true });
    await plain.call('shown: what cannot be', update, { id: 'x', dry_run: true });
    await plain.call('shown: of nothing', update, { id: 999_999_999, status: 'open', dry_run: true });
    await plain.call('shown: dry_run that is no flag', update, { id, status: 'open', dry_run: 'perhaps' });
    await x.desk.fault('GET /api/tickets/{id}', { status: 500, body: {} });
    await plain.call('shown: while the vendor fails', update, { id, status: 'open', dry_run: true });
}
