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
