// After `vite build`: packs every file of ../dist (gzip -9, no name, no time, so
// that the same sources give the same bytes) and removes the plain one.
import { readFileSync, readdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, gzipSync } from 'node:zlib';

const dist = new URL('../dist', import.meta.url).pathname;
let plain = 0;
let packed = 0;
let count = 0;
for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const path = join(entry.parentPath, entry.name);
  const data = readFileSync(path);
  const small = gzipSync(data, { level: 9, memLevel: 9, strategy: constants.Z_DEFAULT_STRATEGY });
  small[9] = 0xff; // "made on an unknown system"
  writeFileSync(`${path}.gz`, small);
  unlinkSync(path);
  plain += data.length;
  packed += small.length;
  count += 1;
}
console.log(`${count} files, ${plain} bytes, ${packed} packed`);
