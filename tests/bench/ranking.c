/* CPU time a trial for the ranking of 10, 100 and 1,000 items, and for the agreement of two formulas.
 * Scores are spread over two powers of ten and overlap, so that orders differ from trial to trial; whole
 * ones tie.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../../engine/study/agreement.h"

enum { LANES = 512 };

static double cpu_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void fill(double *scores, size_t item_count, uint64_t state, bool is_whole) {
  for (size_t i = 0; i < item_count * LANES; i++) {
    state = state * UINT64_C(6364136223846793005) + 1;
    double u = (double)(state >> 11) * 0x1p-53;
    double score = exp(3 * u + 2.0 * (double)(i / LANES) / (double)item_count);
    scores[i] = is_whole ? floor(score / 8) : score;
  }
}

typedef struct kind {
  const char *name;
  bool is_whole, keep_pairs, keep_sketches;
} kind;

static void must(bool ok) {
  if (!ok) exit(1);
}

static void time_ranking(const kind *k, size_t item_count, size_t trials, const char *wanted) {
  pil_ranking ranking;
  pil_error error;
  pil_ranking_options options = {item_count, LANES, k->keep_pairs, k->keep_sketches};
  double *scores = malloc(item_count * LANES * sizeof *scores);
  must(scores != NULL && pil_ranking_init(&ranking, &options, &error));
  fill(scores, item_count, 1, k->is_whole);
  double start = cpu_seconds();
  for (size_t done = 0; done < trials; done += LANES)
    must(pil_ranking_add(&ranking, scores, LANES, LANES, &error));
  double each = (cpu_seconds() - start) / (double)ranking.trial_count;
  printf("%zu items: %s\t%.2f\tus a trial\t%s\n", item_count, k->name, each * 1e6, wanted);
  pil_ranking_free(&ranking);
  free(scores);
}

static void time_agreement(size_t item_count, size_t trials) {
  pil_ranking rankings[2];
  const pil_ranking *both[] = {&rankings[0], &rankings[1]};
  pil_agreement agreement;
  pil_error error;
  pil_ranking_options options = {item_count, LANES, false, false};
  double *scores = malloc(item_count * LANES * sizeof *scores);
  must(scores != NULL && pil_agreement_init(&agreement, 2, item_count, &error));
  for (size_t i = 0; i < 2; i++) {
    must(pil_ranking_init(&rankings[i], &options, &error));
    fill(scores, item_count, 1 + i, false);
    must(pil_ranking_add(&rankings[i], scores, LANES, LANES, &error));
  }
  double start = cpu_seconds();
  for (size_t done = 0; done < trials; done += LANES) pil_agreement_add(&agreement, both, LANES);
  double each = (cpu_seconds() - start) / (double)agreement.trial_count;
  printf("%zu items: agreement of two formulas\t%.2f\tus a trial\n", item_count, each * 1e6);
  pil_agreement_free(&agreement);
  for (size_t i = 0; i < 2; i++) pil_ranking_free(&rankings[i]);
  free(scores);
}

int main(void) {
  static const kind kinds[] = {{"ranks and scores", false, false, false},
                               {"and pairs", false, true, false},
                               {"and pairs and sketches", false, true, true},
                               {"the same of whole scores", true, true, true}};
  for (size_t items = 10; items <= 1000; items *= 10) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
      time_ranking(&kinds[i], items, 2000000 / items, items == 100 ? "4 at most" : items == 1000 ? "60" : "");
    time_agreement(items, 2000000 / items);
  }
  return 0;
}
