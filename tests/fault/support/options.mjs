// What tests/fault/run was told.

/// Without a name, as in tests/run, the tests are short.
export const isSmall = process.env.FAULT_SMALL === 'true';

/// Options after `--`, as numbers, over `defaults`.
export function optionsOver(defaults) {
    const given = (process.env.FAULT_OPTIONS ?? '').split(' ').filter(Boolean).map((pair) => pair.split('='));
    return { ...defaults, ...Object.fromEntries(given.map(([name, value]) => [name, Number(value)])) };
}
