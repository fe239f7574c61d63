/* The paths of a sweep and the values they take, from the scenario or the command line.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sweep.h"

/* "inputs.volume" is "volume". */
static const char *bare_path(const char *path) {
  return strncmp(path, "inputs.", 7) == 0 ? path + 7 : path;
}

/* Whether `path` is `whole` or lies below it: then setting one undoes the other. */
static bool is_within(const char *path, const char *whole) {
  path = bare_path(path);
  whole = bare_path(whole);
  size_t length = strlen(whole);
  return strncmp(path, whole, length) == 0 && (path[length] == '\0' || path[length] == '.');
}

/* A new path, which must be another one than those before. */
static pil_sweep_path *add_path(pil_sweep *sweep, const char *path, const pil_path_user *user, size_t most,
                                pil_error *error) {
  if (sweep->path_count == PIL_SWEEP_PATHS) {
    pil_error_set(error, user->failure, user->at, "%s%s: a sweep has at most two paths", user->prefix, path);
    return NULL;
  }
  for (size_t i = 0; i < sweep->path_count; i++) {
    const char *other = sweep->paths[i].path;
    if (!is_within(path, other) && !is_within(other, path)) continue;
    bool is_same = strlen(bare_path(path)) == strlen(bare_path(other));
    pil_error_set(error, user->failure, user->at, "%s%s: %s%s%s", user->prefix, path,
                  is_same ? "this path is swept already" : "this path and ", is_same ? "" : other,
                  is_same ? "" : " move one thing; sweep one of them");
    return NULL;
  }
  pil_sweep_path *added = &sweep->paths[sweep->path_count++];
  *added = (pil_sweep_path){.path = path, .user = *user, .most = most};
  return added;
}

static bool allocate_values(pil_arena *arena, pil_sweep_path *path, size_t count, pil_error *error) {
  path->count = count;
  path->values = pil_arena_array(arena, count, sizeof *path->values);
  path->numbers = pil_arena_array(arena, count, sizeof *path->numbers);
  return (path->values != NULL && path->numbers != NULL) || pil_error_memory(error);
}

static const char *what_of(pil_arena *arena, const pil_sweep_path *path, const char *part) {
  return pil_arena_format(arena, "%s%s%s", path->user.prefix, path->path, part);
}

/* A break-even needs neighbours, and a repeated value says nothing. */
static bool check_order(const pil_sweep_path *path, pil_error *error) {
  for (size_t i = 1; i < path->count; i++) {
    double step = path->numbers[i] - path->numbers[i - 1];
    if (step != 0 && (step > 0) == (path->numbers[1] > path->numbers[0])) continue;
    return pil_error_set(error, path->user.failure, path->values[i]->at,
                         "%s%s: values rise or fall throughout, each once; %s follows %s", path->user.prefix,
                         path->path, path->values[i]->text, path->values[i - 1]->text);
  }
  return true;
}

static bool check_count(const pil_sweep_path *path, size_t count, pil_place at, pil_error *error) {
  if (count >= 2 && count <= path->most) return true;
  return pil_error_set(error, path->user.failure, at, "%s%s: expected 2 to %zu values, found %zu",
                       path->user.prefix, path->path, path->most, count);
}

static bool read_list(pil_arena *arena, pil_value **values, size_t count, pil_place at, pil_sweep_path *path,
                      pil_error *error) {
  const char *what = what_of(arena, path, "");
  if (what == NULL) return pil_error_memory(error);
  PIL_TRY(check_count(path, count, at, error));
  PIL_TRY(allocate_values(arena, path, count, error));
  for (size_t i = 0; i < count; i++) {
    PIL_TRY(pil_value_get_number(values[i], what, &path->numbers[i], error));
    path->values[i] = values[i];
  }
  return check_order(path, error);
}

typedef struct range {
  const pil_value *from, *to, *steps; /* steps: how many values */
} range;

/* One value of a range as a person would write it: 15 digits, so that --set with what is shown gives the
 * same bits. Whole numbers as such where all of them are (a count of months stays one). */
static pil_value *read_step(pil_arena *arena, pil_place at, double number, bool whole, pil_error *error) {
  char text[64];
  snprintf(text, sizeof text, "%.15g", number);
  if (!whole && strpbrk(text, ".e") == NULL) strcat(text, ".0");
  pil_value *value;
  return pil_value_read_scalar(arena, at, text, strlen(text), &value, error) ? value : NULL;
}

static bool read_range(pil_arena *arena, const range *r, pil_place at, pil_sweep_path *path,
                       pil_error *error) {
  double from, to;
  uint64_t count;
  const char *from_what = what_of(arena, path, ": from"), *to_what = what_of(arena, path, ": to"),
             *steps_what = what_of(arena, path, ": steps (how many values)");
  if (from_what == NULL || to_what == NULL || steps_what == NULL) return pil_error_memory(error);
  PIL_TRY(pil_value_get_number(r->from, from_what, &from, error));
  PIL_TRY(pil_value_get_number(r->to, to_what, &to, error));
  PIL_TRY(pil_value_get_whole(r->steps, steps_what, 2, path->most, &count, error));
  if (from == to || !isfinite(to - from))
    return pil_error_set(error, path->user.failure, at, "%s%s: expected two %s ends, found %s and %s",
                         path->user.prefix, path->path, from == to ? "different" : "nearer", r->from->text,
                         r->to->text);
  PIL_TRY(allocate_values(arena, path, (size_t)count, error));
  double last = (double)(count - 1);
  bool whole = r->from->kind == PIL_KIND_INTEGER && r->to->kind == PIL_KIND_INTEGER &&
               fmod(to - from, last) == 0;
  for (size_t i = 0; i < count; i++) {
    double number = from + (to - from) * ((double)i / last);
    path->values[i] = read_step(arena, at, i + 1 == count ? to : number, whole, error);
    if (path->values[i] == NULL) return false;
    path->numbers[i] = path->values[i]->number;
  }
  return check_order(path, error);
}

