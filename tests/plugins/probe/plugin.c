// Asks for what it may not have. With the settings {"go_on": true} it goes on without.
#include <stdio.h>
#include <string.h>

#include "deepfix_plugin.h"

const dfx_plugin dfx_this_plugin = {
    .name = "probe",
    .version = "0.1.0",
    .summary = "Reports what its host answers.",
    .requires = DFX_TRAINING,
    .reads = DFX_MODEL_CHECKPOINT,
    .wants = DFX_KNOWLEDGE | DFX_LLM,
    .codes = {"probe.told"},
};

void dfx_analyze(dfx_report *report) {
    char evidence[600];
    dfx_passages found = dfx_search("overfitting", 2);
    char *answer = dfx_complete("first", NULL);
    const char *const questions[] = {"second", "third"};
    char *answers[2];
    dfx_complete_all(questions, 2, NULL, answers);
    dfx_statistics loss = {0};
    bool there = dfx_table_summary(DFX_TRAINING, "metrics", "loss", &loss);
    there = there && !dfx_table_summary(DFX_TRAINING, "metrics", "nope", &loss);
    dfx_progress(0.5, "half");
    dfx_log(DFX_WARN, "looked");
    dfx_forget_error();
    // Denied, and after it more calls: the first error is the one that is told.
    char *secret = dfx_secret("none");
    dfx_node nothing = dfx_inspect(DFX_DATASET, "");
    const dfx_failure *failure = dfx_error();
    if (secret || nothing.there || !failure || failure->kind != DFX_DENIED) return;
    if (strstr(dfx_settings(), "go_on")) {
        snprintf(evidence, sizeof evidence, "%zu passages, %s, %s, %s, %llu finite from %g to %g; %s", found.length,
                 answer ? answer : "no answer", answers[0] ? answers[0] : "none", answers[1] ? answers[1] : "none",
                 there ? (unsigned long long)loss.count : 0, loss.min, loss.max, dfx_cut(failure->message, 300));
        dfx_forget_error();
        dfx_add(report, "probe.told", DFX_LOW, 0.5, "It was told.", evidence, "Nothing.");
    }
}
