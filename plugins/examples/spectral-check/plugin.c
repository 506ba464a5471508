// Has a weight matrix fallen to one direction?
//
// For each two-dimensional f32 tensor of a safetensors file: the spectral norm s by power iteration on
// W'W, the Frobenius norm f, and the stable rank f^2 / s^2 (Rudelson and Vershynin 2007), which lies between
// 1 and the rank. A matrix drawn at random has one that grows with its size; one near 1 passes on a single
// number.
//
// Healthy look-alikes that are not flagged: small matrices (a head for few classes may well have a low
// rank), embeddings, norms and low-rank adapters (by name), and a matrix of zeros, such as the second half
// of a fresh adapter.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "deepfix_plugin.h"

#define SMALLEST_SIDE 32
// Bytes of a tensor's name in a text.
#define SHOWN 120
#define LOWEST_STABLE_RANK 1.1
#define ITERATIONS 30
// Elements of all matrices together: what the default limits of memory and time allow.
#define MOST_ELEMENTS (8u << 20)
// A header that is longer is not one of a model.
#define LARGEST_HEADER (8u << 20)

const dfx_plugin dfx_this_plugin = {
    .name = "spectral-check",
    .version = "0.1.0",
    .summary = "Finds weight matrices that have fallen to one direction.",
    .requires = DFX_MODEL_CHECKPOINT,
    .codes = {"spectral_check.collapsed_matrix"},
};

static const char *const LEFT_OUT[] = {"embed", "norm", "lora", "wte", "wpe", "adapter", NULL};

static double squared(const double *x, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += x[i] * x[i];
    return sum;
}

// The square of the spectral norm.
static double spectral(const float *w, size_t m, size_t n) {
    double *x = dfx_allocate(n, sizeof *x), *y = dfx_allocate(m, sizeof *y), norm = 0;
    // Not orthogonal to anything in particular, and the same at each run.
    for (size_t j = 0; j < n; j++) x[j] = 1.0 + (double)(j * 2654435761u % 1000u) / 1000.0;
    for (int round = 0; round < ITERATIONS; round++) {
        double length = sqrt(squared(x, n));
        if (!(length > 0)) break;
        for (size_t j = 0; j < n; j++) x[j] /= length;
        for (size_t i = 0; i < m; i++) {
            double sum = 0;
            for (size_t j = 0; j < n; j++) sum += (double)w[i * n + j] * x[j];
            y[i] = sum;
        }
        norm = squared(y, m);
        memset(x, 0, n * sizeof *x);
        for (size_t i = 0; i < m; i++) {
            for (size_t j = 0; j < n; j++) x[j] += (double)w[i * n + j] * y[i];
        }
    }
    free(x);
    free(y);
    return norm;
}

static void look(dfx_report *report, dfx_blob *blob, const char *name, size_t m, size_t n, uint64_t begin) {
    float *w = dfx_allocate(m * n, sizeof *w);
    if (!dfx_read_blob(blob, begin, m * n * sizeof *w, (uint8_t *)w)) {
        dfx_fail("the checkpoint is cut short");
        free(w);
        return;
    }
    double frobenius = 0;
    for (size_t i = 0; i < m * n; i++) frobenius += (double)w[i] * w[i];
    double top = frobenius > 0 && isfinite(frobenius) ? spectral(w, m, n) : 0;
    free(w);
    double rank = frobenius / top;
    if (!(top > 0) || rank >= LOWEST_STABLE_RANK) return;
    char description[256], evidence[256];
    snprintf(description, sizeof description, "The matrix `%s` has fallen to one direction.", dfx_cut(name, SHOWN));
    snprintf(evidence, sizeof evidence, "%zu x %zu, stable rank %.3f of at most %zu", m, n, rank, m < n ? m : n);
    dfx_finding *finding = dfx_add(report, "spectral_check.collapsed_matrix", DFX_MEDIUM, 0.7, description, evidence,
                                   "Look at the gradient norm of this layer; lower the learning rate, and check its "
                                   "weight decay and initialisation.");
    dfx_computed(finding, "stable rank", rank);
    dfx_fact(finding, "bytes of the checkpoint", (double)blob->size, DFX_MODEL_CHECKPOINT,
             dfx_pointer("@blobs", blob->name, "@size"));
}

