/* Records as decisions: which fields there are. What is in them is read in feed_values.c.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "../base/memory.h"
#include "../base/text.h"
#include "feed_inside.h"

/* ---- who reads what ---- */

/* A program only to ask it what it mentions: the script's own, whatever fields there will be. */
static pil_program *open_reader(const pil_policy *policy, const pil_script_expression *measures, size_t measure_count,
                                pil_error *error) {
  pil_script_source source = policy->sources[pil_policy_own(policy)];
  source.fields = NULL;
  source.field_count = 0;
  source.wrapper = measure_count > 0 ? "local policy = ... return policy" : NULL;
  source.wrapper_expressions = measures;
  source.wrapper_expression_count = measure_count;
  source.share = NULL;
  return pil_script_program_new(&source, error);
}

/* Whether some policy, or what is measured, may read each of these names. */
static bool ask(const pil_feed *feed, const char *const *names, size_t count, bool *mentioned, pil_error *error) {
  memset(mentioned, 0, count * sizeof *mentioned);
  for (size_t i = 0; i < feed->reader_count; i++)
    PIL_TRY(pil_script_mentions(feed->readers[i], names, count, mentioned, error));
  return true;
}

/* ---- fields ---- */

static const pil_field *find_known(const pil_feed *feed, const char *name) {
  const pil_field *known = NULL;
  for (size_t i = feed->policy_count; i-- > 0 && known == NULL;) known = pil_policy_field(feed->policies[i], name);
  return known;
}

static bool add_field(pil_feed *feed, const char *name, size_t column, pil_error *error) {
  const pil_field *known = find_known(feed, name);
  if (feed->field_count == PIL_FEED_FIELDS)
    return pil_error_set(error, PIL_FAILURE_INPUT, (pil_place){pil_records_name(feed->records), 1, 0},
                         "policies read more than %d fields", PIL_FEED_FIELDS);
  if (known != NULL && known->each > 0)
    return pil_error_set(error, PIL_FAILURE_INPUT, known->at, "field \"%s\" is a list; records hold one value for each field", name);
  size_t i = feed->field_count++;
  feed->fields[i] = (pil_field){.name = name, .kind = known == NULL ? PIL_FIELD_FLOAT : known->kind, .first_column = i,
                                .expression = -1};
  feed->own[i] = (pil_feed_field){.column = column, .is_known = known != NULL, .accepts_digits = known != NULL};
  feed->columns[i] = pil_memory_resize(NULL, PIL_FEED_WIDTH, sizeof(double));
  if (feed->columns[i] == NULL) return pil_error_memory(error);
  if (feed->fields[i].kind == PIL_FIELD_TEXT) PIL_TRY(pil_feed_begin_texts(feed, i, error));
  feed->version++;
  return true;
}

static const char *column_at(const void *feed, size_t index) {
  const char *const *names;
  pil_records_columns(((const pil_feed *)feed)->records, &names);
  return names[index];
}

const char *pil_feed_near(const pil_feed *feed, const char *name) {
  const char *const *names;
  return pil_text_nearest_of(name, column_at, feed, pil_records_columns(feed->records, &names));
}

static bool refuse_column(const pil_feed *feed, const char *name, pil_error *error) {
  const char *near = pil_feed_near(feed, name);
  return pil_error_set(error, PIL_FAILURE_INPUT, (pil_place){pil_records_name(feed->records), 1, 0},
                       "no column \"%s\", which the policy reads%s%s%s", name, near ? ", did you mean \"" : "",
                       near ? near : "", near ? "\"?" : "");
}

static size_t find_column(const pil_feed *feed, const char *name) {
  const char *const *names;
  size_t count = pil_records_columns(feed->records, &names);
  for (size_t c = 0; c < count; c++)
    if (strcmp(names[c], name) == 0) return c;
  return PIL_FEED_NOWHERE;
}

