/* The text of a YAML file: what is refused before it is parsed, and the parser's complaints in
 * words that name the useful line.
 * SPDX-License-Identifier: Apache-2.0 */
#include "yaml_source.h"

#include <string.h>

#include "../base/text.h"

enum { KEY_LETTERS = 1024, SHOWN_BYTES = 61 };

/* A line ends after LF, CR LF or a CR alone. */
static bool ends_line(const char *c, const char *end) {
  return *c == '\n' || (*c == '\r' && (c + 1 == end || c[1] != '\n'));
}

static bool refuse_encoding(pil_place at, const unsigned char *b, size_t left, size_t offset,
                            pil_error *error) {
  /* How many of the bytes that the first one promises are there. */
  size_t promised = b[0] >= 0xf0 ? 4 : b[0] >= 0xe0 ? 3 : 2, present = 1;
  while (present < promised && present < left && (b[present] & 0xc0) == 0x80) present++;
  bool leads = b[0] >= 0xc2 && b[0] <= 0xf4;
  if (!leads) present = 1;
  const char *fault = !leads               ? "a byte that starts no character"
                      : present < promised ? "an incomplete UTF-8 sequence"
                                           : "an invalid Unicode character";
  char shown[16];
  size_t used = 0;
  for (size_t i = 0; i < present; i++)
    used += (size_t)snprintf(shown + used, sizeof shown - used, i == 0 ? "%02X" : " %02X", b[i]);
  return pil_error_set(error, PIL_FAILURE_INPUT, at,
                       "invalid UTF-8: %s (%s) at byte %zu of the file; save it as UTF-8", fault,
                       shown, offset + 1);
}

static bool refuse_control(pil_place at, unsigned code, pil_error *error) {
  if (code == 0) {
    return pil_error_set(error, PIL_FAILURE_INPUT, at,
                         "a NUL control character stands here; is this a text file in UTF-8?");
  }
  return pil_error_set(error, PIL_FAILURE_INPUT, at,
                       "the control character U+%04X stands here; delete it", code);
}

/* Characters that no editor shows, or that YAML alone takes for a line break. */
static unsigned find_invisible(const unsigned char *b, size_t count) {
  if (count == 2 && b[0] == 0xc2 && b[1] < 0xa0) return b[1];
  if (count != 3) return 0;
  unsigned code = (b[0] & 0x0fu) << 12 | (b[1] & 0x3fu) << 6 | (b[2] & 0x3fu);
  bool bad = code == 0x2028 || code == 0x2029 || code == 0xfeff || code == 0xfffe || code == 0xffff;
  return bad ? code : 0;
}

static bool check_character(pil_place at, const char *bytes, size_t left, size_t offset,
                            size_t *taken, pil_error *error) {
  const unsigned char *b = (const unsigned char *)bytes;
  *taken = pil_text_utf8_bytes(bytes, left);
  if (*taken == 0) return refuse_encoding(at, b, left, offset, error);
  if ((b[0] < 0x20 && b[0] != '\t' && b[0] != '\n' && b[0] != '\r') || b[0] == 0x7f)
    return refuse_control(at, b[0], error);
  unsigned invisible = *taken == 1 ? 0 : find_invisible(b, *taken);
  return invisible == 0 || refuse_control(at, invisible, error);
}

/* A flood of %TAG lines takes the parser quadratic time before it says a word. */
static bool check_directive(pil_place at, const char *bytes, size_t left, pil_error *error) {
  bool directive = left > 4 && (strncmp(bytes, "%YAML", 5) == 0 || strncmp(bytes, "%TAG", 4) == 0);
  if (!directive) return true;
  return pil_error_set(error, PIL_FAILURE_INPUT, at,
                       "a directive (%%YAML or %%TAG) is not allowed; delete this line");
}

