// A customer who connects an account by OAuth, played by hand up to where the vendor sends the browser back to us.
import { send } from '../../e2e/support/exchange.mjs';

export class Customer {
    cookie = undefined;

    constructor(linkToken) {
        this.linkToken = linkToken;
    }

    /// `{id, callback}` of a connection begun at the api at `url`; `{refused}`, the status, if the link is no longer good.
    async begin(url, body) {
        const json = { 'content-type': 'application/json' };
        const submitted = await send('POST', `${url}/connect/session`, { headers: { ...json, authorization: `Bearer ${this.linkToken}` }, body });
        if (submitted.status !== 200) return { refused: submitted.status };
        const started = await send('POST', `${url}/connect/start`, {
            headers: { ...json, ...(this.cookie && { cookie: this.cookie }) },
            body: { state: new URL(submitted.json.authorize_url, url).searchParams.get('state') },
        });
        this.cookie = started.headers['set-cookie'][0].split(';')[0];
        const vendor = new URL(started.json.url);
        const approved = await send('POST', vendor.origin + vendor.pathname, {
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
            body: `${vendor.searchParams}&decision=approve`,
        });
        return { id: submitted.json.connection_id, callback: new URL(approved.headers.location) };
    }

    /// The browser comes back to the api at `url`.
    comeBack = (url, { callback }) => send('GET', `${url}${callback.pathname}${callback.search}`, { headers: { cookie: this.cookie } });
}
