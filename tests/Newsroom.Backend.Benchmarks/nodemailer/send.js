// Sends the benchmark's digest as a JavaScript developer would with the usual packages: pooled nodemailer with DKIM, a compiled
// Handlebars template for each reader, better-sqlite3 with one prepared UPDATE for each message accepted.
// node send.js ORDER.json   (what NodemailerBench writes)   prints one line of JSON.
import Database from 'better-sqlite3';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import Handlebars from 'handlebars';
import nodemailer from 'nodemailer';

const order = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const db = new Database(order.database);
// What the documentation of better-sqlite3 recommends; its build then commits with synchronous=NORMAL, so a power cut may lose marks.
db.pragma('journal_mode = WAL');
db.exec('CREATE TABLE readers (id INTEGER PRIMARY KEY, address TEXT NOT NULL, name TEXT, unsubscribe TEXT NOT NULL, preferences TEXT NOT NULL, sent_at INTEGER)');
const insert = db.prepare('INSERT INTO readers (address, name, unsubscribe, preferences) VALUES (?, ?, ?, ?)');
db.transaction(() => {
  for (let n = 1; n <= order.readers; n++) {
    insert.run(`reader${n}@r${n % 97}.example.org`, `Reader ${n}`, randomBytes(32).toString('base64url'), randomBytes(32).toString('base64url'));
  }
})();

const started = process.hrtime.bigint();
const cpu = process.cpuUsage();
const transport = nodemailer.createTransport({
  pool: true,
  host: '127.0.0.1',
  port: order.port,
  ignoreTLS: true,
  maxConnections: order.connections,
  maxMessages: order.perConnection || Infinity,
  dkim: { domainName: 'example.org', keySelector: 'bench', privateKey: readFileSync(order.dkimKey, 'utf8') },
});
const html = Handlebars.compile(readFileSync(new URL('digest.html.hbs', import.meta.url), 'utf8'));
const text = Handlebars.compile(readFileSync(new URL('digest.text.hbs', import.meta.url), 'utf8'));
const cut = (words, length) => (words.length > length ? `${words.slice(0, length - 1)}…` : words);
const [lead, ...stories] = order.stories.map((s) => ({ ...s, link: s.url }));
const edition = {
  subject: order.subject,
  newsletter: 'This Week',
  date: 'Wednesday, November 25, 2026',
  preheader: cut(lead.summary, 140),
  lead,
  stories: stories.map((s) => ({ ...s, summary: cut(s.summary, 260) })),
};

const due = db.prepare('SELECT id, address, name, unsubscribe, preferences FROM readers WHERE sent_at IS NULL AND id > ? ORDER BY id LIMIT 500');
const mark = db.prepare('UPDATE readers SET sent_at = ? WHERE id = ?');
let batch = [];
let last = 0;
let failed = 0;
const next = () => {
  if (batch.length === 0) {
    batch = due.all(last).reverse();
    last = batch[0]?.id ?? last;
  }
  return batch.pop();
};

const send = async () => {
  for (let reader = next(); reader; reader = next()) {
    const own = {
      ...edition,
      unsubscribe: `https://news.example.org/unsubscribe/${reader.unsubscribe}`,
      preferences: `https://news.example.org/preferences/${reader.preferences}`,
    };
    try {
      await transport.sendMail({
        from: { name: 'This Week', address: 'news@example.org' },
        to: { name: reader.name, address: reader.address },
        subject: order.subject,
        html: html(own),
        text: text(own),
        headers: {
          'List-Id': 'This Week <this-week.news.example.org>',
          'List-Unsubscribe': { prepared: true, value: `<${own.unsubscribe}>` },
          'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
        },
      });
      mark.run(Date.now(), reader.id);
    } catch (error) {
      failed++;
      console.error(error.message);
    }
  }
};

// Twice as many as connections: no connection waits for its next message to be made.
await Promise.all(Array.from({ length: order.connections * 2 }, send));
transport.close();
const used = process.cpuUsage(cpu);
console.log(JSON.stringify({
  seconds: Number(process.hrtime.bigint() - started) / 1e9,
  cpuSeconds: (used.user + used.system) / 1e6,
  peakMiB: process.resourceUsage().maxRSS / 1024,
  accepted: db.prepare('SELECT COUNT(*) AS n FROM readers WHERE sent_at IS NOT NULL').get().n,
  failed,
}));
