// MCP tokens: in the URL or in the Authorization header, and replaced without a gap.
import assert from 'node:assert/strict';

import { connectV1, connectV2 } from './support/clients.mjs';
import { assertRpcError, dataOf, legacy, modernRequest } from './support/mcp.mjs';
import { connect, main, mainEnvironment } from './support/product.mjs';
import { eventually, file, test } from './support/test.mjs';

const where = await mainEnvironment();
const account = await connect(file, where, { tickets: 3 });
const path = `/integrated-account/${account.id}/mcp`;
const bearer = (token) => ({ headers: { authorization: `Bearer ${token}` } });
const endpoint = `${main.url}/mcp`;
const ping = (token, url = endpoint) => legacy(url, 'ping', undefined, bearer(token));

test('POST /mcp with the token as bearer is the same server', async () => {
    const { url, token } = await account.mint({ tags: ['tickets'] });
    for (const request of [legacy, modernRequest]) {
        const one = await request(endpoint, 'tools/list', {}, bearer(token));
        const other = await request(url, 'tools/list', {});
        assert.equal(one.status, 200);
        assert.deepEqual(one.json, other.json);
    }
    const called = await legacy(endpoint, 'tools/call', { name: 'list_all_gorgias_tickets', arguments: { limit: 1 } }, bearer(token));
    assert.equal(dataOf(called.json.result).result.length, 1);
});

test('official clients take the header form', async () => {
    const { token } = await account.mint({ methods: ['read'] });
    for (const connectWith of [connectV1, connectV2(), connectV2('auto')]) {
        const { client } = await connectWith(endpoint, { authorization: `Bearer ${token}` });
        assert.ok((await client.listTools()).tools.length > 10);
        await client.close();
    }
});

test('without a good token: 401 with a challenge, whatever the body', async () => {
    for (const token of ['', 'nonsense', `slx_mcp_${'0'.repeat(49)}`]) {
        const { status, headers, json } = await ping(token);
        assert.equal(status, 401);
        assert.equal(headers['www-authenticate'], 'Bearer');
        assert.match(json.message, /Bearer slx_mcp_/);
    }
    assert.equal((await legacy(endpoint, 'ping')).status, 401);
    const { token } = await account.mint();
    assertRpcError(await modernRequest(endpoint, 'nothing/here', {}, bearer(token)), 404, -32601);
});

test('the second factor goes into Sluice-Api-Token', async () => {
    const { token } = await account.mint({ require_api_token_auth: true });
    assert.equal((await ping(token)).status, 401);
    const headers = { authorization: `Bearer ${token}`, 'sluice-api-token': where.token };
    assert.equal((await legacy(endpoint, 'ping', undefined, { headers })).status, 200);
});

test('overlap 0 ends the old token at once; what is no overlap is refused', async () => {
    const server = await account.mint();
    assert.equal((await legacy(server.url, 'ping')).status, 200);
    for (const overlap_seconds of [-1, 604_801, 'long', null]) {
        const refused = await account.api.post(`${path}/${server.id}/rotate-token`, { overlap_seconds });
        assert.equal(refused.status, overlap_seconds === null ? 200 : 400);
    }
    const { token, url } = await account.api.ok('POST', `${path}/${server.id}/rotate-token`, { overlap_seconds: 0 });
    await eventually('the old one has ended', 2, async () => (await legacy(server.url, 'ping')).status === 404);
    assert.equal((await legacy(url, 'ping')).status, 200);
    assert.equal((await ping(token)).status, 200);
    const { status } = await account.api.post(`${path}/mcp_srv_01h455vb4pex5vsknk084sn02q/rotate-token`, {});
    assert.equal(status, 404);
});
