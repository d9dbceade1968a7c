/* Sends documents of intelligence. */
#include "apps/command/document_client.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apps/command/command.h"
#include "apps/command/row_reader.h"
#include "base/text.h"

/* What MISP lays beside the events of a feed says nothing of its own. */
static bool is_document(const char *name)
{
    static const char *const endings[] = {".json", ".csv", ".txt"};
    size_t len = strlen(name);
    if (*name == '.' || strcmp(name, "manifest.json") == 0 || strcmp(name, "hashes.csv") == 0)
        return false;
    for (size_t i = 0; i < array_len(endings); i++)
        if (len > strlen(endings[i]) && strcmp(name + len - strlen(endings[i]), endings[i]) == 0)
            return true;
    return false;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* The documents of a folder, in the order of their names. NULL after an error message. */
static json_t *find_documents(const struct control_client_options *o, const char *path)
{
    char *copy = strdup(path), *roots[] = {copy, NULL};
    FTS *walk = copy ? fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name) : NULL;
    json_t *found = walk ? json_array() : NULL;
    const char *wrong = found ? NULL : strerror(errno);
    for (FTSENT *e; !wrong && (e = fts_read(walk));) {
        if (e->fts_info == FTS_D && (e->fts_level > DOCUMENT_FOLDERS_MAX || (e->fts_level > 0 && e->fts_name[0] == '.')))
            fts_set(walk, e, FTS_SKIP);
        else if (e->fts_info == FTS_DNR || e->fts_info == FTS_ERR)
            wrong = strerror(e->fts_errno);
        else if (e->fts_info == FTS_F && is_document(e->fts_name))
            json_array_append_new(found, json_string(e->fts_path));
        if (json_array_size(found) > DOCUMENTS_MAX)
            wrong = _("there are too many documents");
    }
    if (!wrong && json_array_size(found) == 0)
        wrong = _("there is no document in the folder: files that end in .json, .csv or .txt");
    if (wrong) {
        control_client_error(o, "%s: %s", path, wrong);
        json_decref(found);
        found = NULL;
    }
    if (walk)
        fts_close(walk);
    free(copy);
    return found;
}

static json_t *documents_at(const struct control_client_options *o, const char *path)
{
    struct stat st;
    if (strcmp(path, "-") != 0 && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return find_documents(o, path);
    return json_pack("[s]", path);
}

static bool send_document(int fd, const struct control_client_options *o, const char *path)
{
    int file = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        control_client_error(o, "%s: %s", path, strerror(errno));
        return false;
    }
    bool is_sent = control_client_send_one(fd, o, file, path);
    close(file);
    return is_sent;
}

static void print_samples(const json_t *reply, const json_t *documents)
{
    const json_t *one;
    size_t i;
    json_array_foreach(json_object_get(reply, "samples"), i, one)
    {
        const char *path = json_string_value(json_array_get(documents, (size_t)row_number(one, "document") - 1));
        printf("  %s:", path ? path : "");
        if (row_number(one, "number") > 0) /* a line, or the place of an object or attribute */
            printf("%" PRId64 ":", row_number(one, "number"));
        printf(" %s", row_text(one, "reason"));
        if (*row_text(one, "text"))
            printf(": %s", row_text(one, "text"));
        if (*row_text(one, "id"))
            printf(" (%s)", row_text(one, "id"));
        printf("\n");
    }
}

static void print_reply(const json_t *reply, const json_t *documents)
{
    const json_t *one;
    size_t i;
    printf(_("%" PRId64 " statements: %" PRId64 " added, %" PRId64 " replaced, %" PRId64 " withdrawn, %" PRId64 " unchanged, %" PRId64
             " ended before\n"),
           row_number(reply, "statements"), row_number(reply, "added"), row_number(reply, "replaced"), row_number(reply, "withdrawn"),
           row_number(reply, "unchanged"), row_number(reply, "ended"));
    printf(_("%" PRId64 " refused, %" PRId64 " not matchable\n"), row_number(reply, "refused"), row_number(reply, "not_matchable"));
    const json_t *objects = json_object_get(reply, "objects");
    if (objects)
        printf(_("%" PRId64 " objects kept whole, %" PRId64 " were there already\n"), row_number(objects, "kept"), row_number(objects, "known"));
    if (row_number(objects, "not_kept") > 0)
        printf(_("%" PRId64 " objects are not kept: %s\n"), row_number(objects, "not_kept"), row_text(objects, "reason"));
    json_array_foreach(json_object_get(reply, "reasons"), i, one)
    {
        printf("  %8" PRId64 "  %s\n", row_number(one, "count"), row_text(one, "reason"));
    }
    if (row_number(reply, "broken") > 0)
        printf(_("documents that could not be read to their end: %" PRId64 "\n"), row_number(reply, "broken"));
    print_samples(reply, documents);
    if (*row_text(reply, "warning"))
        printf(_("warning: %s\n"), row_text(reply, "warning"));
}

static json_t *send_all(int fd, const struct control_client_options *o, const json_t *documents, json_t *wish)
{
    const json_t *path;
    size_t i;
    if (!control_client_send(fd, o, "judge", wish))
        return NULL;
    json_array_foreach(documents, i, path)
    {
        if (!send_document(fd, o, json_string_value(path)))
            return NULL; /* the node sees the connection end, and keeps what came before */
    }
    return control_client_send_end(fd, o) ? control_client_reply(fd, o, NULL, NULL, CONTROL_WAIT_LONG_MS) : NULL;
}

int document_client_judge(const struct control_client_options *o, const char *path, json_t *wish)
{
    json_t *documents = documents_at(o, path);
    int fd = documents ? control_client_connect(o) : -1;
    json_t *reply = NULL;
    if (fd < 0)
        json_decref(wish);
    else
        reply = send_all(fd, o, documents, wish);
    if (fd >= 0)
        close(fd);
    int code = !reply ? EXIT_FAILED : row_number(reply, "broken") > 0 ? EXIT_FAILED : EXIT_FINE;
    if (reply && o->json)
        control_client_print_json(reply);
    else if (reply)
        print_reply(reply, documents);
    json_decref(reply);
    json_decref(documents);
    return code;
}
