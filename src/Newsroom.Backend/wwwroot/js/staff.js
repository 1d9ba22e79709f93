// Small help for all staff pages; each works without it.

// On a phone the menu begins closed; a window made wide again shows it.
const menu = document.querySelector(".rail details");
const narrow = matchMedia("(max-width: 60rem)");
if (menu) {
  const fold = () => { menu.open = !narrow.matches; };
  narrow.addEventListener("change", fold);
  fold();
}

// Copies what stands in the element a button names, and says so.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 3000);
  });
}

// A time zone that nobody has given yet begins with this browser's.
const zone = document.querySelector("select[data-own-zone=yes]");
const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && [...zone.options].some(option => option.value === own))
  zone.value = own;
