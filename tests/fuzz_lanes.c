/* Random programs in lanes and in stock Lua: every output of every trial must be the same bits, and
 * every error the same words in the same trial.
 * A program that differs is printed with as few lines as still differ.
 *   fuzz_lanes [COUNT]   FUZZ_SEED=N: program N first; FUZZ_COUNT=N; FUZZ_REASONS=1: why not in
 *   lanes; FUZZ_FIND=TEXT: print programs with such a reason; FUZZ_WHOLE=1: print whole programs; FUZZ_SHOW=1: print every program
 * SPDX-License-Identifier: Apache-2.0 */
#include <glob.h>
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../engine/base/error.h"
#include "../engine/lanes/batch.h"
#include "lua_programs.h"

enum {
  PROGRAMS = 2000,
  TRIALS = 200,
  MOST_DIFFERENCES = 5,
  REASONS = 400,
  LEAST_LANES_PERCENT = 85,
  PROGRAM_BYTES = 1 << 16,
  WHAT_BYTES = 2048
};

static const char scenario_text[] =
    "rollout: program.lua\n"
    "seed: 11\n"
    "trials: 200\n"
    "data: {calls: {file: calls.csv, columns: {score: score, ok: ok, times: times}}}\n"
    "inputs:\n"
    "  a: {uniform: [0.5, 3]}\n"
    "  b: {normal: [0, 3]}\n"
    "  s: {beta: [2, 3]}\n"
    "  n: {poisson: 3}\n"
    "  m: {binomial: [10, 0.4]}\n"
    "  flag: {bernoulli: 0.3}\n"
    "  kind: {discrete: {values: [small, large, huge]}}\n"
    "  lvl: {discrete: {values: [1, 2.5, 4]}}\n"
    "  c: 7\n"
    "  h: 0.25\n"
    "  e: \"= x.a * 2 + x.n\"\n"
    "  shock: {normal: [1, 0.2], each: 4}\n"
    "  call: {row: calls}\n"
    "settings:\n"
    "  rate: 0.25\n"
    "  k: 3\n"
    "  name: abc\n"
    "  list: [0.5, 1.5, 2.5, 4]\n"
    "  wage: {normal: {mean: 3, sd: 1}}\n"
    "  tiers: {discrete: {values: [1, 2.5, 7]}}\n"
    "  on: true\n"
    "  plan:\n"
    "    - {share: 0.1, month: 1, name: low}\n"
    "    - {share: 0.5, month: 4, name: mid}\n"
    "    - {share: 1.0, month: 9, name: full}\n";
static const char calls_text[] =
    "score,ok,times\n0.5,true,3\n0.25,false,1\n0.75,true,0\n0.9,true,5\n0.1,false,2\n";

typedef struct bench {
  char folder[64], script[96], scenario[96];
  size_t run_count, lanes_count, failed_count, difference_count;
  char reasons[REASONS][200]; /* why programs did not run in lanes, and how many */
  size_t reason_counts[REASONS], reason_count;
} bench;

static void write_file(const char *folder, const char *name, const char *text) {
  char path[160];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "w");
  if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0) {
    perror(path);
    exit(2);
  }
}

static void bench_open(bench *b) {
  *b = (bench){.folder = "/tmp/pil-fuzz-XXXXXX"};
  if (mkdtemp(b->folder) == NULL) exit(2);
  snprintf(b->script, sizeof b->script, "%s/program.lua", b->folder);
  snprintf(b->scenario, sizeof b->scenario, "%s/fuzz.yaml", b->folder);
  write_file(b->folder, "fuzz.yaml", scenario_text);
  write_file(b->folder, "calls.csv", calls_text);
}

static void bench_close(bench *b) {
  static const char *const names[] = {"program.lua", "fuzz.yaml", "calls.csv", "a.csv", "b.csv", "b.json"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char path[160];
    snprintf(path, sizeof path, "%s/%s", b->folder, names[i]);
    unlink(path);
  }
  rmdir(b->folder);
}

/* ---- one side ---- */

typedef struct side {
  pil_scenario *scenario;
  pil_run *run;
  pil_error error;
  bool good;
} side;

