#include "deepfix_plugin.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer.h"

struct dfx_report {
    deepfix_analysis_types_report_t wit;
    size_t room;
};

struct dfx_finding {
    dfx_report *report;
    size_t index;
};

static char *settings = "";

// Memory that is there, or the end: the host tells of the limit.
static void *allocated(size_t count, size_t size) {
    void *it = calloc(count ? count : 1, size);
    if (!it) abort();
    return it;
}

// A copy: what is returned to the host is freed by the bindings.
static analyzer_string_t copied(const char *text) {
    size_t length = strlen(text);
    analyzer_string_t it = {allocated(length, 1), length};
    memcpy(it.ptr, text, length);
    return it;
}

static analyzer_string_t borrowed(const char *text) {
    return (analyzer_string_t){(uint8_t *)text, strlen(text)};
}

static char *terminated(analyzer_string_t text) {
    char *it = allocated(text.len + 1, 1);
    memcpy(it, text.ptr, text.len);
    return it;
}

static uint8_t kind_of(int kind) {
    switch (kind) {
        case DFX_DATASET: return DEEPFIX_ANALYSIS_TYPES_ARTIFACT_KIND_DATASET;
        case DFX_DEEPCHECKS: return DEEPFIX_ANALYSIS_TYPES_ARTIFACT_KIND_DEEPCHECKS;
        case DFX_MODEL_CHECKPOINT: return DEEPFIX_ANALYSIS_TYPES_ARTIFACT_KIND_MODEL_CHECKPOINT;
        default: return DEEPFIX_ANALYSIS_TYPES_ARTIFACT_KIND_TRAINING;
    }
}

// A component cannot unwind: what ends it is its last word on standard error, which the host shows.
_Noreturn void dfx_fail(const char *message) {
    fprintf(stderr, "%s\n", message);
    abort();
}

static void checked(bool ok, deepfix_analysis_types_error_t *error) {
    if (!ok) dfx_fail(terminated(error->val.not_found));
}

dfx_node dfx_inspect(int kind, const char *pointer) {
    analyzer_string_t at = borrowed(pointer);
    deepfix_analysis_artifacts_option_node_t node;
    deepfix_analysis_artifacts_error_t error;
    // Whatever the tag, an error holds one text.
    bool ok = deepfix_analysis_artifacts_inspect(kind_of(kind), &at, &node, &error);
    checked(ok, &error);
    dfx_node it = {false, 0, NULL};
    if (!node.is_some) return it;
    it.there = true;
    it.keys = node.val.keys.len;
    it.key = allocated(it.keys, sizeof *it.key);
    for (size_t i = 0; i < it.keys; i++) it.key[i] = terminated(node.val.keys.ptr[i]);
    return it;
}

char *dfx_read(int kind, const char *pointer) {
    analyzer_string_t at = borrowed(pointer);
    analyzer_option_string_t text;
    deepfix_analysis_artifacts_error_t error;
    bool ok = deepfix_analysis_artifacts_read(kind_of(kind), &at, &text, &error);
    checked(ok, &error);
    return text.is_some ? terminated(text.val) : NULL;
}

double dfx_number(int kind, const char *pointer) {
    char *text = dfx_read(kind, pointer);
    if (!text) return NAN;
    char *end;
    double it = strtod(text, &end);
    return end != text && *end == 0 ? it : NAN;
}

const char *dfx_settings(void) { return settings; }

bool dfx_table_column(int kind, const char *table, const char *column, dfx_column *into) {
    analyzer_string_t name = borrowed(table), of = borrowed(column);
    deepfix_analysis_artifacts_own_table_t own;
    deepfix_analysis_artifacts_error_t error;
    if (!deepfix_analysis_artifacts_open_table(kind_of(kind), &name, &own, &error)) return false;
    deepfix_analysis_artifacts_borrow_table_t it = deepfix_analysis_artifacts_borrow_table(own);
    uint64_t rows = deepfix_analysis_artifacts_method_table_row_count(it);
    analyzer_list_f64_t values;
    bool ok = deepfix_analysis_artifacts_method_table_numbers(it, &of, 0, rows, &values, &error);
    if (ok) *into = (dfx_column){values.len, values.ptr};
    deepfix_analysis_artifacts_table_drop_own(own);
    return ok;
}

bool dfx_open_blob(int kind, size_t index, dfx_blob *into) {
    analyzer_list_string_t names;
    deepfix_analysis_artifacts_error_t error;
    bool ok = deepfix_analysis_artifacts_blobs(kind_of(kind), &names, &error);
    checked(ok, &error);
    if (index >= names.len) return false;
    deepfix_analysis_artifacts_own_blob_t own;
    ok = deepfix_analysis_artifacts_open_blob(kind_of(kind), &names.ptr[index], &own, &error);
    checked(ok, &error);
    into->handle = own.__handle;
    into->name = terminated(names.ptr[index]);
    into->size = deepfix_analysis_artifacts_method_blob_size(deepfix_analysis_artifacts_borrow_blob(own));
    return true;
}

