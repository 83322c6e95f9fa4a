// What the page does beyond links and forms; everything works without it.

/** True while the person writes: then letters are letters. */
function writes() {
  const at = document.activeElement;
  return (
    at instanceof HTMLInputElement || at instanceof HTMLTextAreaElement || at instanceof HTMLSelectElement
  );
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || writes()) return;
  if (event.key === '/') {
    event.preventDefault();
    document.querySelector('input[type=search]')?.focus();
  }
});
