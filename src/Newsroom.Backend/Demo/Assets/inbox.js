// Shows new mail without a press of the reload button; without script the page works all the same.
const inbox = document.querySelector(".inbox");
setInterval(async () => {
  const answer = await fetch("/dev/inbox.json?limit=1&to=" + encodeURIComponent(new URLSearchParams(location.search).get("to") ?? ""));
  const newest = answer.ok ? (await answer.json()).items[0]?.id ?? "" : inbox.dataset.newest;
  if (newest !== inbox.dataset.newest && document.activeElement?.id !== "to") location.reload();
}, 2000);