static void side_run(side *s, const bench *b, const pil_options *options) {
  *s = (side){0};
  s->scenario = pil_scenario_load(b->scenario, options, &s->error);
  s->run = s->scenario == NULL ? NULL : pil_run_new(s->scenario, &s->error);
  s->good = s->run != NULL && pil_run_step(s->run, TRIALS, NULL, NULL, &s->error);
}

static void side_free(side *s) {
  pil_run_free(s->run);
  pil_scenario_free(s->scenario);
}

/* ---- differences ---- */

/* Texts have a number each, in the order met; the samples tell whether they are the same texts. */
static bool is_same_cell(double a, double b) {
  if (pil_cell_is_text(a) || pil_cell_is_text(b)) return pil_cell_is_text(a) && pil_cell_is_text(b);
  return pil_cell_bits(a) == pil_cell_bits(b);
}

static bool compare_column(const side *a, const side *b, const char *name, uint32_t index, char *what,
                           size_t what_bytes) {
  size_t a_count = 0, b_count = 0;
  const double *a_cells = pil_run_column(a->run, 0, name, index, &a_count);
  const double *b_cells = pil_run_column(b->run, 0, name, index, &b_count);
  if (a_cells == NULL && b_cells == NULL) return true;
  snprintf(what, what_bytes, "column %s[%u] is there on one side only", name, index);
  if (a_cells == NULL || b_cells == NULL || a_count != b_count) return false;
  for (size_t i = 0; i < a_count; i++) {
    if (is_same_cell(a_cells[i], b_cells[i])) continue;
    snprintf(what, what_bytes, "%s[%u] in trial %zu: scalar %.17g (%016llx), lanes %.17g (%016llx)", name,
             index, i + 1, a_cells[i], (unsigned long long)pil_cell_bits(a_cells[i]), b_cells[i],
             (unsigned long long)pil_cell_bits(b_cells[i]));
    return false;
  }
  return true;
}

/* The first line that differs goes to `what`. */
static bool is_same_file(const char *a, const char *b, char *what, size_t what_bytes) {
  FILE *one = fopen(a, "r"), *other = fopen(b, "r");
  static char line[4096], other_line[4096];
  bool same = one != NULL && other != NULL;
  for (bool more = same; more && same;) {
    more = fgets(line, sizeof line, one) != NULL;
    same = more == (fgets(other_line, sizeof other_line, other) != NULL) &&
           (!more || strcmp(line, other_line) == 0);
  }
  if (!same) snprintf(what, what_bytes, "samples: scalar %.500s#   lanes %.500s", line, other_line);
  if (one != NULL) fclose(one);
  if (other != NULL) fclose(other);
  return same;
}

static bool compare_samples(const bench *b, side *one, side *other, char *what, size_t what_bytes) {
  char first[96], second[96];
  pil_error error;
  snprintf(first, sizeof first, "%s/a.csv", b->folder);
  snprintf(second, sizeof second, "%s/b.csv", b->folder);
  snprintf(what, what_bytes, "the samples cannot be written");
  return pil_run_write_samples(one->run, first, NULL, NULL, &error) &&
         pil_run_write_samples(other->run, second, NULL, NULL, &error) &&
         is_same_file(first, second, what, what_bytes);
}

static bool compare_sides(const bench *b, side *one, side *other, char *what, size_t what_bytes) {
  static const char *const names[] = {"o1", "o2", "o3", "o4", "flag", "maybe", "word", "r.u", "r.v"};
  char line[PIL_ERROR_LINE_BYTES], other_line[PIL_ERROR_LINE_BYTES];
  if (!one->good || !other->good) {
    snprintf(line, sizeof line, "none");
    snprintf(other_line, sizeof other_line, "none");
    if (!one->good) pil_error_format(&one->error, line, sizeof line);
    if (!other->good) pil_error_format(&other->error, other_line, sizeof other_line);
    if (strcmp(line, other_line) == 0 && one->error.trial == other->error.trial) return true;
    snprintf(what, what_bytes, "errors: scalar, trial %llu: %.400s\n#   lanes, trial %llu: %.400s",
             (unsigned long long)one->error.trial, line, (unsigned long long)other->error.trial, other_line);
    return false;
  }
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (!compare_column(one, other, names[i], 0, what, what_bytes)) return false;
  for (uint32_t index = 1; index <= 40; index++)
    if (!compare_column(one, other, "list", index, what, what_bytes)) return false;
  return compare_samples(b, one, other, what, what_bytes);
}

