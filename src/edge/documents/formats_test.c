#include "edge/documents/formats.h"

#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "test.h"

static const char *kind_text(const struct block *b)
{
    static const char *const names[] = { "h", "text", "item", "code", "table" };
    return names[b->kind];
}

/* Every block as "kind:text", lines of it joined by a slash. */
static str shown(struct block_list *b)
{
    struct buf out = buf_init(1 << 20);
    for (size_t i = 0; i < b->count; i++) {
        buf_fmt(&out, "%s%s", i ? " # " : "", kind_text(&b->items[i]));
        if (b->items[i].kind == BLOCK_HEADING) buf_fmt(&out, "%u", b->items[i].level);
        buf_char(&out, ':');
        for (size_t k = 0; k < b->items[i].text.len; k++)
            buf_char(&out, b->items[i].text.ptr[k] == '\n' ? '/' : b->items[i].text.ptr[k]);
    }
    return buf_take(&out, b->a);
}

static void expect(enum document_format f, const char *text, const char *want)
{
    struct arena a = arena_init(16 << 20);
    struct block_list b = { .a = &a };
    CHECK_OK(document_blocks(f, str_of(text), &b));
    CHECK_STR(shown(&b), want);
    arena_done(&a);
}

TEST(markdown_gives_headings_paragraphs_items_code_and_tables)
{
    expect(FORMAT_MARKDOWN,
           "# Disk `full`\n\nThe *volume* is\nfull.\n\n- one\n- two\n\n```sh\ndf -h\n```\n\nSetext\n---\nend",
           "h1:Disk full # text:The volume is/full. # item:one # item:two # code:df -h/ # h2:Setext # text:end");
    expect(FORMAT_MARKDOWN, "| a | b |\n|---|---|\n| 1 | 2 |\n", "table:| a | b |/|---|---|/| 1 | 2 |");
    expect(FORMAT_MARKDOWN, "<script>alert(1)</script>\n\ntext", "text:text");
    expect(FORMAT_MARKDOWN, "", "");
}

TEST(html_gives_the_same_and_leaves_out_what_is_not_read)
{
    expect(
        FORMAT_HTML,
        "<html><head><title>T</title><style>p{}</style></head><body><nav>menu</nav><h2>Disk  full</h2>"
        "<p>The <b>volume</b>\n is full.</p><ul><li>one<li>two</ul><pre>df -h\n  x</pre><script>evil()</script>"
        "<table><tr><th>a<th>b<tr><td>1<td>2</table>after</body></html>",
        "h1:T # h2:Disk full # text:The volume is full. # item:one # item:two # code:df -h/  x # table:a | b/1 | 2 # "
        "text:after");
    expect(FORMAT_HTML, "no tags &amp; one entity", "text:no tags & one entity");
    expect(FORMAT_HTML, "", "");
}

TEST(plain_text_gives_paragraphs)
{
    expect(FORMAT_TEXT, "# Title\nline one\nline two\n\nnext\n```\ncode  here\n\nmore\n```\n",
           "h1:Title # text:line one/line two # text:next # code:code  here//more");
}

TEST(deep_and_broken_documents_do_no_harm)
{
    struct arena a = arena_init(64 << 20);
    struct buf b = buf_init(4 << 20);
    for (int i = 0; i < 200000; i++) buf_add(&b, STR("<div>"));
    buf_add(&b, STR("deep"));
    struct block_list list = { .a = &a };
    CHECK_OK(document_blocks(FORMAT_HTML, buf_view(&b), &list));
    CHECK(list.count <= 1);
    buf_clear(&b);
    for (int i = 0; i < 50000; i++) buf_add(&b, STR("> "));
    list = (struct block_list){ .a = &a };
    CHECK_OK(document_blocks(FORMAT_MARKDOWN, buf_view(&b), &list));
    CHECK_ERR(document_blocks(FORMAT_MARKDOWN, (str){ "a\0b", 3 }, &list), ERR_INPUT);
    CHECK_ERR(document_blocks(FORMAT_PDF, STR("%PDF-1.4"), &list), ERR_INPUT);
    buf_done(&b);
    arena_done(&a);
}

