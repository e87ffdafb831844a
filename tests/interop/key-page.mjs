// The key page in headless Chromium, as a person uses it and as another site would attack it.
//
// Protocol:
//   stdin   one line of JSON, then its end: {"url": "http://127.0.0.1:PORT/"}
//   stdout  one line of JSON for each key that was made,
//             {"made": {"kty", "crv", "use", "alg", "size"}, "title", "note", "panes": [PANE, ...]}
//             PANE = {"id", "shown", "copied", "downloaded", "file"}; the last three only if it was copied and saved
//           and at last one line {"requests": [URL, ...], "complaints": [TEXT, ...]} with everything that the key
//           page asked for and every error that its console showed
//   status  0, or 1 with a message if the page did not do what it should
//
// Names resolve to nothing but loopback, so that the page works offline or not at all.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';

import { chromium } from 'playwright-core';

const KIDS = ['thumbprint', 'sha256', 'sha1', 'date', 'timestamp', '=', 'none'];
// As markup each of these would run; as text it is shown.
const MARKUP = [
  '<img src=x onerror="window.broken=1">',
  '<script>window.broken=1</script>',
  '"><svg onload=window.broken=1>',
  '</pre></section><script src=//evil.example></script>',
];

function installed(program) {
  const found = process.env.PATH.split(delimiter).map((folder) => join(folder, program)).find(existsSync);
  assert(found, `${program} is not installed: apt-get install ${program}`);
  return found;
}

function say(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** A site of somebody else, with a field to paste into. */
async function startNotepad() {
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>Notepad</title><textarea></textarea>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${server.address().port}/` };
}

class KeyPage {
  constructor(page, notepad) {
    Object.assign(this, { page, notepad, requests: [], complaints: [] });
    page.on('request', (request) => this.requests.push(request.url()));
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.complaints.push(message.text());
    });
  }

  /** What a field offers, by its label; nothing if it is hidden. */
  async offered(label) {
    const field = this.page.getByLabel(label, { exact: true });
    if (!(await field.isVisible())) return [null];
    return field.locator('option').evaluateAll((options) => options.map((option) => option.value));
  }

  async choose(label, value) {
    if (value !== null) await this.page.getByLabel(label, { exact: true }).selectOption(value);
  }

  /** Chooses a key ID of some kind that is offered. */
  async chooseKid(kind) {
    const field = this.page.getByLabel('Key ID (kid)');
    const isOffered = await field.locator(`option[value="${kind}"]`).isEnabled();
    await field.selectOption(isOffered ? kind : 'thumbprint');
    if (kind === '=') await this.page.getByLabel('Specified key ID').fill(`key ${this.requests.length}`);
  }

  async generate() {
    await this.page.getByRole('button', { name: 'Generate key' }).click();
    await this.page.locator('#result').waitFor();
  }

  /** Reads every pane, and copies and saves it too if that is wanted. */
  async panes(areTaken) {
    const all = this.page.locator('.pane');
    const read = await all.evaluateAll((panes) =>
      panes.map((pane) => ({ id: pane.id, shown: pane.querySelector('pre').textContent })));
    if (!areTaken) return read;
    for (const pane of read) Object.assign(pane, await this.take(this.page.locator(`#${pane.id}`)));
    return read;
  }

  async take(pane) {
    if (!(await pane.locator('.copy').isVisible())) return {};
    await pane.locator('.copy').click();
    await this.page.getByText('Copied.').waitFor();
    const copied = await this.pasted();
    const download = this.page.waitForEvent('download');
    await pane.locator('.download').click();
    const saved = await download;
    return { copied, file: saved.suggestedFilename(), downloaded: await readFile(await saved.path(), 'utf8') };
  }

  /** The clipboard, as another program gets it. */
  async pasted() {
    const field = this.notepad.locator('textarea');
    await field.fill('');
    await field.press('ControlOrMeta+V');
    return field.inputValue();
  }

  /** Makes the key that is chosen and reports it. */
  async report(made, areTaken = true) {
    await this.generate();
    const text = (selector) => this.page.locator(selector).textContent();
    say({ made, title: await text('#result-title'), note: await text('#result-note'), panes: await this.panes(areTaken) });
  }
}

