// The console's script. Everything works without it; it adds keys, quick changes of the page, and others' changes.
"use strict";

const $ = (selector, from = document) => from.querySelector(selector);
const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];
const isField = (element) => element?.matches?.("input:not([type=button],[type=submit],[type=checkbox]), textarea, select");
let sending = false;

// The reader's language: English is the key; the page brings what the server says in another one

const texts = JSON.parse(document.body.dataset.texts || "{}");
const _ = (english, values = {}) => (texts[english] ?? english).replace(/\{(\w+)\}/g, (name, key) => values[key] ?? name);
const locale = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;

// Times

function span(seconds) {
  const [m, h, d] = [seconds / 60, seconds / 3600, seconds / 86400].map(Math.floor);
  if (seconds < 60) return _("less than a minute");
  if (m < 60) return _("{n} min", { n: m });
  if (h < 24) return m % 60 ? _("{h} h {m} min", { h, m: m % 60 }) : _("{h} h", { h });
  return _("{d} d {h} h", { d, h: h % 24 });
}

function tick() {
  for (const time of $$("time[data-time]")) {
    const when = new Date(time.dateTime);
    const past = Math.floor((Date.now() - when) / 1000);
    const form = time.dataset.time;
    let text;
    const part = (options) => when.toLocaleString(locale, options);
    const clock = part({ hour: "2-digit", minute: "2-digit" });
    const day = part({ day: "numeric", month: "short" });
    if (form === "day") text = `${part({ weekday: "long" })}, ${day}, ${clock}`;
    else if (form === "since") text = span(Math.max(0, past));
    else if (form === "due" && past > 0) text = _("{time} late", { time: span(past) });
    else if (past <= -129600 || past >= 86400) text = `${day}, ${clock}`;
    else if (past < 0) text = _("in {time}", { time: span(-past) });
    else text = past < 60 ? _("just now") : _("{time} ago", { time: span(past) });
    if (time.textContent !== text) time.textContent = text;
    time.title = when.toLocaleString(locale);
    const timer = time.closest(".timer[data-minutes]");
    if (timer) timer.classList.toggle("over", past > timer.dataset.minutes * 120);
  }
}
setInterval(tick, 10000);

// What was typed and opened stays when a part of the page is replaced

const dirty = (element) => isField(element) && element.hasAttribute("data-dirty");
document.addEventListener("input", ({ target }) => {
  if (isField(target)) target.setAttribute("data-dirty", "");
  if (target.matches("[data-filter-input]")) filter(target);
});

function remember(from, but) {
  const fields = $$("[data-dirty][id]", from).filter((field) => field.form !== but && field.type !== "file");
  const values = fields.map((field) => [field.id, field.value]);
  const details = $$("details[id]:not(.drop)", from).map((detail) => [detail.id, detail.open]);
  return { values, details };
}

function restore({ values, details }) {
  for (const [id, value] of values) {
    const field = document.getElementById(id);
    if (field) { field.value = value; field.setAttribute("data-dirty", ""); }
  }
  for (const [id, open] of details) {
    const detail = document.getElementById(id);
    if (detail) detail.open = open;
  }
}

function notice(kind, text, ...more) {
  const line = Object.assign(document.createElement("p"), { className: `notice ${kind}`, textContent: text });
  line.append(...more);
  $("#notices").replaceChildren(line);
  return line;
}

const parse = (html) => new DOMParser().parseFromString(html, "text/html");

/// Shows another page in the place of this one; focus goes where people go on.
function show(page, address, form) {
  const kept = remember(document, form);
  const same = new URL(address, location).pathname === location.pathname;
  history[same ? "replaceState" : "pushState"](null, "", address);
  document.title = page.title;
  $("#notices").replaceChildren(...$("#notices", page).children);
  for (const part of [".menu", ".me"]) {
    if ($(part) && $(part, page)) $(part).replaceWith($(part, page));
  }
  $("#main").replaceWith($("#main", page));
  if (panel.contains(form)) closePanel();
  if (!same) dressSuggest();
  if (same) restore(kept);
  const run = form?.hasAttribute("data-run-form") || form?.closest(".step");
  if (!same) scrollTo(0, 0);
  if (run && same) $("#step")?.scrollIntoView({ block: "nearest" });
  arrive(run || !same ? null : form?.id || form?.getAttribute("action"));
}

