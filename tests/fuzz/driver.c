/* SPDX-License-Identifier: MIT */
/*
 * Runs a fuzz target without libFuzzer: every file of the corpus as it is, then random mutations of
 * them for as many runs or as long as is asked.
 *
 *         fuzz-X [--seed N] [--runs N] [--seconds N] FOLDER
 *
 * The seed is printed first: with it the same inputs come again. A target fails by dying.
 */

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/random.h>

#include "base/parse.h"
#include "sys/clock.h"
#include "sys/file.h"

#define INPUT_MAX ((size_t)16 * 1024)
#define FILE_MAX ((size_t)1024 * 1024)
#define MUTATIONS_MAX 8

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

typedef struct Input {
        char *bytes;
        size_t length;
} Input;

typedef struct Corpus {
        Input *inputs;
        size_t n;
} Corpus;

typedef struct Options {
        int64_t seed, runs, seconds;
        const char *folder;
} Options;

/* splitmix64: small, and the same everywhere. */
static uint64_t random_next(uint64_t *state)
{
        uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);

        z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
        return z ^ (z >> 31);
}

/* 0 ≤ result < n */
static size_t random_below(uint64_t *state, size_t n)
{
        return n > 0 ? (size_t)(random_next(state) % n) : 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
        return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_visible(const struct dirent *entry)
{
        return entry->d_name[0] != '.';
}

/* In the order of names, so that a seed means the same on every machine. */
static int corpus_read(const char *folder, Corpus *ret_corpus)
{
        struct dirent **entries = NULL;
        int n = scandir(folder, &entries, is_visible, by_name), r = 0;

        if (n < 0)
                return -errno;
        Input *inputs = calloc((size_t)n + 1, sizeof(Input)); /* one empty */
        for (int i = 0; i < n; i++) {
                _cleanup_(freep) char *path = NULL;
                if (!inputs || asprintf(&path, "%s/%s", folder, entries[i]->d_name) < 0)
                        r = -ENOMEM;
                else if (r == 0)
                        r = file_read(path, FILE_MAX, &inputs[i].bytes, &inputs[i].length);
                free(entries[i]);
        }
        free(entries);
        *ret_corpus = (Corpus){ inputs, (size_t)n + 1 };
        return r;
}

static void corpus_release(Corpus *corpus)
{
        for (size_t i = 0; i < corpus->n; i++)
                free(corpus->inputs[i].bytes);
        free(corpus->inputs);
}

/* Replaces [at, at + gone) of the input by some of the bytes of another place. */
static size_t splice(
        uint8_t *input, size_t length, size_t at, size_t gone, const Input *from, uint64_t *state)
{
        size_t start = random_below(state, from->length);
        size_t most = MIN(from->length - start, INPUT_MAX - (length - gone));
        size_t added = random_below(state, MIN(most, (size_t)64) + 1);

        memmove(input + at + added, input + at + gone, length - at - gone);
        if (added > 0)
                memcpy(input + at, from->bytes + start, added);
        return length - gone + added;
}

static size_t mutate(uint8_t *input, size_t length, const Corpus *corpus, uint64_t *state)
{
        static const char telling[] = "\0\x01\n\r\t\"',;.:-+0189TZaz{}#/<>=\x7f\x80\xc3\xff";
        size_t at = random_below(state, length + 1), gone = 0;
        Input byte = { (char[]){ telling[random_below(state, sizeof(telling) - 1)] }, 1 };

        switch (random_below(state, 6)) {
        case 0:
                if (at < length)
                        input[at] ^= (uint8_t)(1U << random_below(state, 8));
                return length;
        case 1:
                if (at < length)
                        input[at] = (uint8_t)byte.bytes[0];
                return length;
        case 2: /* a byte more */
                if (length < INPUT_MAX) {
                        memmove(input + at + 1, input + at, length - at);
                        input[at] = (uint8_t)byte.bytes[0];
                        length++;
                }
                return length;
        case 3: /* some bytes fewer */
                gone = random_below(state, MIN(length - at, (size_t)16) + 1);
                memmove(input + at, input + at + gone, length - at - gone);
                return length - gone;
        case 4: /* a piece of a file in place of some bytes */
                gone = random_below(state, MIN(length - at, (size_t)16) + 1);
                return splice(input, length, at, gone,
                        &corpus->inputs[random_below(state, corpus->n)], state);
        default: /* cut off */ return at;
        }
}

static void run_mutations(const Corpus *corpus, const Options *options)
{
        int64_t end = clock_monotonic_usec() + options->seconds * USEC_PER_SEC, n;
        uint64_t state = (uint64_t)options->seed;
        static uint8_t input[INPUT_MAX];

        for (n = 0; n < options->runs && clock_monotonic_usec() < end; n++) {
                const Input *base = &corpus->inputs[random_below(&state, corpus->n)];
                size_t length = MIN(base->length, INPUT_MAX);
                if (length > 0)
                        memcpy(input, base->bytes, length);
                for (size_t k = random_below(&state, MUTATIONS_MAX) + 1; k > 0; k--)
                        length = mutate(input, length, corpus, &state);
                /* Its own allocation, so that a sanitizer sees the first byte too far. */
                uint8_t *exact = malloc(MAX(length, (size_t)1));
                assert(exact);
                memcpy(exact, input, length);
                (void)LLVMFuzzerTestOneInput(exact, length);
                free(exact);
        }
        (void)printf("%" PRId64 " mutations\n", n);
}

static int parse_options(char *argv[], Options *options)
{
        for (char **p = argv + 1; *p; p++) {
                int64_t *value = streq(*p, "--seed")      ? &options->seed
                                 : streq(*p, "--runs")    ? &options->runs
                                 : streq(*p, "--seconds") ? &options->seconds
                                                          : NULL;
                if (!value)
                        options->folder = *p;
                else if (!p[1] || parse_int64(*++p, 0, INT64_MAX / USEC_PER_SEC, value) < 0)
                        return -EINVAL;
        }
        return options->folder ? 0 : -EINVAL;
}

int main(int argc, char *argv[])
{
        Options options = { .runs = 200000, .seconds = 5 };
        uint32_t random = 0;

        (void)getrandom(&random, sizeof(random), 0);
        options.seed = random;
        if (parse_options(argv, &options) < 0) {
                (void)fprintf(
                        stderr, "usage: %s [--seed N] [--runs N] [--seconds N] FOLDER\n", argv[0]);
                return 2;
        }
        _cleanup_(corpus_release) Corpus corpus = { 0 };
        int r = corpus_read(options.folder, &corpus);
        if (r < 0) {
                (void)fprintf(stderr, "%s: %s\n", options.folder, strerror(-r));
                return EXIT_FAILURE;
        }
        (void)printf("%zu files, seed %" PRId64 "\n", corpus.n - 1, options.seed);
        (void)fflush(stdout);
        for (size_t i = 0; i < corpus.n; i++)
                (void)LLVMFuzzerTestOneInput(
                        (const uint8_t *)corpus.inputs[i].bytes, corpus.inputs[i].length);
        run_mutations(&corpus, &options);
        return EXIT_SUCCESS;
}