// The numbers of a JSON array after a key, within one tensor's object; how many there are.
static int numbers(const char *object, const char *end, const char *key, unsigned long long *into, int most) {
    const char *at = strstr(object, key);
    if (!at || at > end) return 0;
    at += strlen(key);
    int count = 0;
    while (at < end && *at != ']') {
        char *next;
        unsigned long long it = strtoull(at, &next, 10);
        if (next == at) {
            at++;
            continue;
        }
        if (count == most) return most + 1;
        into[count++] = it;
        at = next;
    }
    return count;
}

// The name of the tensor whose object holds `at`: what stands in quotes before its brace.
static char *tensor_name(const char *json, const char *at) {
    const char *close = at;
    while (close > json && *close != '{') close--;
    while (close > json && *close != '"') close--;
    const char *open = close > json ? close - 1 : json;
    while (open > json && *open != '"') open--;
    if (open == json) return NULL;
    size_t length = (size_t)(close - open - 1);
    char *name = dfx_allocate(length + 1, 1);
    memcpy(name, open + 1, length);
    return name;
}

void dfx_analyze(dfx_report *report) {
    dfx_blob blob;
    uint8_t head[8];
    const char *none = "The checkpoint is no whole safetensors file: nothing was looked at.";
    uint64_t length = 0;
    if (dfx_open_blob(DFX_MODEL_CHECKPOINT, 0, &blob) && blob.size >= 8 && dfx_read_blob(&blob, 0, 8, head)) {
        for (int i = 7; i >= 0; i--) length = length << 8 | head[i];
    }
    if (length < 2 || length > LARGEST_HEADER || length > blob.size - 8) {
        dfx_summary(report, none);
        return;
    }
    char *json = dfx_allocate(length + 1, 1);
    if (!dfx_read_blob(&blob, 8, length, (uint8_t *)json) || *json != '{') {
        dfx_summary(report, none);
        return;
    }
    size_t looked = 0;
    unsigned long long elements = 0;
    // One tensor a time: "name":{"dtype":"F32","shape":[m,n],"data_offsets":[begin,end]}
    for (char *at = json; (at = strstr(at, "\"dtype\"")) != NULL; at++) {
        char *end = strchr(at, '}'), *f32 = strstr(at, "\"F32\""), *name = tensor_name(json, at);
        if (!end) break;
        bool skip = !name || !f32 || f32 > end;
        for (int i = 0; !skip && LEFT_OUT[i]; i++) skip = dfx_contains_ignoring_case(name, LEFT_OUT[i]);
        unsigned long long shape[2], offsets[2];
        if (skip || numbers(at, end, "\"shape\"", shape, 2) != 2) continue;
        if (numbers(at, end, "\"data_offsets\"", offsets, 2) != 2) continue;
        unsigned long long m = shape[0], n = shape[1];
        if (m < SMALLEST_SIDE || n < SMALLEST_SIDE || m > MOST_ELEMENTS || n > MOST_ELEMENTS / m) continue;
        if (elements + m * n > MOST_ELEMENTS || offsets[1] < offsets[0] || offsets[1] - offsets[0] != m * n * 4) continue;
        if (offsets[1] > blob.size - 8 - length) continue;
        elements += m * n;
        looked++;
        look(report, &blob, name, m, n, 8 + length + offsets[0]);
        if (dfx_error()) return;
    }
    char summary[80];
    snprintf(summary, sizeof summary, "Looked at the spectrum of %zu matrices.", looked);
    dfx_summary(report, summary);
}
