/* SPDX-License-Identifier: MIT */
/* Any bytes as the JSON of a dossier: it is read, or refused with a place, and every name of a
 * document is one that an archive may hold. */

#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#include "base/character.h"
#include "paper/dossier.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
        Arena arena = ARENA_INIT;
        const char *problem = NULL;
        Dossier dossier;
        int r = dossier_parse((const char *)bytes, size, &arena, &dossier, &problem);

        assert(r == 0 || (r == -EINVAL && problem && *problem && !strchr(problem, '\n')));
        for (size_t i = 0; r == 0 && i < dossier.n_invoices; i++)
                assert(!dossier.invoices[i].document ||
                        file_name_is_plain(dossier.invoices[i].document->name));
        arena_release(&arena);
        return 0;
}
