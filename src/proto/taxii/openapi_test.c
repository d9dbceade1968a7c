/* Holds docs/formats/openapi-taxii.yaml to the table of routes: the same paths, methods and filters, no more and no fewer. */
#include <stdlib.h>

#include "base/test.h"
#include "proto/taxii/request.h"

enum { LINES_MAX = 1000 };

static char lines[LINES_MAX][256];
static int line_count;

static bool read_lines(const char *path)
{
    FILE *f = fopen(path, "r");
    bool inside = false;
    if (!f)
        return false;
    while (line_count < LINES_MAX && fgets(lines[line_count], sizeof lines[0], f)) {
        char *line = lines[line_count];
        line[strcspn(line, "\n")] = '\0';
        if (line[0] != ' ')
            inside = strcmp(line, "paths:") == 0;
        else if (inside)
            line_count++;
    }
    fclose(f);
    return line_count > 0;
}

static bool is_path(int i)
{
    return strncmp(lines[i], "  /", 3) == 0;
}

static int line_of_path(const char *path)
{
    for (int i = 0; i < line_count; i++)
        if (is_path(i) && strncmp(lines[i] + 2, path, strlen(path)) == 0 && strcmp(lines[i] + 2 + strlen(path), ":") == 0)
            return i;
    return -1;
}

/* Of one path: bits of enum taxii_method, and of enum taxii_filter for GET. */
static unsigned methods_and_filters(int from, unsigned *ret_filters)
{
    static const struct {
        const char *line;
        unsigned method;
    } methods[] = {{"    get:", TAXII_GET}, {"    post:", TAXII_POST}, {"    delete:", TAXII_DELETE}, {"    put:", TAXII_OTHER_METHOD}};
    static const struct {
        const char *name;
        unsigned filter;
    } filters[] = {{"/limit'", TAXII_PAGING},          {"/next'", TAXII_PAGING},
                   {"/added_after'", TAXII_PAGING},    {"/match_id'", TAXII_MATCH_ID},
                   {"/match_type'", TAXII_MATCH_TYPE}, {"/match_version'", TAXII_MATCH_VERSION},
                   {"/match_spec_version'", TAXII_MATCH_SPEC}};
    unsigned found = 0, now = 0;
    *ret_filters = 0;
    for (int i = from + 1; i < line_count && !is_path(i); i++) {
        for (size_t k = 0; k < array_len(methods); k++)
            if (strcmp(lines[i], methods[k].line) == 0)
                found |= now = methods[k].method;
        for (size_t k = 0; k < array_len(filters); k++)
            if (now == TAXII_GET && strstr(lines[i], filters[k].name))
                *ret_filters |= filters[k].filter;
    }
    return found;
}

TEST(the_document_has_the_routes_that_are_served)
{
    int paths = 0;
    for (int i = 0; i < line_count; i++)
        paths += is_path(i);
    check_int(paths, ==, TAXII_RESOURCE_COUNT);
    for (int i = 0; i < TAXII_RESOURCE_COUNT; i++) {
        unsigned filters = 0;
        int at = line_of_path(taxii_routes[i].path);
        if (at < 0)
            printf("# not there: %s\n", taxii_routes[i].path);
        check(at >= 0);
        check_int(methods_and_filters(at, &filters), ==, taxii_routes[i].methods);
        check_int(filters, ==, taxii_routes[i].filters);
    }
}

int main(int argc, char **argv)
{
    if (argc < 2 || !read_lines(argv[1])) {
        printf("not ok openapi (cannot read it)\n");
        return 1;
    }
    return test_main(1, argv);
}
