import { refusesBodies, refusesIds, refusesTokens } from '../support/refusals.mjs';

export default async function environments(x) {
    const list = '/environment';
    await x.ask('list', 'GET', list);
    await x.ask('list, with a limit', 'GET', list, { query: { limit: 1 } });
    await x.ask('list, with a limit above the most', 'GET', list, { query: { limit: 5001 } });
    await x.ask('list, with an unknown filter', 'GET', list, { query: { colour: 'red' } });
    await refusesTokens(x, 'list', 'GET', list);

    const path = `${list}/${x.environment}`;
    const foreign = { token: x.product.foreignToken };
    await x.ask('get', 'GET', path);
    await x.ask('get, of another token', 'GET', path, foreign);
    await refusesIds(x, 'get', 'GET', (id) => `${list}/${id}`, 'env');
    await refusesTokens(x, 'get', 'GET', path);

    const change = (note, json, options) => x.ask(`change, ${note}`, 'PATCH', path, { json, ...options });
    await change('the theme', { theme: { name: 'Acme', logo_url: 'https://acme.example/logo.svg', color: '#3451d1' } });
    await change('the theme with null', { theme: { name: 'Acme', color: null } });
    await change('the theme to the defaults', { theme: {} });
    await change('to a theme that is none', {
        theme: { name: '', logo_url: 'http://acme.example/logo.svg', color: 'blue', font: 'x' },
    });
    await change('who may frame the Link UI', { link_origins: ['https://app.example', 'http://localhost:3000'] });
    await change('nothing', {});
    for (const origin of ['https://app.example/', 'app.example', 'ftp://app.example', 'https://app.example; script-src *'])
        await change(`to the origin ${origin}`, { link_origins: [origin] });
    await change('where an account is reconnected', { reconnect_url: 'https://app.example/reconnect?account={account}' });
    await change('where an account is reconnected to null', { reconnect_url: null });
    await change('where an account is reconnected to a script', { reconnect_url: 'javascript:alert(1)' });
    await change('to null', { theme: null, link_origins: null });
    await change('to wrong types', { theme: 'x', link_origins: 'x', reconnect_url: 5 });
    await change('of another token', { theme: {} }, foreign);
    await refusesIds(x, 'change', 'PATCH', (id) => `${list}/${id}`, 'env', { theme: {} });
    await refusesBodies(x, 'change', 'PATCH', path);
    await refusesTokens(x, 'change', 'PATCH', path);
}
