// The HTML around the page. Every value from outside is escaped.

export interface Shell {
  readonly title: string;
  readonly view: 'overview' | 'graph' | 'diff' | 'memory' | 'process' | 'snapshots' | 'held' | 'error';
  readonly host?: string;
  /** What the page asks first: the browser asks it while the script is on its way. */
  readonly asks?: readonly string[];
}

export function shell({ title, view, host = '', asks = [] }: Shell): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(title)} · liveprofiler</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/page.css">
</head>
<body data-view="${view}" data-host="${escape(host)}">
<header class="bar"><a class="brand" href="/">liveprofiler</a><nav aria-label="Pages"><a href="/"${view === 'overview' ? ' aria-current="page"' : ''}>Hosts</a><a href="/graph/">All together</a><a href="/memory/"${view === 'memory' ? ' aria-current="page"' : ''}>Memory</a><a href="/snapshots/"${view === 'snapshots' ? ' aria-current="page"' : ''}>Snapshots</a></nav></header>
<main id="app">${view === 'error' ? `<h1>This page cannot be shown</h1><p class="notice">${escape(title)}</p><p><a href="/">All hosts</a></p>` : ''}<noscript><p class="notice">This page draws with JavaScript. /profile/HOST/ answers the same as JSON.</p></noscript></main>
${view === 'error' ? '' : '<script type="module" src="/assets/page.js"></script>'}
${asks.map((address) => `<link rel="preload" as="fetch" crossorigin href="${escape(address)}">`).join('\n')}
</body>
</html>
`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
