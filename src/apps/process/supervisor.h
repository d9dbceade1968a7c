/* The parent of a node: opens what needs opening, starts the roles, hands over, restarts what dies. Parses nothing foreign.
 *
 * Each role is this same program re-executed, with one descriptor to the parent. A role that dies is started again, at
 * once the first time and then with a growing pause; why it died is logged and counted. A reload keeps the sockets open
 * all the time: queries that come while the dns role changes wait in them.
 */
#ifndef HINOMI_APPS_SUPERVISOR_H
#define HINOMI_APPS_SUPERVISOR_H

#include "apps/config/config.h"

/* Runs the node until SIGTERM or SIGINT. The configuration's data folder exists afterwards. Returns an exit code. */
int supervisor_run(const struct config *config);

#endif
