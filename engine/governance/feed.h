/* Records as the decisions of one policy or two: the fields that they may read, as columns.
 *
 * A record whose field is missing, or is not what the scenario says it is, never reaches a policy: it has a fault. Without
 * a scenario a field is what the first record of JSON that has it shows, or what the first records of CSV do. What a
 * record is depends on those before it (a field is known from the first that has it on, and its numbers are floats from
 * the first that is not whole on), never on how many come at once; but for a CSV's first records on a pipe.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_GOVERNANCE_FEED_H
#define PIL_GOVERNANCE_FEED_H

#include "../data/records.h"
#include "../policy/policy.h"

enum { PIL_FEED_WIDTH = 4096, PIL_FEED_POLICIES = 2 };

typedef struct pil_feed pil_feed;

/* Opens the records, waits for the first and finds the fields. `measures` are expressions over d and p of the last policy's
 * that read fields too. NULL on failure, such as a column that the policies read and a CSV has not. */
pil_feed *pil_feed_open(const pil_policy *const *policies, size_t policy_count, const pil_script_expression *measures,
                        size_t measure_count, const char *input, pil_error *error);
void pil_feed_free(pil_feed *feed);

/* The field that the measures read and the records lack, so that there are none; NULL: they have all. */
const char *pil_feed_lacking(const pil_feed *feed);

/* The next records, PIL_FEED_WIDTH at most, as they have come and as they go together: rows 0 … count - 1, the good ones in columns 0 …
 * *good_count - 1, in order. False at the end, or (error->failure set) on failure. */
typedef struct pil_feed_batch {
  const pil_record *records;
  size_t count, good_count;
  const char *const *faults; /* by record; NULL: it is good */
  double **columns;          /* of the good ones, by pil_field.first_column */
  size_t column_count;
  uint64_t first_number;     /* of the first good one, counted over all batches: it addresses draws */
} pil_feed_batch;
bool pil_feed_next(pil_feed *feed, pil_feed_batch *batch, pil_error *error);

/* What the source of a program of policy 0 or 1 has to be given for the batch: a new version wants new programs. */
typedef struct pil_feed_fields {
  const pil_field *fields;
  size_t count;
  uint64_t version;
} pil_feed_fields;
pil_feed_fields pil_feed_get_fields(pil_feed *feed, size_t policy);

/* Whether any of the policies masks a field of this name. */
bool pil_feed_masks(const pil_feed *feed, const char *name);

pil_records *pil_feed_records(const pil_feed *feed);
/* How a record's field is to be written: what the scenario or the first records say. `column` is one of the records'. */
pil_field_kind pil_feed_kind(const pil_feed *feed, size_t column, bool *is_known);

#endif
