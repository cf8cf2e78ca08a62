import { createHash } from 'node:crypto';
import { defineConfig } from 'vite';
import { collectPackages } from './licenses.mjs';

const EXTENSIONS = {
  'font/ttf': 'ttf',
  'font/woff': 'woff',
  'font/woff2': 'woff2',
  'image/png': 'png',
  'image/svg+xml': 'svg',
};

/**
 * GraphiQL's style sheet carries its fonts and pictures as data: URLs. Made into
 * files, a browser loads only the few that it needs, and the page's policy needs
 * no `data:`.
 */
function extractDataUrls() {
  return {
    name: 'centil-extract-data-urls',
    enforce: 'post',
    generateBundle(_options, bundle) {
      for (const item of Object.values(bundle)) {
        if (item.type !== 'asset' || !item.fileName.endsWith('.css')) continue;
        let family = 'image';
        item.source = String(item.source).replace(
          /font-family:\s*["']?([\w ]+)|url\(\s*["']?data:([\w/+-]+);base64,([A-Za-z0-9+/=]+)["']?\s*\)/g,
          (whole, name, type, data) => {
            if (name) {
              family = name.trim().toLowerCase().replaceAll(' ', '-');
              return whole;
            }
            const extension = EXTENSIONS[type];
            if (!extension) throw new Error(`unexpected data: URL of type ${type}`);
            const source = Buffer.from(data, 'base64');
            const hash = createHash('sha256').update(source).digest('hex').slice(0, 8);
            const stem = type.startsWith('font/') ? family : 'image';
            const name_ = `${stem}-${hash}.${extension}`;
            this.emitFile({ type: 'asset', fileName: `assets/${name_}`, source });
            return `url(${name_})`;
          },
        );
        if (item.source.includes('url(data:') || item.source.includes('url("data:'))
          throw new Error('a data: URL is left in the style sheet');
      }
    },
  };
}

/** The editor's style sheets are all in graphiql/style.css: not a second time. */
function dropEditorStyles() {
  return {
    name: 'centil-drop-editor-styles',
    enforce: 'pre',
    load(id) {
      return /\/monaco-editor\/esm\/.*\.css$/.test(id) ? '' : null;
    },
  };
}

/**
 * The history keeps no headers across visits (see storage.js): taking up one of
 * its entries must then leave the headers editor as it is, not empty it.
 */
function keepHeaders() {
  const before = 'headerEditor == null ? void 0 : headerEditor.setValue(headers ?? "")';
  const after = 'headers && headerEditor?.setValue(headers)';
  return {
    name: 'centil-keep-headers',
    transform(code, id) {
      if (!id.endsWith('/@graphiql/plugin-history/dist/components.js')) return null;
      if (!code.includes(before)) throw new Error(`${id} is not as expected: see keepHeaders`);
      return { code: code.replace(before, after), map: null };
    },
  };
}

export default defineConfig({
  base: '/graphiql/',
  plugins: [dropEditorStyles(), keepHeaders(), extractDataUrls(), collectPackages({ write: true })],
  worker: { format: 'es', plugins: () => [collectPackages()] },
  build: {
    outDir: '../dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 8000,
    rolldownOptions: {
      onwarn(warning, warn) {
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning); // "use client"
      },
    },
  },
});
