/* The image of what a script's function can reach.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../engine/base/memory.h"
#include "../engine/data/yaml.h"
#include "../engine/script/image.h"

typedef struct bench {
  char path[64];
  pil_arena arena;
  pil_script_source source;
  pil_program *program;
  const pil_image *image;
  pil_error error;
} bench;

static void bench_open(bench *b, const char *script, const char *settings) {
  *b = (bench){.path = "/tmp/pil-unit-XXXXXX"};
  int file = mkstemp(b->path);
  assert_true(file >= 0);
  assert_int_equal(write(file, script, strlen(script)), (ssize_t)strlen(script));
  close(file);
  b->source = (pil_script_source){.path = b->path,
                                  .shown_name = "test.lua",
                                  .seed = 7,
                                  .site_prefix = "draw:",
                                  .argument_name = "x",
                                  .limits = PIL_LIMITS_TRIAL};
  if (settings == NULL) return;
  pil_value *root;
  if (!pil_yaml_read(&b->arena, "test.yaml", settings, strlen(settings), &root, &b->error))
    fail_msg("%s", b->error.text);
  b->source.settings = root;
}

static void bench_take(bench *b) {
  b->program = pil_script_program_new(&b->source, &b->error);
  if (b->program == NULL) fail_msg("%s:%d: %s", b->error.file, b->error.line, b->error.text);
  b->image = pil_script_image_new(&b->arena, (pil_script_program *)b->program, &b->error);
  if (b->image == NULL) fail_msg("%s", b->error.text);
}

static void bench_close(bench *b) {
  if (b->program != NULL) b->program->free(b->program);
  pil_arena_free(&b->arena);
  unlink(b->path);
}

static void open_and_take(bench *b, const char *script, const char *settings) {
  bench_open(b, script, settings);
  bench_take(b);
}

/* The upvalue `name` of the trial's function. */
static const pil_image_value *upvalue(const bench *b, const char *name) {
  assert_int_equal(b->image->function.kind, PIL_IMAGE_FUNCTION);
  const pil_image_function *function = b->image->function.function;
  for (uint32_t i = 0; i < function->code->upvalue_count; i++)
    if (strcmp(function->code->upvalues[i].name, name) == 0) return &function->upvalues[i];
  fail_msg("no upvalue %s", name);
  return NULL;
}

static const pil_image_value *member(const pil_image_value *table, const char *name) {
  assert_int_equal(table->kind, PIL_IMAGE_TABLE);
  const pil_image_value *value = pil_image_find(table->table, name);
  if (value == NULL) fail_msg("no member %s", name);
  return value;
}

static const pil_image_value *setting(const bench *b, const char *name) {
  return member(&b->image->settings, name);
}

static void assert_text(const pil_image_value *value, pil_image_kind kind, const char *text) {
  assert_int_equal(value->kind, kind);
  assert_string_equal(value->text, text);
}

static void test_values_of_every_kind(void **unused) {
  (void)unused;
  bench b;
  open_and_take(&b,
                "local whole, share, yes, no, name, none = 3, 0.5, true, false, 'abc', nil\n"
                "local odd = 'a\\0b'\n"
                "return function(x, p) return {v = whole, w = share, a = yes, b = no, c = name,\n"
                "  d = none, e = odd} end",
                NULL);
  assert_int_equal(upvalue(&b, "whole")->kind, PIL_IMAGE_INTEGER);
  assert_int_equal(upvalue(&b, "whole")->integer, 3);
  assert_int_equal(upvalue(&b, "share")->kind, PIL_IMAGE_FLOAT);
  assert_true(upvalue(&b, "share")->number == 0.5);
  assert_int_equal(upvalue(&b, "yes")->kind, PIL_IMAGE_TRUE);
  assert_int_equal(upvalue(&b, "no")->kind, PIL_IMAGE_FALSE);
  assert_text(upvalue(&b, "name"), PIL_IMAGE_TEXT, "abc");
  assert_int_equal(upvalue(&b, "none")->kind, PIL_IMAGE_NIL);
  assert_text(upvalue(&b, "odd"), PIL_IMAGE_OPAQUE, "a text with a zero byte");
  const pil_function *code = b.image->function.function->code;
  assert_int_equal(code->parameter_count, 2);
  assert_int_equal(code->line, 3);
  assert_int_equal(b.image->seed, 7);
  assert_string_equal(b.image->shown_name, "test.lua");
  bench_close(&b);
}

