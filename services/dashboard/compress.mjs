// Writes a `.gz` beside each script and style of dist/assets: the api sends it to browsers that take gzip.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, gzipSync } from 'node:zlib';

const assets = join(import.meta.dirname, 'dist/assets');
for (const name of readdirSync(assets).filter((each) => /\.(js|css)$/.test(each))) {
    const packed = gzipSync(readFileSync(join(assets, name)), { level: constants.Z_BEST_COMPRESSION });
    writeFileSync(join(assets, `${name}.gz`), packed);
}
