/* Reading and matching Lua patterns.
 * SPDX-License-Identifier: Apache-2.0 */
#include "pattern.h"

#include <lauxlib.h>
#include <string.h>

#include "sandbox.h"

/* ---- reading ---- */

typedef struct reader {
  lua_State *L;
  const char *at, *end;
  pil_pattern *pattern;
  size_t item_count;
  uint8_t open[PIL_PATTERN_CAPTURES]; /* captures not closed yet, innermost last */
  size_t open_count;
  bool is_closed[PIL_PATTERN_CAPTURES];
} reader;

static void add_range(uint64_t set[4], unsigned char low, unsigned char high) {
  for (unsigned c = low; c <= high; c++) set[c / 64] |= UINT64_C(1) << c % 64;
}

static bool is_in_set(const uint64_t set[4], unsigned char c) {
  return set[c / 64] >> c % 64 & 1;
}

/* The character classes of the C locale, by letter; pairs of first and last character. */
static const struct {
  char letter;
  unsigned char ranges[8];
} classes[] = {
    {'a', {'A', 'Z', 'a', 'z'}},
    {'c', {0, 31, 127, 127}},
    {'d', {'0', '9'}},
    {'g', {33, 126}},
    {'l', {'a', 'z'}},
    {'p', {33, 47, 58, 64, 91, 96, 123, 126}},
    {'s', {9, 13, ' ', ' '}},
    {'u', {'A', 'Z'}},
    {'w', {'0', '9', 'A', 'Z', 'a', 'z'}},
    {'x', {'0', '9', 'A', 'F', 'a', 'f'}},
    {'z', {0, 0}}, /* of Lua 5.1, still understood */
};

/* %letter; a capital is the complement; any other character stands for itself. */
static void add_class(uint64_t set[4], unsigned char letter) {
  bool is_complement = letter >= 'A' && letter <= 'Z';
  char lower = (char)(is_complement ? letter - 'A' + 'a' : letter);
  for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
    if (classes[i].letter != lower) continue;
    uint64_t found[4] = {0};
    const unsigned char *range = classes[i].ranges;
    for (int j = 0; j < 8 && (j == 0 || range[j] != 0); j += 2)
      add_range(found, range[j], range[j + 1]);
    for (int j = 0; j < 4; j++) set[j] |= is_complement ? ~found[j] : found[j];
    return;
  }
  add_range(set, letter, letter);
}

/* Finds the ] of a set: the first character never ends it, nor does one after %. */
static const char *find_set_end(const reader *r, const char *at) {
  do {
    if (at == r->end) luaL_error(r->L, "malformed pattern (missing ']')");
    if (*at++ == '%' && at < r->end) at++;
  } while (at == r->end || *at != ']');
  return at;
}

/* [set], r->at being after the [. A range may begin with any plain character and ends with the
 * character after -, whatever it is. */
static void read_set(reader *r, uint64_t set[4]) {
  bool is_complement = r->at < r->end && *r->at == '^';
  const char *at = r->at + is_complement, *end = find_set_end(r, at);
  while (at < end) {
    if (*at == '%') {
      add_class(set, (unsigned char)at[1]);
      at += 2;
    } else if (end - at > 2 && at[1] == '-') {
      add_range(set, (unsigned char)at[0], (unsigned char)at[2]);
      at += 3;
    } else {
      add_range(set, (unsigned char)*at, (unsigned char)*at);
      at++;
    }
  }
  for (int i = 0; i < 4 && is_complement; i++) set[i] = ~set[i];
  r->at = end + 1;
}

static pil_item *add_item(reader *r, pil_item_kind kind) {
  pil_item *item = &r->pattern->items[r->item_count++];
  *item = (pil_item){.kind = (uint8_t)kind, .often = 1};
  return item;
}

