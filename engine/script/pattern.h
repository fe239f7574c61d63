/* Lua patterns (manual §6.4.1), read once into a list of items and matched by backtracking that
 * can be stopped. Private to this folder.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_SCRIPT_PATTERN_H
#define PIL_SCRIPT_PATTERN_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PIL_PATTERN_CAPTURES = 32, PIL_PATTERN_DEPTH = 200, PIL_PATTERN_INLINE_ITEMS = 24 };

typedef enum pil_item_kind {
  PIL_ITEM_END,      /* the match ends here */
  PIL_ITEM_LAST,     /* $: the text must end here */
  PIL_ITEM_OPEN,     /* ( number */
  PIL_ITEM_POSITION, /* () number */
  PIL_ITEM_CLOSE,    /* ) number */
  PIL_ITEM_REPEAT,   /* %1: what capture `number` caught */
  PIL_ITEM_BALANCE,  /* %bxy */
  PIL_ITEM_FRONTIER, /* %f[set] */
  PIL_ITEM_SINGLE    /* one character of a set, as often as `often` says */
} pil_item_kind;

typedef struct pil_item {
  uint8_t kind, number;
  char often;       /* 1, '?', '*', '+', '-' */
  char open, close; /* of %b */
  uint64_t set[4];  /* bit c: character c belongs */
} pil_item;

typedef struct pil_pattern {
  pil_item *items; /* in `room`, or a user data on the stack */
  size_t capture_count;
  bool is_anchored;
  pil_item room[PIL_PATTERN_INLINE_ITEMS];
} pil_pattern;

/* Reads a pattern, raising an error for a malformed one. `anchors`: a first ^ ties the match to
 * its start. May push one value, which must stay while the pattern is used. */
void pil_pattern_read(lua_State *L, const char *text, size_t length, bool anchors,
                      pil_pattern *pattern);

enum { PIL_CAPTURE_OPEN = -1, PIL_CAPTURE_POSITION = -2 };

typedef struct pil_match {
  lua_State *L;
  const pil_pattern *pattern;
  const char *start, *end; /* the text */
  unsigned steps, depth;
  struct {
    const char *at;
    ptrdiff_t length; /* or PIL_CAPTURE_… */
  } captures[PIL_PATTERN_CAPTURES];
} pil_match;

/* The end of the match that begins at `at`, or NULL. */
const char *pil_pattern_try(pil_match *match, const char *at);

#endif
