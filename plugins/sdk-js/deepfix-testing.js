// A host for native tests of a plugin in JavaScript.
import { KINDS, PluginError } from "./deepfix-plugin.js";

// JSON has no NaN and no infinities: they are texts there.
const ODD = ["NaN", "Infinity", "-Infinity"];
const isNumber = (it) => typeof it === "number" || typeof it === "boolean" || ODD.includes(it);
const number = (it) => (it === null ? NaN : Number(it));

function summary(cells) {
  const values = cells.filter((it) => it !== null).map(number);
  const finite = values.filter(Number.isFinite);
  return {
    count: finite.length,
    missing: cells.length - values.length,
    nan: values.filter(Number.isNaN).length,
    infinite: values.length - finite.length - values.filter(Number.isNaN).length,
    min: finite.length ? Math.min(...finite) : NaN,
    max: finite.length ? Math.max(...finite) : NaN,
    mean: finite.reduce((sum, it) => sum + it, 0) / finite.length,
    first: finite[0] ?? NaN,
    last: finite.at(-1) ?? NaN,
  };
}

/** A host for native tests: the artifacts of a request in wire form. */
export class FakeHost {
  constructor(request, { passages = [], secrets = {}, blobs = {}, model } = {}) {
    Object.assign(this, { request, passages, secrets, files: blobs, model, logs: [] });
  }

  document(kind) {
    const document = this.request[`${kind}_artifacts`];
    if (document === undefined) throw new PluginError("not-found", `the request carries no ${kind} artifact`);
    return document;
  }

  available() {
    return KINDS.filter((kind) => this.request[`${kind}_artifacts`] !== undefined);
  }

  read(kind, at) {
    let place = this.document(kind);
    for (const part of at.split("/").slice(1)) {
      const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
      // Neither `length` nor `constructor` is a member of what was sent.
      const there = place !== null && typeof place === "object" && Object.hasOwn(place, name);
      if (!there || (Array.isArray(place) && name === "length")) return undefined;
      place = place[name];
    }
    return JSON.stringify(place);
  }

  openTable(kind, name) {
    const columns = this.document(kind).metrics_values;
    if (name !== "metrics" || !columns) throw new PluginError("not-found", `no table \`${name}\``);
    const rows = Math.max(0, ...Object.values(columns).map((it) => it.length));
    const type = (cells) => (cells.every((it) => it === null || isNumber(it)) ? "numeric" : "text");
    const cells = (column, offset, length, numeric) => {
      if (!Object.hasOwn(columns, column)) throw new PluginError("not-found", `no column \`${column}\``);
      const all = columns[column];
      if (numeric && type(all) !== "numeric") throw new PluginError("invalid", `column \`${column}\` is not numeric`);
      // A column that ends early lacks the rest.
      return Array.from({ length: rows }, (_, row) => all[row] ?? null).slice(offset, offset + length);
    };
    return {
      rowCount: () => rows,
      columns: () => Object.entries(columns).map(([it, all]) => ({ name: it, columnType: type(all) })),
      numberBytes: (column, offset, length) =>
        new Uint8Array(Float64Array.from(cells(column, offset, length, true), number).buffer),
      texts: (column, offset, length) =>
        cells(column, offset, length).map((it) => (it === null ? undefined : String(it))),
      summarize: (column, offset, length) => summary(cells(column, offset, length, true)),
    };
  }

  tables(kind) {
    return this.document(kind).metrics_values ? ["metrics"] : [];
  }

  blobs(kind) {
    return kind === "model_checkpoint" ? Object.keys(this.files).sort() : [];
  }

  openBlob(kind, name) {
    if (!this.blobs(kind).includes(name)) throw new PluginError("not-found", `no blob \`${name}\``);
    const bytes = this.files[name];
    return { size: () => bytes.length, read: (offset, length) => bytes.slice(offset, offset + length) };
  }

  modelAvailable() {
    return this.model !== undefined;
  }

  completeAll(questions) {
    return questions.map((it) => {
      if (!this.model) return { tag: "err", val: { tag: "unavailable", val: "no language model is configured" } };
      const texts = Array.from({ length: it.samples }, () => this.model(it));
      return { tag: "ok", val: { texts, model: "fake", usage: { inputTokens: 0, outputTokens: 0 }, cached: false } };
    });
  }

  search({ limit }) {
    return this.passages.slice(0, limit);
  }

  secret(name) {
    if (!Object.hasOwn(this.secrets, name)) throw new PluginError("denied", `the secret \`${name}\` is not granted`);
    return this.secrets[name];
  }

  log(level, message, fields) {
    this.logs.push([level, message, fields]);
  }

  progress() {}
}
