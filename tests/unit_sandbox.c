/* The sandbox: what guests may do, how they are stopped, freezing, and how errors read.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <math.h>
#include <pthread.h>

#include "../engine/base/memory.h"
#include "../engine/base/real.h"
#include "../engine/base/text.h"
#include "../engine/script/sandbox.h"
#include "files.h"

static const pil_limits roomy = {10, (size_t)64 << 20};

static pil_sandbox *open_sandbox(pil_limits limits) {
  pil_error error;
  pil_sandbox *sandbox = pil_sandbox_new(limits, &error);
  assert_non_null(sandbox);
  return sandbox;
}

/* Compiles and runs; its results stay. */
static bool run(pil_sandbox *sandbox, const char *chunk, int results, pil_error *error) {
  return pil_sandbox_compile(sandbox, chunk, strlen(chunk), "a.lua", error) &&
         pil_sandbox_call(sandbox, 0, results, error);
}

/* ---- tables of chunks ---- */

typedef struct chunk_case {
  const char *chunk, *expected; /* what it returns as text, or "LINE: error" */
} chunk_case;

static void check_chunk(const chunk_case *c) {
  pil_error error;
  pil_sandbox *sandbox = open_sandbox(roomy);
  lua_State *L = pil_sandbox_state(sandbox);
  char found[PIL_ERROR_LINE_BYTES];
  if (run(sandbox, c->chunk, 1, &error)) {
    snprintf(found, sizeof found, "%s", luaL_tolstring(L, -1, NULL));
    lua_pop(L, 2);
  } else {
    snprintf(found, sizeof found, "%d: %s", error.line, error.text);
  }
  assert_string_equal(found, c->expected);
  assert_int_equal(lua_gettop(L), 0);
  pil_sandbox_free(sandbox);
}

static void check_chunks(const chunk_case *cases, size_t count) {
  for (size_t i = 0; i < count; i++) check_chunk(&cases[i]);
}
#define CHECK_CHUNKS(cases) check_chunks(cases, sizeof cases / sizeof *cases)

static void test_libraries(void **unused) {
  (void)unused;
  static const chunk_case cases[] = {
      {"return tostring({}) .. tostring(print) .. tostring(0/0) .. tostring(-(0/0))",
       "tablefunctionnannan"},
      {"return string.format('%s %5.1f %d %q', {}, 0/0, 3, 'x')", "table   nan 3 \"x\""},
      {"return 'v' .. 0/0 .. -(0/0) .. table.concat({0/0, -(0/0)}) .. ('x'):rep(2, 0/0)",
       "vnannannannanxnanx"},
      {"return '' .. 0.1 .. ' ' .. -0.0 .. ' ' .. 1e300 .. ' ' .. math.huge",
       "0.1 -0.0 1e+300 inf"},
      {"return string.pack('<d', 0/0):byte(8) .. ' ' .. string.pack('<i4d', 1, -(0/0)):byte(12)",
       "127 127"},
      {"return string.pack('<i2z', 513, 'x'):byte(1, 1) .. #string.pack('s1', 'abc')", "14"},
      {"return string.format('%d', 1.5)",
       "1: bad argument #2 to 'string.format' (number has no integer representation)"},
      {"return string.format('%p', {})",
       "1: string.format: %p is not available in scripts: an address differs from run to run"},
      {"return ('x'):rep(3, '-') .. ('ab'):rep(2) .. ('x'):rep(0)", "x-x-xabab"},
      {"return #('abc'):rep(100000)", "300000"},
      {"return table.concat({1, 2.5, 'x'}, ', ')", "1, 2.5, x"},
      {"return table.concat({1, {}, 3})",
       "1: table.concat takes texts and numbers; the value at index 2 is a table"},
      {"local t = {5, 3, 9, 1} table.sort(t) return table.concat(t, ' ')", "1 3 5 9"},
      {"local t = {} for i = 1, 100 do t[i] = {i % 3, i} end\n"
       "table.sort(t, function(a, b) return a[1] < b[1] end)\n"
       "for i = 2, 100 do assert(t[i-1][1] < t[i][1] or t[i-1][2] < t[i][2]) end return 'stable'",
       "stable"},
      {"local t = {1, 2, 3} table.insert(t, 2, 9) table.insert(t, 4) "
       "return table.concat(t, ' ') .. ' ' .. table.remove(t, 1) .. table.remove(t) .. #t",
       "1 9 2 3 4 143"},
      {"return table.concat(table.move({1, 2, 3, 4}, 1, 3, 2), ' ')", "1 1 2 3"},
      {"return table.concat(table.move({1, 2, 3}, 2, 3, 1), ' ')", "2 3 3"},
      {"return select('#', table.unpack({1, nil, 3}, 1, 3)) .. table.pack(1, nil).n", "32"},
      {"return select(2, pcall(table.unpack, {}, math.mininteger, math.maxinteger))",
       "too many results to unpack"},
      {"return math.log(8, 2) .. ' ' .. math.log(1000, 10) .. ' ' .. 2 ^ 10 .. ' ' .. math.exp(0)",
       "3.0 3.0 1024.0 1.0"},
      {"return math.random()",
       "1: math.random is not available in scripts: its numbers would differ from run to run; use "
       "draw.uniform(0, 1, \"name\")"},
      {"return utf8.char(8364) .. utf8.len('\xe2\x82\xac')",
       "\xe2\x82\xac"
       "1"},
      {"return tostring(getmetatable('')) .. ('a'):upper() .. _VERSION", "falseALua 5.4"},
      {"return ('10' + 1) .. ' ' .. 10 // 3", "11 3"},
  };
  CHECK_CHUNKS(cases);
}

