// Tells the page around a framed form how high it is, so that it shows no second scroll bar. Only to the sites that may frame it: a message
// to any other origin is dropped by the browser.
const parents = document.getElementById("frame").dataset.parents.split(" ");
// Where the browser says who is around, only to that one.
const told = parents.filter(parent => !location.ancestorOrigins || location.ancestorOrigins[0] === parent);

function tell() {
  const newsroomHeight = Math.ceil(document.body.getBoundingClientRect().height);
  for (const parent of told)
    window.parent.postMessage({ newsroomHeight }, parent);
}

if (window.parent !== window) {
  new ResizeObserver(tell).observe(document.body);
  addEventListener("message", message => {
    if (message.source === window.parent && message.data === "newsroomHeight")
      tell();
  });
}
