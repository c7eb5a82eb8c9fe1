/* Which texts PostgreSQL's grammar may be given. Its tree repeats the right side of SET (a, b) = ... for each name, so
 * a change inside a change (WITH) multiplies: that is the one way in which a short text makes a huge tree. */
#include "engine/lineage/sql_tree_internal.h"

enum { REPEATED_BYTES_MAX = 1 << 20 }; /* names on the left times bytes of the text */

static bool contains_nocase(str text, str word)
{
    for (size_t i = 0; i + word.len <= text.len; i++)
        if (str_eq_nocase(str_cut(text, i, word.len), word)) return true;
    return false;
}

/* May PostgreSQL see strings and comments end elsewhere than our tokens do? */
static bool reads_differently(str text)
{
    size_t comments = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i], next = i + 1 < text.len ? text.ptr[i + 1] : '\n';
        if (c == '\\' || c == '$' || (c == '\r' && next != '\n') || (c == '&' && (next == '\'' || next == '"')))
            return true;
        if (c == '/' && next == '*' && comments++) return true;
        if (c == '*' && next == '/' && comments) comments--;
    }
    return false;
}

/* Names in parentheses between SET or a comma and =; inside parentheses they are too many at once. */
static size_t repeated(const struct token *t, size_t n)
{
    size_t most = 0, depth = 0;
    for (size_t i = 1; i < n; i++) {
        depth += t[i].type == TOK_OPEN;
        depth -= t[i].type == TOK_CLOSE && depth;
        bool assigns = t[i].type == TOK_OPEN && t[i].match < n && is_op(&t[t[i].match + 1], "=") &&
                       (t[i - 1].type == TOK_COMMA || is_word(&t[i - 1], W_SET));
        if (!assigns) continue;
        size_t names = t[i].match - i;
        if (depth > 1) return SIZE_MAX / 2;
        if (names > most) most = names;
    }
    return most;
}

bool sql_tree_fits(str text, struct arena *scratch)
{
    struct token *tokens = NULL;
    size_t n = 0;
    if (text.len > SQL_TREE_TEXT_MAX || (text.len && memchr(text.ptr, 0, text.len))) return false;
    if (!contains_nocase(text, STR("update"))) return true;
    if (reads_differently(text) || sql_tokens(text, SQL_POSTGRES, scratch, &tokens, &n).code) return false;
    return repeated(tokens, n) <= REPEATED_BYTES_MAX / (text.len + 1);
}