/* ^ is pil_pow, in the compiler's constant folding and while running. */
static void test_power_is_the_projects_own(void **unused) {
  (void)unused;
  pil_error error;
  pil_sandbox *sandbox = open_sandbox(roomy);
  lua_State *L = pil_sandbox_state(sandbox);
  for (int i = 1; i < 400; i++) {
    char text[200];
    double x = 0.01 * i * i, y = 7.3 - 0.05 * i;
    snprintf(text, sizeof text, "local x, y = %.17g, %.17g return x ^ y, %.17g ^ %.17g", x, y, x,
             y);
    assert_true(run(sandbox, text, 2, &error));
    assert_true(lua_tonumber(L, -1) == pil_pow(x, y));
    assert_true(lua_tonumber(L, -2) == pil_pow(x, y));
    lua_settop(L, 0);
  }
  assert_true(pow(1.1, 3.3) == pil_pow(1.1, 3.3));
  pil_sandbox_free(sandbox);
}

static void test_messages(void **unused) {
  (void)unused;
  static const chunk_case cases[] = {
      {"local a = 1\npirnt(a)", "2: undefined variable 'pirnt', did you mean 'print'?"},
      {"volume = 1\nreturn volme", "2: undefined variable 'volme', did you mean 'volume'?"},
      {"return zzzzzz", "1: undefined variable 'zzzzzz'"},
      {"return os.time()",
       "1: \"os\" is not available in scripts: a script has no clock, files or programs; hand in "
       "what it needs as inputs or settings"},
      {"xpcall(print)", "1: \"xpcall\" is not available in scripts: use pcall"},
      {"local t\nreturn t.x", "2: attempt to index a nil value (local 't')"},
      {"error('bad')", "1: bad"},
      {"local function check(x)\n  if x < 0 then error('negative', 2) end\nend\n\ncheck(-1)",
       "5: negative"},
      {"\nerror('plain', 0)", "2: plain"},
      {"error('b.lua:7: spoofed', 0)", "1: b.lua:7: spoofed"},
      {"error()", "1: error was called with nil; give it a text that says what is wrong"},
      {"error({})", "1: error was called with a table; give it a text that says what is wrong"},
      {"error(42)", "1: 42"},
      {"error(setmetatable({}, {__tostring = function() return 'told' end}))", "1: told"},
      {"error(setmetatable({}, {__tostring = function() error('worse') end}))",
       "1: error was called with a table; give it a text that says what is wrong"},
      {"error('a\\27[31m\\0b')", "1: a\\x1B[31m\\x00b"},
      {"assert(false)", "1: assertion failed!"},
      {"assert(nil, 'told')", "1: told"},
      {"x = = 1", "1: unexpected symbol near '='"},
      {"local x <close> = nil",
       "1: <close> is not available in scripts: some versions of Lua do not close on break"},
      {"local t = {\n  __gc = print}",
       "2: __gc is not available in scripts: a result would depend on when memory is tidied up"},
      {"setmetatable({}, {['__' .. 'gc'] = print})",
       "1: __gc is not available in scripts: a result would depend on when memory is tidied up"},
      {"rawset({}, '__' .. 'mode', 'k')", "1: __mode is not available in scripts"},
      {"math.exp = 1", "1: cannot set 'exp' of 'math': libraries are read-only"},
      {"rawset(math, 'exp', 1)", "1: cannot set 'exp' of 'math': libraries are read-only"},
      {"setmetatable(_ENV, nil)", "1: cannot change a protected metatable"},
      {"return pcall(error, 'x') and 1 or select(2, pcall(error, 'x'))", "x"},
  };
  CHECK_CHUNKS(cases);
}

