// `test` of node's runner; a failure also shows the last requests and answers of the test.
import nodeTest, { after } from 'node:test';

import { forgetExchanges, recentExchanges } from './exchange.mjs';

// The longest takes a minute: one that hangs fails under its name.
const limitSeconds = 180;

export function test(name, body, seconds = limitSeconds) {
    nodeTest(name, { timeout: seconds * 1000 }, async (context) => {
        forgetExchanges();
        try {
            await body(context);
        } catch (error) {
            throw withExchanges(error);
        }
    });
}

function withExchanges(error) {
    const exchanges = recentExchanges();
    if (!exchanges) return error;
    const shown = new Error(`${error.message}\n\nThe last requests and answers:\n\n${exchanges}\n`);
    shown.stack = `${shown.message}\n${error.stack?.split('\n').filter((line) => /^\s+at /.test(line)).join('\n')}`;
    return shown;
}

/// The whole file, where a helper wants a scope: a test's context, or this.
export const file = { after };

const deferred = new WeakMap();

/// Runs `action` when the scope ends; what was deferred last runs first.
export function defer(scope, action) {
    if (!deferred.has(scope)) {
        const actions = [];
        deferred.set(scope, actions);
        scope.after(async () => {
            for (const each of actions.reverse()) await each();
        });
    }
    deferred.get(scope).push(action);
}

/// Until `condition` gives something true, which is the result; for at most `seconds`.
export async function eventually(what, seconds, condition, pause = 100) {
    for (const deadline = Date.now() + seconds * 1000; ; ) {
        const result = await condition();
        if (result) return result;
        if (Date.now() > deadline) throw new Error(`${what}: not within ${seconds} s`);
        await sleep(pause);
    }
}

/// Waits for something at most so long, and goes on: a browser now and then does not say that it has closed a page.
export const atMost = (seconds, promise) =>
    Promise.race([promise, new Promise((resolve) => setTimeout(resolve, seconds * 1000).unref())]);

export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
