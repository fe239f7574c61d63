/* Lua patterns: cases, and random patterns compared with the stock string library.
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <lualib.h>

#include "../engine/script/sandbox.h"

/* ---- two states side by side ---- */

typedef struct pair {
  lua_State *stock, *own;
  pil_sandbox *sandbox;
} pair;

/* Calls a pattern function and writes down all it gives. gmatch is run to its end. */
static const char recorder[] =
    "return function(name, ...)\n"
    "  local out = {}\n"
    "  local function add(...)\n"
    "    for i = 1, select('#', ...) do\n"
    "      local v = select(i, ...)\n"
    "      out[#out + 1] = type(v) .. ':' .. tostring(v)\n"
    "    end\n"
    "    out[#out + 1] = '|'\n"
    "  end\n"
    "  if name == 'gmatch' then\n"
    "    local n = 0\n"
    "    for a, b, c in string.gmatch(...) do add(a, b, c) n = n + 1 if n > 200 then break end "
    "end\n"
    "  else\n"
    "    add(string[name](...))\n"
    "  end\n"
    "  return table.concat(out, ' ')\n"
    "end\n";

static int set_up(void **state) {
  static pair p;
  pil_error error;
  p.stock = luaL_newstate();
  luaL_openlibs(p.stock);
  assert_int_equal(luaL_dostring(p.stock, recorder), LUA_OK);
  p.sandbox = pil_sandbox_new((pil_limits){600, (size_t)256 << 20}, &error);
  assert_non_null(p.sandbox);
  p.own = pil_sandbox_state(p.sandbox);
  assert_true(pil_sandbox_compile(p.sandbox, recorder, sizeof recorder - 1, "recorder", &error));
  assert_true(pil_sandbox_call(p.sandbox, 0, 1, &error));
  *state = &p;
  return 0;
}

static int tear_down(void **state) {
  pair *p = *state;
  lua_close(p->stock);
  pil_sandbox_free(p->sandbox);
  return 0;
}

typedef struct call {
  const char *name;
  char subject[64], pattern[64], replacement[16];
  size_t subject_length, pattern_length;
  int extra; /* an init, or a limit for gsub; 0: none */
} call;

/* Leaves the record or the message on the stack. */
static bool run(lua_State *L, const call *c) {
  lua_settop(L, 1);
  lua_pushvalue(L, 1);
  lua_pushstring(L, c->name);
  lua_pushlstring(L, c->subject, c->subject_length);
  lua_pushlstring(L, c->pattern, c->pattern_length);
  int count = 3;
  if (strcmp(c->name, "gsub") == 0) {
    lua_pushstring(L, c->replacement);
    count++;
  }
  if (c->extra != 0) {
    lua_pushinteger(L, c->extra);
    count++;
  }
  return lua_pcall(L, count, 1, 0) == LUA_OK;
}

/* A whole match shows in the record; without one the stock library may not have looked at all of
 * the pattern, where the sandbox always does. */
static bool has_match(const call *c, const char *record, size_t length) {
  if (strcmp(c->name, "gsub") == 0) return memmem(record, length, "number:0 |", 10) == NULL;
  if (strcmp(c->name, "gmatch") == 0) return length != 0;
  return strncmp(record, "nil:nil |", 9) != 0;
}

static void compare(pair *p, const call *c) {
  bool stock_done = run(p->stock, c), own_done = run(p->own, c);
  size_t stock_length, own_length;
  const char *stock = lua_tolstring(p->stock, -1, &stock_length);
  const char *own = lua_tolstring(p->own, -1, &own_length);
  bool same = stock_done == own_done;
  if (same && own_done) same = stock_length == own_length && !memcmp(stock, own, own_length);
  if (!own_done && stock_done && !has_match(c, stock, stock_length)) same = true;
  /* the stock gsub looks at a capture only where the replacement names it */
  if (!own_done && !strcmp(c->name, "gsub") && strstr(own, "unfinished capture")) same = true;
  if (same) return;
  fail_msg("%s(%s, %s, %s, %d): stock %d %s, own %d %s", c->name, c->subject, c->pattern,
           c->replacement, c->extra, stock_done, stock, own_done, own);
}

/* ---- random calls ---- */

static uint64_t seed = 20260101;

static unsigned pick(unsigned count) {
  seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (unsigned)(seed >> 33) % count;
}

static size_t make_pattern(char *to, size_t most) {
  static const char *const pieces[] = {
      "a",     "b",    "c",    ".",      "%a",     "%d",    "%s", "%w",   "%A",         "%x",
      "%p",    "%u",   "%l",   "%g",     "%c",     "%.",    "%%", "[ab]", "[^ab]",      "[a-c]",
      "[%a_]", "[]]",  "[^]]", "[a-]",   "[%w-]",  "[--/]", "(",  ")",    "()",         "%1",
      "%2",    "%b()", "%bab", "%f[%a]", "%f[^b]", "^",     "$",  "*",    "+",          "-",
      "?",     "(a)",  "(.-)", "(%w+)",  "[",      "]",     "%",  "%f",   "%b",         "a*",
      "b-",    ".?",   "%0",   "%9",     "[%",     "[^",    "%z", "\xe9", "[\x80-\xff]"};
  size_t length = 0;
  for (unsigned n = 1 + pick(6); n > 0; n--) {
    const char *piece = pieces[pick(sizeof pieces / sizeof *pieces)];
    if (length + strlen(piece) >= most) break;
    memcpy(to + length, piece, strlen(piece));
    length += strlen(piece);
  }
  if (pick(40) == 0 && length + 1 < most) to[length++] = '\0';
  to[length] = '\0';
  return length;
}

