// Master keys: added, activated and old ones kept, while calls go on; shredded; refused when they are the wrong ones.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { callTool } from './support/mcp.mjs';
import { cli, connect, environment, keyringFile, mainEnvironment, productLog, startApi } from './support/product.mjs';
import { eventually, test } from './support/test.mjs';

const where = await mainEnvironment();
const failure = async (...args) => {
    const error = await cli(...args).then(() => undefined, (refused) => refused);
    assert.ok(error, `sluice ${args.join(' ')} must fail`);
    return error.stderr;
};

test('a name is a text of 1 to 200 characters', async () => {
    const too = 'a'.repeat(201);
    for (const name of ['', too]) {
        const bound = / name must be a text of 1 to 200 characters/;
        assert.match(await failure('team', 'create', name), bound);
        assert.match(await failure('environment', 'create', name, '--team', 'demo'), bound);
        assert.match(await failure('api-token', 'create', name, '--team', 'demo', '--environment', 'development'), bound);
    }
    const { name } = await cli('team', 'create', 'é'.repeat(200));
    assert.equal(name, 'é'.repeat(200));
});

test('a rotation under load: no call fails, and what was made before goes on', async (t) => {
    const replica = await startApi(t);
    const account = await connect(t, where, { tickets: 1 });
    const { url } = await account.mint();
    const urls = [url, url.replace(where.api.url, replica.url)];
    const page = await account.proxy.get('/tags', { limit: 1 });
    let [calls, running] = [0, true];
    const caller = async (i) => {
        while (running) {
            // Not the vendor: its bucket would be empty soon. Resolving the token and the account is what is at stake.
            const result = await callTool(urls[i % 2], 'get_single_gorgias_ticket_by_id', {});
            assert.match(result.content[0].text, /id/);
            const listed = await account.api.get(`/integrated-account/${account.id}/mcp`);
            assert.equal(listed.status, 200);
            calls += 1;
        }
    };
    const load = Promise.all(Array.from({ length: 4 }, (_, i) => caller(i)));
    const { added } = await cli('keys', 'add');
    assert.match(await failure('keys', 'rotate').catch(() => 'rotated at once'), /not loaded by every replica|rotated at once/);
    await eventually('every replica has the key', 45, async () => {
        const { keys } = await cli('keys', 'status');
        return keys.find(({ id }) => id === added).replicas_without_it.length === 0;
    });
    const { active } = await eventually('rotated', 45, () => cli('keys', 'rotate').catch(() => undefined));
    assert.equal(active, added);
    const isLoaded = (log) => log.includes(`"the keyring was loaded again","active":${added}}`);
    await eventually('both replicas have loaded the file again', 10, () => [productLog('api'), replica.log()].every(isLoaded));
    const { url: later } = await account.mint();
    assert.ok(!(await callTool(later, 'list_all_gorgias_tickets', { limit: 1 })).isError);
    assert.ok(!(await callTool(url, 'list_all_gorgias_tickets', { limit: 1 })).isError, 'hashed with the old key');
    const next = await account.proxy.get('/tags', { limit: 1, next_cursor: page.json.next_cursor });
    assert.equal(next.status, 200, 'a cursor sealed with the old key');
    running = false;
    await load;
    assert.ok(calls > 20, `${calls} calls`);
    const { keys } = await cli('keys', 'status');
    assert.equal(keys.find(({ id }) => id === added).is_active, true);
    for (const { id, data_keys } of keys) if (id !== added) assert.equal(data_keys, 0, `key ${id} wraps nothing any more`);
    assert.ok(!readFileSync(keyringFile, 'utf8').includes('undefined'));
});

test('shredding: the accounts have to be connected again, and then work', async (t) => {
    const doomed = await environment('shredded');
    const account = await connect(t, doomed);
    const { url } = await account.mint();
    assert.match(await failure('keys', 'shred', '--team', 'e2e', '--environment', 'shredded'), /--yes/);
    const { accounts_to_reconnect } = await cli('keys', 'shred', '--team', 'e2e', '--environment', 'shredded', '--yes');
    assert.equal(accounts_to_reconnect, 1);
    await eventually('every thread knows', 5, async () => (await callTool(url, 'list_all_gorgias_tickets', { limit: 1 })).isError);
    const { status, last_error } = await account.account();
    assert.equal(status, 'needs_reauth');
    assert.match(last_error.message, /shredded/);
    const { subdomain, email, apiKey: api_key } = account.simulated;
    await doomed.api.ok('PATCH', `/integrated-account/${account.id}/credentials`, { context: { subdomain, email, api_key } });
    assert.ok(!(await callTool(url, 'list_all_gorgias_tickets', { limit: 1 })).isError);
});

test('a keyring that is not the right one is refused in one line', async (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'sluice-e2e-'));
    t.after(() => rmSync(directory, { recursive: true }));
    const other = join(directory, 'keyring.json');
    await cli('keys', 'create', other);
    for (const [file, pattern] of [
        [other, /^sluice: Key 1 of the keyring is not the key 1|^sluice: The keyring has no key \d+/],
        [join(directory, 'none.json'), /keyring\.file .* cannot be read/],
    ]) {
        const error = await cli.with({ SLUICE_KEYRING_FILE: file }, 'keys', 'status').then(() => undefined, (refused) => refused);
        assert.match(error.stderr, pattern);
        assert.equal(error.stderr.trim().split('\n').length, 1);
    }
});
