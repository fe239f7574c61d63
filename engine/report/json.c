/* The data of a document as JSON. Jansson writes every leaf (its escapes, its exact numbers);
 * the frame is written here, because jansson has no integers above 2^63 - 1 (a seed may be one)
 * and its own tree would double the memory.
 * SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "../base/memory.h"
#include "layout.h"
#include "render.h"

static int append_bytes(const char *bytes, size_t length, void *to) {
  pil_text_append(to, bytes, length);
  return ((pil_text *)to)->failed ? -1 : 0;
}

/* Takes over `leaf`; NULL (no memory) fails. */
static void put_leaf(pil_text *to, json_t *leaf) {
  size_t flags = JSON_ENCODE_ANY | JSON_REAL_PRECISION(17);
  if (leaf == NULL || json_dump_callback(leaf, append_bytes, to, flags) != 0) to->failed = true;
  json_decref(leaf);
}

static void put_string(pil_text *to, const char *string) {
  size_t length = strlen(string);
  if (pil_text_is_utf8(string, length)) {
    put_leaf(to, json_stringn_nocheck(string, length));
    return;
  }
  char *escaped = pil_memory_new(4 * length + 1);
  if (escaped == NULL) {
    to->failed = true;
    return;
  }
  pil_text_escape(string, length, escaped, 4 * length + 1);
  put_leaf(to, json_string_nocheck(escaped));
  pil_memory_free(escaped);
}

static void put_number(pil_text *to, double number) {
  if (isfinite(number)) {
    put_leaf(to, json_real(number));
  } else {
    pil_text_add(to, isnan(number) ? "null" : number > 0 ? "\"inf\"" : "\"-inf\"");
  }
}

static bool is_frame(const pil_node *node) {
  return node->kind == PIL_NODE_OBJECT || node->kind == PIL_NODE_ARRAY;
}

/* A short list of plain numbers reads better on one line. */
static bool is_flat(const pil_node *array) {
  for (const pil_node *n = array->as.members.first; n != NULL; n = n->next)
    if (is_frame(n) || n->kind == PIL_NODE_STRING) return false;
  return array->kind == PIL_NODE_ARRAY;
}

static void put_scalar(pil_text *to, const pil_node *node) {
  switch (node->kind) {
    case PIL_NODE_BOOL: pil_text_add(to, node->as.truth ? "true" : "false"); break;
    case PIL_NODE_NUMBER: put_number(to, node->as.number); break;
    case PIL_NODE_INTEGER: pil_text_format(to, "%lld", (long long)node->as.integer); break;
    case PIL_NODE_UNSIGNED:
      pil_text_format(to, "%llu", (unsigned long long)node->as.natural);
      break;
    case PIL_NODE_STRING: put_string(to, node->as.string); break;
    default: pil_text_add(to, "null"); break;
  }
}

static void put_node(pil_text *to, const pil_node *node, size_t depth) {
  if (!is_frame(node)) {
    put_scalar(to, node);
    return;
  }
  bool object = node->kind == PIL_NODE_OBJECT, flat = is_flat(node);
  pil_text_add(to, object ? "{" : "[");
  for (const pil_node *n = node->as.members.first; n != NULL; n = n->next) {
    if (!flat) {
      pil_text_add(to, "\n");
      pil_text_repeat(to, "  ", depth + 1);
    }
    if (object) {
      put_string(to, n->key);
      pil_text_add(to, ": ");
    }
    put_node(to, n, depth + 1);
    if (n->next != NULL) pil_text_add(to, flat ? ", " : ",");
  }
  if (!flat && node->as.members.first != NULL) {
    pil_text_add(to, "\n");
    pil_text_repeat(to, "  ", depth);
  }
  pil_text_add(to, object ? "}" : "]");
}

bool pil_render_json(const pil_document *document, pil_text *to, pil_error *error) {
  if (document == NULL || document->failed) return pil_error_memory(error);
  if (document->data == NULL) {
    pil_text_add(to, "{}");
  } else {
    put_node(to, document->data, 0);
  }
  pil_text_add(to, "\n");
  return to->failed ? pil_error_memory(error) : true;
}
