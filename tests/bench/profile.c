/* Where the time of a rollout in lanes goes, in ns a trial, on one thread: within the machine (draws,
 * divisions, copying, dispatch) and around it (inputs, the table, the answer).
 *   profile [SCENARIO.yaml [TRIALS]]      without one: tests/bench/month.yaml
 * Within the machine it times programs that lack a part: a draw becomes a multiplication or a
 * comparison, a division a multiplication; a few ns are noise. Around it, it times the engine's calls.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../engine/rollout/rollout_answer.h"
#include "../../engine/lanes/assemble.h"
#include "../../engine/lanes/builder.h"
#include "../../engine/script/image.h"

enum { LANES = 512, ROUNDS = 40, TURNS = 15, COPIES = 32 };

static void fail(const pil_error *error) {
  fprintf(stderr, "%s:%d: %s\n", error->file, error->line, error->text);
  exit(2);
}

static double now_ns(void) {
  struct timespec at;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
  return (double)at.tv_sec * 1e9 + (double)at.tv_nsec;
}

/* ---- programs that lack a part ---- */

/* Instructions put in front of the script's: a column of ones, and the same as an integer. */
enum { ONE, ONE_I, FRONT };

static pil_operand value_of(uint32_t id) {
  return (pil_operand){.id = id};
}

static void shift(pil_operand *operand) {
  if (!operand->is_constant) operand->id += FRONT;
}

/* A copy with the front before it. Lists that are not altered are shared. */
static pil_ir_program copy_program(const pil_ir_program *p, size_t ones_column) {
  pil_ir_program copy = *p;
  copy.instruction_count += FRONT;
  copy.instructions = calloc(copy.instruction_count, sizeof *copy.instructions);
  copy.draws = calloc(p->draw_count + 1, sizeof *copy.draws);
  if (copy.instructions == NULL || copy.draws == NULL) abort();
  memcpy(copy.instructions + FRONT, p->instructions,
         p->instruction_count * sizeof *p->instructions);
  for (size_t i = 0; i < p->draw_count; i++) copy.draws[i] = p->draws[i];
  copy.instructions[ONE] = (pil_instruction){.op = PIL_IR_INPUT_F, .extra = (uint32_t)ones_column};
  copy.instructions[ONE_I] = (pil_instruction){.op = PIL_IR_F_TO_I, .operands = {value_of(ONE)}};
  for (size_t i = FRONT; i < copy.instruction_count; i++) {
    for (int j = 0; j < 3; j++) shift(&copy.instructions[i].operands[j]);
    if (copy.instructions[i].op == PIL_IR_AGAIN) copy.instructions[i].extra += FRONT;
  }
  for (size_t i = 0; i < copy.draw_count; i++) {
    shift(&copy.draws[i].k);
    for (int j = 0; j < PIL_PARAMETERS; j++) shift(&copy.draws[i].parameters[j]);
  }
  return copy;
}

static double median_of(const pil_ir_draw *draw) {
  const uint64_t half = UINT64_C(1) << 63;
  double numbers[PIL_PARAMETERS];
  if (draw->distribution != NULL) return pil_distribution_draw(draw->distribution, half);
  for (int i = 0; i < PIL_PARAMETERS; i++) {
    if (!draw->parameters[i].is_constant) return 1;
    numbers[i] = draw->parameters[i].number;
  }
  return pil_family_draw(draw->family, numbers, half);
}

static pil_family family_of(const pil_ir_draw *draw) {
  return draw->distribution != NULL ? draw->distribution->family : draw->family;
}

/* Those of one family; returns how many. */
static size_t remove_draws(pil_ir_program *p, pil_family family) {
  size_t count = 0;
  for (size_t i = FRONT; i < p->instruction_count; i++) {
    pil_instruction *in = &p->instructions[i];
    if (!pil_ir_is_draw(in) || family_of(&p->draws[in->extra]) != family) continue;
    count++;
    double median = median_of(&p->draws[in->extra]);
    pil_operand number = {.is_constant = true, .number = median};
    pil_operand integer = {.is_constant = true, .integer = (int64_t)median};
    pil_operand never = {.is_constant = true, .number = 0.5};
    *in = in->op == PIL_IR_DRAW_F
              ? (pil_instruction){.op = PIL_IR_MUL_F, .operands = {value_of(ONE), number}}
          : in->op == PIL_IR_DRAW_I
              ? (pil_instruction){.op = PIL_IR_MUL_I, .operands = {value_of(ONE_I), integer}}
              : (pil_instruction){.op = PIL_IR_LT_F, .operands = {value_of(ONE), never}};
  }
  return count;
}

static size_t remove_divisions(pil_ir_program *p) {
  size_t count = 0;
  for (size_t i = FRONT; i < p->instruction_count; i++) {
    pil_instruction *in = &p->instructions[i];
    if (in->op != PIL_IR_DIV_F) continue;
    count++;
    in->op = PIL_IR_MUL_F;
    if (in->operands[1].is_constant) in->operands[1].number = 1 / in->operands[1].number;
  }
  return count;
}

