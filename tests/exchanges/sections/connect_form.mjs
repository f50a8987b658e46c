import { refusesBodies } from '../support/refusals.mjs';
import { key } from '../support/vendor.mjs';

/// Steps after connecting, and the form that follows.
export default async function connectForm(x) {
    x.product.publish(`${import.meta.dirname}/../vendor`, {
        'integration.yaml': (text) => text.replace('name: staged', 'name: asking'),
    });
    const [{ id: integration_id }] = (await x.make('GET', '/integration?name=asking')).result;
    const { id: installation } = await x.make('POST', '/environment-integration', {
        integration_id,
        override: { base_url: x.vendor.url },
    });
    const { link_token } = await x.make('POST', '/link-token', { tenant_id: 'acme', integration: 'asking' });
    const json = { environment_integration_id: installation, authentication_method: 'api_key', context: { api_key: key } };
    const connect = (note, body = json) =>
        x.ask(`connect, ${note}`, 'POST', '/connect/session', { token: link_token, json: body });
    await x.ask('what the link offers', 'GET', '/connect/session', { token: link_token });
    await connect('with a wrong key', { ...json, context: { api_key: 'not-the-key' } });
    x.vendor.isBroken = true;
    await connect('where a step fails');
    await x.ask('the account where a step failed', 'GET', '/integrated-account', { query: { tenant_id: 'acme' } });
    x.vendor.isBroken = false;
    const { json: connected } = await connect('with all it needs');
    const account = `/integrated-account/${connected.integrated_account_id}`;
    await x.ask('the account', 'GET', account);

    const token = connected.form_token;
    const form = '/connect/form';
    const options = (note, body, own = token) => x.ask(`options, ${note}`, 'POST', `${form}/options`, { token: own, json: body });
    const submit = (note, body, own = token) => x.ask(`submit, ${note}`, 'POST', form, { token: own, json: body });
    await x.ask('form', 'GET', form, { token });
    await x.ask('form, without a token', 'GET', form, { token: null });
    await x.ask('form, with a token that is none', 'GET', form, { token: 'nonsense' });
    await x.ask('form, with an API token', 'GET', form);
    await x.ask('form, with a broken query string', 'GET', form, { token, query: 'a=%zz' });
    await options('of teams', { field: 'team', values: {} });
    await options('of people, before a team', { field: 'user', values: {} });
    await options('of people', { field: 'user', values: { team: 2 } });
    await options('that are fixed', { field: 'tone', values: {} });
    await options('of a field that is none', { field: 'unicorn' });
    await options('with a token that is none', { field: 'team' }, 'nonsense');
    await refusesBodies(x, 'options', 'POST', `${form}/options`, token);
    await submit('without what is required', { values: {} });
    await submit('with several mistakes', {
        values: { tone: 'rude', days: ['sun'], signature: 'x'.repeat(21), drafts: 'yes', more: 1 },
    });
    await submit('with somebody of another team', { values: { team: 2, user: 10 } });
    await submit('without values', {});
    await submit('with a token that is none', { values: {} }, 'nonsense');
    await refusesBodies(x, 'submit', 'POST', form, token);
    await submit('with all it needs', {
        values: { team: 2, user: 20, tone: 'casual', days: ['mon'], signature: 'Eve', drafts: true },
    });
    await x.ask('the account that has answered', 'GET', account);
    await submit('once more', { values: { team: 1 } });
    await x.make('DELETE', account);
    await x.ask('form, of an account that is gone', 'GET', form, { token });
}
