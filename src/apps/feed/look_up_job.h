/* Looks for TXT records in the fetch role: a thread for each question to the node's own resolver, which asks its upstreams as for any client. */
#ifndef HINOMI_APPS_LOOK_UP_JOB_H
#define HINOMI_APPS_LOOK_UP_JOB_H

#include <stdint.h>

#include "apps/dns/dns_service.h"
#include "share/feed/txt_client.h"

enum { LOOK_UP_JOBS_MAX = 8, LOOK_UP_MS = 12000 /* longer than a resolver tries */ };

struct look_up_job;

/* Where the node answers over TCP: on loopback if it does, else its first address. False: nowhere. */
bool look_up_resolver(const struct dns_service_options *o, struct sockaddr_storage *ret_resolver);

/* When it has ended, its address is written to done_fd. -EINVAL: no name; -EAGAIN and others: no thread. */
int look_up_job_start(const struct sockaddr_storage *resolver, const char *owner, int64_t number, int done_fd, struct look_up_job **ret_job) must_check;
/* Once its address has come: frees it. Returns the number; error: 0, or as of txt_client_ask. */
int64_t look_up_job_end(struct look_up_job *job, int *ret_error, struct txt_answer *ret_answer);

#endif
