import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

import { Product } from '../spec/live/product.mjs';
import { Tests } from '../spec/support/tests.mjs';
import { rowsFor } from './fuzz.mjs';

const here = import.meta.dirname;
const description = resolve(here, '../../api-spec/openapi.yaml');
const generated = join(here, 'generated');
/// What the generator of Python cannot take: it leaves out the variants with bytes and the specification itself, and has the rest.
const expectedWarning = /Unsupported content(_| )type (\*\/\*|application\/yaml)/;

/// Left out: positive_data_acceptance (what fits may name what is not there, or break a rule between members that stands in
/// words), missing_required_header (we require none), ignored_auth and object_level_authorization (tests/spec asks each
/// operation without a token and with a bad one, tests/e2e with that of another environment).
const checks = [
    'not_a_server_error',
    'status_code_conformance',
    'content_type_conformance',
    'response_headers_conformance',
    'response_schema_conformance',
    'negative_data_rejection',
    'unsupported_method',
    'allow_header_conformance',
    'use_after_free',
    'ensure_resource_availability',
];
const fuzzSeconds = 180;

const tests = new Tests();
rmSync(generated, { recursive: true, force: true });
mkdirSync(generated);
const product = new Product('clients');
const settings = {
    baseUrl: product.baseUrl,
    token: product.makeEnvironment(),
    integration: 'gorgias',
    override: product.override,
    context: product.context,
};
await product.makeVendorAccount();
await typescript();
await python();
await schemathesis();
tests.report();

async function typescript() {
    const types = join(generated, 'sluice.ts');
    await mustEnd('openapi-typescript makes types', 'openapi-typescript', [description, '-o', types]);
    await mustEnd('the calls in TypeScript compile', 'tsc', ['-p', join(here, 'typescript')]);
    await calls('TypeScript', 'node', [join(here, 'typescript/calls.ts')]);
}

async function python() {
    const bin = join(here, '.venv/python/bin');
    const target = join(generated, 'python/sluice_client');
    const name = 'openapi-python-client makes a client';
    const generator = await run(
        join(bin, 'openapi-python-client'),
        ['generate', '--path', description, '--meta', 'none', '--output-path', target],
        { PATH: `${bin}:${process.env.PATH}` }, // It calls ruff, to format what it has made.
    );
    const warnings = generator.output.split(/^(?=WARNING|ERROR)/m).slice(1);
    const unexpected = warnings.filter((one) => !one.startsWith('WARNING') || !expectedWarning.test(one));
    if (generator.code === 0 && unexpected.length === 0) tests.pass(name);
    else tests.fail(name, unexpected.length > 0 ? unexpected : [generator.output]);
    await calls('Python', join(bin, 'python'), [join(here, 'python/calls.py')], { PYTHONPATH: join(generated, 'python') });
}

/// Three minutes of requests that fit the specification, and of some that do not, in an environment of their own: they delete
/// what they find.
async function schemathesis() {
    const own = new Product('schemathesis');
    const token = own.makeEnvironment();
    await own.makeVendorAccount();
    const name = `schemathesis finds nothing in ${fuzzSeconds} s`;
    const { code, output } = await run(
        join(here, '.venv/schemathesis/bin/st'),
        [
            ...['--no-color', 'run', description, '--url', own.baseUrl, '--header', `Authorization: Bearer ${token}`],
            ...['--max-time', fuzzSeconds, '--seed', process.env.SEED ?? 16],
            ...['--checks', checks.join(), '--generation-database', 'none', '--generation-with-security-parameters', false],
            '--continue-on-failure',
        ],
        {
            FUZZ_SETTINGS: JSON.stringify({ ...(await rowsFor(own, token)), specification: description }),
            SCHEMATHESIS_HOOKS: 'hooks',
            PYTHONPATH: join(here, 'schemathesis'),
            PYTHONDONTWRITEBYTECODE: '1',
        },
    );
    const made = Number(output.match(/^ +(\d+) generated/m)?.[1] ?? 0);
    console.log(`schemathesis: ${made} requests`);
    if (code === 0 && made > 0) tests.pass(name);
    else tests.fail(name, [output]);
}

/// One test for each line that the program says.
async function calls(language, program, args, environment = {}) {
    let failed = false;
    const { code, output } = await run(program, [...args, JSON.stringify(settings)], environment, (line) => {
        const { name, problem } = JSON.parse(line);
        failed ||= problem !== undefined;
        if (problem === undefined) tests.pass(`${language}: ${name}`);
        else tests.fail(`${language}: ${name}`, [problem]);
    });
    if (code !== 0 && !failed) tests.fail(`${language}: the program ended with ${code}`, [output]);
}

async function mustEnd(name, program, args) {
    const { code, output } = await run(program, args);
    if (code === 0) tests.pass(name);
    else tests.fail(name, [output]);
}

/// `take`: gets each line of standard output that is JSON. Answers `{code, output}`.
function run(program, args, environment = {}, take = undefined) {
    const child = spawn(program, args, { cwd: generated, env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    createInterface({ input: child.stdout }).on('line', (line) => {
        if (take !== undefined && line.startsWith('{')) take(line);
        else output += `${line}\n`;
    });
    child.stderr.on('data', (text) => (output += text));
    return new Promise((ended) => {
        child.on('error', (problem) => ended({ code: -1, output: problem.message }));
        child.on('close', (code) => ended({ code, output }));
    });
}
