// Small help for all staff pages; each works without it.

// On a phone the menu begins closed.
const menu = document.querySelector(".rail details");
if (menu && matchMedia("(max-width: 60rem)").matches)
  menu.open = false;

// Copies what stands in the element a button names, and says so.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 3000);
  });
}

// A part that changes by itself: [data-live] names an address that answers with the part's HTML. Asked for every few seconds while the part says
// data-over="no", by the newest answer; a screen reader is told politely, by the part's own status line. (Not by the attribute's absence: Razor
// writes a data- attribute also for null.)
for (const part of document.querySelectorAll("[data-live]"))
  follow(part);

async function follow(part) {
  const every = Number(part.dataset.every ?? 2) * 1000;
  while (part.dataset.over !== "yes") {
    await new Promise(done => setTimeout(done, every));
    try {
      const answer = await fetch(part.dataset.live, { headers: { Accept: "text/html" }, cache: "no-store" });
      if (answer.status === 401)
        location.reload();
      if (!answer.ok)
        continue;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-live]");
      if (!fresh)
        continue;
      // What has the focus stays, and is asked for again: a button is not taken away under a finger.
      if (part.contains(document.activeElement))
        continue;
      part.innerHTML = fresh.innerHTML;
      part.dataset.over = fresh.dataset.over;
    } catch {
      // Offline or restarting: the next round asks again.
    }
  }
}
