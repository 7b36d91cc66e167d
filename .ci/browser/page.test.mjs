// Opens reports in Chromium and uses them as a person would: by keyboard, in the dark, on a phone, on paper, without
// a script. What the tables should show is worked out here from the page's data block, not by the page's script.
//
//   node page.test.mjs [--screenshots DIR] REPORT.html...

import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const ARGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const files = process.argv.slice(2);
let screenshots = null;
if (files[0] === '--screenshots') {
  screenshots = files[1];
  files.splice(0, 2);
  mkdirSync(screenshots, { recursive: true });
}
if (files.length === 0) {
  console.error('which report? node page.test.mjs [--screenshots DIR] REPORT.html...');
  process.exit(2);
}

let [passed, failed] = [0, 0];
const check = (what, holds, found = '') => {
  if (holds) passed += 1;
  else {
    failed += 1;
    console.log(`  FAILED ${what}${found === '' ? '' : `: ${JSON.stringify(found)}`}`);
  }
};
const same = (what, found, expected) =>
  check(what, JSON.stringify(found) === JSON.stringify(expected), { found, expected });

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ARGS });

/** A page in a fresh window, and all that it said or asked for. */
const open = async (file, options = {}) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const heard = { messages: [], requests: [], dialogs: [] };
  page.on('console', (message) => heard.messages.push(message.text()));
  page.on('pageerror', (error) => heard.messages.push(error.message));
  page.on('request', (request) => heard.requests.push(request.url()));
  page.on('dialog', (dialog) => { heard.dialogs.push(dialog.message()); dialog.dismiss(); });
  await page.goto(pathToFileURL(resolve(file)).href);
  return { page, heard, close: () => context.close() };
};
const shoot = async (page, file, name) => {
  if (!screenshots) return;
  const path = join(screenshots, `${basename(file, '.html')}-${name}.png`);
  // A picture to look at, not a test: a slow machine may go without.
  await page.screenshot({ path, fullPage: true, timeout: 120_000 })
    .catch((error) => console.log(`no screenshot ${name}: ${error.message.split('\n')[0]}`));
};

/** The data block as rows: what the tables hold. */
const tablesOf = (html) => {
  const json = html.match(/<script type="application\/json" id="page-data">(.*?)<\/script>/s)[1];
  return JSON.parse(json).tables.map((table) => ({
    ...table,
    columns: table.columns.map(({ levels, same, values, ...rest }) => {
      const all = same ? Array(table.rows).fill(values[0]) : values;
      return { ...rest, values: levels ? all.map((v) => (v === null ? null : levels[v])) : all };
    }),
  }));
};
const plain = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
const isText = (column) => column.kind === 'text' || column.kind === 'status';
const collator = new Intl.Collator('en', { numeric: true });

/** The rows a table should show, in order. */
const expectedRows = (table, { sort, descending, filter = () => true, period }) => {
  const periods = table.columns.find((c) => c.name === 'period')?.values;
  const rows = Array.from({ length: table.rows }, (_, i) => i)
    .filter((i) => (period === undefined || periods[i] === period) && filter(i));
  if (!sort) return rows;
  const known = rows.filter((i) => sort.values[i] !== null);
  const compare = isText(sort) ? collator.compare : (a, b) => a - b;
  known.sort((a, b) => (descending ? -1 : 1) * compare(sort.values[a], sort.values[b]));
  return [...known, ...rows.filter((i) => sort.values[i] === null)];
};
const latest = (table) => {
  const periods = new Set(table.columns.find((c) => c.name === 'period')?.values ?? []);
  return periods.size > 1 ? [...periods].at(-1) : undefined;
};

