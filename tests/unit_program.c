/* The scalar program: what goes in, what is drawn, what comes out, and every refusal.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "../engine/base/memory.h"
#include "../engine/base/text.h"
#include "../engine/script/script.h"
#include "../engine/script/sites.h"

/* ---- a bench: one script, a few inputs, columns of WIDTH lanes ---- */

enum { WIDTH = 8, COLUMNS = 8 };

static pil_jump jumps[WIDTH];

/* volume: float; months: integer; on: true/false; kind: text; call.sure, call.right: a record;
 * shock: an array of 2. */
static const char *const kinds[] = {"small", "large"};
static const pil_field fields[] = {
    {.name = "volume", .first_column = 0, .expression = -1},
    {.name = "months", .kind = PIL_FIELD_INTEGER, .first_column = 1, .expression = -1},
    {.name = "on", .kind = PIL_FIELD_BOOLEAN, .first_column = 2, .expression = -1},
    {.name = "kind", .kind = PIL_FIELD_TEXT, .first_column = 3, .choices = kinds, .expression = -1},
    {.name = "call", .member = "sure", .first_column = 4, .expression = -1},
    {.name = "call",
     .member = "right",
     .kind = PIL_FIELD_BOOLEAN,
     .first_column = 5,
     .expression = -1},
    {.name = "shock", .each = 2, .first_column = 6, .expression = -1},
};
enum { FIELDS = sizeof fields / sizeof *fields };

typedef struct bench {
  char path[64];
  pil_script_source source;
  pil_program *program;
  pil_frame frame;
  double cells[COLUMNS + 4][WIDTH];
  double *inputs[COLUMNS + 4];
  pil_error error;
  char message[PIL_ERROR_LINE_BYTES];
} bench;

static void bench_open(bench *b, const char *script) {
  memset(b, 0, sizeof *b);
  strcpy(b->path, "/tmp/pil-unit-XXXXXX");
  int file = mkstemp(b->path);
  assert_true(file >= 0);
  assert_int_equal(write(file, script, strlen(script)), (ssize_t)strlen(script));
  close(file);
  b->source = (pil_script_source){.path = b->path,
                                  .shown_name = "test.lua",
                                  .seed = 1,
                                  .site_prefix = "draw:",
                                  .argument_name = "x",
                                  .fields = fields,
                                  .field_count = FIELDS,
                                  .limits = PIL_LIMITS_TRIAL};
  for (int i = 0; i < COLUMNS + 4; i++) b->inputs[i] = b->cells[i];
  pil_jumps_fill(jumps, WIDTH);
}

static bool bench_load(bench *b) {
  b->program = pil_script_program_new(&b->source, &b->error);
  if (b->program == NULL) pil_error_format(&b->error, b->message, sizeof b->message);
  return b->program != NULL;
}

static void fill_inputs(bench *b, uint64_t first_trial, size_t count) {
  for (size_t lane = 0; lane < count; lane++) {
    double trial = (double)(first_trial + lane);
    double row[COLUMNS] = {100 + trial, 36, fmod(trial, 2), fmod(trial, 2),
                           trial / 8,   1,  -trial,         trial / 2};
    for (int i = 0; i < COLUMNS; i++) b->cells[i][lane] = row[i];
  }
}

static bool bench_run(bench *b, uint64_t first_trial, size_t count) {
  pil_batch batch = {first_trial, count, b->inputs, jumps, NULL};
  fill_inputs(b, first_trial, count);
  pil_frame_reset(&b->frame, count);
  bool ok = b->program->run(b->program, &batch, &b->frame, &b->error);
  if (!ok) pil_error_format(&b->error, b->message, sizeof b->message);
  return ok;
}

static void bench_close(bench *b) {
  if (b->program != NULL) b->program->free(b->program);
  pil_frame_free(&b->frame);
  unlink(b->path);
}

static double *find_cells(bench *b, const char *name, uint32_t index) {
  for (size_t i = 0; i < b->frame.column_count; i++) {
    const pil_column *column = &b->frame.columns[i];
    if (strcmp(column->name, name) == 0 && column->index == index) return column->cells;
  }
  fail_msg("no column %s[%u]", name, index);
  return NULL;
}

static double cell(bench *b, const char *name, size_t lane) {
  return find_cells(b, name, 0)[lane];
}

static void open_and_run(bench *b, const char *script, size_t count) {
  bench_open(b, script);
  if (!bench_load(b) || !bench_run(b, 1, count)) fail_msg("%s", b->message);
}

/* The script fails in its first trial, or while loading, with exactly this message. */
static void refuse(const char *script, const char *message) {
  bench b;
  bench_open(&b, script);
  if (bench_load(&b) && bench_run(&b, 1, WIDTH)) fail_msg("accepted: %s", script);
  assert_string_equal(b.message, message);
  bench_close(&b);
}

static void refuse_body(const char *body, const char *message) {
  char script[1024];
  snprintf(script, sizeof script, "return function(x, p)\n%s\nend\n", body);
  refuse(script, message);
}

/* ---- inputs ---- */

