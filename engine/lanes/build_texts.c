/* Texts for the builder: joined, formatted and cut where they are known, or known to be one of a few.
 * SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>

#include "../base/text.h"
#include "build_choice.h"

enum { TEXT_BYTES = 1 << 16, NUMBER_BYTES = 512 };

static bool text_of_number(const pil_symbol *s, char *to, size_t to_bytes) {
  if (s->kind == PIL_KNOWN_INTEGER) {
    snprintf(to, to_bytes, "%lld", (long long)s->integer);
    return true;
  }
  if (s->kind != PIL_KNOWN_FLOAT) return false;
  snprintf(to, to_bytes, "%.14g", s->number);
  if (to[strspn(to, "-0123456789")] == '\0') strcat(to, ".0");
  return s->number == s->number; /* the sign of a NaN is nobody's business */
}

/* What has a text that no lane can hold, but has one for sure: nobody may ever ask for it (a policy's reason). */
static bool has_varying_text(const pil_symbol *s) {
  return s->kind == PIL_LANE_FLOAT || s->kind == PIL_LANE_INTEGER || s->kind == PIL_LANE_TEXT;
}

/* ---- .. ---- */

static bool join(pil_build *b, const void *context, const pil_symbol *parts, size_t count, pil_symbol *out) {
  pil_text whole = {0};
  bool good = true, varies = false;
  (void)context;
  for (size_t i = 0; good && i < count; i++) {
    char number[64];
    if (parts[i].kind == PIL_KNOWN_TEXT) pil_text_add(&whole, parts[i].text);
    else if (text_of_number(&parts[i], number, sizeof number)) pil_text_add(&whole, number);
    else if (has_varying_text(&parts[i])) varies = true;
    else good = pil_build_give_up(b, "a text that is built lane by lane");
    if (good && whole.length > TEXT_BYTES) good = pil_build_give_up(b, "a text of more than %d bytes", TEXT_BYTES);
  }
  if (whole.failed) good = pil_build_memory(b);
  if (good) *out = varies ? pil_symbol_some_text() : pil_symbol_text(b, pil_text_get(&whole), whole.length);
  pil_text_free(&whole);
  return good && !b->stopped;
}

bool pil_build_concat(pil_build *b, const pil_symbol *parts, size_t count, pil_symbol *out) {
  return pil_choice_spread(b, join, NULL, parts, count, out);
}

/* ---- string.format ---- */

/* What tostring gives for a known value that is no table or function. */
static bool plain_text(const pil_symbol *s, char *number, size_t number_bytes, const char **text) {
  *text = number;
  switch (s->kind) {
    case PIL_KNOWN_NIL: *text = "nil"; return true;
    case PIL_KNOWN_FALSE: *text = "false"; return true;
    case PIL_KNOWN_TRUE: *text = "true"; return true;
    case PIL_KNOWN_TEXT: *text = s->text; return true;
    default: return text_of_number(s, number, number_bytes);
  }
}

static bool known_integer(const pil_symbol *s, long long *number) {
  if (s->kind == PIL_KNOWN_INTEGER) *number = s->integer;
  if (s->kind == PIL_KNOWN_INTEGER) return true;
  if (s->kind != PIL_KNOWN_FLOAT || s->number != floor(s->number) || fabs(s->number) >= 0x1p63) return false;
  *number = (long long)s->number;
  return true;
}

static bool known_float(const pil_symbol *s, double *number) {
  if (s->kind == PIL_KNOWN_INTEGER) *number = (double)s->integer;
  if (s->kind == PIL_KNOWN_FLOAT) *number = s->number == s->number ? s->number : (double)NAN;
  return s->kind == PIL_KNOWN_INTEGER || s->kind == PIL_KNOWN_FLOAT;
}