bool pil_yaml_check_source(pil_yaml_source *source, pil_error *error) {
  const char *bytes = source->bytes;
  size_t length = source->length;
  pil_place at = {source->file, 1, 1};
  if (length >= 2 && (memcmp(bytes, "\xff\xfe", 2) == 0 || memcmp(bytes, "\xfe\xff", 2) == 0)) {
    return pil_error_set(error, PIL_FAILURE_INPUT, at,
                         "the file is UTF-16 (invalid UTF-8 here); save it as UTF-8");
  }
  for (size_t i = 0; i < length;) {
    if (at.column == 1 && bytes[i] == '%')
      PIL_TRY(check_directive(at, bytes + i, length - i, error));
    size_t taken;
    PIL_TRY(check_character(at, bytes + i, length - i, i, &taken, error));
    bool line_ends = ends_line(bytes + i, bytes + length);
    at.line += line_ends;
    at.column = line_ends ? 1 : at.column + 1;
    i += taken;
  }
  source->line_count = at.line;
  return true;
}

pil_place pil_yaml_place(const pil_yaml_source *source, size_t line, size_t column) {
  pil_place at = {source->file, (int)line + 1, (int)column + 1};
  if (at.line > source->line_count) at = (pil_place){source->file, source->line_count, 0};
  return at;
}

/* The character at a place of the file; the file's end where there is none. */
static const char *find_character(const pil_yaml_source *source, pil_place at) {
  const char *c = source->bytes, *end = c + source->length;
  for (int line = 1; line < at.line && c < end; c++) line += ends_line(c, end);
  if (at.column == 0) return end;
  for (int column = 1; column < at.column && c < end; column++)
    c += pil_text_utf8_bytes(c, (size_t)(end - c));
  return c;
}

/* The start of a line of the file, for showing: its printable text without indentation. */
static void copy_line(const pil_yaml_source *source, pil_place at, char *to, size_t to_bytes,
                      size_t *line_length) {
  const char *c = find_character(source, (pil_place){NULL, at.line, at.column > 0});
  const char *end = source->bytes + source->length;
  while (c < end && *c == ' ') c++;
  size_t length = 0;
  while (c + length < end && c[length] != '\n' && c[length] != '\r') length++;
  *line_length = length;
  pil_text_escape(c, length, to, to_bytes);
}

/* The library's words (all it has for block and flow style), where the useful place is and what
 * to say there. "%s" is the start of that line; more than one: see pil_yaml_explain. */
typedef struct explanation {
  const char *problem, *context; /* parts of the library's messages; NULL: any */
  bool at_context;
  const char *sentence;
} explanation;

static const explanation explanations[] = {
    {"unexpected end of stream", "quoted scalar", true,
     "the text in quotes that starts here is not closed: "},
    {"document indicator", "quoted scalar", true,
     "the text in quotes that starts here is not closed: "},
    {"unknown escape", NULL, false,
     "an unknown escape after \"\\\" (write \\\\ for a backslash, or use single quotes): "},
    {"hexdecimal", NULL, false, "expected hexadecimal digits after this escape: "},
    {"Unicode character escape", NULL, false, "this escape is no Unicode character: "},
    {"could not find expected ':'", NULL, true, "expected a colon and a blank after the key in: "},
    {"mapping values", NULL, false,
     "a second colon in one entry, or a value that does not belong here (a text that holds "
     "\": \" goes in quotes): "},
    {"mapping keys", NULL, false, "a key cannot start here: "},
    {"sequence entries", NULL, false, "a list entry (\"- \") cannot start here: "},
    {"cannot start any token", NULL, false, NULL},
    {"tab character", NULL, false, "a tab is used to indent; use blanks: "},
    {"expected key", "block mapping", false,
     "expected a key in line with the keys above; check the indentation of: "},
    {"'-' indicator", NULL, false,
     "expected \"- \" in line with the list above; check the indentation of: "},
    {"',' or ']'", NULL, false, "expected a comma or \"]\" in the list in brackets, found: "},
    {"',' or '}'", NULL, false, "expected a comma or \"}\" in the map in braces, found: "},
    {"unexpected ':'", NULL, false, "a colon stands here that belongs to no key: "},
    {"node content", NULL, false, "expected a value, found: "},
    {"document start", NULL, false, "the document has ended and something follows: "},
    {"directive", NULL, true, "a directive (%) is not allowed: "},
    {NULL, "directive", true, "a directive (%) is not allowed: "},
    {NULL, "tag", true, "a tag (!) is not allowed; a text that starts with \"!\" goes in quotes: "},
    {"tag handle", NULL, false, "a tag (!) is not allowed: "},
    {NULL, "anchor", true,
     "an anchor (&) is not allowed; a text that starts with \"&\" goes in quotes: "},
    {NULL, "alias", true,
     "an alias (*) is not allowed; a text that starts with \"*\" goes in quotes: "},
    {NULL, "block scalar", false, "the mark after \"|\" or \">\" cannot be used: "},
};

