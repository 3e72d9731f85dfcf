// Pages made on the server: components that call components, escape what they are given and join it to a page.
type Child = string | number | Node | readonly Child[] | undefined;
interface Node {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Child[];
}

const h = (tag: string, attributes: Readonly<Record<string, string>>, ...children: readonly Child[]): Node => ({ tag, attributes, children });
const WORDS = 'the quick brown fox jumps over a lazy dog & <runs> away "quoted" from every `test` of *time* and **space**'.split(' ');

export function renderPage(turn: number): string {
  return `<!doctype html>${render(Page(turn))}`;
}

function Page(turn: number): Node {
  const articles = Array.from({ length: 12 }, (_, i) => Article(turn * 12 + i));
  return h('html', { lang: 'en' }, h('head', {}, h('title', {}, `Page ${turn}`)), h('body', { class: 'page' }, Navigation(turn), h('main', {}, articles), Table(turn), Footer(turn)));
}

function Navigation(turn: number): Node {
  return h('nav', {}, h('ul', {}, Array.from({ length: 8 }, (_, i) => h('li', { class: i === turn % 8 ? 'here' : '' }, Link(`/section/${i}?from=${turn}`, `Section ${i}`)))));
}

function Link(to: string, label: Child): Node {
  return h('a', { href: encodeURI(to) }, label);
}

function Article(id: number): Node {
  const text = Array.from({ length: 60 + (id % 80) }, (_, i) => WORDS[(id * 7 + i * 13) % WORDS.length]).join(' ');
  return h('article', { id: `a${id}` }, h('h2', {}, titleCase(text.slice(0, 40))), Markdown(text), Comments(id, 0));
}

function Comments(id: number, depth: number): Child {
  if (depth > 3) return undefined;
  return h('ol', { class: `depth-${depth}` }, Array.from({ length: 1 + ((id + depth) % 3) }, (_, i) => h('li', {}, Markdown(`comment ${i} of **${id}** with \`code ${depth}\``), Comments(id + i, depth + 1))));
}

function Markdown(text: string): Node {
  const parts = text.split(/(\*\*[^*]+\*\*|\*[^*]+\*|`[^`]+`)/);
  return h('p', {}, parts.map((part) => (part.startsWith('**') ? h('b', {}, part.slice(2, -2)) : part.startsWith('*') ? h('i', {}, part.slice(1, -1)) : part.startsWith('`') ? h('code', {}, part.slice(1, -1)) : part)));
}

function Table(turn: number): Node {
  const rows = Array.from({ length: 40 }, (_, i) => ({ name: `row ${i}`, value: (turn * 31 + i * 17) % 1000 })).sort((a, b) => b.value - a.value || a.name.localeCompare(b.name));
  return h('table', {}, rows.map((row) => h('tr', {}, h('td', {}, row.name), h('td', { class: row.value > 500 ? 'high' : 'low' }, row.value.toLocaleString('en')))));
}

function Footer(turn: number): Node {
  return h('footer', {}, `Rendered ${turn} times`, Link('/about', 'About'));
}

function titleCase(text: string): string {
  return text.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
}

function render(child: Child): string {
  if (child === undefined) return '';
  if (typeof child === 'string') return escapeText(child);
  if (typeof child === 'number') return String(child);
  if (isList(child)) return child.map(render).join('');
  return `<${child.tag}${renderAttributes(child.attributes)}>${child.children.map(render).join('')}</${child.tag}>`;
}

function isList(child: Child): child is readonly Child[] {
  return Array.isArray(child);
}

function renderAttributes(attributes: Readonly<Record<string, string>>): string {
  return Object.entries(attributes).map(([name, value]) => ` ${name}="${escapeText(value)}"`).join('');
}

function escapeText(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] ?? sign);
}