bool dfx_read_blob(dfx_blob *blob, uint64_t offset, size_t length, uint8_t *into) {
    deepfix_analysis_artifacts_own_blob_t own = {blob->handle};
    size_t done = 0;
    while (done < length) {
        analyzer_list_u8_t bytes;
        deepfix_analysis_artifacts_error_t error;
        bool ok = deepfix_analysis_artifacts_method_blob_read(deepfix_analysis_artifacts_borrow_blob(own),
                                                              offset + done, length - done, &bytes, &error);
        checked(ok, &error);
        if (bytes.len == 0 || bytes.len > length - done) return false;
        memcpy(into + done, bytes.ptr, bytes.len);
        done += bytes.len;
        free(bytes.ptr);
    }
    return true;
}

void dfx_summary(dfx_report *report, const char *text) { report->wit.summary = copied(text); }

dfx_finding *dfx_add(dfx_report *report, const char *code, dfx_severity severity, double confidence,
                     const char *description, const char *evidence, const char *action) {
    if (!*description || !*evidence || !*action) dfx_fail("a finding has no description, evidence or action");
    size_t index = report->wit.analyses.len++;
    if (report->wit.analyses.len > report->room) {
        report->room = report->room * 2 + 4;
        size_t bytes = report->room * sizeof *report->wit.analyses.ptr;
        report->wit.analyses.ptr = realloc(report->wit.analyses.ptr, bytes);
        if (!report->wit.analyses.ptr) abort();
    }
    deepfix_analysis_types_analysis_t *it = &report->wit.analyses.ptr[index];
    memset(it, 0, sizeof *it);
    it->finding.code = copied(code);
    it->finding.severity = (uint8_t)severity;
    it->finding.confidence = confidence;
    it->finding.description = copied(description);
    it->finding.evidence = copied(evidence);
    it->recommendation.action = copied(action);
    it->recommendation.confidence = confidence;
    dfx_finding *finding = allocated(1, sizeof *finding);
    *finding = (dfx_finding){report, index};
    return finding;
}

static deepfix_analysis_types_fact_t *fact(dfx_finding *finding, const char *label, double value) {
    deepfix_analysis_types_list_fact_t *facts = &finding->report->wit.analyses.ptr[finding->index].finding.facts;
    facts->ptr = realloc(facts->ptr, (facts->len + 1) * sizeof *facts->ptr);
    if (!facts->ptr) abort();
    deepfix_analysis_types_fact_t *it = &facts->ptr[facts->len++];
    memset(it, 0, sizeof *it);
    it->label = copied(label);
    if (value == floor(value) && fabs(value) < 9007199254740992.0) {
        it->value.tag = DEEPFIX_ANALYSIS_TYPES_VALUE_INTEGER;
        it->value.val.integer = (int64_t)value;
    } else {
        it->value.tag = DEEPFIX_ANALYSIS_TYPES_VALUE_NUMBER;
        it->value.val.number = value;
    }
    return it;
}

void dfx_computed(dfx_finding *finding, const char *label, double value) { fact(finding, label, value); }

void dfx_fact(dfx_finding *finding, const char *label, double value, int kind, const char *pointer) {
    deepfix_analysis_types_fact_t *it = fact(finding, label, value);
    it->source.is_some = true;
    it->source.val.artifact = kind_of(kind);
    it->source.val.pointer = copied(pointer);
}

bool dfx_contains_ignoring_case(const char *text, const char *part) {
    size_t length = strlen(part);
    for (; *text; text++) {
        size_t i = 0;
        while (i < length && tolower((unsigned char)text[i]) == tolower((unsigned char)part[i])) i++;
        if (i == length) return true;
    }
    return length == 0;
}

void exports_deepfix_analysis_analyze_describe(exports_deepfix_analysis_analyze_description_t *ret) {
    const dfx_plugin *it = &dfx_this_plugin;
    memset(ret, 0, sizeof *ret);
    ret->name = copied(it->name);
    ret->version = copied(it->version);
    ret->summary = copied(it->summary);
    if (it->extras) ret->extras = copied(it->extras);
    ret->consumes.ptr = allocated(4, sizeof *ret->consumes.ptr);
    for (int kind = DFX_DATASET; kind <= DFX_TRAINING; kind *= 2) {
        if (!((it->requires | it->reads) & kind)) continue;
        deepfix_analysis_types_consumed_artifact_t consumed = {kind_of(kind), (it->requires & kind) != 0};
        ret->consumes.ptr[ret->consumes.len++] = consumed;
    }
    ret->codes.ptr = allocated(DFX_MOST_CODES, sizeof *ret->codes.ptr);
    for (size_t i = 0; i < DFX_MOST_CODES && it->codes[i]; i++) {
        ret->codes.ptr[ret->codes.len++] = copied(it->codes[i]);
    }
}

bool exports_deepfix_analysis_analyze_analyze(exports_deepfix_analysis_analyze_request_t *request,
                                              exports_deepfix_analysis_analyze_report_t *ret,
                                              exports_deepfix_analysis_analyze_error_t *err) {
    (void)err;
    settings = terminated(request->settings);
    dfx_report report;
    memset(&report, 0, sizeof report);
    dfx_analyze(&report);
    if (!report.wit.summary.ptr) dfx_summary(&report, "Nothing to report.");
    *ret = report.wit;
    return true;
}
