/* Tests of report/text: what a person sees, character for character.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../engine/base/memory.h"
#include "../engine/report/render.h"
#include "sample_document.h"

static void check_text(const pil_document *d, bool colour, const char *wanted) {
  pil_text to = {0};
  pil_error error;
  assert_true(pil_render_text(d, colour, &to, &error));
  assert_string_equal(pil_text_get(&to), wanted);
  pil_text_free(&to);
}

static void every_block_looks_as_it_should(void **unused) {
  (void)unused;
  pil_arena arena = {0};
  check_text(sample_document(&arena), false,
             "Chatbot from 10% to 50%\n"
             "\n"
             "  seed    2026\n"
             "  trials  10,000\n"
             "\n"
             "Words wrap at a hundred columns, so that this sentence, which is longer than that, "
             "goes on below.\n"
             "A line of its own.\n"
             "\n"
             "phasé\n"
             "─────\n"
             "What it is worth\n"
             "  output                mean  P(goal)\n"
             "  ───────  ─────────────────  ───────\n"
             "  npv, €   1,234,600 ± 3,200  missed\n"
             "  payback              never\n"
             "  =1+1                     -\n"
             "\n"
             "npv\n"
             "  -1,000 │▏ 1\n"
             "       0 │██████████████████████████████████████████████████ 1,600\n"
             "   1,000 │█████████████████████████▍\n"
             "   2,000 │ 0\n"
             "\n"
             "Note: bytes are shown: \\x1B[2J \\xFF\n"
             "Warning: partial\n");
  pil_arena_free(&arena);
}

static void colour_only_when_asked(void **unused) {
  (void)unused;
  pil_arena arena = {0};
  pil_document *d = pil_document_new(&arena);
  pil_document_title(d, "Title");
  pil_table_block *table = pil_document_table(d, NULL);
  pil_table_column(table, "a", PIL_ALIGN_LEFT);
  pil_table_column(table, "goal", PIL_ALIGN_RIGHT);
  pil_table_row(table);
  pil_table_text(table, "npv");
  pil_table_text(table, "no");
  pil_table_tone(table, PIL_TONE_BAD);
  pil_document_warning(d, "careful");
  check_text(d, true,
             "\033[1mTitle\033[0m\n\n"
             "  \033[1ma\033[0m    \033[1mgoal\033[0m\n"
             "  ───  ────\n"
             "  npv    \033[31mno\033[0m\n\n"
             "\033[31mWarning: \033[0mcareful\n");
  check_text(d, false,
             "Title\n\n"
             "  a    goal\n"
             "  ───  ────\n"
             "  npv    no\n\n"
             "Warning: careful\n");
  pil_arena_free(&arena);
}

static void wide_tables_go_on_below(void **unused) {
  (void)unused;
  pil_arena arena = {0};
  pil_document *d = pil_document_new(&arena);
  pil_table_block *table = pil_document_table(d, NULL);
  pil_table_column(table, "name", PIL_ALIGN_LEFT);
  for (int i = 0; i < 3; i++) pil_table_column(table, i == 2 ? "c" : "b", PIL_ALIGN_LEFT);
  pil_table_row(table);
  pil_table_text(table, "npv");
  pil_table_text(table, "0123456789012345678901234567890123456789");
  pil_table_text(table, "0123456789012345678901234567890123456789");
  pil_table_text(table, "0123456789");
  check_text(d, false,
             "  name  b                                         b\n"
             "  ────  ────────────────────────────────────────  "
             "────────────────────────────────────────\n"
             "  npv   0123456789012345678901234567890123456789  "
             "0123456789012345678901234567890123456789\n"
             "\n"
             "  name  c\n"
             "  ────  ──────────\n"
             "  npv   0123456789\n");
  pil_arena_free(&arena);
}

static void no_column_is_lost(void **unused) {
  (void)unused;
  pil_arena arena = {0};
  pil_document *d = pil_document_new(&arena);
  pil_table_block *table = pil_document_table(d, NULL);
  char cell[16];
  for (int i = 0; i < 200; i++) pil_table_column(table, "number", PIL_ALIGN_RIGHT);
  pil_table_row(table);
  for (int i = 0; i < 200; i++) {
    snprintf(cell, sizeof cell, "c%03d", i);
    pil_table_text(table, cell);
  }
  pil_text to = {0};
  pil_error error;
  assert_true(pil_render_text(d, false, &to, &error));
  for (int i = 0; i < 200; i++) {
    snprintf(cell, sizeof cell, "c%03d", i);
    assert_non_null(strstr(pil_text_get(&to), cell));
  }
  pil_text_free(&to);
  pil_arena_free(&arena);
}

static void long_values_hang(void **unused) {
  (void)unused;
  pil_arena arena = {0};
  pil_document *d = pil_document_new(&arena);
  pil_facts_block *facts = pil_document_facts(d);
  pil_facts_add(facts, "a", "%s %s %s", "1234567890123456789012345678901234567890",
                "1234567890123456789012345678901234567890", "12345678901234567890");
  pil_facts_add(facts, "long name", "%s", "");
  pil_document_note(d, "%s\n\n%s", "first", "second");
  check_text(d, false,
             "  a          1234567890123456789012345678901234567890 "
             "1234567890123456789012345678901234567890\n"
             "             12345678901234567890\n"
             "  long name\n"
             "\n"
             "Note: first\n"
             "\n"
             "      second\n");
  pil_arena_free(&arena);
}

static void no_line_is_too_long(void **unused) {
  (void)unused;
  pil_arena arena = {0};
  pil_document *d = pil_document_new(&arena);
  char text[600];
  for (size_t i = 0; i < sizeof text - 1; i++) text[i] = i * i % 7 == 2 ? ' ' : 'a';
  text[sizeof text - 1] = '\0';
  pil_document_paragraph(d, "%s", text);
  pil_document_warning(d, "%s", text);
  pil_text to = {0};
  pil_error error;
  assert_true(pil_render_text(d, false, &to, &error));
  for (const char *line = pil_text_get(&to); *line != '\0';) {
    size_t length = strcspn(line, "\n");
    assert_true(length <= 100 && (length == 0 || line[length - 1] != ' '));
    line += length + 1;
  }
  pil_text_free(&to);
  pil_arena_free(&arena);
}

static void empty_shapes_are_harmless(void **unused) {
  (void)unused;
  pil_arena arena = {0};
  pil_document *d = pil_document_new(&arena);
  pil_document_table(d, NULL);
  pil_table_block *table = pil_document_table(d, "no rows");
  pil_table_column(table, "x", PIL_ALIGN_RIGHT);
  pil_bars_block *bars = pil_document_bars(d, "flat");
  pil_bars_bar(bars, "0", 0, "0");
  check_text(d, false, "\nno rows\n  x\n  ─\n\nflat\n  0 │ 0\n");
  pil_arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_block_looks_as_it_should),
      cmocka_unit_test(colour_only_when_asked),
      cmocka_unit_test(wide_tables_go_on_below),
      cmocka_unit_test(no_column_is_lost),
      cmocka_unit_test(long_values_hang),
      cmocka_unit_test(no_line_is_too_long),
      cmocka_unit_test(empty_shapes_are_harmless),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
