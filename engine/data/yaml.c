/* Strict YAML: the parser's events become values, or an error that names the line.
 * SPDX-License-Identifier: Apache-2.0 */
#include "yaml.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "../base/file.h"
#include "../base/memory.h"
#include "yaml_source.h"

enum { PATH_BYTES = 160, FIRST_CAPACITY = 8 };

/* A list or map whose end has not come yet. */
typedef struct frame {
  pil_value *value;
  size_t capacity;
  const char *key; /* NULL: the next event is a key */
  pil_place key_at;
  const pil_value *last; /* the latest scalar value in braces, and where it ended */
  size_t last_end;
  bool flow;
} frame;

typedef struct reader {
  pil_arena *arena;
  const pil_yaml_source *source;
  pil_value *root;
  frame frames[PIL_YAML_DEPTH];
  int depth, document_count;
  char *anchor; /* the first anchor's name; refused at the end if nothing else is */
  pil_place anchor_at;
  pil_error *error;
} reader;

static pil_place place_of(const reader *r, yaml_mark_t mark) {
  return pil_yaml_place(r->source, mark.line, mark.column);
}

/* "settings.plan.2.share: ", the way --set spells it; "" at the root. */
static void write_path(const reader *r, char *to, size_t to_bytes) {
  size_t used = 0;
  to[0] = '\0';
  for (int i = 0; i < r->depth && used < to_bytes; i++) {
    const frame *f = &r->frames[i];
    const char *dot = used == 0 ? "" : ".";
    int added = f->value->kind == PIL_KIND_LIST ? snprintf(to + used, to_bytes - used, "%s%zu", dot,
                                                           f->value->count + (i + 1 == r->depth))
                : f->key != NULL ? snprintf(to + used, to_bytes - used, "%s%.60s", dot, f->key)
                                 : 0;
    used += (size_t)added;
  }
  if (used >= to_bytes) strcpy(to + to_bytes - sizeof "…", "…"); /* cut; the end is escaped */
}

__attribute__((format(printf, 3, 4))) static bool refuse(const reader *r, yaml_mark_t mark,
                                                         const char *format, ...) {
  char path[PATH_BYTES], text[PIL_ERROR_TEXT_BYTES];
  write_path(r, path, sizeof path);
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return pil_error_set(r->error, PIL_FAILURE_INPUT, place_of(r, mark), "%s%s%s", path,
                       path[0] == '\0' ? "" : ": ", text);
}

/* Room for one more entry or item; old arrays stay in the arena, at most as large together. */
static bool reserve(reader *r, frame *f) {
  pil_value *value = f->value;
  if (value->count < f->capacity) return true;
  size_t capacity = f->capacity == 0 ? FIRST_CAPACITY : 2 * f->capacity;
  bool list = value->kind == PIL_KIND_LIST;
  size_t size_bytes = list ? sizeof *value->items : sizeof *value->entries;
  void *grown = pil_arena_array(r->arena, capacity, size_bytes);
  if (grown == NULL) return pil_error_memory(r->error);
  void *old = list ? (void *)value->items : (void *)value->entries;
  if (value->count > 0) memcpy(grown, old, value->count * size_bytes);
  if (list)
    value->items = grown;
  else
    value->entries = grown;
  f->capacity = capacity;
  return true;
}

/* Puts a finished or just begun value where it belongs. */
static bool place_value(reader *r, pil_value *value) {
  if (r->depth == 0) {
    r->root = value;
    return true;
  }
  frame *f = &r->frames[r->depth - 1];
  PIL_TRY(reserve(r, f));
  if (f->value->kind == PIL_KIND_LIST) {
    f->value->items[f->value->count++] = value;
  } else {
    f->value->entries[f->value->count++] = (pil_entry){f->key, f->key_at, value};
  }
  return true;
}

/* A value has ended: in a map the next event is a key again. */
static void end_value(reader *r) {
  if (r->depth > 0) r->frames[r->depth - 1].key = NULL;
}

static bool expects_key(const reader *r) {
  if (r->depth == 0) return false;
  const frame *f = &r->frames[r->depth - 1];
  return f->value->kind == PIL_KIND_MAP && f->key == NULL;
}

