// One run of a public conformance suite against its baseline.
//
// A baseline (see the suite's README) lists what is expected to fail, as `scenario` or `scenario:check`. The suite compares it
// itself; here the same is done with its results, to say which checks failed, and to count what it runs but does not score.
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { parse } from 'yaml';

const here = import.meta.dirname;
const stamp = /^server-(.+)-\d{4}-\d\d-\d\dT[\d-]+Z$/;
// A warning is a SHOULD that is not done: the suites count it as a failure as well.
const failing = ['FAILURE', 'WARNING'];
// It only warns that there is no session id, which the protocol leaves to the server. Other warnings say that there was
// nothing to look at.
const passingWithWarning = ['server-sse-multiple-streams'];

function execute(program, args) {
    const all = [join(here, 'node_modules', program, 'dist/index.js'), 'server', ...args];
    return new Promise((resolve) => {
        execFile(process.execPath, all, { maxBuffer: 1 << 26, timeout: 600_000 }, (error, stdout, stderr) =>
            resolve({ code: error ? (error.code ?? 1) : 0, output: stdout + stderr }),
        );
    });
}

/// What the suite wrote: scenario → checks.
function readResults(directory) {
    const results = new Map();
    for (const entry of readdirSync(directory)) {
        const scenario = entry.match(stamp)?.[1];
        if (scenario) results.set(scenario, JSON.parse(readFileSync(join(directory, entry, 'checks.json'))));
    }
    return results;
}

function required({ program, requirements }, results) {
    if (!requirements) return [...results.keys()];
    return parse(readFileSync(join(here, 'node_modules', program, 'requirements', `${requirements}.yaml`), 'utf8')).server;
}

/// The beginning, on one line.
const brief = (text) => text.replace(/\s+/g, ' ').slice(0, 400);

/// What one scenario came to: the names of what failed as expected, and what is wrong.
function judge(scenario, checks, entries) {
    if (!checks) return { expected: [], wrong: [`${scenario} was not run`], isWarning: false };
    const bad = checks.filter((check) => failing.includes(check.status));
    const wrong = [];
    for (const check of bad)
        if (!entries.has(scenario) && !entries.has(`${scenario}:${check.id}`))
            wrong.push(`${scenario}:${check.id}: ${brief(check.errorMessage ?? check.description)}`);
    const expected = [...entries].filter((entry) => entry === scenario || entry.startsWith(`${scenario}:`));
    for (const entry of expected)
        if (!bad.some((check) => entry === scenario || entry === `${scenario}:${check.id}`))
            wrong.push(`${entry} passes: take it out of the baseline`);
    return { expected, wrong, isWarning: passingWithWarning.includes(scenario) };
}

/// Runs `suite` at the MCP URL and prints what came of it. Gives how many scenarios ended as expected, and how many did not.
export async function runSuite(suite, url) {
    const directory = mkdtempSync(join(tmpdir(), 'sluice-conformance-'));
    const baseline = join(here, suite.baseline);
    const options = suite.requirements ? ['--requirements', suite.requirements] : [];
    const run = await execute(suite.program, ['--url', url, ...options, '--expected-failures', baseline, '-o', directory]);
    const results = readResults(directory);
    rmSync(directory, { recursive: true });
    const entries = new Set(parse(readFileSync(baseline, 'utf8'))?.server ?? []);
    const scored = required(suite, results);
    const scenarios = [...scored, ...(suite.also ?? [])];
    const wrong = new Map();
    const notOffered = [];
    const warned = [];
    for (const scenario of scenarios) {
        const judged = judge(scenario, results.get(scenario), entries);
        if (judged.wrong.length > 0) wrong.set(scenario, judged.wrong);
        else if (judged.expected.length > 0) (judged.isWarning ? warned : notOffered).push(scenario);
    }
    for (const entry of entries)
        if (!scenarios.includes(entry.split(':')[0])) wrong.set(entry, [`${entry} in the baseline names no scenario`]);
    // Its own verdict on what it scores, which is not stricter than ours.
    if (results.size === 0 || (run.code !== 0 && !scored.some((scenario) => wrong.has(scenario))))
        wrong.set('exit', [`the suite ended with ${run.code}:\n${run.output.split('\n').slice(-30).join('\n')}`]);
    const passed = scenarios.filter((scenario) => !wrong.has(scenario));
    console.log(
        `${suite.name}: ${passed.length - notOffered.length} of ${scenarios.length} passed, ${notOffered.length} not offered`,
    );
    if (warned.length > 0) console.log(`  passed with a warning: ${warned.join(', ')}`);
    if (notOffered.length > 0) console.log(`  not offered: ${notOffered.join(', ')}`);
    for (const line of [...wrong.values()].flat()) console.log(`  FAILED: ${line}`);
    return { passed: passed.length, failed: wrong.size };
}