static void test_names_longer_than_luas_are_whole(void **unused) {
  (void)unused;
  pil_error error;
  pil_sandbox *sandbox = open_sandbox(roomy);
  char name[200];
  memset(name, 'n', sizeof name - 1);
  name[sizeof name - 1] = '\0';
  static const char *const chunks[] = {"\nerror('bad')", "\nx = = 1"};
  static const char *const texts[] = {"bad", "unexpected symbol near '='"};
  for (int i = 0; i < 2; i++) {
    bool done = pil_sandbox_compile(sandbox, chunks[i], strlen(chunks[i]), name, &error) &&
                pil_sandbox_call(sandbox, 0, 0, &error);
    assert_false(done);
    assert_string_equal(error.file, name);
    assert_int_equal(error.line, 2);
    assert_string_equal(error.text, texts[i]);
  }
  pil_sandbox_free(sandbox);
}

/* ---- order ---- */

static void test_order_of_traversal(void **unused) {
  (void)unused;
  static const chunk_case cases[] = {
      {"local o = {} for k in pairs({b=1, a=1, [3]=1, 7, 8, [0]=1, [-2.5]=1, [true]=1, aa=1}) do "
       "o[#o+1] = tostring(k) end return table.concat(o, ' ')",
       "1 2 3 -2.5 0 a aa b true"},
      {"local o = {} for k in next, {b=1, a=1, [3]=1, 7, 8, [0]=1, [-2.5]=1, [true]=1, aa=1} do "
       "o[#o+1] = tostring(k) end return table.concat(o, ' ')",
       "1 2 3 -2.5 0 a aa b true"},
      {"local t = {} for i = 1, 300 do t['k' .. i] = i end\n"
       "local n = 0 for k in pairs(t) do t[k] = nil n = n + 1 end\n"
       "return n .. tostring(next(t))",
       "300nil"},
      {"local t = {} for i = 1, 300 do t[i] = i end\n"
       "local n = 0 for k in next, t do t[k] = nil n = n + 1 end return n",
       "300"},
      {"local n = 0 for a in next, {1, 2} do for b in next, {x=1, y=2} do for c in pairs({3, 4, "
       "z=1})"
       " do n = n + 1 end end end return n",
       "12"},
      {"local t = {a=1, b=2, c=3} return next(t, 'a') .. next(t, 'b') .. tostring(next(t, 'c')) .. "
       "next(t) .. next(t, 'aa')",
       "bcnilab"},
      {"local t = {10, 20} return next(t, 1.0) .. tostring(next({})) .. select(2, next(t))",
       "2nil10"},
      {"for k in pairs({[{}] = 1}) do end",
       "1: a table with a table as key has no fixed order to go through; use numbers, texts or "
       "booleans as keys"},
      {"return tostring(next({[{}] = 1}) ~= nil)", "true"},
      {"return next(setmetatable({}, {__pairs = print}), nil) == nil and "
       "pairs(setmetatable({}, {__pairs = function(t) return 'mine' end}))",
       "mine"},
      {"local f, t, k = pairs({x = 1, y = 2}) local a = f(t, k) return a .. f(t, a) .. f(t, nil) "
       ".. "
       "f({q = 1})",
       "xyxq"},
  };
  CHECK_CHUNKS(cases);
}

/* next stays quick on a large table: quadratic work would pass the limit by far. */
static void test_next_is_not_quadratic(void **unused) {
  (void)unused;
  pil_error error;
  pil_sandbox *sandbox = open_sandbox((pil_limits){5, (size_t)256 << 20});
  assert_true(run(sandbox,
                  "local t, n = {}, 0 for i = 1, 200000 do t['k' .. i] = i end "
                  "for k, v in next, t do n = n + v end return n",
                  1, &error));
  pil_sandbox_free(sandbox);
}

