import { key } from '../support/vendor.mjs';
import { Client } from '../support/rpc.mjs';

const form = { elicitation: { form: {} } };

/// What a definition may offer beside its tools: other kinds of results, resources, prompts, questions to the client.
export default async function mcpOffers(x) {
    x.product.publish(`${import.meta.dirname}/../vendor`, {});
    const [integration] = (await x.make('GET', '/integration?name=staged')).result;
    const { id: installation } = await x.make('POST', '/environment-integration', {
        integration_id: integration.id,
        override: { base_url: x.vendor.url },
    });
    await x.ask('the definition', 'GET', `/integration/${integration.id}`);
    await x.ask('the definition, in lists', 'GET', '/integration', { query: { name: 'staged' } });
    await x.ask('capabilities', 'GET', `/integration/${integration.id}/capabilities`);
    const { json: account } = await x.ask('the account, after its steps', 'POST', '/integrated-account', {
        json: {
            tenant_id: 'acme',
            environment_integration_id: installation,
            authentication_method: 'api_key',
            context: { api_key: key },
        },
    });
    const { path } = await x.mint(account.id);
    const client = new Client(x, path);
    await client.legacy('initialize', 'initialize', { protocolVersion: '2025-11-25', capabilities: {} });
    await client.modern('server/discover', 'server/discover');
    await client.legacy('tools/list', 'tools/list');
    await client.modern('tools/list, in the newest revision', 'tools/list');
    const tools = (await x.make('POST', path, { jsonrpc: '2.0', id: 1, method: 'tools/list' })).result.tools.map(
        ({ name }) => name,
    );
    const named = (word) => tools.find((name) => name.includes(word));
    for (const word of ['greeting', 'picture', 'sound', 'report', 'summary', 'outage'])
        await client.call(`a call: ${word}`, named(word), {});
    await client.call('a call: records', named('records'), {});
    await client.post('a call: records, with progress', {
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: named('records'), arguments: { limit: 9 }, _meta: { progressToken: 1 } },
    });
    await client.call('a call: a contact', named('contact'), { name: 'Ada', contactMethod: 'phone', phone: '1' });
    await client.call('a call: a contact that fits nothing', named('contact'), { name: 'Ada', contactMethod: 'phone' });
    const weather = (note, headers) =>
        client.callModern(`an argument as a header: ${note}`, named('weather'), { region: 'North' }, { headers });
    await weather('the same', { 'mcp-param-region': 'North' });
    await weather('another', { 'mcp-param-region': 'South' });
    await weather('none');
    await client.call('an argument as a header: of an older client', named('weather'), { region: 'North' });
    await resources(client);
    await prompts(client);
    await questions(client, named);
    for (const resource of ['greeting', 'picture', 'summary', 'outage', 'records'])
        await x.ask(`proxy: ${resource}`, 'GET', `/proxy/${resource}`, { query: { integrated_account_id: account.id } });
}

async function resources(client) {
    for (const say of ['legacy', 'modern']) {
        const ask = (note, method, params) => client[say](`${say}: ${note}`, method, params);
        await ask('resources/list', 'resources/list');
        await ask('resources/list, with a cursor', 'resources/list', { cursor: 'x' });
        await ask('resources/templates/list', 'resources/templates/list');
        for (const uri of [
            'staged://text',
            'staged://binary',
            'staged://template/5/data',
            'staged://template/a%20b/data',
            'staged://gone',
            'staged://nothing',
            'x',
        ])
            await ask(`resources/read ${uri}`, 'resources/read', { uri });
        await ask('resources/subscribe', 'resources/subscribe', { uri: 'staged://text' });
    }
    await client.legacy('resources/read, of no text', 'resources/read', { uri: 5 });
    await client.legacy('resources/read, of nothing', 'resources/read');
}

async function prompts(client) {
    for (const say of ['legacy', 'modern']) {
        const ask = (note, method, params) => client[say](`${say}: ${note}`, method, params);
        await ask('prompts/list', 'prompts/list');
        await ask('prompts/get simple', 'prompts/get', { name: 'simple' });
        await ask('prompts/get trip', 'prompts/get', { name: 'trip', arguments: { city: 'paris', month: 'May' } });
        await ask('prompts/get trip, without what is required', 'prompts/get', { name: 'trip', arguments: { month: 5 } });
        await ask('prompts/get trip, with null', 'prompts/get', { name: 'trip', arguments: { city: null } });
        await ask('prompts/get asked', 'prompts/get', { name: 'asked' });
        await ask('prompts/get nothing', 'prompts/get', { name: 'nothing' });
    }
    const complete = (note, params) => client.legacy(`completion/complete, ${note}`, 'completion/complete', params);
    const ref = { type: 'ref/prompt', name: 'trip' };
    await complete('par', { ref, argument: { name: 'city', value: 'par' } });
    await complete('nothing yet', { ref, argument: { name: 'city', value: '' } });
    await complete('of an argument without values', { ref, argument: { name: 'month', value: 'M' } });
    await complete('of nothing', { ref: { ...ref, name: 'nothing' }, argument: { name: 'city', value: '' } });
    await complete('of a resource', { ref: { type: 'ref/resource', uri: 'staged://text' }, argument: { name: 'x', value: '' } });
    await complete('without an argument', { ref });
}

/// Tools that ask the client before they call the vendor.
async function questions(client, named) {
    const ask = (note, word, params = {}, capabilities = form) =>
        client.modern(`asks: ${note}`, 'tools/call', { name: named(word), arguments: {}, ...params }, { capabilities });
    const { json } = await ask('a name', 'named');
    const { requestState } = json.result;
    const answered = (content, action = 'accept') => ({ requestState, inputResponses: { user_name: { action, content } } });
    await ask('a name, answered', 'named', answered({ name: 'Ada' }));
    await ask('a name, answered with a number', 'named', answered({ name: 5 }));
    await ask('a name, declined', 'named', answered(undefined, 'decline'));
    await ask('a name, cancelled', 'named', answered(undefined, 'cancel'));
    await ask('a name, with a state that is none', 'named', { ...answered({ name: 'Ada' }), requestState: 'AAAA' });
    await ask('a name, with the state of another tool', 'rooted', answered({ name: 'Ada' }), { roots: {} });
    await ask('a name, of a client that cannot ask', 'named', {}, {});
    await client.call('asks: a name, of an older client', named('named'), {});
    await ask('a model', 'sampled', {}, { sampling: {} });
    await ask('a model, of a client that has none', 'sampled');
    await ask('folders', 'rooted', {}, { roots: {} });
    await ask('what may be left out, of a client that cannot ask', 'optional', {}, {});
    const first = (await ask('in two rounds', 'rounds')).json.result;
    const second = await ask('in two rounds, the second', 'rounds', {
        requestState: first.requestState,
        inputResponses: { step1: { action: 'accept', content: { name: 'Ada' } } },
    });
    await ask('in two rounds, the end', 'rounds', {
        requestState: second.json.result.requestState,
        inputResponses: { step2: { action: 'accept', content: { color: 'red' } } },
    });
    const about = await client.modern('asks: of a prompt', 'prompts/get', { name: 'asked' }, { capabilities: form });
    await client.modern(
        'asks: of a prompt, answered',
        'prompts/get',
        {
            name: 'asked',
            requestState: about.json.result.requestState,
            inputResponses: { about: { action: 'accept', content: { context: 'the sea' } } },
        },
        { capabilities: form },
    );
}
