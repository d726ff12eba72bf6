/* SPDX-License-Identifier: MIT */
/* Owns the course of a listing from page to page. Never knows what is listed. */

#include "store/pager.h"

int pager_step(Pager *pager, bool *ret_more)
{
        return pager->step(pager, ret_more);
}

void pager_free(Pager *pager)
{
        if (!pager)
                return;
        if (pager->release)
                pager->release(pager);
        free(pager);
}

int pager_run(Pager *pager, int r)
{
        bool more = r == 0;

        while (r == 0 && more)
                r = pager_step(pager, &more);
        pager_free(pager);
        return r;
}
