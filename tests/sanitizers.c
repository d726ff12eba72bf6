/* SPDX-License-Identifier: MIT */
/* Owns what AddressSanitizer is told, in every program of a build with it.
 *
 * intercept_tls_get_addr: gcc 12's runtime takes a thread-local block for one of glibc 2.19 when
 * its address ends in certain digits, reads a length before it that is none, and ends a program
 * that did well with "Tracer caught signal 11" (google/sanitizers, issue 1322).
 *
 * libfontconfig keeps a pattern for good. To give it back, its caches would have to be unloaded,
 * which ends the program if anything still holds one. A program that knows another such library
 * says its own suppressions. */

const char *__asan_default_options(void) __attribute__((visibility("default")));
const char *__lsan_default_options(void) __attribute__((visibility("default")));
const char *__lsan_default_suppressions(void) __attribute__((visibility("default"), weak));

const char *__asan_default_options(void)
{
        return "intercept_tls_get_addr=0";
}

const char *__lsan_default_options(void)
{
        return "print_suppressions=0";
}

const char *__lsan_default_suppressions(void)
{
        return "leak:libfontconfig\n";
}
