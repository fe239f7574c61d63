/* The fields of a backlog's items: what each holds, what is in doubt about it, and which items are alike.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "../data/spec.h"
#include "../study/order.h"
#include "backlog.h"

/* ---- what items hold ---- */

/* What a value is to a formula. */
typedef enum category { NUMBERS, TRUTHS, TEXTS, CATEGORIES } category;
static const char *const category_names[] = {"a number or a distribution", "true or false", "a text"};

typedef struct field_reader {
  pil_backlog *backlog;
  size_t field;
  pil_spec *specs; /* by item; of distributions */
  category own[PIL_ORDER_ITEMS];
  bool all_whole;
  pil_dictionary texts;
} field_reader;

static const pil_value *value_of(const field_reader *r, size_t item) {
  const pil_value *value = pil_value_find(r->backlog->entries[item].map, r->backlog->fields[r->field].name);
  return value == NULL || value->kind == PIL_KIND_NULL ? NULL : value;
}

/* "300 to 900", and not "fair to customers", which is a text. */
static bool is_range(const char *text) {
  return text[strspn(text, "+-.")] >= '0' && text[strspn(text, "+-.")] <= '9' && strstr(text, " to ") != NULL;
}

static bool is_distribution(const pil_value *value) {
  return value->kind == PIL_KIND_MAP ||
         (value->kind == PIL_KIND_TEXT && !value->quoted && is_range(value->text) && pil_spec_is(value));
}

/* Reads distributions and says of every item what its value is. */
static bool look_at_values(field_reader *r, pil_error *error) {
  pil_backlog *backlog = r->backlog;
  pil_spec_tables tables = {&backlog->datasets, pil_datasets_find_column};
  for (size_t i = 0; i < backlog->items.count; i++) {
    const pil_value *value = value_of(r, i);
    char what[300];
    if (value == NULL) continue;
    snprintf(what, sizeof what, "item \"%.200s\": %.60s", backlog->items.list[i].name, backlog->fields[r->field].name);
    if (value->kind == PIL_KIND_LIST) return pil_value_refuse(value, what, "a number, a text or a distribution", error);
    r->own[i] = value->kind == PIL_KIND_BOOLEAN ? TRUTHS : value->kind == PIL_KIND_TEXT ? TEXTS : NUMBERS;
    if (is_distribution(value)) {
      PIL_TRY(pil_spec_parse(&backlog->arena, value, what, &tables, &r->specs[i], error));
      pil_kind choice = r->specs[i].draws == PIL_DRAW_CHOICE ? r->specs[i].choices[0]->kind : PIL_KIND_NUMBER;
      r->own[i] = r->specs[i].draws == PIL_DRAW_BOOLEAN || choice == PIL_KIND_BOOLEAN ? TRUTHS
                  : choice == PIL_KIND_TEXT                                          ? TEXTS
                                                                                     : NUMBERS;
      r->all_whole = r->all_whole && r->specs[i].draws == PIL_DRAW_COUNT;
    } else if (value->kind == PIL_KIND_NUMBER) {
      r->all_whole = false;
    }
  }
  return true;
}

/* Most items decide what the field is; the first that differs is told. */
static bool agree(field_reader *r, category *all, pil_error *error) {
  const pil_backlog *backlog = r->backlog;
  size_t counts[CATEGORIES] = {0};
  *all = NUMBERS;
  for (size_t i = 0; i < backlog->items.count; i++)
    if (value_of(r, i) != NULL) counts[r->own[i]]++;
  for (int c = 0; c < CATEGORIES; c++)
    if (counts[c] > counts[*all]) *all = (category)c;
  for (size_t i = 0; i < backlog->items.count; i++) {
    const pil_value *value = value_of(r, i);
    char what[300], expected[100];
    if (value == NULL || r->own[i] == *all) continue;
    snprintf(what, sizeof what, "item \"%.200s\": %.60s", backlog->items.list[i].name, backlog->fields[r->field].name);
    snprintf(expected, sizeof expected, "%s, as most items have", category_names[*all]);
    return pil_value_refuse(value, what, expected, error);
  }
  return true;
}

static bool text_code(field_reader *r, const char *text, double *code, pil_error *error) {
  int64_t found = pil_dictionary_code(&r->texts, text, strlen(text));
  *code = (double)found;
  return found >= 0 || pil_error_memory(error);
}

