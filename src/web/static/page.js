// What the page does beyond links and forms: keys, filters that come by themselves, a status that follows, a button that
// copies. Everything works without it.

const search = document.querySelector('#q');
const help = document.querySelector('#help');

/** True while the person writes: then letters are letters. */
function writes() {
  const at = document.activeElement;
  return at instanceof HTMLElement && (at.matches('input, textarea, select') || at.isContentEditable);
}

/** In a list to the next row, by `step`; past its end to the next page. Beside a message to its neighbour. */
function move(step) {
  const links = [...document.querySelectorAll('.hit .subject')];
  const turn = () => document.querySelector(step > 0 ? 'a[rel=next]' : 'a[rel=prev]')?.click();
  if (links.length === 0) return turn();
  const at = links.indexOf(document.activeElement);
  const next = at === -1 ? (step > 0 ? 0 : links.length - 1) : at + step;
  const link = links[next];
  if (link === undefined) return turn();
  link.focus();
  link.closest('.hit').scrollIntoView({ block: 'nearest' });
}

/** The current row, or the first one. */
function open() {
  const at = document.activeElement;
  const link = at instanceof HTMLAnchorElement ? at : document.querySelector('.hit .subject');
  link?.click();
}

const KEYS = {
  '/': () => search?.select(),
  j: () => move(1),
  k: () => move(-1),
  o: open,
  u: () => location.assign(document.body.dataset.up ?? '/'),
  '?': () => help?.togglePopover(),
};

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === 'Escape' && document.activeElement === search) return search.blur();
  if (writes() || !Object.hasOwn(KEYS, event.key)) return;
  event.preventDefault();
  KEYS[event.key]();
});

/** The filters of a list: counted by a second request, so that the first need not wait. */
async function fillFilters(box) {
  const { filters } = box.dataset;
  if (filters === undefined || filters === '') return;
  const answer = await fetch(filters);
  if (!answer.ok) return;
  const parts = new DOMParser().parseFromString(await answer.text(), 'text/html').body.childNodes;
  box.replaceChildren(box.querySelector('summary'), ...parts);
}

for (const box of document.querySelectorAll('.filters')) void fillFilters(box);

/**
 * The status follows what runs: progress as it comes, all of it when a poll begins or has ended, however short it was. Only
 * while it is seen: a browser has six connections to a host, and seven windows left open would stop it.
 */
function follow(live) {
  let events;
  let seen = Number(live.dataset.polls);
  const told = async ({ ended, running }) => {
    const isOld = ended !== seen || !isDrawn(live, Object.keys(running));
    seen = ended;
    if (isOld) await refresh(live);
    for (const [name, { done, total, folder }] of Object.entries(running))
      show(live, name, done, total, folder);
  };
  const watch = () => {
    events?.close();
    if (document.hidden) return;
    events = new EventSource(live.dataset.events);
    events.addEventListener('polls', ({ data }) => void told(JSON.parse(data)));
  };
  watch();
  document.addEventListener('visibilitychange', watch);
  addEventListener('pagehide', () => events?.close());
}

/** Whether these accounts are the ones whose progress is drawn. */
function isDrawn(live, names) {
  const bars = [...live.querySelectorAll('progress[data-account]')].map((bar) => bar.dataset.account);
  return bars.length === names.length && names.every((name) => bars.includes(name));
}

/** How far one account is. */
function show(live, name, done, total, folder) {
  const bar = live.querySelector(`progress[data-account="${CSS.escape(name)}"]`);
  if (bar === null) return;
  if (total > 0) {
    bar.max = total;
    bar.value = done;
  }
  const said = bar.parentElement?.querySelector('[data-said]');
  if (said != null && total > 0)
    said.textContent = said.dataset.said
      .replace('{done}', done.toLocaleString('en'))
      .replace('{total}', total.toLocaleString('en'))
      .concat(folder === '' ? '' : ` · ${folder}`);
}

async function refresh(live) {
  const answer = await fetch('/status?part=live');
  if (!answer.ok) return;
  const parts = new DOMParser().parseFromString(await answer.text(), 'text/html').body.childNodes;
  live.replaceChildren(...parts);
}

for (const live of document.querySelectorAll('[data-events]')) follow(live);

/**
 * What is not ready yet is looked at again: it tells how far it is, and once it is whole the page comes anew. Not while nobody
 * looks, and not while the person writes.
 */
async function lookAgain(box) {
  await new Promise((resolve) => setTimeout(resolve, 3000));
  if (document.hidden || writes()) return lookAgain(box);
  try {
    const answer = await fetch(location.href);
    const parts = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const fresh = parts.querySelector('[data-again]');
    if (fresh === null && answer.status < 500) return location.reload();
    if (fresh !== null && fresh.textContent !== box.textContent) box.replaceChildren(...fresh.childNodes);
  } catch {
    // The service is being restarted, perhaps.
  }
  return lookAgain(box);
}

for (const box of document.querySelectorAll('[data-again]')) void lookAgain(box);

async function copy(button) {
  await navigator.clipboard.writeText(button.parentElement.querySelector('code').textContent);
  button.textContent = button.dataset.done;
}

for (const button of document.querySelectorAll('.copy')) {
  button.hidden = navigator.clipboard === undefined;
  button.addEventListener('click', () => void copy(button));
}
