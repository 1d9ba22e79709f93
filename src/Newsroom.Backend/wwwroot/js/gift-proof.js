// While cards are tested: finds the proof as the form is filled in, so that donors notice nothing. Pressed too early, the button waits for it; where a
// worker cannot run, the other button sends the link by mail.
const box = document.querySelector("[data-gift-proof]");
const form = box?.closest("form");
const status = form?.querySelector("[data-proof-status]");

// A ticket is not valid before two seconds have passed; the clock here starts after the server's.
const notBefore = Date.now() + 2100;

if (form && window.Worker) {
  const worker = new Worker("/js/proof-worker.js");
  const { ticket, nonce } = form.elements;
  let pressed = null;
  let isOver = false;

  const end = () => {
    isOver = true;
    worker.terminate();
    if (!pressed) return;
    status.textContent = "";
    form.requestSubmit(pressed);
  };
  form.addEventListener("submit", (event) => {
    if (isOver || event.submitter?.name === "by_mail") return;
    event.preventDefault();
    pressed = event.submitter;
    status.textContent = "One moment: we are checking that a person sends this.";
  });
  worker.onerror = end;
  worker.onmessage = ({ data }) => setTimeout(() => {
    nonce.value = data;
    end();
  }, Math.max(0, notBefore - Date.now()));
  worker.postMessage({ ticket: ticket.value, difficulty: Number(box.dataset.giftProof) });
}