static void inputs_arrive_in_their_kinds(void **state) {
  (void)state;
  bench b;
  open_and_run(&b,
               "return function(x, p) return {v = x.volume, m = math.type(x.months), on = x.on,\n"
               "k = x.kind, s = x.call.sure, r = x.call.right, a = x.shock[1], z = x.shock[2],\n"
               "n = #x.shock, f = math.type(x.volume)} end",
               3);
  for (size_t lane = 0; lane < 3; lane++) {
    double trial = (double)lane + 1;
    assert_true(cell(&b, "v", lane) == 100 + trial);
    assert_true(cell(&b, "on", lane) == fmod(trial, 2));
    assert_true(cell(&b, "s", lane) == trial / 8);
    assert_true(cell(&b, "a", lane) == -trial);
    assert_true(cell(&b, "z", lane) == trial / 2);
    assert_true(cell(&b, "r", lane) == 1);
    assert_true(cell(&b, "n", lane) == 2);
    assert_string_equal(b.frame.texts.texts[pil_cell_text(cell(&b, "k", lane))],
                        kinds[(lane + 1) % 2]);
    assert_string_equal(b.frame.texts.texts[pil_cell_text(cell(&b, "m", lane))], "integer");
    assert_string_equal(b.frame.texts.texts[pil_cell_text(cell(&b, "f", lane))], "float");
  }
  bench_close(&b);
}

static void what_a_trial_assigns_is_gone_in_the_next(void **state) {
  (void)state;
  bench b;
  open_and_run(&b,
               "return function(x, p)\n"
               "local before = x.volume + x.shock[1] + x.call.sure\n"
               "x.volume = 0; x.shock[1] = 7; x.call.sure = 9; x.months = nil\n"
               "local after = x.volume\n"
               "x.call = 3; x.shock = nil; x.months = 4\n"
               "return {before = before, after = after, months = x.months} end",
               4);
  for (size_t lane = 0; lane < 4; lane++) {
    double trial = (double)lane + 1;
    assert_true(cell(&b, "before", lane) == 100 + trial / 8);
    assert_true(cell(&b, "after", lane) == 0);
    assert_true(cell(&b, "months", lane) == 4);
  }
  bench_close(&b);
}

static void unknown_inputs_name_the_near_one(void **state) {
  (void)state;
  refuse_body("return {v = x.volme}",
              "test.lua:2: no input \"volme\", did you mean \"volume\"? (trial 1)");
  refuse_body("return {v = x.zzzzzz + 1}", /* resembles none: nil */
              "test.lua:2: attempt to perform arithmetic on a nil value (field 'zzzzzz') (trial 1)");
  refuse_body("return {v = x.call.sur}",
              "test.lua:2: no member \"sur\" in input \"call\", did you mean \"sure\"? (trial 1)");
  refuse_body("x.extra = 1\nreturn {v = 1}",
              "test.lua:2: x has no field \"extra\" and takes no new ones; use a local variable "
              "(trial 1)");
  refuse_body("x.shock[3] = 1\nreturn {v = 1}",
              "test.lua:2: shock has no field 3 and takes no new ones; use a local variable "
              "(trial 1)");
  refuse_body("rawset(x, 'extra', 1)\nreturn {v = 1}",
              "test.lua:2: rawset on x is not allowed (trial 1)");
  refuse_body("rawset(x.call, 'extra', 1)\nreturn {v = 1}",
              "test.lua:2: rawset on x is not allowed (trial 1)");
}

/* Whatever way a trial takes to put more into the argument, the next one does not see it. */
static void nothing_stays_in_the_argument(void **state) {
  (void)state;
  static const char *const ways[] = {"table.insert(x.shock, 5)",
                                     "table.insert(x.shock, 1, 5)",
                                     "table.move({1, 2, 3, 4}, 1, 4, 1, x.shock)",
                                     "x.shock[#x.shock + 1] = 5",
                                     "rawset(x.shock, 3, 5)",
                                     "setmetatable(x, {})",
                                     "setmetatable(x.shock, nil)",
                                     "for k in pairs(x.call) do x.call[k .. k] = 1 end",
                                     "getmetatable(x).__newindex = nil",
                                     "table.remove(x.shock)",
                                     "table.sort(x.shock, function(a, b) return a > b end)"};
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
    char script[512];
    bench b;
    snprintf(script, sizeof script,
             "return function(x, p)\n"
             "local n, m, sum = 0, 0, x.shock[1] + 10 * x.shock[2]\n"
             "for k in pairs(x) do n = n + 1 end\n"
             "for k in pairs(x.shock) do m = m + 1 end\n"
             "for k in pairs(x.call) do m = m + 1 end\n"
             "pcall(function() %s end)\n"
             "return {n = n, m = m, sum = sum} end",
             ways[i]);
    open_and_run(&b, script, 3);
    for (size_t lane = 0; lane < 3; lane++) {
      double trial = (double)lane + 1;
      if (cell(&b, "n", lane) != 6 || cell(&b, "m", lane) != 4) fail_msg("stays: %s", ways[i]);
      assert_true(cell(&b, "sum", lane) == -trial + 5 * trial);
    }
    bench_close(&b);
  }
}

/* ---- expressions ---- */

static void add_expressions(bench *b, pil_field *all, const pil_script_expression *expressions,
                            const char *const *names, size_t count) {
  memcpy(all, fields, sizeof fields);
  for (size_t i = 0; i < count; i++)
    all[FIELDS + i] =
        (pil_field){.name = names[i], .first_column = COLUMNS + i, .expression = (int)i};
  b->source.fields = all;
  b->source.field_count = FIELDS + count;
  b->source.expressions = expressions;
  b->source.expression_count = count;
}

