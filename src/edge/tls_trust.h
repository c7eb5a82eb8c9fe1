/* Whom weir trusts when it calls others over TLS: the system's authorities, and those in the file that SSL_CERT_FILE
 * names (PEM), for a house with an authority of its own. libcurl by itself does not look there. */
#ifndef WEIR_EDGE_TLS_TRUST_H
#define WEIR_EDGE_TLS_TRUST_H

#include <curl/curl.h>
#include <stdlib.h>

static inline void tls_trust(CURL *c)
{
    const char *file = getenv("SSL_CERT_FILE");
    if (file && *file) (void)curl_easy_setopt(c, CURLOPT_CAINFO, file);
}

#endif
