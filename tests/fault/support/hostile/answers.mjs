// What a call of a hostile vendor must come to, and whether an answer is that.

/// The vendor's answer, whole. `has(record)`: what else must be true of what the vendor has sent.
export const good = (has = () => true) => ({ kind: 'good', has });
/// Our own error: the vendor's side gave nothing that can be passed on.
export const refused = (status, says) => ({ kind: 'refused', status, says });
/// An error of the vendor: `is_remote_error`; `remote` is its own status where that is another.
export const remote = (status, says, remoteStatus = status) => ({ kind: 'remote', status, says, remoteStatus });
/// A write that was made, although its answer could not be read: no error, so that nobody repeats it.
export const made = (says, status = 200) => ({ kind: 'made', says, status });
/// A success without a body.
export const empty = (status = 200) => ({ kind: 'empty', status });
/// The bytes as they are, under their own content type.
export const asIs = (type) => ({ kind: 'asIs', type });
/// Any of these, where it depends on who is quicker.
export const either = (...all) => ({ kind: 'either', all });

export const markOf = (account, id) => `<<${account}.${id}>>`;
const partOfMark = /<<[\w.~-]*>?>?/g;

const parsed = (text) => {
    try {
        return JSON.parse(text);
    } catch {
        return undefined;
    }
};

/// A REST or MCP answer in one form: `{status, isError, text, json, type}`.
export function readAnswer(via, { status, headers, text }) {
    if (via === 'rest') return { status, isError: status >= 400, text, json: parsed(text), type: headers['content-type'] ?? '' };
    const result = status === 200 ? parsed(text)?.result : undefined;
    if (!result) return { status: `HTTP ${status}`, isError: true, text, json: undefined, type: '' };
    const [block] = result.content;
    const shown = block.text ?? block.resource?.blob ?? block.data ?? '';
    const json = parsed(shown);
    return { status: result.isError ? json?.statusCode : 200, isError: Boolean(result.isError), text: shown, json, type: block.type };
}

const recordOf = (json) => (Array.isArray(json?.result) ? json.result[0] : json);

const judges = {
    good({ has }, { mark }, seen) {
        const record = recordOf(seen.json);
        return !seen.isError && record?.mark === mark && has(record);
    },
    refused: ({ status, says }, _, seen) =>
        seen.isError && seen.status === status && seen.json?.is_remote_error === undefined && says.test(seen.json?.message),
    remote: ({ status, says, remoteStatus }, _, seen) =>
        seen.isError && seen.status === status && seen.json?.is_remote_error === true && says.test(seen.json.message) &&
        seen.json.message.length < 1000 && seen.json.remote_status === (status === remoteStatus ? undefined : remoteStatus),
    made: ({ says, status }, _, seen) =>
        !seen.isError && seen.json?.status === status && /Do not repeat the call/.test(seen.json.message) && says.test(seen.json.message),
    empty: ({ status }, { via }, seen) => !seen.isError && (via === 'rest' ? seen.status === status && seen.text === '' : seen.json?.status === status),
    asIs: ({ type }, { via }, seen) => !seen.isError && (via === 'mcp' || (seen.status === 200 && seen.type.startsWith(type))),
    either: ({ all }, call, seen) => all.some((each) => judges[each.kind](each, call, seen)),
};

/// What is wrong with the answer of a call; nothing if it is what must be. `call` is `{via, mark, secret}`.
export function faultOf(expected, call, exchange) {
    const alien = (JSON.stringify(exchange.headers) + exchange.text).match(partOfMark)?.find((each) => !call.mark.startsWith(each));
    if (alien) return `it has bytes of another call: ${alien}`;
    if (exchange.text.includes(call.secret)) return 'it has the credential of the account';
    const seen = readAnswer(call.via, exchange);
    if (/\.cpp|std::|libs\//.test(seen.json?.message)) return `it tells of our code: ${seen.json.message}`;
    if (judges[expected.kind](expected, call, seen)) return undefined;
    return `expected ${told(expected)}; got ${seen.status}${seen.isError ? ' (an error)' : ''} ${seen.text.slice(0, 300)}`;
}

function told({ kind, status, says, remoteStatus, all, type }) {
    if (kind === 'either') return all.map(told).join(' or ');
    return [kind, status, says, remoteStatus !== status && remoteStatus && `remote_status ${remoteStatus}`, type].filter(Boolean).join(' ');
}