static void expressions_are_worked_out_in_order(void **state) {
  (void)state;
  static const char *const names[] = {"hours", "big", "double"};
  pil_script_expression expressions[] = {{"x.volume * 0.5", {"a.yaml", 7, 9}},
                                         {"x.hours > 51 -- note", {"a.yaml", 8, 9}},
                                         {"x.hours * 2 + p.more", {"a.yaml", 9, 9}}};
  pil_field all[FIELDS + 3];
  bench b;
  bench_open(&b, "return function(x, p) return {h = x.hours, b = x.big, d = x.double} end");
  pil_value one = {.kind = PIL_KIND_INTEGER, .integer = 1, .number = 1, .text = "1"};
  pil_entry entry = {"more", PIL_NOWHERE, &one};
  pil_value settings = {.kind = PIL_KIND_MAP, .count = 1, .entries = &entry};
  b.source.settings = &settings;
  add_expressions(&b, all, expressions, names, 3);
  if (!bench_load(&b) || !bench_run(&b, 1, 4)) fail_msg("%s", b.message);
  for (size_t lane = 0; lane < 4; lane++) {
    double hours = (101 + (double)lane) * 0.5;
    assert_true(cell(&b, "h", lane) == hours);
    assert_true(b.cells[COLUMNS][lane] == hours);
    assert_true(b.cells[COLUMNS + 1][lane] == (hours > 51));
    assert_true(b.cells[COLUMNS + 2][lane] == 2 * hours + 1);
    assert_true(cell(&b, "d", lane) == 2 * hours + 1);
  }
  bench_close(&b);
}

static void refuse_expressions(const char *first, const char *second, const char *message) {
  static const char *const names[] = {"first", "second"};
  pil_script_expression expressions[] = {{first, {"a.yaml", 7, 9}}, {second, {"a.yaml", 8, 9}}};
  pil_field all[FIELDS + 2];
  bench b;
  bench_open(&b, "return function(x, p) return {h = x.first} end");
  add_expressions(&b, all, expressions, names, 2);
  if (bench_load(&b) && bench_run(&b, 1, 2)) fail_msg("accepted: %s", first);
  assert_string_equal(b.message, message);
  bench_close(&b);
}

static void wrong_expressions_name_their_place(void **state) {
  (void)state;
  refuse_expressions("'text'", "1",
                     "a.yaml:7:9: input \"first\": expected a number, true or false, found "
                     "\"text\" (trial 1)");
  refuse_expressions("1", "nil",
                     "a.yaml:8:9: input \"second\": expected a number, true or false, found nil "
                     "(trial 1)");
  refuse_expressions("x.second", "1",
                     "a.yaml:7:9: input \"second\" is worked out later; write it above (trial 1)");
  refuse_expressions("x.volume", "x.volme",
                     "a.yaml:8:9: no input \"volme\", did you mean \"volume\"? (trial 1)");
}

/* ---- settings and data ---- */

static void data_columns_keep_their_kinds(void **state) {
  (void)state;
  double whole[] = {1, 2, NAN}, real[] = {0.5, 1.5, 2.5}, flag[] = {1, 0, 1};
  const char *text[] = {"a", "b", NULL};
  pil_csv_column columns[] = {{"i", PIL_COLUMN_INTEGER, whole, NULL},
                              {"r", PIL_COLUMN_NUMBER, real, NULL},
                              {"b", PIL_COLUMN_BOOLEAN, flag, NULL},
                              {"t", PIL_COLUMN_TEXT, NULL, text}};
  const char *names[] = {"i", "r", "b", "t"};
  const pil_csv_column *pointers[] = {&columns[0], &columns[1], &columns[2], &columns[3]};
  size_t rows[] = {2, 0};
  pil_script_data data = {"calls", 2, 4, names, pointers, rows};
  bench b;
  bench_open(&b,
             "return function(x, p) local c = p.calls\n"
             "return {n = c.n, none = c.i[1] == nil, int = math.type(c.i[2]) == 'integer',\n"
             "r = c.r[1], b = c.b[2], t = c.t[2] == 'a', nt = c.t[1] == nil} end");
  b.source.data = &data;
  b.source.data_count = 1;
  if (!bench_load(&b) || !bench_run(&b, 1, 1)) fail_msg("%s", b.message);
  assert_true(cell(&b, "n", 0) == 2);
  assert_true(cell(&b, "r", 0) == 2.5);
  static const char *const truths[] = {"none", "int", "b", "t", "nt"};
  for (size_t i = 0; i < 5; i++) assert_true(cell(&b, truths[i], 0) == 1);
  bench_close(&b);
}

static void unknown_settings_name_the_near_one(void **state) {
  (void)state;
  pil_value one = {.kind = PIL_KIND_NUMBER, .number = 1.5, .text = "1.5"};
  pil_value none = {.kind = PIL_KIND_NULL, .text = "~"};
  pil_entry entries[] = {{"budget", PIL_NOWHERE, &one}, {"later", PIL_NOWHERE, &none}};
  pil_value settings = {.kind = PIL_KIND_MAP, .count = 2, .entries = entries};
  bench b;
  bench_open(&b,
             "return function(x, p)\n"
             "local v = p.budget + (p.later == nil and 1 or 0)\n"
             "return {v = v, w = x.volume > 102 and p.bugdet or 1} end");
  b.source.settings = &settings;
  if (!bench_load(&b) || !bench_run(&b, 1, 2)) fail_msg("%s", b.message);
  assert_true(cell(&b, "v", 0) == 2.5);
  assert_false(bench_run(&b, 1, WIDTH));
  assert_string_equal(b.message,
                      "test.lua:3: no setting \"bugdet\", did you mean \"budget\"? (trial 3)");
  bench_close(&b);
}

/* ---- draws ---- */

/* The frozen addressing: words of seed 1, site "shock1", k 0, trials 1 and 2; and seed 2^64-1,
 * site "x", k 35. */