/** Every curve, use and algorithm of every tab, with the first size; one of each use is copied and saved. */
async function makeEveryKind(keys) {
  let count = 0;
  for (const kty of ['RSA', 'EC', 'oct', 'OKP']) {
    await keys.page.getByRole('tab', { name: kty }).click();
    for (const crv of await keys.offered('Curve')) {
      await keys.choose('Curve', crv);
      for (const use of await keys.offered('Use')) {
        await keys.choose('Use', use);
        const algorithms = await keys.offered('Algorithm');
        for (const alg of algorithms) {
          await keys.choose('Algorithm', alg);
          const [size] = await keys.offered('Size in bits');
          await keys.choose('Size in bits', size);
          await keys.chooseKid(KIDS[count++ % KIDS.length]);
          const certificate = keys.page.getByLabel('Self-signed certificate (X.509)');
          if (await certificate.isVisible() && await certificate.isEnabled()) await certificate.setChecked(count % 2 === 0);
          await keys.report({ kty, crv, use, alg, size }, alg === algorithms[0]);
        }
      }
    }
  }
}

async function makeAnotherSize(keys) {
  await keys.page.getByRole('tab', { name: 'RSA' }).click();
  await keys.choose('Use', 'sig');
  await keys.choose('Algorithm', 'RS256');
  await keys.choose('Size in bits', 'other');
  await keys.page.getByLabel('Other size in bits').fill('2056');
  await keys.report({ kty: 'RSA', crv: null, use: 'sig', alg: 'RS256', size: '2056' });
  await keys.page.getByLabel('Other size in bits').fill('1024');
  await keys.page.getByRole('button', { name: 'Generate key' }).click();
  await keys.page.getByRole('alert').getByText('1024 bits is not offered').waitFor();
  await keys.page.getByText('400 (Bad Request)').waitFor({ state: 'detached' });
  assert.match(keys.complaints.pop(), /400/, 'the console tells of the refused request');
}

/** W-05: nothing of a key is left after a reload, another page, or in any store. */
async function forgetKeys(keys) {
  const { page } = keys;
  const isGone = async (when) => {
    await page.locator('#generate').waitFor();
    assert.equal(await page.locator('.pane').count(), 0, `a key is shown ${when}`);
    assert.equal(await page.locator('#result').isVisible(), false, when);
    assert.equal(await page.getByLabel('Specified key ID').inputValue(), '', `a field is filled ${when}`);
  };
  const prepare = async () => {
    await page.getByLabel('Key ID (kid)').selectOption('=');
    await page.getByLabel('Specified key ID').fill('remembered');
    await keys.generate();
  };
  await page.reload();
  await prepare();
  await page.reload();
  await isGone('after a reload');
  await prepare();
  await page.goto(keys.notepad.url());
  await page.goBack();
  await isGone('after going back');
  await prepare();
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
  await isGone('when the browser had kept the page');
  await prepare();
  await page.getByRole('button', { name: 'Clear' }).click();
  assert.equal(await page.locator('.pane').count(), 0);
  const stored = await page.evaluate(async () => [
    localStorage.length, sessionStorage.length, document.cookie, (await indexedDB.databases()).length, (await caches.keys()).length,
  ]);
  assert.deepEqual(stored, [0, 0, '', 0, 0]);
}

/** W-06: a key ID is text in every place where it is shown. */
async function showMarkupAsText(keys) {
  const { page } = keys;
  for (const kid of MARKUP) {
    await page.getByLabel('Key ID (kid)').selectOption('=');
    await page.getByLabel('Specified key ID').fill(kid);
    await keys.generate();
    assert.equal(JSON.parse(await page.locator('#private-jwk pre').textContent()).kid, kid);
    assert.equal(await page.locator('#result img, #result script, #result svg').count(), 0, kid);
    assert.equal(await page.evaluate(() => window.broken), undefined, kid);
  }
}

/** From a fresh page to a copied key without a pointer. */
async function useTheKeyboard(keys) {
  const { page } = keys;
  await page.reload();
  const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.textContent);
  const tabTo = async (id) => {
    for (let presses = 0; presses < 20; presses++) {
      await page.keyboard.press('Tab');
      if ((await focused()) === id) return;
    }
    assert.fail(`${id} is not reached, ${await focused()} is`);
  };
  await tabTo('tab-RSA');
  await page.keyboard.press('ArrowLeft');
  assert.equal(await focused(), 'tab-OKP', 'from the first tab to the last');
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  assert.equal(await focused(), 'tab-EC');
  assert.equal(await page.getByRole('tab', { selected: true }).textContent(), 'EC');
  assert.equal(await page.getByRole('tabpanel', { name: 'EC' }).isVisible(), true);
  await tabTo('crv');
  await page.keyboard.type('P-384');
  await tabTo('generate');
  await page.keyboard.press('Enter');
  await page.locator('#result').waitFor();
  assert.equal(await focused(), 'result-title', 'the focus is at the result');
  assert.equal(await page.getByRole('status').textContent(), 'The key is made.');
  assert.equal(await page.locator('#result-title').textContent(), 'EC P-384 key');
  await tabTo('Copy');
  await page.keyboard.press('Enter');
  await page.getByText('Copied.').waitFor();
  assert.equal(await keys.pasted(), await page.locator('#private-jwk pre').textContent());
}

