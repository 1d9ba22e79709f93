// Says on the button, and beside the fee, the sum that was typed. Without this script both say less; the server reckons for itself either way.
const form = document.getElementById("gift");
const amount = document.getElementById("amount");
const { currency, exponent, language, basisPoints, fixed, step } = form.dataset;
const unit = 10 ** Number(exponent);
const words = [...form.querySelectorAll("[data-sum]")].map(node => ({ node, plain: node.textContent }));

// Only what can be read in one way everywhere: the server judges the rest.
function typed() {
  const parts = /^(\d{1,8})(?:[.,](\d{1,2}))?$/.exec(amount.value.trim());
  const decimals = parts?.[2] ?? "";
  if (!parts || decimals.length > Number(exponent)) return null;
  return Number(parts[1]) * unit + Number(decimals.padEnd(Number(exponent), "0") || 0);
}

function gross(wished) {
  const left = charged => charged - (Math.floor((charged * Number(basisPoints) + 5000) / 10000) + Number(fixed));
  let sum = Math.floor(((wished + Number(fixed)) * 10000) / (10000 - Number(basisPoints)));
  while (left(sum) < wished) sum++;
  while (left(sum - 1) >= wished) sum--;
  return Math.ceil(sum / Number(step)) * Number(step);
}

function say(minor) {
  const whole = minor % unit === 0;
  return new Intl.NumberFormat(language, {
    style: "currency", currency, currencyDisplay: "narrowSymbol",
    minimumFractionDigits: whole ? 0 : Number(exponent), maximumFractionDigits: Number(exponent),
  }).format(minor / unit);
}

function tell() {
  const wished = typed();
  for (const { node, plain } of words) {
    if (!wished) {
      node.textContent = plain;
    } else if (basisPoints) {
      const all = gross(wished);
      node.textContent = node.dataset.sum.replace("{sum}", say(wished)).replace("{fee}", say(all - wished)).replace("{all}", say(all));
    } else {
      node.textContent = node.dataset.sum.replace("{sum}", say(wished));
    }
  }
}

amount.addEventListener("input", tell);
tell();