/* ---- limits ---- */

/* # of tables with holes and text keys: stock Lua's answer depends on a seed from the clock. */
static void test_lengths_do_not_depend_on_the_state(void **unused) {
  (void)unused;
  static const char chunk[] =
      "local s = 0\n"
      "for trial = 1, 400 do\n"
      "  local t, r = {}, trial * 2654435761 % 4294967296\n"
      "  for i = 1, 14 do\n"
      "    r = (r * 1103515245 + 12345) % 2147483648\n"
      "    local v = (r >> 8) % 12\n"
      "    if v < 5 then t['k' .. (r % 100)] = i else t[v - 4] = i end\n"
      "    if i % 4 == 0 then t[(r >> 12) % 7 + 1] = nil end\n"
      "    s = s + #t * i\n"
      "  end\n"
      "end\n"
      "return s";
  enum { STATES = 10 };
  pil_sandbox *sandboxes[STATES]; /* all at once, so that each has an address of its own */
  lua_Integer sums[STATES];
  for (int i = 0; i < STATES; i++) {
    pil_error error;
    sandboxes[i] = open_sandbox(roomy);
    assert_true(run(sandboxes[i], chunk, 1, &error));
    sums[i] = lua_tointeger(pil_sandbox_state(sandboxes[i]), -1);
  }
  for (int i = 0; i < STATES; i++) {
    assert_int_equal(sums[i], sums[0]);
    pil_sandbox_free(sandboxes[i]);
  }
}

static void expect_limit(const char *chunk, pil_limits limits, int line, const char *text) {
  pil_error error;
  pil_sandbox *sandbox = open_sandbox(limits);
  lua_State *L = pil_sandbox_state(sandbox);
  assert_false(run(sandbox, chunk, 0, &error));
  assert_int_equal(error.failure, PIL_FAILURE_LIMIT);
  assert_int_equal(error.line, line);
  assert_string_equal(error.file, "a.lua");
  if (strstr(error.text, text) == NULL) fail_msg("%s instead of %s", error.text, text);
  assert_false(run(sandbox, "return 1", 0, &error)); /* it stays dead */
  assert_int_equal(error.failure, PIL_FAILURE_LIMIT);
  assert_int_equal(lua_gettop(L), 0);
  pil_sandbox_free(sandbox);
}

static void test_limits(void **unused) {
  (void)unused;
  const pil_limits brief = {0.1, (size_t)64 << 20}, small = {30, (size_t)8 << 20};
  const char *time = "stopped: took longer than 0.1 s (limit seconds)";
  const char *memory = "stopped: needs more than 8 MiB of memory (limit memory)";
#ifndef __SANITIZE_THREAD__ /* it holds signals back while no instrumented code runs */
  expect_limit("\nwhile true do end", brief, 2, time);
  expect_limit("while true do\n pcall(function() while true do end end) end", brief, 2, time);
  expect_limit("local function f() pcall(f) pcall(f) end\n\nf()", brief, 1, time);
#endif
  expect_limit("local s = ('a'):rep(3000)\ns:find(('a*'):rep(40) .. 'b')", brief, 2, time);
  expect_limit("table.move({}, 1, 1 << 50, 2)", brief, 1, time);
  expect_limit("local t = {}\nfor i = 1, math.huge do t[i] = i end", small, 2, memory);
  expect_limit(
      "while true do pcall(function() local t = {} for i = 1, math.huge do t[i] = i end end)"
      " end",
      small, 1, memory);
  expect_limit("\n\nreturn ('x'):rep(1 << 40)", small, 3, memory);
  expect_limit("local t = {} for i = 1, math.huge do t[i] = ('k'):rep(1000) .. i end", small, 1,
               memory);
}

/* The limit is per call, so many short calls never meet it. */
static void test_time_is_counted_per_call(void **unused) {
  (void)unused;
  pil_error error;
  pil_sandbox *sandbox = open_sandbox((pil_limits){0.3, (size_t)64 << 20});
  lua_State *L = pil_sandbox_state(sandbox);
  assert_true(run(sandbox, "return function() for i = 1, 1000000 do end end", 1, &error));
  for (int i = 0; i < 200; i++) {
    lua_pushvalue(L, 1);
    assert_true(pil_sandbox_call(sandbox, 0, 0, &error));
  }
  pil_sandbox_free(sandbox);
}

