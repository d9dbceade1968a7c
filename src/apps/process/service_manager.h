/* Tells systemd how a service stands, sd_notify(3), when it asked for it by NOTIFY_SOCKET. */
#ifndef HINOMI_APPS_SERVICE_MANAGER_H
#define HINOMI_APPS_SERVICE_MANAGER_H

/* "READY=1", "STOPPING=1". Without a service manager, or when it does not listen, nothing happens. */
void notify_service_manager(const char *state);

#endif
