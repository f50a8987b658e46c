// A vendor that behaves as badly as it can, while other accounts are called at the same address: each call ends with the
// documented error within its deadline, no answer has a byte of another call, and the others are answered as quickly.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { send } from '../e2e/support/exchange.mjs';
import { eventually, file, sleep, test } from '../e2e/support/test.mjs';
import { child, nginxBefore } from './support/beside.mjs';
import { asIs, either, faultOf, markOf, readAnswer, refused } from './support/hostile/answers.mjs';
import { behaviourOf, behind, cutExpected, forms, groups } from './support/hostile/behaviours.mjs';
import { Line } from './support/hostile/line.mjs';
import { load } from './support/load.mjs';
import { isSmall, optionsOver } from './support/options.mjs';
import { stage } from './support/stage.mjs';

/// `samples`: at how many bytes each reply is cut; 0: at every one.
const { seconds, samples, rate } = optionsOver(isSmall ? { seconds: 1, samples: 6, rate: 25 } : { seconds: 3, samples: 0, rate: 100 });
const only = process.env.FAULT_ONLY ?? '';
/// The deadline of a call, and what a busy machine may add.
const limitMs = 2000;
const slackMs = 1500;
/// So many calls of the hostile vendor are made at once.
const pressure = isSmall ? 40 : 16;
/// Of the 128 MiB for large answers on each of the two threads an environment may have half. What is counted is their
/// length: a text that grows has room for twice that, and is there twice while it moves.
const memoryMb = 3.5 * 128;
/// So many calls are made at once whose answers are large and good: this process has to read them.
const heavyAtOnce = 4;

const vendor = child(file, process.execPath, [join(import.meta.dirname, 'support/hostile/vendor.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] });
const ports = JSON.parse((await once(createInterface(vendor.stdout), 'line'))[0]);
const nginxPort = await nginxBefore(file, ports.main);
const vendorUrl = (port) => `http://127.0.0.1:${port}`;
const { product, api } = await stage({
    allow: Object.values(ports).map((port) => `127.0.0.1:${port}`),
    apiSettings: { SLUICE_PROXY_CALL_LIMIT: `${limitMs}ms`, SLUICE_MCP_CALL_LIMIT: `${limitMs}ms` },
});

const manifest = `name: hostile
label: Hostile
category: test
openapi: openapi.yaml
base_url: "${vendorUrl(ports.main)}/{{context.subdomain}}"
context:
  subdomain: {label: Account, type: string, required: true}
credentials:
  api_key:
    label: Key
    fields:
      api_key: {label: Key, secret: true, required: true}
    authorization: {format: bearer, config: {token: "{{context.api_key}}"}}
pagination:
  format: cursor
  config: {items: data, next: next, cursor_parameter: cursor, limit_parameter: limit, default_limit: 30, max_limit: 100}
resources:
  things:
    methods:
      list: {operation: list-things, paginated: true}
      get: {operation: get-thing}
      create: {operation: create-thing}
`;
const answer = { 200: { description: 'ok', content: { 'application/json': { schema: { type: 'object' } } } } };
const operation = (operationId, more) => ({ operationId, summary: operationId, description: `${operationId}.`, responses: answer, ...more });
const text = { type: 'string', description: 'What it does.' };
const openapi = {
    ...{ openapi: '3.1.0', info: { title: 'Hostile', version: '1' } },
    paths: {
        '/things': {
            get: operation('list-things', { parameters: [{ name: 'id', in: 'query', schema: text }] }),
            post: operation('create-thing', {
                requestBody: { content: { 'application/json': { schema: { type: 'object', properties: { id: text }, required: ['id'] } } } },
            }),
        },
        '/things/{id}': { get: operation('get-thing', { parameters: [{ name: 'id', in: 'path', required: true, schema: text }] }) },
    },
};

const json = { 'content-type': 'application/json' };
const tools = { get: 'get_single_hostile_thing_by_id', list: 'list_all_hostile_things', create: 'create_a_hostile_thing' };
const rpc = (name, args) => JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } });

