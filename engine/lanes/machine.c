/* The machine: runs an assembled program block by block.
 *
 * A step with a kernel is one call. The others are done here; their fields are
 *   INPUT_*       to: the value       b: input column
 *   KEEP_INPUT_F  a: the value        b: input column
 *   DRAW_*        to: the value       a: mask   b: draw
 *   OUTPUT_*      to: what is output  a: mask   b: output
 *   GUARD         a: mask             b: reason
 *   AGAIN         a: mask             b: step to go on with
 * SPDX-License-Identifier: Apache-2.0 */
#include "machine.h"

#include <string.h>
#include <time.h>

#include "../base/memory.h"
#include "assemble.h"

/* ---- which kernels ---- */

static const pil_kernels *const kernels_of[] = {[PIL_ISA_PORTABLE] = &pil_kernels_portable,
                                                [PIL_ISA_AVX2] = &pil_kernels_avx2,
                                                [PIL_ISA_AVX512] = &pil_kernels_avx512};

/* x86-64-v3 is what the whole program needs, so only the last can be missing. */
static bool has_avx512(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("x86-64-v4");
}

static pil_isa resolve(pil_isa isa) {
  if (isa != PIL_ISA_AUTO) return isa;
  return has_avx512() ? PIL_ISA_AVX512 : PIL_ISA_AVX2;
}

const pil_kernels *pil_kernels_get(pil_isa isa) {
  return kernels_of[resolve(isa)];
}

bool pil_isa_find(const char *name, pil_isa *isa) {
  for (pil_isa i = PIL_ISA_PORTABLE; i <= PIL_ISA_AVX512; i++) {
    if (strcmp(kernels_of[i]->name, name) != 0) continue;
    *isa = i;
    return i != PIL_ISA_AVX512 || has_avx512();
  }
  return false;
}

const char *pil_isa_name(pil_isa isa) {
  return kernels_of[resolve(isa)]->name;
}

/* ---- making one ---- */

pil_machine *pil_machine_new(const pil_ir_program *program, pil_isa isa, pil_error *error) {
  pil_machine *machine = pil_memory_new_zeroed(1, sizeof *machine);
  if (machine == NULL) {
    pil_error_memory(error);
    return NULL;
  }
  machine->program = program;
  machine->kernels = kernels_of[resolve(isa)];
  pil_jumps_fill(machine->jumps, PIL_LANES_WIDTH);
  if (pil_machine_assemble(machine, error)) return machine;
  pil_machine_free(machine);
  return NULL;
}

void pil_machine_free(pil_machine *machine) {
  if (machine == NULL) return;
  for (size_t i = 0; machine->lists != NULL && i < machine->program->list_count; i++)
    pil_memory_free(machine->lists[i]);
  pil_memory_free(machine->lists);
  pil_arena_free(&machine->arena);
  pil_memory_free(machine);
}

pil_machine_size pil_machine_measure(const pil_machine *machine) {
  return (pil_machine_size){machine->step_count, machine->slot_count};
}

/* ---- in and out ---- */

/* Lanes beyond the batch repeat the block's first, so that nothing odd is computed there. */
static void read_input(pil_machine *machine, const pil_step *step) {
  const double *column = machine->batch->inputs[step->b] + machine->first;
  double *numbers = pil_machine_at(machine, step->to);
  int64_t *integers = pil_machine_at(machine, step->to);
  if (step->c == PIL_IR_INPUT_F && machine->count == PIL_LANES_WIDTH) {
    memcpy(numbers, column, PIL_SLOT_BYTES);
    return;
  }
  for (size_t i = 0; i < PIL_LANES_WIDTH; i++) {
    double x = column[i < machine->count ? i : 0];
    if (step->c == PIL_IR_INPUT_F) numbers[i] = x;
    if (step->c == PIL_IR_INPUT_I)
      integers[i] = x >= -0x1p63 && x < 0x1p63 ? (int64_t)x : INT64_MIN;
    if (step->c == PIL_IR_INPUT_M) integers[i] = x != 0 ? -1 : 0;
  }
}

