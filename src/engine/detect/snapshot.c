/* Saved state. The bytes come back from a file, so nothing in them may lead outside the arrays or into endless work. */
#include "engine/detect/detect.h"
#include "engine/detect/real.h"

void detect_save(const struct detect_series *s, struct detect_snapshot *out)
{
    out->version = DETECT_VERSION;
    out->size = sizeof *out;
    memcpy(&out->series, s, sizeof *s);
}

static bool tails_ok(const struct detect_series *s)
{
    for (unsigned i = 0; i < DETECT_LEARNED; i++) {
        const struct detect_tail *t = &s->learned[i].tail;
        if (t->top[0] > DETECT_TAIL_BINS || t->top[1] > DETECT_TAIL_BINS || !(t->total >= 0 && t->total < 1e6f)) return false;
    }
    return true;
}

static bool numbers_ok(const struct detect_series *s)
{
    const double all[] = { s->interval, s->level, s->spread, s->jump, s->fast, s->mean_short, s->mean_long, s->rough,
                           s->rhythm.day_xy, s->rhythm.day_xx, s->rhythm.week_xy, s->rhythm.week_xx };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (!(real_abs(all[i]) < 1e300)) return false;
    return s->interval >= 0 && s->first >= 0 && s->last >= s->first && s->last <= USEC_MAX && s->episode.part < DETECT_LEARNED;
}

err detect_load(struct detect_series *s, const struct detect_config *config, str bytes)
{
    uint32_t head[2];
    if (bytes.len < sizeof head) return err_make(ERR_CORRUPT, "a detector snapshot of %zu bytes", bytes.len);
    memcpy(head, bytes.ptr, sizeof head);
    if (head[0] > DETECT_VERSION) return err_make(ERR_TOO_NEW, "detector snapshot version %u", head[0]);
    if (head[0] < DETECT_VERSION || head[1] != sizeof(struct detect_snapshot) || bytes.len != sizeof(struct detect_snapshot))
        return err_make(ERR_CORRUPT, "detector snapshot version %u of %zu bytes", head[0], bytes.len);
    struct detect_series *in = s;
    memcpy(in, bytes.ptr + offsetof(struct detect_snapshot, series), sizeof *in);
    if (!tails_ok(in) || !numbers_ok(in)) {
        detect_init(s, config);
        return err_make(ERR_CORRUPT, "detector snapshot holds impossible numbers");
    }
    s->config = *config;
    return OK;
}