/// An environment where the vendor is installed: `account(name)` makes an account of it, `at(base)` moves the vendor.
async function installedIn(name) {
    const where = await product.environment(name);
    const installation = await product.install(where.api, manifest, openapi, `${vendorUrl(ports.main)}/{{context.subdomain}}`);
    const account = async (subdomain) => {
        const secret = `key-of-${subdomain}-0123456789`;
        const { id } = await where.api.ok('POST', '/integrated-account', {
            verify: false,
            ...{ tenant_id: subdomain, environment_integration_id: installation, authentication_method: 'api_key' },
            context: { subdomain, api_key: secret },
        });
        const { token } = await where.api.ok('POST', `/integrated-account/${id}/mcp`, { name: subdomain });
        return { name: subdomain, id, secret, url: `${api.url}/mcp/${token}`, auth: { authorization: `Bearer ${where.token}` } };
    };
    const at = (base) => where.api.ok('PATCH', `/environment-integration/${installation}`, { override: { base_url: `${base}/{{context.subdomain}}` } });
    return { account, at };
}
const shared = await installedIn('hostile');
const bad = [await shared.account('bad1'), await shared.account('bad2')];
const near = await shared.account('near');
const far = await (await installedIn('others')).account('far');
const corner = await installedIn('corner');
const cornered = await corner.account('corner');

let number = 0;
let answers = 0;

/// One call of `name` by `via` ('rest', 'mcp') as `how` (get, list, create): `{fault, seen, ms}`.
async function call(account, name, via, how, expected) {
    const id = `${name}.${String((number += 1)).padStart(6, '0')}`;
    const path = `/proxy/things${how === 'get' ? `/${id}` : ''}?integrated_account_id=${account.id}${how === 'list' ? `&id=${id}` : ''}`;
    const started = performance.now();
    const exchange = await (via === 'mcp'
        ? send('POST', account.url, { headers: json, body: rpc(tools[how], { id }), isShown: false })
        : send(how === 'create' ? 'POST' : 'GET', api.url + path, {
            headers: { ...account.auth, ...(how === 'create' && json) }, isShown: false, ...(how === 'create' && { body: { id } }),
        })
    ).catch((error) => ({ status: 0, headers: {}, text: String(error) }));
    const ms = performance.now() - started;
    answers += 1;
    const mark = markOf(account.name, id);
    const late = ms > limitMs + slackMs ? `it took over ${limitMs + slackMs} ms` : undefined;
    return { fault: faultOf(expected, { via, mark, secret: account.secret }, exchange) ?? late, seen: readAnswer(via, exchange), ms };
}

/// A row of the table: what came of a behaviour.
class Row {
    constructor(name) {
        Object.assign(this, { name, calls: 0, faults: new Map(), ms: 0, rest: new Set(), mcp: undefined });
        rows.push(this);
    }
    add(via, how, { fault, seen, ms }) {
        this.calls += 1;
        this.ms = Math.max(this.ms, ms);
        if (via === 'rest') this.rest.add(`${how === 'create' ? 'w' : 'r'}${seen.status}`);
        else if (how === 'get') this.mcp ??= `${seen.isError ? 'error: ' : ''}${seen.json?.message ?? seen.text}`;
        if (fault) this.faults.set(`${via} ${how}: ${fault}`, (this.faults.get(`${via} ${how}: ${fault}`) ?? 0) + 1);
    }
}
const rows = [];

/// The calls that a behaviour is tried with.
const triesOf = (name, row, hows, expectedOf = (isWrite) => behaviourOf(name)[isWrite ? 'write' : 'read']) =>
    hows.flatMap((how) => ['rest', 'mcp'].map((via) => ({
        ...{ name, row, how, via, expected: expectedOf(how === 'create') },
        isHeavy: behaviourOf(name).isHeavy,
    })));

let loads = 0;
/// The calls of the others: each has a mark of its own.
function healthy() {
    const id = `good.${(loads += 1)}-{n}`;
    return [
        { name: 'near', url: near.url, headers: json, body: rpc(tools.get, { id }), good: markOf('near', id) },
        { name: 'far', method: 'GET', url: `${api.url}/proxy/things/${id}?integrated_account_id=${far.id}`, headers: far.auth, good: markOf('far', id) },
        { name: 'nginx', method: 'GET', url: `${vendorUrl(nginxPort)}/direct/things/${id}`, good: markOf('direct', id) },
    ].map((target) => ({ ...target, marks: '<<[^<>]*>?>?' }));
}
const worstOf = (report) => Math.max(report.near.p99, report.far.p99);
const failuresOf = (report) => [report.near, report.far].flatMap(({ failures }) => failures);

/// Makes all `tries` at least once, and goes on until the load of the others is over.
async function underLoad(tries, accounts) {
    const until = Date.now() + seconds * 1000;
    let at = 0;
    let heavy = 0;
    const work = async () => {
        while (at < tries.length || Date.now() < until) {
            const each = tries[at % tries.length];
            const account = accounts[(at += 1) % accounts.length];
            while (each.isHeavy && heavy >= heavyAtOnce) await sleep(5);
            heavy += each.isHeavy ? 1 : 0;
            each.row.add(each.via, each.how, await call(account, each.name, each.via, each.how, each.expected));
            heavy -= each.isHeavy ? 1 : 0;
            // The others' calls are what is measured, not how fast this process can go.
            await sleep(each.row.ms < 50 ? 20 : 0);
        }
    };
    const [report] = await Promise.all([load(healthy(), { rate, seconds }), ...Array.from({ length: pressure }, work)]);
    return report;
}

