/* Identifiers of the Traffic Light Protocol in STIX. */
#include "proto/stix/tlp.h"

#include <assert.h>
#include <stddef.h>
#include <strings.h>

static const struct {
    enum stix_tlp tlp;
    const char *word, *id, *old_id;
} colours[] = {
    {STIX_TLP_CLEAR, "clear", "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487", "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"},
    {STIX_TLP_GREEN, "green", "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb", "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"},
    {STIX_TLP_AMBER, "amber", "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421", "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"},
    {STIX_TLP_AMBER_STRICT, "amber+strict", "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003", NULL},
    {STIX_TLP_RED, "red", "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1", "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"},
};
static_assert(array_len(colours) == STIX_TLP_COUNT - 1, "each colour has its identifier");

enum stix_tlp stix_tlp_of_id(const char *id)
{
    for (size_t i = 0; i < array_len(colours); i++)
        if (strcasecmp(id, colours[i].id) == 0 || (colours[i].old_id && strcasecmp(id, colours[i].old_id) == 0))
            return colours[i].tlp;
    return STIX_TLP_NONE;
}

const char *stix_tlp_id(enum stix_tlp tlp)
{
    for (size_t i = 0; i < array_len(colours); i++)
        if (colours[i].tlp == tlp)
            return colours[i].id;
    return NULL;
}

enum stix_tlp stix_tlp_of_word(const char *word)
{
    for (size_t i = 0; i < array_len(colours); i++)
        if (strcasecmp(word, colours[i].word) == 0)
            return colours[i].tlp;
    return strcasecmp(word, "white") == 0 ? STIX_TLP_CLEAR : STIX_TLP_NONE;
}
