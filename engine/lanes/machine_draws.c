/* Draws of a block: the words of its lanes, then the family's loop where there is one and enough
 * lanes ask, else lane by lane with the functions that the scalar engine uses. Where a draw takes
 * long, the lanes that ask are moved together first.
 * SPDX-License-Identifier: Apache-2.0 */
#include "assemble.h"

#include <string.h>

#include "../base/text.h"

enum {
  FEW = PIL_LANES_WIDTH / 8, /* so few lanes get their words one by one, and cheap draws */
  VERY_FEW = 3               /* and so few any draw */
};

/* One block's draw on its way. */
typedef struct drawing {
  pil_machine *machine;
  const pil_machine_draw *draw;
  const int64_t *mask; /* the lanes that count */
  bool shares_k; /* k varies by trial, but all these lanes have this one */
  uint64_t k;
  uint64_t *words;
  double *drawn;
  const double *parameters[PIL_PARAMETERS];
} drawing;

static void name_draw(pil_machine *machine, pil_machine_draw *draw) {
  const pil_owner *owner = machine->batch->owner;
  const pil_ir_draw *own = draw->draw;
  uint64_t hash = owner == NULL ? own->name_hash : pil_text_hash_on(owner->hash, own->name, strlen(own->name));
  uint64_t trial = owner == NULL ? 0 : owner->trial;
  if (hash == draw->name_hash && trial == draw->trial) return;
  draw->name_hash = hash;
  draw->trial = trial;
  if (!own->k_varies)
    draw->stream = pil_owner_stream(owner, machine->program->seed, hash, (uint64_t)own->k.integer);
}

void pil_machine_draws_start(pil_machine *machine) {
  for (size_t i = 0; i < machine->program->draw_count; i++) {
    pil_machine_draw *draw = &machine->draws[i];
    if (draw->draw == NULL) continue; /* no instruction needs it */
    name_draw(machine, draw);
    draw->plain.stream =
        (pil_stream){pil_jump_apply(&machine->to_batch, draw->stream), draw->stream.increment};
  }
}

/* ---- words ---- */

static uint64_t word_of_lane(const drawing *d, size_t lane) {
  const pil_jump *jump = &d->machine->batch->jumps[d->machine->first + lane];
  const pil_machine_draw *draw = d->draw;
  if (!draw->draw->k_varies) return pil_stream_word(pil_jump_apply(jump, draw->plain.stream));
  const int64_t *k = pil_machine_at(d->machine, draw->k);
  pil_stream stream =
      pil_owner_stream(d->machine->batch->owner, d->machine->program->seed, draw->name_hash, (uint64_t)k[lane]);
  stream.state = pil_jump_apply(&d->machine->to_batch, stream);
  return pil_stream_word(pil_jump_apply(jump, stream));
}

static void fill_words(drawing *d) {
  const pil_machine *machine = d->machine;
  pil_stream stream = d->draw->plain.stream;
  if (d->draw->draw->k_varies && !d->shares_k) {
    for (size_t i = 0; i < PIL_LANES_WIDTH; i++) d->words[i] = d->mask[i] ? word_of_lane(d, i) : 0;
    return;
  }
  if (d->shares_k) {
    stream = pil_owner_stream(machine->batch->owner, machine->program->seed, d->draw->name_hash, d->k);
    stream.state = pil_jump_apply(&machine->to_batch, stream);
  }
  pil_u128 first = pil_jump_apply(&machine->to_block, stream);
  machine->kernels->words(first, stream.increment, machine->jumps, d->words);
}

/* A negative k is an error that stock Lua will raise. In a loop k is no constant, but mostly the same in all
 * lanes that still draw. */
static bool look_at_k(drawing *d) {
  int64_t any, all;
  if (!d->draw->draw->k_varies) return true;
  d->machine->kernels->merge(pil_machine_at(d->machine, d->draw->k), d->mask, &any, &all);
  d->shares_k = any == all;
  d->k = (uint64_t)any;
  return any >= 0;
}