/* Nothing but outputs, of which fewer can be kept to see what one costs. */
static pil_ir_program outputs_only(const pil_ir_program *p, pil_instruction *instructions,
                                   pil_ir_output *outputs) {
  pil_ir_program copy = *p;
  copy.instructions = instructions;
  copy.instruction_count = FRONT + 1 + COPIES;
  copy.outputs = outputs;
  copy.output_count = COPIES;
  memcpy(instructions, p->instructions, FRONT * sizeof *instructions);
  instructions[FRONT] = (pil_instruction){.op = PIL_IR_LANES_M};
  for (uint32_t i = 0; i < COPIES; i++) {
    outputs[i] = (pil_ir_output){"out", i + 1};
    instructions[FRONT + 1 + i] = (pil_instruction){
        .op = PIL_IR_OUTPUT_F, .extra = i, .operands = {value_of(FRONT), value_of(ONE)}};
  }
  return copy;
}

/* ---- timing ---- */

typedef struct bench {
  pil_batch batch;
  pil_frame frame;
  pil_isa isa;
} bench;

/* The fastest batch of many; a batch that is given back would show nothing. */
static double time_machine(bench *b, const pil_ir_program *p, size_t *steps) {
  pil_error error;
  int reason = -1;
  double best = 1e300;
  pil_machine *machine = pil_machine_new(p, b->isa, &error);
  if (machine == NULL) fail(&error);
  for (int round = 0; round < ROUNDS; round++) {
    double start = now_ns();
    pil_frame_reset(&b->frame, LANES);
    if (!pil_machine_run(machine, &b->batch, &b->frame, &reason, &error)) fail(&error);
    double took = (now_ns() - start) / LANES;
    if (took < best) best = took;
  }
  if (steps != NULL) *steps = pil_machine_measure(machine).instructions;
  pil_machine_free(machine);
  if (reason < 0) return best;
  fprintf(stderr, "the batch is given back to stock Lua\n");
  exit(2);
}

static const pil_step *do_nothing(const pil_step *step, char *memory) {
  step++;
  return step->run(step, memory);
}

/* What going from step to step takes, a trial: as many steps that do nothing. */
static double time_dispatch(size_t count) {
  pil_step *steps = calloc(count + 1, sizeof *steps);
  char memory[1] = {0};
  double best = 1e300;
  if (steps == NULL) abort();
  for (size_t i = 0; i <= count; i++) steps[i].run = i < count ? do_nothing : pil_step_pause;
  for (int round = 0; round < ROUNDS; round++) {
    double start = now_ns();
    for (int block = 0; block < LANES / PIL_LANES_WIDTH; block++)
      if (steps[0].run(steps, memory) != steps + count) abort();
    double took = (now_ns() - start) / LANES;
    if (took < best) best = took;
  }
  free(steps);
  return best;
}

static double time_inputs(bench *b, const pil_input_plan *plan) {
  pil_arena arena = {0};
  pil_error error;
  double best = 1e300;
  for (int round = 0; round < ROUNDS; round++) {
    double start = now_ns();
    pil_arena_reset(&arena);
    if (!pil_inputs_fill(plan, &b->batch, &arena, &error)) fail(&error);
    double took = (now_ns() - start) / LANES;
    if (took < best) best = took;
  }
  pil_arena_free(&arena);
  return best;
}

static void say(const char *what, double ns) {
  printf("%s\t%.1f\tns\n", what, ns);
}

static void say_counted(const char *what, size_t count, double ns) {
  char text[64];
  snprintf(text, sizeof text, what, count);
  say(text, ns);
}

/* ---- the two halves ---- */

static pil_batch batch_new(const pil_input_plan *plan) {
  static pil_jump jumps[LANES];
  pil_batch batch = {1, LANES, calloc(plan->column_count + 1, sizeof *batch.inputs), jumps, NULL};
  if (batch.inputs == NULL) abort();
  pil_jumps_fill(jumps, LANES);
  for (size_t c = 0; c <= plan->column_count; c++) {
    batch.inputs[c] = calloc(LANES, sizeof(double));
    if (batch.inputs[c] == NULL) abort();
    for (size_t i = 0; i < LANES; i++) batch.inputs[c][i] = 1;
  }
  return batch;
}

static void free_program(pil_ir_program *p) {
  free(p->instructions);
  free(p->draws);
}

/* What a part takes: with it against without it, in turn, so that a busy moment shows in both.
 * Lowers *fastest to the best time with it. */
static double time_part(bench *b, const pil_ir_program *with, const pil_ir_program *without,
                        double *fastest) {
  double most = 1e300, least = 1e300;
  for (int turn = 0; turn < TURNS; turn++) {
    most = fmin(most, time_machine(b, with, NULL));
    least = fmin(least, time_machine(b, without, NULL));
  }
  *fastest = fmin(*fastest, most);
  return most - least;
}

/* The script's program whole, and how it is copied. */
typedef struct subject {
  const pil_ir_program *script;
  size_t ones_column;
  pil_ir_program whole;
  double fastest; /* the whole's best time so far */
} subject;