static void draws_read_the_frozen_words(void **state) {
  (void)state;
  bench b;
  bench_open(&b, "return function(x, p) return {u = draw.uniform(0, 1, 'shock1')} end");
  b.source.site_prefix = "";
  if (!bench_load(&b) || !bench_run(&b, 1, 2)) fail_msg("%s", b.message);
  assert_float_equal(cell(&b, "u", 0), pil_uniform(UINT64_C(0xe4e33ba3cf5127fd)), 1e-15);
  assert_float_equal(cell(&b, "u", 1), pil_uniform(UINT64_C(0xf43f219fa6711006)), 1e-15);
  bench_close(&b);
  bench_open(&b, "return function(x, p) return {u = draw.uniform(0, 1, 'x', 35)} end");
  b.source.site_prefix = "";
  b.source.seed = UINT64_MAX;
  if (!bench_load(&b) || !bench_run(&b, 1, 2)) fail_msg("%s", b.message);
  assert_float_equal(cell(&b, "u", 0), pil_uniform(UINT64_C(0x176498ac3f6acab3)), 1e-15);
  assert_float_equal(cell(&b, "u", 1), pil_uniform(UINT64_C(0x128432a33a4aa745)), 1e-15);
  bench_close(&b);
}

static const char drawing[] =
    "return function(x, p)\n"
    "local t = {}\n"
    "for i = 0, 2 do t['a' .. i] = draw.uniform(0, 1, 'site') end\n"
    "for i = 0, 2 do t['b' .. i] = draw.uniform(0, 1, 'site', i) end\n"
    "if x.volume % 2 == 0 then draw.normal(0, 1) end\n"
    "t.far = draw.uniform(0, 1, 'site', 1 << 40)\n"
    "t.long = draw.uniform(0, 1, string.rep('long', 20))\n"
    "t.joined = draw.uniform(0, 1, 'si' .. 'te', 0)\n"
    "t.unnamed = draw.uniform(0, 1)\n"
    "t.named = draw.uniform(0, 1, 'test.lua:9', 0)\n"
    "return t end\n";

static void counts_and_numbers_address_the_same_draws(void **state) {
  (void)state;
  bench b;
  open_and_run(&b, drawing, WIDTH);
  for (size_t lane = 0; lane < WIDTH; lane++) {
    assert_true(cell(&b, "a0", lane) == cell(&b, "b0", lane));
    assert_true(cell(&b, "a1", lane) == cell(&b, "b1", lane));
    assert_true(cell(&b, "a2", lane) == cell(&b, "b2", lane));
    assert_true(cell(&b, "a0", lane) == cell(&b, "joined", lane));
    assert_true(cell(&b, "a0", lane) != cell(&b, "a1", lane));
    assert_true(cell(&b, "unnamed", lane) == cell(&b, "named", lane));
  }
  assert_true(cell(&b, "a0", 0) != cell(&b, "a0", 1));
  bench_close(&b);
}

/* In pieces of any width, from any trial on: the same bits. */
static void batches_do_not_matter(void **state) {
  (void)state;
  static const char *const names[] = {"a0", "a2", "b1", "far", "long", "unnamed"};
  bench b;
  open_and_run(&b, drawing, WIDTH);
  double whole[6][WIDTH];
  for (size_t i = 0; i < 6; i++) memcpy(whole[i], find_cells(&b, names[i], 0), sizeof whole[i]);
  for (size_t width = 1; width <= 3; width++) {
    for (size_t first = WIDTH; first > 0; first--) {
      size_t count = first + width - 1 > WIDTH ? WIDTH - first + 1 : width;
      assert_true(bench_run(&b, first, count));
      for (size_t i = 0; i < 6; i++)
        for (size_t lane = 0; lane < count; lane++)
          assert_true(cell(&b, names[i], lane) == whole[i][first - 1 + lane]);
    }
  }
  bench_close(&b);
}

static void sites_refuse_what_cannot_be_told_apart(void **state) {
  (void)state;
  pil_sites sites;
  char problem[256];
  assert_true(pil_sites_init(&sites, 1, "draw:"));
  pil_site *a = pil_sites_get(&sites, "a", 1, problem, sizeof problem);
  assert_string_equal(a->text, "draw:a");
  assert_ptr_equal(pil_sites_get(&sites, "ab", 1, problem, sizeof problem), a);
  a->hash = pil_text_hash("draw:b", 6); /* as if the two had met */
  assert_null(pil_sites_get(&sites, "b", 1, problem, sizeof problem));
  assert_string_equal(problem,
                      "the draw names \"b\" and \"a\" have the same hash; rename one of them");
  pil_sites_free(&sites);
}

/* A name is its bytes, 0 among them, however long. */
static void names_may_hold_any_byte(void **state) {
  (void)state;
  char name[60] = {0}, problem[256];
  memset(name, 'n', sizeof name - 2);
  pil_sites sites;
  assert_true(pil_sites_init(&sites, 1, "draw:"));
  pil_site *plain = pil_sites_get(&sites, name, sizeof name - 2, problem, sizeof problem);
  pil_site *longer = pil_sites_get(&sites, name, sizeof name, problem, sizeof problem);
  assert_non_null(longer);
  assert_ptr_not_equal(plain, longer);
  assert_true(longer->hash != plain->hash);
  assert_ptr_equal(pil_sites_get(&sites, name, sizeof name, problem, sizeof problem), longer);
  assert_string_equal(longer->text + 5 + sizeof name - 2, "\\x00\\x00");
  pil_sites_free(&sites);
}

