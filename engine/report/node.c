/* The tree of data that a document carries for machines.
 * SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <string.h>

#include "layout.h"

static pil_node *new_node(pil_document *document) {
  if (document->failed) return NULL;
  pil_node *node = pil_arena_new(document->arena, sizeof *node);
  if (node == NULL) {
    document->failed = true;
    return NULL;
  }
  node->document = document;
  return node;
}

static const char *copy_string(pil_document *document, const char *string) {
  if (document->failed) return NULL;
  const char *copy = pil_arena_copy(document->arena, string, strlen(string));
  if (copy == NULL) document->failed = true;
  return copy;
}

pil_node *pil_document_data(pil_document *document) {
  if (document == NULL) return NULL;
  if (document->data == NULL) {
    pil_node *root = new_node(document);
    if (root == NULL) return NULL;
    root->kind = PIL_NODE_OBJECT;
    document->data = root;
  }
  return document->data;
}

static pil_node *link_node(pil_node *parent, pil_node *node) {
  pil_node *last = parent->as.members.last;
  *(last == NULL ? &parent->as.members.first : &last->next) = node;
  return parent->as.members.last = node;
}

/* The member of that key, emptied, or a new one at the end; key NULL: a new element. */
static pil_node *place(pil_node *parent, const char *key, pil_node_kind kind) {
  if (parent == NULL) return NULL;
  assert(parent->kind == (key != NULL ? PIL_NODE_OBJECT : PIL_NODE_ARRAY));
  pil_node *node = NULL;
  if (key != NULL) {
    node = parent->as.members.first;
    while (node != NULL && strcmp(node->key, key) != 0) node = node->next;
  }
  if (node == NULL) {
    const char *copy = key == NULL ? NULL : copy_string(parent->document, key);
    node = new_node(parent->document);
    if (node == NULL) return NULL;
    node->key = copy;
    link_node(parent, node);
  }
  memset(&node->as, 0, sizeof node->as);
  node->kind = kind;
  return node;
}

static void place_string(pil_node *parent, const char *key, const char *string) {
  pil_node *node = place(parent, key, string == NULL ? PIL_NODE_NULL : PIL_NODE_STRING);
  if (node == NULL || string == NULL) return;
  node->as.string = copy_string(node->document, string);
  if (node->as.string == NULL) node->kind = PIL_NODE_NULL;
}

/* The kinds that are one C value, each as a member and as an element. */
#define DEFINE_LEAF(name, c_type, node_kind, field)                           \
  void pil_node_set_##name(pil_node *object, const char *key, c_type value) { \
    pil_node *node = place(object, key, node_kind);                           \
    if (node != NULL) node->as.field = value;                                 \
  }                                                                           \
  void pil_node_append_##name(pil_node *array, c_type value) {                \
    pil_node *node = place(array, NULL, node_kind);                           \
    if (node != NULL) node->as.field = value;                                 \
  }

DEFINE_LEAF(number, double, PIL_NODE_NUMBER, number)
DEFINE_LEAF(integer, int64_t, PIL_NODE_INTEGER, integer)
DEFINE_LEAF(unsigned, uint64_t, PIL_NODE_UNSIGNED, natural)
DEFINE_LEAF(bool, bool, PIL_NODE_BOOL, truth)

void pil_node_set_null(pil_node *object, const char *key) {
  place(object, key, PIL_NODE_NULL);
}

void pil_node_set_string(pil_node *object, const char *key, const char *string) {
  place_string(object, key, string);
}

void pil_node_append_string(pil_node *array, const char *string) {
  place_string(array, NULL, string);
}

pil_node *pil_node_set_object(pil_node *object, const char *key) {
  return place(object, key, PIL_NODE_OBJECT);
}

pil_node *pil_node_set_array(pil_node *object, const char *key) {
  return place(object, key, PIL_NODE_ARRAY);
}

pil_node *pil_node_append_object(pil_node *array) {
  return place(array, NULL, PIL_NODE_OBJECT);
}

pil_node *pil_node_append_array(pil_node *array) {
  return place(array, NULL, PIL_NODE_ARRAY);
}
