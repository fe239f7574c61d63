/* An explanation as a document.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../base/text.h"
#include "../statistics/number.h"
#include "explain.h"

enum { SHOWN_TESTS = 60, SHOWN_CHANGES = 20, CODE_BYTES = 80, VALUE_BYTES = 120 };

static const char masked[] = "masked";

/* ---- values ---- */

/* Whether a phrase such as "d.balance * 2" reads a masked field: its value would give that away. */
static bool reads_masked(const pil_policy *policy, const char *phrase) {
  for (const char *dot = strchr(phrase, '.'); dot != NULL; dot = strchr(dot + 1, '.')) {
    size_t length = 0;
    while (dot[1 + length] == '_' || (dot[1 + length] >= '0' && dot[1 + length] <= '9') ||
           ((dot[1 + length] | 32) >= 'a' && (dot[1 + length] | 32) <= 'z'))
      length++;
    if (length > 0 && pil_policy_masks(policy, dot + 1, length)) return true;
  }
  return false;
}

/* The same under another name: a local variable that holds a masked field's value. */
static bool is_masked_value(const pil_explanation *e, const pil_trace_value *value) {
  const pil_policy *policy = e->subject->policy;
  for (size_t f = 0; f < e->decision.field_count; f++) {
    const pil_field *field = &e->decision.fields[f];
    if (field->each > 0 || !field->is_constant || !pil_policy_masks(policy, field->name, strlen(field->name))) continue;
    if (field->kind == PIL_FIELD_TEXT && value->kind == PIL_TRACE_TEXT && strcmp(value->text, field->choices[0]) == 0)
      return true;
    bool is_number = value->kind == PIL_TRACE_INTEGER || value->kind == PIL_TRACE_FLOAT;
    if (field->kind <= PIL_FIELD_INTEGER && is_number && value->number == field->constant) return true;
  }
  return false;
}

static bool is_hidden(const pil_explanation *e, const char *phrase, const pil_trace_value *value) {
  return reads_masked(e->subject->policy, phrase) || is_masked_value(e, value);
}

static void write_value(const pil_trace_value *value, char text[VALUE_BYTES]) {
  char number[PIL_NUMBER_BYTES];
  switch (value->kind) {
    case PIL_TRACE_NIL: snprintf(text, VALUE_BYTES, "nil"); return;
    case PIL_TRACE_BOOLEAN: snprintf(text, VALUE_BYTES, "%s", value->integer ? "true" : "false"); return;
    case PIL_TRACE_INTEGER:
    case PIL_TRACE_FLOAT: snprintf(text, VALUE_BYTES, "%s", pil_number_format(value->number, 0, number)); return;
    case PIL_TRACE_TEXT: snprintf(text, VALUE_BYTES, "\"%.80s\"", value->text); return;
    case PIL_TRACE_OTHER: snprintf(text, VALUE_BYTES, "%.80s", value->text); return;
  }
}

static void set_value(pil_node *node, const char *key, const pil_trace_value *value) {
  switch (value->kind) {
    case PIL_TRACE_NIL: pil_node_set_null(node, key); return;
    case PIL_TRACE_BOOLEAN: pil_node_set_bool(node, key, value->integer != 0); return;
    case PIL_TRACE_INTEGER: pil_node_set_integer(node, key, value->integer); return;
    case PIL_TRACE_FLOAT: pil_node_set_number(node, key, value->number); return;
    default: pil_node_set_string(node, key, value->text);
  }
}

/* A cell of the decision's field, or of a change of it. */
static void write_cell(const pil_field *field, double cell, const char *text, char to[VALUE_BYTES]) {
  char number[PIL_NUMBER_BYTES];
  if (field->kind == PIL_FIELD_TEXT) snprintf(to, VALUE_BYTES, "\"%.80s\"", text);
  else if (field->kind == PIL_FIELD_BOOLEAN) snprintf(to, VALUE_BYTES, "%s", cell != 0 ? "true" : "false");
  else snprintf(to, VALUE_BYTES, "%s", pil_number_format(cell, 0, number));
}

static void set_cell(pil_node *node, const char *key, const pil_field *field, double cell, const char *text) {
  if (field->kind == PIL_FIELD_TEXT) pil_node_set_string(node, key, text);
  else if (field->kind == PIL_FIELD_BOOLEAN) pil_node_set_bool(node, key, cell != 0);
  else if (field->kind == PIL_FIELD_INTEGER) pil_node_set_integer(node, key, (int64_t)cell);
  else pil_node_set_number(node, key, cell);
}

/* ---- places ---- */