/* Kept or hashed on the spot, grown in any order: the same stream. */
static void streams_are_those_of_their_address(void **state) {
  (void)state;
  static const uint64_t ks[] = {0, 3, 4, 7, 255, 256, 300, 5000, 9, 1, UINT64_C(1) << 60, 511, 64};
  pil_sites sites;
  char problem[256];
  assert_true(pil_sites_init(&sites, 42, "draw:"));
  pil_site *site = pil_sites_get(&sites, "s", 1, problem, sizeof problem);
  for (int round = 0; round < 2; round++) {
    for (size_t i = 0; i < sizeof ks / sizeof *ks; i++) {
      pil_stream found = pil_site_stream(&sites, site, ks[i]);
      pil_stream expected = pil_stream_at(42, pil_text_hash("draw:s", 6), ks[i]);
      assert_true(found.state == expected.state && found.increment == expected.increment);
    }
  }
  pil_sites_free(&sites);
}

static void draws_have_the_type_of_their_family(void **state) {
  (void)state;
  bench b;
  open_and_run(
      &b,
      "return function(x, p)\n"
      "local function t(v) return math.type(v) or type(v) end\n"
      "local d = draw.discrete({values = {'a', 'b'}, weights = {1, 3}}, 'd')\n"
      "return {n = t(draw.normal(0, 1)) == 'float', b = type(draw.bernoulli(0.5)) == 'boolean',\n"
      "p = t(draw.poisson(4)) == 'integer', d = d == 'a' or d == 'b',\n"
      "e = t(draw.discrete({1, 2.5}, {1, 1}, 'e')) ~= 'string',\n"
      "m = t(draw.lognormal({p5 = 8, p95 = 15}, 'cost', 3)) == 'float',\n"
      "w = t(draw.normal({mean = 3, sd = 1, min = 0}, 'w')) == 'float',\n"
      "f = t(draw.from({normal = {3, 1}, min = 0}, 'f')) == 'float',\n"
      "r = t(draw.from('22 to 31', 'r')) == 'float'} end",
      WIDTH);
  static const char *const names[] = {"n", "b", "p", "d", "e", "m", "w", "f", "r"};
  for (size_t i = 0; i < 9; i++)
    for (size_t lane = 0; lane < WIDTH; lane++) assert_true(cell(&b, names[i], lane) == 1);
  bench_close(&b);
}

static void settings_hold_distributions(void **state) {
  (void)state;
  pil_value range = {.kind = PIL_KIND_TEXT, .text = "22 to 31"};
  pil_value two = {.kind = PIL_KIND_INTEGER, .integer = 2, .number = 2, .text = "2"};
  pil_value *items[] = {&two, &two};
  pil_value list = {.kind = PIL_KIND_LIST, .count = 2, .items = items};
  pil_entry normal = {"normal", PIL_NOWHERE, &list};
  pil_value spec = {.kind = PIL_KIND_MAP, .count = 1, .entries = &normal};
  pil_entry entries[] = {{"wage", PIL_NOWHERE, &range}, {"size", PIL_NOWHERE, &spec}};
  pil_value settings = {.kind = PIL_KIND_MAP, .count = 2, .entries = entries};
  bench b;
  bench_open(
      &b,
      "return function(x, p) return {a = draw.from(p.size, 's'), b = draw.normal(2, 2, 's', 0),\n"
      "c = draw.from(p.wage, 'w'), d = draw.from('22 to 31', 'w', 0),\n"
      "e = draw.from({range = '22 to 31'}, 'w', 0)} end");
  b.source.settings = &settings;
  if (!bench_load(&b) || !bench_run(&b, 1, WIDTH)) fail_msg("%s", b.message);
  for (size_t lane = 0; lane < WIDTH; lane++) {
    assert_float_equal(cell(&b, "a", lane), cell(&b, "b", lane), 1e-9);
    assert_true(cell(&b, "c", lane) == cell(&b, "d", lane));
    assert_true(cell(&b, "c", lane) == cell(&b, "e", lane));
  }
  bench_close(&b);
}

static void wrong_draws_say_what_is_expected(void **state) {
  (void)state;
  refuse_body("draw.normal(0, -1, 'a')",
              "test.lua:2: draw.normal: sd must be greater than 0, not -1 (trial 1)");
  refuse_body("draw.normal(0/0, 1, 'a')",
              "test.lua:2: draw.normal: mean is not a number (nan) (trial 1)");
  refuse_body("draw.normal(0, 'a')",
              "test.lua:2: draw.normal(mean, sd): sd must be a number, not \"a\" (trial 1)");
  refuse_body("draw.normal(0)", "test.lua:2: draw.normal(mean, sd): sd is missing (trial 1)");
  refuse_body("draw.normal(0, 1, 2)",
              "test.lua:2: draw.normal(mean, sd, [name, [number]]): expected a name such as "
              "\"demand\", found 2 (trial 1)");
  refuse_body("draw.normal(0, 1, 'a', 2, 3)",
              "test.lua:2: draw.normal(mean, sd, [name, [number]]): too many values (trial 1)");
  refuse_body("draw.normal(0, 1, 'a', 2.5)",
              "test.lua:2: draw.normal: after the name stands a whole number from 0, not 2.5 "
              "(trial 1)");
  refuse_body("draw.normal(0, 1, 'a', -1)",
              "test.lua:2: draw.normal: after the name stands a whole number from 0, not -1 "
              "(trial 1)");
  refuse_body("draw.norml(0, 1)",
              "test.lua:2: no distribution \"norml\" in draw, did you mean \"normal\"? (trial 1)");
  refuse_body("draw.normal({mean = 0, sdd = 1})",
              "test.lua:2: draw.normal: normal has no parameter \"sdd\", did you mean \"sd\"? "
              "(trial 1)");
  refuse_body("draw.from(7)",
              "test.lua:2: draw.from: expected a distribution such as p.wage, found 7 (trial 1)");
  refuse_body("draw.from({normal = {0, 1}, uniform = {0, 1}}, 'a')",
              "test.lua:2: draw.from: two distributions given: normal and uniform (trial 1)");
  refuse_body("draw.from({norml = {0, 1}}, 'a')",
              "test.lua:2: draw.from: unknown key \"norml\", did you mean \"normal\"? (trial 1)");
  refuse("local z = draw.normal(0, 1, 'a')\nreturn function() return {z = z} end",
         "test.lua:1: draw.normal outside of a trial: draw inside the function that the script "
         "returns");
}

