/* Reads the section `share` of the configuration. */
#include "apps/config_impl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

enum { TAXII_PORT = 7443 };

static const cyaml_schema_field_t recipient_fields[] = {
    CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, struct config_file_recipient, name, 1, 255),
    CYAML_FIELD_STRING_PTR("token_file", CYAML_FLAG_POINTER, struct config_file_recipient, token_file, 1, SHARE_PATH_MAX - 1),
    CYAML_FIELD_BOOL_PTR("may_send", CONFIG_OPTIONAL, struct config_file_recipient, may_send),
    CYAML_FIELD_MAPPING_PTR("receives", CONFIG_OPTIONAL, struct config_file_recipient, receives, config_receives_fields),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t recipient_entry = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct config_file_recipient, recipient_fields)};
static const cyaml_schema_value_t listen_entry = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, 63)};

const cyaml_schema_field_t config_share_fields[] = {
    CYAML_FIELD_STRING_PTR("name", CONFIG_OPTIONAL, struct config_file_share, name, 1, VERDICT_NAME_MAX - 1),
    CYAML_FIELD_SEQUENCE("listen", CONFIG_OPTIONAL, struct config_file_share, listen, &listen_entry, 0, TAXII_LISTEN_MAX),
    CYAML_FIELD_STRING_PTR("certificate", CONFIG_OPTIONAL, struct config_file_share, certificate, 1, CERTIFICATE_PATH_MAX - 1),
    CYAML_FIELD_STRING_PTR("private_key", CONFIG_OPTIONAL, struct config_file_share, private_key, 1, CERTIFICATE_PATH_MAX - 1),
    CYAML_FIELD_SEQUENCE("recipients", CONFIG_OPTIONAL, struct config_file_share, recipients, &recipient_entry, 0, TAXII_RECIPIENTS_MAX),
    CYAML_FIELD_END,
};

static void take_recipient(struct config_load *l, const struct config_file_recipient *f, struct share_recipient *to)
{
    if (!taxii_name_is_valid(f->name))
        config_refuse(l, "name", f->name, _("a recipient's name has letters a-z, digits and -, at most 47 of them"));
    else
        snprintf(to->who.name, sizeof to->who.name, "%s", f->name);
    to->who.may_send = f->may_send && *f->may_send;
    if (f->token_file[0] != '/')
        config_refuse(l, "token_file", f->token_file, _("must be an absolute path"));
    else if (access(f->token_file, R_OK) < 0)
        config_refuse(l, "token_file", f->token_file, strerror(errno));
    snprintf(to->token_file, sizeof to->token_file, "%s", f->token_file);
}

void config_take_share(struct config_load *l, const struct config_file_share *f, struct share_options *to)
{
    memset(to, 0, sizeof *to); /* also behind addresses, which are compared as octets */
    for (unsigned i = 0; f->listen && i < f->listen_count; i++) {
        if (addr_port_parse(f->listen[i], TAXII_PORT, &to->listen[i]) < 0)
            config_refuse(l, "listen", f->listen[i], _("not an address and port, such as 127.0.0.1:7443 or [::1]:7443"));
        to->listen_count = i + 1;
    }
    config_take_certificate(l, f->certificate, f->private_key, &to->certificate);
    for (unsigned i = 0; f->recipients && i < f->recipients_count; i++) {
        take_recipient(l, &f->recipients[i], &to->recipients[i]);
        for (unsigned k = 0; k < i; k++)
            if (strcmp(to->recipients[k].who.name, to->recipients[i].who.name) == 0)
                config_refuse(l, "name", f->recipients[i].name, _("two recipients of that name"));
        to->recipient_count = i + 1;
    }
}
