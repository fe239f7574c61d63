/* Lanes with the scalar program behind them. Private to this folder.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_SCRIPT_ENGINE_H
#define PIL_SCRIPT_ENGINE_H

#include "../lanes/ir.h"
#include "program.h"

/* What PIL_ENGINE_AUTO means. */
enum { PIL_ENGINE_AUTO_CHOICE = PIL_ENGINE_LANES };

/* A script of which lanes gave back so many batches in a row for one reason will hardly run
 * the next one: then only every n-th is tried. */
enum { PIL_ENGINE_PATIENCE = 8, PIL_ENGINE_RETRY = 16 };

/* ---- share.c ---- */

/* What all programs of a source run. Immutable, as long as the share. */
typedef struct pil_script_shared {
  const pil_ir_program *program; /* NULL: it cannot be built, for this reason */
  const pil_ir_reason *refusal;
} pil_script_shared;

/* The first call makes it, and hands over the scalar program that it loaded the script with; others get
 * NULL there. False: the script cannot be loaded, or no memory. */
bool pil_script_share_get(pil_script_share *share, const pil_script_source *source,
                          pil_script_shared *out, pil_program **scalar, pil_error *error);

/* One more scalar program. NULL on failure: also where a file is no longer what it was, since one
 * run would then mix two scripts. */
pil_program *pil_script_share_load(const pil_script_share *share, const pil_script_source *source,
                                   pil_error *error);

#endif
