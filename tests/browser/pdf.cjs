// The text of a PDF that Chromium has printed: its pages' glyphs, by the tables that the file has for
// whoever copies from it. No more of PDF than that is understood.
"use strict";
const zlib = require("zlib");

// Streams of the file by the number of their object.
function streams(bytes) {
  const text = bytes.toString("latin1");
  const found = new Map();
  const object = /(\d+) 0 obj\s*(<<(?:(?!endobj)[\s\S])*?>>)\s*stream\r?\n/g;
  for (let it = object.exec(text); it; it = object.exec(text)) {
    const end = text.indexOf("endstream", object.lastIndex);
    let body = bytes.subarray(object.lastIndex, end);
    if (/FlateDecode/.test(it[2])) { body = zlib.inflateSync(body, { finishFlush: zlib.constants.Z_SYNC_FLUSH }); }
    found.set(Number(it[1]), body.toString("latin1"));
    object.lastIndex = end;
  }
  return { text, found };
}

const unicode = (hex) => (hex.match(/.{4}/g) || []).map((it) => String.fromCharCode(parseInt(it, 16))).join("");

// What the glyphs of a font stand for.
function table(map) {
  const glyphs = new Map();
  for (const block of map.match(/beginbfchar[\s\S]*?endbfchar/g) || []) {
    for (const [, from, to] of block.matchAll(/<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>/g)) { glyphs.set(parseInt(from, 16), unicode(to)); }
  }
  for (const block of map.match(/beginbfrange[\s\S]*?endbfrange/g) || []) {
    for (const [, from, last, to] of block.matchAll(/<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>/g)) {
      for (let n = parseInt(from, 16); n <= parseInt(last, 16); n += 1) {
        glyphs.set(n, String.fromCharCode(parseInt(to, 16) + n - parseInt(from, 16)));
      }
    }
  }
  return glyphs;
}

// A text as it is compared: without white space, which the layout decides, and without ligatures.
const plain = (text) => text.normalize("NFKC").replace(/\s+/g, "");

function textOf(bytes) {
  const { text, found } = streams(bytes);
  // Names of fonts in pages, as `/F4 4 0 R`, and each font's own table.
  const fonts = new Map();
  for (const [, name, number] of text.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
    const font = text.match(new RegExp(`(?:^|\\n)${number} 0 obj[\\s\\S]*?endobj`));
    const map = font && font[0].match(/\/ToUnicode (\d+) 0 R/);
    if (map) { fonts.set(name, table(found.get(Number(map[1])))); }
  }
  let said = "";
  for (const body of found.values()) {
    if (!/\bBT\b/.test(body)) { continue; }
    let font = new Map();
    for (const [, name, hex] of body.matchAll(/\/(F\d+) [\d.]+ Tf|<([0-9A-Fa-f]+)>/g)) {
      if (name) { font = fonts.get(name) || new Map(); continue; }
      said += (hex.match(/.{4}/g) || []).map((it) => font.get(parseInt(it, 16)) || "").join("");
    }
  }
  return plain(said);
}

module.exports = { textOf, plain };
