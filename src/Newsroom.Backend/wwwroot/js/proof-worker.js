// Finds a number whose SHA-256 after "TICKET." begins with so many zero bits. Plain SHA-256 (FIPS 180-4) on one block or two: WebCrypto's
// asynchronous call for each try is ten times slower.
const K = new Uint32Array(64);
const H = new Uint32Array(8);

// The constants are the first bits of the roots of the first primes.
for (let n = 2, i = 0; i < 64; n++) {
  let prime = true;
  for (let d = 2; d * d <= n; d++) if (n % d === 0) prime = false;
  if (!prime) continue;
  if (i < 8) H[i] = (n ** 0.5 % 1) * 2 ** 32;
  K[i++] = (n ** (1 / 3) % 1) * 2 ** 32;
}

const W = new Uint32Array(64);
const rotate = (x, n) => (x >>> n) | (x << (32 - n));

function block(state, words, from) {
  for (let i = 0; i < 16; i++) W[i] = words[from + i];
  for (let i = 16; i < 64; i++) {
    const a = W[i - 15], b = W[i - 2];
    W[i] = (rotate(a, 7) ^ rotate(a, 18) ^ (a >>> 3)) + W[i - 7] + (rotate(b, 17) ^ rotate(b, 19) ^ (b >>> 10)) + W[i - 16];
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i++) {
    const t1 = (h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
    const t2 = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
  }
  state[0] += a; state[1] += b; state[2] += c; state[3] += d; state[4] += e; state[5] += f; state[6] += g; state[7] += h;
}

// The first word is enough to judge up to 32 bits.
function firstWord(text) {
  const blocks = ((text.length + 8) >> 6) + 1;
  const words = new Uint32Array(blocks * 16);
  for (let i = 0; i < text.length; i++) words[i >> 2] |= text.charCodeAt(i) << (24 - 8 * (i & 3));
  words[text.length >> 2] |= 0x80 << (24 - 8 * (text.length & 3));
  words[words.length - 1] = text.length * 8;
  const state = H.slice();
  for (let i = 0; i < blocks; i++) block(state, words, i * 16);
  return state[0];
}

onmessage = ({ data: { ticket, difficulty } }) => {
  for (let nonce = 0; ; nonce++) {
    if (Math.clz32(firstWord(`${ticket}.${nonce}`)) >= difficulty) {
      postMessage(String(nonce));
      return;
    }
  }
};
