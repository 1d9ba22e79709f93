// Parts of a staff page that change by themselves. [data-live] names the page's own address; its children are its blocks, as many and in the same order
// whatever the state. While it says data-over="no" the server tells by events that there is news (handler Live), and the page is fetched. Where there are no
// events (data-events="no", too many are open, a proxy keeps them) it is fetched every few seconds. Without script it is as true as at its opening.
// (Not by an attribute's absence: Razor writes a data- attribute also for null.)

const FIRST_EVENT = 6_000; // The first one comes at once
const SILENCE = 40_000; // and the next ones 15 seconds apart at most: that is two missed.
const EVENTS_AGAIN = 60_000;
const BETWEEN_SENTENCES = 5_000;

for (const part of document.querySelectorAll("[data-live]"))
  follow(part);

function follow(part) {
  const every = () => Number(part.dataset.every ?? 2) * 1000; // The server may come to say another.
  const blocks = blocksOf(part);
  let events, deaf, asking, turn = 0; // How it is followed now
  let isFetching, hasNews, fetchedAt = 0, asked = 0, shown = 0;

  // A browser opens six connections to a server at most (HTTP/1.1): pages that nobody looks at must not hold them.
  document.addEventListener("visibilitychange", begin);
  begin();

  function begin() {
    stop();
    if (document.hidden || isOver())
      return;
    if (part.dataset.events === "no" || !("EventSource" in window))
      ask();
    else
      listen();
  }

  function stop() {
    turn++;
    events?.close();
    clearTimeout(deaf);
    clearTimeout(asking);
  }

  function isOver() {
    return part.dataset.over === "yes";
  }

  function listen() {
    const source = events = new EventSource(part.dataset.live + "?handler=Live");
    // Also while the browser tries again by itself, which it does after a broken line.
    deaf = setTimeout(ask, FIRST_EVENT);
    const heard = () => {
      clearTimeout(deaf);
      deaf = setTimeout(ask, SILENCE);
    };
    source.addEventListener("alive", heard);
    source.addEventListener("changed", event => {
      heard();
      // The server has closed the line; the browser would open it again.
      if (event.data === "over")
        ask(0);
      else
        fetchSoon();
    });
    source.addEventListener("error", () => {
      // Refused: the browser does not try again.
      if (source.readyState === EventSource.CLOSED && source === events)
        ask();
    });
  }

  // Asks until it is over, or until events are worth another try.
  function ask(first = every()) {
    stop();
    const mine = turn;
    const until = performance.now() + EVENTS_AGAIN;
    const next = async () => {
      await fetchPart();
      if (mine !== turn || isOver())
        return;
      if (performance.now() > until)
        begin();
      else
        asking = setTimeout(next, every());
    };
    asking = setTimeout(next, first);
  }

  // What goes out changes every second: once in a while is enough.
  async function fetchSoon() {
    hasNews = true;
    if (isFetching)
      return;
    isFetching = true;
    while (hasNews) {
      await new Promise(done => setTimeout(done, fetchedAt + every() - performance.now()));
      hasNews = false;
      await fetchPart();
    }
    isFetching = false;
  }

  async function fetchPart() {
    fetchedAt = performance.now();
    const mine = ++asked;
    try {
      const answer = await fetch(part.dataset.live, { headers: { Accept: "text/html", "X-By-Itself": "yes" }, cache: "no-store" });
      // Signed out, not allowed any more, gone, or become something else: whoever looks is led there.
      if (answer.redirected || [401, 403, 404].includes(answer.status))
        location.reload();
      if (!answer.ok)
        return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-live]");
      // Of two answers the one that was asked for first may come last.
      if (!fresh || mine < shown)
        return;
      shown = mine;
      part.dataset.over = fresh.dataset.over;
      if (fresh.dataset.every)
        part.dataset.every = fresh.dataset.every;
      blocks.show(fresh);
      say(fresh.dataset.says);
      if (isOver())
        stop();
    } catch {
      // Offline or restarting: asked again.
    }
  }
}

// Puts in what changed, block by block. A block that is in use stays as it is until it is left: nothing is taken away under a finger.
function blocksOf(part) {
  const served = new WeakMap();
  let fresh = [];
  keep([...part.children]);
  for (const left of ["focusout", "pointerup"])
    part.addEventListener(left, () => setTimeout(put));
  return {
    show(newest) {
      fresh = [...newest.children];
      keep(fresh);
      put();
    },
  };

  // As it came: what somebody opens or types later is no change, nor is a form's token.
  function keep(elements) {
    for (const element of elements)
      served.set(element, element.outerHTML.replace(/(__RequestVerificationToken" type="hidden" value=")[^"]*/g, "$1"));
  }

  function put() {
    const shown = [...part.children];
    if (fresh.length !== shown.length) {
      if (fresh.length > 0 && !inUse(part))
        part.replaceChildren(...fresh);
      return;
    }
    shown.forEach((block, at) => {
      if (served.get(block) === served.get(fresh[at]) || inUse(block))
        return;
      keepOpen(block, fresh[at]);
      block.replaceWith(fresh[at]);
    });
  }

  function inUse(element) {
    return element.matches(":focus-within, :active");
  }

  function keepOpen(block, next) {
    const open = [...block.querySelectorAll("details[open] > summary")].map(summary => summary.textContent);
    for (const summary of next.querySelectorAll("details > summary"))
      summary.parentElement.open = open.includes(summary.textContent);
  }
}

// For screen readers: politely, no oftener than they can read, and always the last one.
let sentence = document.querySelector("[data-live]")?.dataset.says;
let saying;
let saidAt = -BETWEEN_SENTENCES;

function say(text) {
  if (!text || text === sentence)
    return;
  sentence = text;
  saying ??= setTimeout(() => {
    saying = undefined;
    saidAt = performance.now();
    document.getElementById("live-status").textContent = sentence;
  }, Math.max(0, saidAt + BETWEEN_SENTENCES - performance.now()));
}
