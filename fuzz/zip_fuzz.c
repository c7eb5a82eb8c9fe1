/* Any bytes are a zip file or are refused; a member that comes out is whole, within the memory given, and the same when
 * it is asked for again. */
#include <assert.h>

#include "edge/model/zip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_member(str zip, str name)
{
    enum { ROOM = 1 << 16 };
    struct arena a = arena_init(ROOM);
    str first = STR_NONE, again = STR_NONE;
    err e = zip_member(zip, name, &a, &first);
    assert(!e.code || e.code == ERR_INPUT || e.code == ERR_NOT_FOUND || e.code == ERR_LIMIT);
    if (!e.code) {
        assert(first.len < ROOM);
        e = zip_member(zip, name, &a, &again);
        assert(e.code == ERR_LIMIT || (!e.code && str_eq(first, again)));
    }
    arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str zip = { (const char *)data, size };
    check_member(zip, STR("stored"));
    check_member(zip, STR("folder/deflated"));
    check_member(zip, STR(""));
    check_member(zip, str_cut(zip, size > 30 ? 30 : size, size > 36 ? 36 : size)); /* whatever is called so */
    return 0;
}
