// An account is dead when its vendor has refused it twice, five minutes apart.
import assert from 'node:assert/strict';

import { advance } from '../support/clock.mjs';
import { connect, mainEnvironment } from '../support/product.mjs';
import { eventually, test } from '../support/test.mjs';

const where = await mainEnvironment();
const status = async (account) => (await account.account()).status;
const looked = (account, times) =>
    eventually(`look ${times}`, 10, async () => ((await account.simulated.state()).operations['GET /api/account'] ?? 0) === times, 20);

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
