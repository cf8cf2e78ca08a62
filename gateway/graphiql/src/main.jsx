import './workers.js';
import 'graphiql/style.css';
import '@graphiql/plugin-explorer/style.css';
import './centil.css';

import { createRoot } from 'react-dom/client';
import { useGraphiQL } from '@graphiql/react';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { explorerPlugin } from '@graphiql/plugin-explorer';
import { createFetcher } from './fetcher.js';
import { hasStoredTabs, storage } from './storage.js';

const CONFIG_URL = '/graphiql/config.json';

const plugins = [
  HISTORY_PLUGIN,
  explorerPlugin({ showAttribution: false, explorerIsOpen: true }),
];

let headerEditor = null;

/** Lets the fetcher know when the headers editor is there. */
function WatchHeaderEditor() {
  headerEditor = useGraphiQL((state) => state.headerEditor) ?? null;
  return null;
}

/** GraphiQL names a tab after its operation: a title is kept as the query's first line. */
function toTab({ title, query, variables }) {
  const text = query ?? '';
  return {
    query: title && !text.trimStart().startsWith('#') ? `# ${title}\n${text}` : text,
    variables: variables || null,
  };
}

function App({ config }) {
  const tabs = (config.tabs ?? []).map(toTab);
  const headers = config.headers || undefined;
  const fetcher = createFetcher({ ...config, editorReady: () => headerEditor !== null });
  return (
    <div className="centil-page">
      {config.notice ? (
        <p className="centil-notice" role="note">
          {config.notice}
        </p>
      ) : null}
      <div className="centil-body">
        <GraphiQL
          fetcher={fetcher}
          plugins={plugins}
          defaultTabs={tabs.length > 0 ? tabs : undefined}
          // The first tab's own variables are not shown without this, but a
          // stored tab must keep its own.
          initialVariables={hasStoredTabs() ? undefined : (tabs[0]?.variables ?? undefined)}
          initialHeaders={headers}
          defaultHeaders={headers}
          defaultEditorToolsVisibility
          // With `storage`: no key is ever written to the browser's disk.
          shouldPersistHeaders={false}
          storage={storage}
        >
          <GraphiQL.Logo>
            <span className="centil-logo">Centil</span>
          </GraphiQL.Logo>
          <WatchHeaderEditor />
        </GraphiQL>
      </div>
    </div>
  );
}

async function start() {
  const root = createRoot(document.getElementById('root'));
  try {
    const response = await fetch(CONFIG_URL, { headers: { accept: 'application/json' } });
    if (!response.ok) throw new Error(`${CONFIG_URL} answered ${response.status}`);
    const config = await response.json();
    if (!config.endpoint) throw new Error(`${CONFIG_URL} names no endpoint`);
    root.render(<App config={config} />);
  } catch (error) {
    root.render(
      <p className="centil-state" role="alert">
        Centil GraphiQL could not start: {error.message}
      </p>,
    );
  }
}

start();