/** A search that takes long says so and can be given up. */
async function cancel(keys) {
  const { page } = keys;
  await page.getByRole('tab', { name: 'RSA' }).click();
  await page.getByLabel('Size in bits', { exact: true }).selectOption('8192');
  await page.getByRole('button', { name: 'Generate key' }).click();
  await page.getByRole('status').getByText('Making the key').waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('alert').getByText('Cancelled').waitFor();
  assert.equal(await page.locator('.pane').count(), 0);
  assert.equal(await page.getByRole('button', { name: 'Generate key' }).isEnabled(), true);
}

/** A script that somebody smuggled in does not run and reaches nobody. */
async function stopAnIntruder(page, url, elsewhere) {
  await page.goto(url);
  const outcome = await page.evaluate(async (elsewhere) => {
    const script = document.createElement('script');
    const attempts = {
      inline: () => { script.textContent = 'window.broken = 1'; document.head.append(script); },
      markup: () => { document.body.innerHTML = '<img src=x onerror="window.broken=1">'; },
      send: () => fetch(elsewhere, { method: 'POST', mode: 'no-cors', body: 'key' }),
    };
    const stopped = [];
    for (const [name, attempt] of Object.entries(attempts)) {
      try { await attempt(); } catch { stopped.push(name); }
    }
    return { stopped, broken: window.broken };
  }, elsewhere);
  assert.deepEqual(outcome, { stopped: ['inline', 'markup', 'send'], broken: undefined });
}

/** Another site can neither read the page nor have a key made (TM-16). */
async function stopAnotherSite(page, url, elsewhere) {
  await page.goto(elsewhere);
  const outcomes = await page.evaluate(async (url) => {
    const body = JSON.stringify({ kty: 'EC', crv: 'P-256', use: 'sig', alg: 'ES256', size: null, kid: 'none', certificate: false });
    const json = { 'content-type': 'application/json', 'x-okta-m2m-key-page': '1' };
    const attempts = [
      () => fetch(url),
      () => fetch(`${url}keys`, { method: 'POST', headers: json, body }),
      () => fetch(`${url}keys`, { method: 'POST', headers: { 'content-type': 'text/plain' }, body }),
    ];
    const frame = document.createElement('iframe');
    frame.src = url;
    document.body.append(frame);
    await new Promise((resolve) => { frame.onload = resolve; });
    const framed = await Promise.resolve().then(() => frame.contentDocument?.body.textContent).catch(() => null);
    const outcomes = [];
    for (const attempt of attempts) outcomes.push(await attempt().then(() => 'read', () => 'stopped'));
    return { framed: framed ?? null, outcomes };
  }, url);
  assert.deepEqual(outcomes, { framed: null, outcomes: ['stopped', 'stopped', 'stopped'] });
  // The same address under a name that somebody else controls.
  const { port } = new URL(url);
  const answer = await page.goto(`http://rebound.example:${port}/`);
  assert.equal(answer.status(), 403);
}

async function main() {
  const [line] = await once(createInterface({ input: process.stdin }), 'line');
  process.stdin.destroy();
  const { url } = JSON.parse(line);
  const notepad = await startNotepad();
  const browser = await chromium.launch({
    executablePath: installed('chromium'),
    // Root has no sandbox to offer; the back-forward cache is a part of what is tested.
    args: [
      ...(process.getuid() === 0 ? ['--no-sandbox'] : []),
      '--host-resolver-rules=MAP rebound.example 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    ],
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  });
  // A browser that ends before it should would leave every wait open.
  browser.on('disconnected', () => process.exit(1));
  try {
    const context = await browser.newContext();
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const pad = await context.newPage();
    await pad.goto(notepad.url);
    const keys = new KeyPage(await context.newPage(), pad);
    await keys.page.goto(url);
    for (const act of [makeEveryKind, makeAnotherSize, forgetKeys, showMarkupAsText, useTheKeyboard, cancel]) await act(keys);
    const { requests, complaints } = keys;
    say({ requests: requests.filter((request) => request !== notepad.url), complaints });
    await stopAnIntruder(await context.newPage(), url, notepad.url);
    await stopAnotherSite(await context.newPage(), url, notepad.url);
  } finally {
    browser.removeAllListeners('disconnected');
    await browser.close();
    notepad.server.close();
    notepad.server.closeAllConnections();
  }
}

await main();
