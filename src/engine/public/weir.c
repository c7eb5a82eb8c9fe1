/* weir/weir.h: the version, and what errors are called. */
#include "weir/weir.h"

#include <assert.h>
#include <stdint.h>

#include "engine/public/public.h"

static_assert((int)WEIR_CORRUPT == (int)ERR_CORRUPT && (int)WEIR_TOO_NEW == (int)ERR_TOO_NEW &&
                  (int)WEIR_INPUT == (int)ERR_INPUT && (int)WEIR_LIMIT == (int)ERR_LIMIT,
              "public codes are the inner ones");

int weir_abi(void)
{
    return WEIR_ABI;
}

const char *weir_version(void)
{
    return WEIR_VERSION;
}

int public_error(err e, struct weir_error *error)
{
    if (!error) return (int)e.code;
    static_assert(sizeof error->message == sizeof e.msg, "sentences fit");
    error->code = (int)e.code;
    memcpy(error->message, e.msg, sizeof error->message);
    return (int)e.code;
}

err public_room(const void *memory, size_t size, size_t needed, size_t align)
{
    if (!memory || size < needed)
        return err_make(ERR_LIMIT, "memory: %zu bytes were given, %zu are needed", memory ? size : 0, needed);
    if ((uintptr_t)memory % align) return err_make(ERR_INPUT, "memory: must be aligned to %zu bytes", align);
    return OK;
}

struct arena public_arena(struct weir_memory memory)
{
    return arena_over(memory.ptr, memory.size);
}