/* ---- outputs ---- */

static void outputs_become_columns(void **state) {
  (void)state;
  bench b;
  open_and_run(
      &b,
      "return function(x, p)\n"
      "local t = {npv = 1.5, whole = 3, yes = true, kind = 'a\\nb', bad = print, nan = -(0/0),\n"
      "  cash = {10, 20, x.volume}, risk = {outage = {cost = 4}, loss = 5}, none = {}}\n"
      "if x.volume > 102 then t.late = math.huge; t.npv = nil end\n"
      "return t end",
      3);
  assert_true(cell(&b, "npv", 0) == 1.5);
  assert_true(cell(&b, "whole", 1) == 3);
  assert_true(cell(&b, "yes", 0) == 1);
  assert_string_equal(b.frame.texts.texts[pil_cell_text(cell(&b, "kind", 0))], "a\\nb");
  assert_true(pil_cell_bits(cell(&b, "bad", 0)) == PIL_CELL_WRONG);
  assert_true(pil_cell_bits(cell(&b, "nan", 0)) == PIL_CELL_NAN);
  assert_true(find_cells(&b, "cash", 3)[1] == 102);
  assert_true(cell(&b, "risk.outage.cost", 2) == 4);
  assert_true(cell(&b, "risk.loss", 2) == 5);
  assert_true(pil_cell_bits(cell(&b, "late", 1)) == PIL_CELL_MISSING);
  assert_true(isinf(cell(&b, "late", 2)));
  assert_true(pil_cell_bits(cell(&b, "npv", 2)) == PIL_CELL_MISSING);
  /* names in order, what comes later after it */
  static const char *const names[] = {
      "bad",   "cash", "cash", "cash", "kind", "nan", "npv", "risk.loss", "risk.outage.cost",
      "whole", "yes",  "late"};
  assert_int_equal(b.frame.column_count, 12);
  for (size_t i = 0; i < 12; i++) assert_string_equal(b.frame.columns[i].name, names[i]);
  bench_close(&b);
}

static void outputs_may_change_from_trial_to_trial(void **state) {
  (void)state;
  bench b;
  open_and_run(&b,
               "return function(x, p)\n"
               "local n, t = x.volume - 100, {}\n"
               "for i = 1, n do t['k' .. i] = i end\n"
               "t.s = {}\n"
               "for i = n, 1, -1 do t.s[i] = i * 10 end\n"
               "return t end",
               WIDTH);
  for (size_t lane = 0; lane < WIDTH; lane++) {
    for (uint32_t i = 1; i <= WIDTH; i++) {
      char name[8];
      snprintf(name, sizeof name, "k%u", i);
      double k = cell(&b, name, lane), s = find_cells(&b, "s", i)[lane];
      if (i <= lane + 1) {
        assert_true(k == i);
        assert_true(s == 10 * i);
      } else {
        assert_true(pil_cell_bits(k) == PIL_CELL_MISSING);
        assert_true(pil_cell_bits(s) == PIL_CELL_MISSING);
      }
    }
  }
  bench_close(&b);
}

static void frozen_and_guarded_tables_are_read_too(void **state) {
  (void)state;
  bench b;
  open_and_run(&b,
               "local fixed = {a = 1, list = {5, 6}}\n"
               "return function(x, p) return {fixed = fixed, call = x.call} end",
               2);
  assert_true(cell(&b, "fixed.a", 1) == 1);
  assert_true(find_cells(&b, "fixed.list", 0 + 2)[1] == 6);
  assert_true(cell(&b, "call.sure", 1) == 0.25);
  bench_close(&b);
}

static void wrong_results_say_what_was_returned(void **state) {
  (void)state;
  refuse_body("",
              "test.lua: the function returned nothing; return a table such as {npv = npv} "
              "(trial 1)");
  refuse_body("return nil",
              "test.lua: the function returned nothing (nil); return a table such as {npv = npv} "
              "(trial 1)");
  refuse_body("return 3",
              "test.lua: the function returned 3; return a table such as {npv = npv} (trial 1)");
  refuse_body("return {a = 1}, 2",
              "test.lua: the function returned 2 values; return one table such as {npv = npv} "
              "(trial 1)");
  refuse_body("return {1, 2}",
              "test.lua: the returned table has the key 1; each result needs a name, as in {npv = "
              "npv} (trial 1)");
  refuse_body("return {['a b'] = 1}",
              "test.lua: output \"a b\": an output's name is made of letters, digits and _ only "
              "(trial 1)");
  refuse_body("return {a = {1, 2, x = 3}}",
              "test.lua: output \"a\": a table with both numbered and named fields (trial 1)");
  refuse_body("local t = {}\nt.t = t\nreturn t",
              "test.lua: output \"t.t.t\": records nest deeper than 3 levels (does a table hold "
              "itself?) (trial 1)");
  refuse_body("return {s = string.rep('x', 201)}",
              "test.lua: output \"s\": a text longer than 200 bytes (trial 1)");
  refuse("return 3",
         "test.lua: the script must return one function, \"return function(x, p) … end\"; it "
         "returned number");
}

