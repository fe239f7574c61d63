/* The machine: executes a typed program over batches, a block of lanes at a time, with kernels
 * made once per instruction set.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_LANES_MACHINE_H
#define PIL_LANES_MACHINE_H

#include "ir.h"

typedef struct pil_machine pil_machine;

/* Which kernels: the best this CPU runs, or one by name ("avx512", "avx2", "portable"). */
typedef enum pil_isa { PIL_ISA_AUTO, PIL_ISA_PORTABLE, PIL_ISA_AVX2, PIL_ISA_AVX512 } pil_isa;
/* False when the name is unknown or this CPU cannot run it. */
bool pil_isa_find(const char *name, pil_isa *isa);
const char *pil_isa_name(pil_isa isa);

/* Assembles a program (dead instructions dropped, values put into as few slots as possible). The
 * program outlives the machine. NULL when out of memory. One thread at a time. */
pil_machine *pil_machine_new(const pil_ir_program *program, pil_isa isa, pil_error *error);
void pil_machine_free(pil_machine *machine);

/* Why the machine itself gives a batch back: these count on from the program's own reasons. */
typedef enum pil_machine_reason {
  PIL_MACHINE_REFUSED, /* a draw's parameters, in some lane */
  PIL_MACHINE_LATE,    /* a block took longer than the limit */
  PIL_MACHINE_STOPPED,
  PIL_MACHINE_REASONS
} pil_machine_reason;
/* What --explain-engine says of it. */
const char *pil_machine_reason_text(pil_machine_reason reason);

/* How long a block of lanes may take, which should be as long as one trial in stock Lua may: a trial
 * that loops for ever is then given back, and stock Lua says so. Without a call: for ever. */
void pil_machine_limit(pil_machine *machine, double seconds);
/* Makes a running or later run give its batch back within milliseconds; from any thread. */
void pil_machine_stop(pil_machine *machine);

/* Runs a batch. `*reason` is -1 when all lanes ran; else the reason why the batch has to be given
 * back, and the frame and the inputs that the program computes hold nothing of use. False: out of memory. */
bool pil_machine_run(pil_machine *machine, const pil_batch *batch, pil_frame *frame, int *reason,
                     pil_error *error);

/* How large it came out: instructions executed a block, and slots. */
typedef struct pil_machine_size {
  size_t instructions, slots;
} pil_machine_size;
pil_machine_size pil_machine_measure(const pil_machine *machine);

#endif
