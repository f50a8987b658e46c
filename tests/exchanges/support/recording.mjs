// How exchanges are written down and compared. An exchange is a name, a request and an answer, each a list of lines: the
// first line, the headers, an empty line, and the body in pieces that are one text when they are put together.
import { readFileSync, writeFileSync } from 'node:fs';

/// A body is broken where a reader would: after each line, and between the objects of a list.
const breaks = /(?<=\n)|(?<=\},)(?=\{)/;
const longest = 2000;
const isText = (bytes) => Buffer.from(bytes.toString()).equals(bytes);

export const piecesOf = (text) => (text === '' ? [] : ['', ...text.split(breaks)]);

export function requestLines(names, { method, target, headers, body, announce }) {
    const pairs = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    const shown = announce === undefined ? shownBody(body) : `(${announce} bytes are announced)`;
    return [...names.in([`${method} ${target}`, ...pairs.sort()].join('\n')).split('\n'), ...piecesOf(names.in(shown))];
}

/// What we send may be larger than anybody wants to read.
function shownBody(body = '') {
    const text = String(body);
    return text.length > longest ? `${text.slice(0, 100)}… (${text.length} characters)` : text;
}

export function answerLines(names, { status, reason, lines, body }) {
    const whole = [`${status} ${reason}`];
    const pairs = lines
        .filter(([name]) => name.toLowerCase() !== 'date')
        .map(([name, value]) => `${name}: ${lengthOf(name, value, body)}`);
    const text = isText(body) ? body.toString() : `(base64) ${body.toString('base64')}`;
    return [...names.in([...whole, ...pairs.sort()].join('\n')).split('\n'), ...piecesOf(names.in(text))];
}

/// The length of what has names in it says nothing more than the text.
const lengthOf = (name, value, body) =>
    name.toLowerCase() === 'content-length' && Number(value) === body.length && body.length > 0 ? '<of the body>' : value;

const bodyStart = (lines) => lines.indexOf('') + 1;
const bodyOf = (lines) => (bodyStart(lines) === 0 ? '' : lines.slice(bodyStart(lines)).join(''));

/// A long body that an earlier exchange had too is written once.
const worthSharing = 2000;

export function write(path, exchanges) {
    const firstWith = new Map();
    const shown = exchanges.map(({ name, request, answer }) => {
        const body = bodyOf(answer);
        const first = body.length < worthSharing ? undefined : firstWith.get(body);
        if (!firstWith.has(body)) firstWith.set(body, name);
        if (first === undefined) return { name, request, answer };
        return { name, request, answer: answer.slice(0, bodyStart(answer)), answer_body_of: first };
    });
    writeFileSync(path, `${JSON.stringify(shown, null, 1)}\n`);
}

export function read(path) {
    const known = new Map();
    return JSON.parse(readFileSync(path, 'utf8')).map(({ name, request, answer, answer_body_of: first }) => {
        const whole = first === undefined ? answer : [...answer, ...known.get(first)];
        known.set(name, whole.slice(bodyStart(whole)));
        return { name, request, answer: whole };
    });
}

const context = 60;

/// Two lines as `-` and `+`, long ones from shortly before they part.
function shownChange(before = '', after = '') {
    let same = 0;
    while (same < before.length && before[same] === after[same]) same += 1;
    const from = Math.max(0, same - context);
    const part = (text) =>
        `${from > 0 ? '…' : ''}${text.slice(from, same + 3 * context)}${text.length > same + 3 * context ? '…' : ''}`;
    return [before === '' ? [] : [`    - ${part(before)}`], after === '' ? [] : [`    + ${part(after)}`]].flat();
}

const mostShown = 8;

function differencesOf(part, before, after) {
    if (JSON.stringify(before) === JSON.stringify(after)) return [];
    // Lines that both have in order at the ends are not shown.
    let start = 0;
    while (start < Math.min(before.length, after.length) && before[start] === after[start]) start += 1;
    let end = 0;
    while (end < Math.min(before.length, after.length) - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
    const [old, now] = [before, after].map((lines) => lines.slice(start, lines.length - end));
    const shown = [`  ${part}:`];
    for (let i = 0; i < Math.max(old.length, now.length) && shown.length < mostShown; i += 1)
        if (old[i] !== now[i]) shown.push(...shownChange(old[i], now[i]));
    return shown;
}

/// What to print about each exchange that is not as it was recorded: [name, lines].
export function compare(recorded, exchanges) {
    const was = new Map(recorded.map((one) => [one.name, one]));
    const found = [];
    for (const one of exchanges) {
        const before = was.get(one.name);
        was.delete(one.name);
        if (before === undefined) {
            found.push([one.name, ['  is not recorded']]);
            continue;
        }
        const lines = ['request', 'answer'].flatMap((part) => differencesOf(part, before[part], one[part]));
        if (lines.length > 0) found.push([one.name, lines]);
    }
    for (const name of was.keys()) found.push([name, ['  is recorded, and was not made']]);
    return found;
}
