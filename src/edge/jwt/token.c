#include "edge/jwt/token.h"

#include "base/hash.h"
#include "base/json.h"

#define DATE_MAX 253402300799.0 /* seconds: the end of the year 9999 */

struct parts {
    str header, claims, sig; /* as text */
    str signed_text;
};

static size_t dots(str text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) n += text.ptr[i] == '.';
    return n;
}

bool jwt_is_token(str text)
{
    return dots(text) == 2;
}

static err split(str token, struct parts *p)
{
    if (token.len > JWT_TOKEN_MAX) return err_make(ERR_DENIED, "is longer than %d bytes", JWT_TOKEN_MAX);
    if (!jwt_is_token(token)) return err_make(ERR_DENIED, "has not three parts");
    ptrdiff_t first = str_find(token, STR("."), 0), second = str_find(token, STR("."), (size_t)first + 1);
    p->header = str_cut(token, 0, (size_t)first);
    p->claims = str_cut(token, (size_t)first + 1, (size_t)(second - first) - 1);
    p->signed_text = str_cut(token, 0, (size_t)second);
    p->sig = str_cut(token, (size_t)second + 1, token.len);
    return OK;
}

/* A name that stands twice would be read one way here and another way elsewhere. */
static bool names_differ(json *object)
{
    const char *seen[JWT_MEMBERS_MAX];
    size_t i, n;
    json *key, *v;
    if (yyjson_obj_size(object) > JWT_MEMBERS_MAX) return false;
    json_obj_foreach(object, i, n, key, v)
    {
        seen[i] = yyjson_get_str(key);
        for (size_t k = 0; k < i; k++)
            if (strcmp(seen[k], seen[i]) == 0) return false;
    }
    return true;
}

static err part_read(str text, const char *which, struct arena *a, json **out)
{
    str bytes;
    err e = base64url_bytes(text, a, &bytes);
    if (!e.code) e = json_parse(bytes, a, out);
    if (e.code || !yyjson_is_obj(*out) || !names_differ(*out))
        return err_make(ERR_DENIED, "has no readable %s", which);
    return OK;
}

/* RFC 8725: the algorithm is one of ours, the kind is a token's, and nothing has to be understood that is not. Places
 * where its key could be had (jku, x5u, jwk, x5c) are not looked at. */
static err header_read(json *header, enum jwt_alg *alg, str *kid)
{
    json *typ = json_get(header, "typ"), *id = json_get(header, "kid");
    str type = json_str(typ, STR_NONE), name = json_get_str(header, "alg");
    if (!jwt_alg_of(name, alg))
        return err_make(ERR_DENIED, "has the algorithm \"" STR_FMT "\", not HS256, RS256, ES256 or EdDSA",
                        STR_ARG(str_utf8_prefix(name, 20)));
    if (json_get(header, "crit")) return err_make(ERR_DENIED, "has a header (crit) that is not understood");
    if (typ && !str_eq_nocase(type, STR("JWT")) && !str_eq_nocase(type, STR("at+jwt")) &&
        !str_eq_nocase(type, STR("application/at+jwt")))
        return err_make(ERR_DENIED, "is of another kind (typ) than JWT");
    *kid = json_str(id, STR_NONE);
    if (id && (!kid->ptr || kid->len > JWT_KID_MAX)) return err_make(ERR_DENIED, "names its key (kid) oddly");
    return OK;
}

/* ---- claims ---- */

/* A NumericDate: seconds, perhaps with a fraction. False: there, but none. */
static bool date_read(json *claims, const char *name, bool *there, usec *out)
{
    json *v = json_get(claims, name);
    *there = v != NULL;
    if (!v) return true;
    double s = json_f64(v, -1);
    if (!yyjson_is_num(v) || !(s >= 0 && s <= DATE_MAX)) return false;
    *out = (usec)(s * (double)USEC_SECOND);
    return true;
}

