# SPDX-License-Identifier: MIT
"""What the built objects show: modules export one name, core needs nothing but libc."""

import glob
import os
import re
import subprocess

from rules import Skipped
from tree import Finding

MODULE_SYMBOL = "relanced_channel"

# Pure functions of libc, and memory. No file, no clock, no process, no locale.
PURE_SYMBOLS = set("""
    memchr memcmp memcpy memmove memset mempcpy strcasecmp strchr strchrnul strcmp strcspn strdup
    strlen strncasecmp strncmp strndup strnlen strpbrk strrchr strspn strstr snprintf vsnprintf
    malloc calloc realloc reallocarray free qsort bsearch abort __assert_fail __stack_chk_fail
    __ctype_b_loc _GLOBAL_OFFSET_TABLE_
    """.split())
# What compilers add: fortified variants, sanitizers, coverage, division of 128 bits.
COMPILER_SYMBOLS = re.compile(r"^(__\w+_chk|__asan_\w+|__ubsan_\w+|__gcov_\w+|__sanitizer_\w+|"
    r"__u?(div|mod|divmod)ti[34])$")


def nm(*arguments):
    result = subprocess.run(["nm", "--format=posix", *arguments], text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if result.returncode != 0:
        raise Skipped("nm: " + result.stderr.strip())
    for line in result.stdout.splitlines():
        fields = line.split()
        if len(fields) >= 2 and not line.endswith(":"):
            yield fields[0], fields[1]


def undefined_symbols(archive):
    """What an archive needs from outside of itself."""
    needed, defined = set(), set()
    for name, kind in nm(archive):
        (needed if kind in "Uuwv" else defined).add(name)
    return needed - defined


def exported_symbols(module):
    return {name for name, kind in nm("--dynamic", "--defined-only", module) if kind not in "wv"}


def check_core(archive):
    for name in sorted(undefined_symbols(archive)):
        if name not in PURE_SYMBOLS and not COMPILER_SYMBOLS.match(name):
            yield Finding(archive, 1, f"core or base uses {name}, which is not pure")


def check_module(module):
    exported = exported_symbols(module)
    if MODULE_SYMBOL not in exported:
        yield Finding(module, 1, f"does not export {MODULE_SYMBOL}")
    for name in sorted(exported - {MODULE_SYMBOL}):
        yield Finding(module, 1, f"exports {name}; only {MODULE_SYMBOL} is to be seen")


def check_symbols(build):
    """core needs nothing but pure libc; a module shows nothing but its channel"""
    archive = os.path.join(build, "libcore.a")
    if not os.path.exists(archive):
        raise Skipped(f"{archive} is not built")
    yield from check_core(archive)
    for module in sorted(glob.glob(os.path.join(build, "channels", "**", "*.so"), recursive=True)):
        yield from check_module(module)
