/* Lanes with the scalar program behind them. Private to this folder.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PIL_SCRIPT_ENGINE_H
#define PIL_SCRIPT_ENGINE_H

#include "program.h"

/* What PIL_ENGINE_AUTO means. */
enum { PIL_ENGINE_AUTO_CHOICE = PIL_ENGINE_LANES };

/* A script of which lanes gave back so many batches in a row for one reason will hardly run
 * the next one: then only every n-th is tried. */
enum { PIL_ENGINE_PATIENCE = 8, PIL_ENGINE_RETRY = 16 };

#endif
