#include "engine/knowledge/measure.h"

#include <math.h>

static int grade_of(uint32_t doc, const struct judgement *j, size_t judged)
{
    for (size_t i = 0; i < judged; i++)
        if (j[i].doc == doc) return j[i].grade > 0 ? j[i].grade : 0;
    return 0;
}

static double discount(size_t rank)
{
    return 1 / log2((double)rank + 2);
}

/* The best order there is: grades from the highest down. */
static double ideal(const struct judgement *j, size_t judged, size_t k)
{
    int most = 0;
    for (size_t i = 0; i < judged; i++)
        if (j[i].grade > most) most = j[i].grade;
    double sum = 0;
    size_t rank = 0;
    for (int g = most; g > 0; g--)
        for (size_t i = 0; i < judged && rank < k; i++)
            if (j[i].grade == g) sum += g * discount(rank++);
    return sum;
}

double measure_ndcg(const uint32_t *ranked, size_t n, const struct judgement *j, size_t judged, size_t k)
{
    double best = ideal(j, judged, k), sum = 0;
    for (size_t i = 0; i < n && i < k; i++) sum += grade_of(ranked[i], j, judged) * discount(i);
    return best > 0 ? sum / best : 0;
}

double measure_recall(const uint32_t *ranked, size_t n, const struct judgement *j, size_t judged, size_t k)
{
    size_t relevant = 0, found = 0;
    for (size_t i = 0; i < judged; i++) relevant += j[i].grade > 0;
    for (size_t i = 0; i < n && i < k; i++) found += grade_of(ranked[i], j, judged) > 0;
    return relevant ? (double)found / (double)relevant : 0;
}

double measure_rr(const uint32_t *ranked, size_t n, const struct judgement *j, size_t judged, size_t k)
{
    for (size_t i = 0; i < n && i < k; i++)
        if (grade_of(ranked[i], j, judged) > 0) return 1 / ((double)i + 1);
    return 0;
}