static err times_check(json *claims, usec leeway, usec now, usec *expires)
{
    usec exp = 0, nbf = 0, iat = 0;
    bool has_exp, has_nbf, has_iat;
    if (!date_read(claims, "exp", &has_exp, &exp) || !date_read(claims, "nbf", &has_nbf, &nbf) ||
        !date_read(claims, "iat", &has_iat, &iat))
        return err_make(ERR_CONFLICT, "has a time (exp, nbf or iat) that is none");
    if (!has_exp) return err_make(ERR_CONFLICT, "never expires (no exp)");
    if (now - exp >= leeway) return err_make(ERR_CONFLICT, "has expired");
    if (has_nbf && nbf - now > leeway) return err_make(ERR_CONFLICT, "is not valid yet (nbf)");
    if (has_iat && iat - now > leeway) return err_make(ERR_CONFLICT, "was made in the future (iat)");
    *expires = exp + leeway;
    return OK;
}

static bool audience_ok(json *aud, str want)
{
    size_t i, n;
    json *one;
    if (yyjson_is_str(aud)) return str_eq(json_str(aud, STR_NONE), want);
    if (!yyjson_is_arr(aud)) return false;
    yyjson_arr_foreach(aud, i, n, one) if (yyjson_is_str(one) && str_eq(json_str(one, STR_NONE), want)) return true;
    return false;
}

static bool subject_ok(str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] < ' ' || s.ptr[i] == 0x7f) return false;
    return s.len > 0 && s.len <= JWT_SUBJECT_MAX;
}

/* ---- roles ---- */

static json *claim_find(json *claims, str path)
{
    json *v = yyjson_obj_getn(claims, path.ptr, path.len), *at = claims;
    str part;
    while (!v && at && path.len && str_next(&path, '.', &part)) at = yyjson_obj_getn(at, part.ptr, part.len);
    return v ? v : at == claims ? NULL : at;
}

static enum role role_find(const struct jwt_rules *rules, str value)
{
    enum role role = ROLE_PUBLIC;
    if (!rules->role_count) (void)role_of(value, &role);
    for (size_t i = 0; i < rules->role_count; i++)
        if (str_eq(rules->roles[i].value, value) && rules->roles[i].role > role) role = rules->roles[i].role;
    return role;
}

/* A text of words, as scope is, or a list of texts. */
static enum role roles_read(json *claim, const struct jwt_rules *rules)
{
    enum role best = ROLE_PUBLIC, role;
    str rest = json_str(claim, STR_NONE), word;
    size_t i, n;
    json *one;
    while (rest.len && str_next(&rest, ' ', &word))
        if ((role = role_find(rules, word)) > best) best = role;
    if (!yyjson_is_arr(claim)) return best;
    yyjson_arr_foreach(claim, i, n, one)
        if (yyjson_is_str(one) && (role = role_find(rules, json_str(one, STR_NONE))) > best) best = role;
    return best;
}

static err claims_check(json *claims, const struct jwt_rules *rules, usec wall, struct arena *a,
                        struct jwt_claims *out)
{
    str subject = json_get_str(claims, "sub");
    if (!str_eq(json_get_str(claims, "iss"), rules->issuer))
        return err_make(ERR_CONFLICT, "is of another issuer (iss)");
    if (!audience_ok(json_get(claims, "aud"), rules->audience))
        return err_make(ERR_CONFLICT, "is for another audience (aud)");
    if (!subject_ok(subject)) return err_make(ERR_CONFLICT, "names nobody (sub), or at too great length");
    *out = (struct jwt_claims){ .subject = str_dup(a, subject),
                                .role = roles_read(claim_find(claims, rules->roles_claim), rules) };
    return times_check(claims, rules->leeway, wall, &out->expires);
}

err jwt_token_check(str token, const struct jwt_keys *keys, const struct jwt_rules *rules, usec wall, struct arena *a,
                    struct jwt_claims *out)
{
    struct parts p;
    json *header, *claims;
    enum jwt_alg alg = JWT_HS256;
    str kid = STR_NONE, sig = STR_NONE;
    err e = split(token, &p);
    if (!e.code) e = part_read(p.header, "header", a, &header);
    if (!e.code) e = header_read(header, &alg, &kid);
    if (!e.code && base64url_bytes(p.sig, a, &sig).code) e = err_make(ERR_DENIED, "has no readable signature");
    if (!e.code) e = jwt_keys_verify(keys, alg, kid, p.signed_text, sig);
    if (!e.code) e = part_read(p.claims, "claims", a, &claims);
    return e.code ? e : claims_check(claims, rules, wall, a, out);
}
