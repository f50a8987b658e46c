// Numbered names for what differs from run to run. One real value always has the same name, so that identities are still
// compared: `<ia 1>` here is `<ia 1>` there.

/// What a JSON member holds that is random or sealed. In the text of a tool's result its quotes are escaped.
const members = {
    next_cursor: 'cursor',
    prev_cursor: 'cursor',
    form_token: 'form token',
    code: 'code',
    requestState: 'request state',
    elicitationId: 'elicitation',
};
const member = new RegExp(`\\\\*"(${Object.keys(members).join('|')})\\\\*":\\\\*"([^"\\\\]+)`, 'g');

/// Whatever else stands there, such as what we made up, is the same in every run. A code is one that a person types.
const isRandom = (key, real) => (key === 'code' ? /^[0-9A-HJKMNP-TV-Z]{8}$/.test(real) : real.length > 20);

/// What a header or a query string holds, by what stands before it.
const places = [
    [/^mcp-session-id: (.{21,})$/gim, 'session'],
    [/(?<=\bsluice_connect=[\w.-]*)([\w-]{43})\b/g, 'cookie'],
    [/[?&]code_challenge=([\w-]+)/g, 'code challenge'],
    [/[?&]nonce=([\w-]+)/g, 'nonce'],
    [/[?&]code=([\w-]+)/g, 'code'],
    [/\/assets\/[\w-]*-([\w-]{8})\./g, 'hash'],
];

/// What is known by its own form.
const forms = [
    [/\bslx_([a-z]+)_[0-9A-Za-z]{30,}/g, (kind) => `${kind} token`],
    [/\bwhsec_[0-9A-Za-z+/=]+/g, () => 'webhook secret'],
    [/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, () => 'access token'],
    [/\b([a-z]+(?:_srv)?)_[0-7][0-9a-hjkmnp-tv-z]{25}\b/g, (kind) => kind],
    [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, () => 'uuid'],
];

const years = [-1, 0, 1].map((more) => new Date().getUTCFullYear() + more).join('|');
/// What has no identity: two rows may or may not be of the same millisecond. A whole hour is an example in a text.
const passing = [
    [/\bexchanges-[0-9a-f]{8}\b/g, 'exchanges'],
    [/\breq_[0-9a-f]{20}\b/g, '<request>'],
    [
        new RegExp(`\\b(?:${years})-\\d\\d-\\d\\dT\\d\\d:(?!00:00Z)\\d\\d:\\d\\d(?:\\.\\d+)?(?:Z|[+-]\\d\\d:\\d\\d)`, 'g'),
        '<time>',
    ],
    [/^(webhook-timestamp: )\d+$/gim, '$1<time>'],
    [/\bdur=\d+(?:\.\d+)?/g, 'dur=<ms>'],
    [/"duration":\d+/g, '"duration":<ms>'],
];

export class Names {
    #names = new Map();
    #counts = new Map();

    /// `constants`: [text, what is written in its place]; `kept`: texts that are the same in every run.
    constructor(constants, kept) {
        this.#constants = constants;
        this.#kept = new Set(kept);
    }
    #constants;
    #kept;

    /// For what is made of something random, and is none of the above.
    call(real, name) {
        this.#constants.push([real, name]);
    }

    /// The text with names in it.
    in(text) {
        let named = text;
        for (const [real, name] of this.#constants) named = named.replaceAll(real, name);
        for (const [, key, real] of named.matchAll(member)) if (isRandom(key, real)) this.#learn(members[key], real);
        for (const [place, kind] of places) for (const [, real] of named.matchAll(place)) this.#learn(kind, real);
        for (const [real, name] of this.#names) named = named.replaceAll(real, name);
        for (const [form, kindOf] of forms)
            named = named.replaceAll(form, (real, kind) => (this.#kept.has(real) ? real : this.#learn(kindOf(kind), real)));
        for (const [form, name] of passing) named = named.replaceAll(form, name);
        return named;
    }

    #learn(kind, real) {
        if (this.#kept.has(real) || /^<.*>$/.test(real)) return real;
        if (!this.#names.has(real)) {
            const count = (this.#counts.get(kind) ?? 0) + 1;
            this.#counts.set(kind, count);
            this.#names.set(real, `<${kind} ${count}>`);
        }
        return this.#names.get(real);
    }
}
