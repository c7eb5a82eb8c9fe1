#include "edge/net_addr.h"

#include <arpa/inet.h>
#include <netinet/in.h>

struct range {
    unsigned char addr[16];
    unsigned bits;
    enum addr_class class;
};

#define V4(a, b, c, d, bits_, class_) { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d }, 96 + (bits_), class_ }
#define V6(a, b, bits_, class_) { { a, b }, bits_, class_ }

/* The IANA special-purpose registries. The first row that matches decides. */
static const struct range ranges[] = {
    V4(0, 0, 0, 0, 8, ADDR_LOOPBACK),      V4(127, 0, 0, 0, 8, ADDR_LOOPBACK),    V4(10, 0, 0, 0, 8, ADDR_PRIVATE),
    V4(172, 16, 0, 0, 12, ADDR_PRIVATE),   V4(192, 168, 0, 0, 16, ADDR_PRIVATE),  V4(100, 64, 0, 0, 10, ADDR_PRIVATE),
    V4(169, 254, 0, 0, 16, ADDR_LINK_LOCAL), V4(192, 0, 0, 0, 24, ADDR_SPECIAL),  V4(192, 0, 2, 0, 24, ADDR_SPECIAL),
    V4(192, 88, 99, 0, 24, ADDR_SPECIAL),  V4(198, 18, 0, 0, 15, ADDR_SPECIAL),   V4(198, 51, 100, 0, 24, ADDR_SPECIAL),
    V4(203, 0, 113, 0, 24, ADDR_SPECIAL),  V4(224, 0, 0, 0, 4, ADDR_SPECIAL),     V4(240, 0, 0, 0, 4, ADDR_SPECIAL),
    V4(0, 0, 0, 0, 0, ADDR_PUBLIC),        V6(0xfc, 0, 7, ADDR_PRIVATE),          V6(0xfe, 0xc0, 10, ADDR_PRIVATE),
    V6(0xfe, 0x80, 10, ADDR_LINK_LOCAL),   V6(0xff, 0, 8, ADDR_SPECIAL),
    { { 0x20, 0x01, 0x0d, 0xb8 }, 32, ADDR_SPECIAL },  /* documentation */
    { { 0x20, 0x01, 0x00, 0x00 }, 23, ADDR_SPECIAL },  /* protocol assignments, Teredo among them */
    { { 0x20, 0x00 }, 3, ADDR_PUBLIC },                /* 2000::/3, all global unicast there is */
    { { 0 }, 0, ADDR_SPECIAL },
};

static bool in_range(const unsigned char addr[16], const unsigned char range[16], unsigned bits)
{
    unsigned whole = bits / 8, rest = bits % 8;
    if (memcmp(addr, range, whole) != 0) return false;
    if (rest == 0) return true;
    unsigned mask = 0xffu << (8 - rest) & 0xffu;
    return (addr[whole] & mask) == (range[whole] & mask);
}

static void map_v4(unsigned char out[16], const unsigned char v4[4])
{
    memset(out, 0, 10);
    out[10] = out[11] = 0xff;
    memcpy(out + 12, v4, 4);
}

/* The IPv4 address an IPv6 one stands for is what would be reached: judge that one. */
static void unwrap(unsigned char addr[16])
{
    static const unsigned char nat64[12] = { 0, 0x64, 0xff, 0x9b };
    static const unsigned char zeros[12];
    unsigned char v4[4];
    if (memcmp(addr, nat64, 12) == 0) memcpy(v4, addr + 12, 4);
    else if (addr[0] == 0x20 && addr[1] == 0x02) memcpy(v4, addr + 2, 4); /* 6to4 */
    else if (memcmp(addr, zeros, 12) == 0) {                             /* compatible, with :: and ::1 among them */
        memcpy(v4, addr + 12, 4);
        if (v4[0] == 0 && v4[1] == 0 && v4[2] == 0 && v4[3] <= 1) v4[0] = 127;
    } else return;
    map_v4(addr, v4);
}