static void read_open(reader *r) {
  size_t number = r->pattern->capture_count++;
  if (number == PIL_PATTERN_CAPTURES) luaL_error(r->L, "too many captures");
  bool is_position = r->at < r->end && *r->at == ')';
  add_item(r, is_position ? PIL_ITEM_POSITION : PIL_ITEM_OPEN)->number = (uint8_t)number;
  r->is_closed[number] = is_position;
  if (is_position) {
    r->at++;
  } else {
    r->open[r->open_count++] = (uint8_t)number;
  }
}

static void read_close(reader *r) {
  if (r->open_count == 0) luaL_error(r->L, "invalid pattern capture");
  uint8_t number = r->open[--r->open_count];
  r->is_closed[number] = true;
  add_item(r, PIL_ITEM_CLOSE)->number = number;
}

static void read_repeat(reader *r, char digit) {
  int number = digit - '1';
  if (number < 0 || (size_t)number >= r->pattern->capture_count || !r->is_closed[number])
    luaL_error(r->L, "invalid capture index %%%d in pattern", number + 1);
  add_item(r, PIL_ITEM_REPEAT)->number = (uint8_t)number;
}

/* One character, class or set, and how often. */
static void read_single(reader *r, char first) {
  pil_item *item = add_item(r, PIL_ITEM_SINGLE);
  if (first == '.') {
    memset(item->set, 0xff, sizeof item->set);
  } else if (first == '[') {
    read_set(r, item->set);
  } else if (first == '%') {
    add_class(item->set, (unsigned char)*r->at++);
  } else {
    add_range(item->set, (unsigned char)first, (unsigned char)first);
  }
  if (r->at < r->end && *r->at != '\0' && strchr("?*+-", *r->at) != NULL) item->often = *r->at++;
}

static void read_escape(reader *r) {
  if (r->at == r->end) luaL_error(r->L, "malformed pattern (ends with '%%')");
  char letter = *r->at;
  if (letter >= '0' && letter <= '9') {
    r->at++;
    read_repeat(r, letter);
  } else if (letter == 'b') {
    if (r->end - r->at < 3) luaL_error(r->L, "malformed pattern (missing arguments to '%%b')");
    pil_item *item = add_item(r, PIL_ITEM_BALANCE);
    item->open = r->at[1];
    item->close = r->at[2];
    r->at += 3;
  } else if (letter == 'f') {
    r->at++;
    if (r->at == r->end || *r->at != '[') luaL_error(r->L, "missing '[' after '%%f' in pattern");
    r->at++;
    read_set(r, add_item(r, PIL_ITEM_FRONTIER)->set);
  } else {
    read_single(r, '%');
  }
}

void pil_pattern_read(lua_State *L, const char *text, size_t length, bool anchors,
                      pil_pattern *pattern) {
  pattern->items = pattern->room;
  pattern->capture_count = 0;
  pattern->is_anchored = anchors && length > 0 && text[0] == '^';
  if (length + 1 > PIL_PATTERN_INLINE_ITEMS)
    pattern->items = lua_newuserdatauv(L, (length + 1) * sizeof *pattern->items, 0);
  reader r = {.L = L, .at = text + pattern->is_anchored, .end = text + length, .pattern = pattern};
  while (r.at < r.end) {
    if (r.item_count % 1024 == 1023) pil_sandbox_tick(L, 1024);
    char c = *r.at++;
    if (c == '(') {
      read_open(&r);
    } else if (c == ')') {
      read_close(&r);
    } else if (c == '%') {
      read_escape(&r);
    } else if (c == '$' && r.at == r.end) {
      add_item(&r, PIL_ITEM_LAST);
    } else {
      read_single(&r, c);
    }
  }
  if (r.open_count != 0) luaL_error(L, "unfinished capture");
  add_item(&r, PIL_ITEM_END);
}

/* ---- matching ---- */

static const char *match_items(pil_match *m, const pil_item *item, const char *at);

static void count_step(pil_match *m) {
  if (++m->steps % 256 == 0) pil_sandbox_tick(m->L, 256);
}

static bool fits(const pil_match *m, const pil_item *item, const char *at) {
  return at < m->end && is_in_set(item->set, (unsigned char)*at);
}

