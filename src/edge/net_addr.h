/* Which addresses weir may connect to. Pure: the caller resolves; what is judged is the address a socket is about to
 * use, so no spelling of a host and no change of DNS between check and use gets around it. */
#ifndef WEIR_EDGE_NET_ADDR_H
#define WEIR_EDGE_NET_ADDR_H

#include <sys/socket.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum addr_class {
    ADDR_PUBLIC,
    ADDR_LOOPBACK,   /* 127/8, ::1, 0/8, :: */
    ADDR_PRIVATE,    /* RFC 1918, RFC 6598 (shared), fc00::/7, fec0::/10 */
    ADDR_LINK_LOCAL, /* 169.254/16 (cloud metadata lives there), fe80::/10 */
    ADDR_SPECIAL,    /* multicast, broadcast, documentation, benchmarking, translation and other reserved ranges */
    ADDR_OTHER,      /* no IP address at all */
};
const char *addr_class_text(enum addr_class c);
/* IPv4 inside IPv6 (mapped, compatible, 6to4, NAT64) is judged as the IPv4 address it stands for. */
enum addr_class addr_classify(const struct sockaddr *sa, socklen_t len);
/* "192.0.2.1:80", "[::1]:80" for messages; lives in out. */
enum { ADDR_TEXT_MAX = 64 };
str addr_text(const struct sockaddr *sa, socklen_t len, char out[ADDR_TEXT_MAX]);

/* Ranges that are allowed besides the public ones: the option net.allow. */
enum { NET_ALLOW_MAX = 256 };
struct net_range {
    unsigned char addr[16]; /* IPv4 as ::ffff:a.b.c.d */
    unsigned bits;          /* of 128 */
};
struct net_allow {
    struct net_range items[NET_ALLOW_MAX];
    size_t count;
};
/* Add "10.0.0.0/8", "192.168.1.7", "fd00::/8". Errors: ERR_INPUT (names the text), ERR_LIMIT. */
MUST_USE err net_allow_add(struct net_allow *allow, str text);
bool net_allow_has(const struct net_allow *allow, const struct sockaddr *sa, socklen_t len);

#endif
