// Renews a page that waits for news: asks for it again every four seconds and shows it once it no longer carries data-waits.
// Without script the page's noscript refresh does the same, less gently.
const every = 4000;

async function look() {
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (answer.ok && !page.querySelector("[data-waits]")) {
      location.reload();
      return;
    }
  } catch {
    // Offline or restarting: the next round asks again.
  }
  setTimeout(look, every);
}

setTimeout(look, every);
