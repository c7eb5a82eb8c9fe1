/* The HTTP client behind env->http, on libcurl: only http and https, no redirects, no proxy, one deadline for the whole
 * exchange, a cap on the reply. The address is judged when the socket is made (net_addr.h).
 *
 * from_operator  the address was written in the configuration: allowed as written. Only a host *name* that resolves to
 * a link-local address (cloud metadata) is refused unless net.allow has it. otherwise      public addresses, and those
 * in net.allow; no user name in the URL.
 */
#ifndef WEIR_EDGE_HTTP_CLIENT_H
#define WEIR_EDGE_HTTP_CLIENT_H

#include "base/buf.h"
#include "base/env.h"
#include "edge/net_addr.h"

/* Sets env->http. `allow` is borrowed and may be NULL; it must outlive env. Thread: main, before others start. */
void http_client_install(struct env *env, const struct net_allow *allow);

/* Append `s` as a part of a path or query: letters, digits and -_.~ as they are, all else percent-encoded (RFC 3986).
 */
void url_percent(struct buf *b, str s);
/* Host, port and what follows, without scheme, user and password: for people to read. An address that has no "://" is
 * given as it is. A view of `url`. */
str url_place(str url);
/* Is the host localhost, 127.0.0.1 or [::1] itself? Not what merely begins so: localhost.example.com is a stranger. */
bool url_is_local(str url);

#endif
