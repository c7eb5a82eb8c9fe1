/* Any bytes are a mail, and an mbox of mails: what comes out is UTF-8, within its limits, and the mbox ends. */
#include <assert.h>

#include "edge/inquiry/intake_file.h"
#include "edge/mail/mail.h"
#include "engine/desk/desk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_mail(str bytes, struct arena *a)
{
    struct mail m;
    struct personal_span spans[32];
    str core, masked, plain;
    mail_read(bytes, a, &m);
    assert(str_utf8_valid(m.subject) && str_utf8_valid(m.text) && str_utf8_valid(m.from_name));
    assert(m.text.len <= MAIL_TEXT_MAX && m.ref_count <= MAIL_REFS_MAX && m.sent >= 0);
    assert(!m.from_address.len || str_find(m.from_address, STR("@"), 0) > 0);
    for (size_t i = 0; i < m.ref_count; i++) assert(m.refs[i].len > 0);
    plain = desk_plain(m.text, a);
    (void)desk_subject(m.subject, &core);
    assert(core.len <= m.subject.len);
    size_t n = desk_personal(plain, spans, 32), at = 0;
    for (size_t i = 0; i < n; i++) {
        assert(spans[i].from >= at && spans[i].len > 0 && spans[i].from + spans[i].len <= plain.len);
        at = spans[i].from + spans[i].len;
    }
    masked = desk_redact(plain, m.from_name, a);
    assert(desk_personal(plain, spans, 1) == 0 || masked.len > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = arena_init((size_t)256 << 20);
    str bytes = { (const char *)data, size }, rest = bytes, one;
    if (size > 1 << 16) return 0;
    check_mail(bytes, &a);
    for (size_t left = size + 1; mbox_next(&rest, &a, &one);) {
        assert(rest.len < left);
        left = rest.len;
        check_mail(one, &a);
    }
    arena_done(&a);
    return 0;
}
