// GraphiQL's store in the browser, less every request header: its history
// would write the keys sent with each request into localStorage.
const PREFIX = 'graphiql:';
const WITH_HEADERS = ['tabState', 'queries', 'favorites'].map((name) => PREFIX + name);

const own = () => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));

const withoutHeaders = (text) => {
  try {
    return JSON.stringify(JSON.parse(text), (key, value) => (key === 'headers' ? null : value));
  } catch {
    return text;
  }
};

function isUsable() {
  try {
    return Boolean(globalThis.localStorage);
  } catch {
    return false; // the visitor blocks site data
  }
}

/** What GraphiQL's `storage` takes: null if the browser keeps nothing. */
export const storage = isUsable()
  ? {
      getItem: (key) => localStorage.getItem(key),
      setItem: (key, value) => {
        if (key === `${PREFIX}headers`) return;
        localStorage.setItem(key, WITH_HEADERS.includes(key) ? withoutHeaders(value) : value);
      },
      removeItem: (key) => localStorage.removeItem(key),
      clear: () => own().forEach((key) => localStorage.removeItem(key)),
      get length() {
        return own().length;
      },
    }
  : null;

/** True if this browser holds tabs of an earlier visit, which GraphiQL then shows. */
export const hasStoredTabs = () => Boolean(storage?.getItem(`${PREFIX}tabState`));