static void *stop_soon(void *sandbox) {
  usleep(50000);
  pil_sandbox_stop(sandbox);
  return NULL;
}

static void test_stop_from_another_thread(void **unused) {
  (void)unused;
  pil_error error;
  pil_sandbox *sandbox = open_sandbox(roomy);
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, stop_soon, sandbox), 0);
  assert_false(run(sandbox, "while true do pcall(string.rep, 'x', 1000) end", 0, &error));
  assert_int_equal(error.failure, PIL_FAILURE_INTERRUPTED);
  pthread_join(thread, NULL);
  assert_false(run(sandbox, "return 1", 0, &error));
  pil_sandbox_free(sandbox);
}

/* ---- freezing ---- */

/* Runs `setup`, freezes, then runs `trial`, a function's body that sees setup's globals. */
static void check_trial(const char *setup, const char *trial, const char *expected) {
  pil_error error;
  pil_sandbox *sandbox = open_sandbox(roomy);
  lua_State *L = pil_sandbox_state(sandbox);
  if (!run(sandbox, setup, 1, &error)) fail_msg("%s", error.text);
  if (!pil_sandbox_freeze(sandbox, &error)) fail_msg("%s", error.text);
  char found[PIL_ERROR_LINE_BYTES];
  bool done = pil_sandbox_compile(sandbox, trial, strlen(trial), "t.lua", &error);
  lua_pushvalue(L, 1);
  done = done && pil_sandbox_call(sandbox, 1, 1, &error);
  if (done) {
    snprintf(found, sizeof found, "%s", luaL_tolstring(L, -1, NULL));
    lua_pop(L, 2);
    if (!pil_sandbox_check_unchanged(sandbox, &error))
      snprintf(found, sizeof found, "%s:%d: %s", error.file, error.line, error.text);
  } else {
    snprintf(found, sizeof found, "%d: %s", error.line, error.text);
  }
  assert_string_equal(found, expected);
  pil_sandbox_free(sandbox);
}

static void test_frozen_tables_read_as_before(void **unused) {
  (void)unused;
  const char *setup =
      "list = {3, 1, 2} map = {b = 2, a = 1, [5] = 9} nested = {x = {y = {4}}} "
      "holes = {1, 2, nil, 4} empty = {} big = {} for i = 1, 1000 do big[i] = i end";
  check_trial(setup, "return #list .. list[1] .. map.a .. nested.x.y[1] .. #empty .. #big",
              "33140"
              "1000");
  check_trial(setup,
              "local o = {} for k, v in pairs(map) do o[#o+1] = k .. '=' .. v end "
              "return table.concat(o, ' ')",
              "5=9 a=1 b=2");
  check_trial(setup,
              "local o = {} for i, v in ipairs(list) do o[i] = v end table.sort(o) "
              "return table.concat(o) .. table.concat(list) .. select('#', table.unpack(list))",
              "1233123");
  check_trial(setup,
              "return next(map) .. tostring(next(empty)) .. rawlen(list) .. rawget(map, 'b') .. "
              "tostring(rawequal(nested.x, nested['x'])) .. type(list)",
              "5nil32truetable");
  check_trial(setup, "local s = 0 for k, v in next, big do s = s + v end return s", "500500");
  check_trial("k = {} t = {[k] = 'found'} u = {k}", "return t[u[1]] .. t[k]", "foundfound");
  check_trial("loop = {} loop.loop = loop", "return tostring(loop.loop.loop == loop)", "true");
}