function arrive(action) {
  const back = action && $$("form").find((form) => form.getAttribute("action") === action);
  const field = back && $("textarea, input:not([type=hidden])", back);
  const to = field || $("[data-held]") || $("#value") || $("#prompt") || $("#main");
  to.focus({ preventScroll: !field });
  dress();
}

// Forms

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.method !== "post" || form.hasAttribute("data-plain")) return;
  event.preventDefault();
  if (sending) return;
  sending = true;
  document.body.classList.add("busy");
  const data = new FormData(form, event.submitter);
  const body = form.enctype === "multipart/form-data" ? data : new URLSearchParams(data);
  try {
    const response = await fetch(form.action, { method: "POST", body });
    const page = parse(await response.text());
    if (response.ok || response.status === 409 || response.status === 422) {
      show(page, response.redirected ? response.url : location.href, form);
    } else {
      const why = $("main h1 + p", page)?.textContent ?? page.body.textContent.trim();
      const link = Object.assign(document.createElement("a"), { href: "/sign-in?to=" + encodeURIComponent(location.pathname), textContent: _("Sign in") });
      notice("bad", `${$("h1", page)?.textContent ?? _("It did not work")}. ${why}`, ...(response.status === 401 ? [link] : []));
    }
  } catch {
    notice("bad", _("The desk cannot be reached: nothing was saved. What you typed is still here; try again.")).dataset.lost = "";
  } finally {
    sending = false;
    document.body.classList.remove("busy");
  }
});
addEventListener("popstate", () => location.reload());

// Others' changes

let events;
function follow() {
  events?.close();
  events = undefined;
  const article = $("[data-case]");
  if (document.hidden || !(article || $("[data-follow]"))) return;
  events = new EventSource(article ? `/events?case=${article.dataset.case}` : "/events");
  let waiting;
  const soon = (seq) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { if (!article || seq > shownSeq()) refresh(); }, 120);
  };
  let lost = false;
  events.onerror = () => { lost = true; };
  events.onopen = () => {
    if (!lost) return;
    lost = false;
    if ($("#notices [data-lost]")) notice("", _("The desk can be reached again."));
    if (!article) soon();
  };
  events.onmessage = ({ data }) => soon(JSON.parse(data).seq);
}

const shownSeq = (page = document) => Number($("[data-case]", page)?.dataset.seq ?? -1);

const bare = (element) => element.outerHTML
  .replace(/(<time[^>]*datetime="[^"]*")[^>]*>[^<]*/g, "$1")
  .replace(/ (open|hidden|data-dirty|data-seen)=""/g, "").replace(/timer over/g, "timer");

async function refresh() {
  if (sending) return;
  const address = location.href;
  let page;
  try {
    const response = await fetch(address);
    if (!response.ok || response.redirected) return;
    page = parse(await response.text());
  } catch { return; }
  if (sending || address !== location.href) return;
  let missed = false;
  const goneOn = shownSeq(page) > shownSeq();
  for (const fresh of $$("[data-live]", page)) {
    const old = document.getElementById(fresh.id);
    if (!old || bare(old) === bare(fresh)) continue;
    if ($$("[data-dirty]", old).some((field) => field.value)) { missed = true; continue; }
    const kept = remember(old);
    const focused = old.contains(document.activeElement) && document.activeElement.id;
    old.replaceWith(fresh);
    restore(kept);
    if (focused !== false) (focused && document.getElementById(focused) || $("#prompt") || $("#main")).focus({ preventScroll: true });
  }
  const [article, now] = [$("[data-case]"), $("[data-case]", page)];
  if (article && now && !missed) article.dataset.seq = now.dataset.seq;
  if (missed) {
    const button = Object.assign(document.createElement("button"), { className: "button", textContent: _("Show it") });
    button.onclick = () => show(page, address, null);
    notice("warning", _("This has gone on while you were typing."), button);
  } else if (article && goneOn) notice("", _("This case has gone on; what you see is up to date."));
  dress();
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden && !events) refresh();
  follow();
});