/* ---- why not in lanes ---- */

static void note_reason(bench *b, const char *reason) {
  for (size_t i = 0; i < b->reason_count; i++) {
    if (strcmp(b->reasons[i], reason) != 0) continue;
    b->reason_counts[i]++;
    return;
  }
  if (b->reason_count == REASONS) return;
  snprintf(b->reasons[b->reason_count], sizeof b->reasons[0], "%s", reason);
  b->reason_counts[b->reason_count++] = 1;
}

static void note_reasons(bench *b, side *lanes, const char *program) {
  char path[96], line[1024];
  pil_error error;
  snprintf(path, sizeof path, "%s/b.json", b->folder);
  if (!pil_run_write(lanes->run, PIL_FORMAT_JSON, false, path, NULL, &error)) return;
  FILE *file = fopen(path, "r");
  while (file != NULL && fgets(line, sizeof line, file) != NULL) {
    char *start = strstr(line, "\"reason\": \"");
    if (start == NULL) continue;
    start += strlen("\"reason\": \"");
    char *end = strrchr(start, '"');
    if (end != NULL) *end = '\0';
    note_reason(b, start);
    const char *wanted = getenv("FUZZ_FIND");
    if (wanted != NULL && strstr(start, wanted) != NULL) printf("%s\n", program);
  }
  if (file != NULL) fclose(file);
}

static void show_reasons(const bench *b) {
  for (size_t i = 0; i < b->reason_count; i++)
    printf("# %5zu programs: %s\n", b->reason_counts[i], b->reasons[i]);
}

/* ---- programs ---- */

/* Widths and instructions are taken in turn; the scalar side runs the whole as one batch. */
static pil_options options_of(uint64_t number) {
  static const size_t widths[] = {512, 64, 7, 100, 1, 2, 200, 33};
  static const char *const isas[] = {"auto", "portable", "avx2"};
  return (pil_options){.threads = 1,
                       .lanes = widths[number % (sizeof widths / sizeof *widths)],
                       .isa = isas[number / 8 % (sizeof isas / sizeof *isas)],
                       .keep_inputs = true};
}

/* Whether both sides say the same; counts what ran where. */
static bool run_both(bench *b, uint64_t number, const char *text, char *what, size_t what_bytes) {
  side scalar, lanes;
  pil_options options = options_of(number);
  size_t width = options.lanes;
  write_file(b->folder, "program.lua", text);
  options.engine = PIL_ENGINE_SCALAR;
  options.lanes = 512;
  side_run(&scalar, b, &options);
  options.engine = PIL_ENGINE_LANES;
  options.lanes = width;
  side_run(&lanes, b, &options);
  b->run_count++;
  if (!scalar.good) b->failed_count++;
  if (scalar.good && lanes.run != NULL) {
    uint64_t in_lanes, in_scalar;
    pil_run_engine(lanes.run, &in_lanes, &in_scalar);
    if (in_scalar == 0) b->lanes_count++;
    else if (getenv("FUZZ_REASONS") != NULL) note_reasons(b, &lanes, text);
  }
  bool same = compare_sides(b, &scalar, &lanes, what, what_bytes);
  side_free(&scalar);
  side_free(&lanes);
  return same;
}

