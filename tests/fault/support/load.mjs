// An open-loop load in a process of its own: requests leave at their time, whatever became of those before.
// Called with JSON as its argument: {targets: [{name, url, method, headers, body, good, marks}], rate, seconds}. Each target
// gets `rate` requests a second; an answer is good when it is a 200 that has `good` in it and no "isError":true. `{n}` in
// url, body and good is the number of the request. All that matches the regular expression `marks` must begin `good`.
// Prints {name: {sent, failed, failures: [...], p50, p99, max}} in milliseconds.
import { spawn } from 'node:child_process';
import http from 'node:http';
import { fileURLToPath } from 'node:url';

const self = fileURLToPath(import.meta.url);

/// Runs it, and gives what it prints.
export function load(targets, { rate, seconds }) {
    const child = spawn(process.execPath, [self, JSON.stringify({ targets, rate, seconds })], { stdio: ['ignore', 'pipe', 'inherit'] });
    return new Promise((done, failed) => {
        let text = '';
        child.stdout.on('data', (part) => (text += part));
        child.once('exit', (code) => (code === 0 ? done(JSON.parse(text)) : failed(new Error(`the load ended with ${code}`))));
    });
}

function once(agent, number, { method = 'POST', headers = {}, marks, ...target }) {
    const [url, body, good] = [target.url, target.body, target.good].map((text) => text?.replaceAll('{n}', number));
    return new Promise((resolve) => {
        const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
        const request = http.request(url, { method, agent, headers: { ...length, ...headers }, timeout: 20_000 }, (response) => {
            let text = '';
            response.on('data', (part) => (text += part));
            response.on('error', (error) => resolve(String(error)));
            response.on('end', () => {
                const isGood = response.statusCode === 200 && text.includes(good) && !text.includes('"isError":true');
                const all = marks ? (JSON.stringify(response.headers) + text).match(new RegExp(marks, 'g')) : [];
                const alien = all?.find((mark) => !good.startsWith(mark));
                if (alien) return resolve(`bytes of another call: ${alien}`);
                resolve(isGood ? undefined : `${response.statusCode} ${text.slice(0, 300)}`);
            });
        });
        request.on('timeout', () => request.destroy(new Error('no answer within 20 s')));
        request.on('error', (error) => resolve(String(error)));
        request.end(body);
    });
}

const at = (sorted, share) => Math.round(100 * (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0)) / 100;

async function main({ targets, rate, seconds }) {
    const runs = targets.map((target) => ({
        ...{ target, times: [], failures: [], sent: 0 },
        agent: new http.Agent({ keepAlive: true, maxSockets: 256 }),
    }));
    const pending = new Set();
    const started = performance.now();
    await new Promise((done) => {
        const tick = () => {
            const elapsed = performance.now() - started;
            for (const run of runs)
                for (const due = Math.min(rate * seconds, Math.floor((elapsed / 1000) * rate)); run.sent < due; ++run.sent) {
                    // From when it should have left: a generator that is late may not flatter the answer.
                    const from = started + (run.sent * 1000) / rate;
                    const call = once(run.agent, run.sent, run.target).then((failure) => {
                        pending.delete(call);
                        if (failure) run.failures.push(failure);
                        else run.times.push(performance.now() - from);
                    });
                    pending.add(call);
                }
            if (elapsed >= seconds * 1000) done();
            else setTimeout(tick, 1);
        };
        tick();
    });
    await Promise.all(pending);
    const report = {};
    for (const { target, times, failures, sent } of runs) {
        times.sort((a, b) => a - b);
        report[target.name] = { sent, failed: failures.length, failures: failures.slice(0, 3), p50: at(times, 0.5), p99: at(times, 0.99), max: at(times, 1) };
    }
    process.stdout.write(JSON.stringify(report), () => process.exit(0));
}

if (process.argv[1] === self) await main(JSON.parse(process.argv[2]));
