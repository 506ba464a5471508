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

void *dfx_allocate(size_t count, size_t size) {
    void *it = calloc(count ? count : 1, size);
    if (!it) abort();
    return it;
}

// A copy: what is returned to the host is freed by the bindings.
static analyzer_string_t copied(const char *text) {
    size_t length = strlen(text);
    analyzer_string_t it = {dfx_allocate(length, 1), length};
    memcpy(it.ptr, text, length);
    return it;
}

static analyzer_string_t borrowed(const char *text) {
    return (analyzer_string_t){(uint8_t *)text, strlen(text)};
}

static char *terminated(analyzer_string_t text) {
    char *it = dfx_allocate(text.len + 1, 1);
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

static dfx_failure failure;
static bool has_failed;

const dfx_failure *dfx_error(void) { return has_failed ? &failure : NULL; }

void dfx_forget_error(void) { has_failed = false; }

void dfx_fail_as(dfx_error_kind kind, const char *message) {
    if (has_failed) return;
    char *kept = dfx_allocate(strlen(message) + 1, 1);
    failure = (dfx_failure){kind, strcpy(kept, message)};
    has_failed = true;
}

void dfx_fail(const char *message) { dfx_fail_as(DFX_INTERNAL, message); }

// The kinds of the header are in the order of the WIT, and whatever the kind, an error holds one text.
static bool checked(bool ok, deepfix_analysis_types_error_t *error) {
    if (!ok) dfx_fail_as((dfx_error_kind)error->tag, terminated(error->val.not_found));
    return ok;
}

dfx_node dfx_inspect(int kind, const char *pointer) {
    analyzer_string_t at = borrowed(pointer);
    deepfix_analysis_artifacts_option_node_t node;
    deepfix_analysis_artifacts_error_t error;
    bool ok = deepfix_analysis_artifacts_inspect(kind_of(kind), &at, &node, &error);
    dfx_node it = {false, 0, NULL};
    if (!checked(ok, &error) || !node.is_some) return it;
    it.there = true;
    it.keys = node.val.keys.len;
    it.key = dfx_allocate(it.keys, sizeof *it.key);
    for (size_t i = 0; i < it.keys; i++) it.key[i] = terminated(node.val.keys.ptr[i]);
    return it;
}

char *dfx_read(int kind, const char *pointer) {
    analyzer_string_t at = borrowed(pointer);
    analyzer_option_string_t text;
    deepfix_analysis_artifacts_error_t error;
    bool ok = deepfix_analysis_artifacts_read(kind_of(kind), &at, &text, &error);
    return checked(ok, &error) && text.is_some ? terminated(text.val) : NULL;
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
    // What is not there is no error: many requests have no such table, or no such column.
    if (!deepfix_analysis_artifacts_open_table(kind_of(kind), &name, &own, &error)) {
        return error.tag == DEEPFIX_ANALYSIS_TYPES_ERROR_NOT_FOUND ? false : checked(false, &error);
    }
    deepfix_analysis_artifacts_borrow_table_t it = deepfix_analysis_artifacts_borrow_table(own);
    uint64_t rows = deepfix_analysis_artifacts_method_table_row_count(it);
    analyzer_list_f64_t values;
    bool ok = deepfix_analysis_artifacts_method_table_numbers(it, &of, 0, rows, &values, &error);
    deepfix_analysis_artifacts_table_drop_own(own);
    if (!ok) return error.tag == DEEPFIX_ANALYSIS_TYPES_ERROR_NOT_FOUND ? false : checked(false, &error);
    *into = (dfx_column){values.len, values.ptr};
    return true;
}

bool dfx_table_summary(int kind, const char *table, const char *column, dfx_statistics *into) {
    analyzer_string_t name = borrowed(table), of = borrowed(column);
    deepfix_analysis_artifacts_own_table_t own;
    deepfix_analysis_artifacts_error_t error;
    if (!deepfix_analysis_artifacts_open_table(kind_of(kind), &name, &own, &error)) {
        return error.tag == DEEPFIX_ANALYSIS_TYPES_ERROR_NOT_FOUND ? false : checked(false, &error);
    }
    deepfix_analysis_artifacts_borrow_table_t it = deepfix_analysis_artifacts_borrow_table(own);
    deepfix_analysis_artifacts_column_summary_t from;
    bool ok = deepfix_analysis_artifacts_method_table_summarize(it, &of, 0, UINT64_MAX, &from, &error);
    deepfix_analysis_artifacts_table_drop_own(own);
    if (!ok) return error.tag == DEEPFIX_ANALYSIS_TYPES_ERROR_NOT_FOUND ? false : checked(false, &error);
    *into = (dfx_statistics){from.count, from.missing, from.nan, from.infinite, from.min,
                             from.max, from.mean, from.first, from.last};
    return true;
}

bool dfx_open_blob(int kind, size_t index, dfx_blob *into) {
    analyzer_list_string_t names;
    deepfix_analysis_artifacts_error_t error;
    if (!checked(deepfix_analysis_artifacts_blobs(kind_of(kind), &names, &error), &error)) return false;
    if (index >= names.len) return false;
    deepfix_analysis_artifacts_own_blob_t own;
    bool ok = deepfix_analysis_artifacts_open_blob(kind_of(kind), &names.ptr[index], &own, &error);
    if (!checked(ok, &error)) return false;
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
        if (!checked(ok, &error)) return false;
        if (bytes.len == 0 || bytes.len > length - done) return false;
        memcpy(into + done, bytes.ptr, bytes.len);
        done += bytes.len;
        free(bytes.ptr);
    }
    return true;
}

