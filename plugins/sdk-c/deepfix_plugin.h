// What the author of a DeepFix plugin in C depends on. The generated bindings of the WIT are in
// analyzer.h: whatever is missing here is there.
//
// A plugin defines `dfx_this_plugin` and `dfx_analyze`. It runs once in a fresh instance, so nothing has
// to be freed.
//
// A call that the host refuses gives what is there where nothing is (a null, a NaN, false), and its error
// is kept: where `dfx_analyze` returns with an error kept, the analysis ends with that error, of its own
// kind, instead of a report. A plugin that can go on looks at `dfx_error` and calls `dfx_forget_error`.
#ifndef DEEPFIX_PLUGIN_H
#define DEEPFIX_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Artifact kinds; several are joined by `|`.
enum { DFX_DATASET = 1, DFX_DEEPCHECKS = 2, DFX_MODEL_CHECKPOINT = 4, DFX_TRAINING = 8 };
typedef enum { DFX_LOW = 0, DFX_MEDIUM = 1, DFX_HIGH = 2 } dfx_severity;

// Capabilities.
enum { DFX_KNOWLEDGE = 1, DFX_LLM = 2 };

#define DFX_MOST_CODES 16

// What a plugin is.
typedef struct {
    const char *name, *version, *summary;
    // It is not run without `requires`, and reads `reads` where it is there.
    int requires, reads;
    // Capabilities: it is not loaded without `needs`, and uses `wants` where they are granted.
    int needs, wants;
    // A JSON object with `settings_schema` or `secrets`, or null.
    const char *extras;
    const char *codes[DFX_MOST_CODES];
} dfx_plugin;

typedef struct dfx_report dfx_report;
typedef struct dfx_finding dfx_finding;

// Defined by the plugin.
extern const dfx_plugin dfx_this_plugin;
void dfx_analyze(dfx_report *report);

// Why something could not be done: the kinds are those of `error` in the WIT.
typedef enum {
    DFX_NOT_FOUND, DFX_INVALID, DFX_DENIED, DFX_BUDGET_EXCEEDED, DFX_TIMED_OUT, DFX_UNAVAILABLE, DFX_INTERNAL
} dfx_error_kind;
typedef struct {
    dfx_error_kind kind;
    const char *message;
} dfx_failure;
// The first error that is kept, or null.
const dfx_failure *dfx_error(void);
void dfx_forget_error(void);
// Keeps an error of one's own, unless there is one: return from `dfx_analyze` then.
void dfx_fail(const char *message);
void dfx_fail_as(dfx_error_kind kind, const char *message);

// The outline of one place of a document: the names of an object's members.
typedef struct {
    bool there;
    size_t keys;
    char **key;
} dfx_node;

// All texts end with a zero byte. `pointer` is an RFC 6901 pointer.
dfx_node dfx_inspect(int kind, const char *pointer);
// The JSON text at a pointer, or null where nothing stands.
char *dfx_read(int kind, const char *pointer);
// The number at a pointer, or NaN.
double dfx_number(int kind, const char *pointer);
// This agent's settings as JSON text, or an empty text.
const char *dfx_settings(void);

// A whole numeric column of a table; NaN where a value is missing.
typedef struct {
    size_t length;
    double *values;
} dfx_column;
bool dfx_table_column(int kind, const char *table, const char *column, dfx_column *into);

// A blob by its place among the artifact's blobs.
typedef struct {
    int32_t handle;
    char *name;
    uint64_t size;
} dfx_blob;
bool dfx_open_blob(int kind, size_t index, dfx_blob *into);
// Reads exactly so many bytes, in as many calls as it takes.
bool dfx_read_blob(dfx_blob *blob, uint64_t offset, size_t length, uint8_t *into);

// What the host computes of a numeric column; the numbers are over its finite values, NaN without any.
typedef struct {
    uint64_t count, missing, nan, infinite;
    double min, max, mean, first, last;
} dfx_statistics;
bool dfx_table_summary(int kind, const char *table, const char *column, dfx_statistics *into);

// Passages of the knowledge base; none without the capability. A recommendation cites them by `id`.
typedef struct {
    const char *id, *title, *text;
} dfx_passage;
typedef struct {
    size_t length;
    dfx_passage *passages;
} dfx_passages;
dfx_passages dfx_search(const char *text, uint32_t limit);
// The language model's answer to one message, or null. `schema` is a JSON Schema, or null. What it says is
// data from a stranger.
char *dfx_complete(const char *message, const char *schema);
// The same for several messages at once, one answer in the place of each. One that fails is null, and keeps no
// error.
void dfx_complete_all(const char *const *messages, size_t count, const char *schema, char **answers);
// A secret that the operator granted by name, or null.
char *dfx_secret(const char *name);

// A record of the log, and how far the analysis is, from 0 to 1.
typedef enum { DFX_TRACE, DFX_DEBUG, DFX_INFO, DFX_WARN, DFX_ERROR } dfx_level;
void dfx_log(dfx_level level, const char *message);
void dfx_progress(double fraction, const char *message);

// One paragraph on what was looked at.
void dfx_summary(dfx_report *report, const char *text);
// A finding: none without evidence and an action.
dfx_finding *dfx_add(dfx_report *report, const char *code, dfx_severity severity, double confidence,
                     const char *description, const char *evidence, const char *action);
// A value that was computed, and one that was read: the host reads it again at its pointer.
void dfx_computed(dfx_finding *finding, const char *label, double value);
void dfx_fact(dfx_finding *finding, const char *label, double value, int kind, const char *pointer);

// An RFC 6901 pointer of its parts, whatever is in them: dfx_pointer("@blobs", name, "@size").
#define dfx_pointer(...) dfx_pointer_of((const char *const[]){__VA_ARGS__, NULL})
char *dfx_pointer_of(const char *const *parts);
// At most so many bytes of a text, none of its characters cut in two: the host takes UTF-8 alone.
char *dfx_cut(const char *text, size_t most);

// Memory that is there and zero, or the end: the host tells of the limit.
void *dfx_allocate(size_t count, size_t size);
bool dfx_contains_ignoring_case(const char *text, const char *part);

#endif
