/* Records as decisions: reading their values into columns.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "../base/memory.h"
#include "../base/text.h"
#include "feed_inside.h"

enum { SHOWN_BYTES = 60 };

/* ---- texts ---- */

static void set_choices(pil_feed *feed, size_t i) {
  pil_feed_field *own = &feed->own[i];
  feed->fields[i].choices = own->wide != NULL ? own->wide : own->texts.texts;
  feed->fields[i].choice_count = own->wide != NULL ? 0 : own->texts.count;
}

/* A text that never comes twice would want a new program for each: from then on each batch has its own. */
static bool widen(pil_feed *feed, size_t i, pil_error *error) {
  feed->own[i].wide = pil_memory_new_zeroed(PIL_FEED_WIDTH, sizeof *feed->own[i].wide);
  if (feed->own[i].wide == NULL) return pil_error_memory(error);
  feed->version++;
  set_choices(feed, i);
  return true;
}

static bool add_text(pil_feed *feed, size_t i, const char *text, size_t length, double *code, pil_error *error) {
  pil_feed_field *own = &feed->own[i];
  size_t before = own->texts.count;
  int64_t found = pil_dictionary_code(&own->texts, text, length);
  if (found < 0) return pil_error_memory(error);
  *code = (double)found;
  if (own->texts.count == before) return true;
  feed->version++;
  set_choices(feed, i);
  return true;
}

bool pil_feed_begin_texts(pil_feed *feed, size_t field, pil_error *error) {
  double code;
  for (size_t p = 0; p < feed->policy_count; p++) {
    const pil_field *known = pil_policy_field(feed->policies[p], feed->fields[field].name);
    if (known == NULL || known->kind != PIL_FIELD_TEXT) continue;
    for (size_t c = 0; c < known->choice_count && c < PIL_FEED_TEXTS; c++)
      PIL_TRY(add_text(feed, field, known->choices[c], strlen(known->choices[c]), &code, error));
  }
  set_choices(feed, field);
  return true;
}

/* ---- kinds that no scenario says ---- */

static const pil_record_cell *cell_of(const pil_record *record, size_t column) {
  static const pil_record_cell missing = {PIL_RECORD_MISSING, "", 0};
  return column < record->cell_count ? &record->cells[column] : &missing;
}

/* By the records at hand: all numbers, all true or false, else texts. JSON says it itself: by the first that has the
 * field, so that it does not matter how many have come. */
static bool guess_kind(pil_feed *feed, size_t i, size_t count, pil_error *error) {
  size_t numbers = 0, whole = 0, truths = 0, seen = 0, most = pil_records_are_json(feed->records) ? 1 : count;
  for (size_t r = 0; r < count && seen < most; r++) {
    const pil_record_cell *cell = cell_of(&feed->list[feed->at + r], feed->own[i].column);
    double number;
    bool is_whole, truth;
    if (feed->list[feed->at + r].fault != NULL || cell->kind == PIL_RECORD_MISSING || cell->kind == PIL_RECORD_NESTED) continue;
    seen++;
    if (pil_record_number(cell, &number, &is_whole)) {
      numbers++;
      whole += is_whole;
    }
    truths += pil_record_boolean(cell, false, &truth);
  }
  if (seen == 0) return true;
  feed->own[i].is_known = true;
  feed->fields[i].kind = truths == seen ? PIL_FIELD_BOOLEAN : numbers < seen ? PIL_FIELD_TEXT
                         : whole == seen ? PIL_FIELD_INTEGER : PIL_FIELD_FLOAT;
  feed->version++;
  return feed->fields[i].kind != PIL_FIELD_TEXT || pil_feed_begin_texts(feed, i, error);
}

/* ---- one value ---- */

static const char *const kind_names[] = {[PIL_FIELD_FLOAT] = "a number", [PIL_FIELD_INTEGER] = "a number",
                                         [PIL_FIELD_BOOLEAN] = "true or false", [PIL_FIELD_TEXT] = "a text"};

bool pil_feed_masks(const pil_feed *feed, const char *name) {
  for (size_t p = 0; p < feed->policy_count; p++)
    if (pil_policy_masks(feed->policies[p], name, strlen(name))) return true;
  return false;
}

