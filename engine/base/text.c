/* Text: a growing buffer, escaping, UTF-8, and the nearest name for "did you mean".
 * SPDX-License-Identifier: Apache-2.0 */
#include "text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "memory.h"

static bool reserve(pil_text *text, size_t extra_bytes) {
  if (text->failed) return false;
  size_t needed_bytes = text->length + extra_bytes + 1;
  if (needed_bytes <= text->size_bytes) return true;
  size_t size_bytes = text->size_bytes == 0 ? 64 : 2 * text->size_bytes;
  if (size_bytes < needed_bytes) size_bytes = needed_bytes;
  char *grown = pil_memory_resize(text->bytes, size_bytes, 1);
  if (grown == NULL) {
    text->failed = true;
    return false;
  }
  text->bytes = grown;
  text->size_bytes = size_bytes;
  return true;
}

void pil_text_append(pil_text *text, const char *bytes, size_t length) {
  if (!reserve(text, length)) return;
  memcpy(text->bytes + text->length, bytes, length);
  text->length += length;
  text->bytes[text->length] = '\0';
}

void pil_text_add(pil_text *text, const char *string) {
  pil_text_append(text, string, strlen(string));
}

void pil_text_format(pil_text *text, const char *format, ...) {
  va_list arguments, again;
  va_start(arguments, format);
  va_copy(again, arguments);
  int length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  if (length >= 0 && reserve(text, (size_t)length)) {
    vsnprintf(text->bytes + text->length, (size_t)length + 1, format, again);
    text->length += (size_t)length;
  }
  va_end(again);
}

void pil_text_repeat(pil_text *text, const char *string, size_t count) {
  for (size_t i = 0; i < count; i++) pil_text_add(text, string);
}

const char *pil_text_get(const pil_text *text) {
  return text->bytes == NULL ? "" : text->bytes;
}

void pil_text_free(pil_text *text) {
  pil_memory_free(text->bytes);
  *text = (pil_text){0};
}

size_t pil_text_utf8_bytes(const char *bytes, size_t length) {
  const unsigned char *b = (const unsigned char *)bytes;
  if (length == 0) return 0;
  if (b[0] < 0x80) return 1;
  size_t count = b[0] >= 0xf0 ? 4 : b[0] >= 0xe0 ? 3 : 2;
  if (b[0] < 0xc2 || b[0] > 0xf4 || count > length) return 0;
  for (size_t i = 1; i < count; i++)
    if ((b[i] & 0xc0) != 0x80) return 0;
  if (b[0] == 0xe0 && b[1] < 0xa0) return 0; /* overlong */
  if (b[0] == 0xed && b[1] > 0x9f) return 0; /* surrogate */
  if (b[0] == 0xf0 && b[1] < 0x90) return 0; /* overlong */
  if (b[0] == 0xf4 && b[1] > 0x8f) return 0; /* over 10FFFF */
  return count;
}

bool pil_text_is_utf8(const char *bytes, size_t length) {
  while (length > 0) {
    size_t count = pil_text_utf8_bytes(bytes, length);
    if (count == 0) return false;
    bytes += count;
    length -= count;
  }
  return true;
}

size_t pil_text_width(const char *string) {
  size_t width = 0;
  for (const char *c = string; *c != '\0'; c++) width += ((unsigned char)*c & 0xc0) != 0x80;
  return width;
}

static bool is_control(const char *bytes, size_t count) {
  unsigned char first = (unsigned char)bytes[0];
  if (count == 1) return first < 0x20 || first == 0x7f;
  return first == 0xc2 && (unsigned char)bytes[1] < 0xa0; /* the C1 set */
}

void pil_text_escape(const char *bytes, size_t length, char *to, size_t to_bytes) {
  size_t used = 0;
  while (length > 0) {
    char escaped[8];
    const char *piece = bytes;
    size_t taken = pil_text_utf8_bytes(bytes, length), piece_bytes = taken;
    if (taken == 0 || is_control(bytes, taken)) {
      taken = 1;
      piece = escaped;
      if (*bytes == '\n' || *bytes == '\t') {
        piece_bytes = (size_t)snprintf(escaped, sizeof escaped, "\\%c", *bytes == '\n' ? 'n' : 't');
      } else {
        piece_bytes = (size_t)snprintf(escaped, sizeof escaped, "\\x%02X", (unsigned char)*bytes);
      }
    }
    if (used + piece_bytes + 1 > to_bytes) break;
    memcpy(to + used, piece, piece_bytes);
    used += piece_bytes;
    bytes += taken;
    length -= taken;
  }
  if (to_bytes > 0) to[used] = '\0';
}

bool pil_text_is_name(const char *string) {
  if (!(isalpha((unsigned char)string[0]) && (unsigned char)string[0] < 0x80) && string[0] != '_')
    return false;
  for (const char *c = string; *c != '\0'; c++) {
    if ((unsigned char)*c >= 0x80 || !(isalnum((unsigned char)*c) || *c == '_')) return false;
  }
  return true;
}

enum { NEAREST_LETTERS = 64 };

static size_t smaller(size_t a, size_t b) {
  return a < b ? a : b;
}

/* Optimal string alignment: insertions, deletions, changes and swaps of neighbours cost 1. */
static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length) {
  size_t rows[3][NEAREST_LETTERS + 1];
  size_t *before = rows[0], *above = rows[1], *row = rows[2];
  for (size_t j = 0; j <= b_length; j++) above[j] = j;
  for (size_t i = 1; i <= a_length; i++) {
    row[0] = i;
    for (size_t j = 1; j <= b_length; j++) {
      bool same = tolower((unsigned char)a[i - 1]) == tolower((unsigned char)b[j - 1]);
      row[j] = smaller(above[j - 1] + !same, smaller(above[j], row[j - 1]) + 1);
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = smaller(row[j], before[j - 2] + 1);
    }
    size_t *spare = before;
    before = above;
    above = row;
    row = spare;
  }
  return above[b_length];
}

const char *pil_text_nearest_of(const char *word, pil_name_at *name_at, const void *source,
                                size_t name_count) {
  size_t length = strlen(word);
  if (length == 0 || length > NEAREST_LETTERS) return NULL;
  size_t allowed = length < 3 ? 1 : length / 3, best = allowed + 1;
  const char *nearest = NULL;
  for (size_t i = 0; i < name_count; i++) {
    const char *name = name_at(source, i);
    size_t name_length = strlen(name);
    if (name_length > NEAREST_LETTERS || name_length > length + allowed) continue;
    size_t d = distance(word, length, name, name_length);
    if (d < best && d < name_length) {
      best = d;
      nearest = name;
    }
  }
  return nearest;
}

static const char *name_in_array(const void *source, size_t index) {
  return ((const char *const *)source)[index];
}

const char *pil_text_nearest(const char *word, const char *const *names, size_t name_count) {
  return pil_text_nearest_of(word, name_in_array, names, name_count);
}

uint64_t pil_text_hash(const char *bytes, size_t length) {
  return pil_text_hash_on(UINT64_C(0xcbf29ce484222325), bytes, length);
}

uint64_t pil_text_hash_on(uint64_t hash, const char *bytes, size_t length) {
  for (size_t i = 0; i < length; i++)
    hash = (hash ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001b3);
  return hash;
}
