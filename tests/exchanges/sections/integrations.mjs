import { refusesTokens } from '../support/refusals.mjs';
import { nothing } from '../support/section.mjs';

/// Definitions that are built in, and what they can do. Lists are asked for by name: more vendors change none of them.
export default async function integrations(x) {
    const list = '/integration';
    const { json } = await x.ask('list, by name', 'GET', list, { query: { name: 'gorgias' } });
    const [{ id }] = json.result;
    await x.ask('list, with filters', 'GET', list, {
        query: { 'name[in]': 'gorgias,nothing', category: 'helpdesk', 'label[ne]': 'Other', limit: 10 },
    });
    await x.ask('list, that finds nothing', 'GET', list, { query: { name: 'nothing' } });
    for (const [note, query] of [
        ['with an unknown filter', { colour: 'red' }],
        ['with an operator that it has not', { 'name[like]': 'g%' }],
        ['with a limit of 0', { limit: 0 }],
    ])
        await x.ask(`list, ${note}`, 'GET', list, { query });
    await refusesTokens(x, 'list', 'GET', list);

    await x.ask('get', 'GET', `${list}/${id}`);
    await x.ask('get, by its name', 'GET', `${list}/gorgias`);
    await x.ask('get, by an unknown name', 'GET', `${list}/nothing`);
    await x.ask('get, of nothing', 'GET', `${list}/${nothing('int')}`);
    await x.ask('get, with another kind of id', 'GET', `${list}/${nothing('env')}`);
    await refusesTokens(x, 'get', 'GET', `${list}/gorgias`);

    const capabilities = `${list}/gorgias/capabilities`;
    await x.ask('capabilities', 'GET', capabilities);
    await x.ask('capabilities, by its id', 'GET', `${list}/${id}/capabilities`, { query: { resource: 'teams' } });
    await x.ask('capabilities, of nothing', 'GET', `${list}/nothing/capabilities`);
    for (const query of [
        { type: 'proxy', resource: 'tickets', methods: 'read', has_description: 'true' },
        { has_description: 'false' },
        { type: 'unified' },
        { type: 'both' },
        { type: 'custom' },
        { resource: 'unicorns' },
        { methods: 'reed' },
        { methods: 'write', resource: 'macros' },
        { has_description: 'yes' },
        { tags: 'teams' },
    ])
        await x.ask(`capabilities, with ${new URLSearchParams(query)}`, 'GET', capabilities, { query });
    await refusesTokens(x, 'capabilities', 'GET', capabilities);
}
