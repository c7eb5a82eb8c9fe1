/* The page of weir drift: one file, no script, plots as inline SVG. */
#include <math.h>
#include <stdio.h>

#include "edge/cli/drift.h"

enum { PLOT_WIDTH = 640, PLOT_HEIGHT = 160 };

static const char style[] =
    "<meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><style>"
    ":root{color-scheme:light "
    "dark;--bg:#fff;--fg:#1a1d21;--dim:#5c6570;--line:#d9dee4;--card:#f6f8fa;--ref:#7a8794;--cur:#c2410c;--bad:#b42318;"
    "--good:#1f7a3f}"
    "@media(prefers-color-scheme:dark){:root{--bg:#14171a;--fg:#e6e9ec;--dim:#9aa5b1;--line:#30363d;--card:#1c2025;--"
    "ref:#8b98a5;--cur:#fb923c;"
    "--bad:#ff8a7a;--good:#6fce8f}}"
    "*{box-sizing:border-box}body{margin:0 auto;max-width:60rem;padding:1rem;background:var(--bg);color:var(--fg);"
    "font:16px/1.45 system-ui,sans-serif;overflow-wrap:anywhere}h1{font-size:1.4rem;margin:.2rem "
    "0}h2{font-size:1.1rem;margin:0}"
    "p{margin:.3rem "
    "0}.dim{color:var(--dim)}.bad{color:var(--bad);font-weight:600}.good{color:var(--good);font-weight:600}"
    ".card{border:1px solid var(--line);border-radius:.5rem;background:var(--card);padding:.8rem;margin:.8rem 0}"
    "svg{display:block;width:100%;height:8rem;margin:.5rem 0 "
    "0}table{border-collapse:collapse;font-size:.85rem;width:100%;overflow-wrap:normal}"
    "th,td{text-align:right;padding:.15rem .4rem;border-bottom:1px solid "
    "var(--line);white-space:nowrap}th:first-child,td:first-child{text-align:left}"
    "td.wrap{white-space:normal;min-width:12rem}.ends{display:flex;justify-content:space-between;font-size:.8rem;color:"
    "var(--dim)}"
    ".word{display:grid;grid-template-columns:minmax(4rem,9rem) 1fr "
    "minmax(8rem,max-content);gap:.6rem;align-items:center;font-size:.85rem;margin:.25rem 0}"
    ".word span:last-child{text-align:right;color:var(--dim);white-space:nowrap}.word "
    "i{display:block;height:.5rem;min-width:1px}"
    ".scroll{overflow-x:auto}summary{cursor:pointer}.key{display:inline-block;width:.8em;height:.8em;border-radius:."
    "15em;margin:0 .3em 0 .8em}"
    ".r{fill:var(--ref);stroke:var(--ref)}.c{fill:var(--cur);stroke:var(--cur)}i.r{background:var(--ref)}i.c{"
    "background:var(--cur)}"
    ".axis{stroke:var(--line)}.mark{stroke:var(--bad);stroke-dasharray:4 3}svg.range{height:1.5rem;margin:0}"
    "@media(max-width:36rem){.word{grid-template-columns:1fr auto;gap:.1rem .6rem;margin:.5rem "
    "0}.word>:nth-child(2){order:3;grid-column:1/-1}}"
    "</style>";

static void escape(struct buf *b, str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '&') buf_add(b, STR("&amp;"));
        else if (c == '<') buf_add(b, STR("&lt;"));
        else if (c == '>') buf_add(b, STR("&gt;"));
        else if (c == '"') buf_add(b, STR("&quot;"));
        else if ((unsigned char)c < ' ' || c == 0x7f) buf_char(b, ' ');
        else buf_char(b, c);
    }
}

void drift_page_text(struct buf *b, str s)
{
    if (str_utf8_valid(s)) escape(b, s);
    else buf_add(b, STR("(not UTF-8)"));
}

/* ---- plots ---- */

/* A histogram as one outline, from left to right. */
static void outline(struct buf *b, const double *share, double most, const char *class)
{
    double step = (double)PLOT_WIDTH / DRIFT_HISTOGRAM;
    buf_fmt(
        b,
        "<path class=\"%s\" fill-opacity=\".25\" stroke-width=\"1.5\" vector-effect=\"non-scaling-stroke\" d=\"M0 %d",
        class, PLOT_HEIGHT);
    for (int k = 0; k < DRIFT_HISTOGRAM; k++)
        buf_fmt(b, "V%.1fH%.1f", PLOT_HEIGHT - share[k] / most * (PLOT_HEIGHT - 8), (k + 1) * step);
    buf_fmt(b, "V%dZ\"/>", PLOT_HEIGHT);
}

