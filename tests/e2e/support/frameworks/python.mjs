// A client in Python, each in a process and a virtual environment of its own (tests/e2e/install makes them).
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const keptCharacters = 4000;

/// Starts `with_<client>.py` at once, so that it loads its libraries while others are tested.
export function python(client, name, isFilledWithNull) {
    const directory = join(import.meta.dirname, '../../.venv', client);
    const child = spawn(join(directory, 'bin/python'), [join(import.meta.dirname, `with_${client}.py`)], {
        stdio: ['pipe', 'pipe', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (text) => (said = (said + text).slice(-keptCharacters)));
    child.stdin.on('error', () => {}); // it has ended: the next answer says so
    const ended = new Promise((done) => child.once('close', done).once('error', (error) => done((said += error))));
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    async function ask(line) {
        child.stdin.write(`${line}\n`);
        const { value, done } = await lines.next();
        if (!done) return JSON.parse(value);
        await ended;
        throw new Error(`${name} has ended (was it installed with tests/e2e/install?): ${said}`);
    }
    return {
        name,
        isFilledWithNull,
        /// Ends the process; `open` cannot be asked again.
        end: async () => {
            child.stdin.end();
            await ended;
        },
        async open(url) {
            const { tools } = await ask(url);
            return {
                tools,
                async call(name, args) {
                    const { told, error } = await ask(JSON.stringify({ name, arguments: args }));
                    if (error !== undefined) throw new Error(error);
                    return told;
                },
                close: async () => {},
            };
        },
    };
}
