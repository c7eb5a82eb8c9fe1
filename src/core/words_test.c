#include "core/words.h"
#include "test.h"

TEST(every_cause_word_reads_back)
{
    for (int i = 0; i < CAUSE_COUNT; i++) {
        CHECK_I64(cause_of(str_of(cause_text((enum cause_kind)i))), i);
        CHECK(strlen(cause_sentence((enum cause_kind)i)) > 8);
    }
    CHECK_I64(cause_of(STR("source")), CAUSE_UNKNOWN);
    CHECK_I64(cause_of(STR_NONE), CAUSE_UNKNOWN);
    CHECK_STR(str_of(cause_text((enum cause_kind)99)), "unknown");
}

TEST(severities_read_back_in_any_case_and_clamp)
{
    for (int s = SEV_LOW; s <= SEV_CRITICAL; s++) CHECK_I64(severity_of(str_of(severity_text(s)), 0), s);
    CHECK_I64(severity_of(STR("critical"), 0), SEV_CRITICAL);
    CHECK_I64(severity_of(STR("warning"), SEV_MEDIUM), SEV_MEDIUM);
    CHECK_STR(str_of(severity_text(-3)), "LOW");
    CHECK_STR(str_of(severity_text(9)), "CRITICAL");
}