// Playbooks that fit what is typed

const plain = new Set("the and not for with does can has have are was but this that her his its you from when what they".split(" "));
const wordsOf = (text) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean);

function filter(input) {
  const all = wordsOf(input.value);
  const last = all.at(-1);
  const asked = all.filter((word) => word === last || (word.length > 2 && !plain.has(word)));
  const items = $$("[data-filter]").map((item) => {
    const words = wordsOf(item.dataset.filter);
    const score = asked.filter((word) => words.some((known) => known.startsWith(word) || (word.length > 4 && word.startsWith(known) && known.length > 3))).length;
    return { item, score };
  });
  const best = Math.max(...items.map(({ score }) => score), 0);
  let first = asked.length > 0;
  for (const { item, score } of items) {
    item.hidden = asked.length > 0 && (score === 0 || score * 2 <= best);
    item.classList.toggle("first", first && !item.hidden);
    if (!item.hidden) first = false;
  }
  for (const group of $$("[data-filter-group]")) group.hidden = !$("[data-filter]:not([hidden])", group);
  const empty = $("[data-filter-empty]");
  if (empty) empty.hidden = items.some(({ item }) => !item.hidden);
}

document.addEventListener("keydown", (event) => {
  if (!event.target.matches?.("[data-filter-input]") || !["Enter", "ArrowDown"].includes(event.key)) return;
  const first = $("[data-filter]:not([hidden]) button");
  if (first && (event.target.value.trim() || event.key === "ArrowDown")) {
    event.preventDefault();
    first.focus();
  }
});

// What fits the caller's words, as they are typed: a list box that the field drives

let asked;
async function suggest(field) {
  const words = field.value.trim();
  asked?.abort();
  asked = new AbortController();
  try {
    const response = await fetch("/suggest?" + new URLSearchParams({ q: words }), { signal: asked.signal });
    if (!response.ok || response.redirected) return;
    const part = parse(await response.text());
    $("#found").replaceChildren(...$("#found", part).childNodes);
    $("#found-status").textContent = $("#found-status", part).textContent.trim();
    listBox(field);
  } catch { /* A later question is on its way, or the desk is away: what is there stays. */ }
}

function listBox(field) {
  const found = $("#found");
  const open = $("[role=option]", found) !== null;
  if (open) { found.setAttribute("role", "listbox"); found.setAttribute("aria-label", _("What fits")); }
  else { found.removeAttribute("role"); found.removeAttribute("aria-label"); }
  field.setAttribute("aria-expanded", open);
  field.removeAttribute("aria-activedescendant");
  $("#without").hidden = open;
}

function choose(field, option) {
  $$("[role=option]", $("#found")).forEach((known) => known.setAttribute("aria-selected", known === option));
  if (option) field.setAttribute("aria-activedescendant", option.id);
  else field.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}

let waits;
document.addEventListener("input", ({ target }) => {
  if (!target.matches("[data-suggest]")) return;
  clearTimeout(waits);
  waits = setTimeout(() => suggest(target), 120);
});

document.addEventListener("keydown", async (event) => {
  const field = event.target;
  if (!field.matches?.("[data-suggest]") || event.isComposing) return;
  const { key } = event;
  if (!["ArrowDown", "ArrowUp", "Enter", "Escape"].includes(key)) return;
  const options = () => $$("[role=option]", $("#found"));
  const at = options().findIndex((option) => option.id === field.getAttribute("aria-activedescendant"));
  if (key === "Escape") {
    if (at >= 0) { event.preventDefault(); choose(field, null); }
    return;
  }
  event.preventDefault();
  if (key === "Enter" && at >= 0) return options()[at].click();
  if (key === "Enter") {
    clearTimeout(waits);
    await suggest(field);
    return choose(field, options()[0]);
  }
  const all = options();
  if (all.length) choose(field, all[(at + (key === "ArrowDown" ? 1 : all.length + (at < 0 ? 0 : -1))) % all.length]);
});

