'use strict';
// Makes the tables that are already in the page complete, sortable and filterable.
// Text enters the page as text only: through textContent, append and title.
const ROWS_PER_PAGE = 50;
const { tables, figures, network } = JSON.parse(document.getElementById('page-data').textContent);
for (const { rows, columns } of tables) {
  for (const column of columns) if (column.same) column.values = Array(rows).fill(column.values[0]);
}
document.documentElement.classList.add('js');

const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};
const button = (textContent, onclick) => make('button', { type: 'button', className: 'action', textContent, onclick });

// Characters that palenque_graph::diagnostic::is_deceptive knows, as \u{...}.
const DECEPTIVE = /[\p{Cc}\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;
const visible = (text) => text.replace(DECEPTIVE, (c) => `\\u{${c.codePointAt().toString(16)}}`);

// Numbers, as in cell.rs.
const grouped = (number) => String(number).replace(/^(-?)(\d+)/, (_, sign, whole) =>
  (sign && '−') + (whole.length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, '\u202f') : whole));
const trimmed = (number) => (number.includes('.') ? number.replace(/\.?0+$/, '') : number);
const superscript = (exponent) => exponent.replace('+', '').replace(/./g, (c) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[c] ?? '⁻');
const general = (x, significant) => {
  const [mantissa, exponent] = x.toExponential(significant - 1).split('e');
  return exponent >= -5 && exponent < 15
    ? trimmed(x.toFixed(Math.max(significant - 1 - exponent, 0)))
    : `${trimmed(mantissa)}×10${superscript(exponent)}`.replace(/^(-?)1×/, '$1');
};
const shown = (x, decimals) => {
  if (decimals === null) return grouped(general(x, 5));
  return grouped(x === 0 || Math.abs(x) >= 10 ** (1 - decimals) ? x.toFixed(decimals) : general(x, 2));
};

const csv = (rows) => rows.map((row) => row.map((cell) => {
  const text = String(cell ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}).join(',') + '\n').join('');
const copyButton = (label, text, said) => button(label, async () => {
  try {
    await navigator.clipboard.writeText(text());
    said.textContent = 'Copied.';
  } catch {
    said.textContent = 'The browser does not allow copying.';
  }
});

// A filter asks for words in a row's texts and for comparisons, such as pagerank>0.01 or stage=still.
const plain = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
const COMPARE = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '=': (a, b, word) => a === b || plain(String(a)) === word,
};
const question = (words, columns, haystack) => {
  const tests = plain(words).split(/\s+/).map((word) => {
    const [, name, sign, value] = word.match(/^(\w+)(<=|>=|<|>|=)(.+)$/) ?? [];
    const column = columns.find((c) => plain(c.name) === name);
    if (!column) return (row) => haystack(row).includes(word);
    return (row) => column.at(row) !== null && COMPARE[sign](column.at(row), Number(value), value);
  });
  return (row) => tests.every((test) => test(row));
};
const collator = new Intl.Collator('en', { numeric: true });