dfx_passages dfx_search(const char *text, uint32_t limit) {
    deepfix_analysis_knowledge_query_t query = {.text = borrowed(text), .limit = limit};
    deepfix_analysis_knowledge_list_passage_t list;
    deepfix_analysis_knowledge_error_t error;
    dfx_passages it = {0, NULL};
    if (!deepfix_analysis_knowledge_search(&query, &list, &error)) return it;
    it.length = list.len;
    it.passages = dfx_allocate(list.len, sizeof *it.passages);
    for (size_t i = 0; i < list.len; i++) {
        deepfix_analysis_knowledge_passage_t *from = &list.ptr[i];
        it.passages[i] = (dfx_passage){terminated(from->id), terminated(from->title), terminated(from->text)};
    }
    return it;
}

char *dfx_complete(const char *message, const char *schema) {
    deepfix_analysis_llm_message_t user = {DEEPFIX_ANALYSIS_LLM_ROLE_USER, borrowed(message)};
    deepfix_analysis_llm_completion_request_t request = {.messages = {&user, 1}, .samples = 1};
    if (schema) {
        request.schema.is_some = true;
        request.schema.val = borrowed(schema);
    }
    deepfix_analysis_llm_completion_t answer;
    deepfix_analysis_llm_error_t error;
    if (!checked(deepfix_analysis_llm_complete(&request, &answer, &error), &error)) return NULL;
    return answer.texts.len ? terminated(answer.texts.ptr[0]) : NULL;
}

void dfx_complete_all(const char *const *messages, size_t count, const char *schema, char **answers) {
    deepfix_analysis_llm_message_t *users = dfx_allocate(count, sizeof *users);
    deepfix_analysis_llm_completion_request_t *requests = dfx_allocate(count, sizeof *requests);
    for (size_t i = 0; i < count; i++) {
        users[i] = (deepfix_analysis_llm_message_t){DEEPFIX_ANALYSIS_LLM_ROLE_USER, borrowed(messages[i])};
        requests[i].messages = (deepfix_analysis_llm_list_message_t){&users[i], 1};
        requests[i].samples = 1;
        requests[i].schema.is_some = schema != NULL;
        if (schema) requests[i].schema.val = borrowed(schema);
        answers[i] = NULL;
    }
    deepfix_analysis_llm_list_completion_request_t all = {requests, count};
    deepfix_analysis_llm_list_result_completion_error_t found;
    deepfix_analysis_llm_complete_all(&all, &found);
    for (size_t i = 0; i < count && i < found.len; i++) {
        if (found.ptr[i].is_err || !found.ptr[i].val.ok.texts.len) continue;
        answers[i] = terminated(found.ptr[i].val.ok.texts.ptr[0]);
    }
}

