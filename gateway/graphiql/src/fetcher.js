import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { createClient } from 'graphql-ws';

/** The value of the Authorization header, whatever its case; undefined without one. */
function authorization(headers) {
  for (const [name, value] of Object.entries(headers ?? {}))
    if (name.toLowerCase() === 'authorization') return value;
  return undefined;
}

/** Headers from the configuration's JSON text; undefined if empty or malformed. */
export function parseHeaders(text) {
  if (!text?.trim()) return undefined;
  try {
    const value = JSON.parse(text);
    return value && typeof value === 'object' && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What a failed socket is told as: a browser's bare event says nothing when shown. */
function socketError(error, path) {
  if (error instanceof CloseEvent)
    return { message: `WebSocket closed: ${error.code} ${error.reason}`.trim() };
  if (error instanceof Event) return { message: `No WebSocket connection to ${path}` };
  return error;
}

const explained = (client, path) => ({
  ...client,
  subscribe: (payload, sink) =>
    client.subscribe(payload, {
      next: (value) => sink.next(value),
      complete: () => sink.complete(),
      error: (error) => sink.error(socketError(error, path)),
    }),
});

/**
 * Queries and mutations go over HTTP, subscriptions over graphql-transport-ws.
 *
 * GraphiQL hands over the headers editor's content with every request. It asks
 * for the schema before that editor exists, though: until `editorReady()` the
 * configured headers stand in, or a key would be missing from the first request.
 */
export function createFetcher({ endpoint, subscriptions, headers, editorReady }) {
  const initial = parseHeaders(headers);
  const socket = new URL(subscriptions || endpoint, location.href);
  socket.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';

  return (params, opts) => {
    const current = opts?.headers ?? (editorReady() ? undefined : initial);
    // One lazy client per request: it connects only if the request is a
    // subscription, with the key the editor holds now, and closes with it.
    const wsClient = createClient({
      url: socket.href,
      retryAttempts: 0, // tell of a lost connection, do not hide it
      connectionParams: () => {
        const value = authorization(current);
        return value === undefined ? {} : { Authorization: value };
      },
    });
    const fetcher = createGraphiQLFetcher({
      url: endpoint,
      wsClient: explained(wsClient, socket.pathname),
      enableIncrementalDelivery: false,
    });
    return fetcher(params, { ...opts, headers: current });
  };
}
