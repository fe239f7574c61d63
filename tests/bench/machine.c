/* How long the lane machine takes for a 36-month rollout: 36 normal and 36 bernoulli draws, 9
 * others, about 1,500 other operations with four divisions a month.
 *   machine [BATCHES]    prints ns a trial for each instruction set, whole and without draws
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <time.h>

#include "../lanes_program.h"

enum { MONTHS = 36, LANES = 512, INPUTS = 8 };

static pil_operand draw(pil_ir_program *p, pil_ir_op op, pil_family family, double a, double b,
                        bool real) {
  const double parameters[2] = {a, b};
  if (!real) { /* something of the same type that costs no draw */
    if (op == PIL_IR_DRAW_M) return EMIT2(LT_F, value_of(7), number_of(a));
    return EMIT2(MUL_F, value_of(7), number_of(a));
  }
  uint32_t index = add_draw(p, family, parameters, pil_family_get(family)->required);
  return emit(p, op, index, TRUE_M, NONE, NONE);
}

#define ADD(a, b) EMIT2(ADD_F, a, b)
#define SUB(a, b) EMIT2(SUB_F, a, b)
#define MUL(a, b) EMIT2(MUL_F, a, b)
#define DIV(a, b) EMIT2(DIV_F, a, b)
#define PICK(m, a, b) EMIT3(SELECT_F, m, a, b)
#define NUM number_of

/* One month: adoption, load, queueing, incidents with retraining, money. */
typedef struct month_state {
  pil_operand adoption, quality, cash, low, staff, worst;
} month_state;

static void build_month(pil_ir_program *p, month_state *s, const pil_operand *x, int month,
                        bool draws) {
  pil_operand shock = draw(p, PIL_IR_DRAW_F, PIL_FAMILY_normal, 1, 0.1, draws);
  pil_operand incident = draw(p, PIL_IR_DRAW_M, PIL_FAMILY_bernoulli, 0.03, 0, draws);
  pil_operand open = SUB(x[1], s->adoption);
  pil_operand gained = MUL(MUL(x[2], open), ADD(NUM(0.2), DIV(s->adoption, x[1])));
  pil_operand adoption = EMIT2(MIN_F, ADD(s->adoption, EMIT2(MAX_F, gained, NUM(0))), x[1]);
  pil_operand demand = MUL(MUL(x[0], adoption), shock);
  demand = MUL(demand, NUM(1 + 0.01 * month));
  pil_operand capacity = MUL(s->staff, x[3]);
  pil_operand load = DIV(demand, capacity);
  pil_operand over = EMIT2(LT_F, NUM(0.9), load);
  pil_operand staff = PICK(over, ADD(s->staff, NUM(1)), s->staff);
  pil_operand idle = EMIT2(LT_F, load, NUM(0.5));
  staff = PICK(idle, EMIT2(MAX_F, SUB(staff, NUM(1)), NUM(1)), staff);
  pil_operand served = EMIT2(MIN_F, demand, capacity);
  pil_operand lost = SUB(demand, served);
  pil_operand quality = MUL(s->quality, NUM(0.985));
  pil_operand retrain = EMIT2(OR_M, incident, EMIT2(LT_F, quality, x[4]));
  pil_operand outage = PICK(incident, MUL(served, NUM(0.15)), NUM(0));
  quality = PICK(retrain, NUM(0.95), quality);
  pil_operand cost = PICK(retrain, MUL(x[5], NUM(0.4)), NUM(0));
  pil_operand value = MUL(MUL(SUB(served, outage), quality), x[6]);
  pil_operand wrong = MUL(SUB(NUM(1), quality), served);
  pil_operand wait = DIV(load, SUB(NUM(1.5), EMIT2(MIN_F, load, NUM(1.2))));
  pil_operand penalty = MUL(MUL(wait, wrong), NUM(0.7));
  cost = ADD(cost, ADD(MUL(staff, x[5]), penalty));
  cost = ADD(cost, MUL(lost, NUM(0.3)));
  pil_operand net = DIV(SUB(value, cost), NUM(1 + 0.004 * month));
  pil_operand cash = ADD(s->cash, net);
  pil_operand lower = EMIT2(LT_F, cash, s->low);
  *s = (month_state){
      adoption, quality, cash, PICK(lower, cash, s->low), staff, EMIT2(MAX_F, s->worst, wait)};
}

