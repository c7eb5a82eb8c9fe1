#include "edge/documents/embed.h"

err embed_open(str data_dir, struct embed **out)
{
    (void)data_dir;
    (void)out;
    return err_make(ERR_NOT_FOUND, "no sentence encoder");
}

void embed_close(struct embed *e)
{
    (void)e;
}

err embed_text(struct embed *e, str text, struct arena *a, struct packed *out)
{
    (void)e;
    (void)text;
    (void)a;
    (void)out;
    return err_make(ERR_NOT_FOUND, "no sentence encoder");
}
