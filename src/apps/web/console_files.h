/* The files of the console, as the build has put them into the program. */
#ifndef HINOMI_APPS_CONSOLE_FILES_H
#define HINOMI_APPS_CONSOLE_FILES_H

#include "api/front/front.h"

/* Ended by a NULL path. */
extern const struct front_file console_files[];

#endif
