/* Texts from standard input, a line each, into their classes: cc classify.c $(pkg-config --cflags --libs libweir)
 *
 *   weir text train questions.csv -o questions.model
 *   ./classify questions.model [ENCODER] <<< "my card was stolen"
 *
 * ENCODER is the file that `weir model fetch` makes; without it words and characters decide. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weir/classify.h>
#include <weir/encode.h>

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

static void tell(const weir_classifier *c, struct weir_text text, const float *vector, struct weir_memory work)
{
    struct weir_verdict v;
    struct weir_clue clue[3];
    size_t n = 0;
    if (weir_classify(c, text, vector, WEIR_SET_95, work, &v, NULL) != WEIR_OK) return;
    struct weir_text label = weir_classifier_label(c, v.best);
    printf("%.*s  %.3f  %zu in the set", v.none ? 1 : (int)label.len, v.none ? "-" : label.ptr, (double)v.p[v.best],
           v.set_count);
    size_t best = v.best; /* v stands in work, which the next call uses */
    if (weir_classify_why(c, text, best, work, clue, 3, &n, NULL) != WEIR_OK) return;
    for (size_t i = 0; i < n; i++) printf("  %.*s %+.2f", (int)clue[i].len, text.ptr + clue[i].at, clue[i].gain);
    printf("\n");
}

int main(int argc, char **argv)
{
    static char line[8192];
    struct weir_error error = { .message = "usage: classify MODEL [ENCODER]" };
    size_t size = 0, encoder_size = 0;
    const void *model = argc >= 2 ? whole_file(argv[1], &size) : NULL;
    const void *encoder = argc == 3 ? whole_file(argv[2], &encoder_size) : NULL;
    weir_classifier *c = NULL;
    weir_encoder *e = NULL;
    if (model) weir_classifier_init(malloc(weir_classifier_size()), weir_classifier_size(), model, size, &c, &error);
    if (c && encoder)
        weir_encoder_init(malloc(weir_encoder_size()), weir_encoder_size(), encoder, encoder_size, &e, &error);
    if (!c || (argc == 3 && !e)) {
        fprintf(stderr, "%s\n", error.message);
        return 2;
    }
    unsigned layers = e ? weir_classifier_layers(c) : 0; /* 0: it wants no vectors of the encoder */
    float *vector = layers ? malloc(weir_encode_layers_dim(layers) * sizeof *vector) : NULL;
    struct weir_memory work = { malloc(weir_classify_memory()), weir_classify_memory() };
    while (fgets(line, sizeof line, stdin)) {
        struct weir_text text = { line, strcspn(line, "\n") };
        if (vector) weir_encode_layers(e, &text, 1, layers, vector, NULL);
        tell(c, text, vector, work);
    }
    return 0;
}
