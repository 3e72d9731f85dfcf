// Keys that work wherever the focus is.

/** A slash goes to a field, unless somebody is writing. */
export function focusOnSlash(field: HTMLInputElement): void {
  document.addEventListener('keydown', (event) => {
    const { target } = event;
    const writing = target instanceof HTMLElement && target.matches('input:not([type=checkbox]), select, textarea');
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || writing) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
}
