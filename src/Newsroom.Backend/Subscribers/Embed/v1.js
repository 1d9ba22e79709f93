// The newsletter form, where this script stands:
//   <script src="https://news.example.org/embed/v1.js" data-source="article-footer" data-newsletters="weekly=This Week|breaking=Breaking" async></script>
// data-newsletter   slugs, apart by spaces, that the form signs up for; none: the newsroom's default ones
// data-newsletters  slug=Name, apart by |: a choice of them instead
// data-source       what the form calls itself, for the record
// data-title, data-button, data-accent (#rrggbb), data-locale (language of those texts)
// No cookie, no storage, nobody else's server. EmbedScripts serves it without comments and indentation.
(() => {
  const tag = document.currentScript, data = tag.dataset, base = tag.src.split("/embed/")[0];

  // Elements are made one by one, never from text: no word of a page or a server becomes markup.
  const make = (name, values, ...children) => {
    const made = document.createElement(name);
    for (const key in values) made.setAttribute(key, values[key]);
    made.append(...children);
    return made;
  };
  const own = data.locale ? { lang: data.locale } : {};
  const split = (text, by) => (text || "").split(by).filter(Boolean);
  const slugs = split(data.newsletter, " ");
  const choices = split(data.newsletters, "|").map(pair => {
    const [slug, name] = pair.split("=");
    return make("label", own, make("input", { type: "checkbox", value: slug.trim() }), name || slug);
  });

  const email = make("input", { id: "email", type: "email", autocomplete: "email", maxlength: 254, "aria-describedby": "error consent" });
  const trap = make("input", { autocomplete: "off" });
  const error = make("p", { id: "error" });
  const hint = make("p", { role: "status" });
  const status = make("div", { role: "status", tabindex: -1 });
  const fields = make("div", {},
    make("label", { for: "email" }, "Your email address"), error, email, hint,
    choices[1] ? make("fieldset", {}, make("legend", {}, "Which newsletters? Without a choice you get all of them."), ...choices) : "",
    make("div", { hidden: "" }, trap),
    make("p", { id: "consent" },
      // ConsentWording.SignUp as sign-up-1 has it. Another sentence is another version, and another script.
      "By signing up you agree that we send you the newsletters you chose by email. We use your address for nothing else and give it to nobody. You can leave at any time with the link in every email.",
      " ", make("a", { href: base + "/privacy" }, "Privacy")),
    make("button", own, data.button || "Sign up"));
  const form = make("form", { novalidate: "", "aria-label": data.title || "Newsletters" }, data.title ? make("h2", own, data.title) : "", fields, status);

  // The system's own colours follow the page's colour scheme, not the reader's alone: a page that knows no dark gets a light form.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`:host{all:initial;color-scheme:inherit;display:block;--a:#8a2c18;--on:#fff}
    form{max-width:34rem;padding:1rem;background:Canvas;color:CanvasText;font:1rem/1.5 system-ui,sans-serif}
    h2{font:700 1.4rem/1.2 Georgia,serif}
    h2,p,fieldset,legend{margin:0 0 .75rem;padding:0;border:0}
    p:empty,[hidden]{display:none}
    fieldset label{display:flex;gap:.75rem;align-items:center;min-height:44px}
    [type=checkbox]{width:1.25rem;height:1.25rem;accent-color:var(--a)}
    #email{box-sizing:border-box;width:100%;margin:.25rem 0 .75rem;background:0 0;color:inherit}
    form,#email,button{border:1px solid #7d766a;border-radius:6px}
    #email,button{min-height:48px;padding:.5rem 1rem;font:inherit}
    button{background:var(--a);color:var(--on);cursor:pointer}
    p button{background:none;color:inherit}
    a{color:inherit}
    :focus-visible{outline:3px solid #1a6fe0;outline-offset:2px}
    div{outline:0}
    #consent{font-size:.875rem}
    #error{color:#9c1c1c;color:light-dark(#9c1c1c,#f3a39a)}`);
  const host = make("div"), root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [sheet];
  if (/^#[0-9a-f]{6}$/i.test(data.accent)) {
    // Black or white, whichever contrasts more (WCAG 2.2, relative luminance 0.179).
    const light = at => (parseInt(data.accent.substr(at, 2), 16) / 255) ** 2.2;
    const on = .2126 * light(1) + .7152 * light(3) + .0722 * light(5) > .179 ? "#000" : "#fff";
    host.style.cssText = `--a:${data.accent};--on:${on}`;
  }

  // Fetched when somebody begins to type; where a page forbids it the form works without.
  let help, proof;
  const prepare = () => {
    help ??= new Promise((resolve, reject) => {
      const script = make("script", { src: base + "/embed/v1-help.js", integrity: "{{v1-help.js}}", crossorigin: "" });
      script.onload = () => resolve(script.help(base));
      script.onerror = reject;
      document.head.append(script);
    });
    // Of a ticket's hour; a page may stay open for days.
    setTimeout(() => proof = 0, 3e6);
    return proof ||= help.then(use => use.prove()).catch(() => 0);
  };
  const post = async proven => {
    proof = 0;
    const picked = choices.filter(one => one.firstChild.checked);
    const answer = await fetch(base + "/api/v1/subscriptions", {
      method: "POST",
      credentials: "omit",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({
        ...proven, email: email.value, website: trap.value, source: data.source, consent: "sign-up-1",
        newsletters: choices[0] ? (picked[0] ? picked : choices).map(one => one.firstChild.value) : slugs,
      }),
    });
    return { answer, body: await answer.json().catch(() => ({})) };
  };

  const button = (label, address) => {
    const made = make("button", { type: "button" }, label);
    made.onclick = () => {
      email.value = address;
      fields.hidden = false;
      status.textContent = hint.textContent = "";
      email.focus();
    };
    return made;
  };
  const offer = domain => {
    const to = email.value.split("@")[0] + "@" + domain;
    return domain ? ["Did you mean ", button(to, to), "?"] : [];
  };
  const refuse = (...words) => {
    status.textContent = "";
    error.replaceChildren(...words);
    email.setAttribute("aria-invalid", true);
    email.focus();
  };
  const clear = () => {
    error.textContent = hint.textContent = "";
    email.removeAttribute("aria-invalid");
    email.value = email.value.trim();
  };
  let busy;
  form.onsubmit = async event => {
    event.preventDefault();
    if (busy) return;
    clear();
    if (!/.@./.test(email.value)) return refuse("Enter your whole email address, for example name@example.org.");
    busy = status.textContent = "One moment, please.";
    try {
      let { answer, body } = await post(await prepare());
      if (body.challenge) ({ answer, body } = await post(await (await help).prove(body.challenge)));
      if (answer.ok) {
        fields.hidden = true;
        status.replaceChildren(make("h2", {}, "Now check your mail"),
          make("p", {}, "Press the button in our message to ", make("b", {}, email.value), ", and you are signed up. If it is not there in three minutes, look into your spam folder."),
          make("p", {}, ...offer(body.hint)), make("p", {}, button("Use another address", email.value)));
        status.focus();
      } else refuse(body.title || "That did not work. Please try again later.");
    } catch {
      refuse("This page cannot reach us. ", make("a", { href: base + "/subscribe" }, "Sign up on our own page"));
    }
    busy = 0;
  };
  email.onfocus = prepare;
  email.onchange = async () => {
    clear();
    hint.replaceChildren(...offer((await help).meant(email.value)));
  };
  root.append(form);
  tag.after(host);
})();