static bool address_of(const struct sockaddr *sa, socklen_t len, unsigned char out[16])
{
    if (sa->sa_family == AF_INET && len >= sizeof(struct sockaddr_in)) {
        struct sockaddr_in in;
        memcpy(&in, sa, sizeof in);
        map_v4(out, (const unsigned char *)&in.sin_addr);
        return true;
    }
    if (sa->sa_family == AF_INET6 && len >= sizeof(struct sockaddr_in6)) {
        struct sockaddr_in6 in;
        memcpy(&in, sa, sizeof in);
        memcpy(out, &in.sin6_addr, 16);
        unwrap(out);
        return true;
    }
    return false;
}

const char *addr_class_text(enum addr_class c)
{
    static const char *const text[] = { "public", "loopback", "private", "link-local", "reserved", "unknown" };
    return text[c];
}

enum addr_class addr_classify(const struct sockaddr *sa, socklen_t len)
{
    unsigned char addr[16];
    if (!address_of(sa, len, addr)) return ADDR_OTHER;
    size_t i = 0;
    while (!in_range(addr, ranges[i].addr, ranges[i].bits)) i++; /* the last row matches everything */
    return ranges[i].class;
}

str addr_text(const struct sockaddr *sa, socklen_t len, char out[ADDR_TEXT_MAX])
{
    char ip[INET6_ADDRSTRLEN] = "?";
    unsigned port = 0;
    int n = 0;
    if (sa->sa_family == AF_INET && len >= sizeof(struct sockaddr_in)) {
        struct sockaddr_in in;
        memcpy(&in, sa, sizeof in);
        port = ntohs(in.sin_port);
        n = snprintf(out, ADDR_TEXT_MAX, "%s:%u", inet_ntop(AF_INET, &in.sin_addr, ip, sizeof ip), port);
    } else if (sa->sa_family == AF_INET6 && len >= sizeof(struct sockaddr_in6)) {
        struct sockaddr_in6 in;
        memcpy(&in, sa, sizeof in);
        port = ntohs(in.sin6_port);
        n = snprintf(out, ADDR_TEXT_MAX, "[%s]:%u", inet_ntop(AF_INET6, &in.sin6_addr, ip, sizeof ip), port);
    } else {
        n = snprintf(out, ADDR_TEXT_MAX, "no address");
    }
    return (str){ out, (size_t)n };
}

static bool parse_ip(const char *text, unsigned char out[16], bool *v4)
{
    unsigned char four[4];
    *v4 = inet_pton(AF_INET, text, four) == 1;
    if (*v4) map_v4(out, four);
    return *v4 || inet_pton(AF_INET6, text, out) == 1;
}

err net_allow_add(struct net_allow *allow, str text)
{
    if (allow->count == NET_ALLOW_MAX) return err_make(ERR_LIMIT, "net.allow has more than %d entries", NET_ALLOW_MAX);
    str rest = text, ip = STR_NONE;
    char z[INET6_ADDRSTRLEN + 1];
    struct net_range r = { .bits = 128 };
    bool v4 = false;
    if (!str_next(&rest, '/', &ip) || ip.len >= sizeof z) goto bad;
    memcpy(z, ip.ptr, ip.len);
    z[ip.len] = 0;
    if (!parse_ip(z, r.addr, &v4)) goto bad;
    if (ip.len < text.len) {
        int64_t bits = 0;
        err e = str_to_i64(str_cut(text, ip.len + 1, text.len), &bits);
        if (e.code || bits < 0 || bits > (v4 ? 32 : 128)) goto bad;
        r.bits = (unsigned)bits + (v4 ? 96 : 0);
    }
    allow->items[allow->count++] = r;
    return OK;
bad:
    return err_make(ERR_INPUT, "'" STR_FMT "' is not an address or a range such as 10.0.0.0/8 or fd00::/8",
                    STR_ARG(str_cut(text, 0, 64)));
}

bool net_allow_has(const struct net_allow *allow, const struct sockaddr *sa, socklen_t len)
{
    unsigned char addr[16];
    if (!address_of(sa, len, addr)) return false;
    for (size_t i = 0; i < allow->count; i++)
        if (in_range(addr, allow->items[i].addr, allow->items[i].bits)) return true;
    return false;
}