static bool check_tag(reader *r, const yaml_event_t *event, const yaml_char_t *tag) {
  if (tag == NULL) return true;
  static const char standard[] = "tag:yaml.org,2002:";
  const char *name = (const char *)tag, *short_form = "";
  if (strncmp(name, standard, sizeof standard - 1) == 0) {
    short_form = "!!";
    name += sizeof standard - 1;
  }
  return refuse(r, event->start_mark,
                "the tag %s%.40s is not allowed; write the value plainly, a text in quotes",
                short_form, name);
}

/* An anchor alone does no harm: the alias or merge key that uses it makes the better message. */
static bool note_anchor(reader *r, const yaml_event_t *event, const yaml_char_t *anchor) {
  if (anchor == NULL) return true;
  const char *name = (const char *)anchor;
  if (r->anchor != NULL && strcmp(r->anchor, name) == 0) {
    return refuse(r, event->start_mark,
                  "the anchor name \"&%.40s\" is used twice (anchors are not "
                  "allowed; a text that starts with \"&\" goes in quotes)",
                  name);
  }
  if (r->anchor != NULL) return true;
  r->anchor = pil_arena_copy(r->arena, name, strlen(name));
  r->anchor_at = place_of(r, event->start_mark);
  return r->anchor != NULL || pil_error_memory(r->error);
}