static uint64_t site_hash(const pil_owner *owner, const char *field, const char *kind) {
  uint64_t prefix = owner != NULL ? owner->hash : pil_text_hash("in:", 3);
  char site[160];
  snprintf(site, sizeof site, "%.100s%s%s", field, kind[0] != '\0' ? " " : "", kind);
  return pil_text_hash_on(prefix, site, strlen(site));
}

static double middle_of(const pil_item_draw *draw) {
  double median = pil_distribution_quantile(draw->distribution, 0.5, 0.5);
  return draw->choice_values != NULL ? draw->choice_values[(size_t)median] : median;
}

/* What a discrete distribution's indexes stand for. */
static bool read_choices(field_reader *r, const pil_spec *spec, pil_item_draw *draw, pil_error *error) {
  double *values = pil_arena_array(&r->backlog->arena, spec->choice_count, sizeof *values);
  if (values == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < spec->choice_count; i++) {
    const pil_value *choice = spec->choices[i];
    values[i] = choice->kind == PIL_KIND_BOOLEAN ? choice->boolean : choice->number;
    if (choice->kind == PIL_KIND_TEXT) PIL_TRY(text_code(r, choice->text, &values[i], error));
  }
  draw->choice_values = values;
  return true;
}

static bool read_source(field_reader *r, size_t i, pil_error *error) {
  pil_backlog *backlog = r->backlog;
  pil_item *item = &backlog->items.list[i];
  pil_item_source *source = &item->fields[r->field];
  const pil_value *value = value_of(r, i);
  source->low = -INFINITY;
  source->high = INFINITY;
  if (value == NULL) return true;
  source->is_present = true;
  pil_item_draw *draw = &source->base;
  if (is_distribution(value)) {
    draw->distribution = &r->specs[i].distribution;
    draw->site_hash = site_hash(&item->owner, backlog->fields[r->field].name, "");
    if (r->specs[i].draws == PIL_DRAW_CHOICE) PIL_TRY(read_choices(r, &r->specs[i], draw, error));
    draw->middle = middle_of(draw);
    return true;
  }
  draw->constant = value->kind == PIL_KIND_BOOLEAN ? value->boolean : value->number;
  if (value->kind == PIL_KIND_TEXT) PIL_TRY(text_code(r, value->text, &draw->constant, error));
  draw->middle = draw->constant;
  return true;
}

static bool keep_texts(field_reader *r, pil_backlog_field *field, pil_error *error) {
  pil_arena *arena = &r->backlog->arena;
  field->choice_count = r->texts.count;
  field->choices = pil_arena_array(arena, r->texts.count + 1, sizeof *field->choices);
  if (field->choices == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < r->texts.count; i++) {
    field->choices[i] = pil_arena_copy(arena, r->texts.texts[i], strlen(r->texts.texts[i]));
    if (field->choices[i] == NULL) return pil_error_memory(error);
  }
  return true;
}

static bool read_field(field_reader *r, pil_error *error) {
  static const pil_field_kind kinds[] = {[TRUTHS] = PIL_FIELD_BOOLEAN, [TEXTS] = PIL_FIELD_TEXT};
  pil_backlog *backlog = r->backlog;
  pil_backlog_field *field = &backlog->fields[r->field];
  category all;
  r->specs = pil_arena_array(&backlog->arena, backlog->items.count, sizeof *r->specs);
  r->all_whole = true;
  if (r->specs == NULL) return pil_error_memory(error);
  PIL_TRY(look_at_values(r, error));
  PIL_TRY(agree(r, &all, error));
  for (size_t i = 0; i < backlog->items.count; i++) PIL_TRY(read_source(r, i, error));
  field->kind = all != NUMBERS ? kinds[all] : r->all_whole ? PIL_FIELD_INTEGER : PIL_FIELD_FLOAT;
  return keep_texts(r, field, error);
}

static bool read_fields(pil_backlog *backlog, pil_error *error) {
  field_reader *r = pil_arena_new(&backlog->arena, sizeof *r);
  if (r == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < backlog->items.count; i++) {
    backlog->items.list[i].fields =
        pil_arena_array(&backlog->arena, backlog->field_count + 1, sizeof *backlog->items.list[i].fields);
    if (backlog->items.list[i].fields == NULL) return pil_error_memory(error);
  }
  for (size_t f = 0; f < backlog->field_count; f++) {
    r->backlog = backlog;
    r->field = f;
    r->texts = (pil_dictionary){0};
    bool good = read_field(r, error);
    pil_dictionary_free(&r->texts);
    if (!good) return false;
  }
  return true;
}

/* ---- doubt ---- */

