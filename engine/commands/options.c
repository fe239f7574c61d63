/* Command lines: one table of options per verb gives both the reading and the help.
 * SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include <stdlib.h>
#include <string.h>

#include "../base/text.h"
#include "../data/numeral.h"

static const char *option_name_at(const void *options, size_t index) {
  return ((const pil_option *)options)[index].name;
}

static size_t option_count(const pil_option *options) {
  size_t count = 0;
  while (options[count].name != NULL) count++;
  return count;
}

static bool refuse_value(const pil_option *option, const char *value, const char *expected,
                         pil_error *error) {
  return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE, "--%s: expected %s, found \"%s\"", option->name,
                       expected, value);
}

/* Digits only: no sign, no space, no rounding. */
static bool read_digits(const char *text, char end, uint64_t *out, const char **rest) {
  uint64_t value = 0;
  const char *c = text;
  for (; *c >= '0' && *c <= '9'; c++) {
    if (__builtin_mul_overflow(value, UINT64_C(10), &value) ||
        __builtin_add_overflow(value, (uint64_t)(*c - '0'), &value))
      return false;
  }
  *out = value;
  if (rest != NULL) *rest = c;
  return c != text && *c == end;
}

static bool read_piece(const pil_option *option, const char *value, pil_error *error) {
  uint64_t *piece = option->target;
  const char *rest;
  bool good = read_digits(value, ':', &piece[0], &rest) && read_digits(rest + 1, '\0', &piece[1], NULL) &&
              piece[0] >= 1 && piece[0] <= piece[1];
  return good || refuse_value(option, value, "FIRST:LAST with 1 <= FIRST <= LAST, such as 1:5000", error);
}

/* The index of one of three names; -1, and the error, when it is none of them. */
static int read_choice(const pil_option *option, const char *value, const char *const names[3],
                       pil_error *error) {
  char expected[64];
  for (int i = 0; i < 3; i++)
    if (strcmp(value, names[i]) == 0) return i;
  snprintf(expected, sizeof expected, "%s, %s or %s", names[0], names[1], names[2]);
  refuse_value(option, value, expected, error);
  return -1;
}

static bool read_format(const pil_option *option, const char *value, pil_error *error) {
  static const char *const names[] = {"text", "json", "csv"};
  int choice = read_choice(option, value, names, error);
  if (choice >= 0) *(pil_format *)option->target = (pil_format)choice;
  return choice >= 0;
}

static bool read_engine(const pil_option *option, const char *value, pil_error *error) {
  static const char *const names[] = {"auto", "lanes", "scalar"};
  int choice = read_choice(option, value, names, error);
  if (choice >= 0) *(pil_engine *)option->target = (pil_engine)choice;
  return choice >= 0;
}

static bool store(const pil_option *option, const char *value, pil_error *error) {
  switch (option->kind) {
    case PIL_OPTION_FLAG: *(bool *)option->target = true; return true;
    case PIL_OPTION_WHOLE:
      if (read_digits(value, '\0', option->target, NULL) && *(uint64_t *)option->target >= 1 &&
          *(uint64_t *)option->target <= UINT64_C(1000000000000))
        return true;
      return refuse_value(option, value, "a whole number from 1 to 1000000000000", error);
    case PIL_OPTION_SEED: {
      pil_option_seed *seed = option->target;
      seed->given = true;
      return read_digits(value, '\0', &seed->value, NULL) ||
             refuse_value(option, value, "a whole number from 0 to 18446744073709551615", error);
    }
    case PIL_OPTION_NUMBER: {
      pil_option_number *number = option->target;
      pil_numeral found = pil_numeral_read(value, strlen(value), &number->value);
      number->given = true;
      bool good = found == PIL_NUMERAL_WHOLE || found == PIL_NUMERAL_DECIMAL;
      return good || refuse_value(option, value, "a number", error);
    }
    case PIL_OPTION_TEXT: *(const char **)option->target = value; return true;
    case PIL_OPTION_LIST: {
      pil_option_list *list = option->target;
      if (list->count == PIL_OPTION_LIST_MOST)
        return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE, "--%s: given too often", option->name);
      list->items[list->count++] = value;
      return true;
    }
    case PIL_OPTION_PIECE: return read_piece(option, value, error);
    case PIL_OPTION_FORMAT: return read_format(option, value, error);
    case PIL_OPTION_ENGINE: return read_engine(option, value, error);
  }
  return false;
}