static void test_frozen_tables_refuse_to_be_written(void **unused) {
  (void)unused;
  const char *tail =
      " in a trial: what was made while the file loaded is read-only; make the table "
      "inside the function";
  char expected[300];
  snprintf(expected, sizeof expected, "1: cannot set 'x' of config.plan%s", tail);
  check_trial("config = {plan = {x = 1}}", "config.plan.x = 2", expected);
  snprintf(expected, sizeof expected, "1: cannot set [2] of list%s", tail);
  check_trial("list = {1}", "table.insert(list, 5)", expected);
  check_trial("list = {1}", "rawset(list, 2, 5)", expected);
  snprintf(expected, sizeof expected, "1: cannot set [1] of list%s", tail);
  check_trial("list = {2, 1}", "table.sort(list)", expected);
  check_trial("", "leak = 1",
              "1: cannot set global 'leak' in a trial: the next trial would see it; make it local");
  check_trial(
      "count = 0", "count = count + 1",
      "1: cannot set global 'count' in a trial: the next trial would see it; make it local");
  check_trial("t = {}", "setmetatable(t, {})",
              "1: cannot set the metatable of a table that is read-only");
  check_trial("it = pairs({1, 2})", "it()",
              "1: a traversal that began while the file loaded cannot go on in a trial");
  check_trial("it = ('a b'):gmatch('%a')", "it()",
              "1: a gmatch that began while the file loaded cannot go on in a trial");
  check_trial("", "return voulme", "1: undefined variable 'voulme'");
  check_trial("volume = 3", "return voulme",
              "1: undefined variable 'voulme', did you mean 'volume'?");
}

static void test_frozen_classes_work(void **unused) {
  (void)unused;
  const char *setup =
      "Base = {} Base.__index = Base function Base.name(self) return 'base' .. self.n end\n"
      "Account = setmetatable({}, Base) Account.__index = Account\n"
      "Account.__add = function(a, b) return Account.new(a.n + b.n) end\n"
      "Account.__tostring = function(a) return 'A' .. a.n end\n"
      "Account.__len = function(a) return a.n end\n"
      "Account.__eq = function(a, b) return a.n == b.n end\n"
      "Account.__call = function(a, x) return a.n * x end\n"
      "function Account.new(n) return setmetatable({n = n}, Account) end\n"
      "old = Account.new(7)\n"
      "lazy = setmetatable({}, {__index = function(t, k) return k .. tostring(t == lazy) end})\n"
      "hidden = setmetatable({}, {__metatable = 'no'})";
  check_trial(setup,
              "local a = Account.new(2) return tostring(a + old) .. a:name() .. old:name() .. "
              "#a .. #old .. a(10) .. old(10)",
              "A9base2base7272070");
  check_trial(setup,
              "return tostring(getmetatable(Account.new(1)) == Account) .. "
              "tostring(getmetatable(old) == Account) .. tostring(getmetatable(Account) == Base)",
              "truetruetrue");
  check_trial(setup,
              "return tostring(Account.new(7) == old) .. tostring(old == Account.new(7)) .. "
              "tostring(old)",
              "truetrueA7");
  check_trial(setup, "return lazy.abc .. tostring(getmetatable(hidden))", "abctrueno");
  check_trial(setup, "getmetatable(Account.new(1)).__add = nil",
              "1: cannot set '__add' of Account in a trial: what was made while the file loaded is "
              "read-only; make the table inside the function");
  check_trial(
      setup, "old.n = 8",
      "1: cannot set 'n' of old in a trial: what was made while the file loaded is read-only; "
      "make the table inside the function");
  check_trial(setup,
              "local C = {} C.__index = C setmetatable(C, {__index = Account}) "
              "local c = setmetatable({n = 4}, C) return c:name() .. c.new(1).n",
              "base41");
}

/* Whatever is reachable, also through functions' local variables, is frozen. */
static void test_file_level_locals(void **unused) {
  (void)unused;
  check_trial("local cache = {} function f() cache.x = 1 end", "f()",
              "1: cannot set 'x' of cache in a trial: what was made while the file loaded is "
              "read-only; make the table inside the function");
  check_trial("local n = 0\nfunction f()\n  n = n + 1 return n end", "return f()",
              "a.lua:3: the local variable 'n' of the file is changed in a trial: the next trial "
              "would see it; make it local to the function");
  check_trial("local n = 0\nfunction f()\n return function()\n n = n + 1 end end", "f()() return 1",
              "a.lua:4: the local variable 'n' of the file is changed in a trial: the next trial "
              "would see it; make it local to the function");
  check_trial("local n = 0 function f() n = n + 1 n = n - 1 return n end", "return f()", "0");
  check_trial("local n = 0/0 function f(x) if x then n = x end return 1 end", "return f()", "1");
  check_trial("local n = 1 function f() n = 1.0 return 1 end", "return f()",
              "a.lua:1: the local variable 'n' of the file is changed in a trial: the next trial "
              "would see it; make it local to the function");
  check_trial("function f() local n = 0 local function g() n = n + 1 end g() g() return n end",
              "return f()", "2");
  check_trial(
      "return {f = function(self) self.n = 1 end}", "local p = ... p:f()",
      "1: cannot set 'n' in a trial: what was made while the file loaded is read-only; make "
      "the table inside the function");
}

