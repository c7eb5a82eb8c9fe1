/* Texts from standard input, a line each, into classes by their names: cc names.c $(pkg-config --cflags --libs libweir)
 *
 *   ./names ENCODER billing sales "other=anything else" < lines.txt
 *
 * ENCODER is the file that `weir model fetch` makes; nothing is trained. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weir/names.h>

enum { CLASSES_MAX = 100, LINES_MAX = 1000 };

/* At an address that divides by 64; mapping it does, too. */
static void *whole_file(const char *path, size_t *size)
{
    FILE *f = fopen(path, "rb");
    long end = f && fseek(f, 0, SEEK_END) == 0 ? ftell(f) : -1;
    void *bytes = end > 0 ? aligned_alloc(64, ((size_t)end + 63) / 64 * 64) : NULL;
    if (bytes && (fseek(f, 0, SEEK_SET) != 0 || fread(bytes, 1, (size_t)end, f) != (size_t)end)) end = 0;
    if (f) fclose(f);
    *size = bytes ? (size_t)end : 0;
    return bytes;
}

/* "other=anything else" */
static struct weir_name name_of(const char *arg)
{
    size_t label = strcspn(arg, "="), from = arg[label] ? label + 1 : label;
    return (struct weir_name){ { arg, label }, { arg + from, strlen(arg + from) } };
}

static void tell(const struct weir_name *names, size_t n, const char *line, const float *p)
{
    size_t best = 0;
    for (size_t c = 1; c < n; c++)
        if (p[c] > p[best]) best = c;
    printf("%.*s  %.3f  %s\n", (int)names[best].label.len, names[best].label.ptr, (double)p[best], line);
}

/* All lines go into one call: from five a class on they are judged together, which is more often right. */
static int judge(const struct weir_name *names, size_t n, weir_encoder *e, struct weir_error *error)
{
    static char line[LINES_MAX][1024];
    static struct weir_text text[LINES_MAX];
    static float name_vector[CLASSES_MAX * WEIR_ENCODE_DIM], vector[LINES_MAX * WEIR_ENCODE_DIM],
        p[LINES_MAX * CLASSES_MAX];
    size_t lines = 0;
    while (lines < LINES_MAX && fgets(line[lines], sizeof *line, stdin)) {
        line[lines][strcspn(line[lines], "\n")] = '\0';
        text[lines] = (struct weir_text){ line[lines], strlen(line[lines]) };
        lines++;
    }
    weir_encode(e, text, lines, vector);
    struct weir_memory work = { NULL, weir_classify_names_memory(n, lines) };
    work.ptr = malloc(work.size);
    int code = weir_encode_names(e, names, n, name_vector, error);
    if (code == WEIR_OK) code = weir_classify_names(name_vector, n, vector, lines, work, p, error);
    for (size_t i = 0; code == WEIR_OK && i < lines; i++) tell(names, n, line[i], p + i * n);
    free(work.ptr);
    return code;
}

int main(int argc, char **argv)
{
    struct weir_error error = { .message = "usage: names ENCODER CLASS CLASS ... < LINES" };
    struct weir_name names[CLASSES_MAX];
    size_t size = 0, n = 0;
    const void *model = argc > 2 ? whole_file(argv[1], &size) : NULL;
    weir_encoder *e = NULL;
    for (int i = 2; i < argc && n < CLASSES_MAX; i++) names[n++] = name_of(argv[i]);
    if (model) weir_encoder_init(malloc(weir_encoder_size()), weir_encoder_size(), model, size, &e, &error);
    if (e && judge(names, n, e, &error) == WEIR_OK) return 0;
    fprintf(stderr, "%s\n", error.message);
    return 2;
}
