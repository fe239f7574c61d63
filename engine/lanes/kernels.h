/* Kernels: what one step of an assembled program does to a block of lanes. Every instruction
 * set compiles the same source (kernels.inc.h); the bits that come out are the same.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_LANES_KERNELS_H
#define PIL_LANES_KERNELS_H

#include "../random/distribution.h"
#include "../random/stream.h"
#include "ir.h"
#include "machine.h"

#ifndef PIL_LANES_WIDTH
#define PIL_LANES_WIDTH 64 /* lanes a block, a power of 2: all slots should fit the L1 cache */
#endif
#define PIL_LANES_ALIGNMENT (PIL_LANES_WIDTH < 8 ? 8 * PIL_LANES_WIDTH : 64)

/* One step. Operands are distances in bytes from the start of the machine's memory: of a slot
 * (one word a lane) or of a constant (one word). A kernel does its step, may go on with those
 * that follow (each then jumps to the next, which a processor foresees better than calls from
 * one place), and returns the step to do next. Steps whose kernel is pil_step_pause are done by
 * the machine: their op stands in `c`, and the other fields are as machine.c says there. */
typedef struct pil_step pil_step;
typedef const pil_step *pil_kernel(const pil_step *step, char *memory);
struct pil_step {
  pil_kernel *run;
  uint32_t to, a, b, c, d;
};

/* A loop over the lanes of one draw: parameters[i] points to one number for the loops of
 * constant parameters, else to one a lane. lognormal's 2 and 3 are the derived ones. `to` gets
 * doubles, from bernoulli masks. */
typedef void pil_fill(const uint64_t *words, const double *const *parameters, void *to);
/* The same for families that take long: over `count` lanes that follow each other (at most a
 * block's), with a number a lane in each parameter, as pil_family_draw would draw them. */
typedef void pil_packed_fill(const uint64_t *words, const double *const *parameters, size_t count,
                             double *to);
typedef struct pil_fills {
  pil_fill *constant, *varying;
  pil_packed_fill *packed; /* in place of both */
  /* How many lanes of the mask have parameters that the family refuses; NULL: ask
   * pil_family_check. */
  int64_t (*refuse)(const int64_t *mask, const double *const *parameters);
} pil_fills;

pil_kernel pil_step_pause; /* returns the step it was given */

/* A draw that all lanes make with constant parameters and a constant k: the kernel `draw` does
 * all of it. Its step's `a` is scratch for the words, `b` a pointer to one of these. */
typedef struct pil_plain_draw {
  pil_stream stream;        /* at the batch's first trial */
  const pil_jump *to_block; /* from there to the block's first lane */
  const pil_jump *jumps;    /* a block's */
  pil_fill *fill;
  const double *parameters[PIL_PARAMETERS];
} pil_plain_draw;

typedef struct pil_kernels {
  const char *name;
  /* By op, and by which operands are constants (bit i: operand i); NULL: none made for that. */
  pil_kernel *run[PIL_IR_COUNT][8];
  /* Two in one (fused.inc.h). (a f b) g c by f, g and the side of g on which (a f b) stands, and
   * by which of a, b, c are constants; a f b ? c : d by f and by which of four. */
  pil_kernel *pairs[PIL_IR_DIV_F + 1][PIL_IR_DIV_F + 1][2][8];
  pil_kernel *choices[PIL_IR_COUNT][16];
  pil_fills fills[PIL_FAMILY_COUNT];
  pil_kernel *draw;
  /* Words of lanes 0 … of a stream that stands at lane 0, whose state is `first`. `jumps` are a
   * block's. */
  void (*words)(pil_u128 first, pil_u128 increment, const pil_jump *jumps, uint64_t *words);
  int64_t (*count)(const int64_t *a, const int64_t *b); /* how many lanes are set in both */
  void (*both)(int64_t *to, const int64_t *a, const int64_t *b);
  /* The bits that any of the lanes has, and those that all have: the same if all hold one value. */
  void (*merge)(const int64_t *values, const int64_t *mask, int64_t *any, int64_t *all);
  void (*number)(uint64_t *to, const int64_t *mask, const double *values); /* OUTPUT_F */
  void (*cell)(uint64_t *to, const int64_t *mask, const uint64_t *values);
} pil_kernels;

extern const pil_kernels pil_kernels_portable, pil_kernels_avx2, pil_kernels_avx512;
const pil_kernels *pil_kernels_get(pil_isa isa); /* machine.c */

#endif
