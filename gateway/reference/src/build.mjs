// Makes ../dist and ../index.html: Redoc's own single file, less what it would
// fetch from elsewhere, and our few lines around it. Every file's name carries a
// hash of its content; each is packed with gzip, the same bytes for the same input.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const here = import.meta.dirname;
const dist = join(here, '..', 'dist');
const redoc = join(here, 'node_modules', 'redoc');
const { version } = JSON.parse(readFileSync(join(redoc, 'package.json'), 'utf8'));

/** What is changed in Redoc's file. Each must be found once, or the build stops. */
const PATCHES = [
  // "API docs by Redocly": the word, not a picture from Redocly's server.
  [
    '(0,V.jsx)(`img`,{alt:`redocly logo`,onError:()=>n(!1),src:e?`https://cdn.redoc.ly/redoc/logo-mini-full.svg`:`https://cdn.redoc.ly/redoc/logo-mini.svg`})',
    '(0,V.jsx)(`p`,{children:e?`\\u00a0Redocly`:`R`})',
  ],
  // "Copy" only: no "Open in Claude", no "Open in ChatGPT".
  ['if(!r.specUrl)return(0,V.jsx)(k$,', 'return(0,V.jsx)(k$,'],
  // What the page remembers goes into the tab's storage, not into a cookie for every path.
  [
    'a={environments:n};Wx(e,JSON.stringify(i)),Tie(e,JSON.stringify(a))',
    'a={...i,environments:n};Tie(e,JSON.stringify(a))',
  ],
  // Telemetry is off (reference.js); nor has it an address to go to.
  ['`https://otel.cloud.redocly.com/v1/traces`', '`data:,`'],
  // Icon names in a document would be loaded from Redocly's server.
  ['`https://cdn.redocly.com/icons/fa/7.0.0`', '`/reference/assets/none`'],
  ['`https://cdn.redocly.com/icons/code/5.24.0`', '`/reference/assets/none`'],
];

let bundle = readFileSync(join(redoc, 'bundles', 'redoc.standalone.js'), 'utf8');
for (const [before, after] of PATCHES) {
  if (bundle.split(before).length !== 2) throw new Error(`not found once in Redoc ${version}: ${before}`);
  bundle = bundle.replace(before, () => after);
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
const names = new Map();
const fill = (text) =>
  text.replace(/\[\[([\w.]+)\]\]/g, (_whole, name) => {
    if (!names.has(name)) throw new Error(`no such file: ${name}`);
    return names.get(name);
  });

function ship(name, text) {
  const data = Buffer.from(text);
  const hash = createHash('sha256').update(data).digest('hex').slice(0, 8);
  const shipped = name.replace('.', `-${hash}.`);
  const packed = gzipSync(data, { level: 9, memLevel: 9 });
  packed[9] = 0xff; // "made on an unknown system"
  writeFileSync(join(dist, `${shipped}.gz`), packed);
  names.set(name, shipped);
  console.log(`${shipped}: ${data.length} bytes, ${packed.length} packed`);
}

const source = (name) => readFileSync(join(here, name), 'utf8');
ship('redoc.js', bundle);
ship('reference.js', fill(source('reference.js')));
ship('reference.css', source('reference.css'));
ship('favicon.svg', source('favicon.svg'));
writeFileSync(join(here, '..', 'index.html'), fill(source('index.html')));

const rule = '='.repeat(78);
const license = readFileSync(join(redoc, 'LICENSE'), 'utf8');
const section = (title, text) => `\n${rule}\n${title}\n${rule}\n\n${text.trim()}\n`;
writeFileSync(
  join(here, '..', 'LICENSES.txt'),
  `Third-party software in gateway/reference/dist
(made by gateway/reference/src/build.mjs; do not edit)

redoc ${version}: MIT
    Copyright (c) 2015-present, Rebilly, Inc.
    Copyright (c) 2021-present, Redocly Inc.
` +
    section('Within Redoc', source('licenses/bundled.txt')) +
    section('MIT: redoc, and (with their own copyright lines) the packages above under MIT', license) +
    section('Apache-2.0', source('licenses/Apache-2.0.txt')),
);