/* One conversion, from % on: its length, or 0 for what is stock Lua's to judge. */
static size_t conversion_length(const char *at) {
  size_t length = 1 + strspn(at + 1, "-+ #0");
  if (length > 4) return 0;
  for (int part = 0; part < 2; part++) {
    if (part == 1 && at[length] == '.') length++;
    else if (part == 1) break;
    size_t digits = strspn(at + length, "0123456789");
    if (digits > 2) return 0;
    length += digits;
  }
  static const char *const allowed[] = {"d-+0 ", "i-+0 ", "x-#0", "X-#0", "o-#0", "e-+#0 ", "E-+#0 ",
                                        "f-+#0 ", "g-+#0 ", "G-+#0 ", "s-"};
  for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++) {
    if (allowed[i][0] != at[length]) continue;
    return 1 + strspn(at + 1, allowed[i] + 1) >= 1 + strspn(at + 1, "-+ #0") ? length + 1 : 0;
  }
  return 0;
}

/* Lua 5.4, lstrlib.c: str_format, for conversions of known values. */
static bool add_conversion(pil_text *to, const char *at, size_t length, const pil_symbol *value) {
  char format[24], piece[NUMBER_BYTES], number[64], letter = at[length - 1];
  const char *text;
  long long whole;
  double real;
  if (letter == 's') {
    if (!plain_text(value, number, sizeof number, &text) || strlen(text) >= sizeof piece / 2) return false;
    snprintf(format, sizeof format, "%.*s", (int)length, at);
    snprintf(piece, sizeof piece, format, text);
  } else if (strchr("dixXo", letter) != NULL) {
    if (!known_integer(value, &whole)) return false;
    snprintf(format, sizeof format, "%.*sll%c", (int)length - 1, at, letter);
    snprintf(piece, sizeof piece, format, whole);
  } else {
    if (!known_float(value, &real)) return false;
    snprintf(format, sizeof format, "%.*s", (int)length, at);
    snprintf(piece, sizeof piece, format, real);
  }
  pil_text_add(to, piece);
  return true;
}

/* A conversion of what varies that cannot fail. */
static bool is_varying_conversion(char letter, const pil_symbol *value) {
  bool is_whole = strchr("dixXo", letter) != NULL, is_text = letter == 's';
  return has_varying_text(value) &&
         (is_whole ? value->kind == PIL_LANE_INTEGER : is_text || value->kind != PIL_LANE_TEXT);
}

static bool format_text(pil_build *b, const pil_symbol *arguments, size_t count, pil_symbol *out) {
  pil_text whole = {0};
  bool varies = false;
  size_t next = 1;
  bool good = count > 0 && arguments[0].kind == PIL_KNOWN_TEXT;
  for (const char *at = good ? arguments[0].text : ""; good && *at != '\0';) {
    if (*at != '%' || at[1] == '%') {
      pil_text_format(&whole, "%c", *at);
      at += *at == '%' ? 2 : 1;
      continue;
    }
    size_t length = conversion_length(at);
    bool own = length > 0 && next < count && is_varying_conversion(at[length - 1], &arguments[next]);
    varies = varies || own;
    good = own || (length > 0 && next < count && add_conversion(&whole, at, length, &arguments[next]));
    next++;
    at += length;
  }
  good = good && whole.length <= TEXT_BYTES;
  if (whole.failed) pil_build_memory(b);
  else if (good) *out = varies ? pil_symbol_some_text() : pil_symbol_text(b, pil_text_get(&whole), whole.length);
  pil_text_free(&whole);
  return good ? !b->stopped : pil_build_give_up(b, "string.format");
}

/* ---- other functions of texts ---- */

static bool changed_text(pil_build *b, const char *name, const char *text, pil_symbol *out) {
  size_t length = strlen(text);
  char *made = pil_arena_copy(b->arena, text, length);
  if (made == NULL) return pil_build_memory(b);
  for (size_t i = 0; i < length; i++) {
    unsigned char own = (unsigned char)text[i];
    made[strcmp(name, "reverse") == 0 ? length - 1 - i : i] =
        (char)(*name == 'u' ? toupper(own) : *name == 'l' ? tolower(own) : own);
  }
  *out = pil_symbol_text(b, made, length);
  return !b->stopped;
}