/* Whether records say what a field is that the scenario works out, too: by a CSV's header, or JSON's first record. */
static bool is_recorded(const pil_feed *feed, size_t column) {
  size_t first = feed->end == 0 ? 0 : feed->list[0].cell_count;
  return column != PIL_FEED_NOWHERE && (!pil_records_are_json(feed->records) || column < first);
}

static bool has_field(const pil_feed *feed, const char *name) {
  for (size_t i = 0; i < feed->field_count; i++)
    if (strcmp(feed->fields[i].name, name) == 0) return true;
  return false;
}

/* What a scenario knows and somebody reads. `wanted`: CSVs must have it; else *lacking is the first that is not there,
 * and nothing is added. */
static bool add_known(pil_feed *feed, const pil_input_set *inputs, bool wanted, const char **lacking, pil_error *error) {
  const char **names = pil_arena_array(&feed->arena, inputs->field_count + 1, sizeof *names);
  bool *mentioned = pil_arena_array(&feed->arena, inputs->field_count + 1, sizeof *mentioned);
  if (names == NULL || mentioned == NULL) return pil_error_memory(error);
  for (size_t f = 0; f < inputs->field_count; f++) names[f] = inputs->fields[f].name;
  PIL_TRY(ask(feed, names, inputs->field_count, mentioned, error));
  *lacking = NULL;
  for (size_t f = 0; f < inputs->field_count && *lacking == NULL; f++)
    if (mentioned[f] && !has_field(feed, names[f]) && inputs->fields[f].expression < 0 &&
        find_column(feed, names[f]) == PIL_FEED_NOWHERE)
      *lacking = names[f];
  if (*lacking != NULL && !wanted) return true;
  if (*lacking != NULL && !pil_records_are_json(feed->records)) return refuse_column(feed, *lacking, error);
  for (size_t f = 0; f < inputs->field_count; f++) {
    if (!mentioned[f] || has_field(feed, names[f])) continue;
    size_t column = find_column(feed, names[f]);
    PIL_TRY(add_field(feed, names[f], column, error));
    feed->own[feed->field_count - 1].is_computed = inputs->fields[f].expression >= 0 && !is_recorded(feed, column);
  }
  return true;
}

bool pil_feed_find_fields(pil_feed *feed, size_t count, bool adds, bool *found, pil_error *error) {
  const char *const *names;
  size_t seen = feed->seen_columns;
  pil_records_columns(feed->records, &names);
  *found = false;
  if (count <= seen) return true;
  bool *mentioned = pil_memory_new_zeroed(count - seen, sizeof *mentioned);
  if (mentioned == NULL) return pil_error_memory(error);
  bool good = ask(feed, names + seen, count - seen, mentioned, error);
  for (size_t c = seen; good && c < count; c++) {
    if (!mentioned[c - seen] || has_field(feed, names[c])) continue;
    *found = true;
    if (adds) good = add_field(feed, names[c], c, error);
  }
  pil_memory_free(mentioned);
  if (!good || (*found && !adds)) return good;
  feed->seen_columns = count;
  for (size_t i = 0; i < feed->field_count; i++)
    if (feed->own[i].column == PIL_FEED_NOWHERE && !feed->own[i].is_computed)
      feed->own[i].column = find_column(feed, feed->fields[i].name);
  return true;
}

/* ---- opening ---- */

/* What is measured needs fields of its own, which records may lack. */
static bool add_measured(pil_feed *feed, const pil_script_expression *measures, size_t count, pil_error *error) {
  const pil_policy *last = feed->policies[feed->policy_count - 1];
  if (count == 0) return true;
  feed->readers[feed->reader_count] = open_reader(last, measures, count, error);
  if (feed->readers[feed->reader_count] == NULL) return false;
  feed->reader_count++;
  PIL_TRY(add_known(feed, &last->inputs, false, &feed->lacking, error));
  if (feed->lacking == NULL) return true;
  pil_program *reader = feed->readers[--feed->reader_count]; /* nor is it asked of columns to come */
  reader->free(reader);
  return true;
}

