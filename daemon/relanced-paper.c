/* SPDX-License-Identifier: MIT */
/* relanced-paper: draws what the firm prints. See paper/paper.h. */

#include "paper/paper.h"
#include "paper/verify.h"

int main(int argc, char *argv[])
{
        if (argc > 1 && streq(argv[1], "verify"))
                return verify_run(argc, argv);
        return paper_run(argc, argv);
}