const enhance = (table) => {
  const section = document.getElementById(`table-${table.id}`);
  const grid = section.querySelector('table');
  const header = grid.tHead.rows[0];
  const count = section.querySelector('.count');
  const columns = table.columns.map((column, index) => ({
    ...column,
    at: column.levels ? (row) => column.levels[column.values[row]] ?? null : (row) => column.values[row],
    head: header.cells[index],
    textual: column.kind === 'text' || column.kind === 'status',
  }));
  const texts = columns.filter((column) => column.textual);
  const haystacks = [];
  const haystack = (row) => (haystacks[row] ??= plain(texts.map((column) => column.at(row) ?? '').join('\n')));
  const status = columns.find((column) => column.kind === 'status');
  const period = columns.find((column) => column.name === 'period');
  const all = [...Array(table.rows).keys()];
  const periods = period ? [...new Set(all.map(period.at))] : [];
  const state = { sort: columns[table.order], descending: true, words: '', page: 0 };
  if (periods.length > 1) state.period = periods.at(-1);
  let rows = [];

  const why = (column, row) => (status?.at(row) ?? '').split(';')
    .find((remark) => remark.startsWith(`${column.name}=`))?.slice(column.name.length + 1);
  const cell = (column, row) => {
    const value = column.at(row);
    const td = make(column.key ? 'th' : 'td', { className: column.head.className });
    if (column.key) td.scope = 'row';
    if (value === null) {
      if (column !== status) td.append(make('span', { className: 'gap' }, '–'));
      td.title = why(column, row) ?? '';
    } else if (column.textual) {
      const text = visible(value);
      td.append(make('bdi', {}, text));
      if (text.length > 24) td.title = text;
    } else if (column.kind === 'number') {
      td.textContent = shown(value, column.decimals);
      td.title = value;
    } else {
      td.textContent = column.kind === 'integer' ? grouped(value) : value;
    }
    return td;
  };

  const draw = () => {
    const last = Math.max(0, Math.ceil(rows.length / ROWS_PER_PAGE) - 1);
    const from = state.page * ROWS_PER_PAGE;
    const seen = rows.slice(from, from + ROWS_PER_PAGE);
    const across = columns.filter((c) => !c.hidden && (c !== period || state.period === undefined));
    const heads = across.map((column) => column.head);
    // Only when the columns change: moving a heading takes the focus from its button.
    if (heads.length !== header.cells.length || heads.some((head, i) => head !== header.cells[i])) header.replaceChildren(...heads);
    grid.tBodies[0].replaceChildren(...seen.map((row) => make('tr', {}, ...across.map((c) => cell(c, row)))));
    for (const column of columns) {
      column.head.hidden = false;
      if (column === state.sort) column.head.ariaSort = state.descending ? 'descending' : 'ascending';
      else column.head.removeAttribute('aria-sort');
    }
    const rest = rows.length < table.rows ? `, out of ${grouped(table.rows)}` : '';
    count.textContent = rows.length
      ? `Rows ${grouped(from + 1)} to ${grouped(from + seen.length)} of ${grouped(rows.length)}${rest}.`
      : 'No row fits the filter.';
    [previous.disabled, next.disabled] = [state.page === 0, state.page === last];
    pages.hidden = last === 0;
  };
  const change = (changes) => {
    Object.assign(state, { page: 0 }, changes);
    const asked = question(state.words, columns, haystack);
    rows = all.filter((row) => (state.period === undefined || period.at(row) === state.period) && asked(row));
    const { sort, descending } = state;
    const compare = sort?.textual ? collator.compare : (a, b) => a - b;
    if (sort) rows.sort((a, b) => {
      const [x, y] = [sort.at(a), sort.at(b)];
      if (x === null || y === null) return (x === null) - (y === null);
      return descending ? compare(y, x) : compare(x, y);
    });
    draw();
  };
  const turn = (by) => {
    state.page += by;
    draw();
    grid.parentElement.scrollTop = 0;
  };

  // Asked for after the layout: asked in draw, it would lay the page out once a table.
  const widths = new ResizeObserver(() => {
    grid.style.setProperty('--key', `${header.querySelector('.key')?.offsetWidth ?? 0}px`);
  });
  for (const column of columns) {
    if (column.key) widths.observe(column.head);
    const sort = button('', () => change(state.sort === column
      ? { descending: !state.descending }
      : { sort: column, descending: !column.textual }));
    sort.className = 'sort';
    sort.append(...column.head.childNodes);
    column.head.append(sort);
  }
  const filter = make('input', {
    type: 'search', placeholder: 'words, or column>0.5', spellcheck: false,
    oninput: () => change({ words: filter.value }),
  });
  const tools = section.querySelector('.tools');
  tools.append(make('label', { className: 'filter' }, 'Filter rows', filter));
  if (periods.length > 1) {
    const option = (text, value) => make('option', { value }, visible(text ?? '–'));
    const choice = make('select', { onchange: () => change({ period: periods[choice.value] }) },
      ...periods.map(option), option('all', ''));
    choice.value = periods.length - 1;
    tools.append(make('label', {}, 'Period', choice));
  }
  const boxes = columns.map((column) => make('label', {}, make('input', {
    type: 'checkbox', checked: !column.hidden,
    onchange: ({ target }) => { column.hidden = !target.checked; draw(); },
  }), column.name));
  const menu = make('details', { className: 'menu' }, make('summary', {}, 'Columns'), make('div', {}, ...boxes));
  menu.onkeydown = ({ key }) => {
    if (key === 'Escape') { menu.open = false; menu.firstChild.focus(); }
  };
  const selection = () => {
    const kept = columns.filter((column) => !column.hidden);
    return csv([kept.map((c) => c.name), ...rows.map((row) => kept.map((c) => c.at(row)))]);
  };
  tools.append(menu, copyButton('Copy as CSV', selection, count));
  const [pages, previous, next] = [section.querySelector('.pages'), button('Previous', () => turn(-1)), button('Next', () => turn(1))];
  pages.append(previous, next);
  change({});
};
tables.forEach(enhance);

for (const [id, text] of Object.entries(figures)) {
  const said = make('span', { role: 'status' });
  document.getElementById(`figure-${id}`).querySelector('.links').append(copyButton('Copy data as CSV', () => text, said), said);
}

// The navigation marks the section being read.
const links = [...document.querySelectorAll('.sections a')];
const mark = (id) => links.forEach((a) => { a.ariaCurrent = a.hash === `#${id}` ? 'true' : null; });
const watch = new IntersectionObserver((seen) => seen.forEach((e) => e.isIntersecting && mark(e.target.id)),
  { rootMargin: '-20% 0px -75%' });
document.querySelectorAll('main > section').forEach((section) => watch.observe(section));
mark(links[0].hash.slice(1));

// Paper shows what is folded away on the screen.
let folded = [];
const fold = (open) => folded.forEach((details) => { details.open = open; });
addEventListener('beforeprint', () => { folded = [...document.querySelectorAll('details:not([open], .menu)')]; fold(true); });
addEventListener('afterprint', () => fold(false));