/* times: or plus: of a field: a number or a distribution of numbers. */
static bool read_doubt(pil_backlog *backlog, const pil_value *map, const char *what, const char *key,
                       pil_spec **spec, double *constant, pil_error *error) {
  const pil_value *value = pil_value_find(map, key);
  pil_spec_tables tables = {&backlog->datasets, pil_datasets_find_column};
  char own[200];
  *spec = NULL;
  *constant = NAN;
  if (value == NULL) return true;
  snprintf(own, sizeof own, "%.150s: %s", what, key);
  if (!is_distribution(value)) return pil_value_get_number(value, own, constant, error);
  *spec = pil_arena_new(&backlog->arena, sizeof **spec);
  if (*spec == NULL) return pil_error_memory(error);
  PIL_TRY(pil_spec_parse(&backlog->arena, value, own, &tables, *spec, error));
  bool numbers = (*spec)->draws == PIL_DRAW_REAL || (*spec)->draws == PIL_DRAW_COUNT;
  return numbers || pil_value_refuse(value, own, "a number or a distribution of numbers", error);
}

static bool make_draw(pil_backlog *backlog, const pil_owner *owner, const char *field, const char *kind,
                      const pil_spec *spec, double constant, const pil_item_draw **out, pil_error *error) {
  *out = NULL;
  if (spec == NULL && isnan(constant)) return true;
  pil_item_draw *draw = pil_arena_new(&backlog->arena, sizeof *draw);
  if (draw == NULL) return pil_error_memory(error);
  *draw = (pil_item_draw){.constant = constant, .middle = constant};
  if (spec != NULL) {
    draw->distribution = &spec->distribution;
    draw->middle = middle_of(draw);
  }
  draw->site_hash = site_hash(owner, field, kind);
  *out = draw;
  return true;
}

static bool find_number_field(const pil_backlog *backlog, const pil_entry *entry, const char *section,
                              size_t *field, pil_error *error) {
  PIL_TRY(pil_backlog_find_field(backlog, entry->key, section, entry->key_at, field, error));
  pil_field_kind kind = backlog->fields[*field].kind;
  return kind == PIL_FIELD_FLOAT || kind == PIL_FIELD_INTEGER ||
         pil_error_set(error, PIL_FAILURE_INPUT, entry->key_at, "%s: \"%s\" holds no numbers to put in doubt",
                       section, entry->key);
}

static bool read_bound(const pil_value *map, const char *what, const char *key, double *bound, pil_error *error) {
  const pil_value *value = pil_value_find(map, key);
  char own[200];
  snprintf(own, sizeof own, "%.150s: %s", what, key);
  return value == NULL || pil_value_get_number(value, own, bound, error);
}

static bool read_field_doubt(pil_backlog *backlog, const pil_entry *entry, pil_error *error) {
  static const char *const keys[] = {"times", "plus", "min", "max", "about", NULL};
  size_t f;
  char what[160];
  pil_spec *times, *plus;
  double times_constant, plus_constant, low = -INFINITY, high = INFINITY;
  PIL_TRY(find_number_field(backlog, entry, "fields", &f, error));
  snprintf(what, sizeof what, "field \"%.100s\"", entry->key);
  PIL_TRY(pil_value_get_map(entry->value, what, error));
  PIL_TRY(pil_value_check_keys(entry->value, what, keys, error));
  PIL_TRY(read_doubt(backlog, entry->value, what, "times", &times, &times_constant, error));
  PIL_TRY(read_doubt(backlog, entry->value, what, "plus", &plus, &plus_constant, error));
  PIL_TRY(read_bound(entry->value, what, "min", &low, error));
  PIL_TRY(read_bound(entry->value, what, "max", &high, error));
  if (!(low <= high))
    return pil_error_set(error, PIL_FAILURE_INPUT, entry->value->at, "%s: min is above max", what);
  backlog->fields[f].kind = PIL_FIELD_FLOAT;
  for (size_t i = 0; i < backlog->items.count; i++) {
    pil_item *item = &backlog->items.list[i];
    pil_item_source *source = &item->fields[f];
    if (!source->is_present) continue;
    source->low = low;
    source->high = high;
    PIL_TRY(make_draw(backlog, &item->owner, entry->key, "times", times, times_constant, &source->times, error));
    PIL_TRY(make_draw(backlog, &item->owner, entry->key, "plus", plus, plus_constant, &source->plus, error));
  }
  return true;
}