/* Removes lines as long as the rest still differs: halves first, then ever smaller pieces. */
static void shrink(bench *b, uint64_t number, char *text, char *what, size_t what_bytes) {
  static char shorter[PROGRAM_BYTES], other_what[WHAT_BYTES];
  bench counts = *b;
  for (size_t piece = 32; piece > 0; piece /= 2) {
    for (char *from = text; *from != '\0';) {
      char *end = from;
      for (size_t i = 0; i < piece && *end != '\0'; i++) end += strcspn(end, "\n") + 1;
      memcpy(shorter, text, (size_t)(from - text));
      memcpy(shorter + (from - text), end, strlen(end) + 1);
      if (!run_both(&counts, number, shorter, other_what, sizeof other_what)) {
        snprintf(what, what_bytes, "%s", other_what);
        memcpy(text, shorter, strlen(shorter) + 1);
      } else {
        from += strcspn(from, "\n") + 1;
      }
    }
  }
}

static void run_program(bench *b, uint64_t number, const char *name, const char *text) {
  static char what[WHAT_BYTES], kept[PROGRAM_BYTES];
  if (run_both(b, number, text, what, sizeof what)) return;
  b->difference_count++;
  snprintf(kept, sizeof kept, "%s", text);
  pil_options options = options_of(number);
  if (getenv("FUZZ_WHOLE") == NULL) shrink(b, number, kept, what, sizeof what);
  printf("# %s differs (lanes %zu, isa %s): %s\n%s\n", name, options.lanes, options.isa, what, kept);
  fflush(stdout);
}

/* Programs that differed once, tests/lanes/NAME.lua, and those of kinds that must not leave lanes,
 * whole_NAME.lua. */
static void run_cases(bench *b) {
  glob_t found;
  if (glob("tests/lanes/*.lua", 0, NULL, &found) != 0) return;
  for (size_t i = 0; i < found.gl_pathc; i++) {
    static char text[PROGRAM_BYTES];
    FILE *file = fopen(found.gl_pathv[i], "r");
    if (file == NULL) continue;
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    size_t before = b->difference_count, runs = b->run_count, lanes = b->lanes_count;
    for (uint64_t turn = 0; turn < 24 && b->difference_count == before; turn++)
      run_program(b, turn, found.gl_pathv[i], text);
    if (strstr(found.gl_pathv[i], "/whole_") == NULL || b->run_count - runs == b->lanes_count - lanes) continue;
    printf("# %s did not run wholly in lanes\n", found.gl_pathv[i]);
    b->difference_count++;
  }
  globfree(&found);
}

static size_t count_of(int count, char **words) {
  const char *given = count > 1 ? words[1] : getenv("FUZZ_COUNT");
  size_t programs = given == NULL ? PROGRAMS : (size_t)strtoull(given, NULL, 10);
  return programs == 0 ? PROGRAMS : programs;
}

int main(int count, char **words) {
  bench b;
  static generator g;
  size_t programs = count_of(count, words);
  uint64_t seed = fuzz_seed();
  bench_open(&b);
  run_cases(&b);
  size_t cases = b.difference_count;
  b.run_count = b.lanes_count = b.failed_count = 0;
  for (size_t i = 0; i < programs && b.difference_count - cases < MOST_DIFFERENCES; i++) {
    char name[64];
    snprintf(name, sizeof name, "the program of FUZZ_SEED=%llu", (unsigned long long)(seed + i));
    write_program(&g, seed + i);
    if (getenv("FUZZ_SHOW") != NULL) printf("%s\n", pil_text_get(&g.out));
    run_program(&b, seed + i, name, pil_text_get(&g.out));
    pil_text_free(&g.out);
  }
  size_t whole = b.run_count - b.failed_count;
  size_t percent = whole == 0 ? 0 : 100 * b.lanes_count / whole;
  printf("# %zu programs, %zu of them with an error in a trial; of the others %zu %% ran wholly in lanes\n",
         b.run_count, b.failed_count, percent);
  show_reasons(&b);
  printf("1..3\n");
  printf("%s 1 - programs that differed once are the same in lanes\n", cases == 0 ? "ok" : "not ok");
  printf("%s 2 - random programs are the same in lanes\n", b.difference_count == cases ? "ok" : "not ok");
  printf("%s 3 - at least %d %% run wholly in lanes\n", percent >= LEAST_LANES_PERCENT ? "ok" : "not ok",
         LEAST_LANES_PERCENT);
  bench_close(&b);
  return b.difference_count > 0 || percent < LEAST_LANES_PERCENT;
}
