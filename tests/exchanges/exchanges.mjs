// Makes every exchange and compares it with what is recorded; see run. Options by environment, as run sets them.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { Product } from './support/product.mjs';
import { compare, read, write } from './support/recording.mjs';
import { Section } from './support/section.mjs';
import { Vendor } from './support/vendor.mjs';

const here = import.meta.dirname;
const recordedFile = join(here, 'recorded.json');
const {
    EXCHANGES_DEV_JSON: devJson,
    EXCHANGES_EXECUTABLE: executable,
    EXCHANGES_MODE: mode,
    EXCHANGES_ONLY: only = '',
} = process.env;

async function make(product, vendor) {
    const made = [];
    const failed = [];
    const files = readdirSync(join(here, 'sections'))
        .filter((file) => file.endsWith('.mjs') && file.startsWith(only))
        .sort();
    for (const file of files) {
        const name = file.slice(0, -'.mjs'.length).replaceAll('_', ' ');
        const { default: run } = await import(`./sections/${file}`);
        await product.stopTime();
        vendor.forget();
        const section = new Section(name, product, vendor);
        try {
            await run(section);
        } catch (error) {
            failed.push([`${name}: the section ended early`, error.stack.split('\n').map((line) => `  ${line}`)]);
        }
        made.push(...section.exchanges);
    }
    return { made, failed, names: files.map((file) => file.slice(0, -'.mjs'.length).replaceAll('_', ' ')) };
}

const product = new Product(devJson, executable);
const vendor = await Vendor.start(product.allowed);
const { made, failed, names } = await make(product, vendor);
await product.letTimeRun();
vendor.stop();

if (mode === 'record') {
    write(recordedFile, made);
    for (const [name, lines] of failed) console.log([`FAILED: ${name}`, ...lines].join('\n'));
    console.log(`${made.length} passed, ${failed.length} failed`);
} else {
    const recorded = read(recordedFile).filter(({ name }) => names.includes(name.split(': ')[0]));
    const differences = [...failed, ...compare(recorded, made)];
    for (const [name, lines] of differences) console.log([`FAILED: ${name}`, ...lines].join('\n'));
    const different = new Set(differences.map(([name]) => name));
    const same = made.filter(({ name }) => !different.has(name)).length;
    console.log(`${same} passed, ${differences.length} failed`);
    process.exitCode = differences.length > 0 || same === 0 ? 1 : 0;
}
process.exitCode ||= failed.length > 0 ? 1 : 0;
