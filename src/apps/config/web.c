/* Reads the section `web` of the configuration. */
#include <stdio.h>
#include <string.h>

#include "apps/config/config_impl.h"
#include "base/text.h"

enum { WEB_PORT = 8443, SINKHOLE_PORT = 80 };

static const cyaml_schema_value_t listen_entry = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, 63)};

const cyaml_schema_field_t config_web_fields[] = {
    CYAML_FIELD_BOOL_PTR("serve", CONFIG_OPTIONAL, struct config_file_web, serve),
    CYAML_FIELD_SEQUENCE("listen", CONFIG_OPTIONAL, struct config_file_web, listen, &listen_entry, 0, FRONT_LISTEN_MAX),
    CYAML_FIELD_SEQUENCE("sinkhole", CONFIG_OPTIONAL, struct config_file_web, sinkhole, &listen_entry, 0, FRONT_LISTEN_MAX),
    CYAML_FIELD_STRING_PTR("certificate", CONFIG_OPTIONAL, struct config_file_web, certificate, 1, CERTIFICATE_PATH_MAX - 1),
    CYAML_FIELD_STRING_PTR("private_key", CONFIG_OPTIONAL, struct config_file_web, private_key, 1, CERTIFICATE_PATH_MAX - 1),
    CYAML_FIELD_BOOL_PTR("client_certificates", CONFIG_OPTIONAL, struct config_file_web, client_certificates),
    CYAML_FIELD_END,
};

void config_default_web(struct web_listen *to)
{
    memset(to, 0, sizeof *to);
    to->is_default = addr_port_parse("127.0.0.1", WEB_PORT, &to->at[0]) == 0;
    to->count = to->is_default;
}

void config_take_web(struct config_load *l, const struct config_file_web *f, struct web_listen *to)
{
    if (f->listen) {
        memset(to, 0, sizeof *to); /* also behind addresses, which are compared as octets */
        for (unsigned i = 0; i < f->listen_count; i++)
            if (addr_port_parse(f->listen[i], WEB_PORT, &to->at[i]) < 0)
                config_refuse(l, "listen", f->listen[i], _("not an address and port, such as 127.0.0.1:8443 or [::1]:8443"));
        to->count = f->listen_count;
    }
    if (f->serve && !*f->serve)
        memset(to, 0, sizeof *to);
    memset(to->sinkhole, 0, sizeof to->sinkhole); /* also behind addresses, which are compared as octets */
    for (unsigned i = 0; f->sinkhole && i < f->sinkhole_count; i++)
        if (addr_port_parse(f->sinkhole[i], SINKHOLE_PORT, &to->sinkhole[i]) < 0)
            config_refuse(l, "sinkhole", f->sinkhole[i], _("not an address and port, such as 192.0.2.53:80 or [2001:db8::53]:80"));
    to->sinkhole_count = f->sinkhole ? f->sinkhole_count : 0;
    to->asks_certificates = f->client_certificates && *f->client_certificates;
    config_take_certificate(l, f->certificate, f->private_key, &to->certificate);
}