let calm;
const limitOf = (report) => Math.max(2 * report.nginx.p99, worstOf(calm) + 20);

/// Judges the others' answers and times; measures again if the times are over the limit, since other programs run too.
async function judged(tries, accounts = bad) {
    const reports = [];
    do reports.push(await underLoad(tries, accounts));
    while (!isSmall && reports.length < 3 && worstOf(reports.at(-1)) > limitOf(reports.at(-1)));
    const report = reports.at(-1);
    for (const { row } of tries) Object.assign(row, { p99: worstOf(report), nginx: report.nginx.p99 });
    const failures = reports.flatMap(failuresOf);
    assert.deepEqual(failures, [], 'the calls of other accounts');
    if (!isSmall) assert.ok(worstOf(report) <= limitOf(report), `p99 of the others ${worstOf(report)} ms is over ${limitOf(report)}`);
}

function assertRight(tried, failures) {
    const faults = tried.flatMap(({ name, faults }) => [...faults].map(([fault, count]) => `${name}, ${count} times: ${fault}`));
    assert.equal(faults.length + failures.length, 0, `${faults.length} kinds of wrong answers:\n${[...faults, ...failures].join('\n')}`);
}

async function hostile(t, names, hows, expectedOf) {
    const before = api.memory().now;
    api.forgetPeak();
    const tried = names.map((name) => new Row(name));
    const tries = names.flatMap((name, i) => triesOf(name, tried[i], hows));
    const failures = [];
    for (const each of isSmall ? [tries] : Object.values(Object.groupBy(tries, ({ name }) => name))) {
        await judged(each).catch((error) => failures.push(`${each[0].name}: ${error.message}`));
        if (!isSmall) console.log(`  ${line(each[0].row)}`);
    }
    finish(t, tried, before, failures);
}

function finish(t, tried, before, failures) {
    const { peak } = api.memory();
    t.diagnostic(`${tried.reduce((sum, { calls }) => sum + calls, 0)} calls; memory ${before} -> peak ${peak} MB; the others' p99 ${Math.max(...tried.map(({ p99 }) => p99 ?? 0))} ms`);
    assert.equal(api.child.exitCode, null, 'the api runs');
    assertRight(tried, failures);
    assert.ok(peak - before < memoryMb, `memory grew from ${before} to ${peak} MB`);
}

test('calm', async (t) => {
    calm = await load(healthy(), { rate, seconds });
    t.diagnostic(`p99 ms: near ${calm.near.p99}, far ${calm.far.p99}, nginx ${calm.nginx.p99}`);
    assert.deepEqual(failuresOf(calm), []);
});

for (const [group, behaviours] of Object.entries(groups))
    test(`${group}: the documented answers in time, and nothing of another call`, async (t) => {
        const names = Object.keys(behaviours).filter((name) => name.includes(only));
        if (!names.length) return t.skip();
        console.log(`${group}: ${names.length} behaviours`);
        await hostile(t, names, group === 'texts' ? ['get', 'list', 'create'] : ['get', 'create']);
    }, 1200);

/// The reply that the vendor will cut: the same whatever the number of the call.
const replyOf = (form, name, isWrite) =>
    forms[form](new Line(undefined, { account: 'bad1', id: `${name}.000000`, isWrite, isList: false }));

/// Cut after nothing, after all of it (which a reset would undo), and at places between.
function cutsOf(form, how, row) {
    const { length } = replyOf(form, `cut-${form}-${how}-0000`);
    const count = samples ? Math.min(samples, length) : length;
    const places = Array.from({ length: count + 1 }, (_, i) => Math.floor((i * length) / count)).filter((at) => at < length || how === 'fin');
    return places.flatMap((at) => {
        const name = `cut-${form}-${how}-${String(at).padStart(4, '0')}`;
        return triesOf(name, row, ['get', 'create'], (isWrite) => cutExpected(form, how, at, replyOf(form, name), isWrite));
    });
}

for (const form of Object.keys(forms))
    for (const ways of isSmall ? [['fin', 'rst']] : [['fin'], ['rst']])
        test(`a reply (${form}) cut by ${ways.join(' or ')} ${samples ? `at ${samples} of its bytes` : 'at each of its bytes'}`, async (t) => {
            const title = `cut ${form} ${ways.join(' ')}`;
            if (!title.includes(only)) return t.skip();
            const row = new Row(title);
            const before = api.memory().now;
            api.forgetPeak();
            const tries = ways.flatMap((how) => cutsOf(form, how, row));
            console.log(`${title}: ${tries.length} replies`);
            const failures = [];
            await judged(tries).catch((error) => failures.push(error.message));
            finish(t, [row], before, failures);
        }, 600);

