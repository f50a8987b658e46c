// The command line says what is wrong with a command, and what there is.
import assert from 'node:assert/strict';

import { cli } from './support/product.mjs';
import { test } from './support/test.mjs';

const refusal = (...args) => cli(...args).then(() => undefined, ({ code, stderr }) => ({ code, stderr }));

test('a word that is no subcommand is named, with those there are and the one that was meant', async () => {
    for (const [args, said] of [
        [['tem', 'create', 'x'], /tem is no subcommand; there are .*\bapi-token\b.*; did you mean team\?/],
        [['team', 'list'], /list is no subcommand; there are create/],
        [['--config', '/nowhere', 'migrat'], /migrat is no subcommand; .*did you mean migrate\?/],
    ]) {
        const { code, stderr } = await refusal(...args);
        assert.equal(code, 2);
        assert.match(stderr, said);
    }
});

test('what a subcommand lacks is named', async () => {
    const { code, stderr } = await refusal('team', 'create');
    assert.equal(code, 2);
    assert.match(stderr, /name is required/);
});