/* The option that a word names, and the value written into the same word, if any. */
static const pil_option *find_option(const pil_option *options, const char *word, const char **value) {
  *value = NULL;
  for (const pil_option *o = options; o->name != NULL; o++) {
    size_t length = strlen(o->name);
    if (word[1] == '-' && strncmp(word + 2, o->name, length) == 0 &&
        (word[2 + length] == '\0' || word[2 + length] == '=')) {
      if (word[2 + length] == '=') *value = word + 3 + length;
      return o;
    }
    if (word[1] != '-' && o->letter != 0 && word[1] == o->letter) {
      if (word[2] != '\0') *value = word + 2;
      return o;
    }
  }
  return NULL;
}

static bool refuse_unknown(const pil_verb *verb, const pil_option *options, const char *word,
                           pil_error *error) {
  char name[128];
  const char *start = word + strspn(word, "-");
  snprintf(name, sizeof name, "%.*s", (int)strcspn(start, "="), start);
  const char *near = pil_text_nearest_of(name, option_name_at, options, option_count(options));
  return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE,
                       "unknown option \"%s\"%s%s%s (pilotage %s --help lists the options)", word,
                       near ? ", did you mean \"--" : "", near ? near : "", near ? "\"?" : "", verb->name);
}

static bool read_words(const pil_verb *verb, const pil_option *options, int count, char **words,
                       pil_option_list *files, bool *wants_help, pil_error *error) {
  bool options_ended = false;
  for (int i = 0; i < count; i++) {
    const char *word = words[i], *value;
    if (options_ended || word[0] != '-' || word[1] == '\0') {
      if (files->count == PIL_OPTION_LIST_MOST)
        return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE, "too many files");
      files->items[files->count++] = word;
      continue;
    }
    if (strcmp(word, "--") == 0) {
      options_ended = true;
      continue;
    }
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
      *wants_help = true;
      return true;
    }
    const pil_option *option = find_option(options, word, &value);
    if (option == NULL) return refuse_unknown(verb, options, word, error);
    if (option->kind == PIL_OPTION_FLAG && value != NULL)
      return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE, "--%s takes no value", option->name);
    if (option->kind != PIL_OPTION_FLAG && value == NULL) {
      if (++i == count) {
        return pil_error_set(error, PIL_FAILURE_USAGE, PIL_NOWHERE, "--%s needs a value: %s", option->name,
                             option->argument);
      }
      value = words[i];
    }
    PIL_TRY(store(option, value, error));
  }
  return true;
}

static void print_help(const pil_verb *verb, const pil_option *options, FILE *to) {
  fprintf(to, "usage: pilotage %s %s\n\n%s\n", verb->name, verb->arguments, verb->details);
  if (options[0].name != NULL) fprintf(to, "\noptions:\n");
  for (const pil_option *o = options; o->name != NULL; o++) {
    char left[64], letter[8] = "    ";
    if (o->letter != 0) snprintf(letter, sizeof letter, "-%c, ", o->letter);
    snprintf(left, sizeof left, "%s--%s%s%s", letter, o->name, o->argument ? " " : "",
             o->argument ? o->argument : "");
    fprintf(to, "  %-28s %s\n", left, o->help);
  }
  fprintf(to, "  %-28s %s\n", "-h, --help", "show this");
}

bool pil_options_read(const pil_verb *verb, const pil_option *options, int count, char **words, pil_option_list *files,
                      int *status) {
  bool wants_help = false;
  pil_error error;
  if (!read_words(verb, options, count, words, files, &wants_help, &error)) {
    *status = pil_command_fail(&error);
    return false;
  }
  *status = PIL_EXIT_GOOD;
  if (wants_help) print_help(verb, options, stdout);
  return !wants_help;
}

int pil_command_fail(const pil_error *error) {
  char line[PIL_ERROR_LINE_BYTES];
  fprintf(stderr, "pilotage: %s\n", pil_error_format(error, line, sizeof line));
  return error->failure == PIL_FAILURE_INTERRUPTED ? PIL_EXIT_INTERRUPTED : PIL_EXIT_FAILED;
}
