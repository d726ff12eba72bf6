# SPDX-License-Identifier: MIT
"""Writes the schema files, in order, as an array of C strings: embed.py 001.sql … OUTPUT."""

import sys

*inputs, output = sys.argv[1:]
with open(output, "w", encoding="utf-8") as out:
    out.write('/* Made from daemon/store/schema. */\n\n#include "store/database.h"\n\n')
    out.write("const char *const schema_versions[] = {\n")
    for name in inputs:
        with open(name, encoding="utf-8") as file:
            for line in file:
                text = line.rstrip("\n").replace("\\", "\\\\").replace('"', '\\"')
                out.write(f'        "{text}\\n"\n')
        out.write("        ,\n")
    out.write(f"}};\nconst int schema_n_versions = {len(inputs)};\n")
