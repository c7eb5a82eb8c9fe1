#include "edge/mail/mail.h"

#include "test.h"

static struct mail read_mail(struct arena *a, const char *bytes)
{
    struct mail m;
    mail_read(str_of(bytes), a, &m);
    return m;
}

TEST(a_plain_mail_is_read)
{
    struct arena a = arena_init(64 << 20);
    struct mail m = read_mail(
        &a,
        "Received: x\r\nFrom: \"L\xc3\xb3pez, Ana\" <ana@example.com>\r\nSubject: Hello\r\n  again\r\nMessage-ID: "
        "<1@x>\r\n"
        "References: <0@x>\r\n <7@y>\r\nIn-Reply-To: <9@z>\r\nDate: Mon, 4 May 2026 08:00:00 +0200\r\n\r\nBody\r\n");
    CHECK_STR(m.subject, "Hello again");
    CHECK_STR(m.from_address, "ana@example.com");
    CHECK_STR(m.from_name, "L\xc3\xb3pez, Ana");
    CHECK_STR(m.message_id, "1@x");
    CHECK_I64(m.ref_count, 3);
    CHECK_STR(m.refs[2], "9@z");
    CHECK_I64(m.sent, INT64_C(1777874400) * USEC_SECOND);
    CHECK_STR(str_trim(m.text), "Body");
    arena_done(&a);
}

TEST(the_plain_part_of_a_tree_is_taken_and_attachments_are_counted)
{
    struct arena a = arena_init(64 << 20);
    struct mail m =
        read_mail(&a, "Content-Type: multipart/mixed; boundary=\"out\"\n\npreamble\n--out\nContent-Type: "
                      "multipart/alternative; boundary=in\n\n"
                      "--in\nContent-Type: text/html\n\n<b>no</b>\n--in\nContent-Type: text/plain; charset=iso-8859-1\n"
                      "Content-Transfer-Encoding: quoted-printable\n\nGr=FC=DFe soft=\n "
                      "line\n--in--\n--out\nContent-Type: application/pdf\n"
                      "Content-Disposition: attachment\n\nJVBERi0=\n--out--\nepilogue\n");
    CHECK_STR(str_trim(m.text), "Gr\xc3\xbc\xc3\x9f" "e soft line");
    CHECK_I64(m.attachments, 1);
    m = read_mail(&a, "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n\nPGI+SGk8\nL2I+\n");
    CHECK_STR(m.text, "<b>Hi</b>");
    arena_done(&a);
}

TEST(encoded_words_addresses_and_dates)
{
    static const struct {
        const char *in, *out;
    } words[] = {
        { "=?UTF-8?Q?Gr=C3=BC=C3=9Fe_an?= =?utf-8?B?IGFsbGU=?=", "Gr\xc3\xbc\xc3\x9f" "e an alle" },
        { "Re: =?iso-8859-15?q?100_=A4?= now", "Re: 100 \xe2\x82\xac now" },
        { "=?koi8-r?B?8NLJ18XU?=", "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82" },
        { "=?nonsense", "=?nonsense" },
        { "=?x?Z?a?=", "=?x?Z?a?=" },
        { "a  b", "a b" },
        { "", "" },
    };
    static const struct {
        const char *in, *address, *name;
    } addresses[] = {
        { "ana@example.com", "ana@example.com", "" },
        { "ana@example.com (Ana Lopez)", "ana@example.com", "Ana Lopez" },
        { "=?utf-8?q?Andr=C3=A9?= <andre@example.com>, other@example.com", "andre@example.com", "Andr\xc3\xa9" },
        { "\"a@b\" <real@example.com>", "real@example.com", "a@b" },
        { "undisclosed", "", "undisclosed" },
        { "", "", "" },
    };
    static const struct {
        const char *in;
        int64_t seconds;
    } dates[] = {
        { "Mon, 4 May 2026 08:00:00 +0200", 1777874400 },
        { "4 May 2026 06:00 GMT", 1777874400 },
        { "Mon, 04 May 26 01:00:00 EST", 1777874400 },
        { "yesterday", 0 },
        { "Mon, 4 May 2026 25:00:00 +0200", 0 },
        { "", 0 },
        { "4 Foo 2026 08:00:00 +0000", 0 },
    };
    struct arena a = arena_init(64 << 20);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        CHECK_STR(mail_words(str_of(words[i].in), &a), words[i].out);
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        str address, name;
        mail_address(str_of(addresses[i].in), &a, &address, &name);
        CHECK_STR(address, addresses[i].address);
        CHECK_STR(name, addresses[i].name);
    }
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++)
        CHECK_I64(mail_date(str_of(dates[i].in)), dates[i].seconds * USEC_SECOND);
    arena_done(&a);
}

TEST(an_mbox_gives_its_mails_one_by_one)
{
    struct arena a = arena_init(64 << 20);
    str rest = STR("From a@b Mon May  4 08:00:00 2026\nSubject: one\n\nFirst\n>From the start\n>>From twice\nFrom "
                   "inside\n\nFrom c@d Mon May  4 08:00:00 2026\n"
                   "Subject: two\n\nSecond\n"),
        mail;
    struct mail m;
    CHECK(mbox_next(&rest, &a, &mail));
    mail_read(mail, &a, &m);
    CHECK_STR(m.subject, "one");
    CHECK_STR(str_trim(m.text), "First\nFrom the start\n>From twice\nFrom inside");
    CHECK(mbox_next(&rest, &a, &mail));
    mail_read(mail, &a, &m);
    CHECK_STR(m.subject, "two");
    CHECK(!mbox_next(&rest, &a, &mail));
    arena_done(&a);
}

TEST(machines_are_known)
{
    struct arena a = arena_init(64 << 20);
    CHECK(read_mail(&a, "Auto-Submitted: auto-replied\n\nx").automatic);
    CHECK(!read_mail(&a, "Auto-Submitted: no\n\nx").automatic);
    CHECK(read_mail(&a, "Precedence: bulk\n\nx").automatic);
    CHECK(!read_mail(&a, "\n\nx").automatic);
    arena_done(&a);
}

TEST(broken_mails_give_what_can_be_read)
{
    static const struct {
        const char *bytes, *text;
    } rows[] = {
        { "", "" }, { "\n", "" }, { "no headers at all", "" }, { "Subject: x\n\nCaf\xe9", "Caf\xc3\xa9" },
        { "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhello", "hello" },
        { "Content-Type: multipart/mixed\n\nno boundary", "" },
        { "Content-Type: text/plain; charset=\"no-such-set\"\n\nCaf\xe9", "Caf\xc3\xa9" },
        { "Content-Transfer-Encoding: base64\n\n####aGVs bG8=", "hello" },
        { "Content-Transfer-Encoding: quoted-printable\n\n=zz=4", "=zz=4" },
    };
    struct arena a = arena_init(64 << 20);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_STR(str_trim(read_mail(&a, rows[i].bytes).text), rows[i].text);
    arena_done(&a);
}

TEST(a_mail_that_ends_with_a_boundary_has_nothing_after_it)
{
    static const char bytes[] =
        "From: a@b.example\nSubject: cut\nContent-Type: multipart/mixed; boundary=\"b\"\n\n--b\n\n"
        "first\n--b";
    struct arena a = arena_init(1 << 20);
    struct mail m;
    char *exact = mem_new(sizeof bytes - 1); /* a read past its end is seen by the sanitizers */
    memcpy(exact, bytes, sizeof bytes - 1);
    mail_read((str){ exact, sizeof bytes - 1 }, &a, &m);
    CHECK_STR(str_trim(m.text), "first");
    mem_free(exact);
    arena_done(&a);
}
