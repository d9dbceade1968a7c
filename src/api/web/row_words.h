/* Rows of the telemetry store as people and programs outside want them: numbers of enums become words, mapped addresses plain ones. */
#ifndef HINOMI_API_ROW_WORDS_H
#define HINOMI_API_ROW_WORDS_H

#include <jansson.h>

/* Changes action, transport, trigger and client_ip, those that are there. Pure. */
void row_words(json_t *row);

#endif
