// Makes the pages nicer where scripts are on; every page works without. No page's own text is ever taken as markup.
"use strict";

// --- hints about where a field was read: Escape puts them away (WCAG 1.4.13) ---

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const field of document.querySelectorAll(".has-source:hover, .has-source:focus-within")) {
    field.classList.add("dismissed");
  }
});
for (const field of document.querySelectorAll(".has-source")) {
  for (const name of ["pointerleave", "focusout"]) {
    field.addEventListener(name, () => field.classList.remove("dismissed"));
  }
}

// --- articles that arrive while one reads ---

const MOST_WAITING = 50;
const QUIET = 10000; // milliseconds between two announcements

const arrivals = document.getElementById("arrivals");
if (arrivals && arrivals.dataset.events && "EventSource" in window) listen(arrivals);

function listen(place) {
  const button = document.getElementById("arrivals-show");
  const said = document.getElementById("arrivals-said");
  const waiting = new Map();
  let timer = null;

  let source = open();
  // A page that is kept in memory keeps no stream; when one comes back to it, it listens again.
  window.addEventListener("pagehide", () => source.close());
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) source = open();
  });

  function open() {
    const opened = new EventSource(place.dataset.events);
    opened.addEventListener("article", arrived);
    return opened;
  }

  function arrived(event) {
    const article = parsed(event.data);
    if (!article || isShown(article._id)) return;
    waiting.delete(article._id);
    waiting.set(article._id, article);
    if (waiting.size > MOST_WAITING) waiting.delete(waiting.keys().next().value);
    button.textContent = told(waiting.size, " – show them", " – show it");
    button.hidden = false;
    timer ??= setTimeout(() => {
      timer = null;
      if (waiting.size) said.textContent = told(waiting.size, ".", ".");
    }, said.textContent ? QUIET : 1000);
  }

  button.addEventListener("click", () => {
    const list = document.createElement("ol");
    list.className = "news";
    for (const article of [...waiting.values()].reverse()) list.append(item(article));
    waiting.clear();
    button.hidden = true;
    said.textContent = "";
    const section = document.createElement("section");
    section.className = "day-of-news just-arrived";
    const heading = document.createElement("h2");
    heading.textContent = "Just arrived";
    heading.tabIndex = -1;
    section.append(heading, list);
    document.getElementById("days").prepend(section);
    document.querySelector(".nothing")?.remove();
    heading.focus();
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isShown(identity) {
  const address = "/articles/" + encodeURIComponent(identity);
  return [...document.querySelectorAll("#days h3 a")].some((link) => link.getAttribute("href") === address);
}

function told(number, several, one) {
  return number === 1 ? "1 new article" + one : (number >= MOST_WAITING ? MOST_WAITING + " or more" : number) + " new articles" + several;
}

// The same as in newest.html.
function item(article) {
  const line = document.createElement("li");
  const time = element("p", "news-time");
  const at = article.published?.at;
  if (at && ["second", "minute", "hour"].includes(article.published.precision)) {
    const clock = element("time", "", new Date(at).toISOString().slice(11, 16));
    clock.dateTime = at;
    time.append(clock);
  }
  const body = element("div", "news-body");
  body.dir = "auto";
  if (/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(article.language ?? "")) body.lang = article.language;
  const heading = document.createElement("h3");
  const link = element("a", "", article.headline ?? "Without a headline");
  link.href = "/articles/" + encodeURIComponent(article._id);
  heading.append(link);
  body.append(heading);
  if (article.lead) body.append(element("p", "lead", article.lead.slice(0, 280)));
  const facts = element("p", "news-facts");
  for (const [name, value] of [["site", article.site], ["place", article.dateline?.place]]) {
    if (!value) continue;
    const filter = element("a", "", value);
    filter.href = "/?" + new URLSearchParams({ [name]: value });
    filter.dir = "auto";
    facts.append(filter, " ");
  }
  if (article.language) facts.append(element("span", "", article.language), " ");
  if (article.revision > 1) facts.append(element("span", "mark", "version " + article.revision));
  line.append(time, body, facts);
  return line;
}

function element(name, look, text) {
  const made = document.createElement(name);
  if (look) made.className = look;
  if (text !== undefined) made.textContent = text;
  return made;
}
