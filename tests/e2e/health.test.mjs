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
    const { last_error } = await account.die();
    assert.equal(last_error.type, 'authentication_error');
    assert.deepEqual(Object.keys((await account.simulated.state()).operations), ['GET /api/account']);
});

test('a vendor that refuses everybody for a minute hurts nobody', async (t) => {
    const account = await connect(t, where);
    await account.simulated.fault({ match: '*', status: 401, times: 1 });
    await makeDue('account_health', account.id);
    await eventually('the first look', 10, async () => (await account.simulated.state()).calls === 1);
    await makeDue('account_health', account.id);
    await eventually('the next one', 10, async () => (await account.simulated.state()).calls === 2);
    assert.equal((await account.account()).status, 'active');
});

test('a call that is refused asks for a check, which knows that the account is well', async (t) => {
    const account = await connect(t, where);
    await account.simulated.fault({ match: 'GET /api/tickets', status: 401 });
    assert.equal((await account.proxy.get('/tickets', { limit: 1 })).status, 401);
    await eventually('the check', 10, async () => 'GET /api/account' in (await account.simulated.state()).operations);
    assert.equal((await account.account()).status, 'active');
    assert.equal((await account.proxy.get('/tickets', { limit: 1 })).status, 200);
});

test('a vendor that is down is no verdict', async (t) => {
    const account = await connect(t, where);
    await account.simulated.fault({ match: '*', status: 503, times: 5 });
    await makeDue('account_health', account.id);
    await eventually('the check', 10, async () => (await account.simulated.state()).calls === 1);
    assert.equal((await account.account()).status, 'active');
});
