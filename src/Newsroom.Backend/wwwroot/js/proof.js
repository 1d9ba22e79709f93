// Spares readers the second press of the button: finds the proof in a worker and sends the form. Where a worker cannot run, the button does.
const form = document.querySelector("form[data-proof]");
const status = form?.querySelector("[data-proof-status]");
const button = form?.querySelector("button");

// A ticket is not valid before two seconds have passed; the clock here starts after the server's.
const notBefore = Date.now() + 2100;

if (form && window.Worker) {
  const worker = new Worker("/js/proof-worker.js");
  const giveUp = () => {
    worker.terminate();
    button.disabled = false;
    status.textContent = "Please press the button.";
  };
  const patience = setTimeout(giveUp, 30000);
  button.disabled = true;
  status.textContent = "One moment: we are checking that a person sends this.";
  worker.onerror = () => {
    clearTimeout(patience);
    giveUp();
  };
  worker.onmessage = ({ data }) => {
    clearTimeout(patience);
    form.elements.nonce.value = data;
    setTimeout(() => {
      status.textContent = "Done. Signing you up.";
      button.disabled = false;
      form.requestSubmit();
    }, Math.max(0, notBefore - Date.now()));
  };
  worker.postMessage({ ticket: form.elements.ticket.value, difficulty: Number(form.dataset.difficulty) });
}
