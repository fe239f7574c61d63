/* Tests of report/json: the text, and what jansson reads back from it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <cmocka.h>

#include "../engine/report/render.h"
#include "sample_document.h"

static void the_text_is_exact(void **unused) {
  (void)unused;
  pil_arena arena = {0};
  pil_text to = {0};
  pil_error error;
  assert_true(pil_render_json(sample_document(&arena), &to, &error));
  assert_string_equal(pil_text_get(&to),
                      "{\n"
                      "  \"format\": 1,\n"
                      "  \"kind\": \"roll\\\"out\\n\",\n"
                      "  \"seed\": 18446744073709551615,\n"
                      "  \"least\": -9223372036854775808,\n"
                      "  \"partial\": false,\n"
                      "  \"numbers\": [0.10000000000000001, -3.0, \"inf\", \"-inf\", null, "
                      "1.7976931348623157e308],\n"
                      "  \"variants\": [\n"
                      "    {\n"
                      "      \"name\": \"bad \\\\xFF byte\",\n"
                      "      \"unit\": null,\n"
                      "      \"empty\": {}\n"
                      "    },\n"
                      "    \"é\",\n"
                      "    true,\n"
                      "    [-7, 7]\n"
                      "  ]\n"
                      "}\n");
  pil_text_free(&to);
  pil_arena_free(&arena);
}

static void doubles_read_back(void **unused) {
  (void)unused;
  enum { COUNT = 2000 };
  double numbers[COUNT];
  pil_arena arena = {0};
  pil_document *d = pil_document_new(&arena);
  pil_node *array = pil_node_set_array(pil_document_data(d), "numbers");
  uint64_t bits = 1;
  for (size_t i = 0; i < COUNT; i++) {
    do {
      bits = bits * UINT64_C(6364136223846793005) + 1442695040888963407u;
      memcpy(&numbers[i], &bits, sizeof bits);
    } while (!isfinite(numbers[i]));
    pil_node_append_number(array, numbers[i]);
  }
  pil_text to = {0};
  pil_error error;
  assert_true(pil_render_json(d, &to, &error));
  json_t *read = json_loads(pil_text_get(&to), 0, NULL);
  assert_non_null(read);
  json_t *list = json_object_get(read, "numbers");
  assert_int_equal(json_array_size(list), COUNT);
  for (size_t i = 0; i < COUNT; i++)
    assert_true(json_real_value(json_array_get(list, i)) == numbers[i]);
  json_decref(read);
  pil_text_free(&to);
  pil_arena_free(&arena);
}

static void every_string_is_valid(void **unused) {
  (void)unused;
  pil_arena arena = {0};
  pil_document *d = pil_document_new(&arena);
  pil_node *root = pil_document_data(d), *array = pil_node_set_array(root, "all");
  for (int byte = 1; byte < 256; byte++) pil_node_append_string(array, (char[]){(char)byte, 0});
  pil_node_set_string(root, "k\xc3", "overlong \xc0\xaf, surrogate \xed\xa0\x80, \xf4\x90\x80\x80");
  pil_node_set_string(root, "none", NULL);
  pil_text to = {0};
  pil_error error;
  assert_true(pil_render_json(d, &to, &error));
  assert_true(pil_text_is_utf8(pil_text_get(&to), to.length));
  json_t *read = json_loads(pil_text_get(&to), JSON_REJECT_DUPLICATES, NULL);
  assert_non_null(read);
  json_t *list = json_object_get(read, "all");
  assert_int_equal(json_array_size(list), 255);
  assert_string_equal(json_string_value(json_array_get(list, 0x1b - 1)), "\x1b");
  assert_string_equal(json_string_value(json_array_get(list, '"' - 1)), "\"");
  assert_string_equal(json_string_value(json_array_get(list, 0xe9 - 1)), "\\xE9");
  assert_true(json_is_null(json_object_get(read, "none")));
  assert_non_null(json_object_get(read, "k\\xC3"));
  json_decref(read);
  pil_text_free(&to);
  pil_arena_free(&arena);
}

static void setting_again_replaces(void **unused) {
  (void)unused;
  pil_arena arena = {0};
  pil_document *d = pil_document_new(&arena);
  pil_node *root = pil_document_data(d);
  assert_ptr_equal(root, pil_document_data(d));
  pil_node_set_integer(pil_node_set_object(root, "a"), "inner", 1);
  pil_node_set_bool(root, "b", true);
  pil_node_set_array(root, "a");
  pil_text to = {0};
  pil_error error;
  assert_true(pil_render_json(d, &to, &error));
  assert_string_equal(pil_text_get(&to), "{\n  \"a\": [],\n  \"b\": true\n}\n");
  pil_text_free(&to);
  pil_arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_text_is_exact),
      cmocka_unit_test(doubles_read_back),
      cmocka_unit_test(every_string_is_valid),
      cmocka_unit_test(setting_again_replaces),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