/* ---- parameters ---- */

/* Those of one lane, checked, with defaults and derived ones. */
static bool get_parameters(const drawing *d, size_t lane, double numbers[PIL_PARAMETERS]) {
  char problem[256];
  memset(numbers, 0, PIL_PARAMETERS * sizeof *numbers);
  for (int j = 0; j < d->draw->varying_count; j++) numbers[j] = d->parameters[j][lane];
  return pil_family_check(d->draw->family, numbers, d->draw->varying_count, problem,
                          sizeof problem) == NULL;
}

static double *parameter_slot(const drawing *d, int j) {
  return pil_machine_at(d->machine, (uint32_t)((PIL_SLOT_PARAMETERS + j) * PIL_SLOT_BYTES));
}

/* Those that the script left out, for every lane. */
static void add_defaults(drawing *d) {
  const pil_machine_draw *draw = d->draw;
  int allowed = pil_family_get(draw->family)->allowed;
  for (int j = draw->varying_count; j < allowed; j++) {
    double *slot = parameter_slot(d, j);
    for (size_t i = 0; i < PIL_LANES_WIDTH; i++) slot[i] = draw->numbers[j];
    d->parameters[j] = slot;
  }
}

/* For a loop over varying parameters: checks all, and puts defaults and derived ones where it
 * reads them. */
static bool complete_parameters(drawing *d) {
  add_defaults(d);
  if (d->draw->refuse != NULL) return d->draw->refuse(d->mask, d->parameters) == 0;
  double numbers[PIL_PARAMETERS];
  for (size_t i = 0; i < PIL_LANES_WIDTH; i++) {
    if (!d->mask[i])
      memset(numbers, 0, sizeof numbers);
    else if (!get_parameters(d, i, numbers))
      return false;
    for (int j = 0; j < PIL_PARAMETERS; j++) parameter_slot(d, j)[i] = numbers[j];
  }
  for (int j = 0; j < PIL_PARAMETERS; j++) d->parameters[j] = parameter_slot(d, j);
  return true;
}

static void point_to_parameters(drawing *d) {
  const pil_machine_draw *draw = d->draw;
  for (int j = 0; j < PIL_PARAMETERS; j++) {
    d->parameters[j] = draw->varying_count == 0 ? &draw->numbers[j]
                                                : pil_machine_at(d->machine, draw->parameters[j]);
  }
}

/* ---- numbers ---- */

static bool draw_lanes(drawing *d, int64_t set, bool have_words) {
  const pil_machine_draw *draw = d->draw;
  if (draw->distribution != NULL && have_words && 2 * set > PIL_LANES_WIDTH) {
    pil_distribution_fill(draw->distribution, d->words, d->drawn, PIL_LANES_WIDTH);
    return true;
  }
  memset(d->drawn, 0, PIL_SLOT_BYTES);
  for (size_t i = 0; i < PIL_LANES_WIDTH; i++) {
    double numbers[PIL_PARAMETERS];
    const double *parameters = draw->numbers;
    if (!d->mask[i]) continue;
    uint64_t word = have_words ? d->words[i] : word_of_lane(d, i);
    if (draw->distribution != NULL) {
      d->drawn[i] = pil_distribution_draw(draw->distribution, word);
      continue;
    }
    if (draw->varying_count > 0) {
      if (!get_parameters(d, i, numbers)) return false;
      parameters = numbers;
    }
    d->drawn[i] = pil_family_draw(draw->family, parameters, word);
  }
  return true;
}