static void test_builtins_are_known_by_their_first_names(void **unused) {
  (void)unused;
  bench b;
  open_and_take(&b,
                "local e, mine, each = math.exp, draw.normal, ipairs\n"
                "aaa = math.exp\n"
                "ipairs = print\n"
                "math = {exp = math.sin, ours = function() end}\n"
                "return function(x, p) return {v = e(1) + mine(0, 1) + #each + aaa + math} end",
                NULL);
  assert_text(upvalue(&b, "e"), PIL_IMAGE_BUILTIN, "math.exp");
  assert_text(upvalue(&b, "mine"), PIL_IMAGE_BUILTIN, "draw.normal");
  assert_text(upvalue(&b, "each"), PIL_IMAGE_BUILTIN, "ipairs");
  const pil_image_value *globals = upvalue(&b, "_ENV");
  assert_true(globals->table->is_strict);
  assert_false(globals->table->is_opaque);
  assert_text(member(globals, "aaa"), PIL_IMAGE_BUILTIN, "math.exp");
  assert_text(member(globals, "ipairs"), PIL_IMAGE_BUILTIN, "print");
  assert_text(member(globals, "rawset"), PIL_IMAGE_BUILTIN, "rawset");
  assert_text(member(member(globals, "math"), "exp"), PIL_IMAGE_BUILTIN, "math.sin");
  assert_int_equal(member(member(globals, "math"), "ours")->kind, PIL_IMAGE_FUNCTION);
  assert_false(member(globals, "math")->table->is_strict);
  assert_text(member(member(globals, "string"), "format"), PIL_IMAGE_BUILTIN, "string.format");
  assert_true(member(globals, "draw")->table->is_strict);
  assert_text(member(member(globals, "draw"), "from"), PIL_IMAGE_BUILTIN, "draw.from");
  assert_null(pil_image_find(globals->table, "os"));
  bench_close(&b);
}

static void test_a_tables_items_and_entries(void **unused) {
  (void)unused;
  bench b;
  open_and_take(&b,
                "local t = {10, 2.5, 'x', [5] = true, zeta = 1, alpha = 2, [-1] = 3, [0.5] = 4,\n"
                "  [true] = 5, [false] = 6, [2^53] = 7}\n"
                "local empty = {}\n"
                "return function(x, p) return {v = t[1], n = #empty} end",
                NULL);
  const pil_image_table *t = upvalue(&b, "t")->table;
  assert_int_equal(t->item_count, 3);
  assert_int_equal(t->items[0].integer, 10);
  assert_true(t->items[1].number == 2.5);
  assert_text(&t->items[2], PIL_IMAGE_TEXT, "x");
  assert_int_equal(t->length, 3);
  assert_int_equal(t->entry_count, 8);
  assert_int_equal(t->entries[0].key.integer, -1);
  assert_true(t->entries[1].key.number == 0.5);
  assert_int_equal(t->entries[2].key.integer, 5);
  assert_int_equal(t->entries[2].value.kind, PIL_IMAGE_TRUE);
  assert_int_equal(t->entries[3].key.kind, PIL_IMAGE_INTEGER);
  assert_text(&t->entries[4].key, PIL_IMAGE_TEXT, "alpha");
  assert_text(&t->entries[5].key, PIL_IMAGE_TEXT, "zeta");
  assert_int_equal(t->entries[6].key.kind, PIL_IMAGE_FALSE);
  assert_int_equal(t->entries[7].key.kind, PIL_IMAGE_TRUE);
  assert_int_equal(pil_image_find(t, "zeta")->integer, 1);
  assert_null(pil_image_find(t, "beta"));
  assert_int_equal(upvalue(&b, "empty")->table->item_count, 0);
  assert_int_equal(upvalue(&b, "empty")->table->entry_count, 0);
  bench_close(&b);
}

static void test_one_thing_is_one_node_and_circles_close(void **unused) {
  (void)unused;
  bench b;
  open_and_take(&b,
                "local t = {}\n"
                "t.self, t.list = t, {t, t}\n"
                "local function even(n) return n == 0 or t.odd(n - 1) end\n"
                "t.odd = function(n) return n ~= 0 and even(n - 1) end\n"
                "return function(x, p) return {v = even(4) and 1 or 0, t = #t} end",
                NULL);
  const pil_image_value *t = upvalue(&b, "t"), *even = upvalue(&b, "even");
  assert_ptr_equal(member(t, "self")->table, t->table);
  assert_ptr_equal(member(t, "list")->table->items[1].table, t->table);
  const pil_image_function *odd = member(t, "odd")->function;
  assert_ptr_equal(odd->upvalues[0].function, even->function);
  assert_ptr_equal(even->function->upvalues[0].table, t->table);
  bench_close(&b);
}

