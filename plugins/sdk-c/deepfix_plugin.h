// What the author of a DeepFix plugin in C depends on. The generated bindings of the WIT are in
// analyzer.h: whatever is missing here is there.
//
// A plugin defines `dfx_this_plugin` and `dfx_analyze`. It runs once in a fresh instance, so nothing has
// to be freed. A call that the host refuses ends the analysis with the host's own error, unless it is
// asked through a function of analyzer.h.
#ifndef DEEPFIX_PLUGIN_H
#define DEEPFIX_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Artifact kinds; several are joined by `|`.
enum { DFX_DATASET = 1, DFX_DEEPCHECKS = 2, DFX_MODEL_CHECKPOINT = 4, DFX_TRAINING = 8 };
typedef enum { DFX_LOW = 0, DFX_MEDIUM = 1, DFX_HIGH = 2 } dfx_severity;

#define DFX_MOST_CODES 16

// What a plugin is.
typedef struct {
    const char *name, *version, *summary;
    // It is not run without `requires`, and reads `reads` where it is there.
    int requires, reads;
    // A JSON object with `settings_schema` or `secrets`, or null.
    const char *extras;
    const char *codes[DFX_MOST_CODES];
} dfx_plugin;

typedef struct dfx_report dfx_report;
typedef struct dfx_finding dfx_finding;

// Defined by the plugin.
extern const dfx_plugin dfx_this_plugin;
void dfx_analyze(dfx_report *report);

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

// One paragraph on what was looked at.
void dfx_summary(dfx_report *report, const char *text);
// A finding: none without evidence and an action.
dfx_finding *dfx_add(dfx_report *report, const char *code, dfx_severity severity, double confidence,
                     const char *description, const char *evidence, const char *action);
// A value that was computed, and one that was read: the host reads it again at its pointer.
void dfx_computed(dfx_finding *finding, const char *label, double value);
void dfx_fact(dfx_finding *finding, const char *label, double value, int kind, const char *pointer);

// Ends the analysis with an error.
_Noreturn void dfx_fail(const char *message);
bool dfx_contains_ignoring_case(const char *text, const char *part);

#endif