static void plot_numbers(struct buf *b, const struct drift_numbers *d)
{
    double most = 1e-9;
    if (!(d->side[0].values > 0) || !(d->side[1].values > 0)) return;
    for (int k = 0; k < DRIFT_HISTOGRAM; k++) most = fmax(most, fmax(d->histogram[0][k], d->histogram[1][k]));
    buf_fmt(b,
            "<svg viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"Histogram of both "
            "samples\">",
            PLOT_WIDTH, PLOT_HEIGHT);
    outline(b, d->histogram[0], most, "r");
    outline(b, d->histogram[1], most, "c");
    buf_fmt(b, "<path class=\"axis\" d=\"M0 %dH%d\"/></svg>", PLOT_HEIGHT, PLOT_WIDTH);
    buf_fmt(b, "<div class=\"ends\"><span>%.4g and less</span><span>%.4g and more</span></div>", d->histogram_from,
            d->histogram_to);
}

static void plot_words(struct buf *b, const struct drift_counts *d)
{
    double rows[2] = { fmax(1, d->rows[0] - d->missing[0]), fmax(1, d->rows[1] - d->missing[1]) }, most = 1e-9;
    for (size_t i = 0; i < d->top_count; i++)
        most = fmax(most, fmax(d->top[i].count[0] / rows[0], d->top[i].count[1] / rows[1]));
    for (size_t i = 0; i < d->top_count; i++) {
        double was = d->top[i].count[0] / rows[0], is = d->top[i].count[1] / rows[1];
        buf_add(b, STR("<div class=\"word\"><span>"));
        drift_page_text(b, str_of(d->top[i].text));
        buf_fmt(
            b,
            "</span><span><i class=\"r\" style=\"width:%.1f%%\"></i><i class=\"c\" style=\"width:%.1f%%\"></i></span>",
            was / most * 100, is / most * 100);
        buf_fmt(b, "<span>%.3g %% to %.3g %%</span></div>", was * 100, is * 100);
    }
}

/* ---- tables ---- */

static void numbers_table(struct buf *b, const struct drift_numbers *d)
{
    static const char *const heads[DRIFT_SUMMARY] = { "least", "1 %", "25 %", "median", "75 %", "99 %", "most" };
    buf_add(b, STR("<div class=\"scroll\"><table><tr><th></th><th>rows</th><th>missing</th><th>mean</th><th>sd</th>"));
    for (int k = 0; k < DRIFT_SUMMARY; k++) buf_fmt(b, "<th>%s</th>", heads[k]);
    for (int side = 0; side < 2; side++) {
        const struct drift_side *s = &d->side[side];
        buf_fmt(b, "</tr><tr><td>%s</td><td>%.0f</td><td>%.0f</td><td>%.4g</td><td>%.4g</td>",
                side ? "now" : "reference", s->rows, s->missing + s->odd, s->mean, s->sd);
        for (int k = 0; k < DRIFT_SUMMARY; k++) buf_fmt(b, "<td>%.4g</td>", s->quantile[k]);
    }
    buf_add(b, STR("</tr></table></div>"));
    buf_fmt(b, "<p class=\"dim\">Kolmogorov-Smirnov D %.3g, Wasserstein %.4g, PSI %.3g, Jensen-Shannon %.3g</p>", d->ks,
            d->wasserstein, d->psi, d->js);
}

static void words_table(struct buf *b, const struct drift_counts *d)
{
    buf_fmt(b,
            "<p class=\"dim\">%.0f different values, were %.0f; %.1f %% of the rows moved; Cram&eacute;r's V %.3g, PSI "
            "%.3g, Jensen-Shannon %.3g</p>",
            d->distinct[1], d->distinct[0], d->moved * 100, d->cramers_v, d->psi, d->js);
}