const unreached = refused(502, /could not be reached|took no connection in time/);
/// Bytes that come while the request is on its way look like its answer: HTTP/1.1 has nothing to tell them apart.
const early = either(refused(502, /answered before it was asked|broke off/), asIs('application/json'));
const closed = either(refused(502, /broke off/), unreached);
const expectedAt = (name) => (name === 'answer-early' ? early : name.startsWith('tls-') ? unreached : closed);
const cornerCases = Object.keys(ports).filter((name) => name !== 'main')
    .map((name) => [name, `http${name.startsWith('tls-') ? 's' : ''}://127.0.0.1:${ports[name]}`, expectedAt(name)]);

test('a connection that is spoilt before the request', async (t) => {
    const before = api.memory().now;
    api.forgetPeak();
    const [tried, failures] = [[], []];
    for (const [name, base, expected] of cornerCases.filter(([each]) => each.includes(only))) {
        await corner.at(base);
        tried.push(new Row(name));
        const tries = triesOf('good', tried.at(-1), ['get', 'create'], () => expected);
        const each = () => Promise.all(tries.map(async ({ row, via, how }) => row.add(via, how, await call(cornered, 'good', via, how, expected))));
        await (isSmall ? each() : judged(tries, [cornered]).catch((error) => failures.push(`${name}: ${error.message}`)));
        if (!isSmall) console.log(`  ${line(tried.at(-1))}`);
    }
    finish(t, tried, before, failures);
}, 600);

const stateOf = async () => JSON.parse((await send('GET', `${vendorUrl(ports.main)}/_vendor/state`, { isShown: false })).text);

test('a connection that is spoilt while nobody waits on it: the next call, also a write, is answered', async (t) => {
    const before = api.memory().now;
    await corner.at(vendorUrl(ports.main));
    const tried = [];
    for (const name of Object.keys(behind).filter((each) => each.includes(only))) {
        const row = new Row(name);
        tried.push(row);
        for (let i = 0; i < (isSmall ? 4 : 50); ++i) {
            const { late } = await stateOf();
            row.add('rest', 'get', await call(cornered, name, 'rest', 'get', behaviourOf(name).read));
            await eventually('it is spoilt', 5, async () => (await stateOf()).late > late, 20);
            await sleep(20);
            const [via, how] = [['rest', 'get'], ['mcp', 'get'], ['rest', 'create'], ['mcp', 'create']][i % 4];
            row.add(via, how, await call(cornered, 'good', via, how, behaviourOf('good').read));
        }
    }
    finish(t, tried, before, []);
});

test('afterwards: every account is answered, no connection in doubt was used, the log has no error of ours', async (t) => {
    for (const account of [...bad, near, far])
        for (const via of ['rest', 'mcp']) {
            const { fault } = await call(account, 'good', via, 'get', behaviourOf('good').read);
            assert.equal(fault, undefined);
        }
    const { taken, doubtful } = await stateOf();
    t.diagnostic(`the vendor took ${taken} requests; ${answers} answers of hostile accounts checked byte by byte`);
    assert.deepEqual(doubtful.slice(0, 3), [], `${doubtful.length} requests came on a connection in doubt`);
    assert.equal(api.child.exitCode, null);
    const errors = api.log().split('\n').filter((each) => each.includes('"level":"error"'));
    assert.deepEqual(errors.slice(0, 3), [], `${errors.length} lines`);
});

const cell = (value, width) => String(value ?? '').replace(/\s+/g, ' ').slice(0, width).padEnd(width);
const line = ({ name, rest, ms, mcp, p99, nginx, faults }) =>
    `${cell(name, 34)} ${cell([...rest].sort().join(' '), 24)} ${cell(`${Math.round(ms)} ms`, 8)} ${cell(p99, 7)} ${cell(nginx, 7)} ${faults.size ? 'WRONG ' : ''}${cell(mcp, 90)}`;

file.after(() => {
    const calmly = calm ? `calm: ${worstOf(calm)} ms, nginx ${calm.nginx.p99} ms` : 'not measured';
    console.log([
        `REST is r for reads and w for writes; ms is the slowest call; p99 is that of other accounts meanwhile (${calmly})`,
        `${cell('behaviour', 34)} ${cell('REST', 24)} ${cell('slowest', 8)} ${cell('p99', 7)} ${cell('nginx', 7)} what a read by MCP says`,
        ...rows.map(line),
    ].join('\n'));
});
