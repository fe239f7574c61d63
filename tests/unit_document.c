/* Tests of report/document: building is silent, failure sticks, every renderer reports it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../engine/report/document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <jansson.h>
#include <cmocka.h>

#include "../engine/base/memory.h"
#include "../engine/report/render.h"
#include "sample_document.h"

static bool render_plain(const pil_document *d, pil_text *to, pil_error *error) {
  return pil_render_text(d, false, to, error);
}

typedef bool render(const pil_document *document, pil_text *to, pil_error *error);

static render *const renderers[] = {render_plain, pil_render_json, pil_render_csv};
enum { RENDERERS = sizeof renderers / sizeof *renderers };

static void empty_documents_render(void **unused) {
  (void)unused;
  static const char *const wanted[RENDERERS] = {"", "{}\n", ""};
  pil_arena arena = {0};
  pil_document *d = pil_document_new(&arena);
  for (size_t i = 0; i < RENDERERS; i++) {
    pil_text to = {0};
    pil_error error;
    assert_true(renderers[i](d, &to, &error));
    assert_string_equal(pil_text_get(&to), wanted[i]);
    pil_text_free(&to);
  }
  pil_arena_free(&arena);
}

static void callers_may_free_their_strings(void **unused) {
  (void)unused;
  pil_arena arena = {0};
  pil_document *d = pil_document_new(&arena);
  char name[] = "name";
  pil_document_title(d, "%s", name);
  pil_node_set_string(pil_document_data(d), name, name);
  memset(name, 'x', 4);
  pil_text to = {0};
  pil_error error;
  assert_true(render_plain(d, &to, &error) && pil_render_json(d, &to, &error));
  assert_string_equal(pil_text_get(&to), "name\n{\n  \"name\": \"name\"\n}\n");
  pil_text_free(&to);
  pil_arena_free(&arena);
}

static void nothing_is_built_on_nothing(void **unused) {
  (void)unused;
  add_sample_blocks(NULL);
  add_sample_data(NULL);
  for (size_t i = 0; i < RENDERERS; i++) {
    pil_text to = {0};
    pil_error error = {0};
    assert_false(renderers[i](NULL, &to, &error));
    assert_int_equal(error.failure, PIL_FAILURE_MEMORY);
    pil_text_free(&to);
  }
}

static pil_document *big_document(pil_arena *arena) {
  pil_document *d = sample_document(arena);
  for (int i = 0; i < 40; i++) add_sample_table(d, "again");
  char about[200000]; /* a block of the arena of its own: the last allocation of all */
  memset(about, 'x', sizeof about - 1);
  about[sizeof about - 1] = '\0';
  pil_node_set_string(pil_document_data(d), "about", about);
  return d;
}

/* Builds and renders with the n-th allocation failing; true when none failed. */
static bool render_failing_from(uint64_t n, render *one, const char *whole) {
  pil_arena arena = {0};
  pil_text to = {0};
  pil_error error = {0};
  pil_memory_fail_from(n);
  pil_document *d = big_document(&arena);
  bool built = pil_memory_count() < n;
  if (!built) pil_memory_fail_from(0); /* it sticks, though there is memory again */
  bool done = one(d, &to, &error);
  pil_memory_fail_from(0);
  assert_true(built || !done);
  if (done) {
    assert_string_equal(pil_text_get(&to), whole);
  } else {
    assert_int_equal(error.failure, PIL_FAILURE_MEMORY);
  }
  pil_text_free(&to);
  pil_arena_free(&arena);
  return done;
}

static void every_failed_allocation_is_reported(void **unused) {
  (void)unused;
  json_malloc_t take;
  json_free_t give;
  json_get_alloc_funcs(&take, &give);
  json_set_alloc_funcs(pil_memory_new, pil_memory_free); /* jansson's allocations fail too */
  for (size_t i = 0; i < RENDERERS; i++) {
    pil_arena arena = {0};
    pil_text whole = {0};
    pil_error error;
    assert_true(renderers[i](big_document(&arena), &whole, &error));
    uint64_t n = 1;
    while (!render_failing_from(n, renderers[i], pil_text_get(&whole))) n++;
    assert_true(n > 5);
    pil_text_free(&whole);
    pil_arena_free(&arena);
  }
  json_set_alloc_funcs(take, give);
}