static void parts_table(struct buf *b, const struct drift_verdict *v)
{
    buf_add(b, STR("<details><summary class=\"dim\">What was asked</summary><div "
                   "class=\"scroll\"><table><tr><th>part</th><th>chance</th><th>effect</th>"
                   "<th>matters</th></tr>"));
    for (int k = 0; k < DRIFT_PARTS; k++) {
        const struct drift_said *s = &v->part[k];
        if (!s->active) continue;
        buf_fmt(b, "<tr><td class=\"wrap\">%s: %s</td><td>%.2g</td><td>%.3g</td><td>%s</td></tr>",
                drift_part_text((enum drift_part)k), drift_part_unit((enum drift_part)k), s->p, s->effect,
                s->big ? "yes" : "no");
    }
    buf_add(b, STR("</table></div></details>"));
}

static void card(struct buf *b, const struct drift_column *c)
{
    buf_add(b, STR("<div class=\"card\"><h2>"));
    drift_page_text(b, c->name);
    buf_fmt(b, "</h2><p><span class=\"%s\">%s</span> ", c->verdict.drift ? "bad" : "good",
            c->verdict.drift ? "Drift:" : "As before.");
    if (c->verdict.drift) drift_page_text(b, c->sentence);
    if (c->numbers || c->counts) {
        buf_add(b, STR(" <span class=\"dim\">(chance "));
        drift_page_text(b, str_of(drift_chance(c->verdict.adjusted).text));
        buf_add(b, STR(")</span>"));
    }
    buf_add(b, STR("</p>"));
    if (c->numbers) plot_numbers(b, c->numbers), numbers_table(b, c->numbers);
    if (c->counts) plot_words(b, c->counts), words_table(b, c->counts);
    if (c->numbers || c->counts) parts_table(b, &c->verdict);
    buf_add(b, STR("</div>"));
}

void drift_page_open(struct buf *b, const struct drift_names *names, const uint64_t rows[2], size_t drifted, size_t of,
                     const char *things)
{
    buf_add(b, STR("<!doctype html><html lang=\"en\"><head><title>Drift: "));
    drift_page_text(b, names->cur);
    buf_add(b, STR("</title>"));
    buf_add(b, str_of(style));
    buf_fmt(b, "</head><body><h1><span class=\"%s\">%zu of %zu</span> %s drifted</h1><p>", drifted ? "bad" : "good",
            drifted, of, things);
    drift_page_text(b, names->cur);
    buf_fmt(b, " (%llu rows) against ", (unsigned long long)rows[1]);
    drift_page_text(b, names->ref);
    buf_fmt(b, " (%llu rows)</p>", (unsigned long long)rows[0]);
    buf_add(b, STR("<p class=\"dim\"><span class=\"key\" "
                   "style=\"margin-left:0;background:var(--ref)\"></span>reference<span class=\"key\" "
                   "style=\"background:var(--cur)\"></span>now</p>"));
}

void drift_page_close(struct buf *b)
{
    buf_add(b, STR("</body></html>\n"));
}

static err write_file(const char *path, const struct buf *page)
{
    FILE *f = fopen(path, "wb");
    if (!f) return err_errno("create %s", path);
    bool ok = fwrite(page->ptr, 1, page->len, f) == page->len;
    err e = ok ? OK : err_errno("write %s", path);
    if (fclose(f) && !e.code) e = err_errno("write %s", path);
    return e;
}

err drift_page_write(struct cli *cli, const struct buf *page)
{
    if (page->full) return err_make(ERR_LIMIT, "the page is larger than %d MiB", DRIFT_PAGE_MAX >> 20);
    return write_file(str_z(cli_arena(cli), cli_str(cli, "html")), page);
}

void drift_page(const struct drift_names *names, const struct drift_report *r, const struct drift_config *config,
                struct buf *out)
{
    const struct drift_column **loud = mem_new((r->count + 1) * sizeof *loud);
    size_t n = drift_loudest(r, loud, r->count);
    drift_page_open(out, names, r->rows, r->drifted, r->count, "columns");
    buf_fmt(out,
            "<p class=\"dim\">A column has drifted when what is seen has, over all columns, a chance below %.3g if "
            "nothing changed, and "
            "the change is big enough to matter.</p>",
            config->alarm);
    for (size_t i = 0; i < n; i++) card(out, loud[i]);
    if (n < r->count)
        buf_fmt(out, "<details%s><summary>%zu columns as before</summary>", n ? "" : " open", r->count - n);
    for (size_t i = 0; i < r->count; i++)
        if (!r->columns[i].verdict.drift) card(out, &r->columns[i]);
    if (n < r->count) buf_add(out, STR("</details>"));
    drift_page_close(out);
    mem_free(loud);
}
