/* Lines of a file as passages, questions from standard input: cc search.c $(pkg-config --cflags --libs libweir)
 *
 *   ./search notes.txt <<< "no space left on the device"
 *
 * With libstemmer a stemmer is three lines: sb_stemmer_stem() in `stem` of the options. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weir/search.h>

static char line[4096];

static weir_search *index_of(const char *path, char **texts, size_t *count)
{
    FILE *f = fopen(path, "r");
    weir_search *s = NULL;
    size_t bytes = 0, n = 0;
    while (f && n < 10000 && fgets(line, sizeof line, f)) {
        bytes += strlen(line);
        texts[n++] = strdup(line);
    }
    if (f) fclose(f);
    size_t size = weir_search_memory(n, bytes, 0);
    if (weir_search_init(aligned_alloc(16, (size + 15) / 16 * 16), size, NULL, &s, NULL) != WEIR_OK) return NULL;
    for (size_t i = 0; i < n; i++) {
        struct weir_passage p = { .document = (uint32_t)i, .title = { "", 0 }, .text = { texts[i], strlen(texts[i]) } };
        if (weir_search_add(s, &p, NULL) != WEIR_OK) return NULL;
    }
    *count = n;
    return weir_search_finish(s, NULL) == WEIR_OK ? s : NULL;
}

int main(int argc, char **argv)
{
    static char *texts[10000];
    const struct weir_found *found;
    size_t count = 0, n = 0;
    weir_search *s = argc == 2 ? index_of(argv[1], texts, &count) : NULL;
    if (!s) return 2;
    size_t size = weir_search_work_memory(s);
    struct weir_memory work = { malloc(size), size };
    while (fgets(line, sizeof line, stdin)) {
        struct weir_text question = { line, strcspn(line, "\n") };
        if (weir_search_ask(s, question, NULL, 3, work, &found, &n, NULL) != WEIR_OK) return 3;
        for (size_t i = 0; i < n; i++) printf("%.2f  %s", found[i].score, texts[found[i].passage]);
    }
    return 0;
}
