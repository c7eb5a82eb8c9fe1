#include "edge/open_files.h"

#include "edge/server/server.h"
#include "test.h"

TEST(connections_never_take_what_the_rest_needs)
{
    CHECK_I64((int64_t)open_files_share(1024, 40, 512), 512);
    for (size_t limit = 0; limit < 2000; limit++) {
        size_t n = open_files_share(limit, 40, 512), before = limit ? open_files_share(limit - 1, 40, 512) : 0;
        CHECK(n == 0 || (n >= 4 && n <= 512 && 40 + server_files(n) + 16 <= limit));
        CHECK(n >= before); /* more files are never fewer connections */
        CHECK(n == 512 || limit < 40 + server_files(512) + 128);
    }
    CHECK(open_files_share(64, 30, 512) >= 4);
    CHECK_I64((int64_t)open_files_share(40, 40, 8), 0);
    CHECK_I64((int64_t)open_files_share(10, 40, 8), 0);
    CHECK_I64((int64_t)open_files_share(SIZE_MAX, 40, 65536), 65536);
}