static const pil_explained_file *find_file(const pil_explanation *e, const char *source) {
  const char *name = source[0] == '=' ? source + 1 : source;
  for (size_t i = 0; i < e->file_count; i++)
    if (strcmp(e->files[i].source, name) == 0) return &e->files[i];
  return NULL;
}

static const char *last_part(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash == NULL ? path : slash + 1;
}

/* "scripts/policy/fraud.lua:20" in its parts. */
static const pil_explained_file *split_place(const pil_explanation *e, const char *place, int *line) {
  char name[PIL_PLACE_BYTES];
  const char *colon = place == NULL ? NULL : strrchr(place, ':');
  if (colon == NULL || (size_t)(colon - place) >= sizeof name) return NULL;
  snprintf(name, sizeof name, "%.*s", (int)(colon - place), place);
  *line = (int)strtol(colon + 1, NULL, 10);
  return find_file(e, name);
}

static void add_place(pil_table_block *table, const pil_explained_file *file, int line) {
  char place[80];
  snprintf(place, sizeof place, "%.60s:%d", file == NULL ? "?" : last_part(file->path), line);
  pil_table_row(table);
  pil_table_text(table, place);
}

static void add_code(pil_table_block *table, const pil_explained_file *file, int line) {
  char code[CODE_BYTES + 8];
  const char *shown = file == NULL ? "" : pil_lua_lines_shown(&file->lines, line);
  size_t length = strlen(shown);
  bool is_cut = length > CODE_BYTES;
  while (is_cut && length > CODE_BYTES) length--;
  while (is_cut && ((unsigned char)shown[length] & 0xc0) == 0x80) length--; /* no half letter */
  snprintf(code, sizeof code, "%.*s%s", (int)length, shown, is_cut ? "…" : "");
  add_place(table, file, line);
  pil_table_text(table, "");
  pil_table_text(table, code);
}

/* ---- the path ---- */

/* One side of a comparison: "d.amount (6,200)", or the literal alone. */
static void add_side(const pil_explanation *e, pil_text *text, const char *phrase, const pil_trace_value *value) {
  char shown[VALUE_BYTES];
  write_value(value, shown);
  bool is_literal =
      strcmp(phrase, shown) == 0 || strchr("\"-0123456789", phrase[0]) != NULL || strcmp(phrase, "nil") == 0;
  if (is_literal) pil_text_add(text, phrase);
  else pil_text_format(text, "%s (%s)", phrase, is_hidden(e, phrase, value) ? masked : shown);
}

typedef struct path_showing {
  const pil_explanation *e;
  pil_table_block *table;
  pil_node *list;
  const pil_explained_file *last_file; /* the line shown last */
  int last_line;
  const pil_function *last_function;
} path_showing;

static void put_line(path_showing *s, const pil_explained_file *file, const pil_function *function, int line) {
  if (s->table == NULL || (file == s->last_file && line == s->last_line && function == s->last_function)) return;
  add_code(s->table, file, line);
  s->last_file = file;
  s->last_line = line;
  s->last_function = function;
}

static void put_data(const path_showing *s, const pil_trace_phrase *phrase, const char *path, int line,
                     const pil_trace_test *test, bool holds) {
  const pil_trace_value *left = phrase->is_swapped ? &test->right : &test->left;
  const pil_trace_value *right = phrase->is_swapped ? &test->left : &test->right;
  pil_node *node = pil_node_append_object(s->list);
  pil_node_set_string(node, "file", path);
  pil_node_set_integer(node, "line", line);
  pil_node_set_string(node, "left", phrase->left);
  if (is_hidden(s->e, phrase->left, left)) pil_node_set_string(node, "left_value", masked);
  else set_value(node, "left_value", left);
  if (phrase->sign != NULL) {
    pil_node_set_string(node, "operator", phrase->sign);
    pil_node_set_string(node, "right", phrase->right);
    if (is_hidden(s->e, phrase->right, right)) pil_node_set_string(node, "right_value", masked);
    else set_value(node, "right_value", right);
  }
  pil_node_set_bool(node, "holds", holds);
}

static bool put_test(path_showing *s, const pil_trace_test *test, pil_error *error) {
  int line = test->function->lines[test->pc];
  const pil_explained_file *file = find_file(s->e, test->function->source);
  const char *code = file == NULL ? NULL : pil_lua_lines_code(&file->lines, line);
  pil_trace_phrase phrase;
  pil_text text = {0};
  if (!pil_trace_phrase_of(s->e->arena, test->function, test->pc, code, &phrase)) return pil_error_memory(error);
  bool holds = test->holds != phrase.is_negated;
  put_data(s, &phrase, file == NULL ? test->function->source : file->path, line, test, holds);
  put_line(s, file, test->function, line);
  if (s->table == NULL) return true;
  pil_text_add(&text, "  ");
  add_side(s->e, &text, phrase.left, phrase.is_swapped ? &test->right : &test->left);
  if (phrase.sign != NULL) {
    pil_text_format(&text, " %s ", phrase.sign);
    add_side(s->e, &text, phrase.right, phrase.is_swapped ? &test->left : &test->right);
  }
  add_place(s->table, file, line);
  pil_table_text(s->table, holds ? "true" : "false");
  pil_table_tone(s->table, holds ? PIL_TONE_GOOD : PIL_TONE_QUIET);
  pil_table_text(s->table, pil_text_get(&text));
  bool failed = text.failed;
  pil_text_free(&text);
  return !failed || pil_error_memory(error);
}

