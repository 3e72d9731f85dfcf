// Elements from names and texts: names from hosts never pass through HTML.

type Child = Node | string | undefined;

export function h<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Readonly<Record<string, string>> = {}, ...children: readonly Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

export function svg<K extends keyof SVGElementTagNameMap>(tag: K, attributes: Readonly<Record<string, string>>, ...children: readonly Node[]): SVGElementTagNameMap[K] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export function button(label: string, onClick: () => void, attributes: Readonly<Record<string, string>> = {}): HTMLButtonElement {
  const element = h('button', { type: 'button', ...attributes }, label);
  element.addEventListener('click', onClick);
  return element;
}

export function choice(name: string, options: Readonly<Record<string, string>>, changed: (value: string) => void): HTMLSelectElement {
  const select = h('select', { name }, ...Object.entries(options).map(([value, text]) => h('option', { value }, text)));
  select.addEventListener('change', () => { changed(select.value); });
  return select;
}

export function check(name: string, role: 'checkbox' | 'switch', changed: (on: boolean) => void): HTMLInputElement {
  const box = h('input', { type: 'checkbox', name, ...(role === 'switch' ? { role } : {}) });
  box.addEventListener('change', () => { changed(box.checked); });
  return box;
}

export interface Segments<K extends string> {
  readonly element: HTMLElement;
  /** Presses one of them; none for a value that is none of them. */
  show(value: K | undefined): void;
  rename(value: K, text: string): void;
}

/** Buttons of which one is pressed. */
export function segments<K extends string>(label: string, options: Readonly<Record<K, string>>, chosen: (value: K) => void): Segments<K> {
  const buttons = (Object.entries(options) as [K, string][]).map(([value, text]) => ({ value, element: button(text, () => { chosen(value); }, { 'aria-pressed': 'false' }) }));
  return {
    element: h('div', { class: 'segments', role: 'group', 'aria-label': label }, ...buttons.map(({ element }) => element)),
    show(value) {
      for (const one of buttons) one.element.setAttribute('aria-pressed', String(one.value === value));
    },
    rename(value, text) {
      const found = buttons.find((one) => one.value === value)?.element;
      if (found !== undefined && found.textContent !== text) found.textContent = text;
    },
  };
}
