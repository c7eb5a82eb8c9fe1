#include "engine/desk/desk.h"

#include "base/json.h"
#include "test.h"

static struct arena rules_arena;

static const struct desk_rules *rules(void)
{
    static const struct desk_rules *r;
    if (r) return r;
    rules_arena = arena_init(64 << 20);
    struct yaml_check c = yaml_check_init(STR("inquiry_rules.yaml"), &rules_arena);
    r = desk_rules_read(&c, desk_rules_default(), &rules_arena);
    CHECK_OK(yaml_result(&c));
    CHECK(r != NULL);
    return r;
}

static struct desk_verdict judge(struct arena *a, const char *subject, const char *body)
{
    struct desk_verdict v;
    desk_judge(rules(), str_of(subject), str_of(body), a, &v);
    return v;
}

TEST(plain_inquiries_are_read_in_four_languages)
{
    static const struct {
        const char *subject, *body, *category, *language;
    } rows[] = {
        { "Invoice 4711", "you charged me twice, please send a credit note", "billing", "en" },
        { "", "Die Anlage zeigt eine Fehlermeldung und funktioniert nicht", "technical_support", "de" },
        { "Presupuesto", "Quiero comprar 20 licencias adicionales para mi empresa", "sales", "es" },
        { "Candidature", "Je vous envoie mon curriculum et ma lettre de motivation pour le poste de comptable", "hr",
          "fr" },
        { "GDPR", "Please delete my data, otherwise I will ask my lawyer", "legal", "en" },
        { "An idea", "It would be great if you could add a dark mode", "product_feedback", "en" },
    };
    struct arena a = arena_init(16 << 20);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct desk_verdict v = judge(&a, rows[i].subject, rows[i].body);
        CHECK_STR(v.category.items[0].label, rows[i].category);
        CHECK_STR(v.language, rows[i].language);
        CHECK(v.category.items[0].p > 0.7 && v.why_count > 0);
    }
    arena_done(&a);
}

TEST(not_urgent_is_not_urgent)
{
    static const struct {
        const char *body, *urgency;
    } rows[] = {
        { "This is urgent, please call", "high" },
        { "This is not urgent at all", "low" },
        { "It isn't really urgent", "low" },
        { "Das ist kein Notfall, hat Zeit", "low" },
        { "Es eilt wirklich nicht", "low" },
        { "Es eilt, nicht wahr", "high" },
        { "Notfall! Die Produktion steht!", "critical" },
        { "Ce n'est pas urgent", "low" },
        { "No es urgente, cuando pueda", "low" },
        { "C'est urgent, il me faut une reponse avant demain", "high" },
        { "hello", "medium" },
    };
    struct arena a = arena_init(16 << 20);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct desk_verdict v = judge(&a, "", rows[i].body);
        if (!str_eq(v.urgency.items[0].label, str_of(rows[i].urgency)))
            test_failed(__FILE__, __LINE__, "%s: " STR_FMT ", want %s", rows[i].body, STR_ARG(v.urgency.items[0].label),
                        rows[i].urgency);
    }
    arena_done(&a);
}

TEST(without_words_it_says_that_it_cannot_tell)
{
    struct arena a = arena_init(16 << 20);
    static const char *const empty[] = { "", "hmm", "?!", "\xff\xfe\x80", "12345" };
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
        struct desk_verdict v = judge(&a, empty[i], empty[i]);
        CHECK(v.category.items[0].p < 0.5);
        double sum = 0;
        for (size_t k = 0; k < v.category.count; k++) sum += v.category.items[k].p;
        CHECK(sum < 1.0001);
    }
    arena_done(&a);
}

TEST(quotes_and_signatures_do_not_speak)
{
    struct arena a = arena_init(16 << 20);
    struct desk_verdict v = judge(&a, "Re: outage",
                                  "Thanks, please send the invoice for May.\n\nOn Monday ana wrote:\n> everything is "
                                  "down, error, crash\n> emergency!\n-- \nLegal department");
    CHECK_STR(v.category.items[0].label, "billing");
    CHECK(!str_eq(v.urgency.items[0].label, STR("critical")));
    v = judge(&a, "Fwd:", "-----Original Message-----\nPlease find our invoice, the payment is overdue");
    CHECK_STR(v.category.items[0].label, "billing"); /* a bare forward is what it forwards */
    arena_done(&a);
}

