/* The command table. Compiled for any x86-64, so that an older CPU gets a sentence instead of an
 * illegal instruction.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "commands/options.h"

static const pil_verb *const verbs[] = {&pil_verb_run, &pil_verb_check, &pil_verb_eval, &pil_verb_decide, &pil_verb_diff,
                                         &pil_verb_frontier, &pil_verb_test, &pil_verb_explain,
                                         &pil_verb_verify};
enum { VERB_COUNT = sizeof verbs / sizeof *verbs };

static void print_help(FILE *to) {
  fprintf(to, "usage: pilotage VERB [arguments]\n\n"
              "Monte Carlo simulation of what scaling a pilot costs, earns and risks.\n\nverbs:\n");
  for (int i = 0; i < VERB_COUNT; i++) {
    int room = 26 - (int)pil_text_width(verbs[i]->arguments);
    fprintf(to, "  %-8s %s%*s %s\n", verbs[i]->name, verbs[i]->arguments, room > 0 ? room : 0, "", verbs[i]->summary);
  }
  fprintf(to, "\npilotage VERB --help shows a verb's options; pilotage --version the version.\n");
}

static const char *verb_name_at(const void *source, size_t index) {
  (void)source;
  return verbs[index]->name;
}

static int refuse_verb(const char *word) {
  const char *near = pil_text_nearest_of(word, verb_name_at, NULL, VERB_COUNT);
  char shown[128];
  pil_text_escape(word, strlen(word), shown, sizeof shown);
  fprintf(stderr, "pilotage: unknown verb \"%s\"%s%s%s (pilotage --help lists the verbs)\n", shown,
          near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
  return PIL_EXIT_FAILED;
}

/* A stream that the caller has closed would be the next file that is opened: messages would go into a log. What takes its
 * place can neither be read (0) nor written (1, 2), so that it fails as a closed one does. */
static void fill_closed_streams(void) {
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++)
    if (fcntl(stream, F_GETFD) < 0 && errno == EBADF) (void)!open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

/* A failure already told is not told twice. */
static int flush_output(int status) {
  if ((fflush(stdout) == 0 && !ferror(stdout)) || status == PIL_EXIT_FAILED) return status;
  fprintf(stderr, "pilotage: cannot write to standard output\n");
  return PIL_EXIT_FAILED;
}

int main(int count, char **words) {
  if (!__builtin_cpu_supports("x86-64-v3")) {
    fprintf(stderr, "pilotage: this processor lacks AVX2 and FMA (x86-64-v3), which Pilotage needs\n");
    return PIL_EXIT_FAILED;
  }
  fill_closed_streams();
  signal(SIGPIPE, SIG_IGN); /* a closed pipe is a write error with a message */
  const char *word = count > 1 ? words[1] : "";
  if (strcmp(word, "--version") == 0) {
    printf("pilotage %s\n", PILOTAGE_VERSION);
    return flush_output(PIL_EXIT_GOOD);
  }
  if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0) {
    print_help(stdout);
    return flush_output(PIL_EXIT_GOOD);
  }
  if (count < 2) {
    print_help(stderr);
    return PIL_EXIT_FAILED;
  }
  for (int i = 0; i < VERB_COUNT; i++)
    if (strcmp(word, verbs[i]->name) == 0) return flush_output(verbs[i]->run(count - 2, words + 2));
  return refuse_verb(word);
}