/** What a column shows on the screen: full values, as the titles or texts of its cells give them. */
const shownColumn = (section, name) => section.evaluate((element, wanted) => {
  const heads = [...element.querySelectorAll('thead th')];
  const at = heads.findIndex((th) => th.querySelector('.name').textContent === wanted);
  return [...element.querySelectorAll('tbody tr')].map(({ cells }) => {
    const cell = cells[at];
    if (!cell) return `no cell in column ${at} of ${cells.length}`;
    if (cell.querySelector('.gap')) return null;
    return cell.title === '' ? cell.textContent : cell.title;
  });
}, name);
const asShown = (column, row) => {
  const value = column.values[row];
  if (value === null) return column.kind === 'status' ? '' : null;
  if (column.kind === 'integer') return String(value).replace('-', '−').replace(/\d{5,}/, (d) => d.replace(/\B(?=(\d{3})+$)/g, '\u202f'));
  return isText(column) ? visible(value) : String(value);
};
const visible = (text) => [...text].map((c) => (/[\p{Cc}\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/u.test(c)
  ? `\\u{${c.codePointAt(0).toString(16)}}` : c)).join('');
const sameColumn = async (what, section, column, rows) =>
  same(what, await shownColumn(section, column.name), rows.slice(0, 50).map((row) => asShown(column, row)));

const contrast = (a, b) => {
  const luminance = (rgb) => {
    const [r, g, blue] = rgb.match(/[\d.]+/g).map((v) => { const c = v / 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * blue;
  };
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
};
/** Kinds of text and their lowest contrast against the ground. */
const contrasts = async (page) => {
  const pairs = await page.evaluate(() => ['body', '.lead', '.unit', '.count', 'th', '.code', 'a[href^="."]', '.picture .ink', '.picture .muted', '.gap']
    .flatMap((selector) => [...document.querySelectorAll(selector)].slice(0, 3).map((e) => {
      const style = getComputedStyle(e);
      return [selector, e instanceof SVGElement ? style.fill : style.color, getComputedStyle(document.body).backgroundColor];
    })));
  return pairs.map(([selector, ink, ground]) => [selector, contrast(ink, ground)]);
};
const widthLeftOver = (page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

const testStillness = async (file, html) => {
  const { page, heard, close } = await open(file);
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  await page.waitForTimeout(200);
  same('says nothing', heard.messages, []);
  same('asks for one file: itself', heard.requests.length, 1);
  same('opens no dialog', heard.dialogs, []);
  same('has the two scripts as written', await page.locator('script').count(), 2);
  same('has no handlers or style attributes', await page.evaluate(() => [...document.querySelectorAll('*')]
    .flatMap((e) => [...e.attributes].filter((a) => /^on|^style$/i.test(a.name) && e.localName !== 'table').map((a) => `${e.localName} ${a.name}`))), []);
  same('loads nothing else', await page.locator('img, iframe, object, embed, link[rel=stylesheet], base, form').count(), 0);
  same('has no link that runs', await page.evaluate(() => [...document.links].filter((a) => !['file:'].includes(a.protocol)).map((a) => a.href)), []);
  check('has each id once', await page.evaluate(() => {
    const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
    return new Set(ids).size === ids.length;
  }));
  check('has no raw control or direction characters', !/[\u0000-\u0008\u000b-\u001f\u007f\u2028-\u202e\u2066-\u2069]/.test(html));
  await shoot(page, file, 'light');
  await close();
};

const testPolicy = async (file) => {
  const { page, heard, close } = await open(file);
  const ran = await page.evaluate(async () => {
    const script = document.createElement('script');
    script.textContent = 'window.intruder = 1';
    document.body.append(script);
    const holder = document.createElement('div');
    holder.innerHTML = '<img src="x" onerror="window.intruder = 2"><svg onload="window.intruder = 3"></svg>';
    document.body.append(holder);
    const fetched = await fetch('https://example.invalid/').then(() => 'fetched', () => 'blocked');
    return [window.intruder ?? null, fetched];
  });
  same('blocks injected scripts, handlers and requests', ran, [null, 'blocked']);
  check('says that it blocked them', heard.messages.some((m) => m.includes('Content Security Policy')));
  await close();
};

const testKeyboard = async (file, tables) => {
  const { page, close } = await open(file);
  await page.keyboard.press('Tab');
  const skip = await page.evaluate(() => [document.activeElement.className, document.activeElement.getBoundingClientRect().left >= 0]);
  same('the first stop is the visible skip link', skip, ['skip', true]);
  await page.keyboard.press('Enter');
  same('the skip link goes to the content', await page.evaluate(() => document.activeElement.id), 'main');
  const focusables = await page.evaluate(() => [...document.querySelectorAll('a[href], button:enabled, input, select, summary, [tabindex="0"]')].filter((e) => e.checkVisibility()).length);
  let unseen = 0;
  for (let i = 0; i < Math.min(focusables, 80); i++) {
    await page.keyboard.press('Tab');
    unseen += await page.evaluate(() => document.activeElement !== document.body && parseFloat(getComputedStyle(document.activeElement).outlineWidth) < 2);
  }
  same('every stop shows its focus', unseen, 0);
  for (const table of tables) {
    const section = page.locator(`[id="table-${table.id}"]`);
    const period = latest(table);
    const visibles = table.columns.filter((c) => !c.hidden && !(c.name === 'period' && period !== undefined));
    for (const column of [visibles.find(isText), visibles.find((c) => c.kind === 'number')].filter(Boolean)) {
      const sort = section.locator('thead button').nth(visibles.indexOf(column));
      await sort.focus();
      const atFirst = await sort.evaluate((b) => b.parentElement.ariaSort);
      await page.keyboard.press('Enter');
      const first = atFirst === null ? !isText(column) : atFirst !== 'descending';
      for (const descending of [first, !first]) {
        const rows = expectedRows(table, { sort: column, descending, period });
        const order = descending ? 'descending' : 'ascending';
        same(`${table.id}.${column.name} says it is ${order}`, await sort.evaluate((b) => b.parentElement.ariaSort), order);
        await sameColumn(`${table.id} by ${column.name}, ${order}`, section, column, rows);
        check('the focus stays on the heading', await sort.evaluate((b) => b === document.activeElement));
        await page.keyboard.press('Space');
      }
    }
  }
  await close();
};

const testFilter = async (file, tables) => {
  const { page, close } = await open(file);
  for (const table of tables.filter((t) => t.rows > 0)) {
    const section = page.locator(`[id="table-${table.id}"]`);
    const filter = section.getByLabel('Filter rows');
    const count = section.locator('.count');
    const period = latest(table);
    const sort = table.columns[table.order];
    const key = table.columns.find((c) => c.key) ?? table.columns.find((c) => !c.hidden && c.name !== 'period');
    const first = expectedRows(table, { sort, descending: true, period })[0];
    const expect = async (what, words, test) => {
      await filter.fill(words);
      const rows = expectedRows(table, { sort, descending: true, period, filter: test });
      const said = await count.textContent();
      const n = rows.length;
      check(`${table.id}: ${what} counts ${n}`, n === 0 ? said === 'No row fits the filter.' : said.replaceAll('\u202f', '').includes(`of ${n}`), said);
      await sameColumn(`${table.id}: ${what}`, section, key, rows);
    };
    const texts = table.columns.filter(isText);
    const contains = (word) => (row) => plain(texts.map((c) => c.values[row] ?? '').join('\n')).includes(word);
    if (typeof key.values[first] === 'string') {
      const word = plain(key.values[first]).split(/\s+/).filter((w) => !/^\w+[<>=]/.test(w)).at(-1);
      if (word) await expect('a word', word.toUpperCase(), contains(word));
    }
    const number = table.columns.find((c) => c.kind === 'number' && !c.hidden);
    if (number) {
      const known = number.values.filter((v) => v !== null);
      const middle = known[Math.floor(known.length / 2)];
      await expect('a comparison', `${number.name}>=${middle}`, (row) => number.values[row] !== null && number.values[row] >= middle);
    }
    await expect('nonsense', 'zzz-no-such-thing', () => false);
    await filter.fill('');
    const total = expectedRows(table, { period }).length;
    if (total > 50) {
      await section.getByRole('button', { name: 'Next' }).press('Enter');
      const rows = expectedRows(table, { sort, descending: true, period }).slice(50);
      await sameColumn(`${table.id}: the next page`, section, key, rows);
    }
    if (period !== undefined) {
      await section.locator('.tools select').selectOption({ label: 'all' });
      await sameColumn(`${table.id}: all periods`, section, key, expectedRows(table, { sort, descending: true }));
    }
    const before = await section.locator('thead th').count();
    await section.getByText('Columns', { exact: true }).click();
    await section.locator('.menu').getByLabel(key.name, { exact: true }).uncheck();
    same(`${table.id}: a column can be put away`, await section.locator('thead th').count(), before - 1);
    await section.locator('.menu').getByLabel(key.name, { exact: true }).check();
    await page.keyboard.press('Escape');
    same(`${table.id}: Escape closes the list of columns`, await section.locator('.menu').evaluate((m) => m.open), false);
  }
  await close();
};

const testCopy = async (file, tables) => {
  const { page, close } = await open(file, { permissions: ['clipboard-read', 'clipboard-write'] });
  for (const table of tables.slice(0, 1)) {
    await page.locator(`[id="table-${table.id}"]`).getByRole('button', { name: 'Copy as CSV' }).click();
    await page.waitForFunction((id) => document.getElementById(`table-${id}`).querySelector('.count').textContent !== '', table.id);
    const text = await page.evaluate(() => navigator.clipboard.readText());
    const kept = table.columns.filter((c) => !c.hidden);
    same('a copied table has its columns', text.split('\n')[0], kept.map((c) => c.name).join(','));
  }
  await close();
};

const testLooks = async (file) => {
  for (const [name, options] of Object.entries({
    dark: { colorScheme: 'dark' },
    narrow: { viewport: { width: 390, height: 844 } },
    'narrow-dark': { viewport: { width: 320, height: 640 }, colorScheme: 'dark' },
    'without-script': { javaScriptEnabled: false },
  })) {
    const { page, heard, close } = await open(file, options);
    check(`${name}: never wider than the window`, await widthLeftOver(page) <= 0, await widthLeftOver(page));
    same(`${name}: says nothing`, heard.messages, []);
    for (const [selector, ratio] of await contrasts(page)) check(`${name}: contrast of ${selector}`, ratio >= 4.5, ratio);
    const grounds = await page.evaluate(() => [...document.querySelectorAll('.picture svg > .ground')].map((e) => getComputedStyle(e).fill === getComputedStyle(document.body).backgroundColor));
    check(`${name}: figures stand on the page's ground`, grounds.every(Boolean));
    if (name === 'without-script') {
      const rows = await page.locator('.table tbody').evaluateAll((bodies) => bodies.map((b) => b.rows.length));
      check('without a script, each table shows up to 20 rows', rows.every((n) => n <= 20), rows);
      same('without a script, no control is dead', await page.locator('button, input, select').count(), 0);
      check('without a script, figures are there', await page.locator('.picture svg').count() === await page.locator('figure').count());
    }
    await shoot(page, file, name);
    await close();
  }
  const { page, close } = await open(file);
  await page.emulateMedia({ media: 'print' });
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  same('print: controls stay away', await page.locator('.sections, .tools, .pages, .skip').evaluateAll((all) => all.filter((e) => e.checkVisibility()).length), 0);
  same('print: everything is unfolded', await page.locator('.method:not([open]), .meanings:not([open])').count(), 0);
  if (screenshots) await page.pdf({ path: join(screenshots, `${basename(file, '.html')}.pdf`), format: 'A4' });
  await close();
};

/** The network is walked through with the keys; what is said of a firm is worked out from the data block. */
const testNetwork = async (file, html, tables) => {
  const { network } = JSON.parse(html.match(/<script type="application\/json" id="page-data">(.*?)<\/script>/s)[1]);
  if (!network) return;
  const { page, heard, close } = await open(file);
  const section = page.locator('#network');
  const firm = section.locator('.firm');
  const drawing = section.locator('.explorer > canvas');
  const name = (i) => visible(network.labels?.[i] ?? network.ids[i]);
  const short = (text) => (text.length > 40 ? `${text.slice(0, 39)}…` : text);
  const ties = (period, i) => {
    const { from, to, flow } = network.links[period];
    const all = flow.map((_, e) => e);
    return { buys: all.filter((e) => to[e] === i).map((e) => from[e]), sells: all.filter((e) => from[e] === i).map((e) => to[e]) };
  };
  const last = network.links.length - 1;
  const expect = async (what, i, period = last) => {
    same(`network: ${what}`, await firm.locator('h3').textContent(), name(i));
    const { buys, sells } = ties(period, i);
    if (buys.length + sells.length === 0) return;
    const heads = await firm.locator('h4').allTextContents();
    check(`network: ${what}, its partners are counted`, heads[0].startsWith(`Suppliers: ${buys.length || 'none'}`)
      && heads[1].startsWith(`Customers: ${sells.length || 'none'}`), heads);
    const shown = await firm.locator('ol').first().locator('button').allTextContents();
    same(`network: ${what}, its largest suppliers`, shown, buys.slice(0, 12).map((j) => short(name(j))));
  };
  const sizes = network.ids.map((_, i) => {
    const { from, to, flow } = network.links[last];
    return flow.reduce((sum, z, e) => sum + (from[e] === i ? z : 0) + (to[e] === i ? z : 0), 0);
  });
  const largest = sizes.indexOf(Math.max(...sizes));
  await drawing.focus();
  await page.keyboard.press('ArrowRight');
  await expect('the first key looks at the firm that trades most', largest);
  const { sells } = ties(last, largest);
  if (sells.length > 0) {
    await page.keyboard.press('ArrowRight');
    await expect('right goes to the largest customer', sells[0]);
    if (sells.length > 1) {
      await page.keyboard.press('ArrowDown');
      await expect('down goes to the next customer', sells[1]);
      await page.keyboard.press('ArrowUp');
    }
    await page.keyboard.press('ArrowLeft');
    await expect('left goes to the largest supplier', ties(last, sells[0]).buys[0]);
  }
  const rare = [...network.ids.keys()].find((i) => sizes[i] > 0 && network.ids.filter((id, j) => plain(`${id}\n${network.labels?.[j] ?? ''}`).includes(plain(network.ids[i]).trim())).length === 1);
  if (rare !== undefined) {
    const search = section.getByLabel('Find a firm');
    await search.fill(network.ids[rare].trim());
    await search.press('Enter');
    await expect('a name that is typed', rare);
    const own = tables.filter((t) => t.columns.find((c) => c.key && c.name === 'node_id')?.values.includes(network.ids[rare]));
    check('network: its rows of the tables are at hand', own.length === 0 || await firm.locator('details').count() > 0);
    if (last > 0) {
      await section.getByRole('button', { name: 'Earlier period' }).click();
      await expect('a period earlier', rare, last - 1);
    }
    await search.fill('');
  }
  const pixels = () => drawing.evaluate((canvas) => canvas.toDataURL());
  const before = await pixels();
  await drawing.focus();
  for (const key of ['+', 'd', 'w']) await page.keyboard.press(key);
  await page.waitForTimeout(100);
  check('network: keys move the picture', await pixels() !== before);
  const box = section.locator('.legend input').first();
  if (await box.count() > 0) {
    const shown = await pixels();
    await box.uncheck();
    await page.waitForTimeout(100);
    check('network: a kind of firms can be put away', await pixels() !== shown);
    await box.check();
  }
  await page.keyboard.press('Escape');
  same('network: says nothing to the console', heard.messages, []);
  await drawing.focus();
  await page.keyboard.press('0');
  await page.waitForTimeout(100);
  if (screenshots) await section.screenshot({ path: join(screenshots, `${basename(file, '.html')}-network.png`) }).catch(() => {});
  await close();
};

/** What a page costs to open, in units that do not depend on the machine; how long it took is printed, not tested. */
const testWeight = async (file) => {
  const bytes = statSync(file).size;
  check('is at most 2 MB', bytes <= 2_000_000, bytes);
  const { page, close } = await open(file);
  const elements = await page.evaluate(() => document.querySelectorAll('*').length);
  const ready = await page.evaluate(() => performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd);
  check('has at most 30 000 elements when it opens', elements <= 30_000, elements);
  console.log(`  ${(bytes / 1e6).toFixed(2)} MB, ${elements} elements, usable after ${ready.toFixed(0)} ms`);
  await close();
};

for (const file of files) {
  console.log(file);
  const html = readFileSync(file, 'utf8');
  const tables = tablesOf(html);
  await testStillness(file, html);
  await testPolicy(file);
  await testKeyboard(file, tables);
  await testFilter(file, tables);
  await testCopy(file, tables);
  await testNetwork(file, html, tables);
  await testLooks(file);
  await testWeight(file);
}
await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
