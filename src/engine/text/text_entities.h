/* Things with a form in a text: addresses, numbers that mean something, dates, amounts, codes. Found by their form and,
 * where they have one, their check digits: IBAN (ISO 13616, modulo 97), cards (Luhn, ISO/IEC 7812). Pure. Thread: any.
 */
#ifndef WEIR_ENGINE_TEXT_ENTITIES_H
#define WEIR_ENGINE_TEXT_ENTITIES_H

#include <stdint.h>

#include "base/str.h"

enum text_entity_kind {
    ENTITY_URL,
    ENTITY_EMAIL,
    ENTITY_UUID,
    ENTITY_IP,
    ENTITY_IBAN,
    ENTITY_CARD,
    ENTITY_DATE,
    ENTITY_MONEY,
    ENTITY_ERROR,     /* ORA-00942, E1234, 0x80070005, HTTP 503, ERR_TIMED_OUT */
    ENTITY_VERSION,   /* v1.2, 1.2.3 */
    ENTITY_REFERENCE, /* order 4711, INV-2024-17, #1234 */
    ENTITY_PHONE,
    ENTITY_KINDS
};
extern const char *const text_entity_names[ENTITY_KINDS];

struct text_entity {
    enum text_entity_kind kind;
    uint32_t from, len; /* bytes of the text */
};

/* In the order of the text, none inside another; at most `max`. Gives how many. */
size_t text_entities(str text, struct text_entity *out, size_t max);

#endif
