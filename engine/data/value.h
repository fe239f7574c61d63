/* A value read from YAML, JSON or a command line: it knows the file, line and column it came
 * from, so that whoever finds it wrong can say where.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_DATA_VALUE_H
#define PIL_DATA_VALUE_H

#include "../base/arena.h"
#include "../base/error.h"

typedef enum pil_kind {
  PIL_KIND_NULL,
  PIL_KIND_BOOLEAN,
  PIL_KIND_INTEGER, /* written without point or exponent and fits in 64 bits signed */
  PIL_KIND_NUMBER,
  PIL_KIND_TEXT,
  PIL_KIND_LIST,
  PIL_KIND_MAP
} pil_kind;

typedef struct pil_value pil_value;

typedef struct pil_entry {
  const char *key; /* NUL-terminated, never holds a NUL */
  pil_place key_at;
  pil_value *value;
} pil_entry;

/* Immutable once read; lives in the arena it was read into. */
struct pil_value {
  pil_kind kind;
  bool quoted; /* a text that stood in quotes */
  pil_place at;
  const char *text; /* scalars: as written (without quotes), NUL-terminated; else NULL */
  bool boolean;
  int64_t integer;
  double number; /* also set for PIL_KIND_INTEGER */
  size_t count;  /* lists and maps */
  pil_value **items;
  pil_entry *entries;
};

/* "a number", "a map", …: for messages. */
const char *pil_kind_name(pil_kind kind);

/* The value at `key` of a map, or NULL (also when `map` is NULL). */
const pil_value *pil_value_find(const pil_value *map, const char *key);

/* Typed reading. `what` names the value in the message ("trials", "input \"volume\": sd"):
 * `file:line:col: trials: expected a whole number, found "yes"`. A value of NULL is one that is
 * not there. A number where a text is expected is refused: it belongs in quotes. */
bool pil_value_get_number(const pil_value *value, const char *what, double *out, pil_error *error);
bool pil_value_get_boolean(const pil_value *value, const char *what, bool *out, pil_error *error);
bool pil_value_get_text(const pil_value *value, const char *what, const char **out,
                        pil_error *error);
bool pil_value_get_map(const pil_value *value, const char *what, pil_error *error);
bool pil_value_get_list(const pil_value *value, const char *what, pil_error *error);
/* A whole number from `low` to `high`, exact over all 64 unsigned bits when written in digits.
 * Written with an exponent (1e6) it must be whole and below 2^53; with a point only (4.0) it is
 * no whole number. */
bool pil_value_get_whole(const pil_value *value, const char *what, uint64_t low, uint64_t high,
                         uint64_t *out, pil_error *error);

/* Every key of `map` is one of `keys` (ended by NULL); else an error at the key: unknown key
 * "trails" in WHAT, did you mean "trials"?  (or the list of keys that are known). `what` may be
 * NULL: then " in WHAT" is left out. */
bool pil_value_check_keys(const pil_value *map, const char *what, const char *const *keys,
                          pil_error *error);

/* WHAT: expected EXPECTED, found X. The general wrong-type message. Always returns false. */
bool pil_value_refuse(const pil_value *value, const char *what, const char *expected,
                      pil_error *error);

/* Building (merging variants, --set). All allocate in `arena`; NULL when out of memory.
 * `map_with` is a copy of `map` (NULL: empty) in which `key` holds `value`, replaced in place or
 * added; `list_with` the same for the item at `index`, at most the list's count. What is not
 * replaced is shared with the original. */
pil_value *pil_value_map_with(pil_arena *arena, const pil_value *map, const char *key,
                              pil_place key_at, pil_value *value);
pil_value *pil_value_list_with(pil_arena *arena, const pil_value *list, size_t index,
                               pil_value *value);

/* Reads one plain scalar by the rules of the scenario file (see yaml.h): 42 is an integer,
 * 1e3 a number, true a boolean, ~ null, the rest text. Refuses what looks like a number in
 * another dialect: 1_000, 0o17, 017, 0x1F, .nan, inf, 1e400. */
bool pil_value_read_scalar(pil_arena *arena, pil_place at, const char *text, size_t length,
                           pil_value **out, pil_error *error);

#endif