static bool any_lane(const pil_machine *machine, uint32_t mask) {
  return machine->kernels->count(pil_machine_at(machine, mask),
                                 pil_machine_at(machine, PIL_SLOT_LANES)) != 0;
}

/* A column appears in the frame when a lane writes it. */
static bool find_cells(pil_machine *machine, uint32_t output) {
  const pil_ir_output *record = &machine->program->outputs[output];
  pil_column *column =
      pil_frame_column(machine->frame, machine->hints[output], record->name, record->index);
  if (column == NULL) return false;
  machine->hints[output] = (size_t)(column - machine->frame->columns);
  machine->cells[output] = (uint64_t *)(void *)column->cells;
  return true;
}

/* From indexes of the program's texts to cells of the frame's dictionary. */
static bool translate_texts(pil_machine *machine, const pil_step *step, uint64_t *cells) {
  const int64_t *mask = pil_machine_at(machine, step->a);
  const int64_t *indexes = pil_machine_at(machine, step->to);
  for (size_t i = 0; i < PIL_LANES_WIDTH; i++) {
    cells[i] = 0;
    if (!mask[i] || i >= machine->count) continue;
    uint64_t *cell = &machine->texts[indexes[i]];
    if (*cell == 0) {
      const char *text = machine->program->texts[indexes[i]];
      int64_t code = pil_dictionary_code(&machine->frame->texts, text, strlen(text));
      if (code < 0) return false;
      *cell = PIL_CELL_TEXT | (uint64_t)code;
    }
    cells[i] = *cell;
  }
  return true;
}

static bool write_output(pil_machine *machine, const pil_step *step) {
  typedef uint64_t __attribute__((may_alias)) bits;
  if (machine->cells[step->b] == NULL) {
    if (!any_lane(machine, step->a)) return true;
    PIL_TRY(find_cells(machine, step->b));
  }
  const int64_t *mask = pil_machine_at(machine, step->a);
  bits *to = (bits *)machine->cells[step->b] + machine->first;
  bits rest[PIL_LANES_WIDTH]; /* a block that is not full is written elsewhere first */
  bool full = machine->count == PIL_LANES_WIDTH;
  if (!full) {
    memset(rest, 0, sizeof rest);
    memcpy(rest, to, 8 * machine->count);
  }
  const void *values = pil_machine_at(machine, step->to);
  uint64_t texts[PIL_LANES_WIDTH] __attribute__((aligned(PIL_LANES_ALIGNMENT)));
  if (step->c == PIL_IR_OUTPUT_TEXT) {
    PIL_TRY(translate_texts(machine, step, texts));
    values = texts;
  }
  if (step->c == PIL_IR_OUTPUT_F) {
    machine->kernels->number(full ? to : rest, mask, values);
  } else {
    machine->kernels->cell(full ? to : rest, mask, values);
  }
  if (!full) memcpy(to, rest, 8 * machine->count);
  return true;
}

/* ---- ending in time ---- */

/* Between two looks at the clock: some tenths of a millisecond. A block without loops is over before
 * the second. */
enum { LOOK_STEPS = 1 << 14, DRAW_STEPS = 16 /* what a draw counts as */ };

const char *pil_machine_reason_text(pil_machine_reason reason) {
  switch (reason) {
    case PIL_MACHINE_REFUSED: return "a draw with parameters that its distribution does not take";
    case PIL_MACHINE_LATE: return "a block of lanes takes longer than the time limit of a trial";
    default: return "stopped";
  }
}

void pil_machine_limit(pil_machine *machine, double seconds) {
  machine->limit_seconds = seconds;
}

void pil_machine_stop(pil_machine *machine) {
  atomic_store_explicit(&machine->stopped, true, memory_order_relaxed);
}

static double now_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static bool give_back(const pil_machine *machine, pil_machine_reason why, int *reason) {
  *reason = (int)machine->program->reason_count + (int)why;
  return true;
}

