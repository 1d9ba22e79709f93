// Beside a framed sign-up form: gives the frame the height its page asks for. Without this script the frame keeps the height it was given.
(() => {
  const tag = document.currentScript || document.querySelector('script[src*="/embed/frame-v1.js"]');
  const { origin } = new URL(tag.src);
  addEventListener("message", message => {
    const height = message.origin === origin && message.data?.newsroomHeight;
    if (!(height > 0)) return;
    for (const frame of document.querySelectorAll("iframe"))
      if (frame.contentWindow === message.source) frame.style.height = Math.min(height, 3000) + "px";
  });
  // A frame that was there first has told its height already: have it said again.
  for (const frame of document.querySelectorAll("iframe"))
    if (frame.src.startsWith(origin + "/")) frame.contentWindow.postMessage("newsroomHeight", origin);
})();
