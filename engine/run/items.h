/* Filling the fields of a backlog's items: what is written of an item, times and plus what is in doubt about it,
 * from addressed draws.
 *
 *     field = base × times × shared times + plus + shared plus, held between low and high
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_RUN_ITEMS_H
#define PIL_RUN_ITEMS_H

#include "../lanes/batch.h"
#include "../random/distribution.h"

/* One number that may be drawn. */
typedef struct pil_item_draw {
  uint64_t site_hash;                  /* draw 0 of this site */
  const pil_distribution *distribution; /* NULL: `constant` in every trial */
  const double *choice_values;         /* draws are indexes into these; NULL: they are values */
  double constant;
  double middle; /* the constant, or the distribution's median */
} pil_item_draw;

/* One field of one item. */
typedef struct pil_item_source {
  bool is_present;
  pil_item_draw base;              /* a boolean is 1 or 0, a text the index of a choice */
  const pil_item_draw *times, *plus; /* its own doubt; NULL: none */
  double low, high;                /* -inf and inf: not held */
} pil_item_source;

/* One factor and term common to all items of a trial; NULL: none. */
typedef struct pil_item_shared {
  const pil_item_draw *times, *plus;
} pil_item_shared;

typedef struct pil_item {
  const char *name;
  pil_owner owner;         /* "item:NAME:" */
  pil_item_source *fields; /* field_count */
  double name_code;        /* its name as a text of the script's argument */
} pil_item;

typedef struct pil_items {
  uint64_t seed;
  size_t field_count, count;
  const pil_item_shared *shared; /* by field */
  pil_item *list;
} pil_items;

/* The shared columns of one batch, by field; entries are NULL where nothing is shared. */
typedef struct pil_shared_columns {
  double **times, **plus;
} pil_shared_columns;

/* Both take their scratch from `arena`. */
bool pil_items_fill_shared(const pil_items *items, const pil_batch *batch, pil_arena *arena,
                           pil_shared_columns *shared, pil_error *error);
/* Fills columns[1 + field] (room for batch->count) of every field that is present, and columns[0] with the name. */
bool pil_item_fill(const pil_items *items, const pil_item *item, const pil_shared_columns *shared,
                   const pil_batch *batch, double *const *columns, pil_arena *arena, pil_error *error);

/* One field without its own doubt: draws of its own are at their middle, shared ones as drawn. */
void pil_item_fill_middle(const pil_item_source *source, size_t field, const pil_shared_columns *shared,
                          size_t count, double *column);

/* Whether a field of this item is in doubt by itself. */
bool pil_item_is_in_doubt(const pil_item_source *source);

#endif
