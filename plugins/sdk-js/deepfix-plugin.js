// What the author of a DeepFix plugin in JavaScript depends on.
//
//     import { definePlugin, Finding, Report } from "./deepfix-plugin.js";
//     import { host } from "./deepfix-host.js";
//
//     export const { analyze } = definePlugin({
//       name: "acme-epochs", version: "0.1.0", summary: "Says how long a training was.",
//       requires: ["training"], codes: ["acme_epochs.long"],
//       analyze(cx) { ... return report; },
//     }, host);
//
// Nothing here imports the host: a native test hands over a `FakeHost`, of deepfix-testing.js, instead.

export const KINDS = ["dataset", "deepchecks", "model_checkpoint", "training"];

/** Why something could not be done: the kinds are those of `types.error` in the WIT. */
export class PluginError extends Error {
  constructor(kind, message) {
    super(`${kind}: ${message}`);
    this.kind = kind;
    this.text = message;
  }
}

/** An RFC 6901 pointer. */
export function pointer(...parts) {
  return parts.map((it) => "/" + String(it).replaceAll("~", "~0").replaceAll("/", "~1")).join("");
}

/** One thing that is wrong. It cannot be made without evidence. */
export class Finding {
  constructor(code, severity, confidence, { description, evidence, extras }) {
    for (const [name, text] of Object.entries({ description, evidence })) {
      if (!text || !text.trim()) throw new TypeError(`${code}: \`${name}\` is empty`);
    }
    if (!["low", "medium", "high"].includes(severity)) throw new TypeError(`${code}: severity ${severity}`);
    if (!(confidence >= 0 && confidence <= 1)) throw new TypeError(`${code}: confidence ${confidence}`);
    Object.assign(this, { code, severity, confidence, description, evidence, extras, facts: [] });
  }

  /** A value and the place where it was read. */
  fact(label, value, source) {
    this.facts.push({ label, value, source });
    return this;
  }

  /** A value that was computed from others. */
  computed(label, value) {
    this.facts.push({ label, value, source: undefined });
    return this;
  }
}

/** All that a plugin has to say of one experiment. */
export class Report {
  constructor(summary, extras) {
    Object.assign(this, { summary, extras, analyses: [] });
  }

  /** A finding with what to do about it. */
  add(finding, { action, rationale = "", confidence = finding.confidence, citations = [] }) {
    if (!action || !action.trim()) throw new TypeError(`${finding.code}: \`action\` is empty`);
    this.analyses.push({ finding, recommendation: { action, rationale, confidence, citations } });
  }
}

/** An open table together with its name, so that every value can state its source. */
export class Table {
  constructor(kind, name, table) {
    Object.assign(this, { kind, name, table });
    this.rows = Number(table.rowCount());
    this.columns = table.columns();
  }

  /** A whole numeric column; NaN where a value is missing. */
  numbers(column) {
    // As bytes: a list of floats takes a hundred times as long to cross over.
    const bytes = Uint8Array.from(this.table.numberBytes(column, 0, this.rows));
    return new Float64Array(bytes.buffer);
  }

  /** A whole column as text. */
  texts(column) {
    return this.table.texts(column, 0, this.rows);
  }

  /** What the host computes of a numeric column: count, missing, nan, infinite, min, max, mean, first, last. */
  summary(column) {
    return this.table.summarize(column, 0, this.rows);
  }

  /** Where one cell stands. */
  cell(column, row) {
    return { artifact: this.kind, pointer: pointer("@tables", this.name, column, row) };
  }

  /** Where a summary stands: count, missing, nan, infinite, min, max, mean, first, last. */
  statistic(column, name) {
    return { artifact: this.kind, pointer: pointer("@tables", this.name, column, "@" + name) };
  }

  /** Where the number of rows stands. */
  rowsSource() {
    return { artifact: this.kind, pointer: pointer("@tables", this.name, "@rows") };
  }
}

/** The host hands over at most so many bytes of a blob in one call. */
const PIECE = 4 << 20;

/** Bytes of any size, such as a checkpoint, with their name. */
export class Blob {
  constructor(kind, name, blob) {
    Object.assign(this, { kind, name, blob });
    this.size = Number(blob.size());
  }

  /** So many bytes, in as many calls as it takes; fewer only at the end. */
  read(offset, length) {
    const end = Math.min(offset + length, this.size);
    const bytes = new Uint8Array(Math.max(0, end - offset));
    let done = 0;
    while (offset + done < end) {
      const piece = this.blob.read(offset + done, Math.min(end - offset - done, PIECE));
      if (piece.length === 0) break;
      bytes.set(piece, done);
      done += piece.length;
    }
    return bytes.subarray(0, done);
  }

  /** Where its size stands. */
  sizeSource() {
    return { artifact: this.kind, pointer: pointer("@blobs", this.name, "@size") };
  }

  /** Where one little-endian scalar stands: u8, u64, f16, bf16, f32 or f64. */
  scalarSource(type, offset) {
    return { artifact: this.kind, pointer: pointer("@blobs", this.name, type, offset) };
  }
}

// What a language model is asked, as the WIT has it.
function question(it) {
  const messages = typeof it.messages === "string" ? [{ role: "user", content: it.messages }] : it.messages;
  const schema = it.schema && JSON.stringify(it.schema);
  return { messages, schema, maxTokens: it.maxTokens, temperature: it.temperature, samples: it.samples ?? 1 };
}

/** What a language model answered. It is data from a stranger: check it before it reaches a finding. */
export class Completion {
  constructor({ texts, model, usage, cached }) {
    const [inputTokens, outputTokens] = [Number(usage.inputTokens), Number(usage.outputTokens)];
    Object.assign(this, { texts, model, inputTokens, outputTokens, cached });
  }

