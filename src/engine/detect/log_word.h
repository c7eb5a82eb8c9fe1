/* One word of a log line: is it a constant of the program, a name that may vary, or a value? No regular expressions:
 * one pass over the bytes with a table of classes, then a few rules over what was counted (digits, letters, slashes,
 * dots, changes between letters and digits). The same rules for every system. */
#ifndef WEIR_ENGINE_DETECT_LOG_WORD_H
#define WEIR_ENGINE_DETECT_LOG_WORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum log_kind {
    LOG_WORD,  /* letters: probably the program's own */
    LOG_NAME,  /* has digits in it, or is dotted: often a host, a component, a file */
    LOG_VALUE, /* number, time, size, address, path, URL, hexadecimal, id, e-mail: always a parameter */
};

/* What a byte is to the scanner. */
enum log_class { LOG_BLANK, LOG_PUNCT, LOG_LETTER, LOG_HEX, LOG_DIGIT, LOG_JOIN, LOG_ESC };
extern const uint8_t log_class_of[256];
static inline bool log_in_word(uint8_t class)
{
    return class >= LOG_LETTER && class <= LOG_JOIN;
}

struct log_word {
    enum log_kind kind;
    uint64_t hash; /* of the letters, each run of digits as one sign: eth0 and eth1 are the same */
    size_t len; /* bytes of the word; full stops and the like at its end do not belong to it; 0: no letter or digit in
                   it */
};

/* The word that begins at p and ends before `end` at the latest; its first byte is in a word. */
struct log_word log_word_read(const char *p, const char *end);
/* A unit behind a number ("ms", "KB", "seconds"): the number's own. */
bool log_is_unit(str word);
/* The name of a month, a weekday or a time zone: part of a time when a number stands beside it. */
bool log_is_date_word(str word);
bool log_is_zone_word(str word);
/* A noun that names what comes next ("user", "host", "file"): the word behind it is probably a parameter. */
bool log_is_label(str word);

#endif
