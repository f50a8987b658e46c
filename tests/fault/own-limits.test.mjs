// Two replicas behind a proxy that gives each request to the other one, with one API token at twice its limit: how many
// calls are admitted, in any 10 s and in any minute, and whether each answer says where the token stands.
import assert from 'node:assert/strict';

import { send } from '../e2e/support/exchange.mjs';
import { roundRobin } from '../e2e/support/replicas.mjs';
import { file, sleep, test } from '../e2e/support/test.mjs';
import { isSmall, optionsOver } from './support/options.mjs';
import { stage } from './support/stage.mjs';

const { rate, seconds } = optionsOver({ rate: 100, seconds: isSmall ? 25 : 120 });
const limit = 500;
const windowSeconds = 10;
const replicas = 2;

const { product, api, apiOf, cli } = await stage({ apiSettings: { SLUICE_LIMITS_API_TOKEN: limit } });
const other = await (await apiOf('api-2')).start();
await product.environment('own-limits');
const { token } = cli('api-token', 'create', 'flood', '--team', 'e2e', '--environment', 'own-limits');
const { url } = await roundRobin(file, [api.url, other.url]);

/// Requests that leave at their time: what came of each, in the order in which they left, with the second of its answer.
async function flood() {
    const answers = [];
    const started = performance.now();
    for (let sent = 0; sent < rate * seconds; sent += 1) {
        await sleep(Math.max(started + (sent * 1000) / rate - performance.now(), 0));
        const answer = send('GET', `${url}/integrated-account?limit=1`, { headers: { authorization: `Bearer ${token}` }, isShown: false });
        answers.push(answer.then(({ status, headers }) => ({ status, headers, at: (performance.now() - started) / 1000 })));
    }
    return Promise.all(answers);
}

/// The fewest and the most of the sorted `times` in any `length` seconds, moved by a tenth of a second.
function within(times, length) {
    const counts = [];
    for (let from = 0; from + length <= seconds; from += 0.1)
        counts.push(times.filter((time) => time >= from && time < from + length).length);
    return { least: Math.min(...counts), most: Math.max(...counts) };
}

/// By how many seconds the first admitted call after each refusal came later than `retry-after` said.
function lateness(answers, times) {
    return answers.filter(({ status }) => status === 429).flatMap(({ headers, at }) => {
        const next = times.find((time) => time > at);
        return next === undefined ? [] : [next - at - Number(headers['retry-after'])];
    });
}

test('two replicas together keep the limit of a token, and give it all', async (t) => {
    const answers = await flood();
    const times = answers.filter(({ status }) => status === 200).map(({ at }) => at).sort((one, two) => one - two);
    const refused = answers.filter(({ status }) => status === 429);
    const whole = Math.floor(seconds / windowSeconds) * windowSeconds;
    const long = Math.min(60, whole);
    const [inWindow, inLong] = [within(times, windowSeconds), within(times, long)];
    const inWhole = times.filter((time) => time < whole).length;
    const late = lateness(answers, times).sort((one, two) => one - two);
    // It is a whole number of seconds, rounded up.
    const exact = late.filter((each) => each > -2 && each <= 1).length;
    t.diagnostic(`${answers.length} calls in ${seconds} s, ${times.length} admitted, ${refused.length} refused; in the first ${whole} s ` +
        `${inWhole} of ${(limit * whole) / windowSeconds}; in any ${windowSeconds} s ${inWindow.least} to ${inWindow.most}; in any ` +
        `${long} s ${inLong.least} to ${inLong.most}; retry-after was true to the second for ${((100 * exact) / late.length).toFixed(1)} % ` +
        `of the refused, the others found room ${(-late[0]).toFixed(1)} s before it to ${late.at(-1).toFixed(1)} s after it`);
    assert.equal(times.length + refused.length, answers.length, 'nothing else was answered');
    assert.ok(inWindow.most <= limit * replicas, `${inWindow.most} in ${windowSeconds} s`);
    for (const [admitted, length] of [[inWhole, whole], ...(long === 60 ? [[inLong.least, long], [inLong.most, long]] : [])]) {
        const given = (limit * length) / windowSeconds;
        assert.ok(Math.abs(admitted - given) <= given / 10, `${admitted} of ${given} in ${length} s`);
    }
    for (const { status, headers } of answers) {
        const [most, remaining, reset] = ['limit', 'remaining', 'reset'].map((name) => Number(headers[`ratelimit-${name}`]));
        assert.equal(most, limit);
        assert.ok(remaining >= 0 && remaining < limit && reset >= 0 && reset <= windowSeconds + 1, `${remaining} left, reset ${reset}`);
        assert.equal('retry-after' in headers, status === 429);
    }
    // While room runs out one replica refuses what the other still lets through.
    assert.ok(exact >= late.length * 0.95, 'retry-after is true to the second');
}, seconds + 120);
