// What v1.js fetches once somebody begins to type: hints for slips of the fingers, and the proof of work for busy times. It hands both over
// as a property of its own element, so that the page gets no global name.
(() => {
  // Primitives/DomainTypo.cs: the same rule and lists.
  const common = "gmail.com yahoo.com hotmail.com outlook.com icloud.com protonmail.com googlemail.com comcast.net yahoo.co.uk hotmail.co.uk".split(" ");
  const others = "mail.com email.com ymail.com cloud.com".split(" ");
  const distance = (one, other) => {
    const rows = [];
    for (let i = 0; i <= one.length; i++) for (let j = 0, row = rows[i] = []; j <= other.length; j++) {
      row[j] = i && j ? Math.min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (one[i - 1] != other[j - 1])) : i + j;
      if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1]) row[j] = Math.min(row[j], rows[i - 2][j - 2] + 1);
    }
    return rows[one.length][other.length];
  };
  const name = domain => domain.split(".")[0];
  const nearest = domain => common.concat(others).includes(domain) ? null : common.map(to => [distance(domain, to), to])
    .filter(([slips, to]) => slips <= (domain[0] == to[0] && name(domain) != name(to) ? 2 : 1)).sort(([a], [b]) => a - b).map(([, to]) => to)[0];
  // For an address as typed, the domain that was probably meant.
  const meant = address => {
    const domain = (address.split("@")[1] || "").toLowerCase();
    return domain && nearest(domain);
  };

  // Proof of work for busy times: the first nonce from `from` on, among `count`, for which SHA-256 (FIPS 180-4) of "ticket.nonce" begins
  // with so many zero bits; -1 when none does. Without the browser's own: that needs https, and takes a promise each time.
  function search(ticket, bits, from, count) {
    const k = [], start = [], turn = (x, n) => x >>> n | x << 32 - n;
    for (let n = 2; k.length < 64; n++) {
      let d = 2;
      while (n % d) d++;
      if (d == n) {
        if (start.length < 8) start.push(n ** .5 % 1 * 2 ** 32 | 0);
        k.push(n ** (1 / 3) % 1 * 2 ** 32 | 0);
      }
    }
    for (let nonce = from; nonce < from + count; nonce++) {
      const text = ticket + "." + nonce, size = text.length, words = new Int32Array((size + 72 >> 6) * 16), w = new Int32Array(64);
      for (let i = 0; i <= size; i++) words[i >> 2] |= (text.charCodeAt(i) || 128) << 24 - i % 4 * 8;
      words[words.length - 1] = size * 8;
      let hash = start;
      for (let at = 0; at < words.length; at += 16) {
        let [a, b, c, d, e, f, g, h] = hash;
        for (let t = 0; t < 64; t++) {
          const x = w[t - 15], y = w[t - 2];
          w[t] = t < 16 ? words[at + t] : w[t - 16] + (turn(x, 7) ^ turn(x, 18) ^ x >>> 3) + w[t - 7] + (turn(y, 17) ^ turn(y, 19) ^ y >>> 10);
          const one = h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + (e & f ^ ~e & g) + k[t] + w[t];
          const two = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + (a & b ^ a & c ^ b & c);
          [h, g, f, e, d, c, b, a] = [g, f, e, d + one | 0, c, b, a, one + two | 0];
        }
        hash = [a, b, c, d, e, f, g, h].map((v, i) => v + hash[i] | 0);
      }
      if (Math.clz32(hash[0]) >= bits) return nonce;
    }
    return -1;
  }
  const inWorker = (...work) => new Promise((resolve, reject) => {
    const url = URL.createObjectURL(new Blob([`onmessage=e=>postMessage(search(...e.data,0,1/0));${search}`])), worker = new Worker(url);
    worker.onmessage = answer => resolve(answer.data, worker.terminate(), URL.revokeObjectURL(url));
    worker.onerror = reject;
    worker.postMessage(work);
  });
  const pause = time => new Promise(done => setTimeout(done, time));
  const inSlices = async (...work) => {
    for (let from = 0; ; from += 500, await pause()) {
      const nonce = search(...work, from, 500);
      if (nonce >= 0) return nonce;
    }
  };
  // A ticket counts when it is two seconds old: a person takes longer to type.
  const solve = async ({ ticket, difficulty }) => {
    if (!ticket) return {};
    if (!difficulty) return { ticket };
    const ripe = pause(2100);
    // A page's content policy may forbid workers from blobs.
    const nonce = await inWorker(ticket, difficulty).catch(() => inSlices(ticket, difficulty));
    await ripe;
    return { ticket, nonce: String(nonce) };
  };

  document.currentScript.help = base => ({
    meant,
    // A ticket of the challenge that was answered, or a fresh one: nothing of a visitor's own is in a page, which may come from a cache.
    prove: challenge => challenge ? solve(challenge) : fetch(base + "/embed/token", { credentials: "omit", cache: "no-store" })
      .then(answer => answer.ok ? answer.json() : {}).then(solve),
  });
})();