function dressSuggest() {
  const field = $("[data-suggest]");
  if (!field) return;
  const parts = { role: "combobox", "aria-autocomplete": "list", "aria-controls": "found", "aria-expanded": "false" };
  Object.entries(parts).forEach(([name, value]) => field.setAttribute(name, value));
  $("[data-look]").hidden = true;
  if (field.value.trim()) suggest(field);
}

// Looking things up beside the page

const panel = $("#panel");
let trail = [];

async function lookUp(address, keep) {
  const url = new URL(address, location);
  const response = await fetch(url).catch(() => undefined);
  if (!response?.ok || response.redirected) { location.href = url; return; }
  const pane = $("[data-pane]", parse((await response.text()).replace(/<(\/?)h1\b/g, "<$1h2")));
  if (!pane) { location.href = url; return; }
  $("[data-way]", pane)?.remove();
  if (!keep) trail.push(url.pathname + url.search + url.hash);
  $("[data-panel-back]").hidden = trail.length < 2;
  $("#panel-body").replaceChildren(document.adoptNode(pane));
  if (!panel.open) panel.show();
  panel.scrollTop = 0;
  const part = url.hash && $(`[id="${CSS.escape(decodeURIComponent(url.hash.slice(1)))}"]`, pane);
  if (part) part.scrollIntoView();
  const field = $("input[type=search]", pane);
  if (field) { field.focus(); field.select(); }
  else { pane.tabIndex = -1; pane.focus({ preventScroll: true }); }
}

function closePanel() {
  if (!panel.open) return;
  panel.close();
  trail = [];
  ($("#prompt") ?? $("[data-suggest]") ?? $("#main")).focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  if (event.target.closest("[data-panel-close]")) return closePanel();
  if (event.target.closest("[data-panel-back]")) { trail.pop(); return lookUp(trail.at(-1), true); }
  const link = event.target.closest("a[href]");
  const meant = event.target.closest("[data-words]");
  const field = $("[data-suggest]");
  if (meant && field) {
    event.preventDefault();
    field.value = meant.dataset.words;
    field.focus();
    return suggest(field);
  }
  const here = $("main [data-case], main [data-suggest]") || panel.contains(link);
  if (!link || !here || link.matches("[data-reply]") || link.origin !== location.origin) return;
  if (link.matches("[data-panel]") || /^\/articles\/[^/]+$/.test(link.pathname) || (panel.contains(link) && link.pathname.endsWith("/search"))) {
    event.preventDefault();
    lookUp(link.href);
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-search]") || !panel.contains(form)) return;
  event.preventDefault();
  results(form);
});

let looks;
document.addEventListener("input", ({ target }) => {
  const form = target.form;
  if (!form?.matches("[data-search]")) return;
  clearTimeout(looks);
  looks = setTimeout(() => results(form, "&typing=1"), 150);
});

async function results(form, typing = "") {
  const address = form.getAttribute("action") + "?" + new URLSearchParams(new FormData(form));
  const response = await fetch(address + typing).catch(() => undefined);
  if (!response?.ok || response.redirected || !form.isConnected) return;
  const fresh = $("[data-results]", parse(await response.text()));
  const old = $("[data-results]", form.parentElement);
  if (!fresh || !old || address !== form.getAttribute("action") + "?" + new URLSearchParams(new FormData(form))) return;
  old.replaceChildren(...fresh.childNodes);
  if (panel.contains(form)) trail[trail.length - 1] = address;
}

document.addEventListener("keydown", (event) => {
  if (!["ArrowDown", "ArrowUp"].includes(event.key) || !event.target.closest?.("[data-search], [data-results]")) return;
  const pane = event.target.closest("[data-pane]");
  const stops = [$("input[type=search]", pane), ...$$("[data-results] :is(a, button).pick", pane)];
  const to = stops[stops.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1)];
  if (to) { event.preventDefault(); to.focus(); }
});