static const char unfollowed[] = "The code could not be followed";

static void put_refusal(const pil_explanation *e, pil_document *document, pil_node *root) {
  const pil_ir_reason *why = &e->trace.refusal;
  char place[300] = "";
  if (why->at.file != NULL && why->at.line > 0)
    snprintf(place, sizeof place, "%.250s:%d: ", pil_subject_path(e->subject, why->at.file), why->at.line);
  pil_document_note(
      document,
      "%s, so there is no path: %s%s. Changes were looked for among constants of the script, settings and "
      "the scenario's values.",
      unfollowed, place, why->text);
  pil_node_set_string(root, "not_followed_because", why->text);
}

static bool put_path(const pil_explanation *e, pil_document *document, pil_node *root, pil_error *error) {
  path_showing s = {.e = e, .list = pil_node_set_array(root, "path")};
  int line = 0;
  pil_document_heading(document, "The way there");
  s.table = pil_document_table(document, NULL);
  pil_table_column(s.table, "line", PIL_ALIGN_LEFT);
  pil_table_column(s.table, "was", PIL_ALIGN_LEFT);
  pil_table_column(s.table, "what it says and compares", PIL_ALIGN_LEFT);
  pil_table_group(s.table);
  pil_table_block *table = s.table;
  for (size_t i = 0; e->trace.is_whole && i < e->trace.test_count; i++) {
    if (i == SHOWN_TESTS) s.table = NULL;
    PIL_TRY(put_test(&s, &e->trace.tests[i], error));
  }
  const pil_explained_file *file = split_place(e, e->ruling.place, &line);
  bool is_last = file != NULL && file == s.last_file && line == s.last_line && s.table != NULL;
  if (file != NULL && !is_last) add_code(table, file, line);
  if (e->trace.is_whole && e->trace.test_count + e->trace.left_out > SHOWN_TESTS)
    pil_document_note(document, "%zu more comparisons are not shown.",
                      e->trace.test_count + e->trace.left_out - SHOWN_TESTS);
  if (e->trace.left_out > 0) pil_node_set_unsigned(root, "path_left_out", e->trace.left_out);
  if (!e->trace.is_whole) put_refusal(e, document, root);
  return true;
}

/* ---- changes ---- */

static size_t digits_of(double number) {
  char text[PIL_NUMBER_BYTES];
  size_t count = 0;
  for (const char *c = pil_number_exact(number, text); *c != '\0' && *c != 'e'; c++) count += *c >= '0' && *c <= '9';
  return count;
}

/* A threshold is rarely where people can see it: "just above 5,000" for the double behind it. */
static void write_target(const pil_field *field, const pil_change *change, char text[VALUE_BYTES]) {
  enum { SHORT_DIGITS = 12 };
  char number[PIL_NUMBER_BYTES];
  write_cell(field, change->to, change->text, text);
  if (field->kind != PIL_FIELD_FLOAT) return;
  snprintf(number, sizeof number, "%.15g", change->to);
  double shown = strtod(number, NULL);
  if (shown == change->to) return;
  if (digits_of(shown) > SHORT_DIGITS) snprintf(text, VALUE_BYTES, "%s", pil_number_exact(change->to, number));
  else
    snprintf(text, VALUE_BYTES, "just %s %s", change->to > shown ? "above" : "below",
             pil_number_format(shown, 0, number));
}

/* "-19 %", to two digits or whole per cent. */
static void write_share(double share, char *text, size_t bytes) {
  double percent = 100 * share;
  int decimals = fabs(percent) < 10 && percent != 0 ? (int)fmin(1 - floor(log10(fabs(percent))), 15) : 0;
  if (fabs(percent) < 1e6) snprintf(text, bytes, "%+.*f %%", decimals, percent);
  else snprintf(text, bytes, "× %.2g", 1 + fabs(share));
}

static const char *field_name(const pil_explanation *e, const pil_field *field) {
  return field->member == NULL ? field->name : pil_arena_format(e->arena, "%s.%s", field->name, field->member);
}