static void the_first_failing_trial_is_named(void **state) {
  (void)state;
  bench b;
  bench_open(&b,
             "return function(x, p)\nif x.volume > 104 then error('too big') end\n"
             "return {v = x.volume} end");
  assert_true(bench_load(&b));
  assert_false(bench_run(&b, 1, WIDTH));
  assert_int_equal(b.error.trial, 5);
  assert_int_equal(b.error.line, 2);
  assert_string_equal(b.message, "test.lua:2: too big (trial 5)");
  assert_true(bench_run(&b, 1, 4)); /* and the program lives on */
  assert_true(cell(&b, "v", 3) == 104);
  assert_int_equal(b.program->counted.scalar, 8);
  bench_close(&b);
}

static void limits_name_line_and_trial(void **state) {
  (void)state;
  bench b;
  bench_open(&b,
             "return function(x, p)\n"
             "while x.volume > 102 do pcall(error) end\n"
             "return {v = 1} end");
  b.source.limits.seconds = 0.1;
  assert_true(bench_load(&b));
  assert_false(bench_run(&b, 1, WIDTH));
  assert_int_equal(b.error.failure, PIL_FAILURE_LIMIT);
  assert_int_equal(b.error.trial, 3);
  assert_int_equal(b.error.line, 2);
  bench_close(&b);
}

/* What one trial would hand to the next is refused at the trial that does it. */
static void trials_keep_nothing(void **state) {
  (void)state;
  static const char *const scripts[] = {
      "local n = 0\nreturn function(x, p) n = n + 1; return {n = n} end",
      "local t = {}\nreturn function(x, p) t[1] = x.volume; return {n = 1} end",
      "return function(x, p) seen = 1; return {n = 1} end",
      "return function(x, p) p.extra = 1; return {n = 1} end",
      "return function(x, p) draw.normal = nil; return {n = 1} end"};
  for (size_t i = 0; i < 5; i++) {
    bench b;
    bench_open(&b, scripts[i]);
    assert_true(bench_load(&b));
    if (bench_run(&b, 1, 2)) fail_msg("accepted: %s", scripts[i]);
    assert_int_equal(b.error.trial, 1);
    bench_close(&b);
  }
}

/* `next` remembers tables that it walks through: never from one trial to the next. */
static void traversals_end_with_the_trial(void **state) {
  (void)state;
  bench b;
  open_and_run(&b,
               "return function(x, p)\n"
               "if x.volume < 102 then x.call.sure = nil; next(x.call, 'a') return {k = 0} end\n"
               "return {k = next(x.call, 'right') == 'sure' and 1 or 2} end",
               2);
  assert_true(cell(&b, "k", 1) == 1);
  bench_close(&b);
}

/* Nor does it keep their memory. */
static void traversals_keep_no_memory(void **state) {
  (void)state;
  bench b;
  bench_open(&b,
             "return function(x, p) local t = {} for i = 1, 100000 do t[i] = i end\n"
             "return {k = next(t, 3)} end");
  b.source.limits.memory_bytes = 5 << 20;
  assert_true(bench_load(&b));
  if (!bench_run(&b, 1, WIDTH)) fail_msg("%s", b.message);
  bench_close(&b);
}

/* ---- replay, advice, rows ---- */

static void note_draw(void *context, const char *site, uint64_t k, const char *distribution,
                      const char *value) {
  pil_text_format(context, "%s %llu %s %s\n", site, (unsigned long long)k, distribution,
                  value[0] == 't' || value[0] == 'f' ? "BOOLEAN" : "NUMBER");
}

static void note_advice(void *context, pil_place at, const char *advice) {
  pil_text_format(context, "%s:%d %s\n", at.file, at.line, advice);
}

static void a_listener_hears_every_draw(void **state) {
  (void)state;
  bench b;
  pil_text heard = {0};
  bench_open(&b,
             "return function(x, p)\n"
             "draw.bernoulli(0.02, 'outage', 3)\n"
             "for i = 1, 2 do draw.normal(3, 0.5) end\n"
             "return {a = 1} end");
  assert_true(bench_load(&b));
  pil_script_program_listen(b.program, note_draw, &heard);
  assert_true(bench_run(&b, 7, 1));
  assert_string_equal(pil_text_get(&heard),
                      "draw:outage 3 bernoulli(0.02) BOOLEAN\n"
                      "draw:test.lua:3 0 normal(3, 0.5) NUMBER\n"
                      "draw:test.lua:3 1 normal(3, 0.5) NUMBER\n");
  pil_script_program_listen(b.program, NULL, NULL);
  assert_true(bench_run(&b, 8, 1));
  pil_text_free(&heard);
  pil_script_program_advise(b.program, note_advice, &heard);
  assert_string_equal(pil_text_get(&heard),
                      "test.lua:3 draw without a name at line 3: adding a line above moves its "
                      "numbers; name it: draw.normal(3, 0.5, \"demand\")\n");
  pil_text_free(&heard);
  bench_close(&b);
}

