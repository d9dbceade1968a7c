/* Takes from what a node answers the characters that a terminal obeys: names, reasons and evidence were written by anybody. */
#ifndef HINOMI_APPS_COMMAND_HARMLESS_H
#define HINOMI_APPS_COMMAND_HARMLESS_H

#include <jansson.h>

/* In every text of the value: control characters but line feeds and tabs, and those that turn the direction of writing, become "?". What stands under
 * the name "object" stays: it is shown as JSON, which has escapes of its own. Without memory a text becomes empty. */
void harmless_make(json_t *value);

#endif
