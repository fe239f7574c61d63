/* Numerals: the one spelling of decimal numbers that scenario files, tables and options share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_DATA_NUMERAL_H
#define PIL_DATA_NUMERAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum pil_numeral {
  PIL_NUMERAL_NONE,
  PIL_NUMERAL_WHOLE,   /* neither point nor exponent */
  PIL_NUMERAL_DECIMAL, /* with a point or an exponent */
  PIL_NUMERAL_OVERFLOW /* well written, but beyond the largest double */
} pil_numeral;

/* Reads an optional sign, digits with an optional point (".5" and "5." are fine) and an optional
 * exponent, which must make up all `length` bytes. *out is the nearest double whatever the
 * locale; it is set for WHOLE and DECIMAL only. text[length] must be readable and no letter,
 * digit or point (a NUL or a blank does). Leading zeros are accepted here. */
pil_numeral pil_numeral_read(const char *text, size_t length, double *out);

/* The exact integer of a whole numeral; false where it does not fit (or is none). */
bool pil_numeral_read_signed(const char *text, size_t length, int64_t *out);
bool pil_numeral_read_unsigned(const char *text, size_t length, uint64_t *out);

#endif
