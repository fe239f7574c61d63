/* What the two files of the feed share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_GOVERNANCE_FEED_INSIDE_H
#define PIL_GOVERNANCE_FEED_INSIDE_H

#include "feed.h"

enum { PIL_FEED_FIELDS = 512, PIL_FEED_TEXTS = 256 };
#define PIL_FEED_NOWHERE SIZE_MAX

/* One field beside its pil_field. */
typedef struct pil_feed_field {
  size_t column;       /* of the records; PIL_FEED_NOWHERE: none has had it yet */
  bool is_known;       /* what kind it is: by the scenario, or since a record had it */
  bool is_computed;    /* by an expression of a scenario's: no record says it */
  bool accepts_digits; /* as true and false: the scenario says that it is a boolean */
  pil_dictionary texts; /* of a text: its choices, while there are at most PIL_FEED_TEXTS */
  const char **wide;    /* of a text with more: the batch's own, by decision */
} pil_feed_field;

struct pil_feed {
  const pil_policy *policies[PIL_FEED_POLICIES];
  pil_program *readers[PIL_FEED_POLICIES + 1]; /* asked for what they mention */
  size_t policy_count, reader_count;
  const char *lacking; /* that is measured and no record has; NULL: none */
  size_t at, end;      /* of the list: records that have come and are not given yet */
  pil_records *records;
  size_t seen_columns;
  pil_field fields[PIL_FEED_FIELDS], given[PIL_FEED_POLICIES][PIL_FEED_FIELDS];
  pil_feed_field own[PIL_FEED_FIELDS];
  double *columns[PIL_FEED_FIELDS];
  size_t field_count;
  uint64_t version, good_count;
  pil_record *list;
  const char **faults;
  pil_arena arena, batch_arena;
};

/* ---- feed.c ---- */

/* The records' first `count` columns, of which some may be new: *found: whether a policy reads any that is no field yet.
 * These become fields if `adds`; else, where there is one, nothing is noted. */
bool pil_feed_find_fields(pil_feed *feed, size_t count, bool adds, bool *found, pil_error *error);
/* A column's name that resembles this one; NULL: none. */
const char *pil_feed_near(const pil_feed *feed, const char *name);

/* ---- feed_values.c ---- */

/* A field of texts begins with those that its scenario knows. */
bool pil_feed_begin_texts(pil_feed *feed, size_t field, pil_error *error);

#endif
