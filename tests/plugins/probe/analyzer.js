// Calls everything that the SDK offers, and reports what came back.
import { PluginError, Report } from "./deepfix-plugin.js";

function told(ask) {
  try {
    return ask();
  } catch (error) {
    if (error instanceof PluginError) return `${error.kind}: ${error.text}`;
    throw error;
  }
}

/** @type {import("./deepfix-plugin.js").Plugin} */
export const plugin = {
  name: "probe",
  version: "0.1.0",
  summary: "Reports what its host answers.",
  requires: ["training"],
  reads: ["model_checkpoint"],
  codes: ["probe.none"],
  wants: ["knowledge", "llm"],

  analyze(cx) {
    const metrics = cx.table("training", "metrics");
    const summary = metrics.summary("loss");
    const blob = cx.blob("model_checkpoint");
    const passages = cx.search("overfitting", { limit: 2 });
    const answers = cx.completeAll([
      { messages: "first" },
      { messages: [{ role: "system", content: "be brief" }, { role: "user", content: "second" }] },
    ]);
    const schema = { type: "object", properties: { word: { type: "string" } }, required: ["word"] };
    cx.progress(0.5, "half");
    cx.log("looked", "warn", { rows: metrics.rows });
    return new Report("Asked for everything.", {
      about: [cx.datasetName, cx.language, cx.settings, cx.time !== undefined],
      has: [cx.has("dataset"), cx.has("training")],
      params: cx.read("training", "/params"),
      nothing: cx.read("training", "/nothing") === undefined,
      rows: metrics.rows,
      columns: metrics.columns.map((it) => it.name),
      loss: [...metrics.numbers("loss")],
      texts: metrics.texts("note").map((it) => it ?? null),
      loss_summary: [summary.count, summary.missing, summary.min, summary.last],
      no_table: told(() => cx.table("training", "nope")),
      blob: [blob.name, blob.size, [...blob.read(1, 3)], blob.read(0, 1 << 30).length],
      passages: [passages.length, passages[0].id !== "", passages[0].score > 0],
      model: cx.modelAvailable(),
      answers: answers.map((it) => it.text),
      tokens: [answers[0].inputTokens, answers[0].outputTokens, answers[0].model],
      object: cx.complete("third", { schema }).json(),
      hints: (cx.request.extras ?? "").includes("llm"),
      refused: told(() => cx.complete("fourth", { samples: 0 })),
      secret: told(() => cx.secret("none")),
    });
  },
};
