// On our own form, and on the page that asks for one press more: keeps the address for the page that comes next ("check your mail"), which is the same for everybody and cannot know it.
// It stays in this tab and is never sent.
const key = "sign-up";
const form = document.querySelector("form[data-keeps]");

if (form) {
  form.addEventListener("submit", () => {
    const fields = new FormData(form);
    const typed = { email: fields.get("email").trim(), newsletters: fields.getAll("newsletter") };
    try {
      sessionStorage.setItem(key, JSON.stringify(typed));
    } catch {
      // Storage is switched off: that page does without.
    }
  });
}

// After a form of another site, what is kept is an older sign-up's.
const ours = document.referrer.startsWith(location.origin + "/");
const line = document.querySelector("[data-typed]");

if (line) {
  try {
    const typed = ours && JSON.parse(sessionStorage.getItem(key));
    if (typed?.email) {
      line.querySelector("strong").textContent = typed.email;
      line.hidden = false;
      form.querySelector("[name=email]").value = typed.email;
      for (const box of form.querySelectorAll("[name=newsletter][type=checkbox]"))
        box.checked = typed.newsletters.includes(box.value);
    }
  } catch {
    // The same.
  }
}
