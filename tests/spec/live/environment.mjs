import { refusesBodies, refusesIds, refusesTokens } from './refusals.mjs';

export async function environment(session, known) {
    const list = 'listEnvironments';
    const { result } = await session.call(list, 200);
    await session.call(list, 200, 'with a limit', { query: { limit: 1 }, holds: (json) => json.limit === 1 });
    await session.call(list, 400, 'with a limit above the most', { query: { limit: 5001 } });
    await refusesTokens(session, list);

    const path = { id: result[0].id };
    known.environment = path.id;
    const theirs = { path, token: known.product.foreignToken };
    await session.call('getEnvironment', 200, '', { path });
    await session.call('getEnvironment', 404, 'that is not that of the token', theirs);
    await refusesIds(session, 'getEnvironment', {}, 'env');
    await refusesTokens(session, 'getEnvironment', path);

    const update = 'updateEnvironment';
    const change = (note, theme, holds) => session.call(update, 200, note, { path, json: { theme }, holds });
    await change('', { name: 'Spec', logo_url: 'https://spec.example/logo.svg', color: '#3451d1' });
    await change('with null', { name: 'Spec', color: null }, ({ theme }) => Object.keys(theme).join() === 'name');
    await change('to the defaults', {}, ({ theme }) => Object.keys(theme).length === 0);
    await session.call(update, 400, 'with a theme that is none', {
        path,
        json: { theme: { name: '', logo_url: 'http://spec.example/logo.svg', color: 'blue', font: 'x' } },
        holds: (json) => json.details.failures.length === 4,
    });
    await session.call(update, 200, 'of who may frame the Link UI', {
        path,
        json: { link_origins: ['https://app.example'] },
        holds: (json) => json.link_origins[0] === 'https://app.example',
    });
    await session.call(update, 200, 'of nothing', { path, json: {}, holds: (json) => json.link_origins.length === 1 });
    for (const origin of ['https://app.example/', 'app.example', 'ftp://app.example', 'https://app.example; script-src *'])
        await session.call(update, 400, `with the origin ${origin}`, { path, json: { link_origins: [origin] } });
    await session.call(update, 400, 'with null for the theme', { path, json: { theme: null } });
    await session.call(update, 404, 'that is not that of the token', { ...theirs, json: { theme: {} } });
    await refusesIds(session, update, {}, 'env', { theme: {} });
    await refusesBodies(session, update, path);
    await refusesTokens(session, update, path);

    await session.call('openLiveStream', 200, '', { holds: (_, { body, close }) => (close(), body.toString().startsWith(': ')) });
    await session.call('openLiveStream', 400, 'with a query parameter', { query: { environment_id: known.environment } });
    await refusesTokens(session, 'openLiveStream');
}