  /** The first answer. */
  get text() {
    return this.texts[0];
  }

  /** The first answer, where a schema was asked for. */
  json() {
    return JSON.parse(this.texts[0]);
  }
}

/** An experiment, as a plugin sees it. */
export class Context {
  constructor(host, request) {
    this.host = host;
    this.request = request;
    this.settings = request.settings ? JSON.parse(request.settings) : {};
    this.language = request.language ?? "english";
    this.datasetName = request.datasetName ?? "";
    this.modelName = request.modelName ?? "";
    /** Milliseconds that the analysis has from its start on, where the host says so. */
    this.time = (request.extras ? JSON.parse(request.extras) : {}).time_ms;
  }

  /** Whether the request carries this artifact and the plugin may read it. */
  has(kind) {
    return this.host.available().includes(kind);
  }

  /** What stands at a pointer; undefined where nothing does. */
  read(kind, at = "") {
    const text = this.host.read(kind, at);
    return text === undefined || text === null ? undefined : JSON.parse(text);
  }

  /** A table by name. */
  table(kind, name) {
    return new Table(kind, name, this.host.openTable(kind, name));
  }

  /** Where a value of a document stands. */
  source(kind, ...parts) {
    return { artifact: kind, pointer: pointer(...parts) };
  }

  /** Passages of the knowledge base; none where the capability is not granted. */
  search(text, { domain, code, limit = 5 } = {}) {
    try {
      return this.host.search({ text, domain, code, limit });
    } catch (error) {
      if (error instanceof PluginError) return [];
      throw error;
    }
  }

  /** A blob by name, or the first one; undefined where the artifact has none. */
  blob(kind, name = this.host.blobs(kind)[0]) {
    return name === undefined ? undefined : new Blob(kind, name, this.host.openBlob(kind, name));
  }

  /** Whether a language model is configured and granted. */
  modelAvailable() {
    return this.host.modelAvailable();
  }

  /** One question to the language model: a text, or messages. */
  complete(messages, more = {}) {
    const [answer] = this.completeAll([{ messages, ...more }]);
    if (answer instanceof PluginError) throw answer;
    return answer;
  }

  /** Several questions at once; one that fails, as a PluginError in its place, does not touch the others. */
  completeAll(questions) {
    return this.host
      .completeAll(questions.map(question))
      .map((it) => (it.tag === "ok" ? new Completion(it.val) : new PluginError(it.val.tag, it.val.val)));
  }

  /** A secret that the operator granted by name. */
  secret(name) {
    return this.host.secret(name);
  }

  /** Tells the user how far the analysis is. */
  progress(fraction, message) {
    this.host.progress(fraction, message);
  }

  /** A structured log record. */
  log(message, level = "info", fields = {}) {
    this.host.log(level, message, Object.entries(fields).map(([name, value]) => [name, String(value)]));
  }
}

const witKind = (kind) => kind.replaceAll("_", "-");
// JSON has no NaN and no infinities: they are texts, as in the artifacts.
const finite = (_, it) => (typeof it === "number" && !Number.isFinite(it) ? String(it) : it);
const text = (extras) => (extras && Object.keys(extras).length > 0 ? JSON.stringify(extras, finite) : "");

function value(it) {
  if (typeof it === "boolean") return { tag: "boolean", val: it };
  if (typeof it === "string") return { tag: "text", val: it };
  if (Number.isSafeInteger(it)) return { tag: "integer", val: it };
  return { tag: "number", val: Number(it) };
}

/** The exports of the world `analyzer`, and `run` for native tests. */
export function definePlugin(plugin, host) {
  for (const kind of [...(plugin.requires ?? []), ...(plugin.reads ?? [])]) {
    if (!KINDS.includes(kind)) throw new TypeError(`artifact kind ${kind}, expected one of ${KINDS}`);
  }
  const run = (on, request) => {
    const report = plugin.analyze(new Context(on, request));
    for (const { finding } of report.analyses) {
      if (!plugin.codes.includes(finding.code)) throw new TypeError(`${finding.code} is not among the plugin's codes`);
    }
    return report;
  };
  const extras = {};
  if (plugin.settingsSchema) extras.settings_schema = plugin.settingsSchema;
  if (plugin.secrets) extras.secrets = plugin.secrets;
  const analyze = {
    describe: () => ({
      name: plugin.name,
      version: plugin.version,
      summary: plugin.summary,
      consumes: [
        ...(plugin.requires ?? []).map((kind) => ({ kind: witKind(kind), required: true })),
        ...(plugin.reads ?? []).map((kind) => ({ kind: witKind(kind), required: false })),
      ],
      codes: plugin.codes,
      capabilities: [
        ...(plugin.needs ?? []).map((capability) => ({ capability, required: true })),
        ...(plugin.wants ?? []).map((capability) => ({ capability, required: false })),
      ],
      extras: text(extras),
    }),
    analyze(request) {
      let report;
      try {
        report = run(host, request);
      } catch (error) {
        // An error of the contract is returned; anything else is a fault of the plugin, and is told.
        const known = error instanceof PluginError;
        throw { tag: known ? error.kind : "internal", val: known ? error.text : String(error) };
      }
      return {
        analyses: report.analyses.map(({ finding, recommendation }) => ({
          finding: {
            code: finding.code,
            description: finding.description,
            evidence: finding.evidence,
            facts: finding.facts.map((fact) => ({
              label: fact.label,
              value: value(fact.value),
              source: fact.source && { artifact: witKind(fact.source.artifact), pointer: fact.source.pointer },
            })),
            severity: finding.severity,
            confidence: finding.confidence,
            extras: text(finding.extras),
          },
          recommendation,
        })),
        summary: report.summary,
        extras: text(report.extras),
      };
    },
  };
  return { analyze, run };
}