static void numbers_as_conditions_are_advised(void **state) {
  (void)state;
  bench b;
  pil_text heard = {0};
  bench_open(&b,
             "local function f(x) return not x.volume end\n"
             "return function(x, p)\n"
             "local n = 0\n"
             "if x.months then n = 1 end\n"
             "if x.on and x.kind and x.call then n = 2 end\n"
             "if x.volume - 1 then n = 3 end\n"
             "while x.volume < 0 do n = 4 end\n"
             "return {n = n or x.volume} end");
  assert_true(bench_load(&b));
  pil_script_program_advise(b.program, note_advice, &heard);
  assert_string_equal(
      pil_text_get(&heard),
      "test.lua:1 x.volume is a number used as a condition; in Lua 0 is true: compare it, as in "
      "x.volume > 0\n"
      "test.lua:4 x.months is a number used as a condition; in Lua 0 is true: compare it, as in "
      "x.months > 0\n"
      "test.lua:6 a number is used as a condition; in Lua 0 is true: compare it with something\n");
  pil_text_free(&heard);
  bench_close(&b);
}

static void rows_are_filtered(void **state) {
  (void)state;
  double sure[] = {0.5, NAN, 0.1};
  const char *name[] = {"a", "b", "c"};
  int lines[] = {2, 3, 5};
  pil_csv_column columns[] = {{"sure", PIL_COLUMN_NUMBER, sure, NULL},
                              {"name", PIL_COLUMN_TEXT, NULL, name}};
  pil_csv csv = {"calls.csv", 3, 2, columns, lines};
  bool kept[3];
  pil_error error;
  char message[PIL_ERROR_LINE_BYTES];
  pil_script_expression good = {"row.sure ~= nil and row.sure > 0.2", {"a.yaml", 4, 3}};
  assert_true(pil_script_filter_rows(&good, "row", &csv, kept, &error));
  assert_true(kept[0] && !kept[1] && !kept[2]);
  pil_script_expression wrong = {"row.sur > 0", {"a.yaml", 4, 3}};
  assert_false(pil_script_filter_rows(&wrong, "row", &csv, kept, &error));
  assert_string_equal(pil_error_format(&error, message, sizeof message),
                      "a.yaml:4:3: where: no column \"sur\" in calls.csv, did you mean \"sure\"? "
                      "(line 2 of calls.csv)");
  pil_script_expression number = {"row.name", {"a.yaml", 4, 3}};
  assert_false(pil_script_filter_rows(&number, "row", &csv, kept, &error));
  assert_string_equal(pil_error_format(&error, message, sizeof message),
                      "a.yaml:4:3: where: expected true or false, found string at line 2 of "
                      "calls.csv");
}

static bool use_program(bench *b) {
  bool ok = bench_load(b) && bench_run(b, 1, WIDTH);
  if (!ok) assert_int_not_equal(b->error.failure, PIL_FAILURE_NONE);
  if (b->program != NULL) b->program->free(b->program);
  pil_frame_free(&b->frame);
  b->program = NULL;
  return ok;
}

/* Leaks are the address sanitizer's to find. */
static void failed_allocations_end_in_an_error(void **state) {
  (void)state;
  bench b;
  bench_open(&b, drawing);
  uint64_t n = 1;
  for (;; n++) {
    pil_memory_fail_from(n);
    bool ok = use_program(&b);
    bool reached = pil_memory_count() >= n;
    pil_memory_fail_from(0);
    if (!reached) break;
    (void)ok; /* a cache that finds no memory may do without */
    assert_true(n < 200000);
  }
  assert_true(n > 300);
  assert_true(use_program(&b));
  bench_close(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(inputs_arrive_in_their_kinds),
      cmocka_unit_test(what_a_trial_assigns_is_gone_in_the_next),
      cmocka_unit_test(unknown_inputs_name_the_near_one),
      cmocka_unit_test(nothing_stays_in_the_argument),
      cmocka_unit_test(expressions_are_worked_out_in_order),
      cmocka_unit_test(wrong_expressions_name_their_place),
      cmocka_unit_test(data_columns_keep_their_kinds),
      cmocka_unit_test(unknown_settings_name_the_near_one),
      cmocka_unit_test(draws_read_the_frozen_words),
      cmocka_unit_test(counts_and_numbers_address_the_same_draws),
      cmocka_unit_test(batches_do_not_matter),
      cmocka_unit_test(sites_refuse_what_cannot_be_told_apart),
      cmocka_unit_test(names_may_hold_any_byte),
      cmocka_unit_test(streams_are_those_of_their_address),
      cmocka_unit_test(draws_have_the_type_of_their_family),
      cmocka_unit_test(settings_hold_distributions),
      cmocka_unit_test(wrong_draws_say_what_is_expected),
      cmocka_unit_test(outputs_become_columns),
      cmocka_unit_test(outputs_may_change_from_trial_to_trial),
      cmocka_unit_test(frozen_and_guarded_tables_are_read_too),
      cmocka_unit_test(wrong_results_say_what_was_returned),
      cmocka_unit_test(the_first_failing_trial_is_named),
      cmocka_unit_test(limits_name_line_and_trial),
      cmocka_unit_test(trials_keep_nothing),
      cmocka_unit_test(traversals_end_with_the_trial),
      cmocka_unit_test(traversals_keep_no_memory),
      cmocka_unit_test(a_listener_hears_every_draw),
      cmocka_unit_test(numbers_as_conditions_are_advised),
      cmocka_unit_test(rows_are_filtered),
      cmocka_unit_test(failed_allocations_end_in_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
