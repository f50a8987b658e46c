// An account is dead when its vendor has refused it twice, five minutes apart.
import assert from 'node:assert/strict';

import { advance } from '../support/clock.mjs';
import { connect, mainEnvironment, sql, uuidOf } from '../support/product.mjs';
import { eventually, test } from '../support/test.mjs';

const where = await mainEnvironment();
const status = async (account) => (await account.account()).status;
const looked = (account, times) =>
    eventually(`look ${times}`, 10, async () => ((await account.simulated.state()).operations['GET /api/account'] ?? 0) === times, 20);

const isDue = async (account) =>
    (await sql(`SELECT due <= now() FROM jobs WHERE kind = 'account_health' AND id = '${uuidOf(account.id)}'`)) === 't';

test('an account is looked at each quarter of an hour; after a refusal again in five minutes, and then it is dead', async (t) => {
    const account = await connect(t, where);
    await advance(1000);
    await looked(account, 1);
    await account.simulated.fault({ kind: 'reject_credentials' });
    await advance(800);
    assert.equal(await isDue(account), false);
    await advance(100);
    await looked(account, 2);
    await advance(240);
    assert.equal(await status(account), 'active');
    await advance(70);
    await looked(account, 3);
    await eventually('the verdict', 10, async () => (await status(account)) === 'needs_reauth');
});

test('one refusal between two good looks is no verdict', async (t) => {
    const account = await connect(t, where);
    await account.simulated.fault({ match: '*', status: 401 });
    await advance(1000);
    await looked(account, 1);
    await advance(310);
    await looked(account, 2);
    await account.simulated.fault({ match: '*', status: 401 });
    await advance(1000);
    await looked(account, 3);
    assert.equal(await status(account), 'active');
});