static int freeze_argument(lua_State *L) {
  pil_sandbox_freeze_table(L, 1);
  return 0;
}

static void test_settings_are_frozen(void **unused) {
  (void)unused;
  pil_error error;
  pil_sandbox *sandbox = open_sandbox(roomy);
  lua_State *L = pil_sandbox_state(sandbox);
  assert_true(run(sandbox, "p = {plan = {{month = 1}, {month = 4}}} return p", 1, &error));
  lua_pushcfunction(L, freeze_argument);
  lua_insert(L, -2);
  assert_true(pil_sandbox_call(sandbox, 1, 0, &error));
  assert_true(run(sandbox, "return #p.plan .. p.plan[2].month", 1, &error));
  assert_string_equal(lua_tostring(L, -1), "24");
  assert_false(run(sandbox, "p.plan[2].month = 5", 0, &error));
  assert_string_equal(error.text,
                      "cannot set 'month': settings and data are read-only; copy what "
                      "you want to change into a table of your own");
  pil_sandbox_free(sandbox);
}

/* ---- files and modules ---- */

static char folder[64];

static int make_folder(void **unused) {
  (void)unused;
  char path[128];
  strcpy(folder, "/tmp/pilotage-sandbox-XXXXXX");
  if (mkdtemp(folder) == NULL) return -1;
  snprintf(path, sizeof path, "%s/library", folder);
  mkdir(path, 0700);
  static const char *const files[][2] = {
      {"library/finance.lua", "return {rate = 0.05}"},
      {"circle.lua", "return require('circle')"},
      {"broken.lua", "\n\nlocal x = = 1"},
      {"fails.lua", "\nerror('at loading')"},
      {"main.lua",
       "local f = require('library.finance') return f.rate, require('library.finance') == f"},
  };
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    snprintf(path, sizeof path, "%s/%s", folder, files[i][0]);
    write_file(path, files[i][1]);
  }
  return 0;
}

static int remove_folder(void **unused) {
  (void)unused;
  char command[128];
  snprintf(command, sizeof command, "rm -r %s", folder);
  return system(command);
}

static void expect_require(const char *chunk, const char *text, const char *file, int line) {
  pil_error error;
  pil_sandbox *sandbox = open_sandbox(roomy);
  char script[128];
  snprintf(script, sizeof script, "%s/script.lua", folder);
  assert_true(pil_sandbox_look_beside(sandbox, script, NULL, NULL, &error));
  assert_false(run(sandbox, chunk, 0, &error));
  if (strstr(error.text, text) == NULL) fail_msg("%s instead of %s", error.text, text);
  if (strstr(error.file, file) == NULL) fail_msg("%s instead of %s", error.file, file);
  assert_int_equal(error.line, line);
  pil_sandbox_free(sandbox);
}