/* Each family by itself; returns what all take together. */
static double profile_draws(bench *b, subject *s) {
  double sum = 0;
  for (pil_family family = 0; family < PIL_FAMILY_COUNT; family++) {
    char text[64];
    pil_ir_program undrawn = copy_program(s->script, s->ones_column);
    size_t count = remove_draws(&undrawn, family);
    if (count > 0) {
      double took = time_part(b, &s->whole, &undrawn, &s->fastest);
      snprintf(text, sizeof text, "  draws: %zu of %s", count, pil_family_get(family)->name);
      say(text, took);
      sum += took;
    }
    free_program(&undrawn);
  }
  return sum;
}

static double profile_divisions(bench *b, subject *s) {
  pil_ir_program undivided = copy_program(s->script, s->ones_column);
  size_t count = remove_divisions(&undivided);
  double took = count == 0 ? 0 : time_part(b, &s->whole, &undivided, &s->fastest);
  say_counted("  divisions: %zu", count, took);
  free_program(&undivided);
  return took;
}

static double profile_outputs(bench *b, const pil_ir_program *whole) {
  static pil_instruction instructions[FRONT + 1 + COPIES];
  static pil_ir_output outputs[COPIES];
  double ignored = 0;
  pil_ir_program many = outputs_only(whole, instructions, outputs), one = many;
  one.instruction_count = FRONT + 2;
  one.output_count = 1;
  double each = time_part(b, &many, &one, &ignored) / (COPIES - 1);
  say_counted("  copying of outputs: %zu columns", whole->output_count,
              each * (double)whole->output_count);
  return each * (double)whole->output_count;
}

static void profile_machine(bench *b, const pil_ir_program *script, size_t ones_column) {
  subject s = {script, ones_column, copy_program(script, ones_column), 1e300};
  size_t steps;
  s.fastest = time_machine(b, &s.whole, &steps);
  double parts = profile_draws(b, &s);
  parts += profile_divisions(b, &s);
  parts += profile_outputs(b, &s.whole);
  double dispatch = time_dispatch(steps);
  say("  dispatch, step to step", dispatch);
  say("  the other arithmetic", s.fastest - parts - dispatch);
  say_counted("the machine: %zu steps", steps, s.fastest);
  free_program(&s.whole);
}

static void profile_run(bench *b, pil_rollout *rollout, double trials) {
  pil_arena arena = {0};
  pil_rollout_answer answer;
  pil_error error;
  pil_runner *runner = pil_rollout_start(rollout, &error);
  if (runner == NULL || pil_runner_program(runner, 0, &error) == NULL) fail(&error);
  double start = now_ns();
  if (!pil_runner_step(runner, (uint64_t)trials, NULL, NULL, &error)) fail(&error);
  double stepped = now_ns();
  if (!pil_rollout_study(&arena, rollout, runner, false, &answer, &error)) fail(&error);
  double studied = now_ns();
  double inputs = time_inputs(b, &rollout->variants[0].inputs.plan);
  say_counted("inputs: %zu columns drawn", rollout->variants[0].inputs.plan.column_count, inputs);
  say("inputs, the machine and the table in a run", (stepped - start) / trials);
  say_counted("statistics of %zu trials", (size_t)trials, (studied - stepped) / trials);
  pil_runner_free(runner);
  pil_arena_free(&arena);
}

static bool build_program(pil_arena *arena, const pil_script_source *source,
                          pil_ir_program *script) {
  pil_error error;
  pil_ir_reason refusal = {0};
  pil_program *program = pil_script_program_new(source, &error);
  if (program == NULL) fail(&error);
  const pil_image *image = pil_script_image_new(arena, (pil_script_program *)program, &error);
  if (image == NULL) fail(&error);
  bool built = pil_builder_build(arena, image, script, &refusal, &error);
  program->free(program);
  if (!built)
    fprintf(stderr, "not for lanes: %s\n", refusal.text == NULL ? error.text : refusal.text);
  return built;
}

int main(int argc, char **argv) {
  const char *file = argc > 1 ? argv[1] : "tests/bench/month.yaml";
  pil_options options = {.trials = argc > 2 ? strtoull(argv[2], NULL, 10) : 1000000,
                         .threads = 1,
                         .lanes = LANES,
                         .engine = PIL_ENGINE_LANES};
  pil_error error;
  pil_arena arena = {0};
  pil_ir_program script;
  pil_rollout *rollout = pil_rollout_load(file, &options, &error);
  if (rollout == NULL) fail(&error);
  const pil_rollout_variant *variant = &rollout->variants[0];
  if (!build_program(&arena, &variant->source, &script)) return 2;
  bench b = {.batch = batch_new(&variant->inputs.plan), .isa = PIL_ISA_AUTO};
  time_inputs(&b, &variant->inputs.plan); /* real ones for the machine */
  profile_machine(&b, &script, variant->inputs.plan.column_count);
  profile_run(&b, rollout, (double)options.trials);
  pil_arena_free(&arena);
  pil_rollout_free(rollout);
  return 0;
}