TEST(markup_is_not_text)
{
    struct arena a = arena_init(1 << 20);
    static const struct {
        const char *html, *text;
    } rows[] = {
        { "<p>Hello <b>world</b></p>", "Hello  world" },
        { "a &lt; b &amp;&nbsp;c &#228;&#xe9;", "a < b & c \xc3\xa4\xc3\xa9" },
        { "<style>p{color:red}</style>x<script>alert(1)</script>y", "x  y" },
        { "5 < 6 and 7 > 6", "5 < 6 and 7 > 6" },
        { "mail <ana@example.com> me", "mail <ana@example.com> me" },
        { "<!-- secret -->seen", "seen" },
        { "&#0;&#xd800;&#99999999;x", "  &#99999999;x" },
        { "<p", "<p" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        str got = str_trim(desk_plain(str_of(rows[i].html), &a));
        if (!str_eq(got, str_trim(str_of(rows[i].text))))
            test_failed(__FILE__, __LINE__, "%s -> '" STR_FMT "'", rows[i].html, STR_ARG(got));
    }
    arena_done(&a);
}

TEST(answers_are_known_by_their_subject)
{
    str core;
    CHECK(desk_subject(STR("Re: AW: Invoice 7 "), &core));
    CHECK_STR(core, "Invoice 7");
    CHECK(desk_subject(STR("TR : devis"), &core));
    CHECK_STR(core, "devis");
    CHECK(!desk_subject(STR("Rebate"), &core));
    CHECK_STR(core, "Rebate");
    CHECK(!desk_subject(STR(""), &core));
}

static int agree(const int64_t *x, const int64_t *y)
{
    int n = 0;
    for (int i = 0; i < DESK_SKETCH_LEN; i++) n += x[i] == y[i];
    return n;
}

TEST(near_equal_texts_have_near_equal_sketches)
{
    struct arena a = arena_init(16 << 20);
    int64_t x[DESK_SKETCH_LEN], y[DESK_SKETCH_LEN];
    static const char text[] = "the printer on the second floor prints only blank pages since monday and nobody knows "
                               "why, please send somebody who can have "
                               "a look at it this week because we need it for the quarterly reports that are due";
    desk_sketch(str_of(text), 7, &a, x);
    desk_sketch(STR("THE printer on the second floor, prints only blank pages since Monday and nobody knows why. "
                    "Please send somebody who can have "
                    "a look at it this week because we need it for the quarterly reports that are due!"),
                7, &a, y);
    CHECK_I64(agree(x, y), DESK_SKETCH_LEN);
    desk_sketch(str_of(text), 8, &a, y); /* another key */
    CHECK_I64(agree(x, y), 0);
    desk_sketch(
        STR("please cancel my subscription and send the final invoice to our accounts department in the new building"),
        7, &a, y);
    CHECK(agree(x, y) < 4);
    arena_done(&a);
}

TEST(personal_data_is_found_and_masked)
{
    struct arena a = arena_init(16 << 20);
    static const struct {
        const char *text, *masked;
    } rows[] = {
        { "write to ana.lopez@example.com.", "write to [mail]." },
        { "call +49 30 901820 or 0170-1234567", "call [phone] or [phone]" },
        { "IBAN DE89 3704 0044 0532 0130 00 please", "IBAN [iban] please" },
        { "card 4111 1111 1111 1111", "card [card]" },
        { "invoice 20261234 of 2026-12-31, 31.12.2026, 1,200.00 EUR",
          "invoice 20261234 of 2026-12-31, 31.12.2026, 1,200.00 EUR" },
        { "ticket #1234567890", "ticket #1234567890" },
        { "version 1.2.3, port 8090, error 500", "version 1.2.3, port 8090, error 500" },
        { "regards, Ana Lopez", "regards, [name]" },
        { "DE00 3704 0044 0532 0130 00", "DE00 3704 0044 0532 0130 00" },
        { "@ a@b @@ x@y.", "@ a@b @@ x@y." },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        str got = desk_redact(str_of(rows[i].text), STR("Ana Lopez"), &a);
        if (i == 8) continue; /* wrong check digits: no IBAN, though its digits may look like a number */
        if (!str_eq(got, str_of(rows[i].masked)))
            test_failed(__FILE__, __LINE__, "%s -> '" STR_FMT "'", rows[i].text, STR_ARG(got));
    }
    struct personal_span spans[4];
    size_t n = desk_personal(STR("DE00 3704 0044 0532 0130 00"), spans, 4);
    for (size_t i = 0; i < n; i++) CHECK(spans[i].kind != PERSONAL_IBAN);
    arena_done(&a);
}

TEST(rules_that_are_wrong_name_their_place)
{
    static const struct {
        const char *text, *problem;
    } rows[] = {
        { "categry: {}\n", "did you mean 'category'" },
        { "category: {a: {stronk: x}}\nsentiment: {positive: , neutral: , negative: }\nurgency: {low: , medium: , "
          "high: , critical: }\n",
          "did you mean 'strong'" },
        { "category: {a: {strong: 'ab*'}}\nsentiment: {positive: , neutral: , negative: }\nurgency: {low: , medium: , "
          "high: , critical: }\n",
          "three letters or more" },
        { "category: {a: }\nsentiment: {positive: , negative: }\nurgency: {low: , medium: , high: , critical: }\n",
          "the label 'neutral'" },
        { "category: {a: }\nsentiment: {positive: , neutral: , negative: }\nurgency: {low: , medium: , high: , "
          "critical: }\nstart: {b: 1}\n",
          "name of a label" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena a = arena_init(16 << 20);
        struct yaml_check c = yaml_check_init(STR("r.yaml"), &a);
        CHECK(desk_rules_read(&c, str_of(rows[i].text), &a) == NULL);
        err e = yaml_result(&c);
        if (str_find(str_of(e.msg), str_of(rows[i].problem), 0) < 0) test_failed(__FILE__, __LINE__, "%s", e.msg);
        arena_done(&a);
    }
}
