// A dead credential is known before somebody needs it.
import assert from 'node:assert/strict';

import { connect, mainEnvironment, makeDue } from './support/product.mjs';
import { eventually, test } from './support/test.mjs';

const where = await mainEnvironment();

test('the scheduled check finds a key that was revoked, with one cheap call', async (t) => {
    const account = await connect(t, where);
    await makeDue('account_health', account.id);
    await eventually('the first check', 10, async () => (await account.simulated.state()).calls === 1);
    assert.equal((await account.account()).status, 'active');
    await account.simulated.fault({ kind: 'reject_credentials' });
    await makeDue('account_health', account.id);
    const { last_error } = await eventually('it is known', 10, async () => {
        const row = await account.account();
        return row.status === 'needs_reauth' ? row : undefined;
    });
    assert.equal(last_error.type, 'authentication_error');
    assert.deepEqual(Object.keys((await account.simulated.state()).operations), ['GET /api/account']);
});

test('a vendor that is down is no verdict', async (t) => {
    const account = await connect(t, where);
    await account.simulated.fault({ match: '*', status: 503, times: 5 });
    await makeDue('account_health', account.id);
    await eventually('the check', 10, async () => (await account.simulated.state()).calls === 1);
    assert.equal((await account.account()).status, 'active');
});