static bool put_change(const pil_explanation *e, const pil_change *change, pil_table_block *table, pil_node *list,
                       pil_error *error) {
  const pil_field *field = &e->decision.fields[change->field];
  const char *name = field_name(e, field), *place = pil_subject_place(e->subject, e->arena, change->place);
  const char *own = field->kind == PIL_FIELD_TEXT ? field->choices[0] : NULL;
  char from[VALUE_BYTES], to[VALUE_BYTES], share[40] = "", answer[300];
  bool hides = pil_policy_masks(e->subject->policy, field->name, strlen(field->name));
  if (name == NULL) return pil_error_memory(error);
  write_cell(field, change->from, own, from);
  write_target(field, change, to);
  bool is_number = field->kind == PIL_FIELD_FLOAT || field->kind == PIL_FIELD_INTEGER;
  if (is_number && change->from != 0 && !hides)
    write_share((change->to - change->from) / fabs(change->from), share, sizeof share);
  bool has_reason = change->reason != NULL;
  snprintf(answer, sizeof answer, "%s%s%.200s%s", pil_level_names[change->level], has_reason ? " \"" : "",
           has_reason ? change->reason : "", has_reason ? "\"" : "");
  pil_node *node = pil_node_append_object(list);
  pil_node_set_string(node, "field", name);
  if (hides) pil_node_set_string(node, "from", masked);
  else set_cell(node, "from", field, change->from, own);
  set_cell(node, "to", field, change->to, change->text);
  pil_node_set_string(node, "level", pil_level_names[change->level]);
  pil_node_set_string(node, "reason", change->reason);
  pil_node_set_string(node, "decided_by", place);
  if (!hides) pil_node_set_number(node, "distance", change->distance); /* from where "to" is: it would give "from" away */
  if (table == NULL) return true;
  pil_table_row(table);
  pil_table_text(table, name);
  pil_table_text(table, hides ? masked : from);
  pil_table_text(table, to);
  pil_table_text(table, share);
  pil_table_text(table, answer);
  return true;
}

static void put_search(const pil_explanation *e, pil_document *document, pil_node *root) {
  pil_node_set_unsigned(root, "tried", e->tried);
  if (e->change_count == 0)
    pil_document_paragraph(
        document, "No change of a single field leads to another level: %zu other decisions were tried.", e->tried);
  if (e->change_count > SHOWN_CHANGES)
    pil_document_note(document, "%zu more changes are not shown.", e->change_count - SHOWN_CHANGES);
  if (e->stopped == NULL) return;
  pil_document_warning(document, "the search ended early: %s", e->stopped);
  pil_node_set_string(root, "search_ended_early", e->stopped);
}

static bool put_changes(const pil_explanation *e, pil_document *document, pil_node *root, pil_error *error) {
  static const char *const headings[] = {"field", "from", "to", "change", "then"};
  pil_node *list = pil_node_set_array(root, "changes");
  pil_document_heading(document, "Smallest changes of one field to another level, nearest first");
  pil_table_block *table = e->change_count == 0 ? NULL : pil_document_table(document, NULL);
  for (size_t i = 0; i < sizeof headings / sizeof *headings; i++)
    pil_table_column(table, headings[i], i >= 1 && i <= 3 ? PIL_ALIGN_RIGHT : PIL_ALIGN_LEFT);
  for (size_t i = 0; i < e->change_count; i++)
    PIL_TRY(put_change(e, &e->changes[i], i < SHOWN_CHANGES ? table : NULL, list, error));
  put_search(e, document, root);
  return true;
}

/* ---- the whole ---- */

bool pil_explain_show(const pil_explanation *e, pil_document *document, pil_error *error) {
  const char *level = pil_level_names[e->ruling.level],
             *place = pil_subject_place(e->subject, e->arena, e->ruling.place);
  pil_node *root = pil_document_data(document);
  if (e->ruling.reason == NULL) pil_document_title(document, "%s", level);
  else pil_document_title(document, "%s: %s", level, e->ruling.reason);
  pil_facts_block *facts = pil_document_facts(document);
  pil_facts_add(facts, "policy", "%s", e->subject->policy->rollout.file);
  pil_facts_add(facts, "decided by", "%s", place == NULL ? "?" : place);
  pil_node_set_integer(root, "format", 1);
  pil_node_set_string(root, "kind", "explanation");
  pil_node_set_string(root, "pilotage", PILOTAGE_VERSION);
  pil_node_set_string(root, "policy", e->subject->policy->rollout.file);
  pil_node_set_string(root, "level", level);
  pil_node_set_string(root, "reason", e->ruling.reason);
  pil_node_set_string(root, "decided_by", place);
  return put_path(e, document, root, error) && put_changes(e, document, root, error);
}