// Replies: the text comes from the server, in the form that mail or chat takes

async function copyReply(href, form) {
  const url = new URL(href, location);
  url.searchParams.set("as", form);
  const text = fetch(url).then((response) => (response.ok ? response.text() : Promise.reject(response)));
  try {
    const blob = text.then((said) => new Blob([said], { type: "text/plain" }));
    if (window.ClipboardItem) await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
    else await navigator.clipboard.writeText(await text);
  } catch { location.href = href; return; }
  const other = form === "plain" ? "markdown" : "plain";
  const button = Object.assign(document.createElement("button"), { className: "button", textContent: other === "plain" ? _("As plain text") : _("As Markdown, for chat") });
  button.onclick = () => copyReply(href, other);
  const look = Object.assign(document.createElement("a"), { href, textContent: _("Look at it") });
  notice("good", form === "plain" ? _("Copied as plain text: paste it into the mail.") : _("Copied as Markdown: paste it into the chat."), button, look);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-reply]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !navigator.clipboard) return;
  event.preventDefault();
  copyReply(link.href, "plain");
});

// Keys

const keysOn = () => localStorage.getItem("keys") !== "off";
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented) {
    if (panel.open) return closePanel();
    $$("details.drop[open]").forEach((drop) => { drop.open = false; $("summary", drop).focus(); });
    if (isField(event.target)) ($("#prompt") ?? $("#main")).focus({ preventScroll: true });
  }
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (isField(event.target) || event.target.isContentEditable || $("dialog:modal") || !keysOn()) return;
  const { key } = event;
  if (key === "?") $("#help").showModal();
  else if (key === "/" && $("main a[data-panel]")) $("main a[data-panel]").click();
  else if (key === "/") ($("[data-suggest]") ?? $("#find")).focus();
  else if (key === "n" && $("#note")) $("#note").focus();
  else {
    const button = $$("main [data-key]").find((known) => known.dataset.key === key && !known.disabled && known.offsetParent);
    if (!button) return;
    button.click();
    const drop = button.closest("details.drop");
    if (drop?.open) $("form button", drop).focus();
  }
  event.preventDefault();
});
document.addEventListener("click", ({ target }) => {
  $$("details.drop[open]").forEach((drop) => { if (!drop.contains(target)) drop.open = false; });
  if (target.closest("[data-help]")) $("#help").showModal();
  const copy = target.closest("[data-copy]");
  if (copy) {
    const text = $$("[data-copy-from]").map((from) => from.innerText.trim()).join("\n\n");
    navigator.clipboard.writeText(text).then(() => notice("good", _("Copied: paste it into the mail or chat.")));
  }
});

// What only makes sense with a script is hidden without one

function dress() {
  $$("[data-help]").forEach((button) => { button.hidden = false; });
  $$("[data-copy]").forEach((button) => { button.hidden = !navigator.clipboard; });
  const keys = $("#keys-on");
  if (keys) {
    keys.checked = keysOn();
    keys.onchange = () => localStorage.setItem("keys", keys.checked ? "on" : "off");
  }
  if (narrow.matches) $$("details[data-beside]:not([data-seen])").forEach((detail) => { detail.open = false; });
  $$("details[data-beside]").forEach((detail) => { detail.dataset.seen = ""; });
  tick();
  follow();
}
const narrow = matchMedia("(max-width: 76rem)");
dressSuggest();
dress();
if ($("[data-held]")) $("[data-held]").focus({ preventScroll: true });
else if ($("#value")) $("#value").focus({ preventScroll: true });

// A menu that is wider than its place shows where one is

$(".menu [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// A chart that is wider than its place is looked at where one is, or where it begins

const chart = $(".flow-scroll");
const place = chart && ($(".here", chart) ?? $(".start", chart));
if (place) {
  const [at, frame] = [place, chart].map((element) => element.getBoundingClientRect());
  chart.scrollLeft += at.left + at.width / 2 - frame.left - frame.width / 2;
}
