// Writes ../LICENSES.txt: the packages whose code the built files contain, taken
// from the modules that the build really put into them.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const here = import.meta.dirname;
const found = new Map(); // package folder -> its package.json

function add(id) {
  const path = id.replace(/^\0/, '').split('?')[0];
  if (!path.includes('/node_modules/')) return;
  for (let folder = dirname(path); folder.includes('/node_modules/'); folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    const manifest = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
    if (manifest.name && manifest.version) {
      found.set(folder, manifest);
      return;
    }
  }
}

function licenseText(folder) {
  const name = readdirSync(folder).find((file) => /^(licen[cs]e|copying)(\.\w+)?$/i.test(file));
  return name ? readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n') : '';
}

const isCopyright = (line) => /^\s*(copyright\b.*(\(c\)|©|\d{4})|©|\(c\) copyright)/i.test(line);
const copyrights = (text) => [...new Set(text.split('\n').filter(isCopyright).map((l) => l.trim()))];
const body = (text) =>
  text
    .split('\n')
    .filter((line) => !isCopyright(line) && !/^\W*(the )?(mit|isc) license\W*(\(\w+\))?\W*$/i.test(line))
    .join('\n')
    .trim();
const words = (text) => text.toLowerCase().replace(/[^a-z0-9]+/g, ' ').trim();
const rule = (title) => `\n${'='.repeat(78)}\n${title}\n${'='.repeat(78)}\n\n`;

function report() {
  // Vite's and Rolldown's own few lines of run-time code are in every build.
  for (const name of ['vite', 'rolldown']) add(join(here, 'node_modules', name, 'package.json'));
  const packages = [...found].sort(([, a], [, b]) =>
    a.name === b.name ? (a.version < b.version ? -1 : 1) : a.name < b.name ? -1 : 1,
  );
  let list = '';
  const texts = new Map(); // normalised words -> { text, users }
  for (const [folder, { name, version, license }] of packages) {
    // The build tools' own texts are about themselves: a line is enough for them.
    const text = ['rolldown', 'vite'].includes(name) ? '' : licenseText(folder);
    if (!license && !text) throw new Error(`${name}: no license found`);
    list += `${name} ${version}: ${license ?? 'see its text'}\n`;
    for (const line of copyrights(text)) list += `    ${line}\n`;
    if (!text) continue;
    const key = words(body(text));
    if (!texts.has(key)) texts.set(key, { text: body(text), users: [] });
    texts.get(key).users.push(name);
  }

  let out = `Third-party software and fonts in gateway/graphiql/dist
(made by gateway/graphiql/src/licenses.mjs; do not edit)
${rule('Packages')}${list}
${rule('Fonts')}Roboto 2.137: Apache-2.0
    Copyright 2011 Google Inc. All Rights Reserved.
Fira Code 5.002: OFL-1.1
    Copyright 2014-2020 The Fira Code Project Authors (https://github.com/tonsky/FiraCode)
codicon 1.11 (part of monaco-editor): CC-BY-4.0
    Copyright (c) Microsoft Corporation. https://github.com/microsoft/vscode-codicons
`;
  const prettier = packages.find(([, { name }]) => name === 'prettier');
  if (prettier) {
    const notices = readFileSync(join(prettier[0], 'THIRD-PARTY-NOTICES.md'), 'utf8');
    out += rule('Named by prettier as parts of its published files (its standalone, babel,\nestree and graphql files are in this build)');
    for (const [, name, license] of notices.matchAll(/^## (\S+)\n(?:(?!^## )[^\n]*\n)*?License: ([^\n]+?)\s*$/gm))
      out += `${name}: ${license}\n`;
  }
  const monaco = packages.find(([, { name }]) => name === 'monaco-editor');
  if (monaco) {
    const notices = readFileSync(join(monaco[0], 'ThirdPartyNotices.txt'), 'utf8').replaceAll('\r\n', '\n');
    out += rule('monaco-editor: third-party notices') + notices.trim() + '\n';
  }
  for (const { text, users } of texts.values()) out += rule(`License text of: ${users.join(', ')}`) + text + '\n';
  for (const name of ['Apache-2.0', 'OFL-1.1'])
    out += rule(name) + readFileSync(join(here, 'licenses', `${name}.txt`), 'utf8').trim() + '\n';
  writeFileSync(join(here, '..', 'LICENSES.txt'), out.replace(/[ \t]+$/gm, ''));
}

/** One for the page's build, one for each worker's: they fill the same list. */
export function collectPackages({ write = false } = {}) {
  return {
    name: 'centil-licenses',
    generateBundle(_options, bundle) {
      for (const item of Object.values(bundle))
        if (item.type === 'chunk') Object.keys(item.modules).forEach(add);
    },
    closeBundle: write ? report : undefined,
  };
}
