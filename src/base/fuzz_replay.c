/* A plain main for a fuzz target: gives it every file named, and every file in the folders named.
 *
 * So the seeds and every past crash are ordinary tests under any compiler. Prints one "ok" line per folder or file
 * given; a crash ends the program and thereby fails the test. Nothing replayed is a failure too.
 */
#include <dirent.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/attr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 1 << 20 }; /* libFuzzer's own default is far below */

static int replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        return 0;
    }
    /* Exactly as large as the input, so that reading one byte too far is seen by the address sanitizer. */
    autofree uint8_t *all = malloc(INPUT_MAX);
    size_t size = all ? fread(all, 1, INPUT_MAX, file) : 0;
    fclose(file);
    autofree uint8_t *exact = malloc(size ? size : 1);
    if (!all || !exact)
        return 0;
    for (size_t i = 0; i < size; i++)
        exact[i] = all[i];
    (void)LLVMFuzzerTestOneInput(exact, size);
    return 1;
}

static int replay(const char *path)
{
    struct stat st;
    if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode))
        return replay_file(path);
    DIR *dir = opendir(path);
    if (!dir) {
        perror(path);
        return 0;
    }
    int count = 0;
    for (const struct dirent *entry; (entry = readdir(dir));) {
        char inner[PATH_MAX];
        int n = snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
        if (entry->d_name[0] != '.' && n > 0 && (size_t)n < sizeof inner)
            count += replay_file(inner);
    }
    closedir(dir);
    return count;
}

int main(int argc, char **argv)
{
    int failed = argc < 2;
    for (int i = 1; i < argc; i++) {
        int count = replay(argv[i]);
        printf("%s replay_%d_inputs_of_%s\n", count ? "ok" : "not ok", count, argv[i]);
        failed |= count == 0;
    }
    return failed;
}
