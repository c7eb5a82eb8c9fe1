#include "engine/knowledge/terms.h"

#include "base/buf.h"
#include "test.h"

static void note(void *ctx, const struct index_term *t)
{
    struct buf *b = ctx;
    buf_fmt(b, "%s%s" STR_FMT, b->len ? " " : "", t->whole ? "=" : "", STR_ARG(t->text));
}

static void expect(const char *text, const char *want)
{
    struct terms *t = NULL;
    struct buf b = buf_init(1 << 16);
    CHECK_OK(terms_open(&t));
    terms_each(t, str_of(text), note, &b);
    CHECK_STR(buf_view(&b), want);
    buf_done(&b);
    terms_close(t);
}

TEST(words_are_lower_case_stemmed_and_common_ones_are_left_out)
{
    expect("The pods are CRASHING, and the crashes of a pod crashed.", "pod crash crash pod crash");
    expect("", "");
    expect("  ... !?  ", "");
    expect("is it not", "");
}

TEST(identifiers_give_their_parts_and_themselves)
{
    expect("KubePodCrashLooping", "kube pod crash loop =kubepodcrashlooping");
    expect("HTTPServerError", "http server error =httpservererror");
    expect("kube_pod_status", "kube pod status =kube_pod_status");
    expect("see /var/lib/docker.", "see var lib docker =var/lib/docker");
    expect("s3://bucket/a.csv", "s3 bucket csv =bucket/a.csv"); /* two slashes join nothing; "a" is common */
    expect("10.0.0.1:8080", "10 0 0 1 8080 =10.0.0.1:8080");
    expect("ends here. Next", "end here next");
}

TEST(accents_and_capitals_of_other_scripts_fold)
{
    expect("Caf\xC3\xA9 CAF\xC3\x89 na\xC3\xAFve", "cafe cafe naiv");
    expect("\xCE\x91\xCE\x92 \xCE\xB1\xCE\xB2", "\xCE\xB1\xCE\xB2 \xCE\xB1\xCE\xB2");
    expect("\xD0\x94\xD0\xB8\xD1\x81\xD0\xBA", "\xD0\xB4\xD0\xB8\xD1\x81\xD0\xBA");
    expect("na\xE2\x80\x94ve", "na ve"); /* a dash */
}

TEST(scripts_without_spaces_give_pairs)
{
    expect("\xE7\xA3\x81\xE7\x9B\x98\xE6\xBB\xA1", "\xE7\xA3\x81\xE7\x9B\x98 \xE7\x9B\x98\xE6\xBB\xA1");
    expect("a\xE7\xA3\x81", "\xE7\xA3\x81");
}

TEST(bytes_that_are_no_text_do_no_harm)
{
    expect("disk\xFF\xC3", "disk");
    expect("\xF0\x9F\x94\xA5 fire", "fire");
    char long_word[5000];
    memset(long_word, 'x', sizeof long_word - 1);
    long_word[sizeof long_word - 1] = 0;
    struct terms *t = NULL;
    struct buf b = buf_init(1 << 16);
    CHECK_OK(terms_open(&t));
    terms_each(t, str_of(long_word), note, &b);
    CHECK_I64(b.len, TERM_MAX);
    for (size_t i = 1; i < sizeof long_word - 1; i += 2) long_word[i] = '_';
    buf_clear(&b);
    terms_each(t, str_of(long_word), note, &b); /* of 2,500 parts the first ones */
    CHECK(b.len > 0 && b.len < 200);
    buf_done(&b);
    terms_close(t);
}