static const char *describe_fault(pil_feed *feed, size_t i, const pil_record_cell *cell) {
  const pil_field *field = &feed->fields[i];
  char shown[SHOWN_BYTES];
  if (cell->kind == PIL_RECORD_MISSING) {
    const char *near = feed->own[i].column == PIL_FEED_NOWHERE ? pil_feed_near(feed, field->name) : NULL;
    return pil_arena_format(&feed->batch_arena, "field \"%s\" is missing%s%s%s", field->name,
                            near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
  }
  if (pil_feed_masks(feed, field->name)) /* faults are logged and shown */
    return pil_arena_format(&feed->batch_arena, "field \"%s\": expected %s, found another value (it is masked)",
                            field->name, kind_names[field->kind]);
  pil_text_escape(cell->text, cell->length, shown, sizeof shown);
  bool quoted = cell->kind == PIL_RECORD_WRITTEN || cell->kind == PIL_RECORD_TEXT;
  return pil_arena_format(&feed->batch_arena, "field \"%s\": expected %s, found %s%s%s", field->name,
                          kind_names[field->kind], quoted ? "\"" : "", shown, quoted ? "\"" : "");
}

/* What jansson quotes of a broken line ("invalid token near '4711' (column 9)") may be in a masked field. */
static const char *hide_quoted(pil_feed *feed, const char *fault) {
  const char *from = strstr(fault, " near '"), *to = from == NULL ? NULL : strrchr(fault, '(');
  size_t masked = 0;
  for (size_t p = 0; p < feed->policy_count; p++) masked += feed->policies[p]->masked_count;
  if (masked == 0 || from == NULL || to == NULL || !pil_records_are_json(feed->records)) return fault;
  if (to < from) to = "";
  return pil_arena_format(&feed->batch_arena, "%.*s %s", (int)(from - fault), fault, to);
}

/* The record being read, and where its values go. */
typedef struct reading {
  pil_feed *feed;
  size_t record, at; /* of the batch; of the columns */
  bool *ends;        /* the batch ends before this record: it has a kind of number that none before it had */
} reading;

/* *good: whether the cell is what the field wants; its value is in the column then. */
static bool read_value(const reading *r, size_t i, const pil_record_cell *cell, bool *good, pil_error *error) {
  pil_feed *feed = r->feed;
  pil_feed_field *own = &feed->own[i];
  pil_field *field = &feed->fields[i];
  double *value = &feed->columns[i][r->at];
  bool is_whole, truth;
  switch (field->kind) {
    case PIL_FIELD_FLOAT: *good = pil_record_number(cell, value, &is_whole); return true;
    case PIL_FIELD_INTEGER:
      *good = pil_record_number(cell, value, &is_whole);
      if (!*good || is_whole) return true;
      *r->ends = r->record > 0; /* what came before were whole numbers, and stay it */
      if (*r->ends) return true;
      field->kind = PIL_FIELD_FLOAT;
      feed->version++;
      return true;
    case PIL_FIELD_BOOLEAN:
      *good = pil_record_boolean(cell, own->accepts_digits, &truth);
      *value = *good && truth;
      return true;
    case PIL_FIELD_TEXT: break;
  }
  *good = cell->kind == PIL_RECORD_WRITTEN || cell->kind == PIL_RECORD_TEXT;
  if (!*good) return true;
  if (own->wide == NULL && own->texts.count < PIL_FEED_TEXTS)
    return add_text(feed, i, cell->text, cell->length, value, error);
  if (own->wide == NULL) {
    int64_t known = pil_dictionary_find(&own->texts, cell->text, cell->length);
    *value = (double)known;
    return known >= 0 || widen(feed, i, error); /* the batch is begun again */
  }
  own->wide[r->at] = cell->text;
  *value = (double)r->at;
  return true;
}

static bool read_record(const reading *r, pil_error *error) {
  pil_feed *feed = r->feed;
  const pil_record *record = &feed->list[feed->at + r->record];
  const char **fault = &feed->faults[r->record];
  *fault = record->fault == NULL ? NULL : hide_quoted(feed, record->fault);
  if (record->fault != NULL) return *fault != NULL || pil_error_memory(error);
  for (size_t i = 0; i < feed->field_count && *fault == NULL && !*r->ends; i++) {
    const pil_record_cell *cell = cell_of(record, feed->own[i].column);
    bool good = false;
    if (feed->own[i].is_computed) continue;
    if (cell->kind != PIL_RECORD_MISSING) PIL_TRY(read_value(r, i, cell, &good, error));
    if (good) continue;
    *fault = describe_fault(feed, i, cell);
    if (*fault == NULL) return pil_error_memory(error);
  }
  return true;
}

static size_t wide_count(const pil_feed *feed) {
  size_t count = 0;
  for (size_t i = 0; i < feed->field_count; i++) count += feed->own[i].wide != NULL;
  return count;
}

/* The first *count records, or as many of them as go together. */
static bool read_all(pil_feed *feed, size_t *count, size_t *good_count, pil_error *error) {
  size_t wide = wide_count(feed);
  bool ends = false;
  *good_count = 0;
  for (size_t r = 0; r < *count; r++) {
    const reading own = {feed, r, *good_count, &ends};
    PIL_TRY(read_record(&own, error));
    if (wide_count(feed) != wide) return read_all(feed, count, good_count, error); /* codes of texts have another meaning now */
    if (ends) *count = r;
    else *good_count += feed->faults[r] == NULL;
  }
  return true;
}

/* ---- batches ---- */

/* The records at hand up to the first that brings a field: those before it are decided without. */
static bool find_batch(pil_feed *feed, size_t *count, pil_error *error) {
  const pil_record *list = feed->list + feed->at;
  const char *const *names;
  size_t all = pil_records_columns(feed->records, &names);
  bool is_json = pil_records_are_json(feed->records), found;
  PIL_TRY(pil_feed_find_fields(feed, is_json ? list[0].cell_count : all, true, &found, error));
  for (*count = 1; *count < feed->end - feed->at; ++*count) {
    PIL_TRY(pil_feed_find_fields(feed, list[*count].cell_count, false, &found, error));
    if (found) break;
  }
  return true;
}

bool pil_feed_next(pil_feed *feed, pil_feed_batch *batch, pil_error *error) {
  size_t count, good_count;
  error->failure = PIL_FAILURE_NONE;
  pil_arena_reset(&feed->batch_arena);
  if (feed->at == feed->end) {
    feed->at = 0;
    feed->end = pil_records_read(feed->records, feed->list, PIL_FEED_WIDTH, error);
  }
  if (feed->end == 0) return false;
  PIL_TRY(find_batch(feed, &count, error));
  for (size_t i = 0; i < feed->field_count; i++)
    if (!feed->own[i].is_known && feed->own[i].column != PIL_FEED_NOWHERE) PIL_TRY(guess_kind(feed, i, count, error));
  PIL_TRY(read_all(feed, &count, &good_count, error));
  *batch = (pil_feed_batch){feed->list + feed->at, count, good_count, feed->faults, feed->columns, feed->field_count,
                            feed->good_count + 1};
  feed->at += count;
  feed->good_count += good_count;
  return true;
}
