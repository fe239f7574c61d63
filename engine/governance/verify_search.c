/* Decisions that may break a promise where not all can be tried: drawn ones, others at and around the policy's limits, changes
 * of those that came out differently, and the edge between two of them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "verify.h"

enum { MOST_LIMITS = 256, MOST_KEPT = 64, EDGES = 64, EDGE_STEPS = 66, ROUNDS = 8, KEPT_A_PLACE = 4, RENEWAL = 64 };

/* A decision to change, and where it was decided. */
typedef struct kept {
  double *cells;
  const char *place;
} kept;

struct pil_search {
  pil_prover *prover;
  pil_arena arena;
  pil_stream stream;
  double **limits; /* by column */
  size_t *limit_counts;
  kept kept[MOST_KEPT];
  size_t kept_count;
  uint64_t tries, done, drawn;
  pil_search_listener *listener;
  void *context;
};

static size_t roll(pil_search *search, size_t count) {
  return (size_t)(pil_uniform(pil_stream_next(&search->stream)) * (double)count);
}

pil_prover *pil_search_prover(pil_search *search) {
  return search->prover;
}

void pil_search_count(pil_search *search, size_t more) {
  search->done += more;
}

/* ---- limits ---- */

static void add_limit(pil_search *search, size_t c, double limit) {
  if (search->limit_counts[c] == MOST_LIMITS || !pil_verify_may_be(&search->prover->verify->columns[c], limit)) return;
  search->limits[c][search->limit_counts[c]++] = limit;
}

/* At it and one step to either side. */
static void add_around(pil_search *search, size_t c, double limit) {
  bool is_whole = search->prover->verify->columns[c].is_whole;
  if (!isfinite(limit)) return;
  add_limit(search, c, limit);
  add_limit(search, c, is_whole ? ceil(limit) - 1 : nextafter(limit, -HUGE_VAL));
  add_limit(search, c, is_whole ? floor(limit) + 1 : nextafter(limit, HUGE_VAL));
}

static void add_settings(pil_search *search, size_t c, const pil_value *value) {
  if (value == NULL) return;
  if (value->kind == PIL_KIND_INTEGER || value->kind == PIL_KIND_NUMBER) add_around(search, c, value->number);
  for (size_t i = 0; value->kind == PIL_KIND_LIST && i < value->count; i++) add_settings(search, c, value->items[i]);
  for (size_t i = 0; value->kind == PIL_KIND_MAP && i < value->count; i++) add_settings(search, c, value->entries[i].value);
}

static bool find_limits(pil_search *search, pil_error *error) {
  const pil_prover *prover = search->prover;
  const pil_verify *verify = prover->verify;
  search->limits = pil_arena_array(&search->arena, verify->column_count + 1, sizeof *search->limits);
  search->limit_counts = pil_arena_array(&search->arena, verify->column_count + 1, sizeof *search->limit_counts);
  if (search->limits == NULL || search->limit_counts == NULL) return pil_error_memory(error);
  for (size_t c = 0; c < verify->column_count; c++) {
    const pil_partition_column *cuts = &prover->partition.columns[c];
    if (verify->columns[c].kind != PIL_PARTITION_NUMBERS) continue;
    search->limits[c] = pil_arena_array(&search->arena, MOST_LIMITS, sizeof **search->limits);
    if (search->limits[c] == NULL) return pil_error_memory(error);
    for (size_t i = 0; i < cuts->cut_count; i++) add_around(search, c, cuts->cuts[i]);
    add_limit(search, c, verify->columns[c].low);
    add_limit(search, c, verify->columns[c].high);
    for (size_t i = 0; i < prover->typed.number_count; i++) add_around(search, c, prover->typed.numbers[i]);
    add_settings(search, c, prover->source.settings);
  }
  return true;
}

/* ---- values ---- */