static bool open_feed(pil_feed *feed, const pil_script_expression *measures, size_t measure_count, const char *input,
                      pil_error *error) {
  const char *lacking;
  feed->records = pil_records_open(input, error);
  feed->list = pil_memory_new_zeroed(PIL_FEED_WIDTH, sizeof *feed->list);
  feed->faults = pil_memory_new_zeroed(PIL_FEED_WIDTH, sizeof *feed->faults);
  if (feed->records == NULL) return false;
  if (feed->list == NULL || feed->faults == NULL) return pil_error_memory(error);
  error->failure = PIL_FAILURE_NONE;
  feed->end = pil_records_read(feed->records, feed->list, PIL_FEED_WIDTH, error); /* JSON shows its fields in them */
  if (feed->end == 0 && error->failure != PIL_FAILURE_NONE) return false;
  for (; feed->reader_count < feed->policy_count; feed->reader_count++) {
    feed->readers[feed->reader_count] = open_reader(feed->policies[feed->reader_count], NULL, 0, error);
    if (feed->readers[feed->reader_count] == NULL) return false;
  }
  for (size_t i = feed->policy_count; i-- > 0;) PIL_TRY(add_known(feed, &feed->policies[i]->inputs, true, &lacking, error));
  return add_measured(feed, measures, measure_count, error);
}

pil_feed *pil_feed_open(const pil_policy *const *policies, size_t policy_count, const pil_script_expression *measures,
                        size_t measure_count, const char *input, pil_error *error) {
  pil_feed *feed = pil_memory_new_zeroed(1, sizeof *feed);
  if (feed == NULL) {
    pil_error_memory(error);
    return NULL;
  }
  for (size_t i = 0; i < policy_count; i++) feed->policies[i] = policies[i];
  feed->policy_count = policy_count;
  if (open_feed(feed, measures, measure_count, input, error)) return feed;
  pil_feed_free(feed);
  return NULL;
}

void pil_feed_free(pil_feed *feed) {
  if (feed == NULL) return;
  for (size_t i = 0; i < feed->reader_count; i++) feed->readers[i]->free(feed->readers[i]);
  for (size_t i = 0; i < feed->field_count; i++) {
    pil_memory_free(feed->columns[i]);
    pil_memory_free(feed->own[i].wide);
    pil_dictionary_free(&feed->own[i].texts);
  }
  pil_records_free(feed->records);
  pil_memory_free(feed->list);
  pil_memory_free(feed->faults);
  pil_arena_free(&feed->arena);
  pil_arena_free(&feed->batch_arena);
  pil_memory_free(feed);
}

pil_feed_fields pil_feed_get_fields(pil_feed *feed, size_t policy) {
  pil_field *given = feed->given[policy];
  size_t count = 0;
  for (size_t i = 0; i < feed->field_count; i++) {
    const pil_field *known =
        feed->own[i].is_computed ? pil_policy_field(feed->policies[policy], feed->fields[i].name) : NULL;
    int expression = known == NULL ? -1 : known->expression; /* each policy has its own */
    if (feed->own[i].is_computed && expression < 0) continue;
    given[count] = feed->fields[i];
    given[count++].expression = expression;
  }
  return (pil_feed_fields){given, count, feed->version};
}

const char *pil_feed_lacking(const pil_feed *feed) {
  return feed->lacking;
}

pil_records *pil_feed_records(const pil_feed *feed) {
  return feed->records;
}

pil_field_kind pil_feed_kind(const pil_feed *feed, size_t column, bool *is_known) {
  for (size_t i = 0; i < feed->field_count; i++) {
    if (feed->own[i].column != column || !feed->own[i].is_known) continue;
    *is_known = true;
    return feed->fields[i].kind;
  }
  *is_known = false;
  return PIL_FIELD_TEXT;
}
