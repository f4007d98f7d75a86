"use strict";
// The list of recent requests, kept up to date. Everything else on this page works without scripts.
const list = document.getElementById("recent"), live = document.getElementById("live");
const KEPT = 50, SOON = 1000, LATER = 5000;

async function look() {
  if (document.hidden) { return SOON; }
  try {
    const answer = await fetch(`/_console/recent?after=${list.dataset.latest}`);
    if (!answer.ok) { throw new Error(answer.status); }
    const news = await answer.json();
    if (news.anew) { list.replaceChildren(); }
    list.dataset.latest = news.latest;
    list.insertAdjacentHTML("afterbegin", news.rows);
    while (list.children.length > KEPT) { list.lastElementChild.remove(); }
    document.getElementById("none-yet").hidden = list.children.length > 0;
    live.textContent = "";
    return SOON;
  } catch {
    live.textContent = "The local stack does not answer: start it again with make run.";
    return LATER;
  }
}

(async function follow() {
  for (;;) {
    const wait = await look();
    await new Promise((done) => setTimeout(done, wait));
  }
})();
