import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';

const directory = resolve(import.meta.dirname, '../../api-spec');
const redocly = join(import.meta.dirname, 'node_modules/@redocly/cli/bin/cli.js');
const quiet = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', CI: 'true' };

/// One test: the linter has neither errors nor warnings.
export function lint(tests) {
    tests.check('redocly lint finds nothing', () => {
        const run = spawnSync(process.execPath, [redocly, 'lint', '--format=json'], {
            cwd: directory,
            env: quiet,
            encoding: 'utf8',
        });
        const report = parse(run);
        const { errors, warnings } = report.totals;
        if (errors + warnings === 0 && run.status === 0) return;
        const found = report.problems.map((problem) => {
            const place = problem.location[0]?.pointer ?? '';
            return `${problem.severity} ${problem.ruleId} at ${place}: ${problem.message}`;
        });
        throw new Error([`${errors} errors, ${warnings} warnings`, ...found].join('\n'));
    });
}

function parse({ status, stdout, stderr }) {
    try {
        return JSON.parse(stdout.slice(stdout.indexOf('{')));
    } catch {
        throw new Error(`redocly ended with ${status}: ${stdout}${stderr}`);
    }
}