static pil_ir_program *build(bool draws) {
  static const pil_family others[] = {PIL_FAMILY_lognormal, PIL_FAMILY_uniform,
                                      PIL_FAMILY_exponential};
  pil_ir_program *p = program_new();
  pil_operand x[INPUTS];
  for (uint32_t i = 0; i < INPUTS; i++) x[i] = EMIT0(INPUT_F, i);
  month_state s = {NUM(0.05), NUM(0.95), NUM(0), NUM(0), x[7], NUM(0)};
  s.adoption = MUL(x[1], NUM(0.05));
  s.quality = MUL(x[4], NUM(1.2));
  s.cash = MUL(x[5], NUM(-10));
  s.low = s.cash;
  for (int month = 0; month < MONTHS; month++) {
    if (month % 4 == 0) {
      pil_operand extra = draw(p, PIL_IR_DRAW_F, others[month / 4 % 3], 1, 2, draws);
      s.cash = SUB(s.cash, MUL(extra, x[5]));
    }
    build_month(p, &s, x, month, draws);
  }
  pil_operand lanes = EMIT0(LANES_M, 0);
  output_as(p, PIL_IR_OUTPUT_F, lanes, s.cash);
  output_as(p, PIL_IR_OUTPUT_F, lanes, s.low);
  output_as(p, PIL_IR_OUTPUT_F, lanes, s.adoption);
  output_as(p, PIL_IR_OUTPUT_F, lanes, s.worst);
  return p;
}

static double now_ns(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return (double)at.tv_sec * 1e9 + (double)at.tv_nsec;
}

/* The fastest of several rounds, in ns a trial. */
static double measure(const pil_ir_program *p, pil_isa isa, columns *c, int batches,
                      pil_machine_size *size, double *sum) {
  pil_error error;
  int reason;
  double best = 1e30;
  pil_machine *machine = pil_machine_new(p, isa, &error);
  if (machine == NULL) return 0;
  *size = pil_machine_measure(machine);
  for (int round = 0; round < 600; round++) {
    double start = now_ns();
    *sum = 0;
    for (int b = 0; b < batches; b++) {
      pil_batch batch = {1 + (uint64_t)b * LANES, LANES, c->inputs, c->jumps, NULL};
      pil_frame_reset(&c->frame, LANES);
      if (!pil_machine_run(machine, &batch, &c->frame, &reason, &error) || reason >= 0) return 0;
      *sum += c->frame.columns[0].cells[b % LANES];
    }
    double took = (now_ns() - start) / batches / LANES;
    if (took < best) best = took;
  }
  pil_machine_free(machine);
  return best;
}

int main(int argc, char **argv) {
  static const double typical[INPUTS] = {1000, 0.6, 0.2, 40, 0.8, 3000, 25, 6};
  int batches = argc > 1 ? atoi(argv[1]) : 2;
  columns c = columns_new(INPUTS, LANES);
  pil_ir_program *whole = build(true), *without = build(false);
  for (size_t i = 0; i < INPUTS; i++) {
    for (size_t lane = 0; lane < LANES; lane++)
      c.inputs[i][lane] = typical[i] * (1 + 0.001 * (double)((lane * 37 + i * 11) % 100));
  }
  for (int i = 0; i < 3; i++) {
    static const pil_isa sets[] = {PIL_ISA_AVX512, PIL_ISA_AVX2, PIL_ISA_PORTABLE};
    pil_isa found;
    pil_machine_size size;
    double sum, ignored;
    if (!pil_isa_find(pil_isa_name(sets[i]), &found)) continue;
    double all = measure(whole, sets[i], &c, batches, &size, &sum);
    double rest = measure(without, sets[i], &c, batches, &size, &ignored);
    printf(
        "%-9s %6.1f ns a trial: draws %6.1f, the rest %6.1f  (%zu steps, %zu slots, sum %.17g)\n",
        pil_isa_name(sets[i]), all, all - rest, rest, size.instructions, size.slots, sum);
  }
  columns_free(&c, INPUTS);
  program_free(whole);
  program_free(without);
  return 0;
}
