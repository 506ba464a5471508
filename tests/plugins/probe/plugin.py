"""Calls everything that the SDK offers, and reports what came back."""

from deepfix_plugin import Plugin, PluginError, Question, Report

plugin = Plugin("probe", "0.1.0", "Reports what its host answers.", requires=["training"], reads=["model_checkpoint"],
                codes=["probe.none"], wants=["knowledge", "llm"])


def told(ask):
    try:
        return ask()
    except PluginError as error:
        return f"{error.kind}: {error.message}"


@plugin.analyzer
def analyze(cx):
    metrics = cx.table("training", "metrics")
    summary = metrics.summary("loss")
    blob = cx.blob("model_checkpoint")
    passages = cx.search("overfitting", limit=2)
    answers = cx.complete_all([
        Question("first"),
        Question([("system", "be brief"), ("user", "second")]),
    ])
    schema = {"type": "object", "properties": {"word": {"type": "string"}}, "required": ["word"]}
    cx.progress(0.5, "half")
    cx.log("looked", level="warn", rows=metrics.rows)
    return Report("Asked for everything.", extras={
        "about": [cx.dataset_name, cx.language, cx.settings, cx.time is not None],
        "has": [cx.has(it) for it in ("dataset", "training")],
        "params": cx.read("training", "/params"),
        "nothing": cx.read("training", "/nothing") is None,
        "rows": metrics.rows,
        "columns": list(metrics.columns),
        "loss": metrics.numbers("loss"),
        "texts": metrics.texts("note"),
        "loss_summary": [summary["count"], summary["missing"], summary["min"], summary["last"]],
        "no_table": told(lambda: cx.table("training", "nope")),
        "blob": [blob.name, blob.size, list(blob.read(1, 3)), len(blob.read(0, 1 << 30))],
        "passages": [len(passages), passages[0].id != "", passages[0].score > 0],
        "model": cx.model_available(),
        "answers": [it.text for it in answers],
        "tokens": [answers[0].input_tokens, answers[0].output_tokens, answers[0].model],
        "object": cx.complete("third", schema=schema).json(),
        "hints": "llm" in cx.request.get("extras", ""),
        "refused": told(lambda: cx.complete("fourth", samples=0)),
        "secret": told(lambda: cx.secret("none")),
    })


Analyze = plugin.component()
