/* SPDX-License-Identifier: MIT */
/*
 * Reads every account of a store, page by page, as a wake does: read-store STATE CACHE. Prints
 * accounts, instalments, the sum that is open, and the peak resident memory in KiB.
 */

#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>

#include "store/accounts.h"

int main(int argc, char *argv[])
{
        _cleanup_(store_closep) Store *store = NULL;
        _cleanup_(arena_release) Arena arena = ARENA_INIT;
        int64_t after = 0, open = 0;
        size_t n_accounts = 0, n_instalments = 0;
        AccountPage page = { 0 };
        struct rusage usage;

        if (argc != 3 || store_open(argv[1], argv[2], &store, NULL) != STORE_OPENED) {
                fprintf(stderr, "usage: read-store STATE CACHE\n");
                return 2;
        }
        do {
                arena_reset(&arena);
                if (store_page_accounts(store, after, &arena, &page) < 0)
                        return 1;
                for (size_t i = 0; i < page.n; i++) {
                        after = page.accounts[i].id;
                        n_instalments += page.accounts[i].n_instalments;
                        for (size_t k = 0; k < page.accounts[i].n_instalments; k++)
                                open += page.accounts[i].instalments[k].open;
                }
                n_accounts += page.n;
        } while (page.n > 0);
        (void)getrusage(RUSAGE_SELF, &usage);
        printf("%zu accounts, %zu instalments, open %" PRId64 ", %ld KiB\n", n_accounts,
                n_instalments, open, usage.ru_maxrss);
        return 0;
}
