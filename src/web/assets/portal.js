// The portal's script. Everything works without it; it suggests as you type, copies commands and keeps a case up to date.
"use strict";

const $ = (selector, from = document) => from.querySelector(selector);
const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];

// The reader's language: English is the key; the page brings what the server says in another one

const texts = JSON.parse(document.body.dataset.texts || "{}");
const _ = (english, values = {}) => (texts[english] ?? english).replace(/\{(\w+)\}/g, (name, key) => values[key] ?? name);
const locale = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;

// Suggestions as you type: a combobox with a list that the server writes

const field = $("[data-suggest]");
if (field) {
  const box = $("#suggestions"), said = $("#suggested");
  let waiting, asked = 0, shown = "", chosen = -1;
  const options = () => $$("[role=option]", box);
  const attributes = { role: "combobox", "aria-expanded": "false", "aria-controls": "suggestions", "aria-autocomplete": "list" };
  for (const [name, value] of Object.entries(attributes)) field.setAttribute(name, value);

  const close = () => {
    clearTimeout(waiting);
    asked += 1;
    box.hidden = true;
    shown = "";
    choose(-1);
    field.setAttribute("aria-expanded", "false");
  };
  const choose = (at) => {
    const all = options();
    chosen = at;
    all.forEach((option, n) => option.setAttribute("aria-selected", n === at));
    if (at < 0) return field.removeAttribute("aria-activedescendant");
    field.setAttribute("aria-activedescendant", all[at].id);
    all[at].scrollIntoView({ block: "nearest" });
  };
  const suggest = async () => {
    const words = field.value.trim();
    if (words.length < 2) return close();
    if (words === shown) return;
    const mine = ++asked;
    try {
      const response = await fetch(`/help/suggest?q=${encodeURIComponent(words)}`);
      if (!response.ok) return;
      const list = await response.text();
      if (mine !== asked) return;
      box.innerHTML = list;
      shown = words;
      box.hidden = false;
      field.setAttribute("aria-expanded", "true");
      choose(-1);
      const count = options().length - 1;
      said.textContent = count === 1 ? _("one suggestion") : _("{n} suggestions", { n: count });
    } catch { /* The field still searches. */ }
  };
  field.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(suggest, 120); });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !box.hidden) { event.preventDefault(); return close(); }
    if (event.key === "ArrowDown" && box.hidden) { event.preventDefault(); return suggest(); }
    if (box.hidden || event.isComposing) return;
    const last = options().length - 1;
    if (event.key === "ArrowDown") choose(chosen < last ? chosen + 1 : 0);
    else if (event.key === "ArrowUp") choose(chosen > 0 ? chosen - 1 : last);
    else if (event.key === "Enter" && chosen >= 0) options()[chosen].click();
    else return;
    event.preventDefault();
  });
  document.addEventListener("click", ({ target }) => { if (!field.form.contains(target)) close(); });
  field.form.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget && !field.form.contains(relatedTarget)) close();
  });
  field.form.addEventListener("submit", close);
  if (location.pathname === "/help" && matchMedia("(pointer: fine)").matches) field.focus({ preventScroll: true });
}

// Commands to copy

for (const code of navigator.clipboard ? $$(".prose pre") : []) {
  const around = Object.assign(document.createElement("div"), { className: "code" });
  const button = Object.assign(document.createElement("button"), { className: "button copy", type: "button", textContent: _("Copy") });
  code.replaceWith(around);
  around.append(code, button);
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(code.innerText.replace(/\n$/, ""));
    button.textContent = _("Copied");
    setTimeout(() => { button.textContent = _("Copy"); }, 2000);
  });
}

// A form is sent once; one that comes back out of the browser's memory may be sent again

document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent && event.target.method === "post") event.preventDefault();
  event.target.dataset.sent = "yes";
});
addEventListener("pageshow", () => $$("[data-sent]").forEach((form) => delete form.dataset.sent));

// Times as the reader's clock says them

for (const time of $$("time[data-time=day]")) {
  const when = new Date(time.dateTime);
  const part = (options) => when.toLocaleString(locale, options);
  time.textContent = `${part({ weekday: "long" })}, ${part({ day: "numeric", month: "short" })}, ${part({ hour: "2-digit", minute: "2-digit" })}`;
}

// How the case stands

if ($(".state:is(.waiting, .worked-on, .parked)")) {
  const known = (page) => $("#state", page)?.innerHTML.replace(/(<time[^>]*>)[^<]*/g, "$1");
  const here = known(document);
  setInterval(async () => {
    if (document.hidden || $$("textarea, input:not([type=hidden])").some((field) => field.value !== field.defaultValue)) return;
    try {
      const response = await fetch(location.href);
      if (!response.ok) return;
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      if (known(page) !== here) location.reload();
    } catch { /* Asked again the next time. */ }
  }, 10000);
}
