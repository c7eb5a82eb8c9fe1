#include "edge/net_addr.h"

#include <arpa/inet.h>

#include "test.h"

struct at {
    struct sockaddr_storage sa;
    socklen_t len;
};

static struct at at_of(const char *text)
{
    struct at r = { .len = 0 };
    struct sockaddr_in *v4 = (struct sockaddr_in *)&r.sa;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&r.sa;
    if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        r.len = sizeof *v4;
    } else {
        CHECK(inet_pton(AF_INET6, text, &v6->sin6_addr) == 1);
        v6->sin6_family = AF_INET6;
        r.len = sizeof *v6;
    }
    return r;
}

static enum addr_class class_of(const char *text)
{
    struct at a = at_of(text);
    return addr_classify((struct sockaddr *)&a.sa, a.len);
}

TEST(addresses_are_judged_by_what_they_reach)
{
    static const struct {
        const char *text;
        enum addr_class class;
    } cases[] = {
        { "93.184.216.34", ADDR_PUBLIC },         { "2606:4700::1111", ADDR_PUBLIC },
        { "127.0.0.1", ADDR_LOOPBACK },           { "127.255.255.254", ADDR_LOOPBACK },
        { "0.0.0.0", ADDR_LOOPBACK },             { "0.1.2.3", ADDR_LOOPBACK },
        { "::1", ADDR_LOOPBACK },                 { "::", ADDR_LOOPBACK },
        { "::ffff:127.0.0.1", ADDR_LOOPBACK },    { "::127.0.0.1", ADDR_LOOPBACK },
        { "64:ff9b::127.0.0.1", ADDR_LOOPBACK },  { "2002:7f00:1::", ADDR_LOOPBACK },
        { "10.0.0.1", ADDR_PRIVATE },             { "172.16.0.1", ADDR_PRIVATE },
        { "172.31.255.255", ADDR_PRIVATE },       { "172.32.0.1", ADDR_PUBLIC },
        { "172.15.0.1", ADDR_PUBLIC },            { "192.168.5.5", ADDR_PRIVATE },
        { "100.64.0.1", ADDR_PRIVATE },           { "100.127.255.255", ADDR_PRIVATE },
        { "100.128.0.1", ADDR_PUBLIC },           { "::ffff:10.1.2.3", ADDR_PRIVATE },
        { "fd00::1", ADDR_PRIVATE },              { "fc00::1", ADDR_PRIVATE },
        { "fec0::1", ADDR_PRIVATE },              { "169.254.169.254", ADDR_LINK_LOCAL },
        { "::ffff:169.254.169.254", ADDR_LINK_LOCAL }, { "fe80::1", ADDR_LINK_LOCAL },
        { "febf::1", ADDR_LINK_LOCAL },           { "64:ff9b::a9fe:a9fe", ADDR_LINK_LOCAL },
        { "2002:a9fe:a9fe::1", ADDR_LINK_LOCAL }, { "224.0.0.1", ADDR_SPECIAL },
        { "255.255.255.255", ADDR_SPECIAL },      { "240.0.0.1", ADDR_SPECIAL },
        { "192.0.2.1", ADDR_SPECIAL },            { "198.18.0.1", ADDR_SPECIAL },
        { "203.0.113.9", ADDR_SPECIAL },          { "ff02::1", ADDR_SPECIAL },
        { "2001:db8::1", ADDR_SPECIAL },          { "2001::1", ADDR_SPECIAL },
        { "64:ff9b:1::1", ADDR_SPECIAL },         { "4000::1", ADDR_SPECIAL },
        { "fd00:ec2::254", ADDR_PRIVATE },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (class_of(cases[i].text) != cases[i].class)
            test_failed(__FILE__, __LINE__, "%s is %s", cases[i].text, addr_class_text(class_of(cases[i].text)));
}

TEST(other_families_are_unknown)
{
    struct sockaddr sa = { .sa_family = AF_UNIX };
    CHECK(addr_classify(&sa, sizeof sa) == ADDR_OTHER);
    struct at a = at_of("127.0.0.1");
    CHECK(addr_classify((struct sockaddr *)&a.sa, 4) == ADDR_OTHER); /* cut short */
}

static bool allowed(const struct net_allow *allow, const char *text)
{
    struct at a = at_of(text);
    return net_allow_has(allow, (struct sockaddr *)&a.sa, a.len);
}

TEST(ranges_allow_what_they_name_and_nothing_else)
{
    static struct net_allow allow;
    CHECK_OK(net_allow_add(&allow, STR("10.20.0.0/15")));
    CHECK_OK(net_allow_add(&allow, STR("192.168.1.7")));
    CHECK_OK(net_allow_add(&allow, STR("fd00:1::/32")));
    CHECK(allowed(&allow, "10.20.0.1") && allowed(&allow, "10.21.255.255") && !allowed(&allow, "10.22.0.0"));
    CHECK(allowed(&allow, "::ffff:10.20.0.1"));
    CHECK(allowed(&allow, "192.168.1.7") && !allowed(&allow, "192.168.1.8"));
    CHECK(allowed(&allow, "fd00:1:ffff::1") && !allowed(&allow, "fd00:2::1"));
    CHECK(!allowed(&allow, "127.0.0.1"));
}

TEST(a_wrong_range_is_named)
{
    static struct net_allow allow;
    static const char *const wrong[] = { "",        "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/",   "10.0.0/8", "host",
                                         "::1/129", "1/2/3",       "0x7f.1",      "10.0.0.0/8 ", "fd00::/8x" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (net_allow_add(&allow, str_of(wrong[i])).code != ERR_INPUT)
            test_failed(__FILE__, __LINE__, "'%s' was accepted", wrong[i]);
    CHECK_I64(allow.count, 0);
}
