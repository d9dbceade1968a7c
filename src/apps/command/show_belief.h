/* Prints what is believed of a subject, with the reasons that add up to it. */
#ifndef HINOMI_APPS_SHOW_BELIEF_H
#define HINOMI_APPS_SHOW_BELIEF_H

#include <jansson.h>

/* The member "belief" of a reply; NULL prints nothing. */
void show_belief(const json_t *belief);
/* What would be believed without each of its sources. */
void show_belief_without(const json_t *rows);
/* "spreads malware": the wording of the member "claim", in the reader's language. */
const char *show_claim(const json_t *object);

#endif
