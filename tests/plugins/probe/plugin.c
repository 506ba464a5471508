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
    dfx_forget_error();
    // Denied, and after it more calls: the first error is the one that is told.
    char *secret = dfx_secret("none");
    dfx_node nothing = dfx_inspect(DFX_DATASET, "");
    const dfx_failure *failure = dfx_error();
    if (secret || nothing.there || !failure || failure->kind != DFX_DENIED) return;
    if (strstr(dfx_settings(), "go_on")) {
        snprintf(evidence, sizeof evidence, "%zu passages, %s; %.300s", found.length, answer ? answer : "no answer",
                 failure->message);
        dfx_forget_error();
        dfx_add(report, "probe.told", DFX_LOW, 0.5, "It was told.", evidence, "Nothing.");
    }
}
