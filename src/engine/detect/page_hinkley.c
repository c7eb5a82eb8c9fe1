#include "engine/detect/page_hinkley.h"

#include <assert.h>

#include "engine/detect/real.h"

static const double value_max = 1e100;

struct page_hinkley_config page_hinkley_default(void)
{
    return (struct page_hinkley_config){ .delta = 0.005, .threshold = 50, .alpha = 1 - 0.0001, .least_values = 30 };
}

static bool config_sound(const struct page_hinkley_config *c)
{
    return c->delta >= 0 && c->delta <= value_max && c->threshold > 0 && c->threshold <= value_max && c->alpha > 0 &&
           c->alpha <= 1;
}

static void restart(struct page_hinkley *p)
{
    p->mean = p->up = p->down = 0;
    p->n = 0;
}

void page_hinkley_init(struct page_hinkley *p, const struct page_hinkley_config *config)
{
    assert(config_sound(config));
    memset(p, 0, sizeof *p);
    p->version = PAGE_HINKLEY_VERSION;
    p->size = sizeof *p;
    p->config = *config;
}

bool page_hinkley_add(struct page_hinkley *p, double value)
{
    const struct page_hinkley_config *c = &p->config;
    if (!(real_abs(value) <= value_max)) {
        p->odd++;
        return false;
    }
    bool first = p->n++ == 0;
    p->mean += (value - p->mean) / (double)p->n;
    double away = value - p->mean;
    p->up = c->alpha * p->up + away - c->delta;
    p->down = c->alpha * p->down + away + c->delta;
    if (first || p->up < p->up_least) p->up_least = p->up;
    if (first) p->down_most = -1; /* where River begins */
    if (p->down > p->down_most) p->down_most = p->down;
    if (p->n < c->least_values) return false;
    bool up = p->up - p->up_least > c->threshold, down = p->down_most - p->down > c->threshold;
    if (!up && !down) return false;
    p->direction = up ? 1 : -1;
    restart(p);
    return true;
}

bool page_hinkley_load(struct page_hinkley *p, str bytes)
{
    struct page_hinkley in;
    if (bytes.len != sizeof in) return false;
    memcpy(&in, bytes.ptr, sizeof in);
    if (in.version != PAGE_HINKLEY_VERSION || in.size != sizeof in || !config_sound(&in.config)) return false;
    const double all[] = { in.mean, in.up, in.up_least, in.down, in.down_most };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (!(real_abs(all[i]) <= 1e130)) return false;
    *p = in;
    return true;
}
