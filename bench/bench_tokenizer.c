/* bench_tokenizer MODEL [COUNT]: the generated texts of tests/tokenizer_texts.h and the ids they have here, a JSON
 * object a line. What compares them with the reference is bench/language/tokenizer.py. */
#include <stdio.h>

#include "base/json.h"
#include "edge/model/model_file.h"
#include "tokenizer_texts.h"

int main(int argc, char **argv)
{
    struct model_file f = { 0 };
    static struct text_maker m;
    uint16_t ids[ENCODE_PIECES_MAX];
    struct buf line = buf_init(1 << 20);
    if (argc < 2) return 2;
    err e = model_file_open(str_of(argv[1]), &f);
    if (e.code) {
        (void)fprintf(stderr, "bench_tokenizer: %s\n", e.msg);
        return 3;
    }
    size_t count = argc > 2 ? strtoul(argv[2], NULL, 10) : TOKENIZER_TEXTS;
    for (size_t i = 0; i < count; i++) {
        str text = maker_next(&m);
        size_t n = encode_tokenize(&f.model, text, ids);
        buf_clear(&line);
        struct jw w = jw_init(&line);
        jw_open(&w, NULL);
        jw_str(&w, "text", text);
        jw_array(&w, "ids");
        for (size_t k = 0; k < n; k++) jw_i64(&w, NULL, ids[k]);
        jw_array_end(&w);
        jw_close(&w);
        (void)printf(STR_FMT "\n", STR_ARG(buf_view(&line)));
    }
    buf_done(&line);
    model_file_close(&f);
    return 0;
}