/* As many as possible first, then one less at a time. */
static const char *match_most(pil_match *m, const pil_item *item, const char *at, ptrdiff_t least) {
  ptrdiff_t count = 0;
  while (fits(m, item, at + count)) count++;
  for (; count >= least; count--) {
    const char *end = match_items(m, item + 1, at + count);
    if (end != NULL) return end;
  }
  return NULL;
}

static const char *match_least(pil_match *m, const pil_item *item, const char *at) {
  for (;; at++) {
    const char *end = match_items(m, item + 1, at);
    if (end != NULL) return end;
    if (!fits(m, item, at)) return NULL;
  }
}

static const char *match_balance(pil_match *m, const pil_item *item, const char *at) {
  if (at == m->end || *at != item->open) return NULL;
  ptrdiff_t depth = 1;
  while (++at < m->end) {
    if (*at == item->close) {
      if (--depth == 0) return at + 1;
    } else if (*at == item->open) {
      depth++;
    }
  }
  return NULL;
}

/* The text's two ends count as the character 0. */
static bool is_frontier(const pil_match *m, const pil_item *item, const char *at) {
  unsigned char before = at == m->start ? 0 : (unsigned char)at[-1];
  unsigned char after = at == m->end ? 0 : (unsigned char)*at;
  return !is_in_set(item->set, before) && is_in_set(item->set, after);
}

/* What a capture caught, again; a position capture never comes again. */
static const char *match_repeat(const pil_match *m, const pil_item *item, const char *at) {
  ptrdiff_t length = m->captures[item->number].length;
  if (length < 0 || m->end - at < length) return NULL;
  return memcmp(m->captures[item->number].at, at, (size_t)length) == 0 ? at + length : NULL;
}

static const char *match_capture(pil_match *m, const pil_item *item, const char *at) {
  switch (item->kind) {
    case PIL_ITEM_CLOSE:
      m->captures[item->number].length = at - m->captures[item->number].at;
      break;
    default:
      m->captures[item->number].at = at;
      m->captures[item->number].length =
          item->kind == PIL_ITEM_OPEN ? PIL_CAPTURE_OPEN : PIL_CAPTURE_POSITION;
  }
  return at;
}

/* The items form one line without alternatives, so a capture needs no undoing: whoever tries
 * another way sets it again before anybody reads it. */
static const char *match_items(pil_match *m, const pil_item *item, const char *at) {
  if (++m->depth > PIL_PATTERN_DEPTH) luaL_error(m->L, "pattern too complex");
  count_step(m);
  for (bool is_open = true; is_open && at != NULL; item++) {
    switch (item->kind) {
      case PIL_ITEM_END: is_open = false; break;
      case PIL_ITEM_LAST:
        if (at != m->end) at = NULL;
        break;
      case PIL_ITEM_OPEN:
      case PIL_ITEM_POSITION:
      case PIL_ITEM_CLOSE: at = match_capture(m, item, at); break;
      case PIL_ITEM_REPEAT: at = match_repeat(m, item, at); break;
      case PIL_ITEM_BALANCE: at = match_balance(m, item, at); break;
      case PIL_ITEM_FRONTIER:
        if (!is_frontier(m, item, at)) at = NULL;
        break;
      default:
        if (item->often == 1) {
          at = fits(m, item, at) ? at + 1 : NULL;
        } else if (item->often == '?') {
          const char *end = fits(m, item, at) ? match_items(m, item + 1, at + 1) : NULL;
          if (end == NULL) break;
          at = end;
          is_open = false;
        } else {
          at = item->often == '-' ? match_least(m, item, at)
                                  : match_most(m, item, at, item->often == '+');
          is_open = false;
        }
    }
  }
  m->depth--;
  return at;
}

const char *pil_pattern_try(pil_match *match, const char *at) {
  match->depth = 0; /* also after an error in an earlier try */
  return match_items(match, match->pattern->items, at);
}