static void csv_is_exact(void **unused) {
  (void)unused;
  pil_arena arena = {0};
  pil_document *d = sample_document(&arena);
  add_sample_table(d, "Once more, \"so\"");
  pil_table_block *other = pil_document_table(d, NULL);
  pil_table_column(other, "x", PIL_ALIGN_RIGHT);
  pil_table_row(other);
  pil_table_number(other, "-0.10", -0.1);
  pil_text to = {0};
  pil_error error;
  assert_true(pil_render_csv(d, &to, &error));
  assert_string_equal(pil_text_get(&to),
                      "table,output,mean,P(goal)\r\n"
                      "What it is worth,\"npv, €\",1234567.0625,missed\r\n"
                      "What it is worth,payback,inf,\r\n"
                      "What it is worth,'=1+1,,\r\n"
                      "\"Once more, \"\"so\"\"\",\"npv, €\",1234567.0625,missed\r\n"
                      "\"Once more, \"\"so\"\"\",payback,inf,\r\n"
                      "\"Once more, \"\"so\"\"\",'=1+1,,\r\n"
                      "\r\n"
                      "table,x\r\n"
                      ",-0.10000000000000001\r\n");
  pil_text_free(&to);
  pil_arena_free(&arena);
}

/* A wide table goes on below itself; what names a row is shown again, in the first row of a group. */
static void wide_groups_keep_their_names(void **unused) {
  (void)unused;
  pil_arena arena = {0};
  pil_document *d = pil_document_new(&arena);
  pil_table_block *table = pil_document_table(d, NULL);
  static const char heading[] = "a heading of forty-five letters, spaces too..";
  pil_table_column(table, "variant", PIL_ALIGN_LEFT);
  pil_table_column(table, "of", PIL_ALIGN_LEFT);
  for (int i = 0; i < 2; i++) pil_table_column(table, heading, PIL_ALIGN_LEFT);
  for (int i = 0; i < 4; i++) {
    pil_table_row(table);
    pil_table_text(table, i < 2 ? "base" : "other");
    pil_table_text(table, i % 2 == 0 ? "npv" : "roi");
    for (int j = 0; j < 2; j++) pil_table_text(table, j == 0 ? "x" : "y");
  }
  pil_table_group(table);
  pil_text text = {0};
  pil_error error;
  assert_true(render_plain(d, &text, &error));
  const char *below = strstr(pil_text_get(&text), "\n\n");
  assert_non_null(below);
  assert_string_equal(below, "\n\n  variant  of   a heading of forty-five letters, spaces too..\n"
                             "  ───────  ───  ─────────────────────────────────────────────\n"
                             "  base     npv  y\n           roi  y\n  other    npv  y\n           roi  y\n");
  pil_text_free(&text);
  pil_arena_free(&arena);
}

/* Errors and intervals stand in columns of their own; what a cell lacks stays empty. */
static void csv_has_errors_beside_numbers(void **unused) {
  (void)unused;
  pil_arena arena = {0};
  pil_document *d = pil_document_new(&arena);
  pil_table_block *table = pil_document_table(d, NULL);
  pil_table_column(table, "of", PIL_ALIGN_LEFT);
  pil_table_estimates(table, "mean ± error");
  pil_table_estimates(table, "p5");
  pil_table_chances(table, "P(goal), 95 % interval");
  pil_table_group(table);
  pil_table_row(table);
  pil_table_text(table, "npv");
  pil_table_estimate(table, "2.0 ± 0.5", 2, 0.5);
  pil_table_estimate(table, "-1", -1, (double)NAN);
  pil_table_chance(table, "50% (25% to 75%)", 0.5, 0.25, 0.75);
  pil_table_row(table);
  pil_table_text(table, "npv");
  pil_table_text(table, "never");
  pil_table_number(table, "3", 3);
  pil_text csv = {0}, text = {0};
  pil_error error;
  assert_true(pil_render_csv(d, &csv, &error) && render_plain(d, &text, &error));
  assert_string_equal(pil_text_get(&csv),
                      "table,of,mean,mean error,p5,p5 error,P(goal),P(goal) low,P(goal) high\r\n"
                      ",npv,2,0.5,-1,,0.5,0.25,0.75\r\n"
                      ",npv,never,,3,,,,\r\n");
  assert_string_equal(pil_text_get(&text),
                      "  of   mean ± error  p5  P(goal), 95 % interval\n"
                      "  ───  ────────────  ──  ──────────────────────\n"
                      "  npv     2.0 ± 0.5  -1        50% (25% to 75%)\n"
                      "              never   3\n");
  pil_text_free(&csv);
  pil_text_free(&text);
  pil_arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(empty_documents_render),
      cmocka_unit_test(callers_may_free_their_strings),
      cmocka_unit_test(nothing_is_built_on_nothing),
      cmocka_unit_test(every_failed_allocation_is_reported),
      cmocka_unit_test(csv_is_exact),
      cmocka_unit_test(csv_has_errors_beside_numbers),
      cmocka_unit_test(wide_groups_keep_their_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