static void test_writing_an_upvalue_shows(void **unused) {
  (void)unused;
  bench b;
  open_and_take(&b,
                "local n, seen = 0, 0\n"
                "local function own() local k = 0; local function add() k = k + 1 end\n"
                "  add() return k + n end\n"
                "local function bump() n = n + 1 end\n"
                "local function deep() return function() seen = 1 end end\n"
                "return function(x, p) return {v = own(), w = bump, z = deep} end",
                NULL);
  assert_false(upvalue(&b, "own")->function->writes_upvalues);
  assert_true(upvalue(&b, "bump")->function->writes_upvalues);
  assert_true(upvalue(&b, "deep")->function->writes_upvalues);
  assert_false(b.image->function.function->writes_upvalues);
  bench_close(&b);
}

static void test_metatables_and_odd_keys_are_opaque(void **unused) {
  (void)unused;
  bench b;
  open_and_take(&b,
                "local a = setmetatable({1}, {__index = function() return 1 end})\n"
                "local c = setmetatable({1}, {__index = {x = 1}})\n"
                "local d = setmetatable({1}, {__add = function() return 1 end})\n"
                "local e = setmetatable({1}, {__index = rawget})\n"
                "local f, g, h = {[{}] = 1}, {['a\\0b'] = 1}, {inner = a}\n"
                "return function(x, p) return {v = #a + #c + #d + #e + #f + #g + #h} end",
                NULL);
  for (const char *name = "acdefg"; *name != '\0'; name++) {
    char text[2] = {*name, '\0'};
    assert_int_equal(upvalue(&b, text)->kind, PIL_IMAGE_TABLE);
    assert_true(upvalue(&b, text)->table->is_opaque);
    assert_false(upvalue(&b, text)->table->is_strict);
  }
  assert_false(upvalue(&b, "h")->table->is_opaque);
  bench_close(&b);
}

static void test_settings_and_their_values(void **unused) {
  (void)unused;
  bench b;
  open_and_take(&b, "return function(x, p) return {v = p.n} end",
                "n: 4\nrate: 0.25\nname: abc\nnone: null\non: yes\nlist: [1, 2.5]\n"
                "wage: {normal: {mean: 3, sd: 1}}\nplan: {a: 1, b: null}\n");
  const pil_image_value *p = &b.image->settings;
  assert_true(p->table->is_strict);
  assert_int_equal(setting(&b, "n")->integer, 4);
  assert_true(setting(&b, "rate")->number == 0.25);
  assert_text(setting(&b, "name"), PIL_IMAGE_TEXT, "abc");
  assert_int_equal(setting(&b, "none")->kind, PIL_IMAGE_NIL);
  assert_null(pil_image_find(p->table, "nothing"));
  assert_int_equal(setting(&b, "list")->table->item_count, 2);
  assert_false(setting(&b, "list")->table->is_strict);
  assert_null(setting(&b, "list")->table->settings);
  assert_ptr_equal(setting(&b, "wage")->table->settings,
                   pil_value_find(b.source.settings, "wage"));
  assert_null(pil_image_find(setting(&b, "plan")->table, "b"));
  bench_close(&b);
}

enum { ROWS = 200000 };

