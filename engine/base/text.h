/* Text: a growing buffer, escaping, UTF-8, and the nearest name for "did you mean".
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_BASE_TEXT_H
#define PIL_BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A growing, always NUL-terminated text. Zero-initialised is empty. A failed allocation sets
 * `failed` and turns every later call into nothing: check it once, at the end. */
typedef struct pil_text {
  char *bytes; /* NULL while empty */
  size_t length, size_bytes;
  bool failed;
} pil_text;

void pil_text_append(pil_text *text, const char *bytes, size_t length);
void pil_text_add(pil_text *text, const char *string);
void pil_text_format(pil_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void pil_text_repeat(pil_text *text, const char *string, size_t count);
const char *pil_text_get(const pil_text *text); /* never NULL */
void pil_text_free(pil_text *text);

/* Copies `length` bytes to `to`, control characters and bytes that are not UTF-8 written as
 * \xHH (\n and \t as two characters each); cut at a whole character. Always terminated. */
void pil_text_escape(const char *bytes, size_t length, char *to, size_t to_bytes);

/* The number of bytes of the UTF-8 character at `bytes` (`length` left), 0 where it is none
 * (overlong forms, surrogates and values over 10FFFF are none). */
size_t pil_text_utf8_bytes(const char *bytes, size_t length);
bool pil_text_is_utf8(const char *bytes, size_t length);
size_t pil_text_width(const char *string); /* characters, for padding columns */

/* A letter or underscore, then letters, digits, underscores; ASCII only. */
bool pil_text_is_name(const char *string);

/* The candidate nearest to `word` (Damerau-Levenshtein, at most a third of its letters wrong,
 * one at least allowed), or NULL. Ties go to the first. */
const char *pil_text_nearest(const char *word, const char *const *names, size_t name_count);

/* The same over any source of names: name_at(source, i) for i < count. */
typedef const char *pil_name_at(const void *source, size_t index);
const char *pil_text_nearest_of(const char *word, pil_name_at *name_at, const void *source,
                                size_t name_count);

/* FNV-1a over bytes, 64 bits: the name hash of the random-number addressing. */
uint64_t pil_text_hash(const char *bytes, size_t length);
/* The hash of a text that goes on with these bytes after one whose hash is `hash`. */
uint64_t pil_text_hash_on(uint64_t hash, const char *bytes, size_t length);

#endif
