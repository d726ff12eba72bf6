/* SPDX-License-Identifier: MIT */
/* relancectl: looks at and steers relanced, over its socket or one of its own. See ctl/. */

#include "ctl/run.h"

int main(int argc, char *argv[])
{
        return ctl_run(argc, argv);
}
