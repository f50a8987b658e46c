import { send } from '../spec/support/http.mjs';

/// Rows for schemathesis: `kept` and `spare` by the ids that the examples of the specification have; see hooks.py.
export async function rowsFor(product, token) {
    product.publishAsking();
    const kept = await rows(product, token, 'gorgias');
    const spare = await rows(product, token, 'asking');
    const made = await post(product, token, '/integrated-account/token', { id: spare.account });
    return {
        kept: byExample(kept),
        spare: byExample(spare),
        mcp_token: kept.mcpToken,
        account_token: made.integrated_account_token,
    };
}

async function rows(product, token, name) {
    const call = (path, body) => post(product, token, path, body);
    const { id: integration_id } = (await get(product, token, `/integration?name=${name}`)).result[0];
    const installation = await call('/environment-integration', { integration_id, override: product.override });
    const account = await call('/integrated-account', {
        tenant_id: 'acme-42',
        environment_integration_id: installation.id,
        authentication_method: 'api_key',
        context: product.context,
    });
    const server = await call(`/integrated-account/${account.id}/mcp`, { name: 'Kept' });
    return { installation: installation.id, account: account.id, server: server.id, mcpToken: server.token };
}

const byExample = ({ installation, account, server }) => ({
    envint_01h455vb4pex5vsknk084sn02q: installation,
    ia_01h455vb4pex5vsknk084sn02q: account,
    mcp_srv_01h455vb4pex5vsknk084sn02q: server,
});

const get = (product, token, path) => asked(product, path, { method: 'GET', headers: authorised(token) });
const post = (product, token, path, json) =>
    asked(product, path, {
        method: 'POST',
        headers: { ...authorised(token), 'content-type': 'application/json' },
        body: JSON.stringify(json),
    });
const authorised = (token) => ({ authorization: `Bearer ${token}` });

async function asked({ baseUrl }, path, request) {
    const { status, body } = await send(baseUrl, path, request);
    if (status >= 300) throw new Error(`${request.method} ${path} answered ${status}: ${body}`);
    return JSON.parse(body.toString());
}
