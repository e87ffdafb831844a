// What can be chosen comes from the server, row by row, and so do the texts of a key: this script
// offers the rows, asks for a key and shows it. Nothing is kept, and text never becomes markup.
'use strict';

const choices = JSON.parse(document.getElementById('choices').textContent);
const part = (id) => document.getElementById(id);
const tabs = [...document.querySelectorAll('[role="tab"]')];
const FIELDS = ['crv', 'use', 'alg', 'size'];
const WORDS = {
  use: { sig: 'Signature (sig)', enc: 'Encryption (enc)', null: 'None' },
  alg: { null: 'None' },
  size: { other: 'Other …' },
};

let kty = 'RSA';
let running = null;

// Choosing. Each field offers what the rows still allow after the fields before it.

const value = (id) => (part(id).value === 'null' ? null : part(id).value);

function same(row, field) {
  const chosen = value(field);
  return field === 'size' && chosen === 'other' ? true : String(row[field]) === String(chosen);
}

function offer(field, options) {
  const select = part(field);
  const before = select.value;
  const texts = options.map(String);
  const order = field === 'size' ? texts.toSorted((a, b) => a - b) : texts;
  select.replaceChildren(...order.map((text) => new Option(WORDS[field]?.[text] ?? text, text)));
  select.value = texts.includes(before) ? before : texts[0];
  show(select, texts.length > 1 || texts[0] !== 'null');
}

function show(control, isShown) {
  control.closest('.field, .check').hidden = !isShown;
}

function refresh() {
  let rows = choices.rows.filter((row) => row.kty === kty);
  for (const field of FIELDS) {
    const options = [...new Set(rows.map((row) => row[field]))];
    const isFree = field === 'size' && options.length > 1;
    offer(field, isFree ? [...options, 'other'] : options);
    rows = rows.filter((row) => same(row, field));
  }
  const [row] = rows;
  show(part('bits'), value('size') === 'other');
  part('bits').required = value('size') === 'other';
  refreshKid();
  show(part('certify'), kty !== 'oct');
  part('certify').disabled = row.certificate !== null;
  part('certify-hint').textContent = row.certificate ?? '';
  part('note').textContent = row.okta ?? '';
}

function refreshKid() {
  const kid = part('kid');
  for (const option of kid.querySelectorAll('[data-pair]')) option.hidden = option.disabled = kty === 'oct';
  if (kid.selectedOptions[0].disabled) kid.value = 'thumbprint';
  const isGiven = kid.value === '=';
  show(part('kid-text'), isGiven);
  part('kid-text').required = isGiven;
}

function choose(tab) {
  kty = tab.dataset.kty;
  part('about').textContent = tab.dataset.about;
  part('size').replaceChildren(); // a size of another type is no choice of this one
  for (const other of tabs) {
    other.setAttribute('aria-selected', String(other === tab));
    other.tabIndex = other === tab ? 0 : -1;
  }
  part('choice').setAttribute('aria-labelledby', tab.id);
  say('');
  refresh();
}

function moveAmongTabs(event) {
  const at = tabs.indexOf(event.target);
  const last = tabs.length - 1;
  const moves = {
    ArrowRight: at === last ? 0 : at + 1,
    ArrowLeft: at === 0 ? last : at - 1,
    Home: 0,
    End: last,
  };
  const tab = tabs[moves[event.key]];
  if (!tab) return;
  event.preventDefault();
  tab.focus();
  choose(tab);
}

// Making.

function wanted() {
  const size = value('size') === 'other' ? part('bits').value : value('size');
  const kid = part('kid').value;
  return {
    kty,
    crv: value('crv'),
    use: value('use'),
    alg: value('alg'),
    size: size === null ? null : Number(size),
    kid: kid === '=' ? `=${part('kid-text').value}` : kid,
    certificate: kty !== 'oct' && !part('certify').disabled && part('certify').checked,
  };
}

function say(status, error = '') {
  part('status').textContent = status;
  part('error').textContent = error;
}

function busy(isBusy) {
  part('status').classList.toggle('busy', isBusy);
  part('generate').disabled = isBusy;
  part('cancel').hidden = !isBusy;
}

async function request(signal) {
  const answer = await fetch('/keys', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Okta-M2M-Key-Page': '1' },
    body: JSON.stringify(wanted()),
    cache: 'no-store',
    credentials: 'omit',
    referrerPolicy: 'no-referrer',
    signal,
  });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.error);
  return body;
}

async function generate(event) {
  event.preventDefault();
  if (running) return;
  clear();
  running = new AbortController();
  const { signal } = running;
  say('Making the key …');
  busy(true);
  part('cancel').focus();
  try {
    present(await request(signal));
  } catch (error) {
    say('', signal.aborted ? 'Cancelled; no key was made.' : `No key was made: ${error.message}`);
    part('generate').disabled = false;
    part('generate').focus();
  } finally {
    running = null;
    busy(false);
  }
}

// Showing.

function present(made) {
  part('result-title').textContent = made.title;
  part('result-note').textContent = made.note ?? '';
  part('panes').replaceChildren(...made.panes.map(pane));
  showResult(true);
  say('The key is made.');
  part('result-title').focus();
}

function pane({ id, title, secret, file, text, problem }) {
  const shown = part('pane').content.cloneNode(true).firstElementChild;
  const find = (selector) => shown.querySelector(selector);
  shown.id = id;
  find('h3').textContent = title;
  find('h3').id = `${id}-title`;
  shown.setAttribute('aria-labelledby', `${id}-title`);
  find('pre').textContent = text ?? problem;
  find('pre').setAttribute('aria-label', title);
  find('.secret').hidden = !secret;
  for (const [selector, act] of [['.copy', copy], ['.download', download]]) {
    find(selector).hidden = text === null;
    find(selector).setAttribute('aria-label', `${find(selector).textContent} ${title}`);
    find(selector).addEventListener('click', () => act(text, file, find('pre')));
  }
  return shown;
}

async function copy(text, file, place) {
  try {
    await navigator.clipboard.writeText(text);
    say('Copied.');
  } catch {
    getSelection().selectAllChildren(place);
    say('', 'The browser does not let this page copy: the text is selected instead.');
  }
}

function download(text, file) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/octet-stream' }));
  link.download = file;
  link.click();
  // The browser has its own reference once the download began.
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  say(`Saved as ${file}.`);
}

function showResult(isShown) {
  part('result').hidden = !isShown;
  part('next').hidden = isShown;
}

function clear() {
  part('panes').replaceChildren();
  part('result-title').textContent = '';
  part('result-note').textContent = '';
  showResult(false);
  say('');
}

// A page that is left and comes back, from wherever the browser had it, shows no key.
function forget() {
  running?.abort();
  clear();
  part('form').reset();
  choose(tabs[0]);
}

for (const tab of tabs) tab.addEventListener('click', () => choose(tab));
document.querySelector('[role="tablist"]').addEventListener('keydown', moveAmongTabs);
part('form').addEventListener('change', refresh);
part('form').addEventListener('submit', generate);
part('cancel').addEventListener('click', () => running?.abort());
part('clear').addEventListener('click', () => { clear(); part('generate').focus(); });
addEventListener('pagehide', forget);
addEventListener('pageshow', forget);

for (const { name, reason } of choices.refused) {
  const [term, definition] = [document.createElement('dt'), document.createElement('dd')];
  term.textContent = name;
  definition.textContent = reason;
  part('refused').append(term, definition);
}
