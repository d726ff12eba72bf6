/* SPDX-License-Identifier: MIT */
/* relanced: see daemon/main for its modes. */

#include "main/arguments.h"
#include "main/modes.h"

int main(int argc, char *argv[])
{
        Arguments arguments;
        int status = arguments_parse(argc, argv, &arguments);

        return status == EXIT_DONE ? mode_run(&arguments) : status;
}
