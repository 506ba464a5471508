// A host for native tests of a plugin in JavaScript.
import { KINDS, PluginError } from "./deepfix-plugin.js";

function summary(cells) {
  const values = cells.filter((it) => it !== null).map(Number);
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
      place = place?.[part.replaceAll("~1", "/").replaceAll("~0", "~")];
    }
    return place === undefined ? undefined : JSON.stringify(place);
  }

  openTable(kind, name) {
    const columns = this.document(kind).metrics_values;
    if (name !== "metrics" || !columns) throw new PluginError("not-found", `no table \`${name}\``);
    const rows = Math.max(0, ...Object.values(columns).map((it) => it.length));
    return {
      rowCount: () => rows,
      columns: () => Object.keys(columns).map((it) => ({ name: it, columnType: "numeric" })),
      numberBytes: (column) =>
        new Uint8Array(Float64Array.from(columns[column], (it) => (it === null ? NaN : Number(it))).buffer),
      texts: (column) => columns[column].map((it) => (it === null ? undefined : String(it))),
      summarize: (column) => summary(columns[column]),
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
    if (!(name in this.secrets)) throw new PluginError("denied", `the secret \`${name}\` is not granted`);
    return this.secrets[name];
  }

  log(level, message, fields) {
    this.logs.push([level, message, fields]);
  }

  progress() {}
}
