#include "engine/text/text_letters.h"

#include <stdbool.h>

#include "base/utf8.h"

uint32_t text_code_at(str text, size_t at, size_t *len)
{
    uint32_t c = utf8_at(text, at, len);
    return c == UTF8_NONE ? (unsigned char)text.ptr[at] : c;
}

/* Signs of Latin-1, general punctuation, arrows to boxes, those of East Asia, forms, pictures. */
static const uint32_t signs[][2] = {
    { 0x80, 0xA9 },     { 0xAB, 0xB4 },     { 0xB6, 0xB9 },     { 0xBB, 0xBF },     { 0xD7, 0xD7 },
    { 0xF7, 0xF7 },     { 0x2010, 0x2027 }, { 0x202A, 0x202E }, { 0x2030, 0x205E }, { 0x20A0, 0x2BFF },
    { 0x3001, 0x3004 }, { 0x3007, 0x3030 }, { 0xFE10, 0xFE6F }, { 0xFF01, 0xFF0F }, { 0xFF1A, 0xFF20 },
    { 0xFFF0, 0xFFFF }, { 0x1F000, 0x1FAFF },
};

static bool is_space(uint32_t c)
{
    return c <= 0x20 || c == 0x7F || c == 0x85 || c == 0xA0 || (c >= 0x2000 && c <= 0x200F) || c == 0x2028 ||
           c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000 || c == 0xFEFF;
}

enum text_kind text_kind_of(uint32_t c)
{
    if (is_space(c)) return TEXT_SPACE;
    if (c < 0x80) {
        if (c >= '0' && c <= '9') return TEXT_DIGIT;
        return (c | 0x20) >= 'a' && (c | 0x20) <= 'z' ? TEXT_LETTER : c == '_' ? TEXT_LETTER : TEXT_SIGN;
    }
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (c >= signs[i][0] && c <= signs[i][1]) return TEXT_SIGN;
    return TEXT_LETTER;
}

size_t text_letters(str text, uint32_t *code, uint8_t *kind)
{
    size_t n = 0, len;
    text = str_utf8_prefix(text, TEXT_BYTES_MAX);
    for (size_t at = 0; at < text.len; at += len) {
        uint32_t c = text_code_at(text, at, &len);
        kind[n] = (uint8_t)text_kind_of(c);
        code[n] = kind[n] == TEXT_SPACE ? ' ' : utf8_lower(c);
        n++;
    }
    return n;
}
