/* The dictionary of texts and the frame of columns.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "../engine/base/memory.h"
#include "../engine/lanes/batch.h"

static void cells_say_why_there_is_no_number(void **state) {
  (void)state;
  double text = pil_cell_of(PIL_CELL_TEXT | 7);
  assert_true(text != text);
  assert_true(pil_cell_is_text(text));
  assert_int_equal(pil_cell_text(text), 7);
  assert_false(pil_cell_is_text(pil_cell_of(PIL_CELL_NAN)));
  assert_false(pil_cell_is_text(pil_cell_of(PIL_CELL_MISSING)));
  assert_false(pil_cell_is_text(1.5));
}

static void dictionary_gives_one_code_per_text(void **state) {
  (void)state;
  pil_dictionary dictionary = {0};
  char text[16];
  for (int round = 0; round < 2; round++) {
    for (int i = 0; i < 1000; i++) {
      int length = snprintf(text, sizeof text, "t%d", i);
      assert_int_equal(pil_dictionary_code(&dictionary, text, (size_t)length), i);
    }
  }
  assert_int_equal(dictionary.count, 1000);
  assert_string_equal(dictionary.texts[999], "t999");
  assert_int_equal(pil_dictionary_code(&dictionary, "t12xyz", 3), 12); /* the length counts */
  assert_int_equal(pil_dictionary_code(&dictionary, "", 0), 1000);
  pil_dictionary_free(&dictionary);
}

static void frame_finds_columns_with_any_hint(void **state) {
  (void)state;
  pil_frame frame = {0};
  for (int batch = 0; batch < 3; batch++) {
    pil_frame_reset(&frame, 4);
    assert_int_equal(frame.column_count, 0);
    pil_column *npv = pil_frame_column(&frame, 99, "npv", 0);
    assert_non_null(npv);
    for (int i = 0; i < 4; i++) assert_true(pil_cell_bits(npv->cells[i]) == PIL_CELL_MISSING);
    double *cells = npv->cells;
    for (uint32_t i = 1; i <= 100; i++) assert_non_null(pil_frame_column(&frame, i, "cash", i));
    assert_int_equal(frame.column_count, 101);
    assert_ptr_equal(pil_frame_column(&frame, 0, "npv", 0)->cells, cells);
    assert_ptr_equal(pil_frame_column(&frame, 55, "npv", 0)->cells, cells);
    assert_int_equal(pil_frame_column(&frame, 3, "cash", 77)->index, 77);
    assert_ptr_not_equal(pil_frame_column(&frame, 0, "cash", 0)->cells, cells);
    assert_int_equal(frame.column_count, 102);
  }
  pil_frame_free(&frame);
}

static bool use_frame(void) {
  pil_frame frame = {0};
  char name[16];
  bool ok = true;
  pil_frame_reset(&frame, 8);
  for (int i = 0; ok && i < 60; i++) {
    snprintf(name, sizeof name, "c%d", i);
    ok = pil_frame_column(&frame, 0, name, 0) != NULL;
    ok = ok && pil_dictionary_code(&frame.texts, name, strlen(name)) == i;
  }
  pil_frame_free(&frame);
  return ok;
}

static void every_failed_allocation_is_told(void **state) {
  (void)state;
  uint64_t n = 1;
  for (;; n++) {
    pil_memory_fail_from(n);
    bool ok = use_frame();
    pil_memory_fail_from(0);
    if (ok) break;
    assert_true(n < 1000);
  }
  assert_true(n > 5);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(cells_say_why_there_is_no_number),
      cmocka_unit_test(dictionary_gives_one_code_per_text),
      cmocka_unit_test(frame_finds_columns_with_any_hint),
      cmocka_unit_test(every_failed_allocation_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