/* Another column's number, or one step beside it. */
static double borrow(pil_search *search, uint32_t c, size_t lane) {
  const pil_prover *prover = search->prover;
  const pil_verify_column *columns = prover->verify->columns;
  size_t other = roll(search, prover->verify->column_count);
  double value = prover->columns[other][lane];
  if (columns[other].kind != PIL_PARTITION_NUMBERS) return prover->columns[c][lane];
  double beside = columns[c].is_whole ? 1 : 0;
  switch (roll(search, 3)) {
    case 0: break;
    case 1: value = beside > 0 ? value - beside : nextafter(value, -HUGE_VAL); break;
    default: value = beside > 0 ? value + beside : nextafter(value, HUGE_VAL);
  }
  return pil_verify_may_be(&columns[c], value) ? value : prover->columns[c][lane];
}

static double pick_for(pil_search *search, uint32_t c, size_t lane) {
  const pil_verify_column *column = &search->prover->verify->columns[c];
  if (column->kind == PIL_PARTITION_VALUES) return column->values[roll(search, column->value_count)];
  if (search->kept_count > 0 && roll(search, 4) == 0) return search->kept[roll(search, search->kept_count)].cells[c];
  if (search->limit_counts[c] == 0 || roll(search, 5) == 0) return borrow(search, c, lane);
  return search->limits[c][roll(search, search->limit_counts[c])];
}

double pil_search_pick(pil_search *search, uint32_t c) {
  return pick_for(search, c, 0);
}

/* ---- decisions ---- */

static bool draw(pil_search *search, size_t count, pil_error *error) {
  bool good = pil_verify_draw(search->prover->verify, search->drawn, count, search->prover->columns, error);
  search->drawn += count;
  return good;
}

/* Each lane with other values in up to three columns. */
static void change(pil_search *search, size_t count) {
  const pil_verify *verify = search->prover->verify;
  for (size_t lane = 0; lane < count; lane++) {
    for (size_t times = 1 + roll(search, 3); times > 0; times--) {
      uint32_t c = (uint32_t)roll(search, verify->column_count);
      if (verify->columns[c].kind != PIL_PARTITION_COMPUTED) search->prover->columns[c][lane] = pick_for(search, c, lane);
    }
  }
}

static void recall(pil_search *search, size_t count) {
  for (size_t lane = 0; lane < count && search->kept_count > 0; lane++) {
    const kept *own = &search->kept[roll(search, search->kept_count)];
    for (size_t c = 0; c < search->prover->verify->column_count; c++) search->prover->columns[c][lane] = own->cells[c];
  }
}

/* Where a decision of this place goes among those that are kept; kept_count: to the end; -1: nowhere. */
static int find_slot(pil_search *search, const char *place) {
  size_t same = 0, wanted;
  for (size_t k = 0; k < search->kept_count; k++) same += search->kept[k].place == place;
  if (same < KEPT_A_PLACE && search->kept_count < MOST_KEPT) return (int)search->kept_count;
  if (same == 0 || roll(search, RENEWAL) > 0) return -1;
  wanted = roll(search, same);
  for (size_t k = 0; k < search->kept_count; k++)
    if (search->kept[k].place == place && wanted-- == 0) return (int)k;
  return -1;
}

/* Of each place some decisions, renewed now and then. */
static bool keep(pil_search *search, size_t count, pil_error *error) {
  const pil_prover *prover = search->prover;
  size_t columns = prover->verify->column_count;
  for (size_t lane = 0; lane < count; lane++) {
    int slot = find_slot(search, prover->place[lane]);
    if (slot < 0) continue;
    kept *own = &search->kept[slot];
    if ((size_t)slot == search->kept_count) {
      own->cells = pil_arena_array(&search->arena, columns + 1, sizeof *own->cells);
      if (own->cells == NULL) return pil_error_memory(error);
      search->kept_count++;
    }
    own->place = prover->place[lane];
    for (size_t c = 0; c < columns; c++) own->cells[c] = prover->columns[c][lane];
  }
  return true;
}

static bool judge_batch(pil_search *search, size_t count, bool keeps, bool *goes_on, pil_error *error) {
  uint64_t first = 1 + search->done;
  PIL_TRY(pil_prover_decide(search->prover, first, count, error));
  search->done += count;
  if (keeps) PIL_TRY(keep(search, count, error));
  return search->listener(search->context, search, first, count, goes_on, error);
}

/* ---- edges ---- */

typedef struct edge {
  uint32_t column;
  double low, high; /* decided at different places */
  const char *low_place;
  bool is_open;
} edge;

