// Passkeys (WebAuthn level 3). A form in [data-passkey] asks its data-options address what to ask the browser, puts the browser's answer into its
// field "credential" and goes on as any form. Hidden parts appear where the browser can do it.
const can = "PublicKeyCredential" in window && "parseRequestOptionsFromJSON" in PublicKeyCredential;

for (const part of document.querySelectorAll("[data-passkey]")) {
  if (!can)
    continue;
  part.hidden = false;
  part.querySelector("form").addEventListener("submit", event => {
    const form = event.currentTarget;
    if (form.elements.credential.value !== "")
      return;
    event.preventDefault();
    ask(form, part.dataset.passkey).catch(fault => say(form, words(fault)));
  });
}

async function ask(form, what) {
  say(form, "Your browser or device asks you now.");
  const body = new URLSearchParams({ __RequestVerificationToken: form.elements.__RequestVerificationToken.value });
  const answer = await fetch(form.dataset.options, { method: "POST", body });
  if (!answer.ok)
    throw new Error(answer.status === 429 ? "Too many tries. Wait a minute, then try again." : "The newsroom's server did not answer. Try again.");
  const options = await answer.json();
  const credential = what === "make"
    ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
    : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  form.elements.credential.value = JSON.stringify(credential);
  form.submit();
}

function words(fault) {
  switch (fault.name) {
    case "NotAllowedError": return "Nothing was chosen, or it took too long. Press the button to try again.";
    case "InvalidStateError": return "This device holds a passkey for this newsroom already.";
    case "SecurityError": return "Passkeys work at the newsroom's own address only. Check the address of this page.";
    default: return fault instanceof TypeError ? "The server could not be reached. Try again." : fault.message;
  }
}

function say(form, text) {
  form.querySelector("[data-said]").textContent = text;
}