static void test_require(void **unused) {
  (void)unused;
  pil_error error;
  pil_sandbox *sandbox = open_sandbox(roomy);
  assert_true(pil_sandbox_look_beside(sandbox, "/nowhere/main.lua", folder, NULL, &error));
  char path[128];
  int count;
  snprintf(path, sizeof path, "%s/main.lua", folder);
  assert_true(pil_sandbox_load(sandbox, path, "main.lua", PIL_NOWHERE, &count, &error));
  assert_int_equal(count, 2);
  assert_true(lua_toboolean(pil_sandbox_state(sandbox), -1));
  const pil_script_file *files;
  assert_int_equal(pil_sandbox_files(sandbox, &files), 2);
  assert_string_equal(files[0].path, path);
  assert_non_null(strstr(files[1].path, "library/finance.lua"));
  assert_string_equal(files[1].sha256,
                      "2f95e52c04f7a91995f2024f0ba721905064358d99b1fda825de1cebb633f8f2");
  assert_true(pil_sandbox_freeze(sandbox, &error));
  assert_true(run(sandbox, "return require('library.finance').rate", 1, &error));
  assert_false(run(sandbox, "require('library.finance').rate = 1", 0, &error));
  assert_false(run(sandbox, "require('broken')", 0, &error));
  assert_string_equal(error.text,
                      "require(\"broken\") in a trial: load modules at the top of the "
                      "file");
  pil_sandbox_free(sandbox);
  expect_require("\nrequire('library.finanse')", "did you mean \"library.finance\"?", "a.lua", 2);
  expect_require("\nrequire('nowhere')", "there is no module \"nowhere\"; looked for ", "a.lua", 2);
  expect_require("require('../x')", "a module's name is letters", "a.lua", 1);
  expect_require("require('a..b')", "a module's name is letters", "a.lua", 1);
  expect_require("require('circle')", "requires itself", "circle.lua", 1);
  expect_require("require('broken')", "unexpected symbol near '='", "broken.lua", 3);
  expect_require("require('fails')", "at loading", "fails.lua", 2);
  expect_require("pcall(require, 'broken') require('broken')",
                 "unexpected symbol", "broken.lua", 3);
}

/* ---- what happens when memory ends ---- */

static bool live_once(const char *path, pil_text *text, pil_error *error) {
  if (!pil_script_eval(path, NULL, roomy, text, error)) return false;
  pil_sandbox *sandbox = pil_sandbox_new(roomy, error);
  if (sandbox == NULL) return false;
  bool done = pil_sandbox_look_beside(sandbox, path, NULL, NULL, error) && run(sandbox,
                  "local m = require('library.finance') local n = 0 local C = {} C.__index = C\n"
                  "o = setmetatable({x = {1, 2, a = {}}}, C) function f() n = n + 1 return m end "
                  "for k in pairs({z = 1, y = 2}) do pcall(error, k) end "
                  "return ('abc'):gsub('b', {b = 'x'}) .. table.concat({1, 2})",
                  1, error) &&
              pil_sandbox_freeze(sandbox, error) && pil_sandbox_check_unchanged(sandbox, error) &&
              run(sandbox, "return o.x[1] + f().rate + nil", 1, error);
  pil_sandbox_free(sandbox);
  return done;
}

static void test_every_allocation_may_fail(void **unused) {
  (void)unused;
  char path[128];
  snprintf(path, sizeof path, "%s/eval.lua", folder);
  write_file(path, "local t = {} for i = 1, 20 do t[i] = {i, ('x'):rep(i)} end return t");
  for (uint64_t n = 1;; n++) {
    pil_text text = {0};
    pil_error error = {0};
    pil_memory_fail_from(n);
    bool done = live_once(path, &text, &error);
    bool was_refused = pil_memory_count() >= n;
    pil_memory_fail_from(0);
    pil_text_free(&text);
    assert_false(done); /* the last line of live_once is an error of its own */
    if (!was_refused) {
      assert_int_equal(error.failure, PIL_FAILURE_SCRIPT);
      assert_true(n > 500);
      return;
    }
    if (error.failure != PIL_FAILURE_MEMORY && error.failure != PIL_FAILURE_SCRIPT)
      fail_msg("allocation %d: %d %s", (int)n, error.failure, error.text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_libraries),
      cmocka_unit_test(test_power_is_the_projects_own),
      cmocka_unit_test(test_messages),
      cmocka_unit_test(test_names_longer_than_luas_are_whole),
      cmocka_unit_test(test_order_of_traversal),
      cmocka_unit_test(test_next_is_not_quadratic),
      cmocka_unit_test(test_lengths_do_not_depend_on_the_state),
      cmocka_unit_test(test_limits),
      cmocka_unit_test(test_time_is_counted_per_call),
      cmocka_unit_test(test_stop_from_another_thread),
      cmocka_unit_test(test_frozen_tables_read_as_before),
      cmocka_unit_test(test_frozen_tables_refuse_to_be_written),
      cmocka_unit_test(test_frozen_classes_work),
      cmocka_unit_test(test_file_level_locals),
      cmocka_unit_test(test_settings_are_frozen),
      cmocka_unit_test_setup_teardown(test_require, make_folder, remove_folder),
      cmocka_unit_test_setup_teardown(test_every_allocation_may_fail, make_folder, remove_folder),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