/* Halfway in the order of doubles, which is where a bisection ends soonest. */
static double between(const pil_verify_column *column, double low, double high) {
  if (column->is_whole) return floor(low / 2 + high / 2);
  int64_t a = pil_partition_rank(low), b = pil_partition_rank(high);
  if (a > b) return between(column, high, low);
  return pil_partition_number((int64_t)((uint64_t)a + ((uint64_t)b - (uint64_t)a) / 2));
}

static void put_edges(pil_search *search, const double *const *from, const edge *edges, bool at_high) {
  pil_prover *prover = search->prover;
  for (size_t lane = 0; lane < EDGES; lane++) {
    const edge *own = &edges[lane];
    for (size_t c = 0; c < prover->verify->column_count; c++) prover->columns[c][lane] = from[lane][c];
    double middle = between(&prover->verify->columns[own->column], own->low, own->high);
    prover->columns[own->column][lane] = at_high ? own->high : middle;
  }
}

/* From decisions that were kept, along one column each, to where the place of the return changes. */
static bool find_edges(pil_search *search, bool *goes_on, pil_error *error) {
  pil_prover *prover = search->prover;
  const double *from[EDGES];
  edge edges[EDGES];
  for (size_t lane = 0; lane < EDGES; lane++) {
    const kept *own = &search->kept[roll(search, search->kept_count)];
    uint32_t c = (uint32_t)roll(search, prover->verify->column_count);
    for (int i = 0; i < 8 && prover->verify->columns[c].kind != PIL_PARTITION_NUMBERS; i++)
      c = (uint32_t)roll(search, prover->verify->column_count);
    from[lane] = own->cells;
    edges[lane] = (edge){.column = c, .low = own->cells[c], .high = own->cells[c], .low_place = own->place};
    if (prover->verify->columns[c].kind == PIL_PARTITION_NUMBERS) edges[lane].high = pick_for(search, c, 0);
  }
  put_edges(search, from, edges, true);
  PIL_TRY(judge_batch(search, EDGES, false, goes_on, error));
  for (size_t lane = 0; lane < EDGES; lane++) edges[lane].is_open = prover->place[lane] != edges[lane].low_place;
  for (int step = 0; step < EDGE_STEPS && *goes_on; step++) {
    bool any = false;
    put_edges(search, from, edges, false);
    double middles[EDGES];
    for (size_t lane = 0; lane < EDGES; lane++) middles[lane] = prover->columns[edges[lane].column][lane];
    PIL_TRY(judge_batch(search, EDGES, false, goes_on, error));
    for (size_t lane = 0; lane < EDGES; lane++) {
      edge *own = &edges[lane];
      if (!own->is_open || middles[lane] == own->low || middles[lane] == own->high) continue;
      any = true;
      *(prover->place[lane] == own->low_place ? &own->low : &own->high) = middles[lane];
    }
    if (!any) break;
  }
  return true;
}

/* ---- the whole ---- */

static bool run_round(pil_search *search, uint64_t round, bool *goes_on, pil_error *error) {
  uint64_t left = search->tries - search->done;
  size_t count = left < PIL_VERIFY_WIDTH ? (size_t)left : PIL_VERIFY_WIDTH;
  if (round % ROUNDS == ROUNDS - 1 && search->kept_count > 0) return find_edges(search, goes_on, error);
  PIL_TRY(draw(search, count, error));
  if (round % ROUNDS >= 5) recall(search, count);
  if (round % ROUNDS > 1) change(search, count);
  return judge_batch(search, count, true, goes_on, error);
}

bool pil_search_run(pil_prover *prover, uint64_t tries, pil_search_listener *listener, void *context, uint64_t *tried,
                    pil_error *error) {
  pil_search search = {.prover = prover, .tries = tries, .listener = listener, .context = context};
  bool goes_on = true, good = find_limits(&search, error);
  search.stream = pil_stream_at(prover->source.seed, pil_text_hash("verify:search", 13), 0);
  for (uint64_t round = 0; good && goes_on && search.done < tries && pil_verify_goes_on(prover->verify); round++)
     good = run_round(&search, round, &goes_on, error);
  *tried = search.done;
  pil_arena_free(&search.arena);
  return good;
}
