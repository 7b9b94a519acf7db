/* Shows the next card of the deck at a press of Send, before the answer is there. It claims nothing: the counter, the list of
   texts and Undo come with the answer, and until then no other card can be sent or skipped. Where no answer comes, or a late
   one, the card comes back.
   On the articles with data-card (conversation and hash), each with the row of its buttons; those to come are in "ahead".
   Needs JavaScript because only it can show a card without asking for it. */
(() => {
  "use strict";
  const ahead = () => document.getElementById("ahead");
  const send = () => document.getElementById("send");
  let last; // the newest press: its card, the next one, and the box that this one lay in

  const awaited = () => last && !last.over && last.main.isConnected;
  const show = ([article, row], shown) => {
    const [skip, press] = row.querySelectorAll("button");
    for (const [part, id] of [[article.querySelector("h2"), "contact"], [skip, "skip"], [press, "send"]]) {
      if (shown) part.id = id;
      else part.removeAttribute("id");
    }
    article.hidden = row.hidden = !shown;
    if (shown) {
      article.dataset.spoken = article.dataset.card;
      press.dataset.unread = "";
    } else delete article.dataset.spoken;
  };
  const tell = () => {
    for (const id of ["skip", "send"]) document.getElementById(id).ariaDisabled = awaited() ? "true" : null;
    document.dispatchEvent(new Event("card-shown"));
  };
  const face = () => { // another card has come onto the screen
    tell();
    if (!send().disabled) send().focus({ preventScroll: true });
  };
  const forth = (way) => {
    way.shown = true;
    way.box.remove();
    show(way.card, false);
    way.card.forEach((part, n) => part.after(way.next[n]));
    show(way.next, true);
    face();
  };
  const back = (way) => {
    if (!way.shown) return tell();
    way.shown = false;
    show(way.next, false);
    for (const part of way.next) part.hidden = false;
    way.box.append(...way.next);
    if (!way.stale) ahead().prepend(way.box);
    show(way.card, true);
    face();
  };
  const fetchAnew = () => document.getElementById("live").dispatchEvent(new Event("queue-changed"));

  document.addEventListener("click", (event) => {
    if (event.target.closest("#send, #skip") && awaited()) event.preventDefault();
  }, true);
  document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
    const boxes = [...ahead()?.children ?? []];
    if (!boxes.length || ctx.sourceElement !== send()?.form || navigator.onLine === false) return;
    const cards = boxes.map((box) => box.querySelector("[data-card]").dataset.card);
    ctx.request.body.set("ahead", cards.map((card) => card.split("-")[0]).join());
    ctx.request.body.set("shows", document.getElementById("bar").dataset.shows);
    const card = [document.querySelector("#main > [data-card]:not([hidden])"), ctx.sourceElement.parentElement];
    ctx.press = { main: document.getElementById("main"), card, next: [...boxes[0].children], box: boxes[0] };
  });
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    if (ctx.press) forth(last = ctx.press);
  });
  document.addEventListener("toast", (event) => {
    if (event.detail === "slow" && awaited()) back(last);
  });
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    const way = ctx?.press;
    if (!way) return;
    way.answered = ctx.response.status < 400;
    if (!way.answered || !way.shown || document.activeElement !== document.body) return;
    send().dataset.unread = ""; // the button that had the focus is gone: a key pressed for it sends nothing
    document.dispatchEvent(new Event("card-shown"));
  });
  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
    const way = ctx.press;
    if (!way) return;
    way.over = true;
    if (!way.main.isConnected) {
      // A refusal brought a page of its own; where another press did, this answer is not on it
      if (ctx.status === "swapped") return;
      const status = ctx.response?.status;
      if (status > 401 && status < 500) document.dispatchEvent(new CustomEvent("toast", { detail: "refused" }));
      return fetchAnew();
    }
    if (!way.answered) back(way);
    else {
      if (way.shown) tell();
      else forth(way);
      for (const part of way.card) part.remove();
    }
    if (way.stale) fetchAnew();
  });
  document.addEventListener("queue-changed", () => {
    if (awaited()) last.stale = true;
    ahead()?.replaceChildren();
  }, true);
})();
