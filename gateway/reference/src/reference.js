import { init } from './[[redoc.js]]';

const element = document.getElementById('reference');

async function start() {
  const url = new URL(element.dataset.spec, location.href);
  const response = await fetch(url, { headers: { accept: 'application/json' } });
  if (!response.ok) throw new Error(`${url.pathname} answered ${response.status}`);
  init(
    await response.json(),
    {
      disableTelemetry: true,
      router: 'hash',
      downloadUrls: [{ title: 'OpenAPI description', url: url.href }],
      jsonSamplesExpandLevel: 3,
      sortRequiredPropsFirst: true,
      hidePropertiesPrefix: true,
      sanitize: true,
    },
    element,
  );
}

start().catch((error) => {
  const message = document.createElement('p');
  message.className = 'centil-state';
  message.setAttribute('role', 'alert');
  message.textContent = `The reference could not be shown: ${error.message}`;
  element.replaceChildren(message);
});