/* string.sub with known positions: Lua 5.4, lstrlib.c: posrelatI and getendpos. */
static bool part_of_text(pil_build *b, const pil_symbol *arguments, size_t count, pil_symbol *out) {
  const char *text = arguments[0].text;
  long long length = (long long)strlen(text), first = 1, last = -1;
  if (count < 2 || !known_integer(&arguments[1], &first)) return pil_build_give_up(b, "string.sub");
  bool has_last = count > 2 && arguments[2].kind != PIL_KNOWN_NIL;
  if (has_last && !known_integer(&arguments[2], &last)) return pil_build_give_up(b, "string.sub");
  if (first < 0) first = first < -length ? 1 : length + first + 1;
  else if (first == 0) first = 1;
  if (last > length) last = length;
  else if (last < 0) last = last < -length ? 0 : length + last + 1;
  *out = first > last ? pil_symbol_text(b, "", 0) : pil_symbol_text(b, text + first - 1, (size_t)(last - first + 1));
  return !b->stopped;
}

static bool repeated_text(pil_build *b, const pil_symbol *arguments, size_t count, pil_symbol *out) {
  pil_text whole = {0};
  long long times = 0;
  bool good = count >= 2 && known_integer(&arguments[1], &times) && times <= TEXT_BYTES;
  const char *between = "";
  if (count > 2 && arguments[2].kind == PIL_KNOWN_TEXT) between = arguments[2].text;
  else if (count > 2 && arguments[2].kind != PIL_KNOWN_NIL) good = false;
  for (long long i = 0; good && i < times; i++) {
    if (i > 0) pil_text_add(&whole, between);
    pil_text_add(&whole, arguments[0].text);
    good = whole.length <= TEXT_BYTES;
  }
  if (whole.failed) pil_build_memory(b);
  else if (good) *out = pil_symbol_text(b, pil_text_get(&whole), whole.length);
  pil_text_free(&whole);
  return good ? !b->stopped : pil_build_give_up(b, "string.rep");
}

static bool tostring_of(pil_build *b, const pil_symbol *arguments, size_t count, pil_symbol *out) {
  char number[64];
  const char *text;
  if (count > 0 && arguments[0].kind == PIL_LANE_MASK) {
    pil_symbol yes = pil_symbol_text(b, "true", 4), no = pil_symbol_text(b, "false", 5);
    *out = pil_symbol_select(b, arguments[0].lane, &yes, &no);
    return !b->stopped;
  }
  if (count == 0 || !plain_text(&arguments[0], number, sizeof number, &text))
    return pil_build_give_up(b, "a text that is built lane by lane");
  *out = pil_symbol_text(b, text, strlen(text));
  return !b->stopped;
}

static bool run_string(pil_build *b, const void *context, const pil_symbol *arguments, size_t count, pil_symbol *out) {
  const char *name = context;
  if (strcmp(name, "tostring") == 0) return tostring_of(b, arguments, count, out);
  if (strcmp(name, "format") == 0) return format_text(b, arguments, count, out);
  if (count == 0 || arguments[0].kind != PIL_KNOWN_TEXT) return pil_build_give_up(b, "string.%s", name);
  if (strcmp(name, "upper") == 0 || strcmp(name, "lower") == 0 || strcmp(name, "reverse") == 0)
    return changed_text(b, name, arguments[0].text, out);
  if (strcmp(name, "sub") == 0) return part_of_text(b, arguments, count, out);
  if (strcmp(name, "rep") == 0) return repeated_text(b, arguments, count, out);
  if (strcmp(name, "len") != 0) return pil_build_give_up(b, "string.%s", name);
  *out = pil_symbol_integer((int64_t)strlen(arguments[0].text));
  return true;
}

bool pil_build_string(pil_build *b, const char *name, const pil_symbol *arguments, size_t count, pil_symbol *out) {
  return pil_choice_spread(b, run_string, name, arguments, count, out);
}
