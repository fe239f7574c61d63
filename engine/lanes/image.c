/* Looking things up in an image.
 * SPDX-License-Identifier: Apache-2.0 */
#include "image.h"

#include <stdio.h>
#include <string.h>

/* Entries stand in the order of `pairs`: numbers, then texts byte by byte, then booleans. */
static int compare_with_name(const pil_image_value *key, const char *name) {
  if (key->kind == PIL_IMAGE_TEXT) return strcmp(key->text, name);
  return key->kind == PIL_IMAGE_INTEGER || key->kind == PIL_IMAGE_FLOAT ? -1 : 1;
}

const pil_image_value *pil_image_find(const pil_image_table *table, const char *name) {
  size_t low = 0, high = table->entry_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    int order = compare_with_name(&table->entries[middle].key, name);
    if (order == 0) return &table->entries[middle].value;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return NULL;
}

void pil_place_name(char name[PIL_PLACE_BYTES], const char *file, int line) {
  char whole[PIL_ERROR_FILE_BYTES + 16];
  size_t length = (size_t)snprintf(whole, sizeof whole, "%s:%d", file, line);
  if (length >= sizeof whole) length = sizeof whole - 1;
  const char *from = whole;
  if (length >= PIL_PLACE_BYTES) from += length - (PIL_PLACE_BYTES - 1);
  while ((*from & 0xc0) == 0x80) from++; /* no half letter */
  memcpy(name, from, strlen(from) + 1);
}