void dfx_log(dfx_level level, const char *message) {
    analyzer_string_t text = borrowed(message);
    analyzer_list_tuple2_string_string_t none = {NULL, 0};
    deepfix_analysis_logging_log((uint8_t)level, &text, &none);
}

void dfx_progress(double fraction, const char *message) {
    analyzer_string_t text = borrowed(message);
    deepfix_analysis_progress_report(fraction, &text);
}

char *dfx_pointer_of(const char *const *parts) {
    size_t length = 1;
    for (size_t i = 0; parts[i]; i++) length += 1 + 2 * strlen(parts[i]);
    char *it = dfx_allocate(length, 1), *to = it;
    for (size_t i = 0; parts[i]; i++) {
        *to++ = '/';
        for (const char *from = parts[i]; *from; from++) {
            if (*from == '~' || *from == '/') {
                *to++ = '~';
                *to++ = *from == '~' ? '0' : '1';
            } else {
                *to++ = *from;
            }
        }
    }
    return it;
}

char *dfx_cut(const char *text, size_t most) {
    size_t length = strlen(text);
    if (length > most) {
        length = most;
        // What continues a character is 10xxxxxx.
        while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80) length--;
    }
    char *it = dfx_allocate(length + 1, 1);
    memcpy(it, text, length);
    return it;
}

char *dfx_secret(const char *name) {
    analyzer_string_t of = borrowed(name), value;
    deepfix_analysis_secrets_error_t error;
    return checked(deepfix_analysis_secrets_get(&of, &value, &error), &error) ? terminated(value) : NULL;
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
    dfx_finding *finding = dfx_allocate(1, sizeof *finding);
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
    ret->consumes.ptr = dfx_allocate(4, sizeof *ret->consumes.ptr);
    for (int kind = DFX_DATASET; kind <= DFX_TRAINING; kind *= 2) {
        if (!((it->requires | it->reads) & kind)) continue;
        deepfix_analysis_types_consumed_artifact_t consumed = {kind_of(kind), (it->requires & kind) != 0};
        ret->consumes.ptr[ret->consumes.len++] = consumed;
    }
    ret->codes.ptr = dfx_allocate(DFX_MOST_CODES, sizeof *ret->codes.ptr);
    static const uint8_t capabilities[] = {DEEPFIX_ANALYSIS_TYPES_CAPABILITY_KNOWLEDGE,
                                           DEEPFIX_ANALYSIS_TYPES_CAPABILITY_LLM};
    ret->capabilities.ptr = dfx_allocate(2, sizeof *ret->capabilities.ptr);
    for (int i = 0; i < 2; i++) {
        int bit = 1 << i;
        if (!((it->needs | it->wants) & bit)) continue;
        deepfix_analysis_types_requested_capability_t asked = {capabilities[i], (it->needs & bit) != 0};
        ret->capabilities.ptr[ret->capabilities.len++] = asked;
    }
    for (size_t i = 0; i < DFX_MOST_CODES && it->codes[i]; i++) {
        ret->codes.ptr[ret->codes.len++] = copied(it->codes[i]);
    }
}

bool exports_deepfix_analysis_analyze_analyze(exports_deepfix_analysis_analyze_request_t *request,
                                              exports_deepfix_analysis_analyze_report_t *ret,
                                              exports_deepfix_analysis_analyze_error_t *err) {
    settings = terminated(request->settings);
    dfx_report report;
    memset(&report, 0, sizeof report);
    dfx_analyze(&report);
    if (has_failed) {
        *err = (exports_deepfix_analysis_analyze_error_t){.tag = (uint8_t)failure.kind};
        err->val.not_found = copied(failure.message);
        return false;
    }
    if (!report.wit.summary.ptr) dfx_summary(&report, "Nothing to report.");
    *ret = report.wit;
    return true;
}