bool pil_sweep_read_map(pil_arena *arena, const pil_value *over, pil_sweep *sweep, pil_error *error) {
  static const char *const keys[] = {"from", "to", "steps", NULL};
  PIL_TRY(pil_value_get_map(over, "sweep: over", error));
  if (over->count == 0)
    return pil_value_refuse(over, "sweep: over", "a path and its values, such as volume: [1000, 2000]", error);
  for (size_t i = 0; i < over->count; i++) {
    const pil_entry *entry = &over->entries[i];
    const pil_value *value = entry->value;
    const pil_path_user user = {"sweep: ", "a sweep", "", PIL_FAILURE_INPUT, entry->key_at, true};
    pil_sweep_path *path = add_path(sweep, entry->key, &user, PIL_SWEEP_POINTS, error);
    if (path == NULL) return false;
    const char *what = what_of(arena, path, "");
    if (what == NULL) return pil_error_memory(error);
    if (value->kind == PIL_KIND_LIST) {
      PIL_TRY(read_list(arena, value->items, value->count, value->at, path, error));
      continue;
    }
    range r = {pil_value_find(value, "from"), pil_value_find(value, "to"), pil_value_find(value, "steps")};
    if (value->kind == PIL_KIND_MAP) PIL_TRY(pil_value_check_keys(value, what, keys, error));
    if (r.from == NULL || r.to == NULL || r.steps == NULL)
      return pil_value_refuse(value, what, "a list of numbers or {from: 0.1, to: 0.5, steps: 9}", error);
    PIL_TRY(read_range(arena, &r, value->at, path, error));
  }
  return true;
}

/* One number of the command line, up to `length` characters of it. */
static pil_value *read_number(pil_arena *arena, const char *file, const char *start, const char *text,
                              size_t length, pil_error *error) {
  while (length > 0 && *text == ' ') text++, length--;
  while (length > 0 && text[length - 1] == ' ') length--;
  pil_value *value;
  pil_place at = {file, 1, (int)(text - start) + 1};
  if (!pil_value_read_scalar(arena, at, text, length, &value, error)) return NULL;
  value->at = PIL_NOWHERE; /* later messages name option and path themselves */
  return value;
}

/* What an option says of a path. */
typedef struct option_reader {
  pil_arena *arena;
  const pil_path_user *user;
  size_t most;
  bool must_rise; /* a range */
} option_reader;

static bool read_option(const option_reader *r, const char *text, pil_sweep *sweep, pil_error *error) {
  pil_arena *arena = r->arena;
  const char *equals = strchr(text, '='), *option = r->user->prefix;
  if (equals == NULL || equals == text || equals[1] == '\0') {
    return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE, "%s%s: expected PATH=FROM:TO:STEPS or "
                         "PATH=VALUE,VALUE,…, for example settings.plan.2.share=0.1:0.5:9", option, text);
  }
  const char *name = pil_arena_copy(arena, text, (size_t)(equals - text));
  const char *file = pil_arena_format(arena, "%s%.*s", option, (int)(equals - text), text);
  pil_value **values = pil_arena_array(arena, strlen(equals), sizeof *values);
  if (name == NULL || file == NULL || values == NULL) return pil_error_memory(error);
  pil_sweep_path *path = add_path(sweep, name, r->user, r->most, error);
  if (path == NULL) return false;
  const char *start = equals + 1, *mark = strchr(start, ':') != NULL ? ":" : ",", *at = start;
  size_t count = 0;
  for (;; at++) {
    size_t length = strcspn(at, mark);
    values[count] = read_number(arena, file, start, at, length, error);
    if (values[count++] == NULL) return false;
    at += length;
    if (*at == '\0') break;
  }
  if (*mark == ',') return read_list(arena, values, count, PIL_NOWHERE, path, error);
  if (count != 3)
    return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE, "%s%s: expected FROM:TO:STEPS, such as "
                         "0.1:0.5:9, found %s", option, name, start);
  const range bounds = {values[0], values[1], values[2]};
  PIL_TRY(read_range(arena, &bounds, PIL_NOWHERE, path, error));
  if (!r->must_rise || path->numbers[1] > path->numbers[0]) return true;
  return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE, "%s%s: the range is reversed; write %s:%s:%s", option,
                       name, values[1]->text, values[0]->text, values[2]->text);
}

bool pil_sweep_read_option(pil_arena *arena, const char *text, pil_sweep *sweep, pil_error *error) {
  static const pil_path_user user = {"--sweep ", "--sweep", "", PIL_FAILURE_USAGE, {0}, true};
  const option_reader reader = {arena, &user, PIL_SWEEP_POINTS, false};
  return read_option(&reader, text, sweep, error);
}

bool pil_sweep_read_varied(pil_arena *arena, const pil_path_user *user, size_t most, const char *text, pil_sweep *sweep,
                           pil_error *error) {
  const option_reader reader = {arena, user, most, true};
  return read_option(&reader, text, sweep, error);
}
