/* Calls libmicrohttpd to start and to stop. */
#include "base/http_daemon.h"

static const char priorities[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE";

/* An option with a value that is no pointer. */
static struct MHD_OptionItem number(enum MHD_OPTION option, size_t value)
{
    return (struct MHD_OptionItem){.option = option, .value = (intptr_t)value};
}

static struct MHD_OptionItem text(enum MHD_OPTION option, const char *value)
{
    return (struct MHD_OptionItem){.option = option, .ptr_value = (void *)(uintptr_t)value};
}

struct MHD_Daemon *http_daemon_start(int fd, const struct http_daemon_options *o)
{
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | (o->in_the_clear ? 0 : MHD_USE_TLS);
    struct MHD_OptionItem items[8];
    size_t n = 0;
    if (!o->in_the_clear) {
        items[n++] = text(MHD_OPTION_HTTPS_MEM_CERT, o->certificate);
        items[n++] = text(MHD_OPTION_HTTPS_MEM_KEY, o->key);
        items[n++] = text(MHD_OPTION_HTTPS_PRIORITIES, priorities);
    }
    if (o->threads >= 2)
        items[n++] = number(MHD_OPTION_THREAD_POOL_SIZE, o->threads);
    if (o->on_connection)
        items[n++] = (struct MHD_OptionItem){MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)o->on_connection, o->self};
    items[n] = (struct MHD_OptionItem){.option = MHD_OPTION_END};
    return MHD_start_daemon(flags, 0, NULL, NULL, o->on_request, o->self, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, o->connections,
                            MHD_OPTION_PER_IP_CONNECTION_LIMIT, o->connections_of_address, MHD_OPTION_CONNECTION_TIMEOUT, o->idle_s,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, o->connection_memory, MHD_OPTION_URI_LOG_CALLBACK, o->on_target, o->self,
                            MHD_OPTION_NOTIFY_COMPLETED, o->on_end, o->self, MHD_OPTION_ARRAY, items, MHD_OPTION_END);
}

void http_daemon_stop(struct MHD_Daemon *d)
{
    (void)MHD_quiesce_daemon(d); /* else it would shut the listening socket down */
    MHD_stop_daemon(d);
}

gnutls_session_t http_daemon_session(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    return info ? info->tls_session : NULL;
}

bool http_daemon_ask_certificate(struct MHD_Connection *connection)
{
    gnutls_session_t session = http_daemon_session(connection);
    if (session)
        gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUEST);
    return session != NULL;
}
