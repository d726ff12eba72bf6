/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_STORE_PAGER_H
#define RELANCED_STORE_PAGER_H

/* Private to store/: what all listings that are given page by page share. */

#include "store/database.h"
#include "store/report.h"

#define PAGE_ROWS 256   /* given at a step, at most */
#define PAGE_LOOKS 2048 /* looked at, but not given */

/* The first member of each listing's own structure. */
struct Pager {
        Store *store;
        /* One page. 0 or negative, or the callback's result; *ret_more is false when it was the
         * last one, and set only with 0. */
        int (*step)(Pager *pager, bool *ret_more);
        void (*release)(Pager *pager); /* what the structure holds beside itself; or NULL */
};

/* All pages, one after the other; frees the pager, also when it was not made (r < 0). */
int pager_run(Pager *pager, int r);

#endif