static void test_a_large_data_table_is_stored_once(void **unused) {
  (void)unused;
  static double numbers[ROWS];
  static const char *texts[ROWS];
  for (size_t i = 0; i < ROWS; i++) {
    numbers[i] = (double)i / 2;
    texts[i] = i % 2 == 0 ? "even" : "odd";
  }
  pil_csv_column columns[] = {{.kind = PIL_COLUMN_NUMBER, .numbers = numbers},
                              {.kind = PIL_COLUMN_TEXT, .texts = texts}};
  const pil_csv_column *pointers[] = {&columns[0], &columns[1]};
  static const char *const names[] = {"half", "kind"};
  pil_script_data data = {"calls", ROWS, 2, names, pointers, NULL};
  bench b;
  bench_open(&b, "return function(x, p) return {v = p.calls.half[3]} end", NULL);
  b.source.data = &data;
  b.source.data_count = 1;
  bench_take(&b);
  const pil_image_value *calls = setting(&b, "calls");
  assert_true(calls->table->is_strict);
  assert_int_equal(member(calls, "n")->integer, ROWS);
  const pil_image_table *half = member(calls, "half")->table, *kind = member(calls, "kind")->table;
  assert_int_equal(half->item_count, ROWS);
  assert_int_equal(half->length, ROWS);
  assert_true(half->items[ROWS - 1].number == (ROWS - 1) / 2.0);
  assert_text(&kind->items[1], PIL_IMAGE_TEXT, "odd");
  assert_ptr_equal(kind->items[1].text, kind->items[ROWS - 1].text);
  bench_close(&b);
}

static void test_expressions(void **unused) {
  (void)unused;
  static const pil_script_expression expressions[] = {{"x.a * 2", {"test.yaml", 4, 3}}};
  static const pil_field fields[] = {
      {.name = "a", .first_column = 0, .expression = -1},
      {.name = "b", .first_column = 1, .expression = 0},
  };
  bench b;
  bench_open(&b, "return function(x, p) return {v = x.b} end", NULL);
  b.source.expressions = expressions;
  b.source.expression_count = 1;
  b.source.fields = fields;
  b.source.field_count = 2;
  bench_take(&b);
  assert_int_equal(b.image->expression_count, 1);
  assert_int_equal(b.image->expressions[0].kind, PIL_IMAGE_FUNCTION);
  assert_int_equal(b.image->expressions[0].function->code->parameter_count, 2);
  assert_int_equal(b.image->field_count, 2);
  bench_close(&b);
}

static void test_little_memory_left_harms_nothing(void **unused) {
  (void)unused;
  bench b;
  bench_open(&b,
             "local t = {}\n"
             "for i = 1, 5000 do t[i] = {i, tostring(i)} end\n"
             "return function(x, p) return {v = #t} end",
             NULL);
  b.source.limits.memory_bytes = (size_t)1 << 20; /* the least that loading can do with */
  while ((b.program = pil_script_program_new(&b.source, &b.error)) == NULL)
    b.source.limits.memory_bytes += 1 << 15;
  b.program->free(b.program);
  bench_take(&b);
  assert_int_equal(upvalue(&b, "t")->table->item_count, 5000);
  assert_text(&upvalue(&b, "t")->table->items[4999].table->items[1], PIL_IMAGE_TEXT, "5000");
  pil_frame frame = {0};
  pil_jump jumps[1];
  pil_jumps_fill(jumps, 1);
  pil_batch batch = {.first_trial = 1, .count = 1, .jumps = jumps};
  pil_frame_reset(&frame, 1);
  assert_true(b.program->run(b.program, &batch, &frame, &b.error));
  pil_frame_free(&frame);
  bench_close(&b);
}

static void test_no_memory_is_an_error(void **unused) {
  (void)unused;
  for (uint64_t n = 1; n < 400; n++) {
    bench b;
    bench_open(&b, "local t = {{1}, {2}}\nreturn function(x, p) return {v = #t} end", NULL);
    b.program = pil_script_program_new(&b.source, &b.error);
    assert_non_null(b.program);
    pil_memory_fail_from(n);
    b.image = pil_script_image_new(&b.arena, (pil_script_program *)b.program, &b.error);
    pil_memory_fail_from(0);
    bool done = b.image != NULL;
    if (!done) assert_int_equal(b.error.failure, PIL_FAILURE_MEMORY);
    bench_close(&b);
    if (done) return;
  }
  fail_msg("never enough memory");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_values_of_every_kind),
      cmocka_unit_test(test_builtins_are_known_by_their_first_names),
      cmocka_unit_test(test_a_tables_items_and_entries),
      cmocka_unit_test(test_one_thing_is_one_node_and_circles_close),
      cmocka_unit_test(test_writing_an_upvalue_shows),
      cmocka_unit_test(test_metatables_and_odd_keys_are_opaque),
      cmocka_unit_test(test_settings_and_their_values),
      cmocka_unit_test(test_a_large_data_table_is_stored_once),
      cmocka_unit_test(test_expressions),
      cmocka_unit_test(test_little_memory_left_harms_nothing),
      cmocka_unit_test(test_no_memory_is_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