static bool check_controls(const reader *r, yaml_mark_t mark, const char *text, size_t length) {
  for (size_t i = 0; i < length; i++) {
    unsigned char c = (unsigned char)text[i];
    bool c1 = c == 0xc2 && (unsigned char)text[i + 1] < 0xa0;
    if (c1 || (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f) {
      return refuse(r, mark, "a text may not hold the control character \\x%02X",
                    c1 ? (unsigned char)text[i + 1] : c);
    }
  }
  return true;
}

/* In braces YAML ends the value at any comma: {mean: 0,5} is {mean: 0, 5: null}. */
static bool check_decimal_comma(const reader *r, frame *f, const yaml_event_t *event,
                                const char *key) {
  if (!f->flow || f->last == NULL || f->last_end + 1 != event->start_mark.index) return true;
  if (key[strspn(key, "0123456789")] != '\0') return true;
  f->key = f->value->entries[f->value->count - 1].key; /* names the number in the message */
  return refuse(r, event->start_mark,
                "%.40s,%.40s is not a number here: write decimals with a "
                "point and no thousands separators (and a blank after a comma)",
                f->last->text, key);
}

static bool take_key(reader *r, const yaml_event_t *event) {
  frame *f = &r->frames[r->depth - 1];
  const char *text = (const char *)event->data.scalar.value;
  size_t length = event->data.scalar.length;
  bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
  if (length == 0)
    return refuse(r, event->start_mark, "an empty key; write a name before the colon");
  if (plain && strcmp(text, "<<") == 0) {
    return refuse(r, event->start_mark, "the merge key << is not allowed; write the entries out");
  }
  PIL_TRY(check_controls(r, event->start_mark, text, length));
  if (plain) PIL_TRY(check_decimal_comma(r, f, event, text));
  f->key = pil_arena_copy(r->arena, text, length);
  f->key_at = place_of(r, event->start_mark);
  f->last = NULL;
  return f->key != NULL || pil_error_memory(r->error);
}

/* The reader of plain scalars does not know where it is: its message gets the path in front. */
static bool add_path(const reader *r, const pil_error *plain) {
  char path[PATH_BYTES];
  write_path(r, path, sizeof path);
  if (plain->failure == PIL_FAILURE_MEMORY || path[0] == '\0') {
    if (r->error != NULL) *r->error = *plain;
    return false;
  }
  pil_place at = {r->source->file, plain->line, plain->column};
  return pil_error_set(r->error, plain->failure, at, "%s: %s", path, plain->text);
}

static bool take_scalar(reader *r, const yaml_event_t *event) {
  PIL_TRY(check_tag(r, event, event->data.scalar.tag));
  PIL_TRY(note_anchor(r, event, event->data.scalar.anchor));
  if (expects_key(r)) return take_key(r, event);
  const char *text = (const char *)event->data.scalar.value;
  size_t length = event->data.scalar.length;
  const frame *top = r->depth > 0 ? &r->frames[r->depth - 1] : NULL;
  /* A value that is not there has no place but its key's. */
  pil_place at =
      length == 0 && top != NULL && top->key != NULL ? top->key_at : place_of(r, event->start_mark);
  PIL_TRY(check_controls(r, event->start_mark, text, length));
  pil_value *value;
  if (event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE) {
    pil_error error;
    if (!pil_value_read_scalar(r->arena, at, text, length, &value, &error))
      return add_path(r, &error);
  } else {
    value = pil_arena_new(r->arena, sizeof *value);
    char *copy = value == NULL ? NULL : pil_arena_copy(r->arena, text, length);
    if (copy == NULL) return pil_error_memory(r->error);
    *value = (pil_value){.kind = PIL_KIND_TEXT, .quoted = true, .at = at, .text = copy};
  }
  PIL_TRY(place_value(r, value));
  if (r->depth > 0 && value->kind == PIL_KIND_INTEGER) {
    r->frames[r->depth - 1].last = value;
    r->frames[r->depth - 1].last_end = event->end_mark.index;
  }
  end_value(r);
  return true;
}

static bool begin(reader *r, const yaml_event_t *event, pil_kind kind, bool flow) {
  bool map = kind == PIL_KIND_MAP;
  PIL_TRY(
      check_tag(r, event, map ? event->data.mapping_start.tag : event->data.sequence_start.tag));
  PIL_TRY(note_anchor(r, event,
                      map ? event->data.mapping_start.anchor : event->data.sequence_start.anchor));
  if (expects_key(r)) {
    return refuse(r, event->start_mark,
                  "a key must be a text, found %s (a text that starts with "
                  "\"%s\" goes in quotes)",
                  pil_kind_name(kind), map ? "{" : "[");
  }
  if (r->depth == PIL_YAML_DEPTH) {
    return pil_error_set(r->error, PIL_FAILURE_INPUT, place_of(r, event->start_mark),
                         "nesting is deeper than %d levels", (int)PIL_YAML_DEPTH);
  }
  pil_value *value = pil_arena_new(r->arena, sizeof *value);
  if (value == NULL) return pil_error_memory(r->error);
  *value = (pil_value){.kind = kind, .at = place_of(r, event->start_mark)};
  PIL_TRY(place_value(r, value));
  r->frames[r->depth++] = (frame){.value = value, .flow = flow};
  return true;
}

static int compare_entries(const void *a, const void *b) {
  const pil_entry *left = *(pil_entry *const *)a, *right = *(pil_entry *const *)b;
  int order = strcmp(left->key, right->key);
  return order != 0 ? order : left < right ? -1 : left > right;
}

/* Sorted, equal keys are neighbours; of several the one that comes first in the file is named. */
static bool check_duplicates(reader *r, const pil_value *map) {
  if (map->count < 2) return true;
  const pil_entry **sorted = pil_memory_new(map->count * sizeof *sorted);
  if (sorted == NULL) return pil_error_memory(r->error);
  for (size_t i = 0; i < map->count; i++) sorted[i] = &map->entries[i];
  qsort(sorted, map->count, sizeof *sorted, compare_entries);
  const pil_entry *first = NULL, *again = NULL;
  for (size_t i = 1; i < map->count; i++) {
    if (strcmp(sorted[i - 1]->key, sorted[i]->key) != 0) continue;
    if (again != NULL && again < sorted[i]) continue;
    first = sorted[i - 1];
    again = sorted[i];
  }
  pil_memory_free(sorted);
  if (again == NULL) return true;
  return pil_error_set(r->error, PIL_FAILURE_INPUT, again->key_at,
                       "key \"%.80s\" given twice (first at line %d)", again->key,
                       first->key_at.line);
}

static bool end(reader *r) {
  const pil_value *value = r->frames[--r->depth].value;
  if (value->kind == PIL_KIND_MAP) PIL_TRY(check_duplicates(r, value));
  end_value(r);
  return true;
}

static bool start_document(reader *r, const yaml_event_t *event) {
  if (r->document_count++ == 0) return true;
  return refuse(r, event->start_mark,
                "the file holds more than one document; keep one and delete the \"---\" line");
}

static bool finish(reader *r) {
  if (r->document_count == 0) {
    return pil_error_set(r->error, PIL_FAILURE_INPUT, (pil_place){r->source->file, 1, 0},
                         "no document: nothing but blanks and comments");
  }
  if (r->anchor == NULL) return true;
  return pil_error_set(r->error, PIL_FAILURE_INPUT, r->anchor_at,
                       "the anchor \"&%.40s\" is not allowed; a text that starts with \"&\" goes "
                       "in quotes",
                       r->anchor);
}

static bool take_event(reader *r, const yaml_event_t *event) {
  switch (event->type) {
    case YAML_DOCUMENT_START_EVENT: return start_document(r, event);
    case YAML_ALIAS_EVENT:
      return refuse(r, event->start_mark,
                    "the alias \"*%.40s\": aliases, anchors and merge keys are "
                    "not allowed; write the value out, a text that starts with \"*\" in quotes",
                    (const char *)event->data.alias.anchor);
    case YAML_SCALAR_EVENT: return take_scalar(r, event);
    case YAML_SEQUENCE_START_EVENT:
      return begin(r, event, PIL_KIND_LIST,
                   event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE);
    case YAML_MAPPING_START_EVENT:
      return begin(r, event, PIL_KIND_MAP,
                   event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT: return end(r);
    case YAML_STREAM_END_EVENT: return finish(r);
    default: return true;
  }
}

static bool explain(const yaml_parser_t *parser, const reader *r) {
  if (parser->error == YAML_MEMORY_ERROR) return pil_error_memory(r->error);
  pil_yaml_problem problem = {
      .problem = parser->problem,
      .context = parser->context,
      .at = place_of(r, parser->problem_mark),
  };
  if (parser->context != NULL) problem.context_at = place_of(r, parser->context_mark);
  return pil_yaml_explain(r->source, &problem, r->error);
}

static bool read_events(reader *r, yaml_parser_t *parser) {
  for (bool ended = false; !ended;) {
    yaml_event_t event;
    if (!yaml_parser_parse(parser, &event)) return explain(parser, r);
    ended = event.type == YAML_STREAM_END_EVENT;
    bool taken = take_event(r, &event);
    yaml_event_delete(&event);
    PIL_TRY(taken);
  }
  return true;
}

bool pil_yaml_read(pil_arena *arena, const char *file, const char *bytes, size_t length,
                   pil_value **value, pil_error *error) {
  const char *kept_file = pil_arena_copy(arena, file, strlen(file));
  if (kept_file == NULL) return pil_error_memory(error);
  if (length > PIL_YAML_BYTES) {
    return pil_error_set(error, PIL_FAILURE_INPUT, (pil_place){file, 0, 0},
                         "larger than %d bytes, the most that is read", (int)PIL_YAML_BYTES);
  }
  if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
    bytes += 3;
    length -= 3;
  }
  pil_yaml_source source = {kept_file, bytes, length, 0};
  reader r = {.arena = arena, .source = &source, .error = error};
  PIL_TRY(pil_yaml_check_source(&source, error));
  yaml_parser_t parser;
  if (!yaml_parser_initialize(&parser)) return pil_error_memory(error);
  yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&parser, (const unsigned char *)bytes, length);
  bool good = read_events(&r, &parser);
  yaml_parser_delete(&parser);
  if (good) *value = r.root;
  return good;
}

bool pil_yaml_read_file(pil_arena *arena, const char *path, pil_value **root, pil_error *error) {
  char *bytes;
  size_t length;
  PIL_TRY(pil_file_read(path, PIL_YAML_BYTES, PIL_NOWHERE, &bytes, &length, error));
  pil_value *value;
  bool good = pil_yaml_read(arena, path, bytes, length, &value, error);
  pil_memory_free(bytes);
  PIL_TRY(good);
  if (value->kind != PIL_KIND_MAP) {
    return pil_error_set(error, PIL_FAILURE_INPUT, value->at, "the root must be a map, found %s",
                         pil_kind_name(value->kind));
  }
  *root = value;
  return true;
}