static bool read_shared_doubt(pil_backlog *backlog, const pil_entry *entry, pil_item_shared *shared,
                              pil_error *error) {
  static const char *const keys[] = {"times", "plus", "about", NULL};
  size_t f;
  char what[160];
  pil_spec *times, *plus;
  double times_constant, plus_constant;
  PIL_TRY(find_number_field(backlog, entry, "shared", &f, error));
  snprintf(what, sizeof what, "shared \"%.100s\"", entry->key);
  PIL_TRY(pil_value_get_map(entry->value, what, error));
  PIL_TRY(pil_value_check_keys(entry->value, what, keys, error));
  PIL_TRY(read_doubt(backlog, entry->value, what, "times", &times, &times_constant, error));
  PIL_TRY(read_doubt(backlog, entry->value, what, "plus", &plus, &plus_constant, error));
  backlog->fields[f].kind = PIL_FIELD_FLOAT;
  PIL_TRY(make_draw(backlog, NULL, entry->key, "times", times, times_constant, &shared[f].times, error));
  return make_draw(backlog, NULL, entry->key, "plus", plus, plus_constant, &shared[f].plus, error);
}

static bool read_doubts(pil_backlog *backlog, pil_error *error) {
  const pil_value *fields = pil_value_find(backlog->root, "fields"), *common = pil_value_find(backlog->root, "shared");
  pil_item_shared *shared = pil_arena_array(&backlog->arena, backlog->field_count + 1, sizeof *shared);
  if (shared == NULL) return pil_error_memory(error);
  backlog->items.shared = shared;
  if (fields != NULL) PIL_TRY(pil_value_get_map(fields, "fields", error));
  if (common != NULL) PIL_TRY(pil_value_get_map(common, "shared", error));
  for (size_t i = 0; fields != NULL && i < fields->count; i++)
    PIL_TRY(read_field_doubt(backlog, &fields->entries[i], error));
  for (size_t i = 0; common != NULL && i < common->count; i++)
    PIL_TRY(read_shared_doubt(backlog, &common->entries[i], shared, error));
  return true;
}

/* ---- classes ---- */

static bool is_of_class(const pil_backlog *backlog, const pil_backlog_class *class, const pil_item *item) {
  for (size_t f = 0; f < backlog->field_count; f++)
    if (class->present[f] != item->fields[f].is_present) return false;
  return true;
}

static bool make_class(pil_backlog *backlog, const pil_item *item, const char *const *names, pil_error *error) {
  pil_arena *arena = &backlog->arena;
  pil_backlog_class *class = &backlog->classes[backlog->class_count++];
  bool *present = pil_arena_array(arena, backlog->field_count + 1, sizeof *present);
  class->fields = pil_arena_array(arena, backlog->field_count + 1, sizeof *class->fields);
  if (present == NULL || class->fields == NULL) return pil_error_memory(error);
  class->fields[class->field_count++] =
      (pil_field){.name = "name", .kind = PIL_FIELD_TEXT, .choices = names, .choice_count = backlog->items.count,
                  .expression = -1};
  for (size_t f = 0; f < backlog->field_count; f++) {
    const pil_backlog_field *field = &backlog->fields[f];
    present[f] = item->fields[f].is_present;
    if (!present[f]) continue;
    class->fields[class->field_count++] =
        (pil_field){.name = field->name, .kind = field->kind, .first_column = 1 + f, .choices = field->choices,
                    .choice_count = field->choice_count, .expression = -1};
  }
  class->present = present;
  return true;
}

static bool sort_into_classes(pil_backlog *backlog, pil_error *error) {
  const char **names = pil_arena_array(&backlog->arena, backlog->items.count, sizeof *names);
  if (names == NULL) return pil_error_memory(error);
  for (size_t i = 0; i < backlog->items.count; i++) names[i] = backlog->items.list[i].name;
  for (size_t i = 0; i < backlog->items.count; i++) {
    const pil_item *item = &backlog->items.list[i];
    size_t c = 0;
    while (c < backlog->class_count && !is_of_class(backlog, &backlog->classes[c], item)) c++;
    if (c == PIL_BACKLOG_CLASSES)
      return pil_error_set(error, PIL_FAILURE_INPUT, backlog->entries[i].at,
                           "items: fields are missing in more than %zu different ways; fill some of the gaps", c);
    if (c == backlog->class_count) PIL_TRY(make_class(backlog, item, names, error));
    backlog->entries[i].class_index = c;
  }
  return true;
}

bool pil_backlog_read_fields(pil_backlog *backlog, pil_error *error) {
  PIL_TRY(read_fields(backlog, error));
  PIL_TRY(read_doubts(backlog, error));
  return sort_into_classes(backlog, error);
}
