#include "engine/lineage/sql_words.h"

#define WORD_ROW(word, flags) { STR_INIT(#word), (flags) },
static const struct {
    str text;
    unsigned flags;
} words[SQL_WORD_COUNT] = { { STR_INIT(""), 0 }, SQL_WORDS(WORD_ROW) };
#undef WORD_ROW

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}

static int compare(str a, str upper_case)
{
    size_t n = a.len < upper_case.len ? a.len : upper_case.len;
    for (size_t i = 0; i < n; i++) {
        char c = upper(a.ptr[i]);
        if (c != upper_case.ptr[i]) return c < upper_case.ptr[i] ? -1 : 1;
    }
    return (a.len > upper_case.len) - (a.len < upper_case.len);
}

enum sql_word sql_word_of(str text)
{
    size_t low = 1, high = SQL_WORD_COUNT;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int c = compare(text, words[mid].text);
        if (c == 0) return (enum sql_word)mid;
        if (c < 0) high = mid;
        else low = mid + 1;
    }
    return W_NONE;
}

unsigned sql_word_flags(unsigned word)
{
    return words[word].flags;
}

static bool listed(str name, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq_nocase(name, str_of(list[i]))) return true;
    return false;
}

bool sql_is_aggregate(str f)
{
    static const char *const exact[] = {
        "sum", "count", "avg", "min", "max", "stddev", "variance", "median", "mode", "listagg", "string_agg",
        "group_concat", "array_agg", "collect_list", "collect_set", "any_value", "bool_and", "bool_or", "every",
        "bit_and", "bit_or", "bit_xor", "corr", "covar_pop", "covar_samp", "stddev_pop", "stddev_samp", "var_pop",
        "var_samp", "count_if", "countif", "sum_if", "sumif", "approx_count_distinct", "percentile_cont",
        "percentile_disc", "percentile", "percentile_approx", "approx_percentile", "approx_quantiles", "json_agg",
        "jsonb_agg", "json_object_agg", "jsonb_object_agg", "json_arrayagg", "json_objectagg", "object_agg", "xmlagg",
        "total", "mean", "product", "max_by", "min_by", "arg_max", "arg_min", "count_big", "stdev", "var",
        "checksum_agg", "logical_and", "logical_or", "kurtosis", "skewness", "regr_slope", "regr_intercept", "regr_r2",
        "quantile", "histogram", "first_agg", "wm_concat", "array_concat_agg", "hll_count_init", "group_bit_or", "uniq",
        "uniqexact", "grouparray", "approx_top_count", "stddevp", "varp", "aggregate", "ndv",
    };
    return f.len <= 24 && listed(f, exact, sizeof exact / sizeof *exact);
}

static const struct {
    const char *name;
    unsigned args;
} unit_functions[] = {
    { "dateadd", 1 },       { "datediff", 1 | 4 },    { "datepart", 1 },       { "datename", 1 },
    { "date_part", 1 },     { "timestampadd", 1 },    { "timestampdiff", 1 },  { "date_trunc", 1 | 2 },
    { "date_diff", 1 | 4 }, { "timestamp_trunc", 2 }, { "datetime_trunc", 2 }, { "timestamp_diff", 4 },
    { "datetime_diff", 4 }, { "date_bucket", 1 },     { "datetrunc", 1 },      { "datediff_big", 1 },
    { "last_day", 2 },      { "time_diff", 4 },       { "time_trunc", 2 },     { "next_day", 2 },
    { "trunc", 2 },         { "timediff", 1 },        { "time_slice", 4 },
};

unsigned sql_unit_args(str function)
{
    for (size_t i = 0; i < sizeof unit_functions / sizeof *unit_functions; i++)
        if (str_eq_nocase(function, str_of(unit_functions[i].name))) return unit_functions[i].args;
    return 0;
}