static bool holds(const char *message, const char *part) {
  return part == NULL || (message != NULL && strstr(message, part) != NULL);
}

static const explanation *find_explanation(const pil_yaml_problem *problem) {
  for (size_t i = 0; i < sizeof explanations / sizeof explanations[0]; i++) {
    const explanation *e = &explanations[i];
    if (holds(problem->problem, e->problem) && holds(problem->context, e->context)) return e;
  }
  return NULL;
}

/* A tab in the indentation, or a character that YAML reserves. */
static bool explain_start(pil_place at, const char *c, size_t left, pil_error *error) {
  if (left > 0 && *c == '\t') {
    return pil_error_set(error, PIL_FAILURE_INPUT, at, "a tab is used to indent; use blanks");
  }
  char letter[8];
  pil_text_escape(c, pil_text_utf8_bytes(c, left), letter, sizeof letter);
  return pil_error_set(error, PIL_FAILURE_INPUT, at,
                       "the character %s cannot start a value; put the text in quotes", letter);
}

/* The file ended within braces or brackets: where they opened says more than where it ended. */
static bool explain_open(const pil_yaml_problem *problem, pil_error *error) {
  const char *what = holds(problem->context, "sequence") ? "list in brackets" : "map in braces";
  return pil_error_set(error, PIL_FAILURE_INPUT, problem->context_at,
                       "the %s that starts here is not closed", what);
}

bool pil_yaml_explain(const pil_yaml_source *source, const pil_yaml_problem *problem,
                      pil_error *error) {
  const explanation *e = find_explanation(problem);
  bool has_context = problem->context_at.line > 0;
  pil_place at = e != NULL && e->at_context && has_context ? problem->context_at : problem->at;
  const char *c = find_character(source, at);
  size_t left = (size_t)(source->bytes + source->length - c);
  if (e != NULL && e->sentence == NULL) return explain_start(at, c, left, error);
  if (left == 0 && has_context && holds(problem->problem, "' or '"))
    return explain_open(problem, error);
  char shown[SHOWN_BYTES];
  size_t line_length;
  copy_line(source, at, shown, sizeof shown, &line_length);
  if (line_length > KEY_LETTERS && holds(problem->problem, "expected ':'")) {
    return pil_error_set(error, PIL_FAILURE_INPUT, at,
                         "a key may be at most %d characters long: %s…", KEY_LETTERS, shown);
  }
  bool wants_more = holds(problem->problem, "expected key") || holds(problem->problem, "content");
  if (left > 0 && *c == ':' && wants_more) {
    return pil_error_set(error, PIL_FAILURE_INPUT, at,
                         "an empty key; write a name before the colon");
  }
  const char *cut = line_length >= sizeof shown ? "…" : "";
  if (e == NULL) {
    const char *words = problem->problem != NULL ? problem->problem : "it cannot be parsed";
    return pil_error_set(error, PIL_FAILURE_INPUT, at, "not valid YAML (%s): %s%s", words, shown,
                         cut);
  }
  return pil_error_set(error, PIL_FAILURE_INPUT, at, "%s%s%s", e->sentence,
                       line_length == 0 ? "the end of the file" : shown, cut);
}
