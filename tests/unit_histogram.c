/* Tests of statistics/histogram: every finite cell is counted once, in the bin that holds it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../engine/statistics/histogram.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../engine/statistics/quantile.h"
#include "columns.h"

static pil_histogram histogram_of(const double *cells, size_t count) {
  pil_histogram h;
  double body[2];
  pil_error error;
  assert_true(pil_quantiles(cells, count, pil_histogram_body, 2, body, &error));
  pil_histogram_fill(&h, cells, count, body);
  return h;
}

/* Counts again, by the edges. */
static void check_bins(const pil_histogram *h, const double *cells, size_t count) {
  size_t wanted[PIL_HISTOGRAM_BINS] = {0}, below = 0, above = 0;
  for (size_t i = 0; i < count; i++) {
    if (!isfinite(cells[i])) continue;
    size_t bin = 0;
    while (bin + 1 < h->bin_count && cells[i] >= pil_histogram_edge(h, bin + 1)) bin++;
    wanted[bin]++;
    below += cells[i] < h->low;
    above += h->step > 0 && cells[i] >= pil_histogram_edge(h, h->bin_count);
  }
  for (size_t bin = 0; bin < h->bin_count; bin++) assert_int_equal(h->counts[bin], wanted[bin]);
  assert_int_equal(h->below, below);
  assert_int_equal(h->above, above);
}

static void every_cell_has_its_bin(void **unused) {
  (void)unused;
  for (int kind = 0; kind < 6; kind++) {
    for (size_t count = 1; count <= 100000; count *= 10) {
      double *cells = column_of(kind, count);
      pil_histogram h = histogram_of(cells, count);
      assert_true(h.bin_count <= PIL_HISTOGRAM_BINS);
      check_bins(&h, cells, count);
      free(cells);
    }
  }
}

static void light_tails_are_covered(void **unused) {
  (void)unused;
  double *cells = column_of(0, 100000); /* even over -500000 … 500000 */
  pil_histogram h = histogram_of(cells, 100000);
  assert_true(h.low == -500000 && h.step == 50000 && h.bin_count == 20);
  assert_int_equal(h.below + h.above, 0);
  free(cells);
}

static void heavy_tails_go_to_the_ends(void **unused) {
  (void)unused;
  double *cells = column_of(3, 100000); /* up to 1e38 on both sides */
  pil_histogram h = histogram_of(cells, 100000);
  assert_true(h.below > 0 && h.above > 0 && h.below + h.above <= 1000 + 2);
  assert_true(h.bin_count >= 12);
  free(cells);
}

static void edges_are_decimals(void **unused) {
  (void)unused;
  double cells[100];
  for (int i = 0; i < 100; i++) cells[i] = i / 100.0; /* the doubles nearest to decimals */
  pil_histogram h = histogram_of(cells, 100);
  assert_true(h.low == 0 && h.step == 0.05 && h.bin_count == 20);
  for (size_t bin = 0; bin < 20; bin++) assert_int_equal(h.counts[bin], 5);
  assert_true(pil_histogram_edge(&h, 3) == 0.15);
  for (int i = 0; i < 24; i++) cells[i] = (40 + 2 * i) / 100.0;
  h = histogram_of(cells, 24); /* 0.58 * 100 / 2 is below 29 in doubles */
  assert_true(h.low == 0.4 && h.step == 0.02 && h.bin_count == 24);
  for (size_t bin = 0; bin < 24; bin++) assert_int_equal(h.counts[bin], 1);
}

static void whole_numbers_get_whole_bins(void **unused) {
  (void)unused;
  double cells[60];
  for (int i = 0; i < 60; i++) cells[i] = i % 6 + 1;
  pil_histogram h = histogram_of(cells, 60);
  assert_true(h.low == 1 && h.step == 1 && h.bin_count == 6);
  for (size_t bin = 0; bin < 6; bin++) assert_int_equal(h.counts[bin], 10);
  for (int i = 0; i < 60; i++) cells[i] = i;
  h = histogram_of(cells, 60);
  assert_true(h.step == 5 && h.bin_count == 12); /* 2.5 would be uneven */
}

static void one_value_and_none(void **unused) {
  (void)unused;
  pil_histogram h = histogram_of((const double[]){7, 7, NAN, INFINITY}, 4);
  assert_true(h.low == 7 && h.step == 0 && h.bin_count == 1 && h.counts[0] == 2);
  h = histogram_of((const double[]){NAN, INFINITY, -INFINITY}, 3);
  assert_int_equal(h.bin_count, 0);
  h = histogram_of((const double[]){1, nextafter(1, 2)}, 2);
  assert_true(h.bin_count == 1 && h.counts[0] == 2);
  h = histogram_of((const double[]){-1.7e308, 1.7e308}, 2);
  assert_true(h.bin_count > 0 && h.counts[0] == 1 && h.counts[h.bin_count - 1] == 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_cell_has_its_bin),       cmocka_unit_test(light_tails_are_covered),
      cmocka_unit_test(heavy_tails_go_to_the_ends),   cmocka_unit_test(edges_are_decimals),
      cmocka_unit_test(whole_numbers_get_whole_bins), cmocka_unit_test(one_value_and_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