/* The lanes that count, moved together and back. */
static bool draw_packed(drawing *d, bool have_words) {
  const pil_machine_draw *draw = d->draw;
  bool vary = draw->varying_count > 0;
  uint64_t words[PIL_LANES_WIDTH];
  double drawn[PIL_LANES_WIDTH], parameters[PIL_PARAMETERS][PIL_LANES_WIDTH];
  const double *columns[PIL_PARAMETERS];
  size_t lanes[PIL_LANES_WIDTH], count = 0;
  if (vary) PIL_TRY(complete_parameters(d));
  for (size_t i = 0; i < PIL_LANES_WIDTH; i++) {
    lanes[count] = i;
    count += d->mask[i] != 0;
  }
  for (size_t n = 0; n < count; n++)
    words[n] = have_words ? d->words[lanes[n]] : word_of_lane(d, lanes[n]);
  int allowed = pil_family_get(draw->family)->allowed;
  for (int j = 0; j < PIL_PARAMETERS; j++) {
    columns[j] = parameters[j];
    for (size_t n = 0; n < count; n++)
      parameters[j][n] = j >= allowed ? 0 : vary ? d->parameters[j][lanes[n]] : draw->numbers[j];
  }
  draw->packed(words, columns, count, drawn);
  for (size_t n = 0; n < count; n++) d->drawn[lanes[n]] = drawn[n];
  return true;
}

/* From doubles to what the script sees; an integer beyond 2^63 has no place here. */
static bool convert(const drawing *d, uint32_t op, void *to) {
  const double *choices = d->draw->draw->choices;
  int64_t *integers = to;
  double *numbers = to;
  for (size_t i = 0; i < PIL_LANES_WIDTH; i++) {
    double x = d->mask[i] ? d->drawn[i] : 0;
    if (choices != NULL && d->mask[i]) x = choices[(size_t)x];
    if (op == PIL_IR_DRAW_F) numbers[i] = x;
    if (op == PIL_IR_DRAW_M) integers[i] = x != 0 ? -1 : 0;
    if (op != PIL_IR_DRAW_I) continue;
    if (!(x >= -0x1p63 && x < 0x1p63)) return false;
    integers[i] = (int64_t)x;
  }
  return true;
}

/* The mask within the block's lanes; returns how many are set. */
static int64_t find_mask(drawing *d, uint32_t place) {
  pil_machine *machine = d->machine;
  int64_t *lanes = pil_machine_at(machine, PIL_SLOT_LANES);
  d->mask = lanes;
  if (place == PIL_SLOT_LANES) return (int64_t)machine->count;
  int64_t *mask = pil_machine_at(machine, PIL_SLOT_MASK * PIL_SLOT_BYTES);
  machine->kernels->both(mask, pil_machine_at(machine, place), lanes);
  d->mask = mask;
  return machine->kernels->count(mask, mask);
}

bool pil_machine_draw_block(pil_machine *machine, const pil_step *step) {
  void *to = pil_machine_at(machine, step->to);
  drawing d = {.machine = machine, .draw = &machine->draws[step->b]};
  d.words = pil_machine_at(machine, PIL_SLOT_WORDS * PIL_SLOT_BYTES);
  d.drawn = pil_machine_at(machine, PIL_SLOT_DRAWN * PIL_SLOT_BYTES);
  int64_t set = find_mask(&d, step->a);
  if (set == 0) {
    memset(to, 0, PIL_SLOT_BYTES);
    return true;
  }
  if (!look_at_k(&d)) return false;
  point_to_parameters(&d);
  pil_fill *fill = d.draw->varying_count > 0 ? d.draw->varying : d.draw->constant;
  bool many = set > FEW;
  if (many) fill_words(&d);
  if (many && fill != NULL) {
    bool convertible = step->c == PIL_IR_DRAW_I;
    if (d.draw->varying_count > 0) PIL_TRY(complete_parameters(&d));
    fill(d.words, d.parameters, convertible ? d.drawn : to);
    return !convertible || convert(&d, step->c, to);
  }
  if (d.draw->packed != NULL && set > VERY_FEW)
    PIL_TRY(draw_packed(&d, many));
  else
    PIL_TRY(draw_lanes(&d, set, many));
  return convert(&d, step->c, to);
}
