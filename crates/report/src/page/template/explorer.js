
// The network as a canvas: seen, filtered and walked through; what is known of the firm that is looked at stands beside it.
const explore = (net, section) => {
  const canvas = section.querySelector('canvas');
  const pen = canvas.getContext('2d');
  const aside = section.querySelector('.firm');
  const n = net.ids.length;
  const last = net.periods.length - 1;
  const view = { x: net.width / 2, y: net.height / 2, zoom: 1 };
  const state = { period: last, least: 0, by: 0, words: '', at: null, hidden: new Set() };
  const names = net.ids.map((id, i) => visible(net.labels?.[i] ?? id));
  const words = net.ids.map((id, i) => plain(`${id}\n${net.labels?.[i] ?? ''}`));
  const short = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
  const amount = (x) => grouped(general(x, 4)) + (net.unit ? ` ${visible(net.unit)}` : '');

  // By period: who sells to whom, the largest first, and what each firm trades.
  const years = net.links.map(({ from, to, flow }) => {
    const [sells, buys, size] = [[], [], new Float64Array(n)];
    const into = (lists, i, tie) => (lists[i] ??= []).push(tie);
    for (let e = 0; e < flow.length; e++) {
      into(sells, from[e], { firm: to[e], flow: flow[e] });
      into(buys, to[e], { firm: from[e], flow: flow[e] });
      size[from[e]] += flow[e];
      size[to[e]] += flow[e];
    }
    return { sells, buys, size, most: Math.max(...size, 1e-300), largest: flow[0] ?? 1 };
  });
  const now = () => years[state.period];

  // Groups of the column that colours: the largest have a colour and a shape each, as in the figures.
  const group = () => net.groups[state.by];
  const kinds = () => {
    if (!group()) return [];
    const counts = new Map();
    for (const level of group().values) counts.set(level, (counts.get(level) ?? 0) + 1);
    return [...counts].sort((a, b) => b[1] - a[1]).map(([level, count]) => ({ level, count }));
  };
  let ranked = kinds();
  const place = (i) => {
    if (!group()) return 0;
    const at = ranked.findIndex(({ level }) => level === group().values[i]);
    return at < net.colours.length ? at : -1;
  };
  let places = net.ids.map((_, i) => place(i));
  const seen = (i) => now().size[i] > 0 && !state.hidden.has(places[i]);

  const SHAPES = [
    (p, x, y, r) => p.arc(x, y, r, 0, 7),
    (p, x, y, r) => polygon(p, x, y, r * 1.25, [[0, -1], [0.87, 0.5], [-0.87, 0.5]]),
    (p, x, y, r) => polygon(p, x, y, r * 0.9, [[-1, -1], [1, -1], [1, 1], [-1, 1]]),
    (p, x, y, r) => polygon(p, x, y, r * 1.25, [[0, -1], [1, 0], [0, 1], [-1, 0]]),
    (p, x, y, r) => polygon(p, x, y, r * 1.25, [[0, 1], [0.87, -0.5], [-0.87, -0.5]]),
    (p, x, y, r) => polygon(p, x, y, r, [[-1, -0.35], [-0.35, -0.35], [-0.35, -1], [0.35, -1], [0.35, -0.35], [1, -0.35],
      [1, 0.35], [0.35, 0.35], [0.35, 1], [-0.35, 1], [-0.35, 0.35], [-1, 0.35]]),
  ];
  const polygon = (p, x, y, r, corners) => {
    corners.forEach(([dx, dy], i) => p[i ? 'lineTo' : 'moveTo'](x + dx * r, y + dy * r));
    p.closePath();
  };
  const shape = (p, at, x, y, r, ink) => {
    p.beginPath();
    (SHAPES[at] ?? SHAPES[0])(p, x, y, r);
    p.fillStyle = at < 0 ? ink.muted : net.colours[at];
    p.fill();
  };
  const inks = () => {
    const style = getComputedStyle(document.documentElement);
    const ink = (name) => style.getPropertyValue(`--${name}`).trim();
    return { ink: ink('ink'), muted: ink('muted'), ground: ink('ground'), accent: ink('accent'), font: getComputedStyle(document.body).fontFamily };
  };

  const fit = () => canvas.clientWidth / net.width;
  const scale = () => fit() * view.zoom;
  const screen = (i) => [
    (net.x[i] - view.x) * scale() + canvas.clientWidth / 2,
    (net.y[i] - view.y) * scale() + canvas.clientHeight / 2,
  ];
  const radius = (i) => (2 + 11 * Math.sqrt(now().size[i] / now().most)) * Math.min(2.2, Math.sqrt(view.zoom));

  const paint = () => {
    waits = false;
    const ink = inks();
    const [width, height, ratio] = [canvas.clientWidth, canvas.clientHeight, devicePixelRatio];
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    const at = net.ids.map((_, i) => screen(i));
    const asked = state.words ? words.map((text) => text.includes(state.words)) : null;
    const near = new Set();
    if (state.at !== null) {
      near.add(state.at);
      for (const tie of [...(now().sells[state.at] ?? []), ...(now().buys[state.at] ?? [])]) near.add(tie.firm);
    }
    const pale = (i) => (state.at !== null && !near.has(i)) || (asked && !asked[i]);
    const { from, to, flow } = net.links[state.period];
    for (let e = flow.length - 1; e >= 0; e--) {
      if (flow[e] < state.least || !seen(from[e]) || !seen(to[e])) continue;
      const [[x, y], [u, v]] = [at[from[e]], at[to[e]]];
      if (Math.max(x, u) < 0 || Math.min(x, u) > width || Math.max(y, v) < 0 || Math.min(y, v) > height) continue;
      const share = Math.sqrt(flow[e] / now().largest);
      const [sold, bought] = [from[e] === state.at, to[e] === state.at];
      pen.strokeStyle = sold ? net.colours[0] : bought ? net.colours[1] : ink.muted;
      pen.globalAlpha = sold || bought ? 0.85 : (state.at !== null || asked ? 0.06 : 0.12 + 0.4 * share);
      pen.lineWidth = 0.6 + 3 * share;
      pen.beginPath();
      pen.moveTo(x, y);
      pen.quadraticCurveTo((x + u) / 2 + (v - y) * 0.16, (y + v) / 2 - (u - x) * 0.16, u, v);
      pen.stroke();
    }
    const order = net.ids.map((_, i) => i).filter(seen).sort((a, b) => now().size[b] - now().size[a]);
    for (const i of order) {
      pen.globalAlpha = pale(i) ? 0.18 : 1;
      shape(pen, places[i], ...at[i], radius(i), ink);
      pen.lineWidth = 1;
      pen.strokeStyle = ink.ground;
      pen.stroke();
    }
    pen.globalAlpha = 1;
    if (state.at !== null && seen(state.at)) {
      pen.beginPath();
      pen.arc(...at[state.at], radius(state.at) + 4, 0, 7);
      pen.lineWidth = 2.5;
      pen.strokeStyle = ink.ink;
      pen.stroke();
    }
    // Names: of the firm that is looked at and its partners first, then of the largest, where there is room.
    pen.font = `13px ${ink.font}`;
    pen.textBaseline = 'middle';
    pen.lineJoin = 'round';
    const taken = [];
    const wanted = [...new Set([...(state.at === null ? [] : [state.at]), ...order.filter((i) => !pale(i))])].slice(0, 60);
    for (const i of wanted) {
      const text = short(names[i], 28);
      const [x, y, wide] = [at[i][0] + radius(i) + (i === state.at ? 9 : 4), at[i][1], pen.measureText(text).width];
      if (x < 0 || y < 8 || x + wide > width || y > height - 8) continue;
      if (taken.some(([a, b, w]) => x < a + w + 4 && x + wide + 4 > a && Math.abs(y - b) < 16)) continue;
      taken.push([x, y, wide]);
      pen.lineWidth = 4;
      pen.strokeStyle = ink.ground;
      pen.strokeText(text, x, y);
      pen.fillStyle = ink.ink;
      pen.fillText(text, x, y);
    }
  };
  let waits = false;
  const redraw = () => {
    if (!waits) requestAnimationFrame(paint);
    waits = true;
  };

  // What is known of the firm that is looked at.
  const partners = (title, ties) => {
    const total = ties.reduce((sum, tie) => sum + tie.flow, 0);
    const list = ties.slice(0, 12).map(({ firm, flow }) => {
      const go = button(short(names[firm], 40), () => look(firm));
      go.className = 'link';
      return make('li', {}, go, ` ${amount(flow)}`);
    });
    if (ties.length > 12) list.push(make('li', { className: 'aside' }, `and ${ties.length - 12} more`));
    const head = ties.length ? `${title}: ${ties.length}, ${amount(total)}` : `${title}: none`;
    return [make('h4', {}, head), make('ol', {}, ...list)];
  };
  const records = (id) => tables.flatMap((table) => {
    const key = table.columns.find((column) => column.key && column.name === 'node_id');
    if (!key) return [];
    const value = (column, row) => (column.levels ? column.levels[column.values[row]] ?? null : column.values[row]);
    const time = table.columns.find((column) => column.name === 'period');
    const years = [...Array(table.rows).keys()].filter((row) => value(key, row) === id
      && (!time || net.periods.length < 2 || value(time, row) === net.periods[state.period]));
    return years.slice(0, 1).map((row) => {
      const cells = table.columns.filter((column) => !column.key && !column.hidden && column.kind !== 'status' && value(column, row) !== null)
        .map((column) => {
          const x = value(column, row);
          const text = column.kind === 'number' ? shown(x, column.decimals) : column.kind === 'integer' ? grouped(x) : visible(String(x));
          return make('div', {}, make('dt', {}, column.name), make('dd', {}, make('bdi', {}, text)));
        });
      const title = document.querySelector(`#table-${table.id} h3`)?.textContent ?? table.id;
      return make('details', {}, make('summary', {}, visible(title)), make('dl', {}, ...cells));
    });
  });
  const tell = () => {
    const i = state.at;
    if (i === null) {
      aside.replaceChildren(make('p', { className: 'aside' }, 'Choose a firm: click on it, type its name, or walk with the arrow keys.'));
      return;
    }
    const [sells, buys] = [now().sells[i] ?? [], now().buys[i] ?? []];
    const kinds = net.groups.map(({ name, levels, values }) => [name, levels[values[i]]]).filter(([, kind]) => kind)
      .map(([name, kind]) => `${name}: ${visible(kind)}`).join(' · ');
    const said = make('div', { role: 'status' }, make('h3', {}, make('bdi', {}, names[i])));
    if (kinds) said.append(make('p', { className: 'unit' }, kinds));
    if (!sells.length && !buys.length) said.append(make('p', {}, `It does not trade in ${visible(net.periods[state.period])}.`));
    const more = [...partners('Suppliers', buys), ...partners('Customers', sells), ...records(net.ids[i])];
    aside.replaceChildren(said, ...more);
  };
  const look = (i) => {
    state.at = i;
    tell();
    if (i !== null) {
      const [x, y] = screen(i);
      if (x < 0 || y < 0 || x > canvas.clientWidth || y > canvas.clientHeight) [view.x, view.y] = [net.x[i], net.y[i]];
      walked ??= { ties: [], at: 0 };
    }
    redraw();
  };

  // Walking: right to the largest customer, left to the largest supplier, up and down among the others of those.
  let walked = null;
  const step = (ties) => {
    const open = (ties ?? []).filter(({ firm }) => seen(firm));
    if (!open.length) return;
    walked = { ties: open, at: 0 };
    look(open[0].firm);
  };
  const aslant = (by) => {
    const ties = walked?.ties ?? [];
    if (!ties.length) return;
    walked.at = (walked.at + by + ties.length) % ties.length;
    look(ties[walked.at].firm);
  };
  const zoom = (factor, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2) => {
    const before = scale();
    view.zoom = Math.min(40, Math.max(0.5, view.zoom * factor));
    const change = 1 / before - 1 / scale();
    view.x += (x - canvas.clientWidth / 2) * change;
    view.y += (y - canvas.clientHeight / 2) * change;
    redraw();
  };
  const pan = (dx, dy) => {
    view.x -= dx / scale();
    view.y -= dy / scale();
    redraw();
  };
  const whole = () => {
    Object.assign(view, { x: net.width / 2, y: net.height / 2, zoom: 1 });
    redraw();
  };
  const largest = () => net.ids.map((_, i) => i).filter(seen).reduce((a, b) => (now().size[b] > now().size[a] ? b : a), 0);
  const KEYS = {
    ArrowRight: () => (state.at === null ? look(largest()) : step(now().sells[state.at])),
    ArrowLeft: () => (state.at === null ? look(largest()) : step(now().buys[state.at])),
    ArrowUp: () => aslant(-1),
    ArrowDown: () => aslant(1),
    Escape: () => look(null),
    '+': () => zoom(1.25),
    '=': () => zoom(1.25),
    '-': () => zoom(0.8),
    0: whole,
    w: () => pan(0, 40),
    s: () => pan(0, -40),
    a: () => pan(40, 0),
    d: () => pan(-40, 0),
  };
  canvas.onkeydown = (event) => {
    const act = event.ctrlKey || event.metaKey || event.altKey ? null : KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
  const under = (event) => {
    const box = canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    let best = null;
    let least = Infinity;
    for (let i = 0; i < n; i++) {
      if (!seen(i)) continue;
      const [a, b] = screen(i);
      const away = Math.hypot(a - x, b - y) - radius(i);
      if (away < 7 && away < least) [best, least] = [i, away];
    }
    return best;
  };
  let drag = null;
  canvas.onpointerdown = (event) => {
    drag = { x: event.clientX, y: event.clientY, moved: false };
    canvas.setPointerCapture(event.pointerId);
  };
  canvas.onpointermove = (event) => {
    if (!drag) {
      const i = under(event);
      canvas.classList.toggle('over', i !== null);
      canvas.title = i === null ? '' : names[i];
      return;
    }
    const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
    if (!drag.moved && Math.hypot(dx, dy) < 4) return;
    Object.assign(drag, { x: event.clientX, y: event.clientY, moved: true });
    pan(dx, dy);
  };
  canvas.onpointerup = (event) => {
    if (drag && !drag.moved) {
      walked = null;
      look(under(event));
    }
    drag = null;
  };
  // The wheel belongs to the page until the network has the focus.
  canvas.addEventListener('wheel', (event) => {
    if (document.activeElement !== canvas) return;
    event.preventDefault();
    const box = canvas.getBoundingClientRect();
    zoom(Math.exp(-event.deltaY / 500), event.clientX - box.left, event.clientY - box.top);
  }, { passive: false });

  // The tools.
  const legend = section.querySelector('.legend');
  const showLegend = () => {
    const ink = inks();
    const entries = ranked.slice(0, net.colours.length).map(({ level, count }, at) => ({ at, text: group().levels[level] ?? '(none)', count }));
    const others = ranked.slice(net.colours.length);
    if (others.length) entries.push({ at: -1, text: 'other', count: others.reduce((sum, { count }) => sum + count, 0) });
    legend.replaceChildren(...entries.map(({ at, text, count }) => {
      const swatch = make('canvas', { width: 32, height: 32, ariaHidden: 'true' });
      shape(swatch.getContext('2d'), at, 16, 16, 10, ink);
      const box = make('input', { type: 'checkbox', checked: !state.hidden.has(at), onchange: () => {
        if (box.checked) state.hidden.delete(at); else state.hidden.add(at);
        redraw();
      } });
      return make('label', {}, box, swatch, `${short(visible(text), 30)} (${grouped(count)})`);
    }));
  };
  const tools = section.querySelector('.tools');
  const search = make('input', { type: 'search', placeholder: 'name of a firm', spellcheck: false });
  const found = () => net.ids.map((_, i) => i).filter((i) => seen(i) && words[i].includes(state.words));
  search.oninput = () => {
    state.words = plain(search.value.trim());
    redraw();
  };
  search.onkeydown = ({ key }) => {
    if (key !== 'Enter' || !state.words) return;
    const best = found().sort((a, b) => now().size[b] - now().size[a])[0];
    if (best === undefined) return;
    walked = { ties: found().map((firm) => ({ firm })), at: found().indexOf(best) };
    look(best);
  };
  tools.append(make('label', { className: 'filter' }, 'Find a firm', search));
  if (net.groups.length > 1) {
    const by = make('select', { onchange: () => {
      Object.assign(state, { by: Number(by.value), hidden: new Set() });
      ranked = kinds();
      places = net.ids.map((_, i) => place(i));
      showLegend();
      redraw();
    } }, ...net.groups.map(({ name }, value) => make('option', { value }, name)));
    tools.append(make('label', {}, 'Colour by', by));
  }
  if (net.periods.length > 1) {
    const turn = (to) => {
      if (to < 0 || to > last) return;
      state.period = to;
      choice.value = to;
      tell();
      redraw();
    };
    const choice = make('select', { onchange: () => turn(Number(choice.value)) },
      ...net.periods.map((name, value) => make('option', { value }, visible(name))));
    choice.value = last;
    const earlier = button('‹', () => turn(state.period - 1));
    const later = button('›', () => turn(state.period + 1));
    [earlier.ariaLabel, later.ariaLabel] = ['Earlier period', 'Later period'];
    tools.append(make('label', {}, 'Period', choice), earlier, later);
  }
  const least = make('input', { type: 'range', min: 0, max: 100, value: 0, oninput: () => {
    const flows = net.links[state.period].flow;
    state.least = Number(least.value) ? flows[Math.max(0, Math.ceil(flows.length * (1 - least.value / 100)) - 1)] : 0;
    least.ariaValueText = `flows from ${amount(state.least)}`;
    redraw();
  } });
  tools.append(make('label', {}, 'Hide small flows', least));
  const [nearer, farther] = [button('+', () => zoom(1.4)), button('−', () => zoom(0.7))];
  [nearer.ariaLabel, farther.ariaLabel] = ['Nearer', 'Farther'];
  tools.append(nearer, farther, button('Whole', whole));

  showLegend();
  tell();
  new ResizeObserver(redraw).observe(canvas);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { showLegend(); redraw(); });
};
if (network) explore(network, document.getElementById('network'));