static size_t make_subject(char *to, size_t most) {
  static const char letters[] = "aaabbbccab() 12_-.xZ]\xe9\n%";
  size_t length = pick((unsigned)most);
  for (size_t i = 0; i < length; i++)
    to[i] = pick(60) == 0 ? '\0' : letters[pick(sizeof letters - 1)];
  to[length] = '\0';
  return length;
}

static void test_random_patterns_match_the_stock_library(void **state) {
  static const char *const names[] = {"find", "match", "gmatch", "gsub"};
  static const char *const replacements[] = {"<%0>", "%1", "%2%1", "", "%%", "x", "%", "%3", "%a"};
  for (int i = 0; i < 400000; i++) {
    call c = {.name = names[pick(4)]};
    c.subject_length = make_subject(c.subject, 24);
    c.pattern_length = make_pattern(c.pattern, sizeof c.pattern - 2);
    strcpy(c.replacement, replacements[pick(sizeof replacements / sizeof *replacements)]);
    if (pick(3) == 0) c.extra = (int)pick(20) - 8;
    compare(*state, &c);
  }
}

/* ---- cases of the manual and the corners ---- */

static void test_cases(void **state) {
  static const struct {
    const char *subject, *pattern, *found;
  } cases[] = {
      {"hello world", "o w", "string:o w |"},
      {"key = value", "(%w+)%s*=%s*(%w+)", "string:key string:value |"},
      {"THE (quick) fox", "%((%a+)%)", "string:quick |"},
      {"f(a(b)c)d", "%b()", "string:(a(b)c) |"},
      {"THE fox", "%f[%a]%a+%f[%A]", "string:THE |"},
      {"abab", "(ab)%1", "string:ab |"},
      {"flaaap", "()aa()", "number:3 number:5 |"},
      {"a-b", "[a%-]+", "string:a- |"},
      {"x^y", "[%^x]+", "string:x^ |"},
      {"", "", "string: |"},
      {"price 10", "%d+$", "string:10 |"},
      {"a$b", "a$b", "string:a$b |"},
  };
  pair *p = *state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    call c = {.name = "match"};
    strcpy(c.subject, cases[i].subject);
    strcpy(c.pattern, cases[i].pattern);
    c.subject_length = strlen(c.subject);
    c.pattern_length = strlen(c.pattern);
    assert_true(run(p->own, &c));
    assert_string_equal(lua_tostring(p->own, -1), cases[i].found);
    compare(p, &c);
  }
}

static void expect_refused(pair *p, const char *pattern, const char *message) {
  call c = {.name = "match", .subject = "zzz", .subject_length = 3};
  strcpy(c.pattern, pattern);
  c.pattern_length = strlen(pattern);
  assert_false(run(p->own, &c));
  const char *found = lua_tostring(p->own, -1);
  if (strstr(found, message) == NULL) fail_msg("%s: %s instead of %s", pattern, found, message);
}

/* Also where the text gives no reason to look that far. */
static void test_malformed_patterns_are_always_refused(void **state) {
  expect_refused(*state, "a[", "missing ']'");
  expect_refused(*state, "a%", "ends with '%'");
  expect_refused(*state, "(a", "unfinished capture");
  expect_refused(*state, "a)", "invalid pattern capture");
  expect_refused(*state, "%f", "missing '['");
  expect_refused(*state, "%bx", "missing arguments");
  expect_refused(*state, "(%1)", "invalid capture index");
  expect_refused(*state, "((((((((((((((((((((((((((((((((((", "too many captures");
}

static void test_deep_patterns_are_refused(void **state) {
  pair *p = *state;
  lua_settop(p->own, 1);
  static const char chunk[] =
      "return pcall(string.find, string.rep('a', 500), "
      "string.rep('a?', 300) .. 'b')";
  pil_error error;
  assert_true(pil_sandbox_compile(p->sandbox, chunk, sizeof chunk - 1, "deep", &error));
  assert_true(pil_sandbox_call(p->sandbox, 0, 2, &error));
  assert_false(lua_toboolean(p->own, -2));
  assert_non_null(strstr(lua_tostring(p->own, -1), "pattern too complex"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_cases),
      cmocka_unit_test(test_random_patterns_match_the_stock_library),
      cmocka_unit_test(test_malformed_patterns_are_always_refused),
      cmocka_unit_test(test_deep_patterns_are_refused),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