/* Whether the block must end here, `steps` after the last question. */
static bool must_end(pil_machine *machine, int64_t steps, int *reason) {
  if (atomic_load_explicit(&machine->stopped, memory_order_relaxed))
    return give_back(machine, PIL_MACHINE_STOPPED, reason);
  machine->steps_left -= steps;
  if (machine->steps_left > 0 || machine->limit_seconds == 0) return false;
  double now = now_seconds();
  machine->steps_left = LOOK_STEPS;
  if (machine->late_at == 0) machine->late_at = now + machine->limit_seconds;
  return now > machine->late_at && give_back(machine, PIL_MACHINE_LATE, reason);
}

/* ---- running ---- */

const pil_step *pil_step_pause(const pil_step *step, char *memory) {
  (void)memory;
  return step;
}

/* Runs one block; false when out of memory. */
static bool run_block(pil_machine *machine, int *reason) {
  const pil_step *step = machine->steps;
  char *memory = machine->memory;
  for (;; step++) {
    while (step->run != pil_step_pause) step = step->run(step, memory);
    switch (step->c) {
      case PIL_IR_DRAW_F:
      case PIL_IR_DRAW_I:
      case PIL_IR_DRAW_M:
        if (must_end(machine, DRAW_STEPS, reason)) return true;
        if (pil_machine_draw_block(machine, step)) break;
        return give_back(machine, PIL_MACHINE_REFUSED, reason);
      case PIL_IR_OUTPUT_F:
      case PIL_IR_OUTPUT_CELL:
      case PIL_IR_OUTPUT_TEXT: PIL_TRY(write_output(machine, step)); break;
      case PIL_IR_KEEP_INPUT_F:
        memcpy(machine->batch->inputs[step->b] + machine->first, memory + step->a,
               8 * machine->count);
        break;
      case PIL_IR_GUARD:
        if (!any_lane(machine, step->a)) break;
        *reason = (int)step->b;
        return true;
      case PIL_IR_AGAIN:
        if (!any_lane(machine, step->a)) break;
        if (must_end(machine, step - machine->steps - step->b + 1, reason)) return true;
        step = machine->steps + step->b - 1;
        break;
      case PIL_IR_COUNT: return true;
      default: read_input(machine, step); break;
    }
  }
}

/* s -> power s + sum c over `steps` words, from what advancing does to (1, 0) and (0, 1). */
static pil_jump find_jump(uint64_t steps) {
  pil_stream power = {.state = 1, .increment = 0}, sum = {.state = 0, .increment = 1};
  pil_stream_advance(&power, steps);
  pil_stream_advance(&sum, steps);
  return (pil_jump){.power = power.state, .sum = sum.state};
}

bool pil_machine_run(pil_machine *machine, const pil_batch *batch, pil_frame *frame, int *reason,
                     pil_error *error) {
  int64_t *lanes = pil_machine_at(machine, PIL_SLOT_LANES);
  *reason = -1;
  machine->batch = batch;
  machine->frame = frame;
  machine->to_batch = find_jump(batch->first_trial - 1);
  pil_machine_draws_start(machine);
  memset(machine->cells, 0, machine->program->output_count * sizeof *machine->cells);
  memset(machine->texts, 0, machine->program->text_count * sizeof *machine->texts);
  for (size_t first = 0; first < batch->count && *reason < 0; first += PIL_LANES_WIDTH) {
    machine->steps_left = LOOK_STEPS;
    machine->late_at = 0;
    if (must_end(machine, 0, reason)) return true;
    size_t left = batch->count - first;
    machine->first = first;
    machine->count = left < PIL_LANES_WIDTH ? left : PIL_LANES_WIDTH;
    machine->to_block = batch->jumps[first];
    for (size_t i = 0; i < PIL_LANES_WIDTH; i++) lanes[i] = i < machine->count ? -1 : 0;
    if (!run_block(machine, reason)) return pil_error_memory(error);
  }
  return true;
}