/* The square of 200,000 brackets would take minutes. */
TEST(a_paragraph_of_brackets_takes_no_time_to_speak_of)
{
    static const char piece[] = "![[]()";
    struct arena a = arena_init(64 << 20);
    struct block_list list = { .a = &a };
    struct buf b = buf_init(1 << 20);
    for (int i = 0; i < 100000; i++) buf_add(&b, str_of(piece));
    clock_t began = clock();
    CHECK_OK(document_blocks(FORMAT_MARKDOWN, buf_view(&b), &list));
    CHECK((clock() - began) / CLOCKS_PER_SEC < 10);
    CHECK(list.count > 0);
    buf_clear(&b);
    buf_add(&b, STR("```\n"));
    for (int i = 0; i < 3000; i++) buf_fmt(&b, "[%d],\n", i);
    buf_add(&b, STR("```\n"));
    list = (struct block_list){ .a = &a };
    CHECK_OK(document_blocks(FORMAT_MARKDOWN, buf_view(&b), &list));
    CHECK_I64(list.count, 1);
    CHECK(list.items[0].kind == BLOCK_CODE && str_find(list.items[0].text, STR("[0],\n[1],"), 0) == 0);
    CHECK(str_find(list.items[0].text, STR("[2999],\n"), 0) > 0);
    buf_done(&b);
    arena_done(&a);
}

TEST(formats_are_told_by_their_endings)
{
    enum document_format f;
    CHECK(format_of_path(STR("a/B.MD"), &f) && f == FORMAT_MARKDOWN);
    CHECK(format_of_path(STR("x.html"), &f) && f == FORMAT_HTML);
    CHECK(!format_of_path(STR("x.exe"), &f) && !format_of_path(STR(".md"), &f));
    CHECK(format_of(STR("text"), &f) && !format_of(STR("word"), &f));
    CHECK_STR(str_of(format_name(FORMAT_PDF)), "pdf");
}

static str written_in(struct arena *a, str dir, const char *name, str bytes)
{
    str path = str_fmt(a, STR_FMT "/%s", STR_ARG(dir), name);
    FILE *f = fopen(path.ptr, "w");
    CHECK(f && fwrite(bytes.ptr, 1, bytes.len, f) == bytes.len && fclose(f) == 0);
    return path;
}

static str written(struct arena *a, const char *name, str bytes)
{
    return written_in(a, test_dir(), name, bytes);
}

/* The smallest page there is: offsets are wrong, which readers forgive. */
static const char page[] =
    "%PDF-1.1\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F1<</Type/Font"
    "/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n4 0 obj<</Length 47>>stream\n"
    "BT /F1 12 Tf 20 100 Td (The disk is full) Tj ET\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";

TEST(pdf_below_a_folder_is_not_read_through_a_link)
{
    struct arena a = arena_init(64 << 20);
    struct env env = env_os();
    struct block_list b = { .a = &a };
    enum document_format f;
    if (access("/usr/bin/pdftotext", X_OK)) SKIP("no pdftotext");
    str dir = test_dir(), outside = str_fmt(&a, STR_FMT "/outside", STR_ARG(dir));
    str folder = str_fmt(&a, STR_FMT "/folder", STR_ARG(dir));
    CHECK(mkdir(outside.ptr, 0700) == 0 && mkdir(folder.ptr, 0700) == 0);
    (void)written_in(&a, outside, "secret.pdf", str_of(page));
    (void)written_in(&a, folder, "own.pdf", str_of(page));
    CHECK(symlink("../outside", str_fmt(&a, STR_FMT "/sub", STR_ARG(folder)).ptr) == 0);
    CHECK(symlink("own.pdf", str_fmt(&a, STR_FMT "/link.pdf", STR_ARG(folder)).ptr) == 0);
    CHECK_OK(document_read_inside(&env, folder, STR("own.pdf"), &a, &f, &b));
    CHECK(b.count == 1 && STR_IS(b.items[0].text, "The disk is full"));
    CHECK_ERR(document_read_inside(&env, folder, STR("sub/secret.pdf"), &a, &f, &b), ERR_IO);
    CHECK_ERR(document_read_inside(&env, folder, STR("link.pdf"), &a, &f, &b), ERR_IO);
    CHECK_I64(b.count, 1);
    arena_done(&a);
}

TEST(pdf_is_read_by_a_program_of_its_own)
{
    struct arena a = arena_init(64 << 20);
    struct env env = env_os();
    struct block_list b = { .a = &a };
    enum document_format f;
    if (access("/usr/bin/pdftotext", X_OK)) SKIP("no pdftotext");
    CHECK_OK(document_read(&env, written(&a, "a.pdf", str_of(page)), &a, &f, &b));
    CHECK_STR(shown(&b), "text:The disk is full");
    CHECK_ERR(document_read(&env, written(&a, "b.pdf", STR("not a pdf")), &a, &f, &b), ERR_INPUT);
    CHECK_ERR(document_read(&env, STR("/nowhere/c.pdf"), &a, &f, &b), ERR_NOT_FOUND);
    CHECK_ERR(document_read(&env, STR("x.docx"), &a, &f, &b), ERR_INPUT);
    arena_done(&a);
}
